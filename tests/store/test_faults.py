"""A disk that fails at every write, sync and truncation of a turn: a clear sentence, and a readable file."""

import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from samantha.events import Heard, Said, SamanthaError
from samantha.memory.memory import Memory
from samantha.store import file
from samantha.store.home import Home
from samantha.store.key import Places
from tests.prove.reading import Contents, read
from tests.store.conftest import START, TOLD, remember, reopen, texts, unmeasured
from tests.store.faulty import Disk, faulty

NOW = START + timedelta(hours=3)
WORDS = "My brother Bjørn moved to Oslo in May. " + "It was a long way. " * 300  # several pages
REPLY = "To Oslo. What took him there?"

FAILURES = {
    "full disk, once": Disk(),
    "full disk, and it stays full": Disk(stays=True),
    "failing write": Disk(error=apsw.SQLITE_IOERR_WRITE),
    "failing sync": Disk(error=apsw.SQLITE_IOERR_FSYNC),
    "failing sync, and it stays so": Disk(error=apsw.SQLITE_IOERR_FSYNC, stays=True),
}
CLEAR = re.compile(r"I can't write .*; make room or mend the disk, then (say it|try) again\.$")


def keep(memory: Memory) -> None:
    """Make the person's words durable."""
    memory.keep(Heard(WORDS, NOW))


def complete(memory: Memory) -> None:
    """Close the turn that was heard last."""
    heard = Heard(WORDS, NOW, turn=memory.lines(limit=1)[-1].turn)
    memory.complete(heard, None, None, memory.recall(heard), Said(REPLY, NOW + timedelta(seconds=1)))


def forget(memory: Memory) -> None:
    """Forget the last turn."""
    memory.forget_last()


def off(memory: Memory) -> None:
    """Go off the record."""
    memory.switch_record(False, NOW)


@dataclass(frozen=True)
class Step:
    """One thing that is done as a whole or not at all, and what has happened before."""

    do: Callable[[Memory], None]
    before: tuple[Callable[[Memory], None], ...] = ()


STEPS = {
    "keep": Step(keep),
    "complete": Step(complete, (keep,)),
    "forget": Step(forget),
    "forget a long turn": Step(forget, (keep, complete)),
    "off the record": Step(off),
}


def contents(home: Home, places: Places) -> Contents:
    """Return every row of a home's file, read with an ordinary disk; integrity_check has passed then."""
    opened = reopen(home, places)
    try:
        return read(opened.connection)
    finally:
        opened.close()


