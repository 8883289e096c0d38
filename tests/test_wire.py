"""Values as plain data."""

import json
from datetime import datetime

import pytest

from samantha import wire
from samantha.events import Concern, Fact, Feeling, Heard, Line, Recalled, Said, Subject, Turn

NOON = datetime.fromisoformat("2026-03-04T12:00:00+01:00")


@pytest.mark.parametrize(
    ("subject", "who"),
    [
        (Subject(), "me"),
        (Subject("companion"), "you"),
        (Subject("other", bond="sister", name="Anna"), "Anna"),
        (Subject("other", bond="sister"), "sister"),
        (Subject("other"), "somebody"),
    ],
)
def test_whom_a_fact_is_about(subject: Subject, who: str) -> None:
    assert wire.fact(Fact(subject, "likes", "rain"))["who"] == who


def test_a_line_has_a_score_only_where_it_was_searched() -> None:
    assert wire.line(Line(1, NOON, "person", "Hello.", 1, score=0.12345))["score"] == 0.123
    assert "score" not in wire.line(Line(1, NOON, "person", "Hello.", 1))


def test_every_event_is_ready_for_json() -> None:
    line, fact = Line(1, NOON, "person", "Hello.", 1), Fact(Subject(), "likes", "rain", valid_from=NOON, learnt=NOON)
    heard, said, recalled = Heard("Hello.", NOON), Said("Hi.", NOON), Recalled(lines=(line,), told=(fact,))
    events = [
        wire.heard(heard),
        wire.feeling(None),
        wire.feeling(Feeling("joy", 0.5, 0.5, ("glad",))),
        wire.concern(Concern("suicide", ("die",), "Call.")),
        wire.recalled(recalled),
        wire.said(said),
        wire.complete(Turn(heard, None, None, recalled, said)),
        wire.lines([line]),
        wire.facts([fact]),
    ]
    for event in events:
        assert json.loads(json.dumps(dict(event.data))) == event.data


@pytest.mark.parametrize(
    ("text", "clean"),
    [("a\r\nb\tc", "a\nb\tc"), ("\x00\x1b\x7f\x9f\ud800\udfff", ""), ("é🙂\u202e", "é🙂\u202e"), ("", "")],
)
def test_clean_takes_out_what_is_no_text(text: str, clean: str) -> None:
    assert wire.clean(text) == clean
