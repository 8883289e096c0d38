"""A disk that fails: a virtual file system of SQLite's that refuses the n-th write, sync or truncation."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import apsw

UNDER = "unix"
NAME = "faulty"
# SQLite3 Multiple Ciphers makes it when it is first asked for; it stands on ours, so ours sees cipher text only.
ENCRYPTING = f"multipleciphers-{NAME}"


@dataclass
class Disk:
    """When the disk fails, and how; and what was asked of it."""

    fail_at: int | None = None  # counted from 0; None never
    error: int = apsw.SQLITE_FULL  # SQLite's code, extended or not
    stays: bool = False  # whether it goes on failing, as a full disk does
    calls: list[str] = field(default_factory=list)

    def use(self, what: str) -> None:
        """Count a call, and fail where its turn has come."""
        number = len(self.calls)
        self.calls.append(what)
        if self.fail_at is not None and (number == self.fail_at or (self.stays and number > self.fail_at)):
            raise _refused(self.error, f"the disk refuses its {what} number {number}")


@contextmanager
def faulty(disk: Disk) -> Iterator[str]:
    """Put a disk under the file system that fails, and give that one's name."""
    files, hook = _register(), sys.unraisablehook
    # Where SQLite makes nothing of a failure, as when it gives a log up while closing, apsw says so here.
    sys.unraisablehook = lambda what: None if isinstance(what.exc_value, apsw.Error) else hook(what)
    files.disk = disk
    try:
        yield ENCRYPTING
    finally:
        sys.unraisablehook = hook


class _Files(apsw.VFS):
    """The file system: a layer over the system's own."""

    disk: Disk

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        """Open a file that asks the disk before it writes."""
        return _File(self.disk, name, flags)


class _File(apsw.VFSFile):
    """One open file."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__(UNDER, name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:
        """Write, or refuse."""
        self._disk.use("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        """Make durable, or refuse."""
        self._disk.use("sync")
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:
        """Cut, or refuse."""
        self._disk.use("truncate")
        super().xTruncate(newsize)


@cache
def _register() -> _Files:
    """Register the layer once and for all: the encrypting one keeps a pointer to it."""
    return _Files(NAME, UNDER)


def _refused(code: int, words: str) -> apsw.Error:
    failure = (apsw.FullError if code == apsw.SQLITE_FULL else apsw.IOError)(words)
    setattr(failure, "extendedresult", code)  # noqa: B010 - apsw's stubs don't know it
    return failure
