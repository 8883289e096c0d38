"""Naming a time as a person would: the day, the hour, how long ago."""

from datetime import date, datetime
from typing import Any

from samantha.language import load


def spoken(when: datetime, now: datetime, language: str = "en") -> str:
    """Name the day of `when` in the zone of `now` (both aware), with its year where that is another."""
    day = when.astimezone(now.tzinfo).date()
    return _named("day" if day.year == now.year else "day_of_year", day, language)


def full(when: datetime, language: str = "en") -> str:
    """Name the weekday, day, month and year."""
    return _named("full", when.date(), language)


def month(when: datetime, language: str = "en") -> str:
    """Name the month."""
    name: str = _say(language)["months"][when.month - 1]
    return name


def clock(when: datetime, language: str = "en") -> str:
    """Say what the clock on the wall shows."""
    return str(_say(language)["clock"].format(hour=when.hour, minute=when.minute))


def part_of_day(when: datetime, language: str = "en") -> str:
    """Return "morning", "afternoon", "evening" or "night": the key under `parts` in `dates.yaml`."""
    parts: dict[str, tuple[int, int]] = load("dates", language)["parts"]
    hours = (when.hour, when.hour + 24)  # the small hours belong to the night before
    return next(part for hour in hours for part, (first, end) in parts.items() if first <= hour < end)


def ago(then: datetime, now: datetime, language: str = "en") -> str:
    """Say roughly how long ago `then` was, both aware: as exact as one would be in greeting somebody."""
    then, words = then.astimezone(now.tzinfo), _say(language)["ago"]
    days = (now.date() - then.date()).days
    months = (now.year - then.year) * 12 + now.month - then.month
    if (lately := _lately(then, now, language)) is not None:
        return lately
    if days <= len(words["days"]):
        return str(words["days"][days - 1])
    if (weeks := (days + 3) // 7) <= len(words["weeks"]):
        return str(words["weeks"][weeks - 1])
    return _named("month" if months < 12 else "year", then.date(), language, words)


def _lately(then: datetime, now: datetime, language: str) -> str | None:
    """Name a time of today or of this night, if it is one."""
    words: dict[str, Any] = _say(language)["ago"]
    minutes = (now.timestamp() - then.timestamp()) / 60
    if minutes < 60:
        return str(words["now"] if minutes < 5 else words["hour"])
    small_hours = part_of_day(now, language) == "night"
    if small_hours and minutes < 12 * 60 and part_of_day(then, language) in ("evening", "night"):
        return str(words["same_night"])
    return str(words["today"][part_of_day(then, language)]) if then.date() == now.date() else None


def _named(form: str, day: date, language: str, forms: dict[str, Any] | None = None) -> str:
    names = _say(language)
    template: str = (forms or names)[form]
    weekday, month = names["weekdays"][day.weekday()], names["months"][day.month - 1]
    return template.format(day=day.day, month=month, year=day.year, weekday=weekday)


def _say(language: str) -> dict[str, Any]:
    say: dict[str, Any] = load("dates", language)["say"]
    return say
