"""What `samantha doctor` looks at, and what to do about each."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from samantha.events import SamanthaError
from samantha.store import backup, file, key
from samantha.store.home import Home

LOW_DISK = 500 * 1024**2  # bytes: a backup of a long memory, and room to go on
LOW_RAM = 512 * 1024**2  # bytes: Argon2id's 64 MiB and the rest in peace
BROWSERS = ("xdg-open", "open", "wslview")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    state: Literal["ok", "note", "bad"]
    says: str  # what is found and, unless it is ok, what to do


def examine(home: Home, places: key.Places) -> list[Finding]:
    """Look at everything; nothing is changed."""
    return [*_memory(home, places), _disk(home), _ram(), _python(), *_parts()]


def _memory(home: Home, places: key.Places) -> Iterator[Finding]:
    try:
        if not file.exists(home):
            yield Finding("file", "note", f"no memory in {home.folder} yet; `samantha` begins one")
            return
        wraps = key.load(home.keys)
        data_key = key.unlock(wraps, places)
    except SamanthaError as error:
        yield Finding("key", "bad", error.sentence)
        return
    yield _key(wraps, places)
    yield _phrase(wraps)
    try:
        lines, last = backup.verify(home.file, data_key)
        yield Finding(
            "file", "ok", f"{home.file}: every page reads; {lines:,} lines, the last {last or 'not yet said'}"
        )
    except SamanthaError as error:
        found = backup.newest_good(home, data_key)
        way = (
            f"run `samantha restore {found}`"
            if found
            else "`samantha restore FILE` takes a backup from elsewhere"
        )
        yield Finding("file", "bad", f"{error.sentence} {way}")
        return
    good = backup.newest_good(home, data_key)
    missing = "no backup that reads; make one with `samantha backup FILE`, best on another disk"
    yield Finding("backup", "ok" if good else "note", f"newest good one: {good}" if good else missing)


def _key(wraps: key.Wraps, places: key.Places) -> Finding:
    by = key.guarded_by(wraps)
    if by == "file":
        path = key.key_file(places, wraps.memory)
        return Finding(
            "key",
            "note",
            f"kept in {path}: whoever uses this login can open it; `samantha lock` sets a passphrase",
        )
    return Finding("key", "ok", f"by {by}")


def _phrase(wraps: key.Wraps) -> Finding:
    if wraps.way("phrase"):
        return Finding("recovery phrase", "ok", "made; it opens backups anywhere")
    return Finding(
        "recovery phrase", "note", "none yet; the next `samantha backup FILE` makes one and shows it"
    )


def _disk(home: Home) -> Finding:
    folder = next(path for path in (home.folder, *home.folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    says = f"{free / 1024**3:.1f} GiB free at {folder}"
    return (
        Finding("disk", "ok", says) if free > LOW_DISK else Finding("disk", "bad", f"{says}; make room soon")
    )


def _ram() -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    says = f"{total / 1024**3:.1f} GiB"
    return (
        Finding("memory", "ok", says)
        if total > LOW_RAM
        else Finding("memory", "note", f"{says}: little; close something")
    )


def _python() -> Finding:
    version = platform.python_version()
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("python", "ok", version)
    return Finding("python", "note", f"{version}: not tried by anyone; 3.11 to 3.13 are")


def _parts() -> Iterator[Finding]:
    browser = next((name for name in BROWSERS if shutil.which(name)), None)
    without = (
        "nothing opens a browser by itself; `samantha` prints the page's address, `samantha chat` needs none"
    )
    yield Finding("browser", "ok" if browser else "note", f"opened by {browser}" if browser else without)
    keyring = find_spec("keyring") is not None
    yield Finding(
        "keyring", "ok" if keyring else "note", "library there" if keyring else "missing; pip install keyring"
    )
    pages = (Path(__file__).parent / "web" / "static" / "index.html").is_file()
    yield Finding(
        "page",
        "ok" if pages else "bad",
        "there" if pages else "its files are missing; install samantha again",
    )
