"""What is known when a line is read: the time, what was told in this conversation, and who is known."""

from dataclasses import dataclass
from datetime import datetime

from samantha.events import Fact, Subject


@dataclass(frozen=True, slots=True)
class Context:
    """What a line is read in the light of."""

    at: datetime
    facts: tuple[Fact, ...] = ()  # told in this conversation, newest first
    people: tuple[Subject, ...] = ()  # everyone known: kind "other", with bond, name or both
    asked: str | None = None  # the relation she has just asked the person about
