"""commands.yaml is understood as its notation says."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from samantha import language
from samantha.models.builtin.commands import recognise

CASES = yaml.safe_load(Path(__file__).with_name("commands.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["say"] for case in CASES])
def test_what_people_say(case: dict[str, Any]) -> None:
    found = recognise(case["say"])
    assert (found and found.name) == case["intent"]
    assert not found or found.words == case.get("words", "")


def test_hassil_understands_the_same() -> None:
    """Sentences that hassil makes of the file are the same intent to hassil and to us."""
    from hassil import Intents, recognize
    from hassil.sample import sample_sentence

    intents = Intents.from_dict(language.load("commands"))
    sentences = [one for intent in intents.intents.values() for block in intent.data for one in block.sentences]
    different = []
    for sentence in sentences:
        made = sample_sentence(sentence, intents.slot_lists, intents.expansion_rules)
        for text in itertools.islice(made, 0, 4000, 61):
            said = text.replace("{words}", "the garden")
            ours, theirs = recognise(said), recognize(said, intents)
            if (ours and ours.name) != (theirs and theirs.intent.name):
                different.append((said, ours, theirs and theirs.intent.name))
    assert different == []


def test_every_intent_has_an_answer() -> None:
    from samantha.models.builtin.moves import SPECIAL

    intents = language.load("commands")["intents"]
    assert [name for name in intents if name not in language.load("replies") and name not in SPECIAL] == []


@given(st.text(max_size=400))
def test_any_text_is_calmly_looked_at(text: str) -> None:
    recognise(text)
