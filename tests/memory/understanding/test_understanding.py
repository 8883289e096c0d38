"""Understanding against lines of talk in YAML: add a line there, not here."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from samantha.events import Asked, Fact, Subject
from samantha.language.templates import template
from samantha.memory.understanding import SINGLE, Context, asked, bond_of, told, wording
from samantha.memory.understanding.vocabulary import relations

HERE = Path(__file__).parent
NOW = datetime(2026, 3, 4, 19, tzinfo=UTC)


def lines(name: str) -> list[Any]:
    """Return the lines of a file beside this one."""
    loaded: list[Any] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


def whom(subject: Subject) -> str:
    if subject.kind != "other":
        return "me" if subject.kind == "person" else "you"
    return " ".join(part for part in (subject.bond, subject.name and f"({subject.name})") if part)


def written(fact: Fact) -> str:
    """Write a fact as the YAML does."""
    parts = [whom(fact.subject), fact.relation, fact.value]
    parts += [f"since {fact.valid_from.date()}"] if fact.valid_from else []
    parts += [f"until {fact.valid_to.date()}"] if fact.valid_to else []
    parts += ["corrects"] if fact.corrects else []
    return " | ".join(parts)


def question(found: Asked) -> str:
    """Write a question as the YAML does."""
    parts = [found.kind, whom(found.subject)]
    for key, value in (("relation", found.relation), ("value", found.value), ("topic", found.topic)):
        parts += [f"{key} {value}"] if value else []
    parts += [f"{found.when[0].date()} to {found.when[1].date()}"] if found.when else []
    parts += [f"want {found.want}"] if found.want != "value" else []
    return " | ".join(parts)


def after(line: str, *people: Subject) -> Context:
    """Return the context after one line of talk."""
    return Context(NOW, tuple(reversed(told(line, Context(NOW, people=people)))), people)


@pytest.mark.parametrize("case", lines("told"), ids=lambda case: str(case["say"]))
def test_what_is_told(case: dict[str, Any]) -> None:
    assert [written(fact) for fact in told(case["say"], Context(NOW))] == case["told"]


@pytest.mark.parametrize("line", lines("nothing"))
def test_what_tells_nothing(line: str) -> None:
    assert told(line, Context(NOW)) == ()


@pytest.mark.parametrize("case", lines("corrections"), ids=lambda case: f"{case['after']} / {case['say']}")
def test_what_is_corrected(case: dict[str, Any]) -> None:
    assert [written(fact) for fact in told(case["say"], after(case["after"]))] == case["told"]


@pytest.mark.parametrize("case", lines("answers"), ids=lambda case: f"{case['relation']}: {case['say']}")
def test_short_answers_to_her_question(case: dict[str, Any]) -> None:
    context = Context(NOW, asked=case["relation"])
    assert [written(fact) for fact in told(case["say"], context)] == case["told"]


@pytest.mark.parametrize("case", lines("asked"), ids=lambda case: str(case["say"]))
def test_what_is_asked(case: dict[str, Any]) -> None:
    found = asked(case["say"], Context(NOW))
    assert found is not None
    assert question(found) == case["asked"]


@pytest.mark.parametrize("line", lines("not_asked"))
def test_what_is_not_asked(line: str) -> None:
    assert asked(line, Context(NOW)) is None


@pytest.mark.parametrize("case", lines("company"), ids=lambda case: str(case["say"]))
def test_people_who_are_known(case: dict[str, Any]) -> None:
    people = tuple(Subject("other", *one) for one in case["people"])
    context = after(case["after"], *people) if "after" in case else Context(NOW, people=people)
    found = asked(case["say"], context)
    assert [written(fact) for fact in told(case["say"], context)] == case.get("told", [])
    assert (question(found) if found else None) == case.get("asked")


@pytest.mark.parametrize("case", lines("wording"), ids=lambda case: str(case["says"]))
def test_how_facts_are_worded(case: dict[str, Any]) -> None:
    fact = told(case["say"], Context(NOW))[-1]
    assert wording(replace(fact, learnt=NOW if case.get("learnt") else None)) == case["says"]


def test_single_relations_come_from_the_file() -> None:
    assert {"name", "lives in", "age", "birthday"} <= SINGLE
    assert not SINGLE & {"likes", "has", "allergic to", "speaks", "bond"}


def test_every_relation_is_worded_for_everybody() -> None:
    for relation in relations():
        for subject in (Subject(), Subject("other", "sister", "Anna")):
            assert "Oslo" in wording(Fact(subject, relation, "Oslo"))
            assert "Oslo" in wording(Fact(subject, relation, "Oslo", valid_to=NOW))


def test_bonds_are_held_under_one_word() -> None:
    assert (bond_of("mum"), bond_of("Mom"), bond_of("boat")) == ("mother", "mother", None)


@pytest.mark.parametrize("line", ["[i live ({place}", "(in|at", "live) in {place}"])
def test_a_template_with_unbalanced_brackets_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        template(line, "lives in", "tell")


def test_a_long_line_is_read_sentence_by_sentence() -> None:
    filler = "It rained all day in the garden. " * 30
    assert [fact.value for fact in told(filler + "I live in Oslo.", Context(NOW))] == ["Oslo"]
    assert told(filler * 2 + "I live in Oslo.", Context(NOW)) == ()
    assert told("I live in Oslo and " * 200_000, Context(NOW)) == ()
    assert told("my sister " * 100_000 + "lives in Oslo", Context(NOW)) == ()


@given(st.text(max_size=300))
def test_any_text_is_calmly_read(text: str) -> None:
    context = after("my sister Anna lives in Oslo and I have a dog called Rex")
    told(text, context)
    asked(text, context)


PIECES = """
i im i'm my sister anna Tom live lives in Oslo bergen and , . who ? she no not is called name have a dog work
as at
nurse since 2019 call me you your yourself what where do did say about allergic to nuts ' " ( * – it's
"""
WANTED = [None, "name", "lives in", "has", "age"]


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(PIECES.split()), max_size=14).map(" ".join),
    st.sampled_from(WANTED),
)
def test_values_are_pieces_of_what_was_said(text: str, wanted: str | None) -> None:
    for fact in told(text, Context(NOW, asked=wanted)):
        assert fact.value in text or fact.relation == "bond"
        assert fact.subject.name is None or fact.subject.name in text
    found = asked(text, after("my sister Anna lives in Oslo"))
    if found is not None:
        assert (found.value or "") in text
        assert (found.topic or "") in text
