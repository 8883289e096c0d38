"""What is over, and when it was: stays told with their dates, and changes to what was told before."""

from datetime import datetime, timedelta
from functools import cache

from samantha.dates import When, find
from samantha.events import Fact, Subject
from samantha.language.templates import Book, tokens
from samantha.memory.understanding import values
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.people import Spoken
from samantha.memory.understanding.vocabulary import book, content, of_relations, relations, words

Period = tuple[datetime | None, datetime]


@cache
def _changes() -> Book:
    return book("changes", lambda: of_relations("here", "over"))


def period(text: str, dates: tuple[When, ...], now: datetime) -> Period:
    """Return from when until when something was: the last day of what was said, or now."""
    for token in tokens(text):
        if token.word in words("until") and not any(_within(token.start, when) for when in dates):
            end = _dated(text[token.end :], now)
            return None, _last_day(end, now) if end else now
    if not dates:
        return None, now
    return dates[0].start, _last_day(dates[-1], now)


def _within(at: int, when: When) -> bool:
    return when.span[0] <= at < when.span[1]


def _dated(text: str, now: datetime) -> When | None:
    """Return the date a text begins with, also a bare year."""
    written = text.strip()
    for led in (written, f"{content('before a year')} {written}"):
        found = next((when for when in find(led, now) if when.span[0] == 0), None)
        if found:
            return found
    return None


def _last_day(when: When, now: datetime) -> datetime:
    return min(when.end - timedelta(days=1), now)


def changed(text: str, spoken: Spoken, since: datetime | None, context: Context) -> list[Fact]:
    """Return what is said anew of what was told before: "I quit my job", "I moved here in 2014"."""
    if any(token.word in words("unsure") for token in tokens(text)):
        return []
    dates = values.dates(text, context.at)
    moment = dates[0].start if dates else since
    told: list[Fact] = []
    for found, _ in _changes().matches(text[: _end(text, dates)]):
        if spoken.shared and not relations()[found.relation].get("shared"):
            continue
        for subject in spoken.subjects:
            before = held(context.facts, subject, found.relation)
            if before and found.role == "over":
                told.append(Fact(subject, before.relation, before.value, valid_to=moment or context.at))
            elif before and moment:
                told.append(Fact(subject, before.relation, before.value, valid_from=moment))
    return told


def _end(text: str, dates: tuple[When, ...]) -> int:
    """Return where a clause ends without its date."""
    end = len(text.rstrip(" .!,"))
    return values.without_date(text, (0, end), dates)


def held(facts: tuple[Fact, ...], subject: Subject, relation: str) -> Fact | None:
    """Return what holds of somebody, as last told."""
    those = (fact for fact in facts if fact.relation == relation and fact.subject == subject)
    return next((fact for fact in those if fact.valid_to is None), None)
