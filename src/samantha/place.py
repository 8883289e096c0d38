"""Where and when the person is, as the system knows it."""

import os
import sys
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo


def now() -> datetime:
    """Return the present moment in the person's time zone."""
    return datetime.now(_zone())


def has_screen() -> bool:
    """Tell whether a browser would have a screen to open on; a text browser would take over the terminal."""
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@cache
def country() -> str | None:
    """Return the country (ISO 3166, two letters) that the time zone lies in, or None.

    The locale is no help: people far from America often leave theirs American.
    """
    tables = (Path(folder) / "zone.tab" for folder in TZPATH)
    for table in filter(Path.is_file, tables):
        rows = (row.split("\t") for row in table.read_text("utf-8").splitlines() if not row.startswith("#"))
        return next((row[0] for row in rows if row[2] == str(_zone())), None)
    return None


@cache
def _zone() -> ZoneInfo:
    import tzlocal  # noqa: PLC0415 - it reads the system's settings when it is loaded

    return tzlocal.get_localzone()
