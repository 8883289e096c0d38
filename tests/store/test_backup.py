"""Backups: made while she goes on, verified, without plain text; and archives that are none."""

import contextlib
import json
import os
import random
import resource
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from samantha.events import Damaged, NoRoom, SamanthaError, WrongUse
from samantha.memory.memory import Memory
from samantha.store import archive, backup, key
from samantha.store.connection import connect
from samantha.store.home import Home
from samantha.store.key import Places
from tests.store.conftest import SECRETS, TOLD, remember, reopen, unmeasured


def make(home: Home, places: Places, destination: Path) -> backup.Copy:
    """Back a home up."""
    wraps = key.load(home.keys)
    return backup.make(home, wraps, key.unlock(wraps, places), destination)


def left_over(*folders: Path) -> list[Path]:
    """Return what was for the time being only, and is still there."""
    return [path for folder in folders for path in folder.rglob("*") if path.name.startswith(".samantha-")]


def test_a_backup_counts_what_it_holds_and_is_remembered(known: Home, places: Places, tmp_path: Path) -> None:
    made = make(known, places, tmp_path / "copy.samantha")
    assert (made.file, made.lines) == (str(tmp_path / "copy.samantha"), 2 * len(TOLD))
    assert made.last == "2026-03-04T19:02:02+00:00"
    assert [entry["file"] for entry in json.loads(known.backup_list.read_bytes())] == [made.file]
    make(known, places, tmp_path / "copy.samantha")
    make(known, places, tmp_path / "second.samantha")
    listed = [Path(entry["file"]).name for entry in json.loads(known.backup_list.read_bytes())]
    assert listed == ["copy.samantha", "second.samantha"]
    assert stat.S_IMODE((tmp_path / "copy.samantha").stat().st_mode) == 0o600
    assert left_over(tmp_path) == []


def test_a_backup_is_one_file_that_needs_no_log(known: Home, places: Places, tmp_path: Path) -> None:
    make(known, places, tmp_path / "copy")
    with zipfile.ZipFile(tmp_path / "copy") as packed:
        assert packed.namelist() == list(archive.MEMBERS)
        packed.extract("memory.db", tmp_path / "out")
    key_bytes = key.unlock(key.load(known.keys), places)
    db = connect(tmp_path / "out" / "memory.db", key_bytes, read_only=True)
    assert db.pragma("journal_mode") == "delete"
    db.close()


def test_a_backup_is_made_while_another_connection_writes(known: Home, places: Places, tmp_path: Path) -> None:
    opened = reopen(known, places)
    memory, made, enough = Memory(opened), list[backup.Copy](), threading.Event()
    remember(memory, *("filling " * 500 for _ in range(300)))  # more than one round of pages

    def back_up() -> None:
        made.extend(make(known, places, tmp_path / f"copy-{number}") for number in range(3))
        enough.set()

    copying = threading.Thread(target=back_up)
    copying.start()
    turns = 0
    while not enough.is_set():
        remember(memory, f"word {turns}")
        turns += 1
    copying.join()
    counted = [copy.lines for copy in made]
    opened.close()
    assert turns > 3
    assert counted == sorted(counted)
    assert 2 * (len(TOLD) + 300) <= counted[0]
    assert counted[-1] <= 2 * (len(TOLD) + 300 + turns)


def test_no_file_holds_plain_text_of_what_was_said(known: Home, places: Places, tmp_path: Path) -> None:
    opened = reopen(known, places)
    memory = Memory(opened)
    remember(memory, *TOLD)
    make(known, places, tmp_path / "copy.samantha")
    remember(memory, "The periwinkle kitchen smells of marzipan.")
    files = [path for path in (*known.folder.rglob("*"), tmp_path / "copy.samantha") if path.is_file()]
    names = {path.name for path in files}
    assert names >= {"memory.db", "memory.db-wal", "memory.db-shm", "copy.samantha", "keys.json", "backups.json"}
    for path in files:
        content = path.read_bytes()
        for word in (*SECRETS, "Anna", "kitchen", "SQLite format", "create table"):
            for coded in (word.encode(), word.encode("utf-16-le")):
                assert coded not in content, (path.name, word)
    opened.close()


