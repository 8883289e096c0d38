"""Reading what a person tells, clause by clause: who is spoken of, and what is said of them."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import zip_longest

from samantha.events import Fact, Subject
from samantha.language.templates import Book, Token, tokens
from samantha.memory.understanding import values
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.mentions import named_in, others_in
from samantha.memory.understanding.past import changed
from samantha.memory.understanding.people import PERSON, Circle, Company, Spoken, canonical, spoken_of
from samantha.memory.understanding.telling import Telling, facts_of, newcomers
from samantha.memory.understanding.text import Begins, Part, clauses, plain, sentences
from samantha.memory.understanding.vocabulary import (
    bond_phrases,
    book,
    first_names,
    folded,
    of_relations,
    phrase_at,
    relations,
    words,
)


@cache
def after_subject() -> Book:
    """Return what is said of somebody, by the word it begins with."""
    return book("told", lambda: of_relations("end", "deny", "was", "tell"))


@cache
def alone() -> Book:
    """Return the whole clauses about the person ("call me ...") and about her ("call yourself ...")."""
    return book("alone", lambda: of_relations("you", "alone"))


@cache
def answers(relation: str) -> Book:
    """Return the short answers to her question about a relation."""
    lines = relations().get(relation, {}).get("answer", ())
    return book(f"answers-{relation}", lambda: ((line, relation, "tell") for line in lines))


@cache
def begins() -> Begins:
    """Return what tells where a new clause begins."""
    return Begins(after_subject().firsts, frozenset(first_names()))


def read(text: str, context: Context) -> tuple[Fact, ...]:
    """Return the facts in a line, in the order they were told."""
    lately = mentioned(context.facts)
    reader = _Reader(text, plain(text), context, Circle((*lately, *context.people)), lately)
    for sentence in sentences(reader.plain):
        reader.sentence(sentence)
    return tuple(dict.fromkeys(reader.facts)) or reader.answer()


def mentioned(facts: tuple[Fact, ...]) -> tuple[Subject, ...]:
    """Return who was spoken of in facts, in their order."""
    return canonical(one for fact in facts for one in (*newcomers(fact), fact.subject) if one.kind == "other")


@dataclass(slots=True)
class _Reader:
    """One line being read: what was told so far, and whom the words to come can mean."""

    source: str
    plain: str
    context: Context
    circle: Circle
    lately: tuple[Subject, ...]  # mentioned earlier in this conversation
    facts: list[Fact] = field(default_factory=list)
    mentioned: list[Subject] = field(default_factory=list)  # in this line, most lately last
    passing: list[Subject] = field(default_factory=list)  # named in this line by the way
    subjects: tuple[Subject, ...] = ()  # of the clause before
    waiting: tuple[Subject, ...] = ()  # named, and nothing said of them yet
    listed: tuple[Subject, ...] = ()  # the first ones of "my sister, my brother and I"
    told_before: int = 0  # facts, when this sentence began
    since: datetime | None = None  # said before who is spoken of: "in May I moved ..."
    unreal: bool = False  # what follows in this sentence is imagined, or told by somebody else
    strange: bool = False  # somebody unknown was mentioned, whom "she" could mean

    # --- sentences and clauses -------------------------------------------------------------------

    def sentence(self, sentence: Part) -> None:
        """Read a sentence; a question tells nothing."""
        self.subjects, self.waiting, self.listed, self.unreal = (), (), (), False
        before, self.told_before = self.told_before, len(self.facts)
        parts = list(clauses(sentence, begins()))
        if "?" in sentence.ending:
            if not (len(parts) > 1 and folded(parts[-1].text) in words("and you")):
                self.strange = True
                return
            parts.pop()
        for part, following in zip_longest(parts, parts[1:]):
            unreal = self.unreal
            if not self._clause(part):
                if self._reports(part):
                    del self.facts[self.told_before :]
                if self._takes_back(part):
                    del self.facts[before:]
            if not unreal:
                apart = "," if following and following.ending == "," else ""
                self._introductions(part.text + apart)

    def _reports(self, part: Part) -> bool:
        """Look at a clause that told nothing; return whether it says that another said all this."""
        found = tokens(part.text)
        said = {token.word for token in found}
        self.unreal = self.unreal or not said.isdisjoint(words("unreal") | words("reported"))
        bonds_here = any(phrase_at(found, at, bond_phrases()) for at in range(len(found)))
        self.strange = self.strange or bonds_here or not said.isdisjoint(words("mentions"))
        return len(found) <= 4 and not said.isdisjoint(words("reported"))

    def _takes_back(self, part: Part) -> bool:
        """Return whether a clause is nothing but words like "just kidding"."""
        found = tokens(part.text)
        counts = ((at, phrase_at(found, at, words("taken back"))) for at in range(len(found)))
        return any(count and at + count >= len(found) - 1 for at, count in counts)

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
        return self._said(part, spoken)

    def _said(self, part: Part, spoken: Spoken) -> bool:
        """Read what a clause says of those it is about."""
        told = _without_adverbs(part.text[spoken.end :])
        self.subjects = spoken.subjects
        if not tokens(told):
            self.waiting = spoken.subjects
            self.listed = (*self.listed, *spoken.subjects) if part.ending == "," else spoken.subjects
            return True
        self.listed = ()
        if self._tell(after_subject(), told, part.start + spoken.end, spoken):
            return True
        changes = changed(told, spoken, self.since, self.context)
        self.facts += changes
        return bool(changes)

    def _after_leads(self, text: str, found: list[Token]) -> int:
        """Return the first word after greetings, small words and a date."""
        at, self.since = 0, None
        while at < len(found):
            count = phrase_at(found, at, words("leads") | words("greetings"))
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
                self.since = when.start
                return next((n for n, token in enumerate(found) if token.start >= end), len(found))
        return at

    def _spoken(self, part: Part, found: list[Token], at: int) -> Spoken | None:
        """Find who is spoken of: named here, or carried on from the clause before."""
        company = self._company()
        spoken = spoken_of(part.text, found, at, company)
        carried = self.waiting or self.subjects
        if spoken is not None and spoken.subjects:
            if self.waiting and folded(part.ending) in words("pairing") and tokens(part.text[spoken.end :]):
                spoken = replace(spoken, subjects=(*(self.listed or self.waiting), *spoken.subjects))
            elif part.ending == "," and len(spoken.subjects) > 1:
                spoken = replace(spoken, subjects=(*self.listed, *spoken.subjects))
            self.waiting = ()
            return spoken
        if carried and part.ending and found[at].word in company.verbs - words("owns"):
            return Spoken(carried, found[at].start)
        return None

    def _company(self) -> Company:
        here = tuple(reversed(self.mentioned))
        lately = here if self.strange else (*here, *self.lately)
        return Company(Circle((*here, *self.passing)), self.circle, lately, after_subject().firsts)

    # --- facts ---------------------------------------------------------------------------------------

    def _tell(self, book: Book, text: str, start: int, spoken: Spoken | None) -> bool:
        for found, slots in book.matches(text):
            telling = Telling(found, slots, text, self.source[start:], spoken, self.since)
            facts = facts_of(telling, self.context, self._company())
            if facts:
                self._keep(facts)
                return True
        return False

    def _keep(self, facts: list[Fact]) -> None:
        for fact in facts:
            if fact.subject.kind == "other":
                self.strange = False
                self.mentioned.append(fact.subject)
            self.mentioned += newcomers(fact)
        self.facts += facts
        self.subjects = tuple(dict.fromkeys(fact.subject for fact in facts))
        self.waiting = tuple(newcomers(facts[-1]))  # "I have a sister who lives in Oslo"

    def _introductions(self, text: str) -> None:
        """Learn who somebody is from a mention, whatever else the clause says."""
        company = self._company()
        named = list(dict.fromkeys(named_in(text, company)))
        self.facts += [Fact(one, "bond", one.bond or "") for one in named if company.named(one.name or "") != one]
        self.passing += named
        if len(named) == 1 and not others_in(text, named[0]):
            self.strange = False
            self.mentioned += named

    # --- short answers --------------------------------------------------------------------------------

    def answer(self) -> tuple[Fact, ...]:
        """Return what the whole line says as an answer to what she has just asked."""
        text = self.plain.strip(" .!\n")
        found = tokens(text)
        if (
            not self.context.asked
            or not 0 < len(found) <= 8
            or "?" in text
            or folded(text) in words("no answers") | words("leads")
        ):
            return ()
        offset = self.plain.index(text)
        count = phrase_at(found, 0, words("greetings")) or phrase_at(found, 0, words("answering"))
        at = found[count].start if count < len(found) else 0
        refused = any(token.word in words("no answer with") for token in found)
        if count == len(found) or refused:
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
