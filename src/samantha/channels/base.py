"""What a channel is to a turn, and what a door is to a screen."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Protocol

from samantha.events import Event, Heard, Reply, Said

TAKE_WITHIN = 10.0  # seconds a screen may leave events untaken before it counts as gone


class Channel(Protocol):
    """One place to talk, for one turn."""

    async def hear(self) -> Heard:
        """Return what the person said."""
        ...

    async def say(self, reply: Reply) -> Said:
        """Speak a reply, and return what was really spoken, even when it was interrupted."""
        ...

    def show(self, event: Event) -> None:
        """Show that a stage did something."""
        ...


class Door(Protocol):
    """The way to the process that holds the file: this one, or another over its socket (docs/protocol.md)."""

    def ask(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Ask for work and yield the events it causes, the last of them `done` or `error`.

        Closing the iterator in the middle of a reply interrupts it: what was yielded counts as shown.
        """
        ...


async def only(door: Door, request: dict[str, Any]) -> dict[str, Any]:
    """Return the one event that answers a request; a refusal is returned as its `error` event."""
    found: dict[str, Any] = {}
    async with aclosing(door.ask(request)) as events:
        async for event in events:
            if event["event"] != "done":
                found = event
    return found
