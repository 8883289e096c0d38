"""Danger in plain words, and the fixed referral that answers it before any mind.

The phrases are data: `language/*/danger.yaml` says how they are written, `lines.yaml` whom to call where.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from string import Template
from typing import Any

from samantha.events import Concern, Feeling
from samantha.language import load

# A pasted megabyte is a document rather than talk: its beginning and its end are read, so time stays bounded.
_HEAD, _TAIL = 12_000, 4_000
_BEFORE = 160  # characters before a phrase that can show it is somebody else's
_MASK = "\x1f"  # stands for words that mean no harm; no phrase crosses it
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_UNSEEN = r"\u0300-\u036f\u00ad\u200b-\u200d\u2060"  # accents that stand apart, and what has no width: part of a word
_TOKEN = re.compile(rf"[^\W_](?:[^\W_]|[{_UNSEEN}])*(?:'[^\W_]+)?|(?<!\.)[.](?!\.)|[!?;]")
_LITERAL = re.compile(r"(?<!<)\b[a-z0-9']+\b(?![a-z ]*>)|'[a-z]+")
_PIECE = re.compile(r"<(?P<list>[a-z ]+)>|\.\.\. |\] |\[|\(| *\$|\^ ")
_SIGNS = {"...": r"(?:\w+ ){0,4}", "[": "(?:(?:", "]": ") )?", "(": "(?:", "^": r"(?:^|(?<=\. ))"}


@dataclass(frozen=True, slots=True)
class _Words:
    """A text as plain words: lower case, one form for each, one space between."""

    text: str
    starts: tuple[int, ...]  # where each word begins here
    spans: tuple[tuple[int, int], ...]  # where it stands in the text as it was said

    def said(self, start: int, end: int) -> tuple[int, int]:
        """Return where the words from `start` to `end` were said."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        return self.spans[first][0], self.spans[last][1]


