"""The home: who may read it, who holds it, and where its socket lies."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from samantha.events import Damaged, Held, NoRoom
from samantha.store.home import LONGEST_SOCKET_PATH, Home, read_json, room, write_private
from samantha.store.key import Places
from tests.store.conftest import reopen

HOLD = """
import pathlib, sys
from samantha.store.home import Home
with Home(pathlib.Path(sys.argv[1])).hold() as ours: print(ours)
"""


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def hold_elsewhere(home: Home) -> str:
    """Try to hold a home from another process."""
    run = subprocess.run([sys.executable, "-c", HOLD, str(home.folder)], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_one_process_holds_the_home_at_a_time(home: Home) -> None:
    home.prepare()
    with home.hold() as ours:
        assert ours
        assert hold_elsewhere(home) == "False"
        with home.hold() as again:
            assert not again
    assert hold_elsewhere(home) == "True"


def test_a_holder_that_is_killed_lets_go(home: Home) -> None:
    home.prepare()
    script = HOLD.replace("print(ours)", "print(ours, flush=True); sys.stdin.read()")
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == b"True\n"
        with home.hold() as ours:
            assert not ours
        child.kill()
        child.wait()
    with home.hold() as ours:
        assert ours


def test_the_person_alone_may_read_anything(known: Home, places: Places) -> None:
    opened = reopen(known, places)
    opened.connection.execute("insert into setting values ('a', '1')")
    made = [path for folder in (known.folder, places.key_files) for path in folder.rglob("*")]
    assert {path.name for path in made} >= {"memory.db", "memory.db-wal", "memory.db-shm", "keys.json"}
    opened.close()
    with known.hold():
        for path in (known.folder, places.key_files, *known.folder.rglob("*"), *places.key_files.rglob("*")):
            assert mode(path) == (0o700 if path.is_dir() else 0o600), path


def test_files_are_private_whatever_the_umask(home: Home, places: Places, known: Home) -> None:
    before = os.umask(0)
    try:
        write_private(known.folder / "more.json", b"{}")
        opened = reopen(known, places)
        opened.connection.execute("insert into setting values ('a', '1')")
        assert {mode(path) for path in known.folder.iterdir() if path.is_file()} == {0o600}
        opened.close()
    finally:
        os.umask(before)


@pytest.mark.parametrize("length", [10, 200])
def test_the_socket_fits_however_long_the_path_is(tmp_path: Path, length: int) -> None:
    folder = tmp_path
    while len(str(folder)) < len(str(tmp_path)) + length:
        folder /= "a long name for it"
    home = Home(folder)
    home.prepare()
    assert len(os.fsencode(home.socket)) <= LONGEST_SOCKET_PATH + len("/tmp/samantha-0/")
    assert mode(home.socket.parent) == 0o700
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(home.socket))
    home.socket.unlink()


def test_two_long_homes_have_two_sockets(tmp_path: Path) -> None:
    first, second = (Home(tmp_path / ("x" * 120) / name) for name in ("a", "b"))
    assert first.socket != second.socket


def test_a_socket_folder_laid_out_by_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    home = Home(tmp_path / ("x" * 120) / "home")
    home.socket.parent.mkdir()
    monkeypatch.setattr("os.getuid", lambda: os.stat(tmp_path).st_uid + 1)
    home.socket.parent.mkdir()
    with pytest.raises(Held, match="belongs to somebody else"):
        home.prepare()


def test_a_file_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("I was here first")
    with pytest.raises(NoRoom, match="choose another with --home"):
        Home(tmp_path / "home").prepare()


def test_a_home_that_cannot_be_written_is_one_sentence(home: Home) -> None:
    home.prepare()
    (home.folder / "holder.lock").mkdir()
    with pytest.raises(NoRoom, match="I can't write"), home.hold():
        pass


def test_a_private_file_is_replaced_at_once_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    path = folder / "keys.json"
    write_private(path, b"first")
    write_private(path, b"second")
    assert path.read_bytes() == b"second"
    (folder / "folder").mkdir()
    with pytest.raises(NoRoom, match="Is a directory"):
        write_private(folder / "folder", b"third")
    assert sorted(entry.name for entry in folder.iterdir()) == ["folder", "keys.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": 1}}'])
def test_json_that_is_none_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    with pytest.raises(Damaged, match=r"can't be read; put it back"):
        read_json(path)


def test_what_the_system_says_becomes_a_sentence_about_the_place() -> None:
    with pytest.raises(NoRoom, match=r"I can't write the shed \(No such file"), room("the shed"):
        os.stat("/no/such/file")