def as_after_a_crash(home: Home, to: Path) -> Home:
    """Copy what a crash would leave of a home: the file and its log, without what lived in shared memory."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(home.folder, to, ignore=shutil.ignore_patterns("*-shm"))
    return Home(to)


def whole(home: Home, places: Places, step: Step) -> tuple[Contents, Contents, int]:
    """Do a step on a sound disk; return all rows before and after, and how often it used the disk."""
    disk = Disk()
    with faulty(disk) as vfs:
        memory = prepared(home, places, step, vfs)
        before = read(memory.file.connection)
        disk.calls.clear()
        step.do(memory)
        calls = len(disk.calls)
        after = read(memory.file.connection)
        memory.file.close()
    return before, after, calls


def prepared(home: Home, places: Places, step: Step, vfs: str) -> Memory:
    """Open a home and do what comes before a step."""
    memory = Memory(file.open_existing(home, places, now=NOW, vfs=vfs))
    for earlier in step.before:
        earlier(memory)
    return memory


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", STEPS)
def test_a_fault_at_every_use_of_the_disk(known: Home, places: Places, tmp_path: Path, name: str, failure: str) -> None:
    step = STEPS[name]
    before, after, calls = whole(as_after_a_crash(known, tmp_path / "sound"), places, step)
    assert calls > 0
    assert before != after
    told = 0
    for number in range(calls):
        home = as_after_a_crash(known, tmp_path / "faulty")
        disk = replace(FAILURES[failure], calls=[])
        with faulty(disk) as vfs:
            memory = prepared(home, places, step, vfs)
            disk.fail_at = len(disk.calls) + number
            sentence = attempt(step, memory)
            told += sentence is not None
            found = contents(as_after_a_crash(home, tmp_path / "crashed"), places)
            assert found in (before, after), f"half a step after call {number}"
            assert sentence or found == after, f"call {number} failed, and nobody was told"
            disk.fail_at = None  # there is room again: she goes on without being started anew
            heard = memory.keep(Heard("Can you hear me?", NOW))
            assert heard.turn
            memory.file.close()
        assert "Can you hear me?" in texts(home, places)
    assert told > calls / 3


def attempt(step: Step, memory: Memory) -> str | None:
    """Do a step, and return the sentence about what went wrong."""
    try:
        step.do(memory)
    except SamanthaError as error:
        assert CLEAR.search(error.sentence), error.sentence  # noqa: PT017 - it may also succeed
        return error.sentence
    return None


def shut(opened: file.OpenFile) -> None:
    """Close a file. SQLite closes whatever the disk says; apsw raises what a file system in Python has raised."""
    with contextlib.suppress(apsw.FullError, apsw.IOError):
        opened.close()


@pytest.mark.parametrize("failure", FAILURES)
def test_a_fault_while_opening_or_closing(known: Home, places: Places, tmp_path: Path, failure: str) -> None:
    running = reopen(known, places)
    keep(Memory(running))
    crashed = as_after_a_crash(known, tmp_path / "crashed")  # its log is still to be folded into the file
    before = read(running.connection)
    running.close()
    for number in range(100):
        home = as_after_a_crash(crashed, tmp_path / "faulty")
        disk = replace(FAILURES[failure], calls=[], fail_at=number)
        with faulty(disk) as vfs:
            try:
                opened = file.open_existing(home, places, now=NOW, vfs=vfs)
                shut(opened)
            except SamanthaError as error:
                assert CLEAR.search(error.sentence), error.sentence  # noqa: PT017
        assert contents(home, places) == before
        if len(disk.calls) <= number:
            break
    else:
        pytest.fail("it never came to an end")


@pytest.mark.parametrize("failure", FAILURES)
def test_a_fault_while_a_memory_is_made(tmp_path: Path, failure: str) -> None:
    for number in range(300):
        home, places = Home(tmp_path / f"home-{number}"), Places(tmp_path / f"keys-{number}")
        disk = replace(FAILURES[failure], calls=[], fail_at=number)
        with faulty(disk) as vfs:
            try:
                shut(file.create(home, places, vfs=vfs))
            except SamanthaError as error:
                assert CLEAR.search(error.sentence), error.sentence  # noqa: PT017
        opened = reopen(home, places) if file.exists(home) else file.create(home, places)
        remember(Memory(opened), *TOLD)
        opened.close()
        assert texts(home, places) == list(TOLD)
        if len(disk.calls) <= number:
            break
    else:
        pytest.fail("it never came to an end")


SAY = """
import os, resource, sys
size = os.path.getsize(sys.argv[1]) if sys.argv[1] else 0
limit = size + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.argv[1:] = ["say", sys.argv[3]]
from samantha.cli import main
main()
"""


def say(home: Home, text: str, room: int | None) -> "subprocess.CompletedProcess[str]":
    """Run `samantha say` as a process of its own, in which no file may outgrow the memory by more than `room`."""
    known = str(home.file) if home.file.exists() else ""
    start = ["-m", "samantha", "say", text] if room is None else ["-c", SAY, known, str(room), text]
    environment = unmeasured() | {"SAMANTHA_HOME": str(home.folder)}
    return subprocess.run(
        [sys.executable, *start], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_really_full_disk_is_one_sentence_and_loses_nothing(home: Home) -> None:
    first = say(home, "My brother is called Bjørn.", None)
    assert first.returncode == 0, first.stderr
    long = "It was a long way. " * 5000
    failed = say(home, long, 0)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("samantha: I can't write to ")
    assert failed.stderr.count("\n") == 1
    assert "Traceback" not in failed.stderr
    again = say(home, "What is my brother called?", None)
    assert again.returncode == 0, again.stderr
    assert "Bjørn" in again.stdout


@pytest.mark.parametrize("room", [0, 10, 3000, 30_000])
def test_a_full_disk_at_the_very_beginning(home: Home, room: int) -> None:
    failed = say(home, "Hello.", room)
    assert failed.returncode in (0, 1)
    assert "Traceback" not in failed.stderr
    assert failed.returncode == 0 or failed.stderr.splitlines()[-1].startswith("samantha: I can't write")
    assert say(home, "Hello.", None).returncode == 0
