"""Where she lives: the files of one home, and who may hold them."""

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samantha.events import Damaged, Held, NoRoom

# sockaddr_un holds 108 bytes on Linux and 104 on macOS, one of them the closing zero.
LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one person and their companion."""

    folder: Path

    @property
    def file(self) -> Path:
        """The encrypted file."""
        return self.folder / "memory.db"

    @property
    def database(self) -> tuple[Path, ...]:
        """The encrypted file and what SQLite may keep beside it while it is in use."""
        return (self.file, *(self.folder / f"{self.file.name}{end}" for end in ("-journal", "-wal", "-shm")))

    @property
    def keys(self) -> Path:
        """The wrapped keys: useless without what unwraps them, so every backup carries them."""
        return self.folder / "keys.json"

    @contextmanager
    def changing_keys(self) -> Iterator[None]:
        """Wait until nobody else changes the list of keys: read it and write it anew within one such context."""
        with room(self.folder):
            descriptor = os.open(self.folder / "keys.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            with room(self.folder):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @property
    def backups(self) -> Path:
        """Backups made by themselves, before a migration or a restore."""
        return self.folder / "backups"

    @property
    def backup_list(self) -> Path:
        """Where the person's own backups were written, newest last; no content of theirs."""
        return self.folder / "backups.json"

    @property
    def socket(self) -> Path:
        """The socket on which the holder takes work."""
        near = self.folder / "holder.sock"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
            return near
        name = hashlib.sha256(os.fsencode(self.folder.absolute())).hexdigest()[:24]
        return Path(tempfile.gettempdir()) / f"samantha-{os.getuid()}" / f"{name}.sock"

    def prepare(self) -> None:
        """Make the folders, readable by the person alone."""
        try:
            for folder in (self.folder, self.backups, self.socket.parent):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise NoRoom(
                f"I can't make my folder {self.folder} ({error.strerror}); choose another with --home."
            ) from None
        if self.socket.parent != self.folder and self.socket.parent.lstat().st_uid != os.getuid():
            raise Held(f"{self.socket.parent} belongs to somebody else; remove it or choose a shorter --home.")

    @contextmanager
    def hold(self) -> Iterator[bool]:
        """Try to become the one process that holds the file; give whether it worked.

        The lock is the kernel's, so it goes with the process, however that ends.
        """
        with room(self.folder):
            descriptor = os.open(self.folder / "holder.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield _lock(descriptor, self.folder)
        finally:
            os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> bool:
    with room(folder):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def room(where: Path | str) -> Iterator[None]:
    """Turn what the system says about files into NoRoom, with a sentence about `where`."""
    try:
        yield
    except OSError as error:
        raise NoRoom(
            f"I can't write {where} ({error.strerror or error}); make room or mend the disk, then try again."
        ) from None


def write_private(path: Path, content: bytes) -> None:
    """Replace a file at once or not at all, readable by the person alone."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with room(path):
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            sync_folder(path.parent)
        finally:
            beside.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_json(path: Path) -> Any:
    """Return what a small JSON file of ours holds; raise Damaged where it can't be read."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise Damaged(f"{path} can't be read; put it back from a backup with `samantha restore`.") from None
