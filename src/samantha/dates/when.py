"""Finding the times of the past that are named in a text."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from samantha.dates.grammar import Match, grammar, tokens
from samantha.dates.rules import meant
from samantha.language import load

_JOINS = "-_@"  # "fall-ing", "may_go": a word joined to another is not said alone
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class When:
    """A time of the past somebody named, as a stretch from `start` to `end` in the zone of `now`."""

    start: datetime
    end: datetime  # exclusive
    words: str  # as they stand in the text
    span: tuple[int, int]  # where they stand: text[span[0]:span[1]] == words


def find(text: str, now: datetime, language: str = "en") -> tuple[When, ...]:
    """Return every time of the past named in `text`, in its order, in their longest wording, without overlap.

    `now` is aware. A day without a year is the latest such day up to today; what lies ahead is not found.
    """
    rules, words = grammar(language), tokens(text)
    found: list[When] = []
    at = 0
    while at < len(words):
        match = rules.longest(words, at)
        if match is None:
            at += 1
            continue
        since = at > 0 and rules.is_kind(words[at - 1], "since")
        start, end = words[at - since].start, words[match.end - 1].end
        stretch = None if _joined(text, start, end) else _stretch(match, since, now, language)
        if stretch is not None:
            found.append(When(*stretch, text[start:end], (start, end)))
        at = match.end
    return tuple(found)


def _joined(text: str, start: int, end: int) -> bool:
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    return (before[-1:] in _JOINS and before[:-1].isalnum()) or (after[:1] in _JOINS and after[1:].isalnum())


def _stretch(match: Match, since: bool, now: datetime, language: str) -> tuple[datetime, datetime] | None:
    with suppress(ValueError, OverflowError):  # 31 February; five thousand years ago
        between = _around(match, now) if match.rule == "clock" else _wall(match, now, language)
        if between is not None and (since or "since" in match.slots):
            return between[0], _at(now.date() + _DAY, 0, now)
        return between
    return None


def _wall(match: Match, now: datetime, language: str) -> tuple[datetime, datetime] | None:
    """Return whole days, from midnight to midnight by the clock on the wall, or a part of one."""
    days = meant(match.rule, match.slots, now.date())
    if days is None:
        return None
    parts: dict[str, tuple[int, int]] = load("dates", language)["parts"]
    part = match.slots.get("part") or match.slots.get("moment", (0, None))[1]
    if part is None:
        return _at(days[0], 0, now), _at(days[1], 0, now)
    first, last = parts[part]
    day = days[0]
    if day == now.date() and last > 24 + now.hour:  # "tonight", said after midnight, began yesterday
        day -= _DAY
    return _at(day, first, now), _at(day, last, now)


def _at(day: date, hour: int, now: datetime) -> datetime:
    return datetime.combine(day + hour // 24 * _DAY, time(hour % 24), now.tzinfo)


def _around(match: Match, now: datetime) -> tuple[datetime, datetime] | None:
    """Return a stretch around a point so many minutes ago, half as wide as it is long ago on either side."""
    minutes: int = match.slots.get("stretch") or match.slots["number"] * match.slots["minutes"]
    point = now.astimezone(UTC)
    return (
        (point - timedelta(minutes=minutes * 1.5)).astimezone(now.tzinfo),
        (point - timedelta(minutes=minutes * 0.5)).astimezone(now.tzinfo),
    )
