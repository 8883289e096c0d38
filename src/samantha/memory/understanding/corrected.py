"""The person setting right what was just told: "no, it's Ana with one n"."""

from dataclasses import replace
from difflib import SequenceMatcher
from functools import cache

from samantha.events import Fact
from samantha.language.templates import Book, tokens
from samantha.memory.understanding import values
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.naming import written_as_name
from samantha.memory.understanding.people import canonical
from samantha.memory.understanding.reading import mentioned, read
from samantha.memory.understanding.renamed import renamed
from samantha.memory.understanding.text import plain
from samantha.memory.understanding.vocabulary import (
    Span,
    book,
    content,
    first_names,
    fold_all,
    folded,
    phrase_at,
    words,
)

ALIKE = 0.6  # from here on one word can be the misspelling of another
LENGTH = 200  # characters; nobody corrects a word at greater length
GAP = "- ,.;:!…–—*"


@cache
def _book(role: str) -> Book:
    return book(f"corrected-{role}", lambda: ((line, "", role) for line in content("corrections")[role]), GAP)


def corrected(text: str, context: Context) -> tuple[Fact, ...]:
    """Return what is set right, with the subject and relation as they were told."""
    if len(text) > LENGTH or "?" in text:
        return ()
    line = plain(text)
    found = tokens(line)
    at = 0
    while count := phrase_at(found, at, words("wrong")):
        at += count
    if at >= len(found):
        return ()
    start, end = found[at].start, found[-1].end
    names = renamed(text[start:end].replace("’", "'"), context)
    if names or not (context.facts or context.people):
        return names
    led = at > 0
    facts = _telling(text, (start, end), context) if led else ()
    roles = ("swap", "spelling", "meant", "unled", *(("plain",) if led else ()))
    if facts or not context.facts:
        return facts
    return _by_word(roles, text, line, (start, end), context) or _starred(text, context)


def _by_word(roles: tuple[str, ...], text: str, line: str, span: Span, context: Context) -> tuple[Fact, ...]:
    start, end = span
    for role in roles:
        for _, slots in _book(role).matches(line[start:end]):
            spans = {slot.kind: (start + first, start + last) for slot, first, last in slots}
            if "letter" in spans and not values.spans("letter", line, spans["letter"]):
                continue
            facts = _word(role, text, spans, context)
            if facts:
                return facts
    return ()


# --- a whole new telling ---------------------------------------------------------------------------------


def _telling(text: str, span: Span, context: Context) -> tuple[Fact, ...]:
    """Return the facts of "no, she lives in Bergen", where the like was told before."""
    clause = text[span[0] : span[1]]
    told = read(clause, replace(context, asked=None))
    if any(token.word in words("changes") | words("another") for token in tokens(clause)):
        return ()  # a change, or somebody else, makes nothing told before untrue
    facts = tuple(_instead(fact, context) for fact in told if fact.relation != "bond")
    return facts if any(fact.corrects for fact in facts) else ()


def _instead(fact: Fact, context: Context) -> Fact:
    """Mark a fact as a correction of the one it contradicts, under the subject as it was known."""
    for before in context.facts:
        same = before.relation == fact.relation or (fact.relation == "name" and before.relation == "bond")
        if same and _same_subject(before, fact) and before.value != fact.value and not fact.valid_to:
            subject = before.subject if fact.relation == "name" else fact.subject
            return replace(fact, subject=subject, corrects=True)
    return _renamed(fact, context)


def _renamed(fact: Fact, context: Context) -> Fact:
    """Mark a name as a correction of how the only one of a bond was known: "actually my dog is called Rax"."""
    bond = fact.subject.bond
    if fact.relation != "name" or bond is None:
        return fact
    everyone = (*mentioned(context.facts), *canonical(context.people))
    known = {one for one in everyone if one.bond == bond and one.name}
    one = known.pop() if len(known) == 1 else None
    return replace(fact, subject=one, corrects=True) if one and one.name != fact.value else fact


def _same_subject(before: Fact, fact: Fact) -> bool:
    one, other = canonical((before.subject,)), canonical((fact.subject,))
    if not one or not other:
        return before.subject == fact.subject
    if fact.relation == "name":
        return one[0].bond == other[0].bond
    return one[0] == other[0] or (one[0].bond is not None and one[0].bond == other[0].bond)


# --- a word for a word -----------------------------------------------------------------------------------


