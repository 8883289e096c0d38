"""Copies of the file that can be trusted: made online, opened and read before they count, and restored."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import apsw

from samantha.events import Damaged, Locked, NoRoom, SamanthaError, WrongUse
from samantha.store import archive, here, key
from samantha.store.archive import unpacked
from samantha.store.connection import connect, require_known, sentences
from samantha.store.home import Home, read_json, room, sync_folder, write_private

TRIES = 3  # at typing the phrase or passphrase of a backup
PAGES_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Copy:
    """What a backup holds, as counted by opening and reading it."""

    file: str
    memory: str
    lines: int
    last: str | None  # when the last line was said, ISO 8601
    aside: str | None = None  # where a restore put what was there before


def make(home: Home, wraps: key.Wraps, data_key: bytes, destination: Path) -> Copy:
    """Copy the file while it is in use, verify the copy, and give it its name only then."""
    destination = destination.absolute()
    _require_free(home, destination)
    with archive.scratch(destination.parent) as scratch, room(destination):
        copied, whole, again = scratch / "memory.db", scratch / "whole", scratch / "read back"
        _copy_database(home.file, copied, data_key)
        lines, last = verify(copied, data_key)
        copy = Copy(str(destination), wraps.memory, lines, last)
        archive.pack(whole, copied, wraps.dump(), asdict(copy) | {"file": None})
        again.mkdir(mode=0o700)
        archive.unpack(whole, again)
        verify(again / "memory.db", data_key)
        whole.replace(destination)
        sync_folder(destination.parent)
    _remember(home, copy)
    return copy


def verify(file: Path, data_key: bytes) -> tuple[int, str | None]:
    """Read every page of a copy that holds anything; return how many lines, and when the last was said."""
    connection = connect(file, data_key, read_only=True)
    with sentences(str(file)):
        try:
            problems = [row[0] for row in connection.execute("pragma integrity_check")]
            if problems != ["ok"]:
                raise Damaged(f"{file} is damaged: {problems[0]}.")
            lines = int(connection.execute("select count(*) from line").get)
            last = connection.execute("select at from line order by id desc limit 1").get
        except apsw.SQLError as error:
            raise Damaged(f"{file} is no memory of mine ({error}).") from None
        finally:
            connection.close()
    return lines, last


def known(home: Home) -> set[Path]:
    """Return where backups were written: those the person made, and those made by themselves."""
    return {Path(entry["file"]) for entry in _listed(home)} | set(home.backups.glob("*.samantha"))


def newest_good(home: Home, data_key: bytes) -> Path | None:
    """Return the newest backup we know of that opens and reads whole."""
    for path in sorted(known(home), key=_changed, reverse=True):
        try:
            with unpacked(path, home.folder) as folder:
                verify(folder / "memory.db", data_key)
        except (OSError, SamanthaError):
            continue
        return path
    return None


def restore(backup: Path, home: Home, places: key.Places, *, replace_newer: bool, stamp: str) -> Copy:
    """Put a backup in the place of what the home holds, which is kept aside under `backups/`.

    Raises WrongUse where the home holds newer words (or may) and `replace_newer` is not said, Locked where
    nothing at hand opens the backup. What was forgotten here stays forgotten. Call it holding the home.
    """
    home.prepare()
    with home.changing_keys(), unpacked(backup, home.folder) as folder, room(home.folder):
        file = folder / "memory.db"
        with _about(backup):
            theirs = key.parse(read_json(folder / "keys.json"), str(backup))
        data_key, wraps = _key_for(theirs, here.keys_of(home, theirs.memory), places)
        with _about(backup):
            _, last = verify(file, data_key)
            with contextlib.closing(connect(file, data_key, read_only=True)) as opened:
                require_known(opened, str(backup))
        found = here.look(home, places, theirs.memory, data_key)
        if not replace_newer:
            here.require_older(found, theirs.memory, last)
        if found.memory == theirs.memory:
            here.carry_over(found, file, data_key)
        lines, last = verify(file, data_key)
        aside = here.set_aside(home, stamp)
        replace(wraps, made=True).save(home.keys)
        file.replace(home.file)
        sync_folder(home.folder)
    copy = Copy(str(backup.absolute()), theirs.memory, lines, last, str(aside) if aside else None)
    _remember(home, copy)
    return copy


def _require_free(home: Home, destination: Path) -> None:
    """Raise WrongUse where a backup would take the place of something else."""
    with room(destination):
        if destination.is_dir():
            raise WrongUse(f"{destination} is a folder; name a file for the backup.")
        if destination.parent.resolve() == home.folder.resolve():
            raise WrongUse(f"{home.folder} is where I live; name a file elsewhere, best on another disk.")
        if destination.exists() and not archive.is_one(destination):
            raise WrongUse(f"{destination} is there already and no backup of mine; name another file.")


@contextmanager
def _about(backup: Path) -> Iterator[None]:
    """Speak of the backup, not of the passing folder it was unpacked into."""
    try:
        yield
    except Damaged:
        raise Damaged(f"{backup} is damaged or not a backup of mine; try another.") from None


def _key_for(theirs: key.Wraps, ours: key.Wraps | None, places: key.Places) -> tuple[bytes, key.Wraps]:
    """Return the key of a backup, and the ways in from now on.

    The home's own ways stay where it is the same memory: an old backup must not bring back an old way in. Who
    types the recovery phrase has no other way, so it makes one on this machine.
    """
    lists, quiet = [wraps for wraps in (ours, theirs) if wraps], here.without_asking(places)
    opened = _first(lists, lambda wraps: key.unlock(wraps, quiet))
    if isinstance(opened, bytes):
        return opened, lists[0]
    asking = "Recovery phrase (twelve words) or passphrase: "
    for _ in range(TRIES):
        typed = places.ask(asking)
        if not typed:
            break
        opened = _first(lists, lambda wraps, typed=typed: key.open_typed(wraps, typed))  # type: ignore[misc]
        if isinstance(opened, bytes):
            return opened, key.settle(opened, lists[0], places) if key.is_phrase(typed) else lists[0]
        asking = f"{opened.sentence} Again: "
    raise opened


def _first(lists: list[key.Wraps], open_: Callable[[key.Wraps], bytes]) -> bytes | Locked:
    """Return the key of the first list that opens, or what the last one said."""
    trouble = Locked("There is no way in.")
    for wraps in lists:
        try:
            return open_(wraps)
        except Locked as error:
            trouble = error
    return trouble


def _copy_database(source: Path, copied: Path, data_key: bytes) -> None:
    with room(copied):
        os.close(os.open(copied, os.O_CREAT | os.O_WRONLY, 0o600))
    original = connect(source, data_key, read_only=True)
    try:
        target = connect(copied, data_key)
        try:
            with sentences(str(source)):
                # One look at the whole, however long it takes: else every word kept meanwhile begins it anew.
                original.execute("begin; select count(*) from sqlite_schema")
            with sentences(str(copied)):
                _copy_pages(original, target)
        finally:
            target.close()
    finally:
        original.close()


def _copy_pages(original: apsw.Connection, target: apsw.Connection) -> None:
    # A copy must be one file, so it keeps no WAL of its own; the pages bring the original's mode with them.
    target.execute("pragma journal_mode = delete")
    with target.backup("main", original, "main") as work:
        while not work.done:
            work.step(PAGES_AT_ONCE)
    target.execute("pragma journal_mode = delete")


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # gone, or on a disk that is not here


def _listed(home: Home) -> list[dict[str, Any]]:
    try:
        entries = list(read_json(home.backup_list))
    except (Damaged, TypeError):
        return []  # only a help for finding backups; losing it loses no words
    return [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("file"), str)]


def _remember(home: Home, copy: Copy) -> None:
    others = [entry for entry in _listed(home) if entry["file"] != copy.file]
    with contextlib.suppress(NoRoom):  # the list is only a help; the backup is there
        write_private(home.backup_list, json.dumps([*others, asdict(copy)], indent=1).encode())
