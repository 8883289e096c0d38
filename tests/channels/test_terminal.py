"""The terminal: with a fake screen, and for real on a pseudo-terminal."""

import asyncio
import codecs
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samantha import app, language
from samantha.care import danger
from samantha.channels.base import only
from samantha.channels.prompt import Wrap
from samantha.channels.terminal import Plain, chat, earlier, lines_from, piped
from samantha.events import SamanthaError
from samantha.store import backup
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.work import Here, House
from tests.conftest import asked, texts, with_mind
from tests.scripted import Clock

WORDS = language.load("terminal")


class FakeScreen:
    """A screen with a queue of typed lines; a callable among them is called before the next is read."""

    def __init__(self, *typed: str | Callable[[], None]) -> None:
        self.typed = deque(typed)
        self.shown = ""
        self.prompts: list[str] = []
        self.on_write: Callable[[str], None] = lambda _: None

    async def read(self, prompt: str) -> str | None:
        """Return the next line, None at the end."""
        self.prompts.append(prompt)
        while self.typed:
            line = self.typed.popleft()
            if isinstance(line, str):
                return line
            line()
        return None

    def write(self, text: str) -> None:
        """Take down what is shown."""
        self.shown += text
        self.on_write(text)


class Refusing:
    """A door that refuses one kind of work, and hands the rest on."""

    def __init__(self, house: House, refused: str) -> None:
        self.here, self.refused = Here(house), refused

    async def ask(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Refuse, or hand on."""
        if request["ask"] == self.refused:
            yield {"event": "error", "code": "damaged", "sentence": "It is damaged."}
            return
        async for event in self.here.ask(request):
            yield event


def talk(door: Any, *typed: str | Callable[[], None]) -> FakeScreen:
    """Chat, type the lines, and return the screen."""
    screen = FakeScreen(*typed)
    asyncio.run(chat(Here(door) if isinstance(door, House) else door, screen))
    return screen


@pytest.fixture
def unmet(tmp_path: Path, clock: Clock) -> Iterator[House]:
    """Yield a house of somebody she has not met."""
    house = app.open_house(app.Config(Home(tmp_path / "unmet"), Places(tmp_path / "keys"), clock))
    yield house
    house.she.memory.file.close()


# --- with a fake screen ----------------------------------------------------------------------------------------


def test_she_greets_answers_and_lets_go(house: House) -> None:
    with_mind(house, ["It did."])
    screen = talk(house, "It rained.", "  ", "/quit", "never read")
    assert screen.shown == "Evening.\nIt did.\n"
    assert screen.typed == deque(["never read"])
    assert set(screen.prompts) == {WORDS["prompt"]["on"]}


@pytest.mark.parametrize("leave", WORDS["leave"])
def test_every_way_to_leave_leaves(house: House, leave: str) -> None:
    assert talk(house, f" {leave} ", "more").typed


def test_a_conversation_that_goes_on_is_not_greeted_again(house: House) -> None:
    with_mind(house, ["It did."])
    asked(house, "turn", text="It rained.")
    assert talk(house).shown == ""


def test_help_lists_every_command(house: House) -> None:
    shown = talk(house, "/help").shown
    assert all(command in shown for command in WORDS["help"])


def test_off_and_on_the_record(house: House) -> None:
    with_mind(house, ["A."], ["B."])
    screen = talk(house, "/off", "between us", "/on", "on again")
    assert screen.prompts[:4] == [WORDS["prompt"][state] for state in ("on", "off", "off", "on")]
    assert WORDS["record"]["off"] in screen.shown
    assert WORDS["record"]["on"] in screen.shown
    assert texts(house) == ["on again", "B."]


def test_forget_last(house: House) -> None:
    with_mind(house, ["A."])
    screen = talk(house, "a slip", "/forget  last", "/forget last")
    assert WORDS["forgotten"] in screen.shown
    assert screen.shown.endswith(f"{WORDS['nothing to forget']}\n")
    assert texts(house) == []


def test_forgetting_names_the_backups_that_still_hold_it(house: House, tmp_path: Path) -> None:
    with_mind(house, ["A."])
    file = house.she.memory.file
    assert file.home
    assert file.wraps
    assert file.data_key
    asked(house, "turn", text="a slip")
    backup.make(file.home, file.wraps, file.data_key, tmp_path / "copy")
    shown = talk(house, "/forget last").shown
    assert WORDS["still in backups"].format(files=tmp_path / "copy") in shown


def test_forget_last_forgets_nothing_that_was_said_elsewhere_since(house: House) -> None:
    with_mind(house, ["A."], ["B."])
    screen = talk(house, "a slip", lambda: asked_elsewhere(house), "/forget last")
    assert "nothing was forgotten" in screen.shown
    assert texts(house) == ["a slip", "A.", "said elsewhere", "B."]


def asked_elsewhere(house: House) -> None:
    """Take a turn that the screen knows nothing of."""
    with ThreadPoolExecutor() as elsewhere:
        elsewhere.submit(asked, house, "turn", text="said elsewhere").result()


def test_forget_last_off_the_record_leaves_what_is_kept(house: House) -> None:
    with_mind(house, ["A."], ["B."])
    screen = talk(house, "kept", "/off", "between us", "/forget last")
    assert screen.shown.endswith(f"{WORDS['forgotten']}\n")
    assert texts(house) == ["kept", "A."]


def test_an_unknown_command_is_not_said_to_her(house: House) -> None:
    assert "/fly" in talk(house, "/fly me home {x}").shown
    assert texts(house) == []


def test_a_refusal_is_shown_as_its_sentence(house: House) -> None:
    screen = talk(house, "x" * 1_000_001)
    assert "1,000,000" in screen.shown


@pytest.mark.parametrize("refused", ["forget", "record", "turn", "meet"])
def test_a_failing_work_is_one_sentence_and_the_talk_goes_on(house: House, unmet: House, refused: str) -> None:
    typed = {"forget": "/forget last", "record": "/on", "turn": "Hello."}.get(refused, "")
    screen = talk(Refusing(unmet if refused == "meet" else house, refused), typed, "/help")
    assert "It is damaged.\n" in screen.shown
    assert "/quit" in screen.shown


def test_a_file_that_cannot_be_read_ends_the_chat_with_its_sentence(house: House) -> None:
    with pytest.raises(SamanthaError, match="damaged"):
        talk(Refusing(house, "hello"))


def test_ctrl_c_in_the_middle_keeps_what_was_shown_and_only_that(house: House) -> None:
    with_mind(house, ["One two three four five."])
    screen = FakeScreen("Count.", "/help")
    screen.on_write = lambda text: os.kill(os.getpid(), signal.SIGINT) if text == " two" else None
    asyncio.run(chat(Here(house), screen))
    shown = screen.shown.removeprefix("Evening.\n").partition(" —\n")[0]
    assert shown.startswith("One two")
    assert texts(house) == ["Count.", shown]
    assert "/help" in screen.shown  # and the talk goes on


def test_ctrl_c_before_her_turn_has_begun_stops_nobody(house: House) -> None:
    with_mind(house, ["One two."])

    async def run() -> FakeScreen:
        screen = FakeScreen("Count.")
        async with house.one_turn:  # somebody else is talking with her
            talking = asyncio.ensure_future(chat(Here(house), screen))
            while not screen.prompts:  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0)
            for _ in range(20):
                await asyncio.sleep(0)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0)
        await talking
        return screen

    assert asyncio.run(run()).shown == "Evening.\nOne two.\n"


def test_the_history_is_what_the_person_said(house: House) -> None:
    with_mind(house, ["A."], ["B."])
    asked(house, "turn", text="one line")
    asked(house, "turn", text="two\nlines")

    async def run() -> list[str]:
        return [line async for line in earlier(Here(house))]

    assert asyncio.run(run()) == ["one line"]


def test_only_returns_the_one_event_or_the_refusal(house: House) -> None:
    assert asyncio.run(only(Here(house), {"ask": "stop"})) == {}
    assert asyncio.run(only(Here(house), {"ask": "fly"}))["event"] == "error"


# --- the meeting on a screen --------------------------------------------------------------------------------------


def test_the_meeting_in_the_terminal(unmet: House) -> None:
    typed = ["Ada", "Theo", "9", "yes", "My sister Anna lives in Timbuktu."]
    screen = talk(unmet, *typed, "", "", "", "", "let", "3", "", "Yes", "written", "/quit")
    assert WORDS["pick again"].format(most=3) in screen.shown
    assert "Ada, then." in screen.shown
    assert WORDS["written down"] in screen.prompts
    assert re.search(r"^(    (\w+ ){3}\w+\n){3}$", screen.shown, re.MULTILINE)
    assert unmet.she.memory.names() == {"companion": "Ada", "person": "Theo"}
    assert screen.prompts[-1] == WORDS["prompt"]["on"]


@pytest.mark.parametrize("before", range(6))
def test_skip_at_any_step_in_the_terminal(unmet: House, before: int) -> None:
    typed = ["Ada", "Theo", "1", "It rained.", *["1"] * 4][:before]
    screen = talk(unmet, *typed, "/skip", "/quit")
    assert screen.prompts[-1] == WORDS["prompt"]["unmet"]
    assert not unmet.met


def test_the_end_of_input_skips_the_meeting(unmet: House) -> None:
    assert talk(unmet).prompts[-1] == WORDS["prompt"]["unmet"]


# --- pipes ----------------------------------------------------------------------------------------------------


async def these(*lines: str) -> AsyncIterator[str]:
    """Yield lines."""
    for line in lines:
        yield line


def test_a_pipe_is_answered_line_by_line(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    with_mind(house, ["A."], ["B\nC."])
    asyncio.run(piped(Here(house), these("one", "", "  ", "two"), Plain()))
    assert capsys.readouterr().out == "A.\nB\nC.\n"
    assert texts(house) == ["one", "A.", "two", "B\nC."]
    assert asyncio.run(Plain().read("")) is None


@pytest.mark.parametrize(
    ("sent", "lines"),
    [
        (b"", []),
        (b"one", ["one"]),
        (b"one\ntwo\n", ["one", "two"]),
        (b"\n\none\r\n", ["", "", "one\r"]),
        (b"\xff\xfe bad\n", ["\ufffd\ufffd bad"]),
        ("a🙂b\n".encode() * 30_000, ["a🙂b"] * 30_000),
        (b"x" * 1_000_000, ["x" * 1_000_000]),
        (b"cut \xf0\x9f", ["cut \ufffd"]),
    ],
    ids=lambda value: repr(value)[:20],
)
@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_lines_come_whole_from_a_pipe_or_a_file(tmp_path: Path, sent: bytes, lines: list[str], kind: str) -> None:
    async def run(descriptor: int) -> list[str]:
        return [line async for line in lines_from(descriptor)]

    (tmp_path / "typed").write_bytes(sent)
    with (tmp_path / "typed").open("rb") as file:
        if kind == "file":
            assert asyncio.run(run(file.fileno())) == lines
            return
        with subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE) as cat:
            assert cat.stdout
            assert asyncio.run(run(cat.stdout.fileno())) == lines


def test_other_work_goes_on_while_a_pipe_waits() -> None:
    async def run() -> str:
        out, into = os.pipe()
        coming = lines_from(out)
        first = asyncio.ensure_future(anext(coming))
        await asyncio.sleep(0)
        assert not first.done()
        os.write(into, b"hello\n")
        line = await first
        os.close(into)
        assert [rest async for rest in coming] == []
        os.close(out)
        return line

    assert asyncio.run(run()) == "hello"


# --- for real -----------------------------------------------------------------------------------------------------


# Makes its standard input the terminal that controls it, so that Ctrl-C becomes a signal.
OWN_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from samantha.cli import main; main()"


class Terminal:
    """`samantha` on a pseudo-terminal."""

    def __init__(self, home: Path, *options: str, command: str = "chat", kind: str = "dumb") -> None:
        self.out = ""
        self.closed = False
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        ours, theirs = pty.openpty()
        self.ours = ours
        words = [*command.split(), "--home", str(home), *options]
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWN_TERMINAL, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": kind},
            start_new_session=True,
        )
        os.close(theirs)

    def until(self, words: str) -> str:
        """Read until some words are shown, and return what came up to them."""
        while words not in self.plain():
            self.read(words)
        before, _, after = self.plain().partition(words)
        self.out = after
        return before

    def read(self, wanted: str) -> None:
        """Read what is shown next; fail after 20 seconds of silence."""
        ready, _, _ = select.select([self.ours], [], [], 20)
        assert ready, f"waiting for {wanted!r}, saw: {self.plain()}"
        self.out += self.decoder.decode(os.read(self.ours, 65536))
        if "\x1b[6n" in self.out:  # it asks where the cursor is
            self.out = self.out.replace("\x1b[6n", "")
            os.write(self.ours, b"\x1b[1;1R")

    def plain(self) -> str:
        """Return what is shown, without the signs that move the cursor and colour."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r", "", self.out)

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self.ours, text.encode())

    def line(self, text: str, then: str) -> str:
        """Type a line, press Enter, and return what is shown up to some words."""
        self.type(f"{text}\r")
        return self.until(then)

    def leave(self) -> int:
        """Type Ctrl-D until it has ended (one typed ahead of the prompt is lost), and return its status."""
        for _ in range(20):
            self.type("\x04")
            while select.select([self.ours], [], [], 1)[0]:
                try:
                    os.read(self.ours, 65536)
                except OSError:  # how a pseudo-terminal says that the other end is closed
                    self.close()
                    return self.process.returncode
        raise AssertionError("it doesn't end")

    def close(self) -> None:
        """Hang up; whoever is still there ends with its terminal."""
        if not self.closed:
            self.closed = True
            os.close(self.ours)
            self.process.wait(20)


