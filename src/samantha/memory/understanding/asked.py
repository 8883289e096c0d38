"""What the person asks about what they have told: facts, people, and what was said when."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Literal

from samantha.dates import When, find
from samantha.events import Asked, Subject
from samantha.language.templates import Book, Slots, Template, Token, entries, tokens
from samantha.memory.understanding import values
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.people import PERSON, Circle, Company, canonical, whom
from samantha.memory.understanding.reading import mentioned
from samantha.memory.understanding.text import Part, plain, sentences
from samantha.memory.understanding.vocabulary import (
    Span,
    bonds,
    book,
    content,
    fold_all,
    folded,
    of_relations,
    phrase_at,
    phrase_before,
    words,
)

ROLES = ("who", "when", "ask", "whether")
WANTS: dict[str, Literal["when", "who", "whether"]] = {"when": "when", "who": "who", "whether": "whether"}
NOWHERE = (0, 0)


@cache
def _facts() -> Book:
    return book("asked", lambda: of_relations(*ROLES))


@cache
def _recalled() -> Book:
    return book("recalled", lambda: ((line, relation, "ask") for line, relation, _ in of_relations("recall")))


@cache
def _about() -> Book:
    return book("about", lambda: ((line, "", role) for role, lines in content("about").items() for line in lines))


@cache
def _ties() -> Book:
    return book("ties", lambda: ((line, bound, "") for bound, lines in content("ties").items() for line in lines))


@cache
def _groups() -> Book:
    return book(
        "groups", lambda: ((line, "bond", role) for role, lines in content("grouped").items() for line in lines)
    )


def members(group: str) -> tuple[str, ...]:
    """Return the bonds of several people in one word: of "parents" mother and father; none where it is no such word."""
    word = folded(group)
    return tuple(content("groups").get(content("group words").get(word, word), ()))


@cache
def _past() -> Book:
    roles = ("value", "when", "whether")
    return book("past", lambda: ((line, "", role) for role in roles for line in content("past")[role]))


def asked(text: str, context: Context) -> Asked | None:
    """Return what is asked of the past in the words just heard, or None; of several questions the last."""
    flat = plain(text)
    found: Asked | None = None
    for sentence in sentences(flat):
        found = _sentence(text, sentence, context) or found
    return found


def _sentence(text: str, sentence: Part, context: Context) -> Asked | None:
    inner = tokens(sentence.text)
    if not inner or (
        inner[0].word not in words("question words") | words("asking")
        and not phrase_at(inner, 0, words("recalling"))
        and "?" not in sentence.ending
    ):
        return None
    reader = _Question(text, sentence, context)
    return reader.read()


class _Question:
    """One sentence read as a question."""

    def __init__(self, source: str, sentence: Part, context: Context) -> None:
        self._source = source
        self._plain = sentence.text
        self._start = sentence.start
        self._context = context
        told = mentioned(context.facts)
        everyone = (*told, *context.people)
        self._everyone = canonical(everyone)
        self._company = Company(Circle(()), Circle(everyone), told or self._everyone, frozenset())

    def read(self) -> Asked | None:
        """Try the whole sentence, then what is left without the words that only ask to remember."""
        for text, start, recalling in self._readings():
            found = (
                self._grouped(text)
                or self._fact(text, start, recalling)
                or self._tied(text)
                or self._past(text, start)
                or self._about(text, start)
            )
            if found:
                return found
        return None

    def _readings(self) -> Iterator[tuple[str, int, bool]]:
        found = tokens(self._plain)
        at, end = 0, len(found)
        while at < end and (count := phrase_at(found[:end], at, words("asking"))):
            at += count
        while end > at and (count := phrase_before(found[at:end], end - at, words("asking after"))):
            end -= count
        if at >= end:
            return
        yield self._reading(found[at:end], recalling=False)
        count = phrase_at(found[:end], at, words("recalling"))
        if count and at + count < end:
            yield self._reading(found[at + count : end], recalling=True)

    def _reading(self, found: list[Token], recalling: bool) -> tuple[str, int, bool]:
        first, last = found[0].start, found[-1].end
        return self._plain[first:last], self._start + first, recalling

    # --- kinds of question ------------------------------------------------------------------------

    def _fact(self, text: str, start: int, recalling: bool) -> Asked | None:
        dated = find(text, self._context.at)
        when = next((date for date in dated if tokens(text[date.span[1] :]) == []), None)
        shorter = text[: when.span[0]].rstrip(" ,") if when else text
        for reading, span in ((text, None), (shorter, when)) if when else ((text, None),):
            for asking in (_recalled(), _facts()) if recalling else (_facts(),):
                for found, slots in asking.matches(reading):
                    answer = self._of_relation(found, slots, reading, start)
                    if answer:
                        return replace(answer, when=(span.start, span.end)) if span else answer
        return None

    def _of_relation(self, found: Template, slots: Slots, text: str, start: int) -> Asked | None:
        subject: Subject | None = PERSON
        value = None
        for slot, first, last in slots:
            words_here = text[first:last]
            if slot.kind in ("who", "whose"):
                subject = self._who(words_here, whose=slot.kind == "whose")
            else:
                spans = self._value(slot.kind, text, (first, last))
                if not spans:
                    return None
                if not slot.relation.startswith("-"):  # "before Bergen" asks for what was not Bergen
                    value = self._source[start + spans[0][0] : start + spans[0][1]]
            if slot.relation == "person" and subject != PERSON:
                return None
        if subject is None:
            return None
        return Asked("fact", subject, found.relation, value, want=WANTS.get(found.role, "value"))

    def _value(self, kind: str, text: str, span: Span) -> list[Span]:
        """Return where the value of a question stands; of belongings the bare noun, for it is looked for."""
        found = values.spans(kind, text, span)
        if kind == "possession" and found:
            inside = [token for token in tokens(text[: found[0][1]]) if token.start >= found[0][0]]
            count = phrase_at(inside, 0, fold_all(content("having")["small words"]))
            return [(inside[count].start, found[0][1])] if count < len(inside) else []
        return found

    def _who(self, written: str, whose: bool) -> Subject | None:
        if whose:
            owner = _owner(written)
            return whom(owner, self._company) if owner else None
        return whom(written, self._company)

    def _grouped(self, text: str) -> Asked | None:
        """Read "who are my siblings", where any is known: asked of the one bond last told, with the group as topic."""
        for found, slots in _groups().matches(text):
            group = text[slots[0][1] : slots[0][2]]
            bond = next((one.bond for one in self._everyone if one.bond in members(group)), None)
            if bond:
                one = Subject("other", bond)
                return Asked("fact", one, "bond", topic=group, want=WANTS.get(found.role, "value"))
        return None

    def _tied(self, text: str) -> Asked | None:
        """Read "am I married", where somebody is known by whom it can be answered."""
        for found, _ in _ties().matches(text):
            bound = {bonds()[bond][0] for bond in entries(found.relation)}
            for one in self._everyone:
                if one.bond in bound:
                    return Asked("fact", one, "bond", want="whether")
        return None

    def _about(self, text: str, start: int) -> Asked | None:
        for found, slots in _about().matches(text):
            _, first, last = slots[0]
            subject = self._who(self._source[start + first : start + last], whose=False)
            if subject is not None and (found.role == "anyone" or self._company.has(subject)):
                return Asked("about", subject)
        return None

    def _past(self, text: str, start: int) -> Asked | None:
        dated = find(text, self._context.at)
        when = (dated[0].start, dated[0].end) if dated else None
        for found, slots in _past().matches(text):
            spans = [self._of_past(slot.kind, text, (first, last), dated) for slot, first, last in slots]
            if all(span is not None for span in spans):
                topics = [span for span in spans if span and span != NOWHERE]
                topic = self._source[start + topics[0][0] : start + topics[-1][1]] if topics else None
                return Asked("past", topic=topic, when=when, want=WANTS.get(found.role, "value"))
        return None

    def _of_past(self, kind: str, text: str, span: Span, dated: tuple[When, ...]) -> Span | None:
        """Return where the words to look for stand, NOWHERE where only a time is given; None if neither."""
        if kind == "time":
            return NOWHERE if dated and _covered(span, dated) else None
        if kind == "told by":
            return span if self._who(text[slice(*span)], whose=False) not in (None, PERSON) else None
        if kind == "deed" and dated and _only_doing(text, span, dated):
            return NOWHERE
        found = values.spans(kind, text, span, dated)
        return found[0] if found else None


def _owner(written: str) -> str:
    """Return who owns: "my", "my sister" of "my sister's" (or "sisters"), "Anna" of "Anna's"."""
    found = tokens(written)
    if not found:
        return ""
    if len(found) == 1 and found[0].word in words("self mine"):
        return next(iter(words("self")))
    if len(found) == 1 and found[0].word in words("owns"):
        return written
    last = found[-1]
    if last.word in words("owns"):
        return written[: last.start]
    shorter = last.word[:-1]
    possessive = last.word not in bonds() or len(found) > 1
    return written[: last.end - 1] if possessive and last.word.endswith(tuple(words("owns"))) and shorter else ""


def _covered(span: Span, dated: tuple[When, ...]) -> bool:
    """Return whether a span is nothing but a date."""
    first, last = span
    return any(date.span[0] <= first + 4 and date.span[1] >= last - 1 for date in dated)


def _only_doing(text: str, span: Span, dated: tuple[When, ...]) -> bool:
    """Return whether nothing but "do" stands beside the date: "what did I do last weekend"."""
    rest = text[span[0] : dated[0].span[0]]
    return folded(rest) in words("doing")
