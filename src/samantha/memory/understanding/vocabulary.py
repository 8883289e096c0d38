"""The words of facts.yaml as sets and phrases; the code itself knows none."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from samantha.language import load

Span = tuple[int, int]  # where something stands in a text

_TOKEN = re.compile(r"'?[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, folded, and where it stands."""

    word: str
    start: int
    end: int


def whole(inside: list[Token]) -> list[Span]:
    """Return the one span from the first word to the last."""
    return [(inside[0].start, inside[-1].end)]


def tokens(text: str) -> list[Token]:
    """Cut a text into words; "I'm" is two: "i" and "'m"."""
    return [Token(found[0].casefold(), found.start(), found.end()) for found in _TOKEN.finditer(text)]


def folded(text: str) -> str:
    """Return the words of a text, folded, a space between them."""
    return " ".join(found.casefold() for found in _TOKEN.findall(text))


def content(name: str) -> Any:
    """Return one entry of facts.yaml as it stands there."""
    return load("facts")[name]


def entries(text: str) -> list[str]:
    """Cut a comma-separated list of facts.yaml into its entries."""
    return [entry.strip().strip('"') for entry in text.split(",")]


@cache
def words(name: str) -> frozenset[str]:
    """Return a list of facts.yaml, folded: single words and phrases."""
    return fold_all(content(name))


@cache
def fold_all(text: str) -> frozenset[str]:
    """Return the entries of a comma-separated text, folded."""
    return frozenset(folded(entry) for entry in entries(text))


@cache
def longest(phrases: frozenset[str]) -> int:
    """Return how many words the longest of the phrases has."""
    return max(phrase.count(" ") + 1 for phrase in phrases)


def phrase_at(found: list[Token], at: int, phrases: frozenset[str]) -> int:
    """Return how many words of the longest phrase that begins at a word; 0 where none does."""
    for count in range(min(longest(phrases), len(found) - at), 0, -1):
        if " ".join(token.word for token in found[at : at + count]) in phrases:
            return count
    return 0


def phrase_before(found: list[Token], end: int, phrases: frozenset[str]) -> int:
    """Return how many words of the longest phrase that ends before a word; 0 where none does."""
    for count in range(min(longest(phrases), end), 0, -1):
        if " ".join(token.word for token in found[end - count : end]) in phrases:
            return count
    return 0


@cache
def relations() -> dict[str, dict[str, Any]]:
    """Return the relations of facts.yaml by their names."""
    found: dict[str, dict[str, Any]] = content("relations")
    return found


@cache
def bonds() -> dict[str, tuple[str, str]]:
    """Return what people are to each other: a word, and under which word and pronoun it is held."""
    return {
        folded(word): (group[0], pronoun)
        for pronoun, groups in content("bonds").items()
        for group in groups
        for word in group
    }


@cache
def bond_phrases() -> frozenset[str]:
    """Return all words for what people are to each other."""
    return frozenset(bonds())


@cache
def first_names() -> dict[str, str]:
    """Return known first names, folded, with their pronoun ("either" where both)."""
    found: dict[str, str] = {}
    for pronoun, names in content("names").items():
        for name in names.split():
            found[name] = pronoun if name not in found else "either"
    return found
