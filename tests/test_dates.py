"""Time as people say it: what is found in a text, and how a time is said."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from samantha.dates import When, ago, clock, find, full, part_of_day, spoken
from samantha.language import load

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 3, 4, 8, 10, tzinfo=OSLO)

# Everything is text here, so that 2026-03-04 stays as it is written.
DATA = yaml.load(Path(__file__).with_name("data").joinpath("dates_en.yaml").read_text("utf-8"), yaml.BaseLoader)


def cases() -> Iterator[Any]:
    for block in DATA:
        for sentence, meant in block["said"].items():
            yield pytest.param(at(block["at"]), sentence, meant, id=f"{block['at'][:10]} {sentence}")


def at(written: str) -> datetime:
    return datetime.fromisoformat(written.strip()).replace(tzinfo=OSLO)


def stretch(written: str) -> tuple[datetime, datetime]:
    start, _, end = written.partition("..")
    return at(start), at(end) if end else at(start) + timedelta(days=1)


@pytest.mark.parametrize(("now", "sentence", "meant"), list(cases()))
def test_a_sentence_means_its_times(now: datetime, sentence: str, meant: str | list[str]) -> None:
    text = re.sub("[<>]", "", sentence)
    found = find(text, now)
    assert [when.words for when in found] == re.findall("<(.*?)>", sentence)
    expected = [] if meant == "none" else [meant] if isinstance(meant, str) else meant
    assert [(when.start, when.end) for when in found] == [stretch(one) for one in expected]
    assert all(text[slice(*when.span)] == when.words for when in found)


def word_soup() -> st.SearchStrategy[str]:
    """Texts made of the words that matter, in any order."""
    data = load("dates")
    known = [str(said) for words in data["words"].values() for said in words]
    known += re.findall(r"\w+", " ".join(one for some in data["templates"].values() for one in some))
    marks = [",", "-", "'", "1", "31", "2019", "5/3/2024", "2024-02-30", "9999", "the", "of", "ago"]
    return st.lists(st.sampled_from(sorted(known) + marks), max_size=12).map(" ".join)


moments = st.integers(-600_000_000, 3_700_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, OSLO))


def check(found: tuple[When, ...], text: str) -> None:
    reached = 0
    for when in found:
        assert reached <= when.span[0] < when.span[1] <= len(text)
        assert text[slice(*when.span)] == when.words
        assert when.start.timestamp() < when.end.timestamp()
        assert when.start.tzinfo is OSLO
        reached = when.span[1]


@given(st.text() | word_soup(), moments)
def test_whatever_is_said_it_answers_alike_and_within_the_text(text: str, now: datetime) -> None:
    found = find(text, now)
    check(found, text)
    assert found == find(text, now)


@given(st.sampled_from([datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]), word_soup())
@example(datetime(1, 1, 1, tzinfo=UTC), "9999 hours ago, yesterday, last year, since last week")
@example(datetime(9999, 12, 31, tzinfo=UTC), "today, since yesterday, in December, this week")
def test_the_ends_of_the_calendar_do_not_stop_it(now: datetime, text: str) -> None:
    find(text, now)


@given(moments, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=18_000)))
def test_a_day_she_names_is_understood_as_that_day(now: datetime, before: timedelta) -> None:
    day = (now.astimezone(UTC) - before).astimezone(OSLO)
    if day.year < 1900:
        return
    (when,) = find(f"You told me on {spoken(day, now)}.", now)
    assert (when.start.date(), when.end.date()) == (day.date(), day.date() + timedelta(days=1))
    (same,) = find(full(day), now)
    assert (same.start, same.end) == (when.start, when.end)


@given(moments, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=18_000)))
def test_how_long_ago_is_honest(now: datetime, before: timedelta) -> None:
    then = (now.astimezone(UTC) - before).astimezone(OSLO)
    for when in find(ago(then, now), now):
        assert when.start - timedelta(days=4) <= then <= when.end + timedelta(days=4)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2025-10-26", 25), ("2026-03-01", 24)],
    ids=["spring", "autumn", "plain"],
)
def test_a_day_lasts_from_midnight_to_midnight_whatever_the_clocks_do(day: str, hours: int) -> None:
    (when,) = find(f"on {day}", datetime(2026, 4, 2, 9, tzinfo=OSLO))
    assert when.end.timestamp() - when.start.timestamp() == hours * 3600
    assert (when.start.hour, when.end.hour) == (0, 0)


def test_an_hour_ago_is_an_hour_ago_even_where_the_clocks_went_back() -> None:
    now = datetime(2025, 10, 26, 2, 30, fold=1, tzinfo=OSLO)
    (when,) = find("an hour ago", now)
    assert now.timestamp() - when.start.timestamp() == 90 * 60
    assert now.timestamp() - when.end.timestamp() == 30 * 60


def test_a_midnight_the_clocks_skip_is_where_the_day_begins() -> None:
    (when,) = find("on 3 September 2023", datetime(2026, 3, 4, tzinfo=ZoneInfo("America/Santiago")))
    assert when.end.timestamp() - when.start.timestamp() == 23 * 3600


@pytest.mark.parametrize("piece", ["the ", "3 to ", "first week of ", "1", "1.", "may ", "- ", "a couple of ", "'s "])
def test_long_repetition_is_read_to_its_end(piece: str) -> None:
    text = piece * (100_000 // len(piece)) + " yesterday"
    assert find(text, NOW)[-1].words == "yesterday"


def test_a_day_is_spoken_with_its_year_only_where_it_is_another() -> None:
    assert spoken(datetime(2026, 3, 3, 19, tzinfo=OSLO), NOW) == "3 March"
    assert spoken(datetime(2025, 3, 3, 19, tzinfo=OSLO), NOW) == "3 March 2025"
    assert spoken(datetime(2026, 3, 2, 23, 30, tzinfo=UTC), NOW) == "3 March"  # half past midnight in Oslo


def test_the_date_and_the_clock_are_said_in_full() -> None:
    assert full(NOW) == "Wednesday, 4 March 2026"
    assert clock(NOW) == "08:10"
    assert clock(NOW.replace(hour=0, minute=5)) == "00:05"


@pytest.mark.parametrize(
    ("hours", "part"),
    [((0, 5), "night"), ((6, 11), "morning"), ((12, 17), "afternoon"), ((18, 23), "evening")],
)
def test_each_hour_has_its_part_of_the_day(hours: tuple[int, int], part: str) -> None:
    assert {part_of_day(NOW.replace(hour=hour)) for hour in hours} == {part}


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ("2026-03-04 20:09", "2026-03-04 20:10", "just now"),
        ("2026-03-04 20:20", "2026-03-04 20:10", "just now"),  # a clock that was set back
        ("2026-03-04 19:40", "2026-03-04 20:10", "a little while ago"),
        ("2026-03-04 08:00", "2026-03-04 20:10", "this morning"),
        ("2026-03-04 13:00", "2026-03-04 20:10", "this afternoon"),
        ("2026-03-04 18:30", "2026-03-04 20:10", "this evening"),
        ("2026-03-04 02:00", "2026-03-04 20:10", "last night"),
        ("2026-03-03 22:00", "2026-03-04 01:10", "earlier tonight"),
        ("2026-03-04 01:00", "2026-03-04 05:10", "earlier tonight"),
        ("2026-03-03 15:00", "2026-03-04 01:10", "yesterday"),
        ("2026-03-03 08:00", "2026-03-04 20:10", "yesterday"),
        ("2026-03-01 23:00", "2026-03-04 08:10", "three days ago"),
        ("2026-02-26 23:00", "2026-03-04 08:10", "six days ago"),
        ("2026-02-25 08:00", "2026-03-04 08:10", "a week ago"),
        ("2026-02-18 08:00", "2026-03-04 08:10", "two weeks ago"),
        ("2026-02-01 08:00", "2026-03-04 08:10", "four weeks ago"),
        ("2026-01-20 08:00", "2026-03-04 08:10", "in January"),
        ("2025-05-20 08:00", "2026-03-04 08:10", "in May"),
        ("2025-03-20 08:00", "2026-03-04 08:10", "in 2025"),
        ("2024-05-20 08:00", "2026-03-04 08:10", "in 2024"),
    ],
)
def test_how_long_ago_is_said_as_one_would(then: str, now: str, said: str) -> None:
    assert ago(at(then), at(now)) == said
