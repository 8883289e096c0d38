"""What `samantha doctor` looks at, and what to do about each."""

import os
import shlex
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from samantha.events import SamanthaError
from samantha.place import has_screen
from samantha.store import backup, file, key
from samantha.store.home import Home
from samantha.store.system_keyring import works

LOW_DISK = 500 * 1024**2  # bytes: a backup of a long memory, and room to go on
LOW_RAM = 512 * 1024**2  # bytes: Argon2id's 64 MiB and the rest in peace
BROWSERS = ("xdg-open", "open", "wslview")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    state: Literal["ok", "note", "bad"]
    says: str  # what is found and, unless it is ok, what to do


@dataclass(frozen=True, slots=True)
class Machine:
    """What she runs on."""

    free: int  # bytes of disk where her home is, or would be
    ram: int  # bytes
    python: tuple[int, ...]
    browser: str | None  # the program that opens one
    keyring: bool  # whether one works
    page: bool  # whether the page's files are there


def this_machine(home: Home) -> Machine:
    """Look at the machine we are on."""
    return Machine(
        free=shutil.disk_usage(_nearest(home.folder)).free,
        ram=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        python=sys.version_info[:3],
        browser=next((name for name in BROWSERS if shutil.which(name)), None) if has_screen() else None,
        keyring=works(),
        page=(Path(__file__).parent / "web" / "static" / "index.html").is_file(),
    )


def examine(home: Home, places: key.Places, machine: Machine) -> list[Finding]:
    """Look at everything; nothing is changed."""
    return [
        *_memory(home, places),
        *_permissions(home, places),
        _disk(home, machine.free),
        _ram(machine.ram),
        _python(machine.python),
        *_parts(machine),
    ]


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
        way = f"run `samantha restore {found}`" if found else "`samantha restore FILE` takes a backup from elsewhere"
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
    if wraps.phrase_shown:
        return Finding("recovery phrase", "ok", "made; it opens backups anywhere")
    return Finding("recovery phrase", "note", "none shown yet; the next `samantha backup FILE` makes one and shows it")


def _permissions(home: Home, places: key.Places) -> Iterator[Finding]:
    """Look whether anybody else on this machine can read the file, the list of keys or a key."""
    wanted = dict.fromkeys((home.folder, places.key_files), 0o700)
    wanted |= dict.fromkeys((*home.database, home.keys, *places.key_files.glob("*.key")), 0o600)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in wanted if path.exists()}
    open_ = {path: mode for path, mode in modes.items() if mode & ~wanted[path]}
    if open_:
        ways = "; ".join(f"chmod {wanted[path]:o} {shlex.quote(str(path))}" for path in open_)
        found = ", ".join(f"{path} ({mode:o})" for path, mode in open_.items())
        yield Finding("permissions", "bad", f"others on this machine may read {found}; run {ways}")
    elif modes:
        yield Finding("permissions", "ok", "only you can read the file and its keys")


def _nearest(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.is_dir())


def _disk(home: Home, free: int) -> Finding:
    says = f"{free / 1024**3:.1f} GiB free at {_nearest(home.folder)}"
    if free > LOW_DISK:
        return Finding("disk", "ok", says)
    return Finding("disk", "bad", f"{says}; make room soon")


def _ram(total: int) -> Finding:
    says = f"{total / 1024**3:.1f} GiB"
    if total > LOW_RAM:
        return Finding("memory", "ok", says)
    return Finding("memory", "note", f"{says}: little; close something")


def _python(version: tuple[int, ...]) -> Finding:
    says = ".".join(str(number) for number in version)
    if (3, 11) <= version[:2] <= (3, 13):
        return Finding("python", "ok", says)
    return Finding("python", "note", f"{says}: not tried by anyone; 3.11 to 3.13 are")


def _parts(machine: Machine) -> Iterator[Finding]:
    if machine.browser:
        yield Finding("browser", "ok", f"opened by {machine.browser}")
    else:
        yield Finding(
            "browser",
            "note",
            "nothing opens one by itself; `samantha` prints the page's address, `samantha chat` needs none",
        )
    if machine.keyring:
        yield Finding("keyring", "ok", "one is there")
    else:
        yield Finding(
            "keyring",
            "note",
            "none works here, so a new key lies in a file; log in to a desktop, or set a passphrase: `samantha lock`",
        )
    if machine.page:
        yield Finding("page", "ok", "there")
    else:
        yield Finding("page", "bad", "its files are missing; install samantha again")
