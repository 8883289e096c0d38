"""Making and opening the file: a beginning is whole or none, and damage is never covered up."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from samantha.events import Damaged, Locked, SamanthaError, WrongUse
from samantha.memory.memory import Memory
from samantha.store import backup, file, key
from samantha.store.connection import connect
from samantha.store.home import Home
from samantha.store.key import Places
from tests.store.conftest import TOLD, remember, reopen, texts

# Dies before the n-th call that changes a file, whatever makes it.
CREATE_AND_DIE = """
import os, sys
from pathlib import Path
from samantha.store import file
from samantha.store.connection import connect
from samantha.store.home import Home
from samantha.store.key import Places
left = int(sys.argv[3])
def die(event, args):
    global left
    writes = event in ("os.rename", "os.remove", "os.mkdir", "sqlite3.connect") or (
        event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR))
    left -= writes
    if left < 0: os._exit(9)
home, places = Home(Path(sys.argv[1])), Places(Path(sys.argv[2]))
sys.addaudithook(die)
import apsw
import samantha.store.file as module
real = module.connect
def connect(*rest, **more):
    opened = real(*rest, **more)
    def step(steps=[0]):
        steps[0] += 1
        if steps[0] % 20 == 0: die("os.rename", ())
        return False
    opened.set_progress_handler(step, 20)
    die("os.rename", ())
    return opened
module.connect = connect
file.create(home, places).close()
"""


def test_a_kill_between_any_steps_of_a_beginning_leaves_none_or_a_whole_one(tmp_path: Path) -> None:
    died = 0
    for step in range(40):
        home, places = Home(tmp_path / f"home-{step}"), Places(tmp_path / f"keys-{step}")
        run = subprocess.run(
            [sys.executable, "-c", CREATE_AND_DIE, home.folder, places.key_files, str(step)],
            env=os.environ,
            check=False,
        )
        assert run.returncode in (0, 9)
        died += run.returncode == 9
        opened = reopen(home, places) if file.exists(home) else file.create(home, places)
        remember(Memory(opened), *TOLD)
        opened.close()
        assert texts(home, places) == list(TOLD)
        assert len(list(places.key_files.glob("*.key"))) <= 2
        if run.returncode == 0:
            break
    assert 6 <= died < 40


def test_a_beginning_that_failed_may_be_made_with_another_passphrase(home: Home, places: Places) -> None:
    _, wraps = key.make(replace(places, passphrase="first"))
    home.prepare()
    wraps.save(home.keys)
    home.file.write_bytes(b"half a page")
    assert not file.exists(home)
    file.create(home, places).close()
    assert texts(home, places) == []


def test_a_memory_is_never_made_over_another(known: Home, places: Places) -> None:
    with pytest.raises(WrongUse, match="There is a memory in"):
        file.create(known, places)
    assert texts(known, places) == list(TOLD)


def test_a_home_without_anything_has_no_memory(home: Home) -> None:
    assert not file.exists(home)


def cut(path: Path, size: float) -> None:
    """Keep only the first part of a file."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * size)])


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "one byte": lambda path: path.write_bytes(b"S"),
    "half": lambda path: cut(path, 0.5),
    "last page gone": lambda path: os.truncate(path, path.stat().st_size - 4096),
    "random": lambda path: path.write_bytes(os.urandom(40_000)),
    "zeros": lambda path: path.write_bytes(bytes(40_000)),
    "another database": lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(4080)),
    "first page": lambda path: path.write_bytes(os.urandom(4096) + path.read_bytes()[4096:]),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_stays_and_the_newest_good_backup_is_named(
    known: Home, places: Places, tmp_path: Path, damage: str
) -> None:
    wraps = key.load(known.keys)
    data_key = key.unlock(wraps, places)
    old, good, broken = (tmp_path / name for name in ("old.samantha", "good.samantha", "broken.samantha"))
    for age, path in enumerate((broken, good, old)):
        backup.make(known, wraps, data_key, path)
        os.utime(path, (1e9 - age, 1e9 - age))
    cut(broken, 0.9)
    os.utime(broken, (1e9, 1e9))
    DAMAGE[damage](known.file)
    left = known.file.read_bytes() if known.file.exists() else None
    assert file.exists(known)
    with pytest.raises(Damaged) as raised:
        reopen(known, places)
    assert f"the newest good backup is {good}: run `samantha restore {good}`." in raised.value.sentence
    assert str(known.file) in raised.value.sentence
    assert (known.file.read_bytes() if known.file.exists() else None) == left, "it stays as it is"
    with pytest.raises(WrongUse):
        file.create(known, places)


def test_a_file_with_nothing_in_it_is_not_begun_anew(known: Home, places: Places) -> None:
    data_key = key.unlock(key.load(known.keys), places)
    known.file.unlink()
    connect(known.file, data_key).close()
    with pytest.raises(Damaged, match="is empty, though it has held a memory"):
        reopen(known, places)


def test_a_damaged_file_without_any_backup_says_so(known: Home, places: Places) -> None:
    known.file.write_bytes(os.urandom(9000))
    with pytest.raises(Damaged, match="I know of no good backup; `samantha restore FILE` takes one"):
        reopen(known, places)


@pytest.mark.parametrize("listed", [b"{}", b"7", b'["x", {"file": 5}, {"file": "/no/such"}]', b"[[", b'{"a": 1}'])
def test_a_broken_list_of_backups_breaks_nothing(known: Home, places: Places, listed: bytes) -> None:
    known.backup_list.write_bytes(listed)
    known.file.write_bytes(b"damaged")
    with pytest.raises(Damaged, match="I know of no good backup"):
        reopen(known, places)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\x00\x01"])
def test_a_lost_key_list_is_one_sentence(known: Home, places: Places, content: bytes | None) -> None:
    known.keys.unlink() if content is None else known.keys.write_bytes(content)
    with pytest.raises(SamanthaError, match="put it back from a backup with `samantha restore`"):
        _ = file.exists(known) and reopen(known, places)
    assert known.file.stat().st_size > 4096


def test_a_lost_key_is_one_sentence(known: Home, tmp_path: Path) -> None:
    with pytest.raises(Locked, match="I can't find the key to my file"):
        reopen(known, Places(tmp_path / "elsewhere"))


def test_words_in_the_log_of_a_killed_process_are_read(known: Home, places: Places, tmp_path: Path) -> None:
    """What a killed holder leaves beside the file belongs to it, also for who only reads."""
    opened = reopen(known, places)
    remember(Memory(opened), "The kettle sings.")
    copied = Home(tmp_path / "copied")
    copied.prepare()
    for path in (*known.database, known.keys):
        if path.exists():
            (copied.folder / path.name).write_bytes(path.read_bytes())
    opened.close()
    assert (copied.folder / "memory.db-wal").stat().st_size > 0
    wraps = key.load(copied.keys)
    made = backup.make(copied, wraps, key.unlock(wraps, places), tmp_path / "copy")
    assert made.lines == 2 * len(TOLD) + 2
    assert texts(copied, places) == [*TOLD, "The kettle sings."]
