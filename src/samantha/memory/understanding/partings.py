"""The end of being a couple: "Clara and I are getting divorced", "my ex-wife Clara"."""

from functools import cache

from samantha.events import Fact, Subject
from samantha.language.templates import Book, Token, entries, tokens
from samantha.memory.understanding import values
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.people import Circle, Company, canonical, whom
from samantha.memory.understanding.reading import mentioned
from samantha.memory.understanding.text import Part, plain, sentences
from samantha.memory.understanding.vocabulary import book, content, folded, phrase_at, words


@cache
def _book() -> Book:
    return book(
        "partings", lambda: ((line, "bond", role) for role, lines in content("partings").items() for line in lines)
    )


def parted(text: str, context: Context) -> tuple[Fact, ...]:
    """Return the bonds that a line says are over, of those who are known to be the person's partner."""
    everyone = tuple(dict.fromkeys(canonical((*mentioned(context.facts), *context.people))))
    if not any(one.bond in words("partners") for one in everyone):
        return ()
    told = (_ended(part, n == 0, everyone, context) for n, part in enumerate(sentences(plain(text))))
    return tuple(dict.fromkeys(fact for fact in told if fact))


def former(told: tuple[Fact, ...], context: Context) -> tuple[Fact, ...]:
    """Return the bonds that are over where somebody was just called an ex, before the bond to the ex begins."""
    before = content("before ex")
    exes = {fact.subject.name: entries(before[fact.value]) for fact in told if fact.value in before and _bond(fact)}
    known = dict.fromkeys(canonical((*mentioned(context.facts), *context.people)))
    return tuple(_over(one, context) for one in known if one.name and one.bond in exes.get(one.name, ()))


def _bond(fact: Fact) -> bool:
    return fact.relation == "bond" and fact.valid_to is None


def _over(one: Subject, context: Context) -> Fact:
    return Fact(one, "bond", one.bond or "", valid_to=context.at)


def _ended(part: Part, first: bool, everyone: tuple[Subject, ...], context: Context) -> Fact | None:
    found = tokens(part.text)
    at = 0
    while count := phrase_at(found, at, words("leads")):
        at += count
    unreal = any(token.word in words("unsure") | words("unreal") | words("not parted") for token in found)
    if at >= len(found) or unreal or "?" in part.ending:
        return None
    said = _main_clause(part.text, found, at)
    dates = values.dates(said, context.at)
    end = values.without_date(said, (0, len(said.rstrip(" .!,"))), dates)
    one = _partner(said[found[at].start : end], first, everyone)
    ended = dates[0].start if dates else context.at
    return Fact(one, "bond", one.bond or "", valid_to=ended) if one else None


def _main_clause(text: str, found: list[Token], at: int) -> str:
    """Return the text up to what is added: "..., sadly", "... because she met someone"."""
    for before, token in zip(found[at + 2 :], found[at + 3 :], strict=False):
        pair = token.word in words("pairing") and folded(text[token.end :]).split(" ")[0] in words("with self")
        pair = pair and words("parted verbs").isdisjoint(one.word for one in tokens(text[: token.start]))
        if not pair and (token.word in words("parted with more") or "," in text[before.end : token.start]):
            return text[: before.end]
    return text


def _partner(text: str, first: bool, everyone: tuple[Subject, ...]) -> Subject | None:
    """Return whom the person is no longer a couple with; "we" is clear only where nobody else was spoken of before."""
    partners = [one for one in everyone if one.bond in words("partners")]
    company = Company(Circle(()), Circle(everyone), everyone, frozenset())
    for found, slots in _book().matches(text):
        named = [whom(text[start:end], company) for _, start, end in slots]
        if found.role == "we":
            return partners[0] if first and len(partners) == 1 else None
        if named[0] in partners:
            return named[0]
    return None
