"""Questions to her memory: those the rules know, and any other about the person's own life."""

import re
from dataclasses import replace
from datetime import datetime

from samantha import dates, language
from samantha.events import Asked
from samantha.memory.understanding import Context, asked

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def understand(text: str, context: Context) -> Asked | None:
    """Return what is asked of memory, or None where nothing is."""
    found = asked(text, context)
    if found is not None:
        return replace(found, when=_span(text, context)) if found.when is None else found
    return Asked("past", topic=text, when=None) if _about_own_life(text, context) else None


def names_topic(question: Asked, text: str) -> bool:
    """Tell whether the person named the topic; otherwise it is the whole question."""
    return question.topic != text


def is_question(text: str) -> bool:
    """Tell whether a line asks rather than tells."""
    words = _words(text)
    return text.rstrip().endswith("?") or bool(words and words[0] in language.load("words")["question"])


def _about_own_life(text: str, context: Context) -> bool:
    """Tell whether this one sentence asks about the person, or about somebody they know."""
    words = _words(text)
    if not words or len(words) > 25 or not is_question(text):
        return False
    own = set(language.load("words")["own"])
    names = {part.lower() for person in context.people for part in (person.name, person.bond) if part}
    if words[0] in language.load("words")["advice"] or "you" in words[:3]:
        return False
    return not own.isdisjoint(words) or not names.isdisjoint(word.removesuffix("'s") for word in words)


def _span(text: str, context: Context) -> tuple[datetime, datetime] | None:
    found = dates.find(text, context.at)
    return (found[0].start, found[0].end) if found else None


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in WORD.findall(text.lower())]
