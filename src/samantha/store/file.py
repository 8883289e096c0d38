"""Opening and making the person's file: key, connection, schema, and what to say when it is damaged."""

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import apsw

from samantha.events import Damaged, SamanthaError, WrongUse
from samantha.store import backup, key
from samantha.store.connection import IN_RAM, connect, migrate, schema_version
from samantha.store.home import Home, room


@dataclass(slots=True)
class OpenFile:
    """A person's file, open under its key; or, without a home, one that lives in memory only."""

    connection: apsw.Connection
    home: Home | None = None
    wraps: key.Wraps | None = None
    data_key: bytes | None = None

    @property
    def guarded_by(self) -> str | None:
        """The everyday way to the key: "file", "keyring" or "passphrase"; None in RAM."""
        return key.guarded_by(self.wraps) if self.wraps else None

    def close(self) -> None:
        """Close the file; the last connection folds the WAL into it."""
        self.connection.close()


def exists(home: Home) -> bool:
    """Tell whether a person has a memory here, readable or not; a beginning that was cut short is none."""
    return key.load(home.keys).made if home.keys.exists() else home.file.exists()


def in_ram() -> OpenFile:
    """Open a memory that is gone when it is closed."""
    connection = connect(IN_RAM, None)
    migrate(connection, IN_RAM)
    return OpenFile(connection)


def create(home: Home, places: key.Places, *, vfs: str | None = None) -> OpenFile:
    """Make a new memory and its key. A kill at any moment leaves none, or a whole one."""
    if exists(home):
        raise WrongUse(f"There is a memory in {home.folder} already; choose another folder with --home.")
    home.prepare()
    _clear_beginning(home, places)
    data_key, wraps = key.make(places)
    wraps.save(home.keys)
    with room(home.file):
        os.close(os.open(home.file, os.O_CREAT | os.O_WRONLY, 0o600))
    connection = connect(home.file, data_key, vfs=vfs)
    try:
        migrate(connection, str(home.file))
        wraps = replace(wraps, made=True)
        wraps.save(home.keys)
    except SamanthaError:
        connection.close()
        raise
    return OpenFile(connection, home, wraps, data_key)


def _clear_beginning(home: Home, places: key.Places) -> None:
    """Take away what is left of a `create` that was cut short: nobody was told yet that it holds anything."""
    if home.keys.exists():
        key.drop_open_ways(key.load(home.keys), places)
        with room(home.folder):
            for path in home.database:
                path.unlink(missing_ok=True)


def open_existing(home: Home, places: key.Places, *, now: datetime, vfs: str | None = None) -> OpenFile:
    """Open the memory of a home.

    Raises Locked, Damaged (naming the newest good backup), NewerFile or NoRoom.
    """
    if not home.keys.exists():
        raise Damaged(f"{home.keys} is missing; put it back from a backup with `samantha restore`.")
    wraps = key.load(home.keys)
    data_key = key.unlock(wraps, places)
    try:
        _require_content(home.file)
        connection = connect(home.file, data_key, vfs=vfs)
        try:
            if not schema_version(connection):
                raise Damaged(f"{home.file} is empty, though it has held a memory.")
            migrate(connection, str(home.file), lambda version: _before(home, wraps, data_key, version, now))
        except SamanthaError:
            connection.close()
            raise
    except Damaged as error:
        raise Damaged(f"{error.sentence} {_way_back(home, data_key)}") from error
    return OpenFile(connection, home, wraps, data_key)


def _require_content(file: Path) -> None:
    """Raise Damaged where SQLite would begin a new database; a file of one byte is empty to it."""
    if not file.exists():
        raise Damaged(f"{file} is missing, though it has held a memory.")
    if file.stat().st_size <= 1:
        raise Damaged(f"{file} is empty, though it has held a memory.")


def _before(home: Home, wraps: key.Wraps, data_key: bytes, version: int, now: datetime) -> None:
    name = f"before-migration-{version + 1}-{now:%Y%m%d-%H%M%S}.samantha"
    backup.make(home, wraps, data_key, home.backups / name)


def _way_back(home: Home, data_key: bytes) -> str:
    good = backup.newest_good(home, data_key)
    if good is None:
        return "It stays as it is, and I know of no good backup; `samantha restore FILE` takes one."
    return f"It stays as it is; the newest good backup is {good}: run `samantha restore {good}`."
