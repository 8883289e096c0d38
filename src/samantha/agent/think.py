"""The reply to a turn: danger first, whatever the mind; then the mind."""

from collections.abc import AsyncIterator

from samantha.events import Concern, Feeling, Heard, Part, Recalled, Say
from samantha.models.base import Mind


async def think(
    mind: Mind, heard: Heard, feeling: Feeling | None, concern: Concern | None, recalled: Recalled
) -> AsyncIterator[Part]:
    """Yield the parts of the reply. In danger they are the fixed words of care, and no mind is asked."""
    if concern is not None:
        yield Say(concern.reply)
        return
    async for part in mind.think(heard, feeling, recalled):
        yield part
