"""What the built-in mind says: phrases, quoting, sums, and the order of its moves."""

import re
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samantha import language
from samantha.events import Asked, Fact, Feeling, Heard, Line, Recalled, Subject
from samantha.models.builtin import moves, sums
from samantha.models.builtin.mind import BuiltinMind, reply
from samantha.models.builtin.phrases import Phrases
from samantha.models.builtin.quoting import LONGEST_FRAGMENT, LONGEST_QUOTE, fragment, quote
from samantha.models.builtin.situation import without_greeting

NOW = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)
NEVER = ("i understand how you feel", "i'm here for you", "it sounds like", "as an ai", "!")


def said(
    text: str, *, turn: int | None = 1, at: datetime = NOW, feeling: Feeling | None = None, **recalled: object
) -> str:
    return reply(Heard(text, at, turn=turn), feeling, Recalled(kept=turn is not None, **recalled))  # type: ignore[arg-type]


def line(text: str, when: datetime = NOW - timedelta(days=1), number: int = 1) -> Line:
    return Line(number, when, "person", text, turn=number)


# --- phrases ---------------------------------------------------------------------------------------------


def phrases() -> list[tuple[str, str]]:
    return [(key, way) for key, ways in language.load("replies").items() for way in ways]


@pytest.mark.parametrize(("key", "way"), phrases())
def test_phrases_are_hers(key: str, way: str) -> None:
    assert not any(words in way.lower() for words in NEVER), key
    assert way.count("?") <= 1
    assert len(way.split()) <= 25, "brief"
    assert "language model" not in way or key == "cannot"
    slots = {name for _, name, _, _ in string.Formatter().parse(way) if name}
    assert slots <= {
        "name", "her", "clock", "full", "ago", "date", "value", "quote", "list", "first", "second", "year", "month",
    }  # fmt: skip


def test_a_phrase_is_not_said_twice_running() -> None:
    used: tuple[str, ...] = ()
    for turn in range(3):
        used = (*used, Phrases(turn=0, used=used, slots={})("quiet"))
        assert len(set(used)) == turn + 1


# --- quoting ---------------------------------------------------------------------------------------------


@given(st.text(max_size=500), st.lists(st.text(max_size=8), max_size=3))
def test_a_quotation_is_letter_for_letter(text: str, words: list[str]) -> None:
    quoted = quote(text, words)
    assert quoted in text
    assert len(quoted.split()) <= LONGEST_QUOTE


@given(st.text(max_size=500))
def test_a_fragment_is_letter_for_letter(text: str) -> None:
    words = fragment(text)
    assert words is None or (words in text and len(words.split()) <= LONGEST_FRAGMENT)


def test_the_sentence_that_holds_the_words_is_quoted() -> None:
    assert quote("Rain. The interview went badly! Then soup.", ["interview"]) == "The interview went badly"


def test_a_long_sentence_is_quoted_around_the_word() -> None:
    long = " ".join(f"w{n}" for n in range(100))
    assert "w70" in quote(long, ["w70"]).split()


# --- taking greetings off --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("hi samantha, what time is it?", "what time is it?"),
        ("Samantha where do I live", "where do I live"),
        ("so, who are you", "who are you"),
        ("good morning", "good morning"),
        ("what time is it, samantha?", "what time is it?"),
        ("samantha", "samantha"),
        ("hello", "hello"),
    ],
)
def test_greetings_are_taken_off(text: str, left: str) -> None:
    assert without_greeting(text, "Samantha") == left


# --- sums ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("what is 12 times 7?", "84"),
        ("2 + 3 * 4", "14"),
        ("what's 15% of 80", "12"),
        ("0.1 + 0.2", "0.3"),
        ("ten minus twelve", "−2"),
        ("how much is 1,200 divided by 5", "240"),
        ("(2 + 3) * 4 =", "20"),
        ("7 / 2", "3.5"),
        ("3-2", None),
        ("34", None),
        ("call me at 555 1234", None),
        ("2 ** 9", None),
        ("1 + ", None),
        ("tom and anna", None),
        ("what is love", None),
    ],
)
def test_sums(text: str, value: str | None) -> None:
    assert sums.solve(text) == value


@pytest.mark.parametrize(
    ("text", "why"), [("5 divided by 0", "sum_impossible"), ("9999999999 * 9999999999", "sum_too_big")]
)
def test_sums_without_an_answer(text: str, why: str) -> None:
    with pytest.raises(sums.ImpossibleSumError, match=why):
        sums.solve(text)


# --- moves -----------------------------------------------------------------------------------------------


def test_she_answers_from_memory_with_quotation_and_date() -> None:
    fact = Fact(Subject("other", "sister", "Anna"), "lives in", "Oslo", id=1, line=1, learnt=NOW)
    answer = said(
        "where does my sister live?",
        lines=(line("My sister Anna lives in Oslo."),),
        facts=(fact,),
        asked=Asked("fact", fact.subject, "lives in"),
    )
    assert answer == "Oslo. “My sister Anna lives in Oslo”, 3 March."


