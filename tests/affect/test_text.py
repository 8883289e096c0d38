"""A feeling is read where the person plainly tells of their own, and nowhere else."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from samantha.affect.text import read
from samantha.events import Feeling
from samantha.language import load

HERE = Path(__file__).parent
QUOTED: list[list[str]] = yaml.safe_load((HERE / "evidence.yaml").read_text(encoding="utf-8"))
SAID: dict[str, list[str]] = yaml.safe_load((HERE / "feelings.yaml").read_text(encoding="utf-8"))


def felt(text: str) -> Feeling:
    feeling = read(text)
    assert feeling is not None, text
    return feeling


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in SAID.items() for text in texts])
def test_every_line_is_read_as_what_it_is(label: str, text: str) -> None:
    feeling = read(text)
    assert (feeling.label if feeling else "nothing") == label
    assert feeling is None or all(words and words in text for words in feeling.evidence)


@pytest.mark.parametrize(("text", "quoted"), QUOTED)
def test_evidence_is_whole(text: str, quoted: str) -> None:
    assert felt(text).evidence == (quoted,)


def test_long_evidence_is_cut_after_a_whole_word() -> None:
    (quoted,) = felt("I'm scared that nobody at all will come to the big party on Sunday").evidence
    assert quoted == "I'm scared that nobody at all will come"


def test_there_are_enough_lines() -> None:
    assert sum(len(texts) for texts in SAID.values()) >= 120
    assert set(SAID) == {*load("feelings")["feelings"], "nothing"}


def test_stronger_and_weaker_words() -> None:
    plain, strong, weak = felt("I'm sad"), felt("I'm so sad"), felt("I'm a bit sad")
    assert strong.arousal > plain.arousal > weak.arousal
    assert strong.valence < plain.valence < weak.valence


def test_an_exclamation_stirs() -> None:
    assert felt("I'm excited!").arousal > felt("I'm excited").arousal


def test_what_is_past_counts_less() -> None:
    assert felt("I'm angry").valence < felt("I was angry").valence < 0


def test_evidence_is_every_place_that_shows_it() -> None:
    text = "I’m SO   tired. Work again. I feel exhausted"
    assert felt(text).evidence == ("I’m SO   tired", "I feel exhausted")


def test_what_weighs_more_wins_over_the_opposite() -> None:
    assert felt("I was nervous, I'm happy, so happy. I'm glad").label == "joy"


@pytest.mark.parametrize("part", ["so sad, ", "I'm ", "'", '"', "x", "\n", "my dear old sister just ", "never "])
def test_a_megabyte_is_read_at_its_beginning(part: str) -> None:
    read(part * (1_000_000 // len(part)))
    assert felt("I'm sad. " + part * (1_000_000 // len(part))).label in SAID


@given(st.text())
def test_never_raises(text: str) -> None:
    read(text)


# fmt: off
WORDS = st.sampled_from((
    "I'm", "i am", "so", "sad", "happy", "fed", "up", "not", "my dog", "died", "yesterday", "last year",
    "İ", "“", ",",
    ".", "?", "!", "a bit", "tired", "and", "but", "if", "she", "was", "angry", "thank you so much", '"', "'",
))
# fmt: on


@given(st.lists(st.one_of(WORDS, st.text(max_size=3)), max_size=25))
def test_bounds_and_evidence(words: list[str]) -> None:
    text = " ".join(words)
    feeling = read(text)
    if feeling is not None:
        assert -1 <= feeling.valence <= 1
        assert 0 <= feeling.arousal <= 1
        assert feeling.evidence
        assert all(part in text for part in feeling.evidence)
