"""What the built-in mind sees of a turn, and the words of it that matter."""

import re
from dataclasses import dataclass
from functools import cache

from samantha import language
from samantha.events import Feeling, Heard, Recalled
from samantha.models.builtin.phrases import Phrases

LONGEST = 2_000  # characters; who says more than that is not just greeting, and patterns take time by its square
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
MOST_SENTENCES = 50  # of one line; nobody expects an answer to the fifty-first


@dataclass(frozen=True, slots=True)
class Situation:
    """One turn, as the moves see it."""

    heard: Heard
    feeling: Feeling | None
    recalled: Recalled
    say: Phrases
    plain: str  # what was heard, without greeting and her name around it

    @property
    def on_record(self) -> bool:
        """Whether this turn is kept beyond this talk."""
        return self.recalled.kept

    @property
    def sentences(self) -> list[str]:
        """What was heard, sentence by sentence."""
        return sentences(self.plain)


def sentences(text: str) -> list[str]:
    """Cut a text into sentences, letter for letter, without the space between them."""
    return [part.strip() for part in SENTENCE_END.split(text[:20_000]) if part.strip()][:MOST_SENTENCES]


def upper_first(text: str) -> str:
    """Return a text that can begin a sentence."""
    return text[:1].upper() + text[1:]


def without_greeting(text: str, her: str) -> str:
    """Take greetings and her name off both ends, unless nothing else is left."""
    opening, closing = _addresses(her)
    rest = text.strip()
    while len(rest) <= LONGEST:
        shorter = opening.sub("", closing.sub("", rest, count=1), count=1).strip()
        if not shorter or shorter == rest:
            return rest
        rest = shorter
    return rest


@cache
def _addresses(her: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = language.load("words")
    names = "|".join(re.escape(name) for name in {her, "samantha"})
    before = "|".join(re.escape(word) for word in sorted(words["before"], key=len, reverse=True))
    after = "|".join(re.escape(word) for word in sorted(words["after"], key=len, reverse=True))
    greeted = rf"(?:{before})(?:\s*[,.!…-]+\s*|\s+)(?=\w)"
    named = rf"(?:{before})?\s*(?:{names})\s*[,.!:;-]+\s*(?=\w)|(?:{names})\s+(?=\w)"
    opening = rf"^(?:{greeted}|{named})"
    closing = rf"[\s,]+(?:{names}|{after})(?=\W*$)"
    return re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE)
