"""Recognising what asks for one plain thing: the sentences of commands.yaml, in hassil's notation.

They are matched by our own templates: loading hassil takes 70 ms and reading its sentences 45 more, of the 190 that a
cold start may take. That both understand the same is a test.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from samantha import language
from samantha.language import templates
from samantha.language.templates import Book, template

LONGEST = 200  # characters; a plain command is shorter
PUNCTUATION = re.compile(r"[,;:.!?…–—\"“”()]+(?=\s|$)|(?<!\S)[,;:.!?…–—\"“”()]+")
INITIAL = re.compile(r"(?<=\b\w)\.")  # "A.I." is "AI"
RULE = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Command:
    """A recognised intent of commands.yaml, and the words that filled its {words}."""

    name: str
    words: str = ""


def recognise(text: str) -> Command | None:
    """Return the command that a whole text is, if it is one."""
    if len(text) > 2 * LONGEST:  # also because the patterns take time by the square of a run of signs
        return None
    plain = " ".join(PUNCTUATION.sub(" ", INITIAL.sub("", text.lower().replace("’", "'"))).split())
    if not plain or len(plain) > LONGEST:
        return None
    for found, slots in _book().matches(plain):
        return Command(found.role, plain[slots[0][1] : slots[0][2]].strip() if slots else "")
    return None


@cache
def _book() -> Book:
    sources = (language.FOLDER / "en" / "commands.yaml", Path(templates.__file__), Path(__file__))
    return language.kept("en-commands-book", sources, _read)


def _read() -> Book:
    data = language.load("commands")
    rules = data["expansion_rules"]

    def expanded(sentence: str) -> str:
        while (wider := RULE.sub(lambda rule: f"({rules[rule[1]]})", sentence)) != sentence:
            sentence = wider
        return sentence

    return Book(
        template(expanded(sentence), role=name)
        for name, intent in data["intents"].items()
        for block in intent["data"]
        for sentence in block["sentences"]
    )
