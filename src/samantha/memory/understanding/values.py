"""Values in what was said: where they end, and whether they are what they should be."""

import re
from collections.abc import Callable
from datetime import datetime

from samantha.dates import When, find
from samantha.memory.understanding.vocabulary import (
    Token,
    bond_phrases,
    bonds,
    content,
    first_names,
    fold_all,
    phrase_at,
    phrase_before,
    tokens,
    words,
)

Span = tuple[int, int]

_NAME = re.compile(r"[^\W\d_]+(?:[ .'-]{1,2}[^\W\d_]+)*\.?")
_NUMERIC_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?")
_COMMA_OR_AND = re.compile(r"\s*,\s*(?:(?:and|&)\s+)?|\s+(?:and|&|\+)\s+", re.IGNORECASE)
_EDGE = " ,.;:!?\"'()-–—*\0"


def dates(text: str, now: datetime) -> tuple[When, ...]:
    """Return the dates in a text that are not in the future."""
    return tuple(when for when in find(text, now) if when.start <= now)


def spans(kind: str, text: str, span: Span, found: tuple[When, ...] = ()) -> list[Span]:
    """Return where the values of a kind stand within a span, without the small words around; none where it is none."""
    rules = content("kinds").get(kind, {})
    start, end = _tidy(rules, text, span, found)
    inside = [token for token in tokens(text[:end]) if token.start >= start]
    if not inside or len(inside) > rules.get("max", 6) or _refused(rules, inside):
        return []
    check = _CHECKS.get(kind)
    return check(text, inside) if check else [(start, end)]


def _tidy(rules: dict[str, str], text: str, span: Span, found: tuple[When, ...]) -> Span:
    """Cut dates, small words and what does not belong to the value off its end."""
    start, end = _shorter(text, span, found)
    inside = [token for token in tokens(text[:end]) if token.start >= start]
    until = fold_all(rules["until"]) if "until" in rules else frozenset()
    for at in range(1, len(inside)):
        if inside[at].word in words("contrast") or (until and phrase_at(inside, at, until)):
            return _shorter(text, (start, inside[at].start), found)
    return start, end


def _shorter(text: str, span: Span, found: tuple[When, ...]) -> Span:
    start, end = span
    while True:
        before = end
        while end > start and text[end - 1] in _EDGE:
            end -= 1
        while start < end and text[start] in _EDGE:
            start += 1
        end = _without_date(text, (start, end), found)
        inside = [token for token in tokens(text[:end]) if token.start >= start]
        count = phrase_before(inside, len(inside), words("tails"))
        if 0 < count < len(inside):
            end = inside[-count].start
        if end == before:
            return start, end


def _without_date(text: str, span: Span, found: tuple[When, ...]) -> int:
    start, end = span
    for when in found:
        if when.span[0] >= start and when.span[0] < end <= when.span[1]:
            inside = [token for token in tokens(text[: when.span[0]]) if token.start >= start]
            count = phrase_before(inside, len(inside), words("prepositions"))
            return inside[-count].start if count else when.span[0]
    return end


def _refused(rules: dict[str, str], inside: list[Token]) -> bool:
    if "not first" in rules and phrase_at(inside, 0, fold_all(rules["not first"])):
        return True
    if any(token.word in words("unsure") for token in inside) or inside[-1].word in words("enders"):
        return True
    never = fold_all(rules["never"]) if "never" in rules else frozenset()
    return bool(never) and any(phrase_at(inside, at, never) for at in range(len(inside)))


def _whole(inside: list[Token]) -> list[Span]:
    return [(inside[0].start, inside[-1].end)]


# --- names -----------------------------------------------------------------------------------------


def written_as_name(text: str, token: Token) -> bool:
    """Return whether a word begins with a capital letter, in a text that does not shout."""
    letter = text[token.start + (text[token.start] == "'")]
    return letter.isupper() and not (text.isupper() and len(text) > 6)


def no_name(word: str, strictly: bool = False) -> bool:
    """Return whether a word is something else than a name; strictly also where it only ends like one."""
    if word in first_names():
        return False
    ending = strictly and word.endswith(tuple(words("not name endings")))
    return ending or word in words("not names") or word in bonds()


def _name(text: str, inside: list[Token], kind: str) -> list[Span]:
    written = text[inside[0].start : inside[-1].end]
    if len(inside) > 4 or not _NAME.fullmatch(written):
        return []
    proper = [token for token in inside if token.word not in words("particles")]
    if proper and all(written_as_name(text, token) for token in proper):
        fits = _capitalised(text, proper, kind)
    else:
        fits = len(inside) <= 2 and _uncapitalised([token.word for token in inside], kind)
    return _whole(inside) if fits else []


def _capitalised(text: str, inside: list[Token], kind: str) -> bool:
    first = inside[0]
    shouted = any(len(token.word) > 2 and text[token.start : token.end].isupper() for token in inside)
    if kind == "bare name" and shouted:
        return False
    if kind != "name" and len(inside) == 1 and first.word in words("lone names only"):
        return False
    strictly = kind == "bare name"
    return not any(no_name(token.word, strictly) for token in inside)


def _uncapitalised(inside: list[str], kind: str) -> bool:
    if kind == "bare name":
        return len(inside) == 1 and inside[0] in first_names()
    return not any(no_name(word, strictly=kind == "nickname") for word in inside)


# --- places, work, belongings ------------------------------------------------------------------------


