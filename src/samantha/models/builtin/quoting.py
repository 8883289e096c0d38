"""Quoting: letter for letter, a few words that matter, never a paraphrase."""

import re
from collections.abc import Collection, Iterator
from functools import cache

from samantha.language import load
from samantha.models.builtin.situation import sentences

LONGEST_QUOTE = 25  # words
LONGEST = 200  # characters, for what has no words to count
LONGEST_FRAGMENT = 14  # words
SHORTEST_CLAUSE = 3  # words
PAUSE = re.compile(r"[.,;:!?…]+(?:\s+|$)|[()\"“”\n—–]+")
EDGES = ' \t\n.,;:!?…"“”-–—'


def quote(text: str, words: Collection[str]) -> str:
    """Return the sentence of a text that holds most of the words, shortened to what can be quoted."""
    parts = sentences(text) or [text]
    wanted = [word.lower() for word in words]
    best = max(parts, key=lambda part: sum(word in part.lower() for word in wanted))
    return _shortened(best.strip(EDGES), wanted)[:LONGEST]


def fragment(text: str) -> str | None:
    """Return a few just-said words worth giving back, or None where there are none.

    The longest clause of the last two is taken, whole: a quotation that lost its "I don't think" would be a lie.
    """
    speaking = [clause for clause in _clauses(text[:2_000]) if any(c.isalpha() for c in clause)]
    short = [clause for clause in speaking[-2:] if len(clause.split()) <= LONGEST_FRAGMENT and len(clause) <= LONGEST]
    return max(short, key=lambda clause: len(clause.split()), default=None)


def _clauses(text: str) -> Iterator[str]:
    """Cut at punctuation, and before a joining word that has a clause before it ("Anna and I" is none)."""
    for part in PAUSE.split(text):
        start = 0
        for joint in _joint().finditer(part):
            if len(part[start : joint.start()].split()) >= SHORTEST_CLAUSE:
                yield part[start : joint.start()].strip(EDGES)
                start = joint.end()
        yield part[start:].strip(EDGES)


def _shortened(sentence: str, wanted: list[str]) -> str:
    """Return at most LONGEST_QUOTE words in a row, around the first that is wanted."""
    found = list(re.finditer(r"\S+", sentence))
    if len(found) <= LONGEST_QUOTE:
        return sentence
    hit = next((n for n, word in enumerate(found) if any(w in word.group().lower() for w in wanted)), 0)
    first = max(0, min(hit - LONGEST_QUOTE // 2, len(found) - LONGEST_QUOTE))
    return sentence[found[first].start() : found[first + LONGEST_QUOTE - 1].end()].strip(EDGES)


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{'|'.join(load('words')['joints'])})\s+", re.IGNORECASE)
