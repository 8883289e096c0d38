"""One whole turn: its events in order, what is durable when, and what becomes of a reply that is cut off."""

import asyncio
import errno
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest

from samantha.agent.think import think
from samantha.channels.stream import StreamChannel
from samantha.events import Event, Heard, Part, Recalled, Say
from samantha.models.base import Mind
from samantha.models.builtin.mind import BuiltinMind
from samantha.turn import take_turn
from samantha.work import Here, House
from tests.conftest import QueuedMind, ask, asked, one, same_as_snapshot, texts, with_mind
from tests.scripted import Clock, open_house

TALKS: dict[str, list[tuple[str, list[Any]]]] = {
    "told_and_asked": [
        ("My sister Anna lives in Oslo.", ["Oslo", " is cold", " in March."]),
        ("Where does my sister live?", ["“My sister Anna lives in Oslo.”"]),
    ],
    "a_feeling": [("I'm so happy today, I got the job.", ["Good.\n", "Tell me."])],
    "nothing_much": [("It rained on the roof.", ["It did."])],
}


async def talk(house: House, said: list[str]) -> list[dict[str, Any]]:
    """Take turns one after another, ten seconds apart, and return all events."""
    events = []
    for text in said:
        assert isinstance(house.clock, Clock)
        house.clock.now += timedelta(seconds=10)
        events += await ask(house, "turn", text=text, channel="terminal", id=1)
    return events


# --- the event list ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TALKS)
def test_the_events_of_whole_turns_are_those_of_the_snapshot(house: House, name: str) -> None:
    mind = with_mind(house, *(answer for _, answer in TALKS[name]))
    same_as_snapshot(name, asyncio.run(talk(house, [said for said, _ in TALKS[name]])))
    mind.check()


def test_an_interrupted_turn_is_that_of_the_snapshot(house: House) -> None:
    with_mind(house, ["One two three four."])

    async def interrupted() -> list[dict[str, Any]]:
        events = []
        async with aclosing(Here(house).ask({"ask": "turn", "text": "Count.", "id": 2})) as stream:
            async for event in stream:
                events.append(event)
                if event.get("text") == " two":
                    await ask(house, "stop", shown=2)
        return events

    same_as_snapshot("interrupted", asyncio.run(interrupted()))


def test_a_turn_off_the_record_is_that_of_the_snapshot(house: House) -> None:
    with_mind(house, ["Go on."])
    asked(house, "record", on=False)
    same_as_snapshot("off_the_record", asyncio.run(talk(house, ["My brother Per lives in Bergen."])))


# --- words durable before she begins ------------------------------------------------------------------------


def test_the_persons_words_are_in_the_file_before_the_mind_is_asked(house: House, tmp_path: Path) -> None:
    file = house.she.memory.file
    seen: list[str] = []

    class Looking(QueuedMind):
        async def think(self, *_: Any) -> AsyncGenerator[Part, None]:
            other = apsw.Connection(str(tmp_path / "home" / "memory.db"), flags=apsw.SQLITE_OPEN_READONLY)
            assert file.data_key
            other.execute("pragma cipher = 'chacha20'")
            other.execute(f"pragma key = 'raw:{file.data_key.hex()}'")
            seen.extend(row[0] for row in other.execute("select text from line"))
            other.close()
            yield Say("Yes.")

    with_mind(house)
    house.she = type(house.she)(house.she.memory, house.she.feel, house.she.weigh, Looking())
    asked(house, "turn", text="Are you listening?")
    assert seen == ["Are you listening?"]


def test_a_mind_that_raises_loses_no_words_and_keeps_what_was_shown(house: House) -> None:
    with_mind(house, ["I was about", " to say", " that ", RuntimeError("secret words")], ["Here again."])
    events = asked(house, "turn", text="My sister Anna lives in Oslo.")
    shown = "".join(event["text"] for event in events if event["event"] == "word")
    assert one(events, "said") | {"at": 0} == {
        "id": None,
        "event": "said",
        "text": shown.strip(),
        "at": 0,
        "interrupted": True,
    }
    assert events[-1]["code"] == "broken"
    assert texts(house) == ["My sister Anna lives in Oslo.", shown.strip()]
    assert [fact.value for fact in house.she.memory.facts()]  # what was told is learnt all the same
    assert one(asked(house, "turn", text="Still there?"), "said")["text"] == "Here again."


def test_a_mind_that_raises_at_once_has_said_nothing(house: House) -> None:
    with_mind(house, [OSError(errno.EIO, "no")])
    events = asked(house, "turn", text="Hello there.")
    assert one(events, "said")["text"] == ""
    assert texts(house) == ["Hello there."]


