"""Feeling read from words: the person's own, and only where it is plain.

The words are data, in `language/*/feelings.yaml`, which says how they are written. Unsure is None: a feeling
named wrongly does more harm than one that waits to be told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from samantha.events import Feeling
from samantha.language import load

# What is said in one breath; the rest of a long text is a document, and is not read.
_READ = 4_000
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_SENTENCE = re.compile(r"[^.!?;\n]*[.!?;\n]*")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[,:()–—]")
_QUOTED = re.compile(r"“[^”]{0,500}(?:”|$)|\"[^\"\n]{0,500}(?:\"|$)|(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w)){1,200}'(?!\w)")
_PIECE = re.compile(r"\.\.\. |\] |\[| \$|<loved>|\(| ")
_SIGNS = {"...": r"(?:[\w']+\s+){0,3}", "[": "(?:(?:", "]": r")\s+)?", "(": "(?:", "": r"\s+"}
_PLAIN_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_PERHAPS = re.compile(r"\[[^\]]*\]|<loved>|\.\.\.|\$")
_CHOICE = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_END = r"(?=\W*$|[.!?;,\n])"  # the end of a thought
_BREAKS = frozenset(",:()–—")
_LONGEST_FRAME = 6  # words
_LONGEST_STATE = 3  # words
_LONGEST_EVIDENCE = 8  # words, where the feeling's own words are no more
_CLAUSE_WORD = re.compile(r"[ \t]+([^\W_]+(?:['’‘ʼ`´-][^\W_]+)*)")
_MIXED = 0.2  # a feeling less pleasant or unpleasant than this contradicts no other
_CLOSE = 0.15  # two feelings nearer in weight than this weigh the same


@dataclass(frozen=True, slots=True)
class _Hit:
    """One place where a feeling shows."""

    label: str
    start: int
    end: int
    weight: float
    force: float = 0.0  # 1 made stronger, -1 made weaker


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase that carries the person in itself."""

    label: str
    source: str  # a regular expression
    signs: frozenset[str]  # words, without apostrophes, of which it can't be without

    def may_be_in(self, words: frozenset[str]) -> bool:
        """Tell whether it is worth looking for."""
        return not self.signs or not self.signs.isdisjoint(words)


@dataclass(frozen=True, slots=True)
class _Lexicon:
    feelings: dict[str, tuple[float, float]]  # label to valence and arousal
    states: dict[str, str]  # state to label
    frames: dict[str, float]  # frame to weight
    force: dict[str, float]  # words between frame and state
    not_alone: frozenset[str]
    asks: re.Pattern[str]
    not_after: re.Pattern[str]
    not_close_after: re.Pattern[str]
    not_before: re.Pattern[str]
    long_past: re.Pattern[str]
    idioms: re.Pattern[str]
    joining: re.Pattern[str]
    dangling: frozenset[str]
    phrases: tuple[_Phrase, ...]


def read(text: str, language: str = "en") -> Feeling | None:
    """Return the person's own feeling, valence -1 to 1 and arousal 0 to 1, or None when unsure."""
    lexicon = _lexicon(language)
    plain = lexicon.idioms.sub(_blank, _QUOTED.sub(_blank, _lower(text[:_READ])))
    hits = [hit for part in _SENTENCE.finditer(plain) if part[0] for hit in _sentence(part, lexicon)]
    best = _strongest(hits, lexicon)
    return _feeling(best, hits, text, plain, lexicon) if best else None


def _lower(text: str) -> str:
    """Return `text` in lower case with plain apostrophes, every character still in its place."""
    low = text.lower()
    if len(low) != len(text):  # a few capitals (İ) grow when lowered
        low = "".join(small if len(small := char.lower()) == 1 else char for char in text)
    return low.translate(_APOSTROPHES)


def _blank(match: re.Match[str]) -> str:
    return "_" * len(match[0])


def _sentence(part: re.Match[str], lexicon: _Lexicon) -> Iterator[_Hit]:
    """Yield what one sentence shows."""
    sentence, offset = part[0], part.start()
    words = [_Word(found[0], *found.span()) for found in _WORD.finditer(sentence)]
    long_past = lexicon.long_past.search(sentence) is not None
    for hit in (*_states(words, lexicon), *_phrases(sentence, lexicon)):
        if long_past and hit.weight != 1.0:
            continue
        if not _denied(sentence, hit, lexicon):
            yield _Hit(hit.label, offset + hit.start, offset + hit.end, hit.weight, hit.force)


