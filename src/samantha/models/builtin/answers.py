"""Answering from memory: the person's own words and their date, or that it was never told."""

from collections.abc import Sequence

from samantha import dates
from samantha.events import Asked, Fact, Line
from samantha.models.builtin.quoting import quote
from samantha.models.builtin.situation import Situation, upper_first

MOST_LISTED = 3  # more is a page to read, not an answer


def answer(situation: Situation) -> str:
    """Answer what was asked; the honest not-knowing where nothing was told."""
    asked = situation.recalled.asked
    assert asked is not None  # noqa: S101 - the one caller has looked
    if asked.kind == "past":
        return _past(situation, asked)
    facts = [fact for fact in situation.recalled.facts if _source(situation, fact)]
    if not facts:
        return situation.say("never_mention" if situation.recalled.facts else "not_told")
    if asked.kind == "about":
        return _about(situation)
    return _fact(situation, asked, facts)


def near(situation: Situation) -> str | None:
    """Answer a question of no known kind with what was said that may well answer it."""
    lines = situation.recalled.near
    if not lines:
        return None
    return situation.say("answer_past", **_slots(situation, lines[0], situation.plain.lower().strip("?").split()))


def _fact(situation: Situation, asked: Asked, facts: list[Fact]) -> str:
    holding = [fact for fact in facts if fact.valid_to is None]
    fact = (holding or facts)[0]
    line = _source(situation, fact)
    assert line is not None  # noqa: S101 - `answer` has looked
    slots = _slots(situation, line, [fact.value])
    if not holding and asked.when is None:
        return situation.say("answer_ended", **slots)
    if asked.want == "when":
        return situation.say("answer_when" if fact.valid_from else "answer_when_unknown", **slots)
    if asked.want == "who":
        return situation.say("answer_value", value=_who(situation, fact), **slots)
    if asked.want == "whether" or (asked.relation and asked.relation != fact.relation):
        return situation.say("answer", **slots)
    if fact.relation == "name" and fact.subject.kind == "person":
        return situation.say("answer_name", value=fact.value)
    several = [_named(other) for other in holding if other.relation == fact.relation][:MOST_LISTED]
    return situation.say("answer_value", value=upper_first(", ".join(dict.fromkeys([_named(fact), *several]))), **slots)


def _named(fact: Fact) -> str:
    """Return the value of a fact; of who somebody is, the name."""
    return (fact.relation == "bond" and fact.subject.name) or fact.value


def _about(situation: Situation) -> str:
    lines = situation.recalled.lines
    most = sorted(lines, key=lambda line: len(set(line.text.split())))[-MOST_LISTED:]
    return _listed(situation, [line for line in lines if line in most])


def _listed(situation: Situation, lines: Sequence[Line]) -> str:
    listed = [
        situation.say("answer_about_line", **_slots(situation, line, _facts_in(situation, line))) for line in lines
    ]
    return situation.say("answer_about", list="\n".join(listed))


def _facts_in(situation: Situation, line: Line) -> list[str]:
    """Return the words of a line that tell what was asked for."""
    facts = [fact for fact in situation.recalled.facts if fact.line == line.id]
    return [word for fact in facts for word in (fact.value, fact.subject.name, fact.subject.bond) if word]


def _past(situation: Situation, asked: Asked) -> str:
    lines = situation.recalled.lines
    if not lines:
        return situation.say("not_told_topic" if asked.topic else "not_told_when")
    if asked.topic or len(lines) == 1:
        return situation.say("answer_past", **_slots(situation, lines[0], (asked.topic or "").split()))
    # Of a whole day, the lines that say most, in the order they were said.
    most = sorted(lines, key=lambda line: len(set(line.text.split())))[-MOST_LISTED:]
    return _listed(situation, sorted(most, key=lambda line: line.when))


def _slots(situation: Situation, line: Line, words: list[str]) -> dict[str, str]:
    return {"quote": quote(line.text, words), "date": dates.spoken(line.when, situation.heard.at)}


def _source(situation: Situation, fact: Fact) -> Line | None:
    return next((line for line in situation.recalled.lines if line.id == fact.line), None)


def _who(situation: Situation, fact: Fact) -> str:
    subject = fact.subject
    if subject.kind == "other":
        return subject.name or situation.say("who_bond", value=subject.bond or "")
    return situation.say(f"who_{subject.kind}")
