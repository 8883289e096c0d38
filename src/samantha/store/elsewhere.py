"""Which of the copies that we know of still hold a turn."""

from datetime import datetime
from pathlib import Path

import apsw

from samantha.events import SamanthaError
from samantha.store import archive, backup, key
from samantha.store.connection import connect
from samantha.store.home import Home


def holding(home: Home, memory: str, data_key: bytes, mark: bytes, at: datetime) -> tuple[str, ...]:
    """Return the copies of a memory that are there and hold the turn of that mark, said at `at`."""
    archives = [path for path in backup.known(home) if _made_since(path, memory, at)]
    folders = [path for path in home.backups.glob("before-restore-*") if _holds(Home(path), memory, data_key, mark)]
    return tuple(str(path) for path in sorted([*archives, *folders]))


def _made_since(path: Path, memory: str, at: datetime) -> bool:
    """Tell by what a backup says of itself; to look into it, all of it would have to be unpacked."""
    about = archive.about(path)
    try:
        return about.get("memory") == memory and datetime.fromisoformat(about["last"]) >= at
    except (KeyError, TypeError, ValueError):
        return False  # nothing said in it yet


def _holds(aside: Home, memory: str, data_key: bytes, mark: bytes) -> bool:
    """Tell whether a home that was put aside holds the turn, or may, being damaged."""
    if not aside.file.exists() or not aside.keys.exists():
        return False
    try:
        if key.load(aside.keys).memory != memory:
            return False
        connection = connect(aside.file, data_key, read_only=True)
    except SamanthaError:
        return True
    try:
        return connection.execute("select 1 from turn where mark = ?", (mark,)).get is not None
    except apsw.Error:
        return True
    finally:
        connection.close()
