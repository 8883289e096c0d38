"""What a home holds before a backup takes its place: how new, what was forgotten; and putting it aside."""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal

import apsw

from samantha.events import Damaged, Locked, WrongUse
from samantha.store import key
from samantha.store.connection import connect, sentences
from samantha.store.forgetting import forget_marked
from samantha.store.home import Home, room, sync_folder, write_private


@dataclass(frozen=True, slots=True)
class Here:
    """What a home holds, as far as it can be read."""

    state: Literal["nothing", "read", "damaged", "shut"]
    memory: str | None = None  # the id
    last: str | None = None  # when the last line was said, ISO 8601
    forgotten: tuple[bytes, ...] = ()  # the marks of turns


def keys_of(home: Home, memory: str) -> key.Wraps | None:
    """Return the home's own key list, where it belongs to that memory."""
    wraps = _keys(home)
    return wraps if wraps and wraps.memory == memory else None


def look(home: Home, places: key.Places, memory: str, data_key: bytes) -> Here:
    """Look at what a home holds; a backup's memory and key open it too where they are the same."""
    if not home.file.exists() or not home.file.stat().st_size:
        return Here("nothing")
    wraps = _keys(home)
    if wraps is not None and not wraps.fits(data_key):
        try:
            memory, data_key = wraps.memory, key.unlock(wraps, without_asking(places))
        except Locked:
            return Here("shut")
    try:
        connection = connect(home.file, data_key)
    except Damaged:
        return Here("damaged" if wraps else "shut", memory)
    try:
        return _read(connection, memory)
    finally:
        connection.close()


def require_older(here: Here, memory: str, last: str | None) -> None:
    """Raise WrongUse where a backup must not take the place of what is here without the person's word."""
    aside = "to put it aside and restore all the same, add --yes."
    if here.state == "shut":
        raise WrongUse(f"What is here is locked, so I can't see whether it is newer; {aside}")
    if here.last is None:
        return
    if here.memory != memory:
        raise WrongUse(f"What is here is another memory (last said {here.last}); {aside}")
    if last is None or datetime.fromisoformat(here.last) > datetime.fromisoformat(last):
        raise WrongUse(f"What is here is newer (last said {here.last}, the backup {last or 'is empty'}); {aside}")


def without_asking(places: key.Places) -> key.Places:
    """Return the places with nobody there to type anything."""
    return key.Places(places.key_files, places.keyring, places.passphrase)


def carry_over(here: Here, file: Path, data_key: bytes) -> None:
    """Make a restored file forget what was forgotten here."""
    connection = connect(file, data_key)
    with sentences(str(file)):
        try:
            with connection:
                for mark in here.forgotten:
                    forget_marked(connection, mark)
            connection.execute("pragma journal_mode = delete")  # folds the log into the file
        finally:
            connection.close()


def set_aside(home: Home, stamp: str) -> Path | None:
    """Move what is here, if anything, to a folder under `backups/` that can itself be used as a home; return it.

    The key list stays until another takes its place, so that nobody takes the home for a new one.
    """
    found = [path for path in home.database if path.exists()]
    if not found:
        return None
    names = (f"before-restore-{stamp}{f'-{number}' if number else ''}" for number in count())
    aside = next(path for name in names if not (path := home.backups / name).exists())
    with room(aside):
        aside.mkdir(parents=True, mode=0o700)
        if home.keys.exists():
            write_private(aside / home.keys.name, home.keys.read_bytes())
        for path in found:
            path.replace(aside / path.name)
        for folder in (aside, home.backups, home.folder):
            sync_folder(folder)
    return aside


def _keys(home: Home) -> key.Wraps | None:
    try:
        return key.load(home.keys)
    except Damaged:
        return None


def _read(connection: apsw.Connection, memory: str) -> Here:
    """Read piece by piece, so that one damaged page costs no more than what it held."""
    try:
        last = _rows(connection, "select at from line order by id desc limit 1")
    except apsw.Error:
        return Here("damaged", memory, None, _forgotten(connection))
    return Here("read", memory, next(iter(last), None), _forgotten(connection))


def _forgotten(connection: apsw.Connection) -> tuple[bytes, ...]:
    with contextlib.suppress(apsw.Error):
        return tuple(_rows(connection, "select mark from forgotten"))
    return ()


def _rows(connection: apsw.Connection, query: str) -> list[Any]:
    return [row[0] for row in connection.execute(query)]
