"""The commands: what they print, their statuses, and that no wrong use ends in a traceback."""

import asyncio
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from samantha import __version__, app, cli, keeping, place
from samantha.events import Held, WrongUse
from samantha.store.home import Home
from samantha.store.key import Places
from tests.conftest import ask, one

# What only a process of its own shows is run in one; the rest in this process, which is ten times as fast.


class Ran(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, parsed."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, its standard input a pipe that is closed."""

    def run(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["samantha", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        given = dict(os.environ)
        with pytest.raises(SystemExit) as ending:
            cli.main()
        os.environ.update(given)  # what the command took out of it is there for the next
        code = ending.value.code
        assert isinstance(code, int)
        return Ran(code, *capsys.readouterr())

    return run


def child(*arguments: str | bytes, stdin: bytes = b"", **options: Any) -> Ran:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "samantha", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False, **options)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def one_sentence(ran: Ran, status: int) -> str:
    """Check that a command failed in one sentence, and return it."""
    assert ran.status == status, ran
    assert ran.out == ""
    assert ran.err.startswith("samantha: ")
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err
    return ran.err.removeprefix("samantha: ").strip()


# --- say --------------------------------------------------------------------------------------------------


def test_say_begins_a_memory_with_one_line_on_standard_error(run: Run, own_home: Path) -> None:
    first = run("say", "hello")
    assert (first.status, first.err.count("\n")) == (0, 1)
    assert "/off" in first.err
    assert str(own_home / "data" / "samantha") in first.err
    assert first.out.strip()
    again = run("say", "My", "sister", "Anna", "lives", "in", "Oslo.")
    assert (again.status, again.err) == (0, "")
    assert "Oslo" in run("say", "Where does my sister live?").out


def test_say_json_is_the_object_people_rely_on(run: Run) -> None:
    run("say", "My sister Anna lives in Oslo.")
    said = run("say", "--json", "Where does my sister live?").json
    assert list(said) == ["reply", "feeling", "recalled", "events", "turn", "record"]
    assert said["feeling"] is None
    assert said["turn"] == 2
    assert set(said["recalled"][0]) >= {"id", "when", "who", "text"}
    names = [event["event"] for event in said["events"]]
    assert names == ["heard", "feeling", "recalled", "said", "complete"]
    happy = run("say", "I'm so happy today!", "--json").json["feeling"]
    assert list(happy) == ["label", "valence", "arousal", "evidence"]


def test_say_off_the_record_has_no_turn(run: Run) -> None:
    run("say", "hello")
    home = str(Path(os.environ["XDG_DATA_HOME"]) / "samantha")
    asyncio.run(go_off_the_record(home))
    said = run("say", "--json", "Between us.")
    assert (said.json["turn"], said.json["record"]) == (None, "off")
    assert said.err.startswith("samantha: off the record: nothing of this is kept")
    assert said.err.count("\n") == 1
    piped = child(stdin=b"And this.\n")
    assert (piped.status, piped.err) == (0, said.err)
    assert "us." not in run("memory", "list").out


async def go_off_the_record(home: str) -> None:
    """Switch the record off in a home."""
    places = Places(Path(os.environ["XDG_CONFIG_HOME"]) / "samantha" / "keys")
    async with app.Doorway(app.Config(Home(Path(home)), places, place.now), serve=False) as door:
        assert one(await ask(door, "record", on=False), "record")["record"] == "off"


# --- where she lives --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["before", "after", "variable", "tilde"])
def test_home_may_be_named_in_every_way(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_home: Path, where: str
) -> None:
    home = tmp_path / "elsewhere"
    if where == "variable":
        monkeypatch.setenv("SAMANTHA_HOME", str(home))
        assert run("say", "hello").status == 0
    elif where == "before":
        assert run("--home", home, "say", "hello").status == 0
    elif where == "after":
        assert run("say", "hello", "--home", home).status == 0
    else:
        assert run("say", "hello", "--home", "~/elsewhere").status == 0
        home = own_home / "elsewhere"
    assert (home / "memory.db").exists()
    assert not (own_home / "data" / "samantha").exists()


def test_a_passphrase_of_the_environment_is_that_of_a_new_home(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMANTHA_PASSPHRASE", "correct horse")
    assert "key by passphrase" in run("say", "hello").err
    assert run("memory", "list").status == 0
    monkeypatch.setenv("SAMANTHA_PASSPHRASE", "wrong")
    assert "passphrase" in one_sentence(run("memory", "list"), 1)
    monkeypatch.delenv("SAMANTHA_PASSPHRASE")
    assert "SAMANTHA_PASSPHRASE" in one_sentence(run("say", "hello"), 1)


# --- memory ---------------------------------------------------------------------------------------------------------


def test_memory_can_be_listed_searched_and_shown(run: Run) -> None:
    run("say", "My sister Anna lives in Oslo.")
    run("say", "We swam in a cold lake.")
    lines = run("memory", "list", "--json").json
    assert [line["who"] for line in lines] == ["person", "companion"] * 2
    assert "you: My sister Anna" in run("memory", "list").out
    assert len(run("memory", "list", "-n", "1").out.splitlines()) == 1
    facts = run("memory", "list", "--facts", "--json").json
    assert {"Oslo"} <= {fact["value"] for fact in facts}
    assert "Your sister Anna lives in Oslo" in run("memory", "list", "--facts").out
    found = run("memory", "search", "cold", "lake", "-k", "1", "--json").json
    assert list(found[0]) == ["id", "when", "who", "text", "turn", "score"]
    assert "cold lake" in run("memory", "search", "cold lake").out
    shown = run("memory", "show", "1", "--json").json
    assert (shown["line"]["id"], shown["facts"][0]["line"]) == (1, 1)
    assert "lives in Oslo" in run("memory", "show", "1").out
    assert "99" in one_sentence(run("memory", "show", "99"), 2)


@pytest.mark.parametrize(
    "command", [["memory", "list"], ["memory", "search", "x"], ["memory", "show", "1"], ["backup", "x"], ["lock"]]
)
def test_what_needs_a_memory_says_that_there_is_none(run: Run, own_home: Path, command: list[str]) -> None:
    assert "no memory" in one_sentence(run(*command), 2)
    assert list(own_home.iterdir()) == []


# --- keeping ----------------------------------------------------------------------------------------------------------


def test_backup_and_restore_with_the_phrase_alone(run: Run, tmp_path: Path, own_home: Path) -> None:
    run("say", "My sister Anna lives in Oslo.")
    copy = tmp_path / "copy.samantha"
    made = run("backup", copy, "--json").json
    assert (made["file"], made["lines"]) == (str(copy), 2)
    phrase = made["phrase"]
    assert len(phrase.split()) == 12
    assert run("backup", copy, "--json").json["phrase"] is None
    assert "2 lines" in run("backup", copy).out
    for folder in own_home.iterdir():  # everything is lost: home, keys, settings
        subprocess.run(["rm", "-r", str(folder)], check=True)
    ran = child("restore", str(copy), "--json", stdin=f"{phrase}\n".encode())
    assert (ran.status, ran.json["lines"]) == (0, 2), ran
    assert "Oslo" in run("say", "Where does my sister live?").out


def test_a_new_phrase_is_shown_and_counts(run: Run, tmp_path: Path) -> None:
    run("say", "hello")
    first = run("backup", tmp_path / "a", "--json").json["phrase"]
    shown = run("backup", "--new-phrase", tmp_path / "b").out
    assert "twelve words" in shown
    assert first not in shown


def test_a_phrase_that_could_not_be_shown_does_not_count(run: Run, tmp_path: Path) -> None:
    run("say", "hello")
    assert run("backup", tmp_path).status == 2
    assert run("backup", tmp_path / "not" / "there" / "copy").status == 1
    assert len(run("backup", tmp_path / "copy", "--json").json["phrase"].split()) == 12


def test_restore_never_goes_over_newer_words_without_saying_so(run: Run, tmp_path: Path) -> None:
    run("say", "hello")
    run("backup", tmp_path / "copy")
    run("say", "It rained.")
    assert "--yes" in one_sentence(run("restore", tmp_path / "copy"), 2)
    assert "Restored" in run("restore", "--yes", tmp_path / "copy").out
    assert "It rained." not in run("memory", "list").out


@pytest.mark.parametrize("content", [None, b"", b"no zip", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_backup_is_one_sentence(run: Run, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "copy").write_bytes(content)
    one_sentence(run("restore", tmp_path / "copy"), 2 if content is None else 1)


def test_lock_sets_a_passphrase_where_there_is_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("say", "hello")
    assert run("lock", "--json").json == {"locked": False, "key": "file"}
    assert "Closed." in run("lock").out
    monkeypatch.setenv("SAMANTHA_PASSPHRASE", "correct horse")
    assert "Locked" in run("lock").out
    assert run("lock", "--json").json == {"locked": True, "key": "passphrase"}
    monkeypatch.delenv("SAMANTHA_PASSPHRASE")
    assert run("memory", "list").status == 1


def test_a_passphrase_typed_twice_must_be_the_same(run: Run, tmp_path: Path) -> None:
    run("say", "hello", "--home", tmp_path / "home")
    home = Home(tmp_path / "home")
    keys = Path(os.environ["XDG_CONFIG_HOME"]) / "samantha" / "keys"

    def typing(*typed: str | None) -> Places:
        left = list(typed)
        return Places(keys, ask=lambda _: left.pop(0))

    assert keeping.require_passphrase(home, typing(None)) == "file"
    with pytest.raises(WrongUse):
        keeping.require_passphrase(home, typing("one", "two"))
    assert keeping.require_passphrase(home, typing("one", "one")) == "passphrase"


def test_a_holder_that_does_not_close_is_told_of(run: Run, tmp_path: Path) -> None:
    run("say", "hello", "--home", tmp_path / "home")
    home = Home(tmp_path / "home")
    with home.hold() as ours:
        assert ours
        with pytest.raises(Held, match="doesn't close"):
            asyncio.run(keeping.close_holder(home, patience=0))
        assert "samantha lock" in one_sentence(run("restore", "x", "--home", tmp_path / "home"), 1)


def test_doctor(run: Run, tmp_path: Path) -> None:
    assert run("doctor").status == 0
    run("say", "hello")
    findings = run("doctor", "--json").json
    assert {finding["name"] for finding in findings} >= {"file", "key", "disk", "memory", "python", "page"}
    assert "note  key" in run("doctor").out
    data = Path(os.environ["XDG_DATA_HOME"]) / "samantha" / "memory.db"
    data.write_bytes(b"x" * data.stat().st_size)
    broken = run("doctor")
    assert broken.status == 1
    assert "BAD   file" in broken.out
    assert "damaged" in one_sentence(run("say", "hello"), 1)


# --- wrong use --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["say"],
        ["say", ""],
        ["say", "  "],
        ["say", "--loud", "hello"],
        ["fly"],
        ["--fly"],
        ["--port", "99999999"],
        ["--port", "x"],
        ["--home"],
        ["memory", "show"],
        ["memory", "show", "0"],
        ["memory", "show", "one"],
        ["memory", "show", "1", "2"],
        ["memory", "list", "-n", "0"],
        ["memory", "list", "-n", "99999999999999999999"],
        ["memory", "search"],
        ["memory", "burn"],
        ["backup"],
        ["restore"],
        ["lock", "x"],
        ["doctor", "--now"],
        ["bench", "fly"],
        ["bench", "turn", "--lines", "-1"],
        ["chat", "hello"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_sentence_and_status_2(run: Run, arguments: list[str]) -> None:
    one_sentence(run(*arguments), 2)


@pytest.mark.parametrize("home", ["/dev/null/x", "/proc/x", "/proc/self/environ"])
def test_a_home_that_cannot_be_is_one_sentence(run: Run, home: str) -> None:
    one_sentence(run("say", "hello", "--home", home), 1)


def test_a_folder_of_nobody_is_just_a_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("say", "hello", "--home", "~nobody-of-this-name/x").status in (0, 1)


def test_help_and_version(run: Run) -> None:
    assert "chat" in run("--help").out
    assert __version__ in run("--version").out
    assert run("-h").status == run("memory", "--help").status == 0


def test_what_nobody_foresaw_is_one_sentence_without_words(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down() -> None:
        raise ValueError("my secret words")

    monkeypatch.setattr(place, "country", break_down)
    sentence = one_sentence(run("say", "hello"), 1)
    assert sentence.startswith("Something in me broke")
    assert "secret" not in sentence + caplog.text
    assert "a command failed: ValueError < test_cli.py" in caplog.text


# --- pipes, and what only a process shows ------------------------------------------------------------------


@pytest.mark.parametrize("command", [(), ("chat",)])
def test_piped_input_is_answered_line_by_line(command: tuple[str, ...]) -> None:
    ran = child(*command, stdin=b"hello\n\n\nMy sister Anna lives in Oslo.\nWhere does my sister live?")
    assert ran.status == 0
    assert len(ran.out.splitlines()) >= 3
    assert "Oslo" in ran.out
    assert ran.err.count("\n") == 1


def test_a_pipe_of_nothing_and_of_anything() -> None:
    assert child(stdin=b"").out == ""
    long = b"x" * 1_000_000 + b"\n" + b"y" * 1_000_001 + b"\n"
    ran = child(stdin=b"\xff\xfe\x00 what\n\x1b[2J\n" + long + b"hello\n")
    assert ran.status == 0
    assert "Traceback" not in ran.out + ran.err
    assert "1,000,000" in ran.out
    assert len(ran.out.splitlines()) >= 4


@pytest.mark.parametrize("command", [(), ("chat",), ("say", "hello")])
def test_a_passphrase_is_never_taken_from_what_is_said(command: tuple[str, ...]) -> None:
    with_passphrase = {**os.environ, "SAMANTHA_PASSPHRASE": "correct horse"}
    child("say", "hello", env=with_passphrase)
    ran = child(*command, stdin=b"correct horse\nIt rained.\n", start_new_session=True)  # no terminal to ask at
    assert "SAMANTHA_PASSPHRASE" in one_sentence(ran, 1)
    ran = child(stdin=b"It rained.\nIt snowed.\n", env=with_passphrase)
    assert (ran.status, len(ran.out.splitlines())) == (0, 2)


def test_a_passphrase_is_asked_for_at_the_terminal_beside_the_pipe(tmp_path: Path) -> None:
    child("say", "hello", env={**os.environ, "SAMANTHA_PASSPHRASE": "correct horse"})
    ours, theirs = pty.openpty()
    own_terminal = (
        f"import fcntl, termios; fcntl.ioctl({theirs}, termios.TIOCSCTTY, 0); from samantha.cli import main; main()"
    )
    talking = subprocess.Popen(
        [sys.executable, "-c", own_terminal],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[theirs],
        start_new_session=True,
    )
    asked = b""
    while b"Passphrase: " not in asked:
        asked += os.read(ours, 1000)
    os.write(ours, b"correct horse\n")
    out, err = talking.communicate(b"It rained.\nIt snowed.\n", timeout=60)
    os.close(ours)
    os.close(theirs)
    assert (talking.returncode, err) == (0, b"")
    assert len(out.splitlines()) == 2


def test_bytes_that_are_no_text_in_the_arguments() -> None:
    ran = child("say", b"caf\xe9 \xff")
    assert (ran.status, "Traceback" in ran.err) == (0, False)
    assert "caf\ufffd" in child("memory", "list").out


def test_output_that_nobody_reads(tmp_path: Path) -> None:
    ran = subprocess.run(
        f"{sys.executable} -m samantha say hello | head -c 0; {sys.executable} -m samantha say hello >&-;"
        f"{sys.executable} -m samantha chat <&- >/dev/null; echo $?",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in ran.stderr
    assert "Exception" not in ran.stderr


def test_an_output_that_cannot_show_her_signs() -> None:
    ran = child("say", "--json", "“snow” ☃ — what did I say?", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (ran.status, "Traceback" in ran.err) == (0, False)
