"""The holder's socket: who may ask, what a request may be, and what becomes of a reply when either side goes away."""

import asyncio
import json
import os
import stat
import sys
from collections import deque
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from samantha import app, place
from samantha.channels.terminal import chat
from samantha.events import Held, NoRoom, WrongUse
from samantha.holder import LONGEST_REQUEST, There, serving
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.web import server
from samantha.work import Here, House
from tests.conftest import ask, one, texts, with_mind


def config(folder: Path, clock: Any = place.now, *, agreed: bool = True) -> app.Config:
    """Return the config of a home in a folder."""
    return app.Config(Home(folder / "home"), Places(folder / "keys"), clock, agreed=agreed)


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    """Where the socket is."""
    return tmp_path / "s.sock"


async def raw(socket: Path, sent: bytes) -> list[dict[str, Any]]:
    """Send bytes as they are, and return the events that come back."""
    reader, writer = await asyncio.open_unix_connection(socket, limit=2**26)
    writer.write(sent)
    found = [json.loads(line) async for line in reader]
    writer.close()
    return found


# --- the socket ---------------------------------------------------------------------------------------------


def test_the_socket_is_the_persons_alone_and_goes_with_its_holder(house: House, socket: Path) -> None:
    socket.touch()  # left by a holder that died

    async def run() -> None:
        async with serving(Here(house), socket):
            mode = os.stat(socket).st_mode
            assert stat.S_ISSOCK(mode)
            assert stat.S_IMODE(mode) == 0o600
            assert await There(socket).reachable()
        assert not await There(socket).reachable()

    asyncio.run(run())
    assert not socket.exists()