def said(home: Path) -> list[str]:
    """Return what is kept in a home."""
    command = [sys.executable, "-m", "samantha", "memory", "list", "--json", "--home", str(home)]
    return [line["text"] for line in json.loads(subprocess.run(command, capture_output=True, check=True).stdout)]


def test_a_whole_chat_on_a_terminal(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(Terminal(home)) as terminal:
        terminal.until("Her name")
        terminal.line("Ada", "Your name:")
        terminal.line("Theo", "1 to 3")
        terminal.line("1", "Your answer:")
        terminal.line("My sister Anna.", "1 to 3")
        for _ in range(20):
            if "remember what we say" in terminal.line("1", "1 to "):
                break
        assert not (home / "memory.db").exists()
        phrase = terminal.line("1", "written them down:")
        assert re.search(r"(?:    (?:[a-z]+ ){3}[a-z]+\s+){3}", phrase)
        terminal.line("", "today, really?")
        terminal.until("> ")
        terminal.line("/help", "Ctrl-C")
        terminal.until("> ")
        terminal.line("/off", WORDS["record"]["off"])
        terminal.until("(off the record) >")
        terminal.line("My secret is Zebulon.", "(off the record) >")
        terminal.line("/on", WORDS["record"]["on"])
        terminal.until("> ")
        terminal.line("What can you do?", "> ")
        kept = said(home)
        assert "What can you do?" in kept
        assert not any("Zebulon" in line for line in kept)
        terminal.line("/forget last", WORDS["forgotten"])
        assert "What can you do?" not in said(home)
        terminal.until("> ")
        assert terminal.leave() == 0


def test_ctrl_c_on_a_terminal_keeps_what_was_shown_and_only_that(tmp_path: Path) -> None:
    home = tmp_path / "home"
    said_in_danger = "I want to kill myself tonight."  # the longest fixed reply: two seconds of words
    concern = danger.weigh(said_in_danger, None, None)
    assert concern
    with closing(Terminal(home, "--yes")) as terminal:
        terminal.until("> ")
        terminal.type(f"{said_in_danger}\r")
        begins = " ".join(concern.reply.split()[:3])
        terminal.until(begins)
        terminal.type("\x03")
        shown = begins + terminal.until(" —\n").replace("^C", "")
        terminal.until("> ")
        assert terminal.leave() == 0
    assert said(home)[-2:] == [said_in_danger, shown]
    assert len(shown) < len(concern.reply)


def test_ctrl_d_at_once_leaves_with_status_0(tmp_path: Path) -> None:
    with closing(Terminal(tmp_path / "home", kind="xterm")) as terminal:
        terminal.until("Her name")
        terminal.type("\x04")
        terminal.until("(not remembered) >")
        terminal.type("\x03")  # clears the line
        assert terminal.leave() == 0
    assert not (tmp_path / "home" / "memory.db").exists()


def test_a_chat_ends_when_the_file_is_locked_from_elsewhere(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(Terminal(home, "--yes")) as terminal:
        terminal.until("> ")
        command = [sys.executable, "-m", "samantha", "lock", "--json", "--home", str(home)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        terminal.until("Locked from elsewhere.")
        assert terminal.leave() == 0


def test_without_a_browser_one_talks_beside_the_page(tmp_path: Path) -> None:
    with closing(Terminal(tmp_path / "home", "--yes", "--port", "0", command="")) as terminal:
        terminal.until("Her page: http://127.0.0.1:")
        terminal.until("> ")
        terminal.line("/help", "/quit")
        terminal.until("> ")
        assert terminal.leave() == 0


# --- lines of whole words -----------------------------------------------------------------------------------------


@given(st.lists(st.text("ab \n", max_size=30), max_size=8), st.integers(5, 40))
def test_wrapping_loses_no_word(pieces: list[str], width: int) -> None:
    wrap = Wrap()
    shown = "".join(wrap(piece, width) for piece in pieces)
    assert shown.split() == "".join(pieces).split() or any(not piece[-1:].isspace() for piece in pieces[:-1])
    assert shown.replace("\n", "").replace(" ", "") == "".join(pieces).replace("\n", "").replace(" ", "")


def test_a_word_that_does_not_fit_begins_a_line() -> None:
    wrap = Wrap()
    assert wrap("one two three", 8) == "one two\nthree"
    assert wrap(" four", 8) == "\nfour"
    assert wrap("\nfive", 8) == "\nfive"


def test_agreeing_after_a_skipped_meeting_shows_the_phrase(unmet: House) -> None:
    screen = talk(unmet, "/skip", "/on", "", "/quit")
    assert WORDS["phrase"] in screen.shown
    assert unmet.met