def test_a_fact_that_no_longer_holds_is_told_as_such() -> None:
    fact = Fact(Subject(), "works at", "Shell", id=1, line=1, learnt=NOW, valid_to=NOW)
    lines = (line("I work at Shell"),)
    answer = said("where do I work?", lines=lines, facts=(fact,), asked=Asked("fact", Subject(), "works at"))
    assert answer.startswith("Not any more")


def test_who_it_is_when_only_the_bond_is_known() -> None:
    fact = Fact(Subject("other", "boss"), "lives in", "Oslo", id=1, line=1, learnt=NOW)
    asked = Asked("fact", value="Oslo", relation="lives in", want="who")
    assert said("who lives in Oslo?", lines=(line("my boss lives in Oslo"),), facts=(fact,), asked=asked).startswith(
        "Your boss."
    )


def test_what_was_not_told_is_said_plainly() -> None:
    assert "told me" in said("how old is Anna?", asked=Asked("fact", Subject("other", None, "Anna"), "age"))
    assert "anything then" in said("what did I tell you yesterday?", asked=Asked("past", when=(NOW, NOW)))


def test_two_lines_of_a_day_are_both_quoted() -> None:
    lines = (line("rain all day"), line("soup for dinner", number=2))
    answer = said("what did I tell you yesterday?", lines=lines, asked=Asked("past", when=(NOW, NOW)))
    assert "“rain all day”" in answer
    assert "“soup for dinner”" in answer


def test_off_the_record_she_does_not_claim_to_keep() -> None:
    fact = Fact(Subject(), "allergic to", "nuts")
    assert "kept" in said("I'm allergic to nuts", turn=None, told=(fact,))
    corrected = Fact(Subject(), "lives in", "Oslo", corrects=True)
    assert "haven't changed" in said("no, Oslo", turn=None, told=(corrected,))
    assert "won't" in said("remember that I parked on level 3", turn=None)
    assert "keep nothing" in said("where do you keep what I say?", turn=None)


def test_what_is_never_mentioned_is_not_denied() -> None:
    fact = Fact(Subject(), "lives in", "Oslo", id=1, line=1, learnt=NOW, sensitivity="never mention")
    answer = said("where do I live?", facts=(fact,), asked=Asked("fact", Subject(), "lives in"))
    assert answer == "You asked me to keep that and never mention it."


def test_every_phrase_is_used_and_every_key_is_text() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(moves.__file__).parent.glob("*.py"))
    intents = language.load("commands")["intents"]
    made = ("hello_", "feeling_", "told_", "who_")
    for key in language.load("replies"):
        assert isinstance(key, str)
        named = re.search(f"[\"']{key}[\"']", source)
        assert named or key.removesuffix("_off") in intents or key.startswith(made), key
    assert all(isinstance(name, str) for name in intents)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (Fact(Subject(), "lives in", "Oslo", corrects=True), "Oslo"),
        (Fact(Subject(), "lives in", "Oslo", valid_to=NOW), "No longer"),
        (Fact(Subject(), "lives in", "Oslo", id=3), "told me"),
        (Fact(Subject("companion"), "name", "Ada"), "Ada"),
        (Fact(Subject("other", "sister", "Anna"), "bond", "sister"), ""),
        (Fact(Subject(), "speaks", "Portuguese"), ""),
    ],
)
def test_what_is_told_is_acknowledged(fact: Fact, words: str) -> None:
    assert words in said("this is how it stands with me", turn=2, told=(fact,))


def test_a_heavy_feeling_comes_before_facts() -> None:
    grief = Feeling("grief", -0.8, 0.4, ("My dog died",))
    fact = Fact(Subject("other", "dog", None), "died", "died")
    assert said("My dog died", feeling=grief, told=(fact,)).startswith("I'm sorry")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("...", ""),
        ("🙃🙃🙃", "ords"),
        ("שלום, מה שלומך", "nglish"),
        ("je suis dans la maison et il pleut", "nglish"),
        ("does he? do you? do they? did I?", "follow"),
        ("what's the capital of Peru?", "I"),
        ("which day was yesterday", "Tuesday"),
        ("what day was 3 March", "Tuesday"),
        ("what day was the flumph", ""),
        ("what month is it", "March"),
        ("what year is it", "2026"),
        ("when did we last talk", "before"),
        ("ok. who are you?", "AI"),
        ("pff", "."),
        ("Samantha", "."),
    ],
)
def test_moves(text: str, words: str) -> None:
    answer = said(text)
    assert words in answer
    assert answer


def test_when_they_last_talked() -> None:
    assert "3 March" in said("when did we last talk?", last_met=NOW - timedelta(days=1))


def test_greeting_by_hour_and_absence() -> None:
    mind = BuiltinMind()
    for hour, words in ((8, "orning"), (20, "vening")):
        assert words in mind.greet(NOW.replace(hour=hour), Recalled(names={"person": "Theo"}))
    back = mind.greet(NOW, Recalled(last_met=NOW - timedelta(days=21)))
    assert "three weeks ago" in back


@given(st.text(max_size=300), st.integers(0, 5))
def test_any_text_gets_a_brief_true_reply(text: str, turn: int) -> None:
    answer = said(text, turn=turn or None)
    assert answer.strip()
    own_words = answer.replace("“", " ").replace("”", " ")
    assert len(own_words.split()) <= 40