def test_a_place_that_takes_no_socket_is_one_sentence(house: House, tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(Here(house), tmp_path / ("x" * 200)):
            raise AssertionError

    with pytest.raises(NoRoom, match="--home"):
        asyncio.run(run())


def test_events_carry_the_askers_id_and_end_with_done(house: House, socket: Path) -> None:
    with_mind(house, ["Yes, 🙂 and “no”."])

    async def run() -> list[dict[str, Any]]:
        async with serving(Here(house), socket):
            return await ask(There(socket), "turn", text="Half \ud83d a pair, 🙂.", id={"any": [1]})

    events = asyncio.run(run())
    assert all(event["id"] == {"any": [1]} for event in events)
    assert events[-1]["event"] == "done"
    assert texts(house) == ["Half  a pair, 🙂.", "Yes, 🙂 and “no”."]


def test_several_are_answered_at_once(house: House, socket: Path) -> None:
    wait = asyncio.Event()
    with_mind(house, ["One two ", wait, "three."])

    async def run() -> None:
        turn = There(socket).ask({"ask": "turn", "text": "Count."})
        async with serving(Here(house), socket), aclosing(turn) as events:
            async for event in events:
                if event["event"] == "word":
                    assert one(await ask(There(socket), "hello"), "hello")["met"]
                    wait.set()

    asyncio.run(run())
    assert texts(house) == ["Count.", "One two three."]


@pytest.mark.parametrize(
    "sent",
    [
        b"\n",
        b"hello\n",
        b'{"ask": "hello"\n',
        b"[1]\n",
        b"null\n",
        b'"hello"\n',
        b"\xff\xfe{}\n",
        b"[" * 100_000 + b"\n",
        b'{"ask":' * 50_000 + b"\n",
        b"1" * 10_000 + b"\n",
    ],
    ids=lambda sent: repr(sent[:12]),
)
def test_what_is_no_request_is_refused_in_one_sentence(house: House, socket: Path, sent: bytes) -> None:
    async def run() -> None:
        async with serving(Here(house), socket):
            (event,) = await raw(socket, sent)
            assert (event["event"], event["code"]) == ("error", "wrong-use")
            assert one(await ask(There(socket), "hello"), "hello")

    asyncio.run(run())


def test_a_request_beyond_all_limits_is_refused_on_both_sides(house: House, socket: Path) -> None:
    async def run() -> None:
        async with serving(Here(house), socket):
            (event,) = await raw(socket, b"x" * (LONGEST_REQUEST + 10))
            assert event["code"] == "wrong-use"
            with pytest.raises(WrongUse):
                await ask(There(socket), "turn", text="x" * LONGEST_REQUEST)
            assert one(await ask(There(socket), "hello"), "hello")

    asyncio.run(run())


@pytest.mark.parametrize("letter", ["a", "🙂", "\n"])
def test_a_million_characters_of_any_kind_pass(house: House, socket: Path, letter: str) -> None:
    text = "x" + letter * 999_998 + "x"

    async def run() -> None:
        async with serving(Here(house), socket):
            assert (await ask(There(socket), "turn", text=text))[-1]["event"] == "done"
            lines = one(await ask(There(socket), "lines"), "lines")["lines"]
            assert lines[0]["text"] == text

    asyncio.run(run())


def test_bytes_after_a_request_are_passed_over(house: House, socket: Path) -> None:
    with_mind(house, ["One two."])

    async def run() -> None:
        async with serving(Here(house), socket):
            reader, writer = await asyncio.open_unix_connection(socket)
            writer.write(b'{"ask": "turn", "text": "Count."}\n' + b"more and more\n" * 1000)
            events = [json.loads(line) async for line in reader]
            assert events[-1]["event"] == "done"
            writer.close()

    asyncio.run(run())
    assert texts(house) == ["Count.", "One two."]


def test_a_connection_that_says_nothing_and_goes_harms_nobody(house: House, socket: Path) -> None:
    async def run() -> None:
        async with serving(Here(house), socket):
            _, silent = await asyncio.open_unix_connection(socket)
            _, half = await asyncio.open_unix_connection(socket)
            half.write(b'{"ask": "turn", "text": "cut o')
            half.close()
            assert one(await ask(There(socket), "hello"), "hello")
            silent.close()

    asyncio.run(run())
    assert texts(house) == []


# --- somebody goes away in the middle ------------------------------------------------------------------------


def test_an_asker_that_hangs_up_has_seen_what_was_handed_over(house: House, socket: Path) -> None:
    never = asyncio.Event()
    mind = with_mind(house, ["One two three", never])

    async def run() -> None:
        async with serving(Here(house), socket):
            async with aclosing(There(socket).ask({"ask": "turn", "text": "Count."})) as events:
                async for event in events:
                    if event.get("text") == " two":
                        break
            async with house.one_turn:  # waits for the turn to be over
                assert texts(house) == ["Count.", "One two"]

    asyncio.run(run())
    assert mind.stopped == 1


@pytest.mark.parametrize("half", [b"", b'{"event": "wor'])
def test_a_holder_that_dies_in_the_middle_of_a_reply_is_told_of(socket: Path, half: bytes) -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b'{"event": "heard", "turn": 1}\n' + half)
        writer.close()

    found = []

    async def run() -> None:
        async with await asyncio.start_unix_server(die, socket):
            async for event in There(socket).ask({"ask": "turn", "text": "Hello?"}):
                found.append(event["event"])

    with pytest.raises(Held, match="gone away"):
        asyncio.run(run())
    assert found == ["heard"]


def test_without_a_holder_there_is_nobody_to_ask(socket: Path) -> None:
    async def run() -> None:
        await ask(There(socket), "hello")

    with pytest.raises(Held, match="closed"):
        asyncio.run(run())


def test_a_holder_that_ends_in_the_middle_of_a_reply_keeps_what_it_handed_over(house: House, socket: Path) -> None:
    never = asyncio.Event()
    with_mind(house, ["One two three", never])

    async def run() -> None:
        enough = asyncio.Event()

        async def talk() -> None:
            async for event in There(socket).ask({"ask": "turn", "text": "Count."}):
                if event.get("text") == " two":
                    enough.set()

        async with serving(Here(house), socket):
            talking = asyncio.ensure_future(talk())
            await enough.wait()
        with pytest.raises(Held):
            await talking

    asyncio.run(run())
    assert texts(house) == ["Count.", "One two"]


