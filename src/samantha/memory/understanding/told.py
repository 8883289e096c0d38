"""What the person tells: corrections of what was just told, or facts of their own."""

from samantha.events import Fact
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.corrected import corrected
from samantha.memory.understanding.partings import former, parted
from samantha.memory.understanding.reading import read


def told(text: str, context: Context) -> tuple[Fact, ...]:
    """Return the facts in the words just heard, in the order they were told."""
    right = corrected(text, context)
    if right:
        return right
    found = read(text, context)
    return (*parted(text, context), *former(found, context), *found)