class _Spelling:
    """Brings words to one form, so that a phrase is written down once."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._forms = {form: word for word, forms in data["spelling"].items() for form in str(forms).split()}
        self._forms |= dict.fromkeys(data["fillers"].split(), "")
        self._endings = data["endings"]

    def plain(self, word: str) -> str:
        """Return the form of `word`: one word, several, or none where it changes nothing."""
        if word in self._forms:
            return str(self._forms[word])
        for ending, meaning in self._endings.items():
            if "'" in word and word.endswith(ending):
                return f"{word.removesuffix(ending)} {meaning}".strip()
        return word

    def words(self, text: str) -> _Words:
        """Return `text` as plain words; every end of a sentence is a full stop."""
        out: list[str] = []
        starts: list[int] = []
        spans: list[tuple[int, int]] = []
        at = 0
        for match in _TOKEN.finditer(text.translate(_APOSTROPHES)):
            for word in self.plain(_bare(match[0].lower())).split() if match[0][0].isalnum() else ["."]:
                out.append(word)
                starts.append(at)
                spans.append(match.span())
                at += len(word) + 1
        return _Words(" ".join(out), tuple(starts), tuple(spans))


def _bare(word: str) -> str:
    """Return `word` without accents."""
    if word.isascii():
        return word
    return "".join(char for char in unicodedata.normalize("NFKD", word) if char.isalnum() or char == "'")


@dataclass(frozen=True)
class _Phrases:
    """Some lines of danger.yaml, as one pattern that is built when it is first needed."""

    lines: str
    lists: Mapping[str, str] = field(repr=False)
    end: str  # what "$" stands for
    spelling: _Spelling
    tail: str = ""  # what must follow each

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what finds any of the lines."""
        lines = [self._regex(line.strip()) for line in self.lines.splitlines() if line.strip()]
        return re.compile(rf"\b(?:{'|'.join(lines)})\b{self.tail}")

    def _regex(self, phrase: str) -> str:
        plain = _LITERAL.sub(lambda match: self.spelling.plain(match[0]), phrase)
        return _PIECE.sub(self._piece, re.sub(r" ?[|] ?", "|", re.sub(" +", " ", plain)))

    def _piece(self, match: re.Match[str]) -> str:
        if match["list"]:
            return f"(?:{self._regex(self.lists[match['list']])})"
        return _SIGNS.get(match[0].strip(), self.end)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of danger is heard and answered."""

    name: str
    phrases: _Phrases
    not_after: _Phrases  # directly before a phrase: it is a title, or somebody else's words
    not_in: _Phrases | None  # anywhere in the text: a film, a dream
    faint: _Phrases | None  # counts only where the feeling is heavy as well
    reply: Template


@dataclass(frozen=True, slots=True)
class _Rules:
    spelling: _Spelling
    signs: frozenset[str]  # without one of these words no phrase can be there
    harmless: _Phrases
    child: _Phrases  # who says so is not over 18
    past: _Kind  # harm that is over
    heavy: frozenset[str]  # labels of feeling beside which a faint phrase counts
    kinds: tuple[_Kind, ...]  # the most pressing first


def weigh(
    text: str, feeling: Feeling | None, country: str | None = None, language: str = "en", *, young: bool = False
) -> Concern | None:
    """Return the danger that `text` plainly tells of, with the reply to give, or None.

    `country` is a code of two letters; without a known one the reply names what holds nearly everywhere.
    Who is `young`, not over 18, is also told of a line for children and young people.
    """
    rules = _rules(language)
    text = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n.\n{text[-_TAIL:]}"
    words = rules.spelling.words(text)
    if rules.signs.isdisjoint(words.text.split()):  # nearly every turn ends here, before any pattern is built
        return None
    plain = rules.harmless.pattern.sub(_mask, words.text)
    heavy = feeling is not None and feeling.label in rules.heavy
    kind, heard = _most_pressing(rules, plain, heavy)
    if kind is None:
        return None
    spans = sorted(words.said(*span) for span in heard)
    young = young or rules.child.pattern.search(plain) is not None
    evidence = tuple(dict.fromkeys(text[start:end] for start, end in spans))
    return Concern(kind.name, evidence, _reply(kind, country, language, young=young))


def _mask(match: re.Match[str]) -> str:
    return _MASK * len(match[0])


def _most_pressing(rules: _Rules, plain: str, heavy: bool) -> tuple[_Kind | None, list[tuple[int, int]]]:
    """Return the first kind that is heard, and where; harm that is over counts only where nothing else is."""
    over = list(_heard(rules.past, plain, heavy))
    for start, end in over:
        plain = plain[:start] + _MASK * (end - start) + plain[end:]
    for kind in rules.kinds:
        if heard := list(_heard(kind, plain, heavy)):
            return kind, heard
    return (rules.past, over) if over else (None, [])


def _heard(kind: _Kind, plain: str, heavy: bool) -> Iterator[tuple[int, int]]:
    if kind.not_in and kind.not_in.pattern.search(plain):
        return
    for phrases in (kind.phrases, kind.faint if heavy else None):
        for match in phrases.pattern.finditer(plain) if phrases else ():
            start = match.start()
            if not kind.not_after.pattern.search(plain, max(0, start - _BEFORE), start):
                yield match.span()


def _reply(kind: _Kind, country: str | None, language: str, *, young: bool) -> str:
    known: Mapping[str, str] = _lines().get((country or "").strip().upper(), {})
    said = load("danger", language)["said"]
    help_ = Template(said["line" if known else "anywhere"]).substitute(known)
    children = Template(said["young" if "children" in known else "young anywhere"]).substitute(known) if young else ""
    emergency = known.get("emergency", said["emergency"])
    return " ".join(kind.reply.substitute(emergency=emergency, help=help_, young=children).split())


@cache
def _lines() -> dict[str, dict[str, str]]:
    import yaml  # noqa: PLC0415 - danger is rare, and every start would pay for it

    return dict(yaml.safe_load(Path(__file__).with_name("lines.yaml").read_text(encoding="utf-8")))


@cache
def _rules(language: str) -> _Rules:
    data = load("danger", language)
    spelling = _Spelling(data)
    end = rf"(?=$| (?:\.|(?:{'|'.join(data['after'].split())})\b))"

    def phrases(lines: str, tail: str = "") -> _Phrases:
        return _Phrases(lines, data["words"], end, spelling, tail)

    def kind(name: str, part: Mapping[str, str]) -> _Kind:
        return _Kind(
            name,
            phrases(part["phrases"]),
            phrases(part["not after"], " ?$"),
            phrases(part["not in"]) if "not in" in part else None,
            phrases(part["faint"]) if "faint" in part else None,
            Template(part["reply"]),
        )

    return _Rules(
        spelling,
        frozenset(data["signs"].split()),
        phrases(data["harmless"]),
        phrases(data["child"]),
        kind("past", data["past"]),
        frozenset(data["heavy"]),
        tuple(kind(name, part) for name, part in data["kinds"].items()),
    )
