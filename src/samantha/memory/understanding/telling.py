"""From a matched template to facts: whom, what, since when; and what makes them unbelievable."""

from dataclasses import dataclass, replace
from datetime import datetime

from samantha.dates import When
from samantha.events import Fact, Subject
from samantha.language.templates import Slot, Slots, Template, tokens
from samantha.memory.understanding import values
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.past import held, period
from samantha.memory.understanding.people import PERSON, Company, Spoken
from samantha.memory.understanding.vocabulary import (
    Span,
    bond_phrases,
    bonds,
    content,
    folded,
    phrase_before,
    relations,
    words,
)

COMPANION = Subject("companion")


@dataclass(frozen=True, slots=True)
class Telling:
    """A template that fits what was said, and what it says it of."""

    found: Template
    slots: Slots
    text: str  # what the template was matched on
    source: str  # the same as the person wrote it
    spoken: Spoken | None  # None for whole clauses about the person, or about her
    since: datetime | None  # a date said before all that

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Whom it is about."""
        if self.spoken is None:
            return (COMPANION if self.found.role == "you" else PERSON,)
        return self.spoken.subjects


def facts_of(telling: Telling, context: Context, company: Company) -> list[Fact]:
    """Return the facts told, with who they make known; nothing where one of the values is not believable."""
    if any(token.word in words("unsure") for token in tokens(telling.text)):
        return []
    entry = relations()[telling.found.relation]
    dates = values.dates(telling.text, context.at) if entry.get("dated") else ()
    told: list[Fact] = []
    for slot, first, last in telling.slots:
        spans = _spans(slot, telling.text, (first, last), dates)
        if not spans:
            return []
        if slot.kind not in content("passing"):
            whose = [(subject, telling.source[slice(*span)]) for subject in telling.subjects for span in spans]
            relation = slot.relation.lstrip("-")
            facts = (Fact(subject, relation, value) for subject, value in whose)
            told += [_dated(fact, slot, telling, dates, context) for fact in facts]
    return [fact for one in told for fact in _fitting(one, telling, context, company)]


def _spans(slot: Slot, text: str, span: Span, dates: tuple[When, ...]) -> list[Span]:
    rules = relations().get(slot.relation.lstrip("-"), {})
    spans = values.spans(slot.kind, text, span, dates)
    if spans and rules.get("with date") and dates:
        return [(spans[0][0], max(spans[0][1], dates[-1].span[1]))]
    if spans and "list" in rules and slot.kind not in content("passing"):
        return values.listed(rules["list"], text, spans[0])
    return spans


def _dated(fact: Fact, slot: Slot, telling: Telling, dates: tuple[When, ...], context: Context) -> Fact:
    """Say since when a fact holds, or that it no longer does."""
    dated = relations()[fact.relation].get("dated")
    first = dates[0].start if dates else telling.since if dated else None
    if slot.relation.startswith("-"):
        return replace(fact, valid_to=first or context.at)
    if telling.found.role in ("end", "deny"):
        return replace(fact, valid_to=period(telling.text, dates, context.at)[1])
    if telling.found.role == "was":
        start, end = period(telling.text, dates, context.at)
        return replace(fact, valid_from=start or telling.since, valid_to=end)
    return replace(fact, valid_from=first)


def _fitting(fact: Fact, telling: Telling, context: Context, company: Company) -> list[Fact]:
    """Return the fact, with who it makes known; nothing where it cannot be meant."""
    spoken = telling.spoken
    if spoken is not None and _unfit(fact, spoken, relations()[fact.relation]):
        return []
    if telling.found.role == "deny" and not _told_before(fact, context.facts):
        return []
    if telling.found.role == "was" and (not company.has(fact.subject) or _still(fact, telling, context)):
        return []
    if fact.relation == "bond":
        return _bonded(fact)
    if fact.relation == "name" and fact.subject.kind == "other":
        return [] if spoken is not None and spoken.unclear else _named(fact)
    return [*_introduced(fact.subject, company), fact, *_pets(fact)]


def _introduced(one: Subject, company: Company) -> list[Fact]:
    """Return who somebody is, the first time they are named with it: "my sister Anna ..."."""
    if not one.bond or not one.name or company.named(one.name) == one:
        return []
    return [Fact(one, "bond", one.bond)]


def _unfit(fact: Fact, spoken: Spoken, entry: dict[str, object]) -> bool:
    if spoken.stranger and fact.relation not in ("bond",):
        return True
    if spoken.shared and not entry.get("shared"):
        return True
    person = fact.subject.kind == "person"
    if person and (fact.relation == "bond" or entry.get("about") == "other"):
        return True
    plural = fact.subject.bond in {group[0] for group in content("bonds")["they"]}
    return plural and fact.relation in ("name", "age", "birthday", "bond")


def _still(fact: Fact, telling: Telling, context: Context) -> bool:
    """Return whether a past stay cannot be told apart from one that goes on."""
    before = held(context.facts, fact.subject, fact.relation)
    same = before is not None and folded(before.value) == folded(fact.value)
    return same or any(token.word in words("going on") for token in tokens(telling.text))


def _told_before(fact: Fact, facts: tuple[Fact, ...]) -> bool:
    return any(
        known.relation == fact.relation and folded(known.value) == folded(fact.value) and not known.valid_to
        for known in facts
    )


def _bonded(fact: Fact) -> list[Fact]:
    """Return what somebody is to the person, under the word it is held by; only of the named."""
    if not fact.subject.name:
        return []
    bond = bonds()[folded(fact.value)][0]
    return [Fact(replace(fact.subject, bond=bond), "bond", bond)]


def _named(fact: Fact) -> list[Fact]:
    """Return somebody's name and with it who they are: "my sister is called Anna"."""
    if not fact.subject.bond:
        return []
    subject = replace(fact.subject, name=fact.value)
    return [Fact(subject, "bond", fact.subject.bond), Fact(subject, "name", fact.value)]


def _pets(fact: Fact) -> list[Fact]:
    """Return who "a dog called Rex" is."""
    return [Fact(one, "bond", one.bond) for one in newcomers(fact) if one.name and one.bond and fact.valid_to is None]


def newcomers(fact: Fact) -> list[Subject]:
    """Return whom a belonging makes known: a sister, a dog called Rex."""
    if fact.relation != "has" or fact.subject.kind != "person":
        return []
    found = tokens(fact.value)
    called = next((at for at, token in enumerate(found) if token.word in words("halves")), len(found))
    count = phrase_before(found, called, bond_phrases())
    if not count or found[0].word not in words("single"):
        return []
    bond = bonds()[" ".join(token.word for token in found[called - count : called])]
    name = fact.value[found[called + 1].start : found[-1].end] if called + 1 < len(found) else None
    return [Subject("other", bond[0], name)] if bond[1] != "they" else []
