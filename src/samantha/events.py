"""The nouns of a turn, the events it emits, and the errors a person may read.

    heard (durable at once) -> feeling -> concern -> recalled -> reply (a stream) -> said -> turn complete

Every value is made once and never changed. Nothing here imports anything of ours.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Who = Literal["person", "companion"]
Sensitivity = Literal["open", "here only", "never mention"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the person said, as it arrived."""

    text: str
    at: datetime  # aware; the person's own time zone
    channel: str = "say"
    turn: int | None = None  # the turn's id once it is durable; None off the record


@dataclass(frozen=True, slots=True)
class Feeling:
    """A hint of how the person feels, from their words; never a verdict."""

    label: str
    valence: float  # -1 unpleasant to 1 pleasant
    arousal: float  # 0 calm to 1 stirred up
    evidence: tuple[str, ...]  # the words it was read from, verbatim


@dataclass(frozen=True, slots=True)
class Concern:
    """Danger in the person's words. It is answered before any mind is asked."""

    kind: str
    evidence: tuple[str, ...]  # the words it was read from, verbatim
    reply: str  # the fixed words of care/, with the lines of the person's country


@dataclass(frozen=True, slots=True)
class Line:
    """One thing one of the two said: the unit that is recalled and quoted."""

    id: int
    when: datetime
    who: Who
    text: str
    turn: int
    score: float = 0.0  # how well it fits the question; higher is better, comparable within one search


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a fact is about: the person, the companion, or somebody they know."""

    kind: Literal["person", "companion", "other"] = "person"
    bond: str | None = None  # what they are to the person: "sister", "boss"
    name: str | None = None  # "Anna"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the person has told, resting on the line it came from."""

    subject: Subject
    relation: str  # a key of language/*/facts.yaml: "lives in", "allergic to", "name"
    value: str  # in the person's own words: "Bergen", "nuts"
    id: int | None = None  # None until it is kept
    line: int | None = None  # the line it was learnt from
    learnt: datetime | None = None
    valid_from: datetime | None = None  # since when it holds, where that was said
    valid_to: datetime | None = None  # until when; None while it holds
    confidence: float = 1.0
    sensitivity: Sensitivity = "open"
    corrects: bool = False  # the person corrected what was told before, so the old value was never true


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about what the person has told before."""

    kind: Literal["fact", "about", "past"]  # one relation; everything about a subject; what was said
    subject: Subject = field(default_factory=Subject)
    relation: str | None = None  # for kind "fact"
    value: str | None = None  # where the value is given and the subject, or the time, is asked for
    topic: str | None = None  # for kind "past": the words to look for
    when: tuple[datetime, datetime] | None = None  # "past": only what was said from..until; "fact": what held then
    want: Literal["value", "when", "who", "whether"] = "value"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What memory brings to this turn."""

    lines: tuple[Line, ...] = ()  # evidence, best first
    near: tuple[Line, ...] = ()  # for a question of no known kind: what the person said that may well answer it
    facts: tuple[Fact, ...] = ()  # facts that answer what was asked, newest first
    told: tuple[Fact, ...] = ()  # facts in the words just heard; kept when the turn completes
    asked: Asked | None = None
    recent: tuple[Line, ...] = ()  # the last lines of this conversation, oldest first
    names: Mapping[str, str] = field(default_factory=dict)  # "person" and "companion", where known
    kept: bool = True  # whether what is said now is kept beyond this talk
    last_met: datetime | None = None  # when the person last spoke before this conversation; None the first time


@dataclass(frozen=True, slots=True)
class Say:
    """A piece of a reply, in the order it is to be spoken."""

    text: str


Part = Say  # what a mind may yield; proposals to use a tool join here
Reply = AsyncIterator[Part]


@dataclass(frozen=True, slots=True)
class Said:
    """What was really spoken of a reply: all of it, or as far as the person heard."""

    text: str
    at: datetime
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One whole exchange, complete."""

    heard: Heard
    feeling: Feeling | None
    concern: Concern | None
    recalled: Recalled
    said: Said


@dataclass(frozen=True, slots=True)
class Event:
    """Something a stage did; the one interface of screens, logs and tests."""

    name: str  # "heard", "feeling", "concern", "recalled", "word", "said", "complete", ...
    data: Mapping[str, Any] = field(default_factory=dict)  # plain values only, ready for JSON


class SamanthaError(Exception):
    """An error with a stable code for programs and one sentence for people.

    The tree: `WrongUse` (exit status 2), `Locked`, `Damaged`, `NewerFile`, `NoRoom`, `Held` (exit status 1).
    """

    code = "error"
    status = 1

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in one sentence."""
        return str(self)


class WrongUse(SamanthaError):
    """The person asked for something in a way that cannot be done."""

    code = "wrong-use"
    status = 2


class Locked(SamanthaError):
    """The key, passphrase or phrase at hand does not open the file."""

    code = "locked"


class Damaged(SamanthaError):
    """The file cannot be read or trusted."""

    code = "damaged"


class NewerFile(SamanthaError):
    """The file was written by a newer version of the program."""

    code = "newer"


class NoRoom(SamanthaError):
    """The words could not be made durable: the disk is full or failing."""

    code = "no-room"


class Held(SamanthaError):
    """Another process holds the file and does not answer."""

    code = "held"
