"""The door: every work of docs/protocol.md, what it refuses, and what it says when something in her breaks."""

import asyncio
import json
import re
from contextlib import aclosing
from pathlib import Path
from typing import Any, get_args

import pytest

from samantha import app
from samantha.events import Heard
from samantha.meeting import Kind
from samantha.memory import turns
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.turn import She
from samantha.work import LONGEST_TEXT, WORKS, Here, House
from tests.conftest import ask, asked, one, texts, with_mind
from tests.scripted import Clock

PROTOCOL = (Path(__file__).parents[1] / "docs" / "protocol.md").read_text("utf-8")


def unmet_house(folder: Path, clock: Clock) -> House:
    """Open a house of somebody she has not met."""
    return app.open_house(app.Config(Home(folder / "home"), Places(folder / "keys"), clock))


def test_the_protocol_names_exactly_the_works_there_are() -> None:
    works, steps = PROTOCOL.split("**The first meeting**")
    assert re.findall(r"^\| `(\w+)` \|", works, re.MULTILINE) == list(WORKS)
    assert re.findall(r"^\| `(\w+)` \|", steps, re.MULTILINE) == list(get_args(Kind))


# --- what each work gives ---------------------------------------------------------------------------------


def test_hello_greets_once_and_says_how_things_stand(house: House) -> None:
    hello = one(asked(house, "hello", id="h"), "hello")
    assert hello.pop("version")
    assert hello.pop("greeting")
    assert hello == {
        "id": "h",
        "event": "hello",
        "her": "Samantha",
        "person": None,
        "met": True,
        "mind": "built-in",
        "record": "on",
        "since": None,
    }
    asked(house, "turn", text="Good evening.")
    assert one(asked(house, "hello"), "hello")["greeting"] is None  # the conversation goes on


def test_hello_of_somebody_not_met_greets_nobody(tmp_path: Path, clock: Clock) -> None:
    hello = one(asked(unmet_house(tmp_path, clock), "hello"), "hello")
    assert (hello["met"], hello["record"], hello["greeting"]) == (False, "unmet", None)


def test_lines_come_oldest_first_page_by_page(house: House) -> None:
    with_mind(house, *([f"Answer {n}."] for n in range(4)))
    for n in range(4):
        asked(house, "turn", text=f"Saying {n}.")
    last = one(asked(house, "lines", limit=3), "lines")["lines"]
    assert [line["text"] for line in last] == ["Answer 2.", "Saying 3.", "Answer 3."]
    assert set(last[0]) == {"id", "when", "who", "text", "turn"}
    before = one(asked(house, "lines", before=last[0]["id"], limit=2), "lines")["lines"]
    assert [line["text"] for line in before] == ["Answer 1.", "Saying 2."]
    assert one(asked(house, "lines", limit=0), "lines")["lines"] == []
    assert len(one(asked(house, "lines", before=None), "lines")["lines"]) == 8


def test_search_finds_lines_with_a_score(house: House) -> None:
    with_mind(house, ["A lake, then."], ["Yes."])
    asked(house, "turn", text="We swam in the cold lake.")
    asked(house, "turn", text="Then we drove home.")
    found = one(asked(house, "search", question="cold lake", k=1), "lines")["lines"]
    assert [line["text"] for line in found] == ["We swam in the cold lake."]
    assert found[0]["score"] > 0
    assert one(asked(house, "search", question="cold lake", k=0), "lines")["lines"] == []


def test_facts_and_the_line_they_rest_on(house: House) -> None:
    asked(house, "turn", text="My sister Anna lives in Oslo.")
    facts = one(asked(house, "facts"), "facts")["facts"]
    lives = next(fact for fact in facts if fact["relation"] == "lives in")
    assert (lives["who"], lives["value"], lives["line"], lives["sensitivity"]) == ("Anna", "Oslo", 1, "open")
    shown = one(asked(house, "show", line=1), "line")
    assert shown["line"]["text"] == "My sister Anna lives in Oslo."
    assert lives in shown["facts"]