def test_where_the_words_cannot_be_kept_she_does_not_begin(house: House) -> None:
    mind = with_mind(house, ["never"])
    db = house.she.memory.file.connection
    db.execute(f"pragma max_page_count = {db.pragma('page_count')}")
    events = asked(house, "turn", text="A long story. " * 5_000)
    assert [event["event"] for event in events] == ["error"]
    assert events[0]["code"] == "no-room"
    assert mind.asked == []
    assert texts(house) == []
    db.execute("pragma max_page_count = 1000000")
    assert one(asked(house, "turn", text="Now there is room."), "said")["text"] == "never"


# --- interrupted: what was shown, and only that --------------------------------------------------------------


def cut(house: House, after: int, how: str, **stop: Any) -> None:
    """Take a turn and cut its reply off after so many words: by `stop`, or by going away."""

    async def run() -> None:
        stream = Here(house).ask({"ask": "turn", "text": "Count.", "channel": "terminal"})
        async with aclosing(stream) as events:
            words = 0
            async for event in events:
                words += event["event"] == "word"
                if words == after and event["event"] == ("word" if after else "recalled"):
                    if how == "leave":
                        return
                    await ask(house, "stop", **stop)
                    how_many[:] = [word async for word in events if word["event"] == "word"]

    how_many: list[Any] = []
    asyncio.run(run())
    assert how_many == []  # no word comes after the stop


@pytest.mark.parametrize(
    ("after", "stop", "kept"),
    [
        (2, {"shown": 2}, "One two"),
        (2, {"shown": 1}, "One"),
        (3, {"shown": 0}, ""),
        (2, {"shown": 99}, "One two"),
        (2, {}, "One two"),  # all that was taken
        (1, {"shown": 1, "channel": "terminal"}, "One"),
        (0, {"shown": 0}, ""),
    ],
)
def test_a_stop_keeps_exactly_what_was_shown(house: House, after: int, stop: dict[str, Any], kept: str) -> None:
    mind = with_mind(house, ["One two three four five."])
    cut(house, after, "stop", **stop)
    assert texts(house) == ["Count.", *([kept] if kept else [])]
    assert mind.stopped <= 1


@pytest.mark.parametrize(("after", "kept"), [(0, ""), (1, "One"), (3, "One two three")])
def test_a_taker_that_goes_away_has_seen_what_it_was_given(house: House, after: int, kept: str) -> None:
    with_mind(house, ["One two three four five."])
    cut(house, after, "leave")
    assert texts(house) == ["Count.", *([kept] if kept else [])]


def test_the_first_stop_counts(house: House) -> None:
    with_mind(house, ["One two three four five."])

    async def run() -> None:
        async with aclosing(Here(house).ask({"ask": "turn", "text": "Count."})) as events:
            async for event in events:
                if event.get("text") == " four":
                    await ask(house, "stop", shown=2)
                    return  # and goes away, having been given four

    asyncio.run(run())
    assert texts(house) == ["Count.", "One two"]


def test_a_stop_for_another_channel_stops_nothing(house: House) -> None:
    with_mind(house, ["One two three."])

    async def run() -> None:
        async with aclosing(Here(house).ask({"ask": "turn", "text": "Count.", "channel": "page"})) as events:
            async for event in events:
                if event["event"] == "word":
                    await ask(house, "stop", shown=0, channel="terminal")

    asyncio.run(run())
    assert texts(house) == ["Count.", "One two three."]


def test_a_mind_that_takes_its_time_can_be_stopped_before_its_first_word(house: House) -> None:
    never = asyncio.Event()
    mind = with_mind(house, [never, "too late"])
    cut(house, 0, "stop", shown=0)
    assert texts(house) == ["Count."]
    assert mind.stopped == 1  # it was told to stop, not left running


def test_a_mind_is_stopped_when_its_reply_is(house: House) -> None:
    mind = with_mind(house, ["One ", "two ", "three ", "four"])
    cut(house, 1, "stop", shown=1)
    assert mind.stopped == 1


def test_words_may_come_with_a_pace(house: House) -> None:
    with_mind(house, ["One two."])
    events = asked(house, "turn", text="Count.", pace=0.000001)
    assert "".join(event["text"] for event in events if event["event"] == "word") == "One two."


def test_a_pace_can_be_interrupted(house: House) -> None:
    with_mind(house, ["One two three."])

    async def run() -> list[dict[str, Any]]:
        found = []
        async with aclosing(Here(house).ask({"ask": "turn", "text": "Count.", "pace": 5})) as events:
            async for event in events:
                found.append(event)
                if event["event"] == "word":
                    assert house.speaking
                    asyncio.get_running_loop().call_soon(house.speaking.stop, 1)
        return found

    events = asyncio.run(run())
    assert one(events, "said")["text"] == "One"


