"""The door of the process that holds the file: every work of docs/protocol.md, one function each."""

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from samantha import __version__, wire
from samantha.channels.stream import StreamChannel
from samantha.events import Event, Heard, Recalled, SamanthaError, WrongUse
from samantha.meeting import Step, Steps
from samantha.turn import She, take_turn

Request = dict[str, Any]
Events = AsyncGenerator[Event, None]

LONGEST_TEXT = 1_000_000  # characters of one line; more is a file, not a sentence
LONGEST_CHANNEL = 20  # characters
SLOWEST_PACE = 5  # seconds between words; slower is no talk, and nobody else could take a turn
MOST_LINES = 1_000
SETTINGS = {"theme": ("system", "light", "dark"), "still": (True, False)}

NOTHING: tuple[Event, ...] = ()  # what some works cause

log = logging.getLogger("samantha")


@dataclass(slots=True)
class House:
    """What the holder holds: her, and what is going on with her just now."""

    she: She
    clock: Callable[[], datetime]
    begin_meeting: Callable[["House"], Steps]
    agree: Callable[["House"], str]  # makes the file, with nothing of the RAM's in it; returns the recovery phrase
    close: Callable[[], None] = lambda: None
    meeting: Steps | None = None
    one_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    speaking: StreamChannel | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def met(self) -> bool:
        """Whether there is a file."""
        return self.she.memory.file.home is not None

    @property
    def record(self) -> dict[str, Any]:
        """Whether what is said is kept."""
        since = self.she.memory.off_since
        state = "unmet" if not self.met else "off" if since else "on"
        return {"record": state, "since": since and since.isoformat()}


class Here:
    """The door within the holder's own process."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def ask(self, request: Request) -> AsyncGenerator[dict[str, Any], None]:
        """Do the work a request names; a failure becomes one `error` event, whatever failed."""
        known = {"id": request.get("id")}
        try:
            async with aclosing(_work(request)(self.house, request)) as events:
                async for event in events:
                    yield {**known, "event": event.name, **event.data}
            yield {**known, "event": "done"}
        except SamanthaError as error:
            yield {**known, "event": "error", "code": error.code, "sentence": error.sentence}
        except Exception as error:  # noqa: BLE001 - the edge of a turn: record it, say something true
            log.error("a %s failed: %s", request.get("ask"), whereabouts(error))
            sentence = "Something in me broke just now; what you said before is kept. Please try again."
            yield {**known, "event": "error", "code": "broken", "sentence": sentence}


def whereabouts(error: BaseException) -> str:
    """Say what broke and where. The error's own words may hold the person's, and a log is plain text."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    return " < ".join([type(error).__name__, *(f"{Path(f.filename).name}:{f.lineno}" for f in frames)])


async def _hello(house: House, _: Request) -> Events:
    memory, now = house.she.memory, house.clock()
    names = memory.names()
    begins = house.met and not memory.talking(now)
    greeting = house.she.mind.greet(now, Recalled(names=names, last_met=memory.last_met(now))) if begins else None
    yield Event(
        "hello",
        {
            "her": names.get("companion", "Samantha"),
            "person": names.get("person"),
            "met": house.met,
            "mind": house.she.mind.name,
            "version": __version__,
            "greeting": greeting,
            **house.record,
        },
    )


async def _turn(house: House, request: Request) -> Events:
    """Take one turn; the task outlives whoever asked, so that a turn is never left half done."""
    heard = Heard(_text(request, "text"), house.clock(), _channel(request, "say"))
    if not heard.text.strip():
        raise WrongUse("There are no words in that; say something.")
    channel = StreamChannel(heard, house.clock, _pace(request))
    shown = 0

    async def take() -> None:
        async with house.one_turn:
            if channel.stopped:  # whoever asked is gone, or asks the next holder: not kept here and there
                return
            house.speaking = channel
            try:
                await take_turn(channel, house.she)
                if channel.failure:
                    raise channel.failure
            finally:
                house.speaking = None
                channel.end()

    task, left = asyncio.create_task(take()), True
    try:
        async for event in channel.events():
            shown += event.name == "word"
            yield event
        left = False
    finally:
        channel.stop(shown)
        await _over(task, left)


async def _over(turn: "asyncio.Task[None]", left: bool) -> None:
    """Wait for a turn to be over and raise what broke it; where its asker has left, record it instead."""
    await asyncio.wait((turn,))
    error = turn.exception()
    if error is None:
        return
    if not left:
        raise error
    log.error("a turn that nobody waits for failed: %s", whereabouts(error))


async def _stop(house: House, request: Request) -> Events:
    speaking = house.speaking
    shown = _number(request, "shown", None)
    if speaking is not None and _channel(request, speaking.name) == speaking.name:
        speaking.stop(shown)
    for event in NOTHING:
        yield event


async def _lines(house: House, request: Request) -> Events:
    before, limit = _number(request, "before", None), _number(request, "limit", 50) or 0
    yield wire.lines(house.she.memory.lines(before, min(limit, MOST_LINES)))


async def _search(house: House, request: Request) -> Events:
    k = _number(request, "k", 10) or 0
    yield wire.lines(house.she.memory.search(_text(request, "question"), min(k, MOST_LINES)))


