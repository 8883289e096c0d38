"""The archive a backup is: a zip, not compressed, of `memory.db` (as encrypted as the original), `keys.json`
(the wrapped key) and `about.json` (counts and times, nothing that was said).
"""

import errno
import json
import os
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from samantha.events import Damaged, NoRoom, WrongUse
from samantha.store.home import room

MEMBERS = ("memory.db", "keys.json", "about.json")
BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    NotImplementedError,
    EOFError,
    ValueError,
    RuntimeError,
    struct.error,
)
ENCRYPTED = 1  # the bit of a member's flags


def pack(archive: Path, database: Path, keys: bytes, about: dict[str, Any]) -> None:
    """Write an archive, durably, readable by the person alone."""
    with room(archive.parent), os.fdopen(os.open(archive, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
            packed.write(database, "memory.db")
            packed.writestr("keys.json", keys)
            packed.writestr("about.json", json.dumps(about))
        file.flush()
        os.fsync(file.fileno())


def is_one(file: Path) -> bool:
    """Tell whether a file looks like an archive of ours."""
    try:
        with zipfile.ZipFile(file) as packed:
            return all(_is_plain(packed.getinfo(member)) for member in MEMBERS)
    except (OSError, *BROKEN):
        return False


def about(file: Path) -> dict[str, Any]:
    """Return what an archive says of itself, nothing where it is none of ours."""
    try:
        with zipfile.ZipFile(file) as packed:
            member = packed.getinfo("about.json")
            content = json.loads(packed.read(member)) if _is_plain(member) else None
    except (OSError, *BROKEN):
        return {}
    return content if isinstance(content, dict) else {}


@contextmanager
def unpacked(archive: Path, beside: Path) -> Iterator[Path]:
    """Give a folder with the members of an archive, made in `beside`.

    Raises Damaged where it is no archive of ours, WrongUse where there is no file.
    """
    if not archive.is_file():
        raise WrongUse(f"There is no file {archive}; name a backup made with `samantha backup`.")
    with scratch(beside) as folder:
        unpack(archive, folder)
        yield folder


def unpack(archive: Path, folder: Path) -> None:
    """Take out just the members we know, by name, so that an archive can't write anywhere else."""
    try:
        with zipfile.ZipFile(archive) as packed:
            for member in MEMBERS:
                _take_out(packed, member, folder / member)
    except (*BROKEN, OSError) as error:
        if not isinstance(error, OSError) or error.errno == errno.EINVAL:  # a place before the file's beginning
            raise Damaged(f"{archive} is damaged or not a backup of mine; try another.") from None
        raise NoRoom(f"I can't unpack {archive} ({error.strerror or error}); make room and try again.") from None


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """Give a folder for the time being, readable by the person alone."""
    try:
        made = tempfile.TemporaryDirectory(prefix=".samantha-", dir=parent, ignore_cleanup_errors=True)
    except OSError as error:
        raise NoRoom(f"I can't write in {parent} ({error.strerror}); choose another place.") from None
    with made as folder:
        yield Path(folder)


def _take_out(packed: zipfile.ZipFile, member: str, target: Path) -> None:
    if not _is_plain(packed.getinfo(member)):
        raise zipfile.BadZipFile(member)
    with packed.open(member) as source, target.open("xb") as file:
        os.chmod(target, 0o600)
        shutil.copyfileobj(source, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def _is_plain(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member is stored as it is: then it can't outgrow its archive."""
    return member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & ENCRYPTED
