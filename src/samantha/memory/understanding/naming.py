"""Whether words are somebody's name: how they are written, and what they are not."""

import re

from samantha.language.templates import Token
from samantha.memory.understanding.vocabulary import Span, bonds, first_names, whole, words

_NAME = re.compile(r"[^\W\d_]+(?:[ .'-]{1,2}[^\W\d_]+)*\.?")


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


def name(text: str, inside: list[Token], kind: str) -> list[Span]:
    written = text[inside[0].start : inside[-1].end]
    if len(inside) > 4 or not _NAME.fullmatch(written):
        return []
    proper = [token for token in inside if token.word not in words("particles")]
    if proper and all(written_as_name(text, token) for token in proper):
        fits = _capitalised(text, proper, kind)
    else:
        fits = len(inside) <= 2 and _uncapitalised([token.word for token in inside], kind)
    return whole(inside) if fits else []


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
