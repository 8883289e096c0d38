"""The built-in mind: the first move that has something to say, says it."""

from collections.abc import AsyncGenerator
from datetime import datetime

from samantha import dates
from samantha.events import Feeling, Heard, Part, Recalled, Say
from samantha.models.builtin import moves
from samantha.models.builtin.phrases import Phrases
from samantha.models.builtin.situation import Situation, without_greeting


class BuiltinMind:
    """Answers by rules and sentences in YAML; always there, offline, in milliseconds."""

    name = "built-in"

    async def think(self, heard: Heard, feeling: Feeling | None, recalled: Recalled) -> AsyncGenerator[Part, None]:
        """Yield a reply, whole: it is made faster than a word is read."""
        yield Say(reply(heard, feeling, recalled))

    def greet(self, at: datetime, recalled: Recalled) -> str:
        """Greet by the hour and the absence."""
        return moves.greeting(_situation(Heard("", at), None, recalled))


def reply(heard: Heard, feeling: Feeling | None, recalled: Recalled) -> str:
    """Return what she answers: that of the first move that has an answer."""
    situation = _situation(heard, feeling, recalled)
    return next(answer for move in moves.MOVES if (answer := move(situation)))


def _situation(heard: Heard, feeling: Feeling | None, recalled: Recalled) -> Situation:
    used = tuple(line.text for line in recalled.recent if line.who == "companion")
    name = recalled.names.get("person")
    slots = {
        "name": f", {name}" if name else "",
        "her": recalled.names.get("companion", "Samantha"),
        "clock": dates.clock(heard.at),
        "full": dates.full(heard.at),
    }
    phrases = Phrases(turn=heard.turn or len(recalled.recent), used=used, slots=slots)
    return Situation(heard, feeling, recalled, phrases, without_greeting(heard.text, slots["her"]))
