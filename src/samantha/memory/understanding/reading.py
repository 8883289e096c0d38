"""Reading what a person tells, clause by clause: who is spoken of, and what is said of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from samantha.events import Fact, Subject
from samantha.memory.understanding import values
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.patterns import Book, Slot, Template, template
from samantha.memory.understanding.people import PERSON, Company, Spoken, canonical, spoken_of
from samantha.memory.understanding.text import Begins, Part, clauses, plain, sentences
from samantha.memory.understanding.vocabulary import (
    Token,
    bond_phrases,
    bonds,
    content,
    entries,
    first_names,
    fold_all,
    folded,
    phrase_at,
    phrase_before,
    relations,
    tokens,
    words,
)

COMPANION = Subject("companion")
Slots = tuple[tuple[Slot, int, int], ...]


@cache
def after_subject() -> Book:
    """Return what is said of somebody, by the word it begins with."""
    roles = ("end", "deny", "tell")
    return Book(
        template(line, relation, role)
        for role in roles
        for relation, entry in relations().items()
        for line in entry.get(role, ())
    )


@cache
def alone() -> Book:
    """Return the whole clauses about the person ("call me ...") and about her ("call yourself ...")."""
    return Book(
        template(line, relation, role)
        for role in ("you", "alone")
        for relation, entry in relations().items()
        for line in entry.get(role, ())
    )


@cache
def answers(relation: str) -> Book:
    """Return the short answers to her question about a relation."""
    return Book(template(line, relation, "tell") for line in relations().get(relation, {}).get("answer", ()))


@cache
def begins() -> Begins:
    """Return what tells where a new clause begins."""
    return Begins(after_subject().firsts, frozenset(first_names()))


def read(text: str, context: Context) -> tuple[Fact, ...]:
    """Return the facts in a line, in the order they were told."""
    reader = _Reader(text, plain(text), context)
    for sentence in sentences(reader.plain):
        reader.sentence(sentence)
    return tuple(dict.fromkeys(reader.facts)) or reader.answer()


@dataclass(slots=True)
class _Reader:
    """One line being read: what was told so far, and whom the words to come can mean."""

    source: str
    plain: str
    context: Context
    facts: list[Fact] = field(default_factory=list)
    mentioned: list[Subject] = field(default_factory=list)  # in this line, most lately last
    subjects: tuple[Subject, ...] = ()  # of the clause before
    waiting: tuple[Subject, ...] = ()  # named, and nothing said of them yet
    unreal: bool = False  # what follows in this sentence is imagined, or told by somebody else
    strange: bool = False  # somebody unknown was mentioned, whom "she" could mean

    # --- sentences and clauses -------------------------------------------------------------------

    def sentence(self, sentence: Part) -> None:
        """Read a sentence; a question tells nothing."""
        self.subjects, self.waiting, self.unreal = (), (), False
        before = len(self.facts)
        parts = list(clauses(sentence, begins()))
        if "?" in sentence.ending:
            if not (len(parts) > 1 and folded(parts[-1].text) in words("and you")):
                self.strange = True
                return
            parts.pop()
        for part in parts:
            if not self._clause(part) and self._withdraws(part):
                del self.facts[before:]

    def _withdraws(self, part: Part) -> bool:
        """Look at a clause that told nothing; return whether it takes back what stood before it."""
        found = tokens(part.text)
        said = {token.word for token in found}
        short_report = len(found) <= 4 and not said.isdisjoint(words("reported"))
        if not said.isdisjoint(words("unreal") | words("reported")):
            self.unreal = True
        if not said.isdisjoint(words("mentions")) or any(
            phrase_at(found, at, bond_phrases()) for at in range(len(found))
        ):
            self.strange = True
        return short_report or any(
            phrase_at(found, at, words("taken back")) for at in range(min(3, len(found)))
        )

    def _clause(self, part: Part) -> bool:
        """Read a clause; return whether it was followed."""
        found = tokens(part.text)
        at = self._after_leads(part.text, found)
        if at >= len(found):
            return True
        rest = part.text[found[at].start :]
        if self.unreal:
            return False
        if self._tell(alone(), rest, part.start + found[at].start, None):
            return True
        spoken = self._spoken(part, found, at)
        if spoken is None:
            self.subjects = self.waiting = ()
            return False
        told = _without_adverbs(part.text[spoken.end :])
        if not tokens(told):
            self.waiting = self.subjects = spoken.subjects
            return True
        self.subjects = spoken.subjects
        return self._tell(after_subject(), told, part.start + spoken.end, spoken)

    def _after_leads(self, text: str, found: list[Token]) -> int:
        """Return the first word after greetings, small words and a date."""
        at = 0
        while at < len(found):
            count = phrase_at(found, at, words("leads") | words("greetings"))
            if count and found[at + count - 1 :][1:] and found[at].word in words("with self"):
                count = 0
            if count == 0:
                break
            greeted = " ".join(token.word for token in found[at : at + count]) in words("greetings")
            at += count
            if greeted and at + 1 < len(found) and found[at].word not in words("starters"):
                at += found[at + 1].word in words("starters")
        return self._after_date(text, found, at)

    def _after_date(self, text: str, found: list[Token], at: int) -> int:
        starts = {*words("self"), *words("self m"), *words("self mine")}
        later = any(token.word in starts for token in found[at + 1 :])
        if not later or found[at].word in starts:
            return at
        for when in values.dates(text[found[at].start :], self.context.at):
            if when.span[0] == 0:
                end = found[at].start + when.span[1]
                return next((n for n, token in enumerate(found) if token.start >= end), len(found))
        return at

    def _spoken(self, part: Part, found: list[Token], at: int) -> Spoken | None:
        """Find who is spoken of: named here, or carried on from the clause before."""
        company = self._company()
        spoken = spoken_of(part.text, found, at, company)
        carried = self.waiting or self.subjects
        if spoken is not None and spoken.subjects:
            if self.waiting and folded(part.ending) in words("pairing") and tokens(part.text[spoken.end :]):
                spoken = replace(spoken, subjects=(*self.waiting, *spoken.subjects))
            self.waiting = ()
            return spoken
        if carried and part.ending and found[at].word in company.verbs - words("owns"):
            return Spoken(carried, found[at].start)
        return None

    def _company(self) -> Company:
        here = tuple(reversed(self.mentioned))
        told = canonical(
            subject for fact in self.context.facts for subject in (*_newcomers(fact), fact.subject)
            if subject.kind == "other"
        )  # fmt: skip
        lately = here if self.strange else (*here, *told)
        known = (*here, *told, *canonical(self.context.people))
        return Company(known, lately, after_subject().firsts)

    # --- facts ---------------------------------------------------------------------------------------

    def _tell(self, book: Book, text: str, start: int, spoken: Spoken | None) -> bool:
        for found, slots in book.matches(text):
            facts = self._facts(found, slots, text, start, spoken)
            if facts:
                self._keep(facts)
                return True
        return False

    def _keep(self, facts: list[Fact]) -> None:
        for fact in facts:
            if fact.subject.kind == "other":
                self.strange = False
                self.mentioned.append(fact.subject)
            self.mentioned += _newcomers(fact)
        self.facts += facts
        self.subjects = tuple(dict.fromkeys(fact.subject for fact in facts))
        new = _newcomers(facts[-1])
        self.waiting = tuple(new)  # "I have a sister who lives in Oslo"

    def _facts(
        self, found: Template, slots: Slots, text: str, start: int, spoken: Spoken | None
    ) -> list[Fact]:
        if any(token.word in words("unsure") for token in tokens(text)):
            return []
        entry = relations()[found.relation]
        since = values.dates(text, self.context.at) if entry.get("dated") else ()
        told: list[Fact] = []
        for slot, first, last in slots:
            rules = relations().get(slot.relation.lstrip("-"), {})
            spans = values.spans(slot.kind, text, (first, last), since)
            if not spans:
                return []
            if slot.kind in content("passing"):
                continue
            if rules.get("with date") and since:
                spans = [(spans[0][0], max(spans[0][1], since[-1].span[1]))]
            if "list" in rules:
                spans = values.listed(rules["list"], text, spans[0])
            for subject in self._subjects_of(found, spoken):
                told += [self._fact(found, slot, subject, start, span, since) for span in spans]
        return [fact for one in told for fact in self._fitting(one, found, spoken)]

    def _subjects_of(self, found: Template, spoken: Spoken | None) -> tuple[Subject, ...]:
        if spoken is None:
            return (COMPANION if found.role == "you" else PERSON,)
        return spoken.subjects

    def _fact(
        self, found: Template, slot: Slot, subject: Subject, start: int, span: values.Span, since: tuple[values.When, ...]
    ) -> Fact:  # fmt: skip
        value = self.source[start + span[0] : start + span[1]]
        fact = Fact(subject, slot.relation.lstrip("-"), value)
        first = since[0].start if since else None
        if found.role != "tell" or slot.relation.startswith("-"):
            ended = first if slot.relation.startswith("-") and first else self.context.at
            return replace(fact, valid_to=ended) if found.role not in ("you", "alone") else fact
        return replace(fact, valid_from=first)

    def _fitting(self, fact: Fact, found: Template, spoken: Spoken | None) -> list[Fact]:
        """Return the fact, with who it makes known; nothing where it cannot be meant."""
        entry = relations()[fact.relation]
        if spoken is not None and _unfit(fact, found, spoken, entry):
            return []
        if found.role == "deny" and not _told_before(fact, self.context.facts):
            return []
        if fact.relation == "bond":
            return _bonded(fact)
        if fact.relation == "name" and fact.subject.kind == "other":
            return _named(fact, found)
        introduced = self._introduced(fact, spoken)
        return [*introduced, fact, *_pets(fact)]

    def _introduced(self, fact: Fact, spoken: Spoken | None) -> list[Fact]:
        """Return who somebody is, the first time they are named with it: "my sister Anna ..."."""
        one = fact.subject
        if spoken is None or not (one.bond and one.name):
            return []
        known = any(other.name == one.name and other.bond for other in self._company().known)
        fresh = Fact(one, "bond", one.bond)
        return [] if known or fresh in self.facts else [fresh]

    # --- short answers --------------------------------------------------------------------------------

    def answer(self) -> tuple[Fact, ...]:
        """Return what the whole line says as an answer to what she has just asked."""
        text = self.plain.strip(" .!\n")
        found = tokens(text)
        if (
            not self.context.asked
            or not 0 < len(found) <= 8
            or "?" in text
            or folded(text) in words("no answers")
        ):
            return ()
        offset = self.plain.index(text)
        count = phrase_at(found, 0, words("greetings")) or phrase_at(found, 0, words("answering"))
        at = found[count].start if count < len(found) else 0
        if any(token.word in words("no answer with") for token in found):
            return ()
        self._tell(answers(self.context.asked), text[at:], offset + at, Spoken((PERSON,), 0))
        return tuple(self.facts)


def _without_adverbs(text: str) -> str:
    """Blank out small words before what is said: "I really like", "I'm still living in"."""
    found = tokens(text)
    at = 0
    while at < len(found):
        count = phrase_at(found, at, words("adverb"))
        if count:
            first, last = found[at].start, found[at + count - 1].end
            text = text[:first] + " " * (last - first) + text[last:]
        elif found[at].word not in words("be") | words("have"):
            break
        at += count or 1
    return text


def _unfit(fact: Fact, found: Template, spoken: Spoken, entry: dict[str, object]) -> bool:
    if spoken.stranger and fact.relation not in ("bond",):
        return True
    if spoken.shared and not entry.get("shared"):
        return True
    person = fact.subject.kind == "person"
    if person and (fact.relation == "bond" or entry.get("about") == "other"):
        return True
    plural = fact.subject.bond in {group[0] for group in content("bonds")["they"]}
    return plural and fact.relation in ("name", "age", "birthday", "bond")


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


def _named(fact: Fact, found: Template) -> list[Fact]:
    """Return somebody's name and with it who they are: "my sister is called Anna"."""
    if not fact.subject.bond:
        return []
    subject = replace(fact.subject, name=fact.value)
    return [Fact(subject, "bond", fact.subject.bond), Fact(subject, "name", fact.value)]


def _pets(fact: Fact) -> list[Fact]:
    """Return who "a dog called Rex" is."""
    return [
        Fact(one, "bond", one.bond)
        for one in _newcomers(fact)
        if one.name and one.bond and fact.valid_to is None
    ]


def _newcomers(fact: Fact) -> list[Subject]:
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