def test_forget_last_takes_the_turn_with_what_was_learnt(house: House) -> None:
    asked(house, "turn", text="It rained.")
    kept = texts(house)
    asked(house, "turn", text="My sister Anna lives in Oslo.")
    gone = one(asked(house, "forget", what="last"), "forgotten")
    assert gone["turns"] == 1
    assert gone["facts"] >= 1
    assert texts(house) == kept
    assert b"Oslo" not in house.she.memory.file.connection.serialize("main")
    asked(house, "forget", what="last")
    assert one(asked(house, "forget", what="last"), "forgotten") | {"id": 0} == {
        "id": 0,
        "event": "forgotten",
        "turns": 0,
        "facts": 0,
        "backups": [],
    }


def test_forgetting_off_the_record_takes_what_was_said_there_and_nothing_kept(house: House, clock: Clock) -> None:
    asked(house, "turn", text="It rained.")
    kept = texts(house)
    asked(house, "record", on=False)
    assert one(asked(house, "forget", what="last"), "forgotten")["turns"] == 0
    asked(house, "turn", text="My brother Per lives in Bergen.")
    asked(house, "turn", text="I would rather not have said so.")
    for there in (1, 1, 0):
        assert one(asked(house, "forget", what="last"), "forgotten")["turns"] == there
    assert texts(house) == kept
    assert [line.text for line in house.she.memory.recall(Heard("Well.", clock())).recent] == kept


def test_only_the_turn_that_a_screen_saw_last_is_forgotten(house: House) -> None:
    mine = one(asked(house, "turn", text="A slip."), "heard")["turn"]
    other = one(asked(house, "turn", text="Said by somebody else."), "heard")["turn"]
    before = texts(house)
    for turn in (mine, 12345, "x", -1):
        assert asked(house, "forget", what="last", turn=turn)[-1]["code"] == "wrong-use"
    assert texts(house) == before
    assert one(asked(house, "forget", what="last", turn=other), "forgotten")["turns"] == 1
    assert one(asked(house, "forget", what="last", turn=mine), "forgotten")["turns"] == 1
    assert texts(house) == []


def test_what_was_said_off_the_record_is_of_its_conversation_only(house: House, clock: Clock) -> None:
    asked(house, "record", on=False)
    asked(house, "turn", text="My brother Per lives in Bergen.")
    assert house.she.memory.recall(Heard("Well.", clock() + turns.PAUSE)).recent
    assert not house.she.memory.recall(Heard("Well.", clock() + 2 * turns.PAUSE)).recent


def test_the_record_is_switched_off_and_on(house: House, clock: Clock) -> None:
    off = one(asked(house, "record", on=False), "record")
    assert (off["record"], off["since"]) == ("off", clock().isoformat())
    asked(house, "turn", text="Between us.")
    assert texts(house) == []
    assert one(asked(house, "record", on=True), "record")["record"] == "on"
    asked(house, "turn", text="On again.")
    assert texts(house)[0] == "On again."


def test_switching_the_record_on_unmet_makes_a_file_with_nothing_of_before_in_it(tmp_path: Path, clock: Clock) -> None:
    house = unmet_house(tmp_path, clock)
    assert one(asked(house, "record", on=False), "record")["record"] == "unmet"
    asked(house, "turn", text="Said in RAM only.")
    assert not (tmp_path / "home").exists()
    assert one(asked(house, "record", on=True), "record")["record"] == "on"
    assert texts(house) == []
    assert (tmp_path / "home" / "memory.db").exists()
    house.she.memory.file.close()


def test_settings_are_told_and_changed(house: House, tmp_path: Path) -> None:
    settings = one(asked(house, "settings"), "settings")
    assert settings.pop("version")
    assert settings == {
        "id": None,
        "event": "settings",
        "theme": "system",
        "still": False,
        "country": None,
        "home": str(tmp_path / "home"),
        "key": "file",
    }
    changed = one(asked(house, "settings", set={"theme": "dark", "still": True, "country": "no"}), "settings")
    assert (changed["theme"], changed["still"], changed["country"]) == ("dark", True, "NO")
    assert one(asked(house, "settings", set={"country": None}), "settings")["country"] is None


def test_settings_are_changed_all_or_none(house: House) -> None:
    assert asked(house, "settings", set={"theme": "dark", "still": "no"})[-1]["code"] == "wrong-use"
    assert one(asked(house, "settings"), "settings")["theme"] == "system"


