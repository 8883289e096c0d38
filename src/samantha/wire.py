"""Values as events: the plain shapes of docs/protocol.md, ready for JSON."""

import re
from collections.abc import Iterable
from typing import Any

from samantha.events import Concern, Event, Fact, Feeling, Heard, Line, Recalled, Said, Turn
from samantha.memory.understanding import wording

NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def line(entry: Line) -> dict[str, Any]:
    """Return a line as plain data."""
    plain = {
        "id": entry.id,
        "when": entry.when.isoformat(),
        "who": entry.who,
        "text": entry.text,
        "turn": entry.turn,
    }
    return plain | ({"score": round(entry.score, 3)} if entry.score else {})


def fact(entry: Fact) -> dict[str, Any]:
    """Return a fact as plain data."""
    return {
        "id": entry.id,
        "who": who(entry),
        "relation": entry.relation,
        "value": entry.value,
        "says": wording(entry),
        "since": entry.valid_from and entry.valid_from.isoformat(),
        "learnt": entry.learnt and entry.learnt.isoformat(),
        "line": entry.line,
        "sensitivity": entry.sensitivity,
    }


def who(entry: Fact) -> str:
    """Return whom a fact is about: "me" (the person), "you" (her), or a name or bond."""
    subject = entry.subject
    if subject.kind == "other":
        return subject.name or subject.bond or "somebody"
    return "me" if subject.kind == "person" else "you"


def lines(entries: Iterable[Line]) -> Event:
    """Return lines as an event."""
    return Event("lines", {"lines": [line(entry) for entry in entries]})


def facts(entries: Iterable[Fact]) -> Event:
    """Return facts as an event."""
    return Event("facts", {"facts": [fact(entry) for entry in entries]})


def heard(value: Heard) -> Event:
    """Say that the person's words are durable (or, with no turn, that they are kept nowhere)."""
    return Event("heard", {"turn": value.turn, "at": value.at.isoformat()})


def feeling(value: Feeling | None) -> Event:
    """Say what feeling was read; `label` is null where she is unsure."""
    if value is None:
        return Event("feeling", {"label": None, "valence": None, "arousal": None, "evidence": []})
    plain = {
        "label": value.label,
        "valence": value.valence,
        "arousal": value.arousal,
        "evidence": list(value.evidence),
    }
    return Event("feeling", plain)


def concern(value: Concern) -> Event:
    """Say that danger was noticed."""
    return Event("concern", {"kind": value.kind, "evidence": list(value.evidence)})


def recalled(value: Recalled) -> Event:
    """Say what memory brought."""
    return Event("recalled", {"lines": [line(entry) for entry in value.lines]})


def said(value: Said) -> Event:
    """Say what was really spoken."""
    return Event("said", {"text": value.text, "at": value.at.isoformat(), "interrupted": value.interrupted})


def complete(value: Turn) -> Event:
    """Say that the turn is whole, and what was learnt."""
    return Event("complete", {"turn": value.heard.turn, "facts": [fact(entry) for entry in value.recalled.told]})


def clean(text: str) -> str:
    """Return text without control characters (but line ends and tabs) and lone surrogates."""
    return NO_TEXT.sub("", text)