def _denied(sentence: str, hit: _Hit, lexicon: _Lexicon) -> bool:
    """Say whether the words around `hit` make it a question, a condition or somebody else's."""
    before, after = sentence[: hit.start], sentence[hit.end :]
    clause = re.split(r"[,:()–—]|\b(?:and|but|because)\b", before)[-1] if before else ""
    asked = "?" in after and "," not in after and not lexicon.asks.match(sentence[hit.start :])
    if asked or lexicon.not_before.match(after.lstrip()):
        return True
    return bool(lexicon.not_after.search(before) or lexicon.not_close_after.search(clause))


def _states(words: list[_Word], lexicon: _Lexicon) -> Iterator[_Hit]:
    at = 0
    while at < len(words):
        size, label = _state_at(words, at, lexicon)
        if label and (found := _owned(words, at, size, lexicon)):
            first, weight, force = found
            yield _Hit(label, words[first].start, words[at + size - 1].end, weight, force)
        at += size


def _state_at(words: list[_Word], at: int, lexicon: _Lexicon) -> tuple[int, str | None]:
    """Return how many words the state at `at` has, and its label."""
    for size in range(_LONGEST_STATE, 0, -1):
        if label := lexicon.states.get("-".join(word.text for word in words[at : at + size])):
            return min(size, len(words) - at), label
    return 1, None


def _owned(words: list[_Word], at: int, size: int, lexicon: _Lexicon) -> tuple[int, float, float] | None:
    """Return the first word, weight and force of a state that is the person's own."""
    force, first = 0.0, at
    while True:
        if frame := _frame_before(words, first, lexicon):
            return first - frame[0], frame[1], force
        if first == 0 or words[first - 1].text in _BREAKS:
            break
        word = words[first - 1].text
        if word not in lexicon.force and word not in lexicon.states:
            return None
        force = force or lexicon.force.get(word, 0.0)
        first -= 1
    state = "-".join(word.text for word in words[at : at + size])
    return (first, 1.0, force) if state not in lexicon.not_alone and _alone(words, at + size, lexicon) else None


def _frame_before(words: list[_Word], end: int, lexicon: _Lexicon) -> tuple[int, float] | None:
    for size in range(min(_LONGEST_FRAME, end), 0, -1):
        weight = lexicon.frames.get(" ".join(word.text for word in words[end - size : end]))
        if weight is not None:
            return size, weight
    return None


def _alone(words: list[_Word], after: int, lexicon: _Lexicon) -> bool:
    """Say whether nothing but passing words stands between the state and the end of its clause."""
    for word in words[after:]:
        if word.text in _BREAKS:
            return True
        if word.text not in lexicon.force and word.text not in lexicon.states:
            return False
    return True


def _phrases(sentence: str, lexicon: _Lexicon) -> Iterator[_Hit]:
    words = frozenset(word.replace("'", "") for word in _PLAIN_WORD.findall(sentence))
    fitting = tuple((phrase.label, phrase.source) for phrase in lexicon.phrases if phrase.may_be_in(words))
    for match in _together(fitting).finditer(sentence) if fitting else ():
        yield _Hit(fitting[(match.lastindex or 1) - 1][0], *match.span(), weight=1.1)


