"""The connection to the file: encryption, settings, migrations, and errors people can read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import apsw

from samantha.events import Damaged, Held, NewerFile, NoRoom

IN_RAM = ":memory:"

# (m) the only combination of those tried that left no trace of a deleted sentence in any file, with
# FTS5's own secure-delete (migration 1) and a truncating checkpoint after forgetting.
SETTINGS = """
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma secure_delete = on;
    pragma foreign_keys = on;
    pragma cache_size = -16384; -- 16 MiB
"""
# For those who only read, too.
SETTINGS_OF_ALL = """
    pragma busy_timeout = 5000; -- ms
    pragma temp_store = memory; -- a sort that spills must not spill plain text
"""


@contextmanager
def sentences(name: str) -> Iterator[None]:
    """Turn what SQLite raises into one of our errors, with a sentence about the file `name`."""
    try:
        yield
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise Damaged(f"{name} is damaged ({error}); nothing was changed: run `samantha doctor`.") from error
    except (
        apsw.FullError,
        apsw.IOError,
        apsw.CantOpenError,
        apsw.ReadOnlyError,
        apsw.PermissionsError,
    ) as error:
        raise NoRoom(f"I can't write to {name} ({error}); make room or mend the disk, then say it again.") from error
    except apsw.BusyError as error:
        raise Held(f"Something else holds {name}; close it and try again.") from error


def connect(path: Path | str, key: bytes | None, *, vfs: str | None = None, read_only: bool = False) -> apsw.Connection:
    """Open the file under its key (none for RAM), with our settings; its schema is left as it is.

    Raises Damaged where it can't be read under this key, NoRoom where the disk refuses.
    """
    if read_only and not Path(path).exists():
        raise Damaged(f"{path} is missing; put it back from a backup with `samantha restore`.")
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    with sentences(str(path)):
        connection = apsw.Connection(str(path), flags=flags, vfs=vfs)
        try:
            if key is not None:
                # chacha20 authenticates every page, so a flipped bit is noticed when its page is read.
                connection.execute("pragma cipher = 'chacha20'")
                connection.execute(f"pragma key = 'raw:{key.hex()}'")
            _run(connection, SETTINGS_OF_ALL if read_only else SETTINGS_OF_ALL + SETTINGS)
            connection.execute("select count(*) from sqlite_schema").fetchone()
        except apsw.Error:
            connection.close()
            raise
    return connection


def schema_version(connection: apsw.Connection) -> int:
    """Return the number of the last migration the file has seen."""
    return int(connection.pragma("user_version"))


def migrations() -> list[tuple[int, str]]:
    """Return the numbered migrations, in order."""
    folder = files("samantha.store").joinpath("migrations")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted((int(entry.name.split("_")[0]), entry.read_text(encoding="utf-8")) for entry in found)


def require_known(connection: apsw.Connection, name: str) -> None:
    """Raise NewerFile where the file has seen migrations that this program doesn't know."""
    if schema_version(connection) > migrations()[-1][0]:
        raise NewerFile(f"{name} was written by a newer version of me; update samantha and start again.")


def migrate(connection: apsw.Connection, name: str, backup: Callable[[int], object] = lambda _: None) -> None:
    """Bring the schema up to date, in one transaction, after `backup(old version)` where there was one.

    Raises NewerFile as `require_known` does.
    """
    require_known(connection, name)
    version = schema_version(connection)
    waiting = [(number, sql) for number, sql in migrations() if number > version]
    if not waiting:
        return
    if version:
        backup(version)
    with sentences(name), connection:
        for number, sql in waiting:
            _run(connection, sql)
            connection.execute(f"pragma user_version = {number}")


def _run(connection: apsw.Connection, sql: str) -> None:
    """Run all statements; one that gives rows would else be the last to run."""
    connection.execute(sql).fetchall()