def test_lock_asks_the_holder_to_close(house: House) -> None:
    assert asked(house, "lock", id=7) == [{"id": 7, "event": "done"}]
    assert house.closing.is_set()


def test_stop_with_nobody_speaking_does_nothing(house: House) -> None:
    assert asked(house, "stop", shown=3) == [{"id": None, "event": "done"}]


# --- what is refused -----------------------------------------------------------------------------------------

WRONG: list[dict[str, Any]] = [
    {},
    {"ask": None},
    {"ask": ["turn"]},
    {"ask": "fly"},
    {"ask": "x" * 100_000},
    {"ask": "turn"},
    {"ask": "turn", "text": 5},
    {"ask": "turn", "text": ["a"]},
    {"ask": "turn", "text": ""},
    {"ask": "turn", "text": " \n\t "},
    {"ask": "turn", "text": "\x00\x07\ud800"},
    {"ask": "turn", "text": "a" * (LONGEST_TEXT + 1)},
    {"ask": "turn", "text": "a", "pace": -1},
    {"ask": "turn", "text": "a", "pace": float("nan")},
    {"ask": "turn", "text": "a", "pace": float("inf")},
    {"ask": "turn", "text": "a", "pace": 10**400},
    {"ask": "turn", "text": "a", "pace": "fast"},
    {"ask": "turn", "text": "a", "pace": True},
    {"ask": "turn", "text": "a", "channel": "\ud800"},
    {"ask": "turn", "text": "a", "channel": 5},
    {"ask": "turn", "text": "a", "channel": ""},
    {"ask": "turn", "text": "a", "channel": "a" * 21},
    {"ask": "stop", "shown": -1},
    {"ask": "stop", "shown": 1.5},
    {"ask": "stop", "shown": 2**63},
    {"ask": "lines", "before": "x"},
    {"ask": "lines", "limit": -1},
    {"ask": "lines", "limit": True},
    {"ask": "lines", "limit": 10**30},
    {"ask": "search"},
    {"ask": "search", "question": None},
    {"ask": "search", "question": "a", "k": []},
    {"ask": "show"},
    {"ask": "show", "line": 12345},
    {"ask": "show", "line": "1"},
    {"ask": "show", "line": 0},
    {"ask": "forget"},
    {"ask": "forget", "what": "everything"},
    {"ask": "record"},
    {"ask": "record", "on": "yes"},
    {"ask": "record", "on": 1},
    {"ask": "settings", "set": [1]},
    {"ask": "settings", "set": {"theme": "pink"}},
    {"ask": "settings", "set": {"still": 1}},
    {"ask": "settings", "set": {"country": "NOR"}},
    {"ask": "settings", "set": {"country": "æø"}},
    {"ask": "settings", "set": {"country": 5}},
    {"ask": "settings", "set": {"off since": "2026"}},
    {"ask": "settings", "set": {"page token": "mine"}},
    {"ask": "settings", "set": {"x" * 100_000: {"deep": []}}},
    {"ask": "meet"},
    {"ask": "meet", "answer": {}},
]


@pytest.mark.parametrize("request_", WRONG, ids=lambda request: json.dumps(request)[:60])
def test_wrong_use_is_one_sentence(house: House, request_: dict[str, Any]) -> None:
    async def run() -> list[dict[str, Any]]:
        async with aclosing(Here(house).ask({"id": 9, **request_})) as events:
            return [event async for event in events]

    events = asyncio.run(run())
    assert [event["event"] for event in events] == ["error"]
    assert (events[0]["id"], events[0]["code"]) == (9, "wrong-use")
    assert 0 < len(events[0]["sentence"]) < 200
    assert "\n" not in events[0]["sentence"]
    assert texts(house) == []


def test_an_answer_that_is_no_object_is_refused_and_the_meeting_goes_on(tmp_path: Path, clock: Clock) -> None:
    house = unmet_house(tmp_path, clock)
    asked(house, "meet")
    assert asked(house, "meet", answer="Ada")[-1]["code"] == "wrong-use"
    assert one(asked(house, "meet", answer={"text": "Ada"}), "step")["says"][0] == "Ada, then."


# --- text of all kinds ----------------------------------------------------------------------------------------