@lru_cache(maxsize=500)
def _together(phrases: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """Return one pattern with a group for each of a few phrases; all at once would take 20 ms to compile."""
    return re.compile("|".join(rf"(\b(?:{source})(?!\w))" for _, source in phrases))


def _strongest(hits: list[_Hit], lexicon: _Lexicon) -> _Hit | None:
    """Return the best hit of the weightiest feeling, or None where the opposite weighs about the same."""
    totals: dict[str, float] = {}
    for hit in hits:
        totals[hit.label] = totals.get(hit.label, 0.0) + hit.weight
    if not totals:
        return None
    valence = {label: lexicon.feelings[label][0] for label in totals}
    best = max(totals, key=lambda label: (round(totals[label], 2), abs(valence[label])))
    for label, total in totals.items():
        opposite = valence[label] * valence[best] < 0 and min(abs(valence[label]), abs(valence[best])) >= _MIXED
        if opposite and total >= totals[best] - _CLOSE:
            return None
    return max((hit for hit in hits if hit.label == best), key=lambda hit: hit.weight)


def _feeling(best: _Hit, hits: list[_Hit], text: str, plain: str, lexicon: _Lexicon) -> Feeling:
    """Return what `best` shows, with every place that shows the same."""
    valence, arousal = lexicon.feelings[best.label]
    same = [hit for hit in hits if hit.label == best.label]
    loud = 0.1 if "!" in plain[best.end : best.end + 40].partition("\n")[0] else 0.0
    return Feeling(
        best.label,
        round(max(-1.0, min(1.0, valence * (1 + 0.2 * best.force) * min(1.0, best.weight))), 2),
        round(max(0.0, min(1.0, arousal + 0.15 * best.force + loud)), 2),
        _evidence(same, text, lexicon),
    )


def _evidence(hits: list[_Hit], text: str, lexicon: _Lexicon) -> tuple[str, ...]:
    """Return the words of `hits`, each to the end of its clause, without those that are within another's."""
    spans = [(hit.start, _clause_end(text, hit, lexicon)) for hit in hits]
    whole = [
        (start, end)
        for start, end in spans
        if not any(other <= start and end <= last and (other, last) != (start, end) for other, last in spans)
    ]
    return tuple(dict.fromkeys(text[start:end] for start, end in whole))


def _clause_end(text: str, hit: _Hit, lexicon: _Lexicon) -> int:
    """Return where the clause of `hit` ends: at a sign, a joining word, or after so many words."""
    ends, said = [hit.end], len(text[hit.start : hit.end].split())
    following = _lower(text[hit.end : hit.end + 200])
    for match in _words_on(following):
        if lexicon.joining.match(following, match.start(1)):
            return ends[-1]
        if said + len(ends) > _LONGEST_EVIDENCE:
            break
        ends.append(hit.end + match.end())
    else:
        return ends[-1]
    while len(ends) > 1 and text[ends[-2] : ends[-1]].strip().lower() in lexicon.dangling:
        ends.pop()
    return ends[-1]


def _words_on(text: str) -> Iterator[re.Match[str]]:
    """Yield the words from the beginning of `text` as long as nothing but space is between them."""
    at = 0
    while match := _CLAUSE_WORD.match(text, at):
        yield match
        at = match.end()


@cache
def _lexicon(language: str) -> _Lexicon:
    data = load("feelings", language)
    feelings = data["feelings"]
    force = dict.fromkeys(data["passed"].split(), 0.0)
    force |= dict.fromkeys(data["stronger"].split(), 1.0) | dict.fromkeys(data["weaker"].split(), -1.0)
    frames = dict.fromkeys(_items(data["frames"]), 1.0) | dict.fromkeys(_items(data["frames past"]), 0.6)
    return _Lexicon(
        feelings={label: (part["valence"], part["arousal"]) for label, part in feelings.items()},
        states={state: label for label, part in feelings.items() for state in part["states"].split()},
        frames=frames,
        force=force,
        not_alone=frozenset(data["not alone"].split()),
        asks=_any(data["asks"]),
        not_after=_any(data["not after"]),
        not_close_after=_any(data["not close after"]),
        not_before=_any(data["not before"]),
        long_past=_any(data["long past"]),
        idioms=_any(data["idioms"]),
        joining=_any(data["joining"]),
        dangling=frozenset(data["dangling"].split()),
        phrases=tuple(_read_phrases(feelings, data["loved"])),
    )


def _items(line: str) -> list[str]:
    return [item.strip() for item in line.split("|")]


def _any(line: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{re.sub(r' ?[|] ?', '|', line).strip()})\b")


def _read_phrases(feelings: dict[str, Any], loved: str) -> Iterator[_Phrase]:
    for label, part in feelings.items():
        for line in part["phrases"].splitlines():
            yield _Phrase(label, _pattern(line.strip(), loved), _signs(line))


def _signs(phrase: str) -> frozenset[str]:
    """Return words of which any text with this phrase has one: its longest fixed word, else its first choice."""
    outside = _CHOICE.sub(" ", _PERHAPS.sub(" ", phrase))
    fixed = max(_PLAIN_WORD.findall(outside), key=len, default="")
    if len(fixed) > 2:
        return frozenset({fixed.replace("'", "")})
    choices = [choice.split("|") for choice in _CHOICE.findall(_PERHAPS.sub(" ", phrase)) if "(" not in choice[1:]]
    plain = [[_PLAIN_WORD.findall(way) for way in choice] for choice in choices]
    whole = [ways for ways in plain if all(ways)]
    return frozenset(way[0].replace("'", "") for way in whole[0]) if whole else frozenset()


def _pattern(phrase: str, loved: str) -> str:
    """Return `phrase`, written as feelings.yaml explains, as a regular expression."""

    def piece(match: re.Match[str]) -> str:
        if match[0] == "<loved>":
            return f"(?:{loved.strip()})"
        return _END if match[0] == " $" else _SIGNS[match[0].strip()]

    return _PIECE.sub(piece, phrase).replace("'", "'?")
