"""Copies of the file that can be trusted: made online, opened and read before they count, and restored.

A backup is a zip archive, not compressed, of `memory.db` (as encrypted as the original), `keys.json`
(the wrapped key) and `about.json` (counts and times, nothing that was said).
"""

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw

from samantha.events import Damaged, NoRoom, SamanthaError, WrongUse
from samantha.store import key
from samantha.store.connection import connect, sentences
from samantha.store.home import Home, read_json, sync_folder, write_private

MEMBERS = ("memory.db", "keys.json", "about.json")


@dataclass(frozen=True, slots=True)
class Copy:
    """What a backup holds, as counted by opening and reading it."""

    file: str
    memory: str
    lines: int
    last: str | None  # when the last line was said, ISO 8601


def make(home: Home, wraps: key.Wraps, data_key: bytes, destination: Path) -> Copy:
    """Copy the file while it is in use, verify the copy, and give it its name only then."""
    if destination.is_dir():
        raise WrongUse(f"{destination} is a folder; name a file for the backup.")
    with _scratch(destination.absolute().parent) as scratch:
        copied = scratch / "memory.db"
        _copy_database(home.file, copied, data_key)
        lines, last = verify(copied, data_key)
        copy = Copy(str(destination.absolute()), wraps.memory, lines, last)
        _pack(scratch / "whole", copied, wraps, copy)
        _unpack_into(scratch / "whole", _folder(scratch / "read back"))
        verify(scratch / "read back" / "memory.db", data_key)
        (scratch / "whole").replace(destination)
        sync_folder(destination.absolute().parent)
    _remember(home, copy)
    return copy


def verify(file: Path, data_key: bytes) -> tuple[int, str | None]:
    """Open a copy, read every page of it, and return how many lines it holds and when the last was said."""
    connection = connect(file, data_key, read_only=True)
    with sentences(str(file)):
        try:
            problems = [row[0] for row in connection.execute("pragma integrity_check")]
            if problems != ["ok"]:
                raise Damaged(f"{file} is damaged: {problems[0]}.")
            lines, last = connection.execute(
                "select count(*), (select at from line order by id desc limit 1) from line"
            ).fetchone()
        finally:
            connection.close()
    return lines, last


