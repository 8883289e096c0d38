"""The door of the process that holds the file: every work of docs/protocol.md, one function each."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from samantha import __version__, wire
from samantha.channels.stream import StreamChannel
from samantha.events import Event, Heard, Recalled, SamanthaError, WrongUse
from samantha.meeting import Steps
from samantha.turn import She, take_turn

Request = dict[str, Any]
Events = AsyncGenerator[Event, None]

LONGEST_TEXT = 1_000_000  # characters of one line; more is a file, not a sentence
MOST_LINES = 1_000
SETTINGS = {"theme": ("system", "light", "dark"), "still": (True, False)}

log = logging.getLogger("samantha")


@dataclass(slots=True)
class House:
    """What the holder holds: her, and what is going on with her just now."""

    she: She
    clock: Callable[[], datetime]
    begin_meeting: Callable[["House"], Steps]
    agree: Callable[["House"], object]  # makes the file, with nothing of the RAM's in it
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
        except Exception:  # the edge of a turn: record it, say something true
            log.exception("a %s failed", request.get("ask"))
            sentence = "Something in me broke just now; what you said before is kept. Please try again."
            yield {**known, "event": "error", "code": "broken", "sentence": sentence}


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
    heard = Heard(_text(request, "text"), house.clock(), str(request.get("channel", "say")))
    pace = request.get("pace", 0.0)
    channel = StreamChannel(heard, house.clock, float(pace) if isinstance(pace, int | float) else 0.0)
    shown = 0

    async def take() -> None:
        async with house.one_turn:
            house.speaking = channel
            try:
                await take_turn(channel, house.she)
            finally:
                house.speaking = None
                channel.end()

    task = asyncio.create_task(take())
    try:
        async for event in channel.events():
            shown += event.name == "word"
            yield event
    finally:
        channel.stop(shown)
        await asyncio.shield(task)


async def _stop(house: House, request: Request) -> Events:
    speaking = house.speaking
    if speaking is not None and request.get("channel", speaking.name) == speaking.name:
        speaking.stop(_number(request, "shown", None))
    return
    yield  # an iterator of no events


async def _lines(house: House, request: Request) -> Events:
    before, limit = _number(request, "before", None), _number(request, "limit", 50)
    yield wire.lines(house.she.memory.lines(before, min(limit or 50, MOST_LINES)))


async def _search(house: House, request: Request) -> Events:
    k = _number(request, "k", 10)
    yield wire.lines(house.she.memory.search(_text(request, "question"), min(k or 10, MOST_LINES)))


async def _facts(house: House, _: Request) -> Events:
    yield wire.facts(house.she.memory.facts())


async def _show(house: House, request: Request) -> Events:
    number = _number(request, "line", None)
    found = house.she.memory.show(number or 0)
    if found is None:
        raise WrongUse(f"I have no line {number}; `samantha memory list` shows the numbers.")
    yield Event("line", {"line": wire.line(found[0]), "facts": [wire.fact(fact) for fact in found[1]]})


async def _forget(house: House, request: Request) -> Events:
    if request.get("what") != "last":
        raise WrongUse('I can forget "last", the last turn; say which.')
    async with house.one_turn:
        gone = house.she.memory.forget_last()
    yield Event("forgotten", {"turns": gone.turns, "facts": gone.facts})


async def _record(house: House, request: Request) -> Events:
    on = request.get("on")
    if not isinstance(on, bool):
        raise WrongUse('The record is switched with "on": true or false.')
    async with house.one_turn:
        if on and not house.met:
            house.agree(house)
        if house.met:
            house.she.memory.switch_record(on, house.clock())
    yield Event("record", house.record)


async def _settings(house: House, request: Request) -> Events:
    memory, changes = house.she.memory, request.get("set", {})
    if not isinstance(changes, dict):
        raise WrongUse('Settings are changed with "set": {name: value}.')
    for name, value in changes.items():
        if not _allowed(name, value):
            raise WrongUse(f"I have no setting {name!r} with the value {value!r}; see docs/protocol.md.")
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
    if house.met:
        raise WrongUse("We have met already.")
    async with house.one_turn:
        try:
            if house.meeting is None or answer is None:
                house.meeting = house.begin_meeting(house)
                step = next(house.meeting)
            elif isinstance(answer, dict) and not answer.get("skip"):
                step = house.meeting.send(answer)
            else:
                house.meeting.close()
                raise StopIteration
        except StopIteration:
            house.meeting = None
            yield Event("step", {"kind": "end", "says": [], "record": "unmet"})
            return
    yield Event("step", {"kind": step.kind, "says": list(step.says), **step.data})


async def _lock(house: House, _: Request) -> Events:
    house.closing.set()
    return
    yield  # an iterator of no events


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
        raise WrongUse(
            f"I don't know the work {str(request.get('ask'))[:40]!r}; docs/protocol.md lists them."
        )
    return work


def _text(request: Request, name: str) -> str:
    text = request.get(name)
    if not isinstance(text, str):
        raise WrongUse(f'"{name}" must be text.')
    if len(text) > LONGEST_TEXT:
        raise WrongUse(
            f"That is {len(text):,} characters; I take up to {LONGEST_TEXT:,} at once, so send it in parts."
        )
    return clean(text)


def clean(text: str) -> str:
    """Return text without what is no text: control characters (but line ends and tabs) and lone surrogates."""
    kept = (
        c for c in text if c in "\n\t" or not (c < " " or "\x7f" <= c < "\xa0" or "\ud800" <= c <= "\udfff")
    )
    return "".join(kept)


def _number(request: Request, name: str, default: int | None) -> int | None:
    value = request.get(name, default)
    if value is not None and (
        not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62
    ):
        raise WrongUse(f'"{name}" must be a whole number, not below 0.')
    return value


def _allowed(name: str, value: Any) -> bool:
    if name == "country":
        return value is None or (
            isinstance(value, str) and len(value) == 2 and value.isalpha() and value.isascii()
        )
    return name in SETTINGS and any(value is choice or value == choice for choice in SETTINGS[name])
