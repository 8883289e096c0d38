"""Finding lines by their words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scripted import Clock, open_house

from samantha.events import Heard
from samantha.memory import recall, turns

NOW = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    memory = open_house(tmp_path, Clock(NOW)).she.memory
    yield memory.file.connection
    memory.file.close()


def say(db: apsw.Connection, *lines: str, at: datetime = NOW) -> None:
    for line in lines:
        turns.keep(db, Heard(line, at))


def texts(found: list) -> list[str]:  # type: ignore[type-arg]
    return [line.text for line in found]


def test_best_first_by_stem(db: apsw.Connection) -> None:
    say(db, "I planted tomatoes", "the weather is dull", "tomatoes and planting tomatoes again", "nothing")
    found = recall.search(db, "tomato plants", 5)
    assert set(texts(found)) == {"I planted tomatoes", "tomatoes and planting tomatoes again"}
    assert found[0].score >= found[1].score > 0
    assert len(recall.search(db, "tomato plants", 1)) == 1


def test_stop_words_alone_find_nothing(db: apsw.Connection) -> None:
    say(db, "what is it about")
    assert recall.search(db, "what is it about?", 5) == []


def test_words_that_stand_everywhere_are_left_out_of_a_large_memory(db: apsw.Connection) -> None:
    with db:
        for number in range(recall.SMALL_MEMORY + 10):
            turns.keep(db, Heard(f"the garden on day {number}", NOW))
        turns.keep(db, Heard("a zeppelin over the garden", NOW))
    assert texts(recall.search(db, "garden zeppelin", 3)) == ["a zeppelin over the garden"]
    assert len(recall.search(db, "garden", 3)) == 3
    assert len(recall.search(db, "garden days", 3)) == 3


def test_what_may_never_be_mentioned_is_never_found(db: apsw.Connection) -> None:
    say(db, "the secret zebra")
    db.execute("update line set sensitivity = 'never mention'")
    assert recall.search(db, "zebra", 5) == []
    assert recall.within(db, (NOW, NOW + timedelta(days=1)), 5) == []


def test_within_a_span_of_time(db: apsw.Connection) -> None:
    say(db, "before", at=NOW - timedelta(days=2))
    say(db, "one", "two")
    assert texts(recall.within(db, (NOW, NOW + timedelta(hours=1)), 5, who="person")) == ["one", "two"]
    assert recall.within(db, (NOW, NOW + timedelta(hours=1)), 5, who="companion") == []


def test_enough_of_the_words_must_be_there(db: apsw.Connection) -> None:
    say(db, "Dinner with Ravi was lovely.", "Bought new running shoes.", "my suitcase is lost")
    about = {"when": None, "before_turn": None}
    assert recall.told_about(db, "Ravi and the wedding", 5, loose=True, **about) == []
    assert texts(recall.told_about(db, "when did I buy running shoes", 5, loose=False, **about)) == [
        "Bought new running shoes."
    ]
    assert texts(recall.told_about(db, "lose my suitcase", 5, loose=True, **about)) == ["my suitcase is lost"]
    assert recall.told_about(db, "the of and", 5, loose=True, **about) == []


@given(st.text(max_size=200))
def test_any_question_is_a_safe_query(text: str) -> None:
    connection = apsw.Connection(":memory:")
    connection.execute("create virtual table t using fts5 (text)")
    words = recall.terms(text)
    if words:
        connection.execute("select * from t where t match ?", (" OR ".join(f'"{word}"' for word in words),)).fetchall()
    connection.close()
