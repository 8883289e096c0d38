"""Backing up, bringing back and locking: what is done to the file as a whole."""

import asyncio
import contextlib
from datetime import datetime
from pathlib import Path

from samantha.channels.base import only
from samantha.events import Held, WrongUse
from samantha.holder import There
from samantha.store import backup, key
from samantha.store.home import Home

WAIT_TO_CLOSE = 10.0  # seconds a holder may take to end what it is saying
LOOK_AGAIN = 0.05  # seconds


def back_up(home: Home, places: key.Places, destination: Path, *, new_phrase: bool) -> tuple[backup.Copy, str | None]:
    """Copy the file, in use or not, verify the copy, and return it with the recovery phrase.

    The phrase is None where one was shown before, unless `new_phrase`. It counts from the moment the backup is
    whole: a phrase that was never shown must not be the one that opens. Raises Held where the memory was replaced
    meanwhile.
    """
    wraps = key.load(home.keys)
    data_key = key.unlock(wraps, places)
    if wraps.phrase_shown and not new_phrase:
        return backup.make(home, wraps, data_key, destination), None
    phrase, way = key.by_phrase(data_key, wraps.memory)
    copy = backup.make(home, wraps.with_way(way), data_key, destination)
    key.keep_phrase(home, wraps.memory, way, shown=True)  # the list may have changed while the file was copied
    return copy, phrase


def bring_back(home: Home, places: key.Places, file: Path, *, replace_newer: bool, now: datetime) -> backup.Copy:
    """Restore a backup. Raises Held while somebody is talking to her."""
    home.prepare()
    with home.hold() as ours:
        if not ours:
            raise Held("She is open somewhere (a page, a chat); close it with `samantha lock`, then restore.")
        return backup.restore(file, home, places, replace_newer=replace_newer, stamp=f"{now:%Y%m%d-%H%M%S}")


async def close_holder(home: Home, *, patience: float = WAIT_TO_CLOSE) -> None:
    """Ask whoever holds the file to close it, and wait until it has. Raises Held where it doesn't."""
    waited = 0.0
    there = There(home.socket)
    if await there.reachable():
        with contextlib.suppress(Held):  # it may be gone before it has answered
            await only(there, {"ask": "lock"})
    while True:
        with home.hold() as ours:
            if ours:
                return
        if waited > patience:
            raise Held(f"Another process holds {home.folder} and doesn't close it; end it and try again.")
        await asyncio.sleep(LOOK_AGAIN)
        waited += LOOK_AGAIN


def require_passphrase(home: Home, places: key.Places) -> str:
    """Make a passphrase the only everyday way in, where one is given or typed; return the way in now.

    Raises Held where somebody has opened the file again since it was closed.
    """
    with home.hold() as ours:  # also while it is typed: what is being locked must not be opened meanwhile
        if not ours:
            raise Held("Somebody opened my file again just now; run `samantha lock` again.")
        by = key.guarded_by(key.load(home.keys))
        passphrase = None if by == "passphrase" else places.passphrase or _typed_twice(places)
        if by != "passphrase" and passphrase is None:
            return by
        with home.changing_keys():
            wraps = key.load(home.keys)
            if passphrase is not None:
                key.guard(key.unlock(wraps, places), wraps, passphrase).save(home.keys)
            key.drop_open_ways(wraps, places)  # also where a kill came between these two before
    return "passphrase"


def _typed_twice(places: key.Places) -> str | None:
    passphrase = places.ask("A passphrase for her memory (empty for none): ")
    if not passphrase:
        return None
    if places.ask("The same again: ") != passphrase:
        raise WrongUse("The two were not the same; nothing was changed, so run `samantha lock` again.")
    return passphrase