def test_an_asker_that_never_reads_does_not_keep_the_others_waiting(house: House, socket: Path) -> None:
    with_mind(house, [("x" * 200_000 + " ") * 20], ["Here."])

    async def run() -> None:
        async with serving(Here(house), socket, take_within=0.01):
            _, deaf = await asyncio.open_unix_connection(socket, limit=1)
            deaf.write(b'{"ask": "turn", "text": "Talk at length."}\n')
            assert one(await ask(There(socket), "turn", text="And I?"), "said")["text"] == "Here."
            deaf.close()

    asyncio.run(run())
    kept = texts(house)
    assert kept[0] == "Talk at length."
    assert kept[-2:] == ["And I?", "Here."]
    assert len(kept[1]) < 20 * 200_000


def test_an_asker_that_never_reads_does_not_keep_the_holder_from_closing(house: House, socket: Path) -> None:
    with_mind(house, [("x" * 200_000 + " ") * 20])

    async def run() -> None:
        async with serving(Here(house), socket, take_within=1000):
            _, deaf = await asyncio.open_unix_connection(socket, limit=1)
            deaf.write(b'{"ask": "turn", "text": "Talk at length."}\n')
            while house.speaking is None:  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0)
        deaf.close()

    asyncio.run(run())
    assert texts(house)[0] == "Talk at length."


# --- the doorway ------------------------------------------------------------------------------------------------


def test_the_second_hands_its_work_to_the_first_and_takes_over_when_that_leaves(tmp_path: Path) -> None:
    async def run() -> None:
        async with app.Doorway(config(tmp_path), serve=True) as first:
            second = await app.Doorway(config(tmp_path), serve=True).__aenter__()
            assert first.house
            assert [door.house for door in (first, second)] == [first.house, None]
            await ask(second, "turn", text="Through the socket.")
            assert texts(first.house)[0] == "Through the socket."
        answers = await asyncio.gather(*(ask(second, "turn", text=f"Saying {n}.") for n in range(4)))
        assert all(events[-1]["event"] == "done" for events in answers)
        assert second.house
        assert {f"Saying {n}." for n in range(4)} <= set(texts(second.house))
        assert Home(tmp_path / "home").socket.exists()
        await second.__aexit__()

    asyncio.run(run())


def test_a_reply_that_has_begun_is_not_begun_again_elsewhere(tmp_path: Path) -> None:
    never = asyncio.Event()

    async def run() -> None:
        first = await app.Doorway(config(tmp_path), serve=True).__aenter__()
        async with app.Doorway(config(tmp_path), serve=True) as second:
            assert first.house
            with_mind(first.house, ["One two three", never])
            left = []

            async def talk() -> None:
                async for event in second.ask({"ask": "turn", "text": "Count."}):
                    if event.get("text") == " two":
                        left.append(asyncio.ensure_future(first.__aexit__()))

            with pytest.raises(Held):
                await talk()
            await left[0]
            lines = one(await ask(second, "lines"), "lines")["lines"]
            assert [line["text"] for line in lines] == ["Count.", "One two"]

    asyncio.run(run())


def test_words_that_wait_when_the_holder_closes_are_kept_once_and_answered(tmp_path: Path) -> None:
    async def run() -> None:
        first = await app.Doorway(config(tmp_path), serve=True).__aenter__()
        async with app.Doorway(config(tmp_path), serve=True) as second:
            assert first.house
            await first.house.one_turn.acquire()  # somebody else is talking with her
            waiting = asyncio.ensure_future(ask(second, "turn", text="And I?"))
            await asyncio.sleep(0)
            for _ in range(3):  # by then the words have arrived
                assert one(await ask(second, "hello"), "hello")
            leaving = asyncio.ensure_future(first.__aexit__())
            while Home(tmp_path / "home").socket.exists():  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0)
            for _ in range(5):
                await asyncio.sleep(0)
            first.house.one_turn.release()
            await leaving
            reply = one(await waiting, "said")["text"]
            lines = one(await ask(second, "lines"), "lines")["lines"]
            assert [line["text"] for line in lines] == ["And I?", reply]

    asyncio.run(run())