def _place(text: str, inside: list[Token]) -> list[Span]:
    first = inside[0].word
    if first in words("articles") or first in words("owns") or first.isdigit():
        return []
    capitals = sum(written_as_name(text, token) for token in inside)
    with_article = first in words("definite")
    if with_article and not capitals and not phrase_at(inside, 1, words("the places")):
        return []
    return _whole(inside) if capitals or len(inside) <= 3 + with_article * 2 else []


def _role(text: str, inside: list[Token]) -> list[Span]:
    start = int(inside[0].word in words("articles"))
    return _whole(inside[start:]) if inside[start:] else []


def _job(text: str, inside: list[Token]) -> list[Span]:
    """A job is known by its last word: "a primary school teacher"."""
    start = int(inside[0].word in words("articles"))
    known = phrase_before(inside, len(inside), words("jobs"))
    if not known or (not start and known < len(inside)):
        return []
    if any(token.word in words("not jobs") for token in inside):
        return []
    return _whole(inside[start:])


def _workplace(text: str, inside: list[Token]) -> list[Span]:
    return _whole(inside) if phrase_before(inside, len(inside), words("workplaces")) else []


def _language(text: str, inside: list[Token]) -> list[Span]:
    items = _split(text, *_whole(inside)[0])
    parts = [tokens(text[start:end]) for start, end in items]
    known = all(phrase_before(part, len(part), words("languages")) for part in parts)
    return _whole(inside) if known else []


def _possession(text: str, inside: list[Token]) -> list[Span]:
    """What one has is known by its noun: "an old dog called Rex", "two kids"."""
    having = content("having")
    cut = fold_all(having["before more"])
    end = next((at for at in range(1, len(inside)) if phrase_at(inside, at, cut)), len(inside))
    inside = inside[:end]
    called = next((at for at, token in enumerate(inside) if token.word in words("halves")), len(inside))
    head, name = inside[:called], inside[called + 1 :]
    counted = phrase_at(head, 0, fold_all(having["small words"]))
    bare = len(head) == 1 and head[0].word in fold_all(having["bare"])
    if not bare and not (counted and _noun(head[counted:])):
        return []
    if called < len(inside) and not (name and len(name) <= 4):
        return []
    return _whole(inside)


def _noun(inside: list[Token]) -> bool:
    """Return whether words end in something one is remembered to have, one or several."""
    nouns = fold_all(content("having")["nouns"])
    if not inside or len(inside) > 5:
        return False
    last = inside[-1]
    single = Token(last.word[:-1], last.start, last.end)
    return any(phrase_before([*inside[:-1], end], len(inside), nouns) for end in (last, single))


# --- numbers and dates -----------------------------------------------------------------------------------


def _age(text: str, inside: list[Token]) -> list[Span]:
    if len(inside) == 1 and inside[0].word.isdecimal():
        return _whole(inside) if 1 <= int(inside[0].word[:4]) <= 119 else []
    parts = [part for token in inside for part in token.word.split("-")]
    return _whole(inside) if all(part in words("numbers") for part in parts) else []


def _date(text: str, inside: list[Token]) -> list[Span]:
    written = text[inside[0].start : inside[-1].end]
    known = any(token.word in words("months") for token in inside) or phrase_at(inside, 0, words("feasts"))
    return _whole(inside) if known or _NUMERIC_DATE.fullmatch(written) else []


def _death(text: str, inside: list[Token]) -> list[Span]:
    verb = phrase_at(inside, 0, words("died"))
    rest = inside[verb:]
    if verb and rest and rest[0].word in words("died of"):
        rest = [] if len(rest) > 1 and rest[1].word not in words("not died of") else rest
    return _whole(inside) if verb and not rest else []


def _bond(text: str, inside: list[Token]) -> list[Span]:
    return _whole(inside) if phrase_at(inside, 0, bond_phrases()) == len(inside) else []


_CHECKS: dict[str, Callable[[str, list[Token]], list[Span]]] = {
    "name": lambda text, inside: _name(text, inside, "name"),
    "nickname": lambda text, inside: _name(text, inside, "nickname"),
    "bare name": lambda text, inside: _name(text, inside, "bare name"),
    "place": _place,
    "role": _role,
    "job": _job,
    "workplace": _workplace,
    "possession": _possession,
    "language": _language,
    "age": _age,
    "date": _date,
    "death": _death,
    "bond": _bond,
}


# --- several at once -----------------------------------------------------------------------------------------


def listed(how: str, text: str, span: Span) -> list[Span]:
    """Cut "nuts, eggs and soy" into its items, as the relation's `list` says: any, commas, or counted."""
    items = _split(text, *span)
    if how == "commas" and ("," not in text[span[0] : span[1]] or not _short(text, items)):
        return [span]
    if how == "counted":
        small = fold_all(content("having")["small words"]) | fold_all(content("having")["bare"])
        counted = all(phrase_at(tokens(text[start:end]), 0, small) for start, end in items)
        return items if counted else [span]
    return items


def _short(text: str, items: list[Span]) -> bool:
    return all(len(text[start:end].split()) <= 3 for start, end in items)


def _split(text: str, start: int, end: int) -> list[Span]:
    items, at = [], start
    for cut in _COMMA_OR_AND.finditer(text, start, end):
        items.append((at, cut.start()))
        at = cut.end()
    return [(start, end) for start, end in [*items, (at, end)] if start < end]
