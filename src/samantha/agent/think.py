"""The reply to a turn: danger first, whatever the mind; then the mind."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from samantha.events import Concern, Feeling, Heard, Part, Recalled, Say
from samantha.models.base import Mind


async def think(
    mind: Mind, heard: Heard, feeling: Feeling | None, concern: Concern | None, recalled: Recalled
) -> AsyncGenerator[Part, None]:
    """Yield the parts of the reply. In danger they are the fixed words of care, and no mind is asked."""
    if concern is not None:
        yield Say(concern.reply)
        return
    async with aclosing(mind.think(heard, feeling, recalled)) as parts:
        async for part in parts:
            yield part
