"""Talks to her without an end, through the real door, and prints what she has acknowledged as it comes.

`python -m tests.prove.talker HOME KEYS SEED` prints one JSON object a line: `heard` (turn, hash of the words) as
soon as the words are durable, and `complete` (turn, hash of the reply, ids of what was learnt). It is to be killed.
"""

import asyncio
import hashlib
import itertools
import json
import random
import sys
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from samantha.app import Config, Doorway
from samantha.store.home import Home
from samantha.store.key import Places

NAMES = ("Anna", "Bjørn", "Chidi", "Dao", "Eva", "Farid", "Grete", "Hiro")
CITIES = ("Oslo", "Bergen", "Lagos", "Hanoi", "Svolvær", "Kyoto")
LONGEST = 600  # words of a long story: more than one page of the file


def digest(text: str) -> str:
    """Return a hash of what was said."""
    return hashlib.sha256(text.encode()).hexdigest()


def words(dice: random.Random, number: int) -> str:
    """Return something to say that nobody said before."""
    name = f"{dice.choice(NAMES)}{''.join(dice.choices('aeioukmnrst', k=6))}"
    return dice.choice(
        (
            f"My friend {name} lives in {dice.choice(CITIES)}.",
            f"{name} called me {number} times, and I was glad.",
            f"What did I say about {name}?",
            " ".join(f"{name} went on and on about {dice.choice(CITIES)}." for _ in range(dice.randrange(LONGEST))),
        )
    )


async def talk(home: Path, keys: Path, seed: int) -> None:
    """Take turn after turn."""
    dice = random.Random(seed)
    config = Config(Home(home), Places(keys), lambda: datetime.now(UTC), agreed=True)
    async with Doorway(config, serve=False) as door:
        for number in itertools.count():
            await turn(door, words(dice, number) or "Hello.")


async def turn(door: Doorway, text: str) -> None:
    """Take one turn, and print what she acknowledges."""
    async with aclosing(door.ask({"ask": "turn", "text": text, "channel": "say"})) as events:
        async for event in events:
            match event["event"]:
                case "heard":
                    acknowledge({"heard": event["turn"], "words": digest(text)})
                case "said":
                    said = event["text"]
                case "complete":
                    facts = [fact["id"] for fact in event["facts"]]
                    acknowledge({"complete": event["turn"], "reply": digest(said), "facts": facts})
                case "error":
                    raise SystemExit(event["sentence"])


def acknowledge(what: dict[str, Any]) -> None:
    """Print one line, and have it leave this process now."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(talk(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
