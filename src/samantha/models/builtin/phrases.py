"""Her phrases: several for each occasion, taken in turn, with slots filled in."""

from collections.abc import Mapping
from dataclasses import dataclass

from samantha import language


@dataclass(frozen=True, slots=True)
class Phrases:
    """The choice of words for one turn. The same turn chooses the same words."""

    turn: int
    used: tuple[str, ...]  # what she said lately, so as not to say it again
    slots: Mapping[str, str]

    def __call__(self, key: str, **slots: str) -> str:
        """Return a phrase of replies.yaml, preferably one she hasn't just used."""
        ways: list[str] = language.load("replies")[key]
        said = [way.format_map({**self.slots, **slots}) for way in ways]
        start = self.turn % len(said)
        turned = said[start:] + said[:start]
        return next((words for words in turned if not self._just_said(words)), turned[0])

    def has(self, key: str) -> bool:
        """Tell whether there are phrases for an occasion."""
        return key in language.load("replies")

    def _just_said(self, words: str) -> bool:
        return any(words in earlier for earlier in self.used)