def test_a_backup_takes_no_other_place(known: Home, places: Places, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("dear diary")
    wrong: dict[Path, str] = {
        tmp_path: "is a folder; name a file",
        known.file: "is where I live; name a file elsewhere",
        known.keys: "is where I live",
        known.folder / "new": "is where I live",
        tmp_path / "home" / ".." / "home" / "memory.db": "is where I live",
        tmp_path / "notes.txt": "is there already and no backup of mine",
    }
    for destination, sentence in wrong.items():
        with pytest.raises(WrongUse, match=sentence):
            make(known, places, destination)
    assert (tmp_path / "notes.txt").read_text() == "dear diary"
    assert reopen(known, places).connection.execute("select count(*) from line").get == 2 * len(TOLD)


def test_a_place_that_is_none_is_one_sentence(known: Home, places: Places, tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match=r"I can't write in .* choose another place"):
        make(known, places, tmp_path / "no" / "such" / "folder")
    (tmp_path / "file").write_text("")
    with pytest.raises(NoRoom):
        make(known, places, tmp_path / "file" / "copy")


def test_a_list_that_cannot_be_written_spoils_no_backup(known: Home, places: Places, tmp_path: Path) -> None:
    known.backup_list.mkdir()
    assert make(known, places, tmp_path / "copy").lines == 2 * len(TOLD)


def test_a_missing_file_is_not_backed_up_as_an_empty_one(known: Home, places: Places, tmp_path: Path) -> None:
    before = known.file.read_bytes()
    known.file.unlink()
    with pytest.raises(Damaged, match="is missing"):
        make(known, places, tmp_path / "copy")
    known.file.write_bytes(b"")
    with pytest.raises(SamanthaError):
        make(known, places, tmp_path / "copy")
    known.file.write_bytes(before[:8000])
    with pytest.raises(Damaged):
        make(known, places, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


BACK_UP = """
import resource, signal, sys
from pathlib import Path
from samantha.events import SamanthaError
from samantha.store import backup, key
from samantha.store.home import Home
from samantha.store.key import Places
home, places = Home(Path(sys.argv[1])), Places(Path(sys.argv[2]))
wraps = key.load(home.keys)
data_key = key.unlock(wraps, places)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
try:
    backup.make(home, wraps, data_key, Path(sys.argv[3]))
except SamanthaError as error:
    print(error.code, error.sentence)
"""


@pytest.mark.parametrize("room", [1_000, 20_000, 0.5, 1.0])
def test_a_full_disk_leaves_the_last_backup_as_it_was(known: Home, places: Places, tmp_path: Path, room: float) -> None:
    copy = tmp_path / "backups" / "copy"
    copy.parent.mkdir()
    make(known, places, copy)
    before = copy.read_bytes()
    size = int(room if room > 1 else known.file.stat().st_size * room + 100)
    run = subprocess.run(
        [sys.executable, "-c", BACK_UP, known.folder, places.key_files, copy, str(size)],
        env=unmeasured(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("no-room I can't write"), run.stdout
    assert run.stderr == ""
    assert copy.read_bytes() == before
    assert os.listdir(copy.parent) == ["copy"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def repacked(good: Path, bad: Path, change: Callable[[dict[str, bytes]], object], method: int = 0) -> None:
    """Write an archive with other members."""
    with zipfile.ZipFile(good) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    change(members)
    with zipfile.ZipFile(bad, "w", method) as packed:
        for name, content in members.items():
            packed.writestr(name, content)


def climbing(members: dict[str, bytes]) -> None:
    """Add members that would be written elsewhere."""
    members |= {"../climbed": b"x", "/tmp/climbed-absolutely": b"x", "holder.lock": b"x"}


def test_an_archive_writes_nowhere_but_where_it_is_told(known: Home, places: Places, tmp_path: Path) -> None:
    make(known, places, tmp_path / "good")
    repacked(tmp_path / "good", tmp_path / "odd", climbing)
    inner = tmp_path / "inner" / "most"
    inner.mkdir(parents=True)
    with archive.unpacked(tmp_path / "odd", inner) as folder:
        assert sorted(os.listdir(folder)) == sorted(archive.MEMBERS)
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert list((tmp_path / "inner").rglob("*")) == [inner]
    assert not Path("/tmp/climbed-absolutely").exists()


def bad_archives(good: Path, folder: Path) -> dict[str, Path]:
    """Write archives that are damaged, foreign or meant badly."""
    whole = good.read_bytes()
    written = {
        "empty": b"",
        "text": b"dear diary",
        "cut": whole[: len(whole) // 2],
        "without its end": whole[:-30],
        "flipped": whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:],
        "encrypted": whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
        "shifted": b"x" * 1000 + whole[2000:],
        "all ones": b"\xff" * 10_000,
    }
    for name, content in written.items():
        (folder / name).write_bytes(content)
    repacked(good, folder / "no database", lambda members: members.pop("memory.db"))
    repacked(good, folder / "no keys", lambda members: members.pop("keys.json"))
    repacked(good, folder / "a bomb", lambda members: members.update({"about.json": bytes(10**8)}), 8)  # deflated
    repacked(good, folder / "of another trade", dict.clear)
    return {path.name: path for path in folder.iterdir()}


def test_an_archive_that_is_none_of_ours_is_one_sentence(known: Home, places: Places, tmp_path: Path) -> None:
    make(known, places, tmp_path / "good")
    folder = tmp_path / "bad"
    folder.mkdir()
    for name, path in bad_archives(tmp_path / "good", folder).items():
        with pytest.raises(Damaged, match="damaged or not a backup of mine"), archive.unpacked(path, tmp_path):
            pytest.fail(name)
    with pytest.raises(WrongUse, match="There is no file"), archive.unpacked(tmp_path, tmp_path):
        pass
    assert left_over(tmp_path) == []


def test_mangled_archives_never_raise_anything_else(known: Home, places: Places, tmp_path: Path) -> None:
    make(known, places, tmp_path / "good")
    whole, dice, opened = (tmp_path / "good").read_bytes(), random.Random(7), 0
    heads = [at for at in range(len(whole) - 4) if whole[at : at + 2] == b"PK"]
    bad = tmp_path / "bad"
    for _ in range(400):
        mangled = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            mangled[min(dice.choice(heads) + dice.randrange(60), len(whole) - 1)] = dice.randrange(256)
        bad.write_bytes(mangled)
        archive.is_one(bad)
        with contextlib.suppress(SamanthaError), archive.unpacked(bad, tmp_path):
            opened += 1
    assert opened < 400
    assert left_over(tmp_path) == []


def test_the_newest_good_backup_is_found_among_the_bad(known: Home, places: Places, tmp_path: Path) -> None:
    data_key = key.unlock(key.load(known.keys), places)
    assert backup.newest_good(known, data_key) is None
    for age, name in enumerate(("gone", "cut", "good", "older")):
        make(known, places, tmp_path / name)
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    (tmp_path / "gone").unlink()
    os.truncate(tmp_path / "cut", 5000)
    os.utime(tmp_path / "cut", (2e9, 2e9))
    (known.backups / "odd.samantha").mkdir()
    assert backup.newest_good(known, data_key) == tmp_path / "good"
    assert backup.newest_good(known, bytes(32)) is None, "somebody else's backups are not good for this memory"
