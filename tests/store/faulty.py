"""A disk that fails: a virtual file system of SQLite's that refuses the n-th write, sync or truncation."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import apsw

UNDER = "unix"  # what the encrypting file system stands on: it meets failures as it would meet a disk's
NAME = "faulty"
ENCRYPTING = f"multipleciphers-{NAME}"  # made by SQLite3 Multiple Ciphers when it is first asked for


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


def _refused(code: int, words: str) -> apsw.Error:
    failure = (apsw.FullError if code == apsw.SQLITE_FULL else apsw.IOError)(words)
    setattr(failure, "extendedresult", code)  # noqa: B010 - apsw's stubs don't know it
    return failure


@contextmanager
def faulty(disk: Disk) -> Iterator[str]:
    """Register the file system over a disk, and give its name."""

    class FailingFile(apsw.VFSFile):
        def xWrite(self, data: bytes, offset: int) -> None:
            disk.use("write")
            super().xWrite(data, offset)

        def xSync(self, flags: int) -> None:
            disk.use("sync")
            super().xSync(flags)

        def xTruncate(self, newsize: int) -> None:
            disk.use("truncate")
            super().xTruncate(newsize)

    class FailingFiles(apsw.VFS):
        def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
            return FailingFile(UNDER, name, flags)

    files, hook = FailingFiles(NAME, UNDER), sys.unraisablehook
    # Where SQLite makes nothing of a failure, as when it gives a log up while closing, apsw says so here.
    sys.unraisablehook = lambda what: None if isinstance(what.exc_value, apsw.Error) else hook(what)
    try:
        yield ENCRYPTING
    finally:
        sys.unraisablehook = hook
        files.unregister()
