"""The words of facts.yaml as sets and phrases; the code itself knows none."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from samantha.language import FOLDER, kept, load, templates
from samantha.language.templates import Book, Token, entries, template, tokens

Span = tuple[int, int]  # where something stands in a text


def whole(inside: list[Token]) -> list[Span]:
    """Return the one span from the first word to the last."""
    return [(inside[0].start, inside[-1].end)]


def folded(text: str) -> str:
    """Return the words of a text, folded, a space between them."""
    return " ".join(token.word for token in tokens(text))


def content(name: str) -> Any:
    """Return one entry of facts.yaml as it stands there."""
    return load("facts")[name]


def book(name: str, lines: Callable[[], Iterable[tuple[str, str, str]]], gap: str = " ") -> Book:
    """Return the book of some lines of facts.yaml (line, relation, role), read once a version."""

    def read() -> Book:
        return Book(
            template(line, relation, role, gap, lambda of: entries(content(of))) for line, relation, role in lines()
        )

    here = Path(__file__).parent
    sources = (FOLDER / "en" / "facts.yaml", Path(templates.__file__), *sorted(here.glob("*.py")))
    return kept(f"en-facts-{name}", sources, read)


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


def of_relations(*roles: str) -> Iterator[tuple[str, str, str]]:
    """Yield the lines of these roles, relation by relation: the line, the relation, the role."""
    for role in roles:
        for relation, entry in relations().items():
            yield from ((line, relation, role) for line in entry.get(role, ()))


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
