"""The template language of sentences people say: read into regular expressions, found by their first word.

    word     this word, whatever its case        {kind}    a value of some kind
    [a|b]    perhaps one of these                ,         a pause
    (a|b)    one of these                        <list>    one of the words of the list of that name

Templates are read once a version (see `kept`), and an expression is compiled when a text first could fit it: compiling
them all would take longer than everything else at a cold start.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

_PIECE = re.compile(r"\{[^}]*\}|<[^>]*>|[\[\]()|,]|[^\s\[\]()|,{}<>]+")
_SLOT = r"(\S.{0,160}?)"
_EDGE = r"(?:(?<![\w'])|(?='))"  # where a word may begin; "'s" may follow another
ANY = ""  # the first word of a template that may begin with anything


_TOKEN = re.compile(r"'?[^\W_]+(?:-[^\W_]+)*")

Lists = Callable[[str], list[str]]  # the entries of the list of a name


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, folded, and where it stands."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A value in a template: its kind, and the relation it belongs to."""

    kind: str
    relation: str


Slots = tuple[tuple[Slot, int, int], ...]  # with where their values stand in the text


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence people say: which relation it is about, in which role, and how it reads."""

    relation: str
    role: str
    source: str  # a regular expression for the whole clause
    slots: tuple[Slot, ...]
    firsts: frozenset[str]
    needs: tuple[frozenset[str], ...]  # of each of these one word must be there; spares compiling

    def match(self, text: str) -> Slots | None:
        """Return the slots with where their values stand in the text, or None."""
        found = _compiled(self.source).fullmatch(text)
        if found is None:
            return None
        spans = ((slot, *found.span(n)) for n, slot in enumerate(self.slots, 1))
        return tuple(span for span in spans if span[1] >= 0)


class Book:
    """Templates by their first word."""

    def __init__(self, templates: Iterable[Template]) -> None:
        self._by_first: dict[str, list[Template]] = {}
        for template in templates:
            for first in template.firsts:
                self._by_first.setdefault(first, []).append(template)

    @property
    def firsts(self) -> frozenset[str]:
        """The words its templates begin with."""
        return frozenset(self._by_first)

    def matches(self, text: str) -> Iterator[tuple[Template, Slots]]:
        """Yield the templates that fit a whole text, with their slots, in the order of the file."""
        inside = {token.word for token in tokens(text)}
        for first in (first_word(text), ANY):
            for template in self._by_first.get(first, ()):
                possible = not any(inside.isdisjoint(need) for need in template.needs)
                slots = template.match(text) if possible else None
                if slots is not None:
                    yield template, slots


def tokens(text: str) -> list[Token]:
    """Cut a text into words; "I'm" is two: "i" and "'m"."""
    return [Token(found[0].casefold(), found.start(), found.end()) for found in _TOKEN.finditer(text)]


def entries(text: str) -> list[str]:
    """Cut a comma-separated list into its entries."""
    return [entry.strip().strip('"') for entry in text.split(",")]


def first_word(text: str) -> str:
    """Return the first word of a text, folded; the empty text where there is none."""
    found = tokens(text[:60])
    return found[0].word if found else ANY


def no_lists(name: str) -> list[str]:
    """Have no lists."""
    raise KeyError(name)


def template(line: str, relation: str = "", role: str = "", gap: str = " ", lists: Lists = no_lists) -> Template:
    """Read a line of the template language; `gap` holds the characters that may stand between words.

    Raises ValueError where its brackets don't match, KeyError where it names a list there isn't.
    """
    parser = _Parser(line, relation, gap, lists)
    source, firsts, nullable = parser.choices()
    firsts = firsts | {ANY} if nullable else firsts
    return Template(relation, role, f"{source}[ .,;:!]*", tuple(parser.slots), firsts, tuple(parser.needs))


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _choice(phrases: list[str], gap: str) -> tuple[str, frozenset[str]]:
    """Return one choice of plain words and phrases, the longest tried first, and their first words."""
    ordered = sorted(phrases, key=len, reverse=True)
    choices = "|".join(f"[{gap}]+".join(map(re.escape, phrase.split())) for phrase in ordered)
    return rf"[{gap}]*{_EDGE}(?:{choices})(?!\w)", frozenset(map(first_word, phrases))


class _Parser:
    """Reads one template: `[perhaps]`, `(one|of)`, `<list>`, `{kind}` and plain words."""

    def __init__(self, line: str, relation: str, gap: str, lists: Lists) -> None:
        self.pieces = _PIECE.findall(line)
        self.at = 0
        self.relation = relation
        self.gap = gap
        self.lists = lists
        self.depth = 0
        self.slots: list[Slot] = []
        self.needs: list[frozenset[str]] = []

    def choices(self, end: str | None = None) -> tuple[str, frozenset[str], bool]:
        """Read up to a closing bracket: the expression, the first words, whether it may be empty."""
        sources, firsts, nullable = [], frozenset[str](), False
        while True:
            source, first, empty = self._sequence()
            sources.append(source)
            firsts, nullable = firsts | first, nullable or empty
            closing = self.pieces[self.at] if self.at < len(self.pieces) else None
            self.at += 1
            if closing == end:
                return (
                    "|".join(sources) if len(sources) == 1 else f"(?:{'|'.join(sources)})",
                    firsts,
                    nullable,
                )
            if closing != "|":
                raise ValueError(f"unbalanced brackets in {self.pieces}")

    def _sequence(self) -> tuple[str, frozenset[str], bool]:
        source, firsts, nullable = "", frozenset[str](), True
        while self.at < len(self.pieces) and self.pieces[self.at] not in ("|", "]", ")"):
            part, first, empty = self._piece()
            if self.depth == 0 and not empty and ANY not in first and first:
                self.needs.append(first)
            source += part
            if nullable:
                firsts |= first
            nullable = nullable and empty
        return source, firsts, nullable

    def _piece(self) -> tuple[str, frozenset[str], bool]:
        piece = self.pieces[self.at]
        self.at += 1
        if piece in "[(":
            source, firsts, empty = self._bracket(closing="]" if piece == "[" else ")")
            return (f"(?:{source})?", firsts, True) if piece == "[" else (source, firsts, empty)
        if piece == ",":
            return r" *[,;:.–—-]+ *", frozenset(), False
        if piece.startswith("<"):
            return (*_choice(self.lists(piece[1:-1]), self.gap), False)
        if piece.startswith("{"):
            kind, _, relation = piece[1:-1].partition("=")
            self.slots.append(Slot(kind, relation or self.relation))
            return f"[{self.gap}]*{_SLOT}", frozenset({ANY}), False
        return (*_choice([piece], self.gap), False)

    def _bracket(self, closing: str) -> tuple[str, frozenset[str], bool]:
        plain = self._plain_choice()
        if plain:
            return (*_choice(plain, self.gap), False)
        self.depth += 1
        read = self.choices(closing)
        self.depth -= 1
        return read

    def _plain_choice(self) -> list[str]:
        """Read a choice between plain words up to its end; nothing where it holds more than that."""
        inside: list[str] = []
        for count, piece in enumerate(self.pieces[self.at :], 1):
            if piece in ")]":
                self.at += count
                return " ".join(inside).split(" | ")
            if piece[0] in "[({<,":
                return []
            inside.append(piece)
        return []