# --- the stream ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        ["One two"],
        ["  leading", " and\n\nlines \t", "end  "],
        ["a", "b", "c d"],
        ["   "],
        [""],
        [],
        ["🙂", " ", "שלום", "\n"],
    ],
)
def test_the_words_of_a_reply_joined_are_the_reply_to_the_letter(parts: list[str]) -> None:
    async def run() -> tuple[list[Event], str]:
        channel = StreamChannel(Heard("x", NOON), lambda: NOON)

        async def reply() -> Any:
            for part in parts:
                yield Say(part)

        async def speak() -> str:
            said = await channel.say(reply())
            channel.end()
            return said.text

        speaking = asyncio.ensure_future(speak())
        return [event async for event in channel.events()], await speaking

    events, said = asyncio.run(run())
    assert "".join(event.data["text"] for event in events) == "".join(parts)
    assert said == "".join(parts).strip()
    assert all(event.data["text"] for event in events)


NOON = datetime.fromisoformat("2026-03-04T12:00:00+01:00")


# --- off the record, and danger --------------------------------------------------------------------------------


def test_off_the_record_keeps_nothing_anywhere_and_says_so(house: House, tmp_path: Path) -> None:
    db = house.she.memory.file.connection
    asked(house, "turn", text="On the record.")
    assert one(asked(house, "record", on=False), "record")["record"] == "off"
    before = db.serialize("main")
    events = asked(house, "turn", text="My xylophone teacher Zebulon lives in Timbuktu.")
    assert one(events, "heard")["turn"] is None
    assert one(events, "complete") | {"id": 0} == {"id": 0, "event": "complete", "turn": None, "facts": []}
    assert db.serialize("main") == before
    assert one(asked(house, "hello"), "hello")["record"] == "off"
    house.she.memory.file.close()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"Zebulon" not in path.read_bytes()


def test_danger_is_answered_before_any_mind(house: House) -> None:
    mind = with_mind(house)  # it has no answer, so being asked would break it
    events = asked(house, "turn", text="I want to kill myself tonight.")
    names = [event["event"] for event in events if event["event"] != "word"]
    assert names == ["heard", "feeling", "concern", "recalled", "said", "complete", "done"]
    assert mind.asked == []
    assert one(events, "concern")["kind"]
    assert texts(house) == ["I want to kill myself tonight.", one(events, "said")["text"]]


def test_a_turn_cut_off_by_the_end_of_the_process_is_mended_when_the_file_is_opened(
    tmp_path: Path, clock: Clock
) -> None:
    first = open_house(tmp_path, clock)
    first.she.memory.keep(Heard("My sister Anna lives in Oslo.", clock(), "say"))
    first.she.memory.file.close()
    again = open_house(tmp_path, clock)
    assert texts(again) == ["My sister Anna lives in Oslo."]
    assert "Oslo" in [fact.value for fact in again.she.memory.facts()]
    again.she.memory.file.close()


def test_take_turn_returns_the_whole_turn(house: House, clock: Clock) -> None:
    with_mind(house, ["Fine."])

    async def run() -> Any:
        channel = StreamChannel(Heard("How are things?", clock(), "say"), clock)
        taking = asyncio.ensure_future(take_turn(channel, house.she))
        taking.add_done_callback(lambda _: channel.end())
        names = [event.name async for event in channel.events()]
        return names, await taking

    names, turn = asyncio.run(run())
    assert names == ["heard", "feeling", "recalled", "word", "said", "complete"]
    assert (turn.heard.text, turn.said.text, turn.concern, turn.said.interrupted) == (
        "How are things?",
        "Fine.",
        None,
        False,
    )


# --- what every mind must do -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [BuiltinMind, lambda: QueuedMind(["Well."])], ids=["built-in", "queued"])
@pytest.mark.parametrize("text", ["Hello.", "Where does my sister live?", "🙂", "a" * 5_000, "   ", "My boss, again."])
def test_every_mind_yields_words_and_can_be_left_early(make: Any, text: str) -> None:
    async def first_part(mind: Mind) -> Any:
        async with aclosing(think(mind, Heard(text, NOON), None, None, Recalled())) as reply:
            return await anext(reply)

    mind: Mind = make()
    part = asyncio.run(first_part(mind))
    assert isinstance(part, Say)
    assert part.text.strip()
    assert mind.name
    assert mind.greet(NOON, Recalled())


def test_a_queued_mind_fails_when_an_answer_is_left_over() -> None:
    with pytest.raises(AssertionError):
        QueuedMind(["unused"]).check()