async def _facts(house: House, _: Request) -> Events:
    yield wire.facts(house.she.memory.facts())


async def _show(house: House, request: Request) -> Events:
    number = _number(request, "line", None)
    found = house.she.memory.show(number or 0)
    if found is None:
        raise WrongUse(f"I have no line {number or ''}; `samantha memory list` shows the numbers.")
    yield Event("line", {"line": wire.line(found[0]), "facts": [wire.fact(fact) for fact in found[1]]})


async def _forget(house: House, request: Request) -> Events:
    if request.get("what") != "last":
        raise WrongUse('I can forget "last", the last turn; say which.')
    turn = _number(request, "turn", None)
    async with house.one_turn:
        gone = house.she.memory.forget_last(turn)
    yield Event("forgotten", {"turns": gone.turns, "facts": gone.facts, "backups": list(gone.backups)})


async def _record(house: House, request: Request) -> Events:
    on = request.get("on")
    if not isinstance(on, bool):
        raise WrongUse('The record is switched with "on": true or false.')
    async with house.one_turn:
        phrase = house.agree(house) if on and not house.met else None
        if house.met:
            house.she.memory.switch_record(on, house.clock())
    yield Event("record", {**house.record, **({"phrase": phrase} if phrase else {})})


async def _settings(house: House, request: Request) -> Events:
    memory, changes = house.she.memory, request.get("set", {})
    if not isinstance(changes, dict):
        raise WrongUse('Settings are changed with "set": {name: value}.')
    for name, value in changes.items():  # all of them or none
        if not _allowed(name, value):
            raise WrongUse(f"I have no setting {name[:40]!r} with that value; see docs/protocol.md.")
    for name, value in changes.items():
        memory.set(name, value.upper() if name == "country" and value else value)
    file = memory.file
    yield Event(
        "settings",
        {
            "theme": memory.setting("theme") or "system",
            "still": bool(memory.setting("still")),
            "country": memory.setting("country"),
            "home": str(file.home.folder) if file.home else None,
            "key": file.guarded_by,
            "version": __version__,
        },
    )


async def _meet(house: House, request: Request) -> Events:
    answer = request.get("answer")
    if answer is not None and not isinstance(answer, dict):
        raise WrongUse('A step is answered with "answer": {...}; docs/protocol.md says what each asks for.')
    async with house.one_turn:
        step = _next_step(house, answer)
    yield Event("step", {"kind": step.kind, "says": list(step.says), **step.data})


def _next_step(house: House, answer: dict[str, Any] | None) -> Step:
    """Go on in the meeting, or begin one; it is over with its `end`, by a skip, or when it fails."""
    meeting, house.meeting = house.meeting, None
    if house.met and (meeting is None or answer is None):  # the phrase and the end come when we have met
        raise WrongUse("We have met already.")
    if meeting is None or answer is None:
        meeting, answer = house.begin_meeting(house), None
    if answer and answer.get("skip"):
        meeting.close()
        return Step("end", (), {"record": house.record["record"]})
    step = meeting.send(answer) if answer is not None else next(meeting)
    if step.kind == "end":
        meeting.close()
    else:
        house.meeting = meeting
    return step


async def _lock(house: House, _: Request) -> Events:
    house.closing.set()
    for event in NOTHING:
        yield event


WORKS: dict[str, Callable[[House, Request], Events]] = {
    "hello": _hello,
    "turn": _turn,
    "stop": _stop,
    "lines": _lines,
    "search": _search,
    "facts": _facts,
    "show": _show,
    "forget": _forget,
    "record": _record,
    "settings": _settings,
    "meet": _meet,
    "lock": _lock,
}


def _work(request: Request) -> Callable[[House, Request], Events]:
    work = WORKS.get(str(request.get("ask")))
    if work is None:
        raise WrongUse(f"I don't know the work {str(request.get('ask'))[:40]!r}; docs/protocol.md lists them.")
    return work


def _text(request: Request, name: str) -> str:
    text = request.get(name)
    if not isinstance(text, str):
        raise WrongUse(f'"{name}" must be text.')
    if len(text) > LONGEST_TEXT:
        raise WrongUse(f"That is {len(text):,} characters; I take up to {LONGEST_TEXT:,} at once, so send it in parts.")
    return wire.clean(text)


def _channel(request: Request, default: str) -> str:
    name = request.get("channel", default)
    if not isinstance(name, str) or not (name.isascii() and name.isalpha() and len(name) <= LONGEST_CHANNEL):
        raise WrongUse('"channel" must be a word: page, terminal or say.')
    return name


def _pace(request: Request) -> float:
    pace = request.get("pace", 0)
    if not isinstance(pace, int | float) or isinstance(pace, bool) or not 0 <= pace <= SLOWEST_PACE:
        raise WrongUse(f'"pace" must be a number of seconds between words, from 0 to {SLOWEST_PACE}.')
    return float(pace)


def _number(request: Request, name: str, default: int | None) -> int | None:
    value = request.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise WrongUse(f'"{name}" must be a whole number, not below 0.')
    return value


def _allowed(name: str, value: Any) -> bool:
    if name == "country":
        return value is None or (isinstance(value, str) and len(value) == 2 and value.isalpha() and value.isascii())
    return any(type(value) is type(choice) and value == choice for choice in SETTINGS.get(name, ()))
