"""Questions to her memory: those the rules know, and any other about the person's own life."""

import re
from dataclasses import replace
from datetime import datetime

from samantha import dates
from samantha.events import Asked
from samantha.language import load
from samantha.memory.recall import terms
from samantha.memory.understanding import Context, asked

LONGEST_QUESTION = 25  # words
FEWEST_WORDS = 3  # of a question about a fact, for other lines than one that told the fact to be its answer
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def understand(text: str, context: Context) -> Asked | None:
    """Return what is asked of memory, or None where nothing is."""
    found = asked(text, context)
    if found is not None:
        return replace(found, when=_span(text, context)) if found.when is None else found
    return Asked("past", topic=text, when=None) if _about_own_life(text, context) else None


def widened(question: Asked, text: str) -> Asked | None:
    """Return the question as one for what was said, where a fact was asked for; None where that would be guessing."""
    if question.kind == "about":
        topic = question.subject.name or question.subject.bond
    else:
        topic = text if question.kind == "fact" and len(terms(text)) >= FEWEST_WORDS else None
    return Asked("past", topic=topic, when=question.when) if topic else None


def instead(question: Asked) -> Asked | None:
    """Return another question whose answer is one to this: "I don't like fish" to "do I like fish?"."""
    relation = load("facts")["relations"].get(question.relation, {})
    other = relation.get("opposite") if question.want == "whether" else relation.get("nearby")
    return replace(question, relation=other) if other else None


def names_topic(question: Asked, text: str) -> bool:
    """Tell whether the person named the topic; otherwise it is the whole question."""
    return question.topic != text


def may_be_answered(text: str) -> bool:
    """Tell whether a question is about things they may have spoken of: two telling words, or one with "the"."""
    words = _words(text)
    if not is_question(text) or len(words) > LONGEST_QUESTION:
        return False
    telling = terms(text)
    definite = any(word in load("words")["definite"] for word in words)
    return len(telling) >= 2 or (definite and len(telling) == 1)


def is_question(text: str) -> bool:
    """Tell whether a line asks rather than tells."""
    words = _words(text)
    return text.rstrip().endswith("?") or bool(words and words[0] in load("words")["question"])


def _about_own_life(text: str, context: Context) -> bool:
    """Tell whether this one sentence asks about the person, or about somebody they know."""
    words = _words(text)
    if not words or len(words) > LONGEST_QUESTION or not is_question(text):
        return False
    own = set(load("words")["own"])
    names = {part.lower() for person in context.people for part in (person.name, person.bond) if part}
    if words[0] in load("words")["advice"] or "you" in words[:3]:
        return False
    return not own.isdisjoint(words) or not names.isdisjoint(word.removesuffix("'s") for word in words)


def _span(text: str, context: Context) -> tuple[datetime, datetime] | None:
    found = dates.find(text, context.at)
    return (found[0].start, found[0].end) if found else None


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in WORD.findall(text.lower())]
