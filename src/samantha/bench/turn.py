"""How long a turn takes with much remembered, and how long a cold `samantha say` takes."""

import asyncio
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from samantha.app import Config, open_house
from samantha.channels.base import Door
from samantha.events import Fact, Heard, Said, Subject
from samantha.memory import facts, turns
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.work import Here, House

VOCABULARY = 20_000  # words; each is used about 1/rank as often as the first, as in speech (Zipf)
PEOPLE, FACTS = 500, 5_000  # told among the remembered turns, or as many as there is room for
# What is to be reached, in the unit of the figure.
LIMITS = {"turn median, ms": 30.0, "turn 95th percentile, ms": 80.0, "cold say / empty Python": 20.0}
BONDS = ("friend", "colleague", "cousin", "neighbour", "uncle", "aunt")
RELATIONS = ("lives in", "works at", "likes", "dislikes", "has", "speaks")
# What is said in the measured turns: telling, asking back, small talk, in equal parts; {} are words of the memory.
SAYINGS = (
    "I went to see the {} and the {} with {} today",
    "what did I say about the {} {}",
    "my sister {} lives in {}",
    "when did I talk about {}",
    "hello",
    "I feel tired of the {} and of {}",
)


def measure(*, remembered: int, turns: int, cold_runs: int, tell: Callable[[str], None]) -> dict[str, float]:
    """Return the figures, in ms, bytes and ratios; `tell` hears what is going on."""
    with tempfile.TemporaryDirectory(prefix="samantha-bench-") as folder:
        house = _house(Path(folder))
        try:
            tell(f"remembering {remembered:,} turns ...")
            _fill(house, remembered)
            tell(f"taking {turns} turns ...")
            times = asyncio.run(_take(Here(house), turns))
        finally:
            house.she.memory.file.close()
        size = Home(Path(folder) / "home").file.stat().st_size
        tell("starting cold ...")
        return {
            "remembered turns": float(remembered),
            "file, MiB": size / 2**20,
            "turn median, ms": statistics.median(times),
            "turn 95th percentile, ms": statistics.quantiles(times, n=20)[-1],
            **_cold(Path(folder), cold_runs),
        }


def _house(folder: Path) -> House:
    places = Places(folder / "keys")
    return open_house(Config(Home(folder / "home"), places, lambda: datetime.now(UTC), agreed=True))


def _fill(house: House, count: int) -> None:
    """Remember turns of made-up words, one an hour up to now, with people and facts among them, in one transaction."""
    chance = random.Random(1)  # noqa: S311 - no secrets are made here
    words, at = _words(chance), house.clock() - timedelta(hours=count + 1)
    people = [next(words).title() for _ in range(PEOPLE)]
    told = max(1, count // FACTS)  # one turn in so many tells a fact
    db = house.she.memory.file.connection
    with db:
        for number in range(count):
            at += timedelta(hours=1)
            kept = turns.keep(db, Heard(" ".join(next(words) for _ in range(12)), at, "bench"))
            assert kept.turn is not None  # noqa: S101 - keep always numbers a turn
            turns.complete(db, kept.turn, None, None, Said(" ".join(next(words) for _ in range(6)), at))
            if number % told == 0:
                somebody = Subject("other", chance.choice(BONDS), chance.choice(people))
                fact = Fact(chance.choice((somebody, Subject())), chance.choice(RELATIONS), next(words))
                facts.keep(db, [fact], turns.last_line(db), at)


async def _take(door: Door, count: int) -> list[float]:
    """Take turns through the door, and return how long each took, in ms."""
    words, times = _words(random.Random(2)), []  # noqa: S311 - as above
    for number in range(-len(SAYINGS), count):  # the first of each kind compile its patterns
        text = SAYINGS[number % len(SAYINGS)]
        text = text.format(*(next(words) for _ in range(text.count("{}"))))
        start = time.perf_counter()
        async with aclosing(door.ask({"ask": "turn", "text": text})) as events:
            last = [event async for event in events][-1]
        times.append((time.perf_counter() - start) * 1000)
        if last["event"] != "done":
            raise RuntimeError(f"a turn failed: {last}")
    return times[len(SAYINGS) :]


def _cold(folder: Path, count: int) -> dict[str, float]:
    """Time whole processes in turn, A B A B: an empty Python, `say` with a key file, `say` with a passphrase."""
    samantha = shutil.which("samantha", path=str(Path(sys.executable).parent)) or "samantha"
    plain = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "PATH": os.environ["PATH"]}
    keyed = plain | {"SAMANTHA_HOME": str(folder / "keyed"), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    secret = plain | {"SAMANTHA_HOME": str(folder / "secret"), "SAMANTHA_PASSPHRASE": "bench"}
    say = [samantha, "say", "I went to see the garden with Tom today"]
    runs = [([sys.executable, "-c", "pass"], plain), (say, keyed), (say, secret)]
    rounds = [[_process(*run) for run in runs] for _ in range(count + 1)][1:]  # the first makes the memories
    empty, by_file, by_passphrase = (statistics.median(times) for times in zip(*rounds, strict=True))
    return {
        "empty Python, ms": empty,
        "cold say, key file, ms": by_file,
        "cold say, passphrase, ms": by_passphrase,
        "cold say / empty Python": statistics.median(times[1] / times[0] for times in rounds),
        "the same with Argon2id": statistics.median(times[2] / times[0] for times in rounds),
    }


def _process(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000


def _words(chance: random.Random) -> Iterator[str]:
    made = [
        "".join(chance.choice("bdfgklmnprstv") + chance.choice("aeiou") for _ in range(3)) for _ in range(VOCABULARY)
    ]
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
    while True:
        yield from chance.choices(made, cum_weights=weights, k=1000)