def _word(role: str, text: str, spans: dict[str, Span], context: Context) -> tuple[Fact, ...]:
    new = _spelt(text, spans["spelt"]) if "spelt" in spans else _new(text, spans["new"])
    if not new:
        return ()
    if "old" in spans:
        return _replaced(text[slice(*spans["old"])].strip(GAP), new, context.facts)
    target = _alike(new, context.facts)
    if target is None and role == "plain" and (counted := _recounted(new, context.facts[0])):
        return (counted,)
    if target is None:
        spelling = role == "spelling"
        target = _newest_name(context.facts) if spelling else _fitting(role, new, context.facts[0])
    return _correction(target, new)


def _new(text: str, span: Span) -> str:
    found = values.spans("new", text, span)
    return text[slice(*found[0])] if found else ""


def _spelt(text: str, span: Span) -> str:
    """Read A-N-A, or A N A, as one word."""
    letters = [letter for letter in text[slice(*span)] if letter.isalnum()]
    spaced = sum(not letter.isalnum() for letter in text[slice(*span)].strip(GAP))
    return "".join(letters).capitalize() if len(letters) > 1 and spaced == len(letters) - 1 else ""


Target = tuple[Fact, bool]  # a fact, and whether the name of its subject is meant and not its value


def _replaced(old: str, new: str, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Put the new word for the old, where the old was told."""
    if folded(old) == folded(new) and old == new:
        return ()
    for fact in facts:
        if fact.relation != "bond" and folded(fact.value) == folded(old):
            return _correction((fact, False), new)
        if fact.subject.name and folded(fact.subject.name) == folded(old):
            return _correction((fact, True), new)
    return ()


def _alike(new: str, among: tuple[Fact, ...]) -> Target | None:
    """Return the newest of what was told that the new word respells."""
    for fact in among:
        name = fact.subject.name or ""
        if name and _likeness(new, name) >= ALIKE and name != new:
            return fact, True
        if fact.relation != "bond" and _likeness(new, fact.value) >= ALIKE and fact.value != new:
            return fact, False
    return None


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, folded(one), folded(other), autojunk=False).ratio()


def _newest_name(facts: tuple[Fact, ...]) -> Target | None:
    for fact in facts:
        if fact.relation == "name" or fact.subject.name:
            return fact, fact.subject.name is not None
    return None


def _fitting(role: str, new: str, newest: Fact) -> Target | None:
    """Return what the new word stands for in what was told last, where it is of the same kind."""
    found = tokens(new)
    capital = written_as_name(new, found[0]) or new[0].isdecimal()
    a_name = folded(new).split(" ")[0] in first_names()
    if newest.subject.name and newest.relation != "name" and a_name:
        return newest, True
    if newest.relation == "bond":
        return (newest, True) if newest.subject.name and (capital or a_name) else None
    kind = _kind(newest.relation)
    if not values.spans(kind, new, (0, len(new))):
        return None
    sure = (
        capital
        or role == "meant"
        or kind in content("plain kinds")
        or _same_kind(new, newest.value)
        or (kind == "place" and folded(new) in words("towns"))
    )
    return (newest, False) if sure or (newest.relation == "name" and a_name) else None


def _recounted(new: str, newest: Fact) -> Fact | None:
    """Return how many there are after all: "no, three" after "I have two cats"."""
    found = tokens(newest.value)
    if newest.relation != "has" or len(found) < 2 or not _several(found[0].word) or not _several(folded(new)):
        return None
    if any(token.word in words("halves") for token in found):
        return None
    return Fact(newest.subject, "has", new + newest.value[found[0].end :], corrects=True)


def _several(word: str) -> bool:
    number = word in words("numbers") or (word.isdecimal() and len(word) < 4)
    return number and word not in words("single") | {"1", "0"}


def _same_kind(new: str, old: str) -> bool:
    return any({folded(new), folded(old)} <= fold_all(kind) for kind in content("same kind"))


def _kind(relation: str) -> str:
    """Return the kind of value a relation has: that of the first telling in facts.yaml."""
    kinds: dict[str, str] = content("kind of")
    return kinds[relation]


def _correction(target: Target | None, new: str) -> tuple[Fact, ...]:
    if target is None:
        return ()
    fact, of_name = target
    relation = "name" if of_name else fact.relation
    return (Fact(fact.subject, relation, new, corrects=True),)


def _starred(text: str, context: Context) -> tuple[Fact, ...]:
    """Read the typist's star: "*Bergen"."""
    line = text.strip()
    if len(line) < 3 or (line[0] == "*") == (line[-1] == "*"):
        return ()
    new = _new(line, (0, len(line)))
    target = _alike(new, context.facts) or _fitting("meant", new, context.facts[0]) if new else None
    return _correction(target, new)
