"""A line of talk cut up: same-length plain text, sentences, clauses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from samantha.language.templates import Token, entries, tokens
from samantha.memory.understanding.vocabulary import content, phrase_at, words

LINE = 20_000  # characters read at most
SENTENCES = 50  # read at most
SENTENCE = 500  # characters; a longer one is passed by

_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_SPACE = re.compile(r"[^\S\n]|[\x00-\x09\x0b-\x1f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_DOUBLE = re.compile(r'"([^"\n]*)("|$)', re.MULTILINE)
_SINGLE = re.compile(r"(?<!\w)'(?=\S)([^\n]{1,300})(?<=\S)'(?!\w)")
_END = re.compile(r"[.!?…]+(?=[\s\"')]|$)|\n|[.!?…]+(?=[^\W\d_]{3})|[\U0001f300-\U0001faff☀-➿]+|:-?[)(DP]\B")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line: its plain words and where they begin in the line."""

    text: str
    start: int
    ending: str = ""  # what ended it, or what joined it to what stood before


def plain(text: str) -> str:
    """Return the text with plain quotes and spaces, what is quoted blanked out; as long as it was."""
    flat = _SPACE.sub(" ", text[:LINE].translate(_QUOTES))
    return _SINGLE.sub(_unquoted, _DOUBLE.sub(_unquoted, flat))


def sentences(text: str) -> Iterator[Part]:
    """Yield the sentences of a plain text: at most the first 50, none that is endless."""
    return (part for part in islice(_cut(text), SENTENCES) if len(part.text) <= SENTENCE)


def _cut(text: str) -> Iterator[Part]:
    start = 0
    for end in _END.finditer(text):
        if end[0] == "." and _is_abbreviation(text[max(0, end.start() - 6) : end.start()]):
            continue
        if text[start : end.start()].strip():
            yield Part(text[start : end.start()], start, end[0])
        start = end.end()
    if text[start:].strip():
        yield Part(text[start:], start)


def _is_abbreviation(before: str) -> bool:
    found = tokens(before)
    return bool(found) and found[-1].end == len(before) and found[-1].word in words("abbreviations")


def _unquoted(found: re.Match[str]) -> str:
    """Blank out what is quoted; a single word keeps standing: my dog is called "Rex"."""
    inside = found[1]
    if len(inside.split()) == 1 and found[0] != inside:
        return f" {inside}{' ' * (len(found[0]) - len(inside) - 1)}"
    return "\0" * len(found[0])


@cache
def _joints() -> re.Pattern[str]:
    joins = "|".join(re.escape(word) for word in (*entries(content("joins")), *entries(content("relative"))))
    return re.compile(rf"[,;:()/]+|\s[-–—]+\s|[–—]|(?<![\w'-])(?:{joins})(?![\w'-])", re.IGNORECASE)


def clauses(sentence: Part, begins: "Begins") -> Iterator[Part]:
    """Yield the clauses of a sentence; a new one begins only where something new is begun."""
    start, joined = 0, ""
    for joint in _joints().finditer(sentence.text):
        if not sentence.text[start : joint.start()].strip():
            joined += joint[0].casefold()
            start = joint.end()
        elif begins(sentence.text[joint.end() :], joint[0].casefold() in words("relative")):
            yield Part(sentence.text[start : joint.start()], sentence.start + start, joined.strip())
            start, joined = joint.end(), joint[0].casefold()
    if sentence.text[start:].strip():
        yield Part(sentence.text[start:], sentence.start + start, joined.strip())


class Begins:
    """Tells whether a text begins a new clause: with a subject, or with a word one can tell something by."""

    def __init__(self, verbs: frozenset[str], names: frozenset[str]) -> None:
        self._verbs = verbs - words("owns") - {""}
        self._names = names

    def __call__(self, text: str, relative: bool) -> bool:
        """Look at the first words of the text; after "who" only a verb will do."""
        found = tokens(text[:80])
        at = 0
        while not relative and at < len(found) and found[at].word in words("joins"):
            at += 1
        if at == len(found):
            return False
        if found[at].word in self._verbs or (not relative and phrase_at(found, at, words("starters"))):
            return True
        return not relative and self._named(text, found[at:])

    def _named(self, text: str, found: list[Token]) -> bool:
        """Look for a name with a verb after it: "..., Anna lives in Oslo"."""
        a_name = text[found[0].start].isupper() or found[0].word in self._names
        return a_name and len(found) > 1 and found[1].word in self._verbs and text[found[0].end] in " '"
