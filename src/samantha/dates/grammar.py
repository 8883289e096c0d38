"""The ways to say a time, read from `dates.yaml` into one tree of words, and the longest walk through it.

A text is cut into words once; from each word the tree is walked as far as it goes. A walk is never longer
than the longest template, so the work grows with the length of the text and with nothing else.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from samantha.language import load

Slots = Mapping[str, Any]  # what the slots of a template were filled with

# Whole numeric dates; numbers with a point or comma, which are no dates; an apostrophe and a letter after a
# word; words; and what stands between them, of which only , ' - and the dash may be part of a time.
_TOKEN = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])"
    r"|[0-9]{1,2}(?:/[0-9]{1,2}/|\.[0-9]{1,2}\.)[0-9]{4}(?![0-9])"
    r"|[0-9]++(?:[.,][0-9]++)+"
    r"|(?<=\w)['’][^\W\d_]\b"
    r"|[^\W_]+"
    r"|[,'’–-]"
    r"|[^\w\s,'’–-]+|_+"
)
_SAME = str.maketrans("’–", "'-")
_PIECE = re.compile(r"\{[^}]+\}|[][()|]|[^][()|{}\s]+")


class Token(NamedTuple):
    """One word of the text, and where it stands."""

    word: str  # in lower case
    written: str
    start: int
    end: int


class Match(NamedTuple):
    """A way to say a time, found in the text."""

    rule: str
    slots: Slots
    end: int  # the token after its last


@dataclass(slots=True)
class _Node:
    words: dict[str, "_Node"] = field(default_factory=dict)
    slots: dict[str, dict[str, "_Node"]] = field(default_factory=dict)  # by kind of word, then by name
    rule: str | None = None


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Grammar:
    """What one language calls times; made once from its data, then only read."""

    root: _Node
    phrases: Mapping[str, Sequence[_Phrase]]  # by their first word
    openers: frozenset[str]  # words a time can begin with, besides numbers

    def longest(self, tokens: Sequence[Token], at: int) -> Match | None:
        """Return the longest time that begins with the token at `at`."""
        word = tokens[at].word
        if word not in self.openers and not word[0].isdigit():
            return None
        return max(self._walk(tokens, at, self.root, {}), key=lambda match: match.end, default=None)

    def is_kind(self, token: Token, kind: str) -> bool:
        """Tell whether a token alone is a word of this kind."""
        return any(phrase.kind == kind and len(phrase.words) == 1 for phrase in self.phrases.get(token.word, ()))

    def _walk(self, tokens: Sequence[Token], at: int, node: _Node, slots: dict[str, Any]) -> Iterator[Match]:
        if node.rule:
            yield Match(node.rule, slots, at)
        if at == len(tokens):
            return
        if (child := node.words.get(tokens[at].word)) is not None:
            yield from self._walk(tokens, at + 1, child, slots)
        for phrase in self._readings(tokens, at) if node.slots else ():
            for name, child in node.slots.get(phrase.kind, {}).items():
                yield from self._walk(tokens, at + len(phrase.words), child, {**slots, name: phrase.value})

    def _readings(self, tokens: Sequence[Token], at: int) -> Iterator[_Phrase]:
        token = tokens[at]
        if token.word[0].isdigit():
            yield from _numeric(token.word)
        for spelling in {token.word: None, token.written: None}:
            for phrase in self.phrases.get(spelling, ()):
                after = tokens[at + 1 : at + len(phrase.words)]
                if tuple(other.word for other in after) == phrase.words[1:]:
                    yield phrase


def tokens(text: str) -> list[Token]:
    """Cut a text into words, numbers and the marks between them."""
    return [
        Token(match[0].lower().translate(_SAME), match[0], match.start(), match.end())
        for match in _TOKEN.finditer(text)
    ]


@cache
def grammar(language: str = "en") -> Grammar:
    """Return the grammar of a language, built once in a process."""
    data = load("dates", language)
    phrases: dict[str, list[_Phrase]] = {}
    for kind, words in data["words"].items():
        for said, value in words.items():
            _add_phrase(phrases, str(said), kind, value)
    root = _Node()
    for rule, templates in data["templates"].items():
        for template in templates:
            for sequence in _alternatives(iter(_PIECE.findall(template))):
                _plant(root, sequence, rule)
    kinds = root.slots.keys()
    opening = {word for word, group in phrases.items() if any(phrase.kind in kinds for phrase in group)}
    lower = {word.lower() for word in opening}
    return Grammar(root, phrases, frozenset(lower | root.words.keys()))


def _add_phrase(phrases: dict[str, list[_Phrase]], said: str, kind: str, value: Any) -> None:
    cut = tokens(said)
    first = said if len(cut) == 1 else cut[0].word  # one word alone may insist on its capital
    phrases.setdefault(first, []).append(_Phrase(tuple(token.word for token in cut), kind, value))


def _alternatives(pieces: Iterator[str]) -> list[tuple[str, ...]]:
    """Return every way to read a template, up to its end or the bracket that closes it."""
    done: list[tuple[str, ...]] = []
    here: list[tuple[str, ...]] = [()]
    for piece in pieces:
        if piece in "])":
            break
        if piece == "|":
            done, here = done + here, [()]
            continue
        choices: list[tuple[str, ...]] = _alternatives(pieces) if piece in "[(" else [(piece,)]
        if piece == "[":
            choices.append(())
        here = [before + choice for before in here for choice in choices]
    return done + here


def _plant(root: _Node, sequence: Sequence[str], rule: str) -> None:
    node = root
    for piece in sequence:
        if piece.startswith("{"):
            name, _, kind = piece[1:-1].partition(":")
            node = node.slots.setdefault(kind or name, {}).setdefault(name, _Node())
        else:
            node = node.words.setdefault(piece.lower(), _Node())
    node.rule = node.rule or rule  # what stands first in the data


def _numeric(word: str) -> Iterator[_Phrase]:
    """Yield what a token of digits may stand for."""
    if len(word) > 4:
        if (parts := _date_parts(word)) is not None:
            yield _Phrase((word,), "date", parts)
    elif word.isascii() and word.isdigit() and int(word):
        if int(word) <= 31 and len(word) <= 2:
            yield _Phrase((word,), "day", int(word))
        if 1900 <= int(word) < 2100:
            yield _Phrase((word,), "year", int(word))
        yield _Phrase((word,), "number", int(word))


def _date_parts(word: str) -> tuple[int, int, int] | None:
    """Read a numeric date as year, month, day; the day comes first where both are possible."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word):
        year, month, day = word.split("-")
    elif re.fullmatch(r"[0-9]{1,2}([/.])[0-9]{1,2}\1[0-9]{4}", word):
        day, month, year = word.replace(".", "/").split("/")
        if int(month) > 12 and "/" in word:
            day, month = month, day
    else:
        return None
    return int(year), int(month), int(day)
