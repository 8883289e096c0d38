"""One turn, top to bottom."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from samantha import wire
from samantha.agent.think import think
from samantha.channels.base import Channel
from samantha.events import Concern, Feeling, Turn
from samantha.memory.memory import Memory
from samantha.models.base import Mind


@dataclass(frozen=True, slots=True)
class She:
    """The built companion: her parts, nothing more."""

    memory: Memory
    feel: Callable[[str], Feeling | None]
    weigh: Callable[[str, Feeling | None], Concern | None]
    mind: Mind


async def take_turn(channel: Channel, she: She) -> Turn:
    """Take one turn with her, and return it complete.

    Each stage shows its event as it ends. Raises NoRoom where the person's words can't be made durable:
    then she doesn't begin to answer.
    """
    heard = she.memory.keep(await channel.hear())  # durable before anything else
    channel.show(wire.heard(heard))
    feeling = she.feel(heard.text)
    channel.show(wire.feeling(feeling))
    concern = she.weigh(heard.text, feeling)  # danger first, whatever the mind
    if concern is not None:
        channel.show(wire.concern(concern))
    recalled = she.memory.recall(heard)
    channel.show(wire.recalled(recalled))
    async with aclosing(think(she.mind, heard, feeling, concern, recalled)) as reply:  # a stream
        said = await channel.say(reply)  # as spoken, even if interrupted
    channel.show(wire.said(said))
    turn = she.memory.complete(heard, feeling, concern, recalled, said)
    channel.show(wire.complete(turn))
    return turn
