"""Facts over time: what is told again, ended, corrected, forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.scripted import Clock, open_house

from samantha.events import Asked, Fact, Subject
from samantha.memory import facts

NOW = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)
ANNA = Subject("other", "sister", "Anna")


class Told:
    """A memory in which things are told, one line each."""

    def __init__(self, folder: Path) -> None:
        self.memory = open_house(folder, Clock(NOW)).she.memory
        self.db = self.memory.file.connection

    def __call__(self, *told: Fact) -> tuple[Fact, ...]:
        with self.db:
            line = self.line()
        return facts.keep(self.db, told, line, NOW)

    def line(self) -> int:
        """Add a line of a turn of its own, and return its id."""
        turn = self.db.execute("insert into turn (channel, state) values ('test', 'complete') returning id").get
        row = (turn, NOW.isoformat(), NOW.timestamp())
        query = "insert into line (turn, who, at, instant, text) values (?, 'person', ?, ?, 'x') returning id"
        return int(self.db.execute(query, row).get)

    def held(self) -> list[tuple[str, str]]:
        return [(fact.relation, fact.value) for fact in self.memory.facts() if fact.relation not in ("name", "bond")]


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Told]:
    told = Told(tmp_path)
    yield told
    told.memory.file.close()


def lives(value: str, **more: object) -> Fact:
    return Fact(Subject(), "lives in", value, **more)  # type: ignore[arg-type]


def test_people_are_looked_up_by_an_index(tell: Told) -> None:
    query = "explain query plan select value from fact where person = 1 and relation = 'name' and valid_to is null"
    (plan,) = [row[3] for row in tell.db.execute(query)]
    assert "using index fact_person" in plan.lower()


def test_a_move_ends_the_old_town_and_keeps_it(tell: Told) -> None:
    tell(lives("Oslo"))
    tell(lives("Bergen", valid_from=datetime(2025, 5, 1, tzinfo=UTC)))
    assert tell.held() == [("lives in", "Bergen")]
    span = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC))
    tell.db.execute("update fact set learnt = '2024-01-01T00:00:00+00:00' where value = 'Oslo'")
    then = facts.answer(tell.db, Asked("fact", Subject(), "lives in", when=span))
    assert [fact.value for fact in then] == ["Oslo"]


def test_told_again_keeps_its_first_source(tell: Told) -> None:
    first = tell(lives("Oslo"))[0]
    again = tell(lives("oslo"))[0]
    assert (again.id, again.line, again.value) == (first.id, first.line, "Oslo")


def test_told_again_with_a_date_takes_the_place_of_the_undated(tell: Told) -> None:
    tell(lives("Oslo"))
    dated = datetime(2014, 1, 1, tzinfo=UTC)
    tell(lives("Oslo", valid_from=dated))
    assert [fact.valid_from for fact in tell.memory.facts()] == [dated]
    tell.memory.forget_last()
    assert [fact.valid_from for fact in tell.memory.facts()] == [None]


def test_an_end_ends_just_that(tell: Told) -> None:
    tell(Fact(Subject(), "likes", "tea"), Fact(Subject(), "likes", "rain"))
    ended = datetime(2025, 1, 1, tzinfo=UTC)
    tell(Fact(Subject(), "likes", "Tea", valid_to=ended))
    assert tell.held() == [("likes", "rain")]
    assert tell.db.execute("select valid_to from fact where value = 'tea'").get == ended.isoformat()


def test_a_stay_that_is_over_ends_nothing(tell: Told) -> None:
    tell(lives("Oslo"))
    tell(lives("Oslo", valid_from=datetime(2010, 1, 1, tzinfo=UTC), valid_to=datetime(2014, 1, 1, tzinfo=UTC)))
    tell(lives("Rome", valid_from=datetime(2015, 1, 1, tzinfo=UTC), valid_to=datetime(2016, 1, 1, tzinfo=UTC)))
    assert tell.held() == [("lives in", "Oslo")]


def test_a_correction_was_never_true(tell: Told) -> None:
    tell(Fact(ANNA, "lives in", "Oslo"))
    tell(Fact(ANNA, "lives in", "Bergen", corrects=True))
    assert [fact.value for fact in facts.answer(tell.db, Asked("fact", ANNA, "lives in"))] == ["Bergen"]
    tell.memory.forget_last()
    assert [fact.value for fact in facts.answer(tell.db, Asked("fact", ANNA, "lives in"))] == ["Oslo"]


def test_of_several_the_last_is_corrected(tell: Told) -> None:
    tell(Fact(Subject(), "likes", "tea"))
    tell(Fact(Subject(), "likes", "rain"))
    tell(Fact(Subject(), "likes", "trains", corrects=True))
    assert tell.held() == [("likes", "tea"), ("likes", "trains")]


def test_one_record_each(tell: Told) -> None:
    tell(Fact(Subject("other", "sister"), "lives in", "Oslo"))
    tell(Fact(ANNA, "allergic to", "nuts"))
    tell(Fact(Subject("other", None, "anna"), "speaks", "Norwegian"))
    assert tell.db.execute("select count(*) from person").get == 1
    tell(Fact(Subject("other", "boss", "Anna"), "speaks", "Danish"))
    assert tell.db.execute("select count(*) from person").get == 2


def test_who_it_is_that_lives_there(tell: Told) -> None:
    tell(Fact(ANNA, "lives in", "Oslo"))
    found = facts.answer(tell.db, Asked("fact", relation="lives in", value="oslo", want="who"))
    assert [fact.subject.name for fact in found] == ["Anna"]
    assert facts.answer(tell.db, Asked("fact", Subject("other", None, "Kari"), "lives in")) == ()
    assert facts.answer(tell.db, Asked("fact", relation="lives in", value="100%_", want="who")) == ()
