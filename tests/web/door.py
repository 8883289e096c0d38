"""A scripted door: answers every request of docs/protocol.md from plain lists, without the real her."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from samantha.events import SamanthaError

Event = dict[str, Any]

NOTHING: list[Event] = []  # what `stop` causes
PHRASE = "river candle orbit maple quiet lantern seven velvet harbor pencil winter echo"
MEETING: list[Event] = [
    {"kind": "ask", "says": ["Hello. I am Samantha, an AI.", "What may I call you?"], "label": "your name"},
    {
        "kind": "choose",
        "says": ["Are you over 18?"],
        "choices": [{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}],
    },
    {"kind": "ask", "says": ["Who makes you laugh?"], "label": "your answer"},
    {
        "kind": "cards",
        "says": ["This is what I would keep."],
        "cards": [
            {"id": "a", "title": "Your name is Theo", "source": "Theo"},
            {
                "id": "b",
                "title": "Your sister Anna makes you laugh",
                "source": "My sister Anna makes me laugh.",
            },
        ],
    },
    {
        "kind": "phrase",
        "says": ["These twelve words open me on any computer. I show them once."],
        "phrase": PHRASE,
    },
    {"kind": "end", "says": ["That is all.", "Everything lies on this computer."]},
]


def past(days: int = 60) -> list[Event]:
    """Return two exchanges a day, oldest first, as `lines` gives them."""
    begin = datetime.fromisoformat("2026-01-05T19:00:00+01:00")
    lines = []
    for turn in range(1, 2 * days + 1):
        when = begin + timedelta(days=(turn - 1) // 2, minutes=20 * (turn % 2))
        said = (
            ("person", f"This is what I said the {turn}. time."),
            ("companion", f"And this is answer {turn}."),
        )
        for n, (who, text) in enumerate(said):
            lines.append({"id": 2 * turn - 1 + n, "when": when.isoformat(), "who": who, "text": text, "turn": turn})
    return lines


@dataclass
class ScriptedDoor:
    """A door whose replies, lines and settings are set by the test."""

    reply: str = "What do you throw away first, the opening or the part where you say sorry?"
    lines: list[Event] = field(default_factory=list)
    met: bool = True
    her: str = "Samantha"
    record: str = "on"
    hold_after: int | None = None  # words after which the reply waits for `go` or a `stop`
    hold_before_heard: bool = False
    go: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)  # a turn was closed by the page going away
    requests: list[Event] = field(default_factory=list)
    refusal: Event | None = None  # what the next turn is refused with
    failure: SamanthaError | None = None  # what the next request fails with
    step: int = 0
    words: int = 0  # yielded in the last turn
    shown: int | None = None
    settings: Event = field(
        default_factory=lambda: {
            "theme": "system",
            "still": False,
            "country": None,
            "home": "/home/theo/.local/share/samantha",
            "key": "file",
            "version": "0.1.0",
        }
    )

    async def ask(self, request: Event) -> AsyncGenerator[Event, None]:
        """Yield the events of one request, as the real door does."""
        self.requests.append(request)
        failure, self.failure = self.failure, None
        if failure:
            raise failure
        tag = {"id": request.get("id")}
        work = getattr(self, f"_{request.get('ask')}", None)
        if work is None:
            yield tag | {"event": "error", "code": "wrong-use", "sentence": "She does not know that request."}
            return
        async for event in work(request):
            yield tag | event
            if event["event"] == "error":
                return
        yield tag | {"event": "done"}

    async def _hello(self, request: Event) -> AsyncGenerator[Event, None]:
        since = "2026-03-04T19:05:00+01:00" if self.record == "off" else None
        about = {"her": self.her, "person": "Theo", "met": self.met, "record": self.record, "since": since}
        greeting = "Good evening, Theo." if self.met else None
        yield {"event": "hello", **about, "mind": "builtin", "version": "0.1.0", "greeting": greeting}

    async def _turn(self, request: Event) -> AsyncGenerator[Event, None]:
        if self.refusal:
            yield {"event": "error", **self.refusal}
            return
        if self.hold_before_heard:
            await self._hold()
        turn = self.lines[-1]["turn"] + 1 if self.lines else 1
        self.keep("person", request["text"], turn)
        yield {"event": "heard", "turn": turn, "at": self._now()}
        yield {"event": "feeling", "label": None, "valence": 0, "arousal": 0, "evidence": []}
        words = self.reply.replace(" ", "\0 ").split("\0")
        try:
            for n, word in enumerate(words):
                if n == self.hold_after:
                    await self._hold()
                if self.shown is not None:
                    break
                self.words = n
                yield {"event": "word", "text": word}
        except (asyncio.CancelledError, GeneratorExit):
            self.closed.set()
            raise
        cut, self.shown = self.shown, None
        text = self.reply if cut is None else "".join(words[:cut])
        self.keep("companion", text, turn)
        yield {"event": "said", "text": text, "at": self._now(), "interrupted": cut is not None}
        yield {"event": "complete", "turn": turn, "facts": []}

    async def _hold(self) -> None:
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.closed.set()
            raise
        self.go.clear()

    def _now(self) -> str:
        return datetime.now().astimezone().isoformat()

    def keep(self, who: str, text: str, turn: int) -> None:
        if self.record == "on":
            number = self.lines[-1]["id"] + 1 if self.lines else 1
            self.lines.append({"id": number, "when": self._now(), "who": who, "text": text, "turn": turn})

    async def _stop(self, request: Event) -> AsyncGenerator[Event, None]:
        self.shown = request["shown"]
        self.go.set()
        for event in NOTHING:
            yield event

    async def _lines(self, request: Event) -> AsyncGenerator[Event, None]:
        before = request.get("before", float("inf"))
        yield {"event": "lines", "lines": [ln for ln in self.lines if ln["id"] < before][-request["limit"] :]}

    async def _search(self, request: Event) -> AsyncGenerator[Event, None]:
        found = [ln | {"score": 1.0} for ln in self.lines if request["question"] in ln["text"]]
        yield {"event": "lines", "lines": found[: request["k"]]}

    async def _record(self, request: Event) -> AsyncGenerator[Event, None]:
        begins = request["on"] and self.record == "unmet"
        self.record = "on" if request["on"] else "off"
        yield {"event": "record", "record": self.record, "since": None} | ({"phrase": PHRASE} if begins else {})

    async def _forget(self, request: Event) -> AsyncGenerator[Event, None]:
        last = self.lines[-1]["turn"] if self.lines else None
        self.lines = [line for line in self.lines if line["turn"] != last]
        yield {"event": "forgotten", "turns": int(last is not None), "facts": 0}

    async def _settings(self, request: Event) -> AsyncGenerator[Event, None]:
        self.settings |= request.get("set", {})
        yield {"event": "settings", **self.settings}

    async def _meet(self, request: Event) -> AsyncGenerator[Event, None]:
        answer = request.get("answer")
        if answer == {"skip": True}:
            self.step, self.record = len(MEETING) - 1, "unmet"
        elif answer is not None:
            self.step += 1
            if self.step == len(MEETING) - 1:
                self.met, self.record = True, "on"
        yield {"event": "step", **MEETING[self.step]}
