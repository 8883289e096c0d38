"""What every mind offers a turn."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Protocol

from samantha.events import Feeling, Heard, Part, Recalled


class Mind(Protocol):
    """Something that can think of a reply.

    A mind receives the values of the turn and yields the parts of a reply, in order. It changes nothing, keeps
    nothing and reaches nothing: what it knows is in its arguments. Leaving the iteration early stops it.
    """

    @property
    def name(self) -> str:
        """What the person knows it by."""
        ...

    def think(self, heard: Heard, feeling: Feeling | None, recalled: Recalled) -> AsyncGenerator[Part, None]:
        """Think of a reply to what was heard."""
        ...

    def greet(self, at: datetime, recalled: Recalled) -> str:
        """Return the first words of a conversation that begins at `at`."""
        ...
