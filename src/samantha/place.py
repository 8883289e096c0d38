"""Where and when the person is, as the system knows it."""

import locale
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo


def now() -> datetime:
    """Return the present moment in the person's time zone."""
    return datetime.now(_zone())


@cache
def country() -> str | None:
    """Return the country (ISO 3166, two letters) that the time zone lies in, else that of the locale; or None.

    The zone comes first: people far from America often leave their locale American.
    """
    for folder in TZPATH:
        table = Path(folder) / "zone.tab"
        if table.is_file():
            rows = (row.split("\t") for row in table.read_text("utf-8").splitlines() if not row.startswith("#"))
            found = next((row[0] for row in rows if row[2] == str(_zone())), None)
            if found:
                return found
    language = locale.getlocale()[0] or ""
    return language[3:5] if language[2:3] == "_" and language[3:5].isupper() else None


@cache
def _zone() -> ZoneInfo:
    import tzlocal  # noqa: PLC0415 - it reads the system's settings when it is loaded

    return tzlocal.get_localzone()
