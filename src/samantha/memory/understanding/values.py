"""Values in what was said: where they end, and whether they are what they should be."""

from datetime import datetime

from samantha.dates import When, find
from samantha.language.templates import Token, tokens
from samantha.memory.understanding.kinds import CHECKS, split
from samantha.memory.understanding.naming import written_as_name
from samantha.memory.understanding.vocabulary import Span, content, fold_all, phrase_at, phrase_before, words

_EDGE = " ,.;:!?\"'()-–—*\0"


def dates(text: str, now: datetime) -> tuple[When, ...]:
    """Return the dates in a text that are not in the future."""
    return tuple(when for when in find(text, now) if when.start <= now)


def spans(kind: str, text: str, span: Span, found: tuple[When, ...] = ()) -> list[Span]:
    """Return where the values of a kind stand within a span, without the small words around them."""
    rules = content("kinds").get(kind, {})
    start, end = _tidy(rules, text, span, found)
    inside = [token for token in tokens(text[:end]) if token.start >= start]
    amid = any(start <= when.span[0] < end for when in found)  # "Rome in 2010 and left"
    if not inside or amid or len(inside) > rules.get("max", 6) or _refused(rules, text, inside):
        return []
    check = CHECKS.get(kind)
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
        end = without_date(text, (start, end), found)
        inside = [token for token in tokens(text[:end]) if token.start >= start]
        count = phrase_before(inside, len(inside), words("tails"))
        if 0 < count < len(inside):
            end = inside[-count].start
        if end == before:
            return start, end


def without_date(text: str, span: Span, found: tuple[When, ...]) -> int:
    """Return where a span ends without the date at its end."""
    start, end = span
    for when in found:
        if when.span[0] >= start and when.span[0] < end <= when.span[1]:
            inside = [token for token in tokens(text[: when.span[0]]) if token.start >= start]
            count = phrase_before(inside, len(inside), words("prepositions"))
            return inside[-count].start if count else when.span[0]
    return end


def _refused(rules: dict[str, str], text: str, inside: list[Token]) -> bool:
    if "not first" in rules and phrase_at(inside, 0, fold_all(rules["not first"])):
        return True
    if "first" in rules and not phrase_at(inside, 0, fold_all(rules["first"])):
        return True
    if any(token.word in words("unsure") for token in inside) or inside[-1].word in words("enders"):
        return True
    never = fold_all(rules["never"]) if "never" in rules else frozenset()
    proper = "proper" in rules  # New York is not refused for what is new
    heeded = [at for at, token in enumerate(inside) if not (proper and written_as_name(text, token))]
    return bool(never) and any(phrase_at(inside, at, never) for at in heeded)


def listed(how: str, text: str, span: Span) -> list[Span]:
    """Cut "nuts, eggs and soy" into its items, as the relation's `list` says: any, or commas."""
    items = split(text, *span)
    if how == "commas" and ("," not in text[span[0] : span[1]] or not _short(text, items)):
        return [span]
    return items


def _short(text: str, items: list[Span]) -> bool:
    return all(len(text[start:end].split()) <= 3 for start, end in items)