def test_a_holder_that_does_not_answer_is_named(tmp_path: Path) -> None:
    async def run() -> None:
        home = Home(tmp_path / "home")
        home.prepare()
        with home.hold() as ours:
            assert ours
            async with app.Doorway(config(tmp_path), serve=False, patience=0):
                raise AssertionError

    with pytest.raises(Held, match="doesn't answer"):
        asyncio.run(run())


def test_one_that_waits_goes_on_when_the_holder_lets_go(tmp_path: Path) -> None:
    async def run() -> None:
        home = Home(tmp_path / "home")
        home.prepare()
        with home.hold():
            door = app.Doorway(config(tmp_path), serve=False)
            entering = asyncio.ensure_future(door.__aenter__())
            await asyncio.sleep(0)
        async with await entering:
            assert one(await ask(door, "hello"), "hello")["met"]

    asyncio.run(run())


# --- everything at once -----------------------------------------------------------------------------------------


async def child(folder: Path, text: str) -> dict[str, Any]:
    """Say one thing from a process of its own, and return what it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "samantha", "say", "--json", "--home", str(folder / "home"), text),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    said: dict[str, Any] = json.loads(out)
    return said


class Typist:
    """A screen on which somebody types lines as fast as they are asked for."""

    def __init__(self, *lines: str) -> None:
        self.left = deque(lines)

    async def read(self, _: str) -> str | None:
        """Return the next line, None at the end."""
        return self.left.popleft() if self.left else None

    def write(self, text: str) -> None:
        """Show nothing to anybody."""


async def on_the_page(address: str, texts: list[str]) -> list[str]:
    """Take turns over the WebSocket of a page, and return the replies."""
    replies = []
    origin = Origin(address.rpartition("/")[0].rpartition("/")[0])
    async with connect(f"{address.replace('http', 'ws', 1)}ws", origin=origin, proxy=None) as socket:
        for text in texts:
            await socket.send(json.dumps({"ask": "turn", "text": text, "channel": "page"}))
            events = [json.loads(await socket.recv())]
            while events[-1]["event"] != "done":
                events.append(json.loads(await socket.recv()))
            replies.append(one(events, "said")["text"])
    return replies


def test_a_chat_a_page_and_five_says_at_once_are_all_answered_in_order(tmp_path: Path) -> None:
    typed, written = [f"Typed {n}." for n in range(10)], [f"On the page {n}." for n in range(10)]

    async def run() -> None:
        async with (
            app.Doorway(config(tmp_path), serve=True) as holder,
            server.serving(holder, "token", server.listen()) as address,
        ):
            assert holder.house
            says = asyncio.gather(*(child(tmp_path, f"Said by child {n}.") for n in range(5)))
            page = asyncio.ensure_future(on_the_page(address, written))
            await chat(holder, Typist(*typed))
            replies = [*(answer["reply"] for answer in await says), *await page]
            assert all(replies)
            lines = holder.house.she.memory.lines(limit=1000)
        assert [line.who for line in lines] == ["person", "companion"] * 25
        assert all(lines[n].turn == lines[n + 1].turn for n in range(0, 50, 2))
        said = [line.text for line in lines if line.who == "person"]
        assert [text for text in said if text in typed] == typed
        assert [text for text in said if text in written] == written
        assert sorted(set(said) - {*typed, *written}) == [f"Said by child {n}." for n in range(5)]
        answered = [lines[n + 1].text for n in range(0, 50, 2) if lines[n].text not in typed]
        assert sorted(answered) == sorted(replies)

    asyncio.run(run())