KINDS = {
    "control characters": ("be\x00fore\x1b[31m \x07\x85after\r\nline\ttab", "before[31m after\nline\ttab"),
    "right to left": ("שלום \u202eמה שלומך", "שלום \u202eמה שלומך"),
    "emoji": ("👩🏽\u200d🚀 went up", "👩🏽\u200d🚀 went up"),
    "lone surrogates": ("half \ud83d a \udc00 pair", "half  a  pair"),
    "combining": ("Z" + "\u0301" * 500, "Z" + "\u0301" * 500),
    "like SQL and FTS": ("'; drop table line; -- \" OR NEAR( * ^ :", "'; drop table line; -- \" OR NEAR( * ^ :"),
    "like a template": ("{her} {0} %s {name!r}", "{her} {0} %s {name!r}"),
    "one character": ("?", "?"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_any_kind_is_answered_calmly_and_kept_as_text(house: House, kind: str) -> None:
    given, kept = KINDS[kind]
    events = asked(house, "turn", text=given)
    assert events[-1]["event"] == "done", events
    assert texts(house)[0] == kept
    assert json.loads(json.dumps(events, ensure_ascii=False).encode()) == events
    assert asked(house, "search", question=given)[-1]["event"] == "done"


RUNS = ["a", "word ", "🙂", ". ", "\n", " ", ",", "'", '"', "“", "(", "1", "-", ".", "1+", "a-", "ha ", "no, "]


@pytest.mark.parametrize("text", [f"x{run * (LONGEST_TEXT // len(run) - 2)}x" for run in RUNS], ids=RUNS)
def test_a_megabyte_is_answered(house: House, text: str) -> None:
    events = asked(house, "turn", text=text)
    assert events[-1]["event"] == "done", events[-1]
    assert texts(house)[0] == text
    assert len(one(events, "said")["text"]) < 5_000


# --- something breaks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["feel", "weigh", "mind"])
def test_a_broken_part_gives_one_sentence_and_a_record_without_words(
    house: House, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    def broken(text: str, *rest: Any) -> Any:
        raise ValueError(f"cannot read {text}")

    if part == "mind":
        with_mind(house, [ValueError("cannot read my secret words")])
    else:
        she = house.she
        feel, weigh = (broken, she.weigh) if part == "feel" else (she.feel, broken)
        house.she = She(she.memory, feel, weigh, she.mind)
    events = asked(house, "turn", text="my secret words")
    assert (events[-1]["event"], events[-1]["code"]) == ("error", "broken")
    assert events[-1]["sentence"].startswith("Something in me broke")
    (record,) = caplog.records
    assert "a turn failed: ValueError < " in record.getMessage()
    assert "secret" not in caplog.text
    assert record.exc_info is None
    assert texts(house)[0] == "my secret words"


@pytest.mark.parametrize("how", ["closed", "cancelled"])
def test_what_breaks_while_the_asker_goes_away_is_recorded_only(
    house: House, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    mind = with_mind(house, ["One two three", asyncio.Event()], ["Here."])

    async def leave() -> None:
        async with aclosing(Here(house).ask({"ask": "turn", "text": "my secret words"})) as events:
            async for event in events:
                if event.get("text") == " two":
                    house.she.memory.file.connection.execute("pragma query_only = on")
                    if how == "closed":
                        return
                    asyncio.current_task().cancel()  # type: ignore[union-attr]

    if how == "closed":
        asyncio.run(leave())
    else:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(leave())
    (record,) = caplog.records
    assert "nobody waits for" in record.getMessage()
    assert "secret" not in caplog.text
    house.she.memory.file.connection.execute("pragma query_only = off")
    assert one(asked(house, "turn", text="And now?"), "said")["text"] == "Here."
    mind.check()


def test_two_turns_at_once_are_taken_one_after_the_other(house: House) -> None:
    with_mind(house, *([f"Answer {n}."] for n in range(5)))

    async def run() -> list[list[dict[str, Any]]]:
        return await asyncio.gather(*(ask(house, "turn", text=f"Saying {n}.") for n in range(5)))

    for n, events in enumerate(asyncio.run(run())):
        assert one(events, "said")["text"] == f"Answer {n}."
    assert texts(house) == [text for n in range(5) for text in (f"Saying {n}.", f"Answer {n}.")]
