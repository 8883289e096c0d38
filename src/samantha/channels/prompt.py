"""The terminal's input line: editing, history in RAM only, pasting several lines at once."""

import sys

from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory


class Prompt:
    """A screen for one person at a terminal."""

    def __init__(self, earlier: list[str]) -> None:
        # Never a history file: it would be plain text beside an encrypted memory.
        self._session: PromptSession[str] = PromptSession(history=InMemoryHistory(earlier))

    async def read(self, prompt: str) -> str | None:
        """Return a line; Ctrl-C clears it, Ctrl-D ends."""
        while True:
            try:
                return await self._session.prompt_async(prompt)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return None

    def write(self, text: str) -> None:
        """Show text as it is, at once."""
        sys.stdout.write(text)
        sys.stdout.flush()
