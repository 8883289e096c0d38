"""Names set right by denying them: "my name isn't Tom, it's Thomas", "she's not Anna, she's Hanna"."""

from functools import cache

from samantha.events import Fact, Subject
from samantha.language.templates import Book, first_word, tokens
from samantha.memory.understanding import values
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.people import PERSON, Circle, Company
from samantha.memory.understanding.reading import mentioned
from samantha.memory.understanding.vocabulary import book, content, folded, words

ROLES = ("renamed", "renamed known", "renamed other")


@cache
def _book() -> Book:
    return book("renamed", lambda: ((line, "name", role) for role in ROLES for line in content("corrections")[role]))


def renamed(text: str, context: Context) -> tuple[Fact, ...]:
    """Return the right name of the person, or of somebody spoken of in this conversation by the wrong one."""
    if any(token.word in words("changes") | words("anymore") for token in tokens(text)):
        return ()  # a new name makes the old one over, not wrong
    for found, slots in _book().matches(text):
        old, new = (_name(text[start:end]) for _, start, end in sorted(slots, key=lambda slot: slot[0].kind != "old"))
        subject = _whose(found.role, old, new, text, context) if old and new and old != new else None
        if subject is not None:
            return (Fact(subject, "name", new, corrects=True),)
    return ()


def _name(written: str) -> str:
    spans = values.spans("bare name", written, (0, len(written)))
    return written[slice(*spans[0])] if spans else ""


def _whose(role: str, old: str, new: str, text: str, context: Context) -> Subject | None:
    if role == "renamed":
        return PERSON
    if role == "renamed known":
        told = (fact for fact in context.facts if fact.subject == PERSON and fact.relation == "name")
        return next((fact.subject for fact in told if folded(fact.value) == folded(old)), None)
    if any(folded(one.name or "") == folded(new) for one in context.people):
        return None  # somebody else is meant, not another spelling
    company = Company(Circle(()), Circle(()), mentioned(context.facts), frozenset())
    one = company.pronoun(first_word(text))
    return one if one and folded(one.name or "") == folded(old) else None
