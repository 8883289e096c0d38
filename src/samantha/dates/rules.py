"""What the ways to say a time mean: for each rule of `dates.yaml`, which days are meant, seen from today.

Only whole days are counted here, from the first to the one after the last; hours and zones come in `when.py`.
A day that cannot be (31 February, the year 0) raises ValueError or OverflowError.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from samantha.dates.grammar import Slots

Days = tuple[date, date]  # the second exclusive
_DAY = timedelta(days=1)


def _back(slots: Slots, today: date) -> Days:
    return _one(today - slots["back"] * _DAY)


def _moment(slots: Slots, today: date) -> Days:
    return _one(today - slots["moment"][0] * _DAY)


def _weekday(slots: Slots, today: date) -> Days:
    """The most recent one before today; "this Monday" is the one of the current week."""
    if "this" in slots:
        return _one(_monday(today) + slots["weekday"] * _DAY)
    yesterday = today - _DAY
    return _one(yesterday - (yesterday.weekday() - slots["weekday"]) % 7 * _DAY)


def _weekday_last_week(slots: Slots, today: date) -> Days:
    return _one(_monday(today) + (slots["weekday"] - 7) * _DAY)


def _ago(slots: Slots, today: date) -> Days:
    """As exact as its unit: a day for days and weeks, else the whole month or year it leads to."""
    number, unit = slots.get("amount") or (slots["number"], slots["unit"])
    then = _shift(today, number, unit)
    return _period(unit, then) if unit in ("month", "year") else _one(then)


def _ago_today(slots: Slots, today: date) -> Days:
    number, unit = slots.get("amount") or (slots["number"], slots["unit"])
    return _one(_shift(today, number, unit))


def _previous(slots: Slots, today: date) -> Days:
    return _cut(_period_before(slots["period"], 1, today), slots)


def _before_last(slots: Slots, today: date) -> Days:
    return _period_before(slots["period"], 2, today)


def _current(slots: Slots, today: date) -> Days:
    return _cut(_period(slots["period"], today), slots)


def _weekend(_: Slots, today: date) -> Days:
    """The one we are in, else the one just past."""
    return _one(_monday(today + 2 * _DAY) - 2 * _DAY, 2)


def _recent(slots: Slots, today: date) -> Days:
    return _shift(today, slots.get("number", 1), slots["unit"]), today + _DAY


def _month(slots: Slots, today: date) -> Days | None:
    return _latest(lambda year: _cut(_months(year, slots["month"]), slots), slots, today)


def _week_of(slots: Slots, today: date) -> Days | None:
    """The first week of a month is its days 1 to 7; the last its last seven."""

    def week(year: int) -> Days:
        first, end = _months(year, slots["month"])
        start = first + 7 * (slots["nth"] - 1) * _DAY if "nth" in slots else end - 7 * _DAY
        if start >= end:
            raise ValueError("no month has so many weeks")
        return start, min(start + 7 * _DAY, end)

    return _latest(week, slots, today)


def _season(slots: Slots, today: date) -> Days | None:
    """A winter counts for the year it begins in, or ends in where the other is yet to come."""

    def season(year: int) -> Days:
        return _cut(_months(year, slots["season"], 3), slots)

    days = _latest(season, slots, today)
    if "year" in slots and days is not None and days[0] > today:
        before = season(slots["year"] - 1)
        return before if before[1].year == slots["year"] else days
    return days


def _year(slots: Slots, _: date) -> Days:
    return _cut(_months(slots["year"], 1, 12), slots)


def _decade(slots: Slots, today: date) -> Days:
    """Two figures name the latest such decade that has begun."""
    year = slots["decade"]
    if year < 100:
        year += (today.year - year) // 100 * 100
    return _cut(_months(year, 1, 120), slots)


def _calendar(slots: Slots, today: date) -> Days | None:
    if "date" in slots:
        return _one(date(*slots["date"]))
    return _latest(lambda year: _one(date(year, slots["month"], slots["day"])), slots, today)


def _days_between(slots: Slots, today: date) -> Days | None:
    last_month = slots.get("until_month", slots["month"])
    wraps = last_month < slots["month"]

    def days(year: int) -> Days:
        return date(year - wraps, slots["month"], slots["day"]), date(year, last_month, slots["until"]) + _DAY

    return _latest(days, slots, today)


def _months_between(slots: Slots, today: date) -> Days | None:
    wraps = slots["until"] < slots["month"]

    def months(year: int) -> Days:
        return date(slots.get("from_year", year - wraps), slots["month"], 1), _months(year, slots["until"])[1]

    return _latest(months, slots, today)


def _years_between(slots: Slots, _: date) -> Days:
    return date(slots["year"], 1, 1), date(slots["until"] + 1, 1, 1)


def _holiday(slots: Slots, today: date) -> Days | None:
    def day(year: int) -> Days:
        rule = slots["holiday"]
        return _one(_easter(year) + rule * _DAY if isinstance(rule, int) else date(year, *rule))

    return _latest(day, slots, today)


def _nothing(_: Slots, __: date) -> None:
    """Words that only look like a time of the past, taken so that nothing shorter is found in them."""


_RULES: Mapping[str, Callable[[Slots, date], Days | None]] = {
    "back": _back,
    "moment": _moment,
    "weekday": _weekday,
    "weekday_last_week": _weekday_last_week,
    "ago": _ago,
    "ago_today": _ago_today,
    "previous": _previous,
    "before_last": _before_last,
    "current": _current,
    "weekend": _weekend,
    "recent": _recent,
    "month": _month,
    "week_of": _week_of,
    "season": _season,
    "year": _year,
    "decade": _decade,
    "calendar": _calendar,
    "days_between": _days_between,
    "months_between": _months_between,
    "years_between": _years_between,
    "holiday": _holiday,
    "nothing": _nothing,
}


def meant(rule: str, slots: Slots, today: date) -> Days | None:
    """Return the days a rule means, if they have begun. No such day: ValueError or OverflowError."""
    days = _RULES[rule](slots, today)
    return days if days is not None and days[0] <= today and days[0] < days[1] else None


def _latest(make: Callable[[int], Days], slots: Slots, today: date) -> Days | None:
    """Return what comes once a year: of the named year, or the latest begun, or ("last") the latest over."""
    if "year" in slots:
        return make(slots["year"])
    # What began this year may end in the next; 29 February may lie eight years back.
    for year in range(today.year + 1, today.year - 9, -1):
        with suppress(ValueError):
            days = make(year)
            if days[0] <= today and not ("last" in slots and days[1] > today):
                current = days[0].year == today.year or days[1] > today
                return days if current or "this" not in slots else None
    return None


def _one(day: date, count: int = 1) -> Days:
    return day, day + count * _DAY


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _months(year: int, month: int, count: int = 1) -> Days:
    later, index = divmod(month - 1 + count, 12)
    return date(year, month, 1), date(year + later, index + 1, 1)


def _shift(day: date, number: int, unit: str) -> date:
    """Go back in time; from the 31st to the last day of a shorter month."""
    days: dict[str, int] = {"day": 1, "week": 7, "weekend": 7, "fortnight": 14}
    if unit in days:
        return day - number * days[unit] * _DAY
    year, index = divmod(day.year * 12 + day.month - 1 - number * (12 if unit == "year" else 1), 12)
    first, end = _months(year, index + 1)
    return min(first + (day.day - 1) * _DAY, end - _DAY)


def _period(period: str, day: date) -> Days:
    """Return the week, weekend of the week, month or year around a day."""
    if period == "week":
        return _one(_monday(day), 7)
    if period == "weekend":
        return _one(_monday(day) + 5 * _DAY, 2)
    return _months(day.year, day.month) if period == "month" else _months(day.year, 1, 12)


def _period_before(period: str, number: int, today: date) -> Days:
    start, _ = _period(period, today)
    return _period(period, _shift(start, number, period))


def _cut(days: Days, slots: Slots) -> Days:
    """Keep the early, middle or late third, where one was named."""
    third: Any = slots.get("third")
    if third is None:
        return days
    length = (days[1] - days[0]).days
    return days[0] + length * third // 3 * _DAY, days[0] + length * (third + 1) // 3 * _DAY


def _easter(year: int) -> date:
    """Return Easter Sunday: after the first full moon of the church's spring (Gregorian computus)."""
    century = year // 100
    moon = (19 * (year % 19) + century - century // 4 - (8 * century + 13) // 25 + 15) % 30  # days from 21 March
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - year % 19) // 11))
    full = date(year, 3, 21) + moon * _DAY
    return full + (7 - (full.weekday() + 1) % 7) * _DAY
