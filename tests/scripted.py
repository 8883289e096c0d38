"""Runs scripted conversations (evals/README.md) through whole turns, on a real encrypted file and a simulated clock."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from samantha import app
from samantha.events import Fact
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.work import Here, House

EVALS = Path(__file__).parents[1] / "evals"
NEVER = ("I understand how you feel", "I'm here for you", "It sounds like", "as an AI", "!")
QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"")
UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


Fits = Callable[[dict[str, Any], Fact], bool]


def fits(wanted: dict[str, Any], fact: Fact) -> bool:
    """Tell whether a fact is the one a script means."""
    who = {"person": "me", "companion": "you"}.get(fact.subject.kind)
    names = {str(name).lower() for name in (who, fact.subject.name, fact.subject.bond) if name}
    return (
        ("who" not in wanted or str(wanted["who"]).lower() in names)
        and wanted.get("relation", fact.relation) == fact.relation
        and ("value" not in wanted or _plain(str(wanted["value"])) in _plain(fact.value))
    )


@dataclass
class Script:
    """One conversation under way."""

    house: House
    clock: Clock
    fits: Fits = fits
    said: list[str] = field(default_factory=list)  # everything anybody said, for checking quotations


def conversations(folder: str = "conversations") -> Iterator[Any]:
    """Yield every conversation, with the file it stands in."""
    for path in sorted((EVALS / folder).glob("*.yaml")):
        for conversation in yaml.safe_load(path.read_text("utf-8")):
            yield path.stem, conversation


def run(conversation: dict[str, Any], folder: Path, fits: Fits = fits) -> list[str]:
    """Run one conversation and return what went wrong."""
    return asyncio.run(_run(conversation, folder, fits))


def open_house(folder: Path, clock: Clock, country: str | None = None) -> House:
    """Open a house of its own on a real encrypted file."""
    config = app.Config(Home(folder / "home"), Places(folder / "keys"), clock, country, agreed=True)
    return app.open_house(config)


def moment(value: Any, zone: ZoneInfo) -> datetime:
    """Return a local time of a script."""
    parsed = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return parsed.replace(tzinfo=zone)


async def _run(conversation: dict[str, Any], folder: Path, fits: Fits) -> list[str]:
    zone = ZoneInfo(conversation.get("zone", "UTC"))
    clock = Clock(moment(conversation.get("at", "2026-03-04 19:00"), zone))
    start, wrong = clock.now, list[str]()
    script = Script(open_house(folder, clock, conversation.get("country")), clock, fits)
    try:
        for given in conversation.get("given", ()):
            clock.now = moment(given["at"], zone)
            await _take(script, given["say"])
        clock.now = start
        for step in conversation["talk"]:
            clock.now += _after(step.get("after", "10 s"))
            wrong += [f"{step.get('say', step.get('do'))!r}: {what}" for what in await _step(script, step)]
    finally:
        script.house.she.memory.file.close()
    return wrong


async def _step(script: Script, step: dict[str, Any]) -> list[str]:
    expect = step.get("expect", {})
    if "do" in step:
        await _do(script, step["do"])
        return list(_facts_wrong(script, expect))
    within = float(str(expect.get("within", "5 s")).split()[0])
    before = len(script.house.she.memory.lines(limit=1000))
    events = await asyncio.wait_for(_take(script, step["say"]), within)
    found = {event["event"]: event for event in events}
    if "said" not in found:
        return [f"no reply: {found}"]
    reply = found["said"]["text"]
    kept = len(script.house.she.memory.lines(limit=1000)) > before
    wrong = [
        *_words_wrong(reply, expect),
        *_events_wrong(events, found, expect),
        *_facts_wrong(script, expect),
    ]
    wrong += [f"kept is {kept}"] if kept != expect.get("kept", script.house.she.memory.off_since is None) else []
    wrong += [*_always_wrong(script, reply, expect, concern="concern" in found)]
    return [f"{what}   [she: {reply}]" for what in wrong]


async def _take(script: Script, text: str) -> list[dict[str, Any]]:
    script.said.append(text)
    async with aclosing(Here(script.house).ask({"ask": "turn", "text": text, "channel": "script"})) as stream:
        events = [event async for event in stream]
    script.said += [event["text"] for event in events if event["event"] == "said"]
    return events


async def _do(script: Script, what: Any) -> None:
    request: dict[str, Any] = {"ask": "record", "on": what is True or what == "on"}
    if what == "forget last":
        request = {"ask": "forget", "what": "last"}
    async with aclosing(Here(script.house).ask(request)) as stream:
        events = [event async for event in stream]
    assert all(event["event"] != "error" for event in events), events


def _after(text: str) -> timedelta:
    number, unit = text.split()
    return timedelta(**{UNITS[unit]: float(number)})


def _words_wrong(reply: str, expect: dict[str, Any]) -> Iterator[str]:
    plain = _plain(reply)
    for words in _list(expect.get("contains")):
        if _plain(words) not in plain:
            yield f"doesn't contain {words!r}"
    wanted = _list(expect.get("any"))
    if wanted and not any(re.search(rf"(?<!\w){re.escape(_plain(words))}(?!\w)", plain) for words in wanted):
        yield f"contains none of {wanted}"
    for words in _list(expect.get("lacks")):
        if _plain(words) in plain:
            yield f"contains {words!r}"
    for words in _list(expect.get("quotes")):
        if not any(_plain(words).strip(".") in quoted for quoted in _quotations(reply)):
            yield f"doesn't quote {words!r}"


def _events_wrong(events: list[dict[str, Any]], found: dict[str, Any], expect: dict[str, Any]) -> Iterator[str]:
    if "feeling" in expect:
        label, allowed = found["feeling"]["label"], expect["feeling"]
        if label not in (allowed if isinstance(allowed, list) else [allowed]):
            yield f"feeling is {label}, not {allowed}"
    if ("concern" in found) != bool(expect.get("concern", False)):
        yield f"concern is {'concern' in found}"
    names = iter([event["event"] for event in events])
    missing = [name for name in expect.get("events", ()) if name not in names]
    if missing:
        yield f"events lack {missing}"


def _facts_wrong(script: Script, expect: dict[str, Any]) -> Iterator[str]:
    held = script.house.she.memory.facts()
    for wanted in expect.get("facts", ()):
        if not any(script.fits(wanted, fact) for fact in held):
            yield f"no fact {wanted}"
    for unwanted in expect.get("no_facts", ()):
        if any(script.fits(unwanted, fact) for fact in held):
            yield f"a fact {unwanted}"


def _always_wrong(script: Script, reply: str, expect: dict[str, Any], *, concern: bool) -> Iterator[str]:
    for words in NEVER:
        if words.lower() in reply.lower():
            yield f"says {words!r}"
    if reply.count("?") > 1:
        yield "asks more than one question"
    if len(reply.split()) > (90 if concern else expect.get("max_words", 40)):
        yield f"is {len(reply.split())} words long"
    said = " ".join(_plain(text) for text in script.said)
    for quoted in [] if concern else _quotations(reply):
        if quoted not in said and quoted != "call yourself":
            yield f"quotes {quoted!r}, which nobody said"


def _quotations(reply: str) -> list[str]:
    return [_plain(first or second) for first, second in QUOTED.findall(reply)]


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())


def _list(value: Any) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [value]
