"""Recognising what asks for one plain thing: hassil sentences in commands.yaml."""

import string
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from samantha import language

if TYPE_CHECKING:
    from hassil import Intents

LONGEST = 200  # characters; a plain command is shorter, and matching takes time by length


@dataclass(frozen=True, slots=True)
class Command:
    """A recognised intent of commands.yaml, and the words that filled its wildcard."""

    name: str
    words: str = ""


def recognise(text: str) -> Command | None:
    """Return the command that a whole text is, if it is one."""
    plain = (
        text.lower().replace("’", "'").strip(string.punctuation + string.whitespace + "…–—").replace(",", " ")
    )
    plain = " ".join(plain.replace("?", " ").replace("!", " ").split())
    if not plain or len(plain) > LONGEST:
        return None
    from hassil import recognize  # noqa: PLC0415 - 70 ms to load; not needed for most of what is told

    found = recognize(plain, _intents())
    if found is None:
        return None
    words = found.entities.get("words")
    return Command(found.intent.name, str(words.value).strip() if words else "")


@cache
def _intents() -> "Intents":
    from hassil import Intents  # noqa: PLC0415 - as above

    return Intents.from_dict(language.load("commands"))