def newest_good(home: Home, data_key: bytes) -> Path | None:
    """Return the newest backup we know of that opens and reads whole."""
    listed = [Path(entry["file"]) for entry in _listed(home)]
    known = {path for path in (*listed, *home.backups.glob("*.samantha")) if path.is_file()}
    for path in sorted(known, key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            with unpacked(path, path.parent) as folder:
                verify(folder / "memory.db", data_key)
        except SamanthaError:
            continue
        return path
    return None


@contextmanager
def unpacked(file: Path, beside: Path) -> Iterator[Path]:
    """Give a folder with the members of a backup; raise Damaged where it is none, WrongUse where there is none."""
    if not file.is_file():
        raise WrongUse(f"There is no file {file}; name a backup made with `samantha backup`.")
    with _scratch(beside) as scratch:
        _unpack_into(file, scratch)
        yield scratch


def restore(backup: Path, home: Home, places: key.Places, *, replace_newer: bool, stamp: str) -> Copy:
    """Put a backup in the place of what the home holds, which is kept aside under `backups/`.

    Raises WrongUse where the home holds newer words and `replace_newer` is not said, Locked where nothing at
    hand opens the backup. What was forgotten here stays forgotten. Call it holding the home.
    """
    home.prepare()
    with unpacked(backup, home.folder) as folder:
        wraps = key.parse(read_json(folder / "keys.json"), str(backup))
        data_key, new = _key_for(wraps, places)
        lines, last = verify(folder / "memory.db", data_key)
        here = _look(home, places)
        if here.newer_than(last) and not replace_newer:
            raise WrongUse(
                f"What is here is newer (last said {here.last}, the backup {last or 'is empty'}); "
                "to put it aside and restore all the same, add --yes."
            )
        _forget_again(folder / "memory.db", data_key, here.forgotten if here.memory == wraps.memory else ())
        _set_aside(home, stamp)
        new.save(home.keys)
        _move(folder / "memory.db", home.file)
    return Copy(str(backup), wraps.memory, lines, last)


@dataclass(frozen=True, slots=True)
class _Here:
    """What a home holds before a restore, as far as it can be read."""

    memory: str | None = None
    last: str | None = None
    instant: float = 0.0
    forgotten: tuple[int, ...] = ()

    def newer_than(self, last: str | None) -> bool:
        return self.last is not None and (
            last is None or self.instant > datetime.fromisoformat(last).timestamp()
        )


def _look(home: Home, places: key.Places) -> _Here:
    if not home.file.exists() or not home.keys.exists():
        return _Here()
    try:
        wraps = key.load(home.keys)
        connection = connect(home.file, key.unlock(wraps, places))
    except SamanthaError:
        return _Here()  # unreadable: it is kept aside all the same
    try:
        row = connection.execute("select at, instant from line order by id desc limit 1").fetchone()
        forgotten = tuple(row[0] for row in connection.execute("select turn from forgotten"))
        return _Here(wraps.memory, *(row or (None, 0.0)), forgotten)
    except apsw.Error:
        return _Here()
    finally:
        connection.close()


def _key_for(wraps: key.Wraps, places: key.Places) -> tuple[bytes, key.Wraps]:
    """Return the key of a backup, and the ways in from now on.

    It opens as it did before where it can; by the recovery phrase it gets a new way in on this machine.
    """
    try:
        return key.unlock(wraps, key.Places(places.key_files, places.keyring, places.passphrase)), wraps
    except SamanthaError as error:
        answer = places.ask("Recovery phrase (twelve words) or passphrase: ")
        if not answer:
            raise error from None
    if not key.is_phrase(answer):
        return key.open_passphrase(wraps, answer), wraps
    data_key = key.open_phrase(wraps, answer)
    return data_key, key.settle(data_key, wraps, places)


def _forget_again(file: Path, data_key: bytes, turns: tuple[int, ...]) -> None:
    if not turns:
        return
    connection = connect(file, data_key)
    with sentences(str(file)):
        try:
            with connection:
                connection.executemany("delete from turn where id = ?", [(turn,) for turn in turns])
                connection.executemany(
                    "insert or ignore into forgotten values (?)", [(turn,) for turn in turns]
                )
            connection.execute("pragma wal_checkpoint(truncate); pragma journal_mode = delete").fetchall()
        finally:
            connection.close()


def _set_aside(home: Home, stamp: str) -> None:
    old = [home.file, home.file.with_name("memory.db-wal"), home.file.with_name("memory.db-shm"), home.keys]
    found = [path for path in old if path.exists()]
    if found:
        aside = _folder(home.backups / f"before-restore-{stamp}")
        for path in found:
            path.replace(aside / path.name)


def _copy_database(source: Path, copied: Path, data_key: bytes) -> None:
    os.close(os.open(copied, os.O_CREAT | os.O_WRONLY, 0o600))
    original, target = connect(source, data_key, read_only=True), connect(copied, data_key)
    with sentences(str(copied)):
        try:
            # A copy must be one file, so it keeps no WAL of its own.
            target.execute("pragma journal_mode = delete").fetchall()
            with target.backup("main", original, "main") as work:
                while not work.done:
                    work.step(1024)  # pages; lets the writer in between
            target.execute("pragma journal_mode = delete").fetchall()
        finally:
            target.close()
            original.close()


def _pack(archive: Path, copied: Path, wraps: key.Wraps, copy: Copy) -> None:
    try:
        with archive.open("wb") as file:
            os.chmod(archive, 0o600)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
                packed.write(copied, "memory.db")
                packed.writestr("keys.json", wraps.dump())
                packed.writestr("about.json", json.dumps(asdict(copy) | {"file": None}))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NoRoom(
            f"I can't write the backup ({error.strerror}); make room or choose another place."
        ) from None


def _unpack_into(archive: Path, folder: Path) -> None:
    """Take out just the members we know, by name, so that an archive can't write anywhere else."""
    try:
        with zipfile.ZipFile(archive) as packed:
            for member in MEMBERS:
                with packed.open(member) as source, (folder / member).open("wb") as target:
                    os.chmod(folder / member, 0o600)
                    shutil.copyfileobj(source, target, 1 << 20)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError):
        raise Damaged(f"{archive} is damaged or not a backup of mine; try another.") from None
    except OSError as error:
        raise NoRoom(f"I can't unpack {archive} ({error.strerror}); make room and try again.") from None


@contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    try:
        scratch = tempfile.TemporaryDirectory(prefix=".samantha-", dir=parent)
    except OSError as error:
        raise NoRoom(f"I can't write in {parent} ({error.strerror}); choose another place.") from None
    with scratch as folder:
        yield Path(folder)


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _move(source: Path, target: Path) -> None:
    source.replace(target)
    sync_folder(target.parent)


def _listed(home: Home) -> list[dict[str, Any]]:
    try:
        return list(read_json(home.backup_list))
    except (Damaged, TypeError):
        return []  # only a help for finding backups; losing it loses no words


def _remember(home: Home, copy: Copy) -> None:
    known = [entry for entry in _listed(home) if entry.get("file") != copy.file]
    write_private(home.backup_list, json.dumps([*known, asdict(copy)], indent=1).encode())
