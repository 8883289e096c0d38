"""The terminal's input line: editing, history in RAM only, pasting several lines at once."""

import re
import shutil
import sys

from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory

PIECE = re.compile(r"\n|[^\S\n]*\S+|[^\S\n]+")


class Prompt:
    """A screen for one person at a terminal."""

    def __init__(self, earlier: list[str]) -> None:
        # Never a history file: it would be plain text beside an encrypted memory.
        self._session: PromptSession[str] = PromptSession(history=InMemoryHistory(earlier))
        self._wrap = Wrap()

    async def read(self, prompt: str) -> str | None:
        """Return a line; Ctrl-C clears it, Ctrl-D ends."""
        self._wrap.column = 0
        while True:
            try:
                return await self._session.prompt_async(prompt)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return None

    def write(self, text: str) -> None:
        """Show text at once, broken between words where the line is full."""
        sys.stdout.write(self._wrap(text, shutil.get_terminal_size().columns))
        sys.stdout.flush()


class Wrap:
    """Breaks text that comes piece by piece into lines of whole words."""

    def __init__(self) -> None:
        self.column = 0

    def __call__(self, text: str, width: int) -> str:
        """Return the next piece with the line ends it needs to stay within `width` columns."""
        return "".join(self._placed(piece, width) for piece in PIECE.findall(text))

    def _placed(self, piece: str, width: int) -> str:
        if piece == "\n":
            self.column = 0
            return piece
        if self.column and self.column + len(piece) > width:
            piece = "\n" + piece.lstrip()
            self.column = -1  # the line end takes no room
        self.column += len(piece)
        return piece
