"""What the tests of whole turns share: a home of their own, a house on a real encrypted file, a mind with a queue."""

import asyncio
import json
import os
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from samantha.events import Feeling, Heard, Part, Recalled, Say
from samantha.work import Here, House
from tests.scripted import Clock, open_house

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = os.environ.get("SNAPSHOTS") == "write"


class QueuedMind:
    """A mind that takes its answers from a queue: each a list of words to say, errors to raise, waits to wait for."""

    name = "queued"

    def __init__(self, *answers: list[Any]) -> None:
        self.left = deque(answers)
        self.asked: list[str] = []
        self.stopped = 0  # how many replies were left early

    async def think(self, heard: Heard, feeling: Feeling | None, recalled: Recalled) -> AsyncGenerator[Part, None]:
        """Yield the next answer."""
        self.asked.append(heard.text)
        whole = False
        try:
            for part in self.left.popleft():
                if isinstance(part, Exception):
                    raise part
                if isinstance(part, asyncio.Event):
                    await part.wait()
                else:
                    yield Say(part)
            whole = True
        finally:
            self.stopped += not whole

    def greet(self, at: datetime, recalled: Recalled) -> str:
        """Greet."""
        return "Evening."

    def check(self) -> None:
        """Fail when an answer is left over."""
        assert not self.left, f"never asked for: {list(self.left)}"


def with_mind(house: House, *answers: list[Any]) -> QueuedMind:
    """Give a house a queued mind."""
    mind = QueuedMind(*answers)
    house.she = replace(house.she, mind=mind)
    return mind


async def ask(door: Any, what: str, /, **rest: Any) -> list[dict[str, Any]]:
    """Return all events of one request; a house is asked at its door."""
    door = Here(door) if isinstance(door, House) else door
    async with aclosing(door.ask({"ask": what, **rest})) as events:
        return [event async for event in events]


def asked(door: Any, what: str, /, **rest: Any) -> list[dict[str, Any]]:
    """Return all events of one request, in a loop of its own."""
    return asyncio.run(ask(door, what, **rest))


def one(events: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return the one event of a name."""
    found = [event for event in events if event["event"] == name]
    assert len(found) == 1, events
    return found[0]


def texts(house: House) -> list[str]:
    """Return everything that is kept, oldest first."""
    return [line.text for line in house.she.memory.lines(limit=1000)]


def same_as_snapshot(name: str, value: Any) -> None:
    """Compare a plain value with tests/snapshots/NAME.json, or write it there where SNAPSHOTS=write is set."""
    path = SNAPSHOTS / f"{name}.json"
    if WRITE:
        SNAPSHOTS.mkdir(exist_ok=True)
        rows = ",\n".join(f" {json.dumps(row, ensure_ascii=False)}" for row in value)
        path.write_text(f"[\n{rows}\n]\n", "utf-8")
    assert value == json.loads(path.read_text("utf-8"))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test, and every child process of it, away from the real home, settings and keyring."""
    home = tmp_path / "person"
    home.mkdir()
    for name, folder in {"HOME": "", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}.items():
        monkeypatch.setenv(name, str(home / folder))
    for name in ("SAMANTHA_HOME", "SAMANTHA_PASSPHRASE", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("LANG", "C.UTF-8")
    return home


@pytest.fixture
def clock() -> Clock:
    """A clock that stands on a Wednesday evening."""
    return Clock(datetime(2026, 3, 4, 19, 0, tzinfo=ZoneInfo("Europe/Oslo")))


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    """Yield a house on a new encrypted file."""
    house = open_house(tmp_path, clock)
    yield house
    house.she.memory.file.close()
