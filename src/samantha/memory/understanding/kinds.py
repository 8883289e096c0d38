"""What values must be to be believed: a place, a job, a belonging, a date."""

import re
from collections.abc import Callable
from functools import cache

from samantha.language.templates import Token, entries, tokens
from samantha.memory.understanding.naming import name, written_as_name
from samantha.memory.understanding.vocabulary import (
    Span,
    bond_phrases,
    content,
    fold_all,
    phrase_at,
    phrase_before,
    whole,
    words,
)

_NUMERIC_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?")


@cache
def _between() -> re.Pattern[str]:
    joins = "|".join(re.escape(join) for join in entries(content("list joins")))
    return re.compile(rf"\s*,\s*(?:(?:{joins})\s+)?|\s+(?:{joins})\s+", re.IGNORECASE)


def split(text: str, start: int, end: int) -> list[Span]:
    """Cut a span at its commas and at the word between the last two."""
    items, at = [], start
    for cut in _between().finditer(text, start, end):
        items.append((at, cut.start()))
        at = cut.end()
    return [(start, end) for start, end in [*items, (at, end)] if start < end]


def _place(text: str, inside: list[Token]) -> list[Span]:
    first = inside[0].word
    if first in words("articles") or first in words("owns") or first.isdigit():
        return []
    capitals = sum(written_as_name(text, token) for token in inside)
    with_article = first in words("definite")
    if with_article and not capitals and not phrase_at(inside, 1, words("the places")):
        return []
    return whole(inside) if capitals or len(inside) <= 3 + with_article * 2 else []


def _role(_text: str, inside: list[Token]) -> list[Span]:
    start = int(inside[0].word in words("articles"))
    return whole(inside[start:]) if inside[start:] else []


def _job(_text: str, inside: list[Token]) -> list[Span]:
    """A job is known by its last word: "a primary school teacher"."""
    start = int(inside[0].word in words("articles"))
    known = phrase_before(inside, len(inside), words("jobs"))
    if not known or (not start and known < len(inside)):
        return []
    if any(token.word in words("not jobs") for token in inside):
        return []
    return whole(inside[start:])


def _workplace(_text: str, inside: list[Token]) -> list[Span]:
    return whole(inside) if phrase_before(inside, len(inside), words("workplaces")) else []


def _language(text: str, inside: list[Token]) -> list[Span]:
    items = split(text, *whole(inside)[0])
    parts = [tokens(text[start:end]) for start, end in items]
    known = all(
        phrase_before(part, len(part), words("languages")) and part[0].word not in words("none") for part in parts
    )
    return whole(inside) if known else []


def _possession(text: str, inside: list[Token]) -> list[Span]:
    """Return one belonging, or each of several where each is counted: "a dog, a cat and two kids"."""
    having = content("having")
    items = [[token for token in inside if start <= token.start < end] for start, end in split(text, *whole(inside)[0])]
    counting = fold_all(having["small words"]) | fold_all(having["bare"])
    if not all(phrase_at(item, 0, counting) for item in items):
        items = [inside]
    found = [_belonging(text, item, having) for item in items]
    return [span for span in found if span] if all(found) else []


def _belonging(text: str, inside: list[Token], having: dict[str, str]) -> Span | None:
    """What one has is known by its noun: "an old dog called Rex", "two kids"."""
    cut = fold_all(having["before more"])
    pairs = range(1, len(inside))
    end = next((at for at in pairs if phrase_at(inside, at, cut) or _apart(text, inside, at)), len(inside))
    inside = inside[:end]
    called = next((at for at, token in enumerate(inside) if token.word in words("halves")), len(inside))
    head, name = inside[:called], inside[called + 1 :]
    counted = phrase_at(head, 0, fold_all(having["small words"]))
    bare = len(head) == 1 and head[0].word in fold_all(having["bare"])
    if not bare and not (counted and _noun(head[counted:])):
        return None
    if called < len(inside) and not 0 < len(name) <= 4:
        return None
    return whole(inside)[0]


def _apart(text: str, inside: list[Token], at: int) -> bool:
    """Return whether names are set beside it: "two kids, Mia and Noah"."""
    between = text[inside[at - 1].end : inside[at].start].strip()
    return between in {",", ":", "-", "("} and written_as_name(text, inside[at])


def _noun(inside: list[Token]) -> bool:
    """Return whether words end in something one is remembered to have, one or several."""
    nouns = fold_all(content("having")["nouns"])
    if not inside or len(inside) > 5:
        return False
    last = inside[-1]
    single = Token(last.word[:-1], last.start, last.end)
    return any(phrase_before([*inside[:-1], end], len(inside), nouns) for end in (last, single))


def _local(text: str, inside: list[Token]) -> list[Span]:
    """Return a workplace with its town: "a school in Leeds"."""
    at = next((n for n, token in enumerate(inside) if token.word in words("located")), 0)
    town = inside[at + 1 :]
    named = all(written_as_name(text, token) for token in town) or " ".join(token.word for token in town) in words(
        "towns"
    )
    return whole(inside) if at and town and named and phrase_before(inside, at, words("workplaces")) else []


def _age(_text: str, inside: list[Token]) -> list[Span]:
    if len(inside) == 1 and inside[0].word.isdecimal():
        return whole(inside) if 1 <= int(inside[0].word[:4]) <= 119 else []
    parts = [part for token in inside for part in token.word.split("-")]
    return whole(inside) if all(part in words("numbers") for part in parts) else []


def _date(text: str, inside: list[Token]) -> list[Span]:
    written = text[inside[0].start : inside[-1].end]
    known = any(token.word in words("months") for token in inside) or phrase_at(inside, 0, words("feasts"))
    return whole(inside) if known or _NUMERIC_DATE.fullmatch(written) else []


def _death(_text: str, inside: list[Token]) -> list[Span]:
    verb = phrase_at(inside, 0, words("died"))
    rest = inside[verb:]
    if verb and rest and rest[0].word in words("died of"):
        rest = [] if len(rest) > 1 and rest[1].word not in words("not died of") else rest
    return whole(inside) if verb and not rest else []


def _dead(text: str, inside: list[Token]) -> list[Span]:
    """Return "'s dead" as a whole: it is a telling only with its verb."""
    verb = tokens(text[: inside[0].start])[-1]
    return [(verb.start, inside[0].end)] if inside[0].word in words("dead") else []


def _letter(_text: str, inside: list[Token]) -> list[Span]:
    return whole(inside) if len(inside[0].word) <= 2 else []


def _bond(_text: str, inside: list[Token]) -> list[Span]:
    return whole(inside) if phrase_at(inside, 0, bond_phrases()) == len(inside) else []


CHECKS: dict[str, Callable[[str, list[Token]], list[Span]]] = {
    "name": lambda text, inside: name(text, inside, "name"),
    "nickname": lambda text, inside: name(text, inside, "nickname"),
    "bare name": lambda text, inside: name(text, inside, "bare name"),
    "place": _place,
    "birthplace": _place,
    "role": _role,
    "job": _job,
    "workplace": _workplace,
    "possession": _possession,
    "counted": lambda _text, inside: whole(inside) if _noun(inside) else [],
    "local": _local,
    "language": _language,
    "age": _age,
    "date": _date,
    "death": _death,
    "dead": _dead,
    "bond": _bond,
    "letter": _letter,
}
