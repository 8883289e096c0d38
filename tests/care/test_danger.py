"""Danger is heard in plain words, not in idioms, and answered with fixed, true words."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from samantha.care import danger
from samantha.care.danger import weigh
from samantha.events import Concern, Feeling

HERE = Path(__file__).parent
SAID: dict[str, list[str]] = yaml.safe_load((HERE / "danger.yaml").read_text(encoding="utf-8"))
LINES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(danger.__file__).parent / "lines.yaml").read_text(encoding="utf-8")
)
ONE_OF_EACH = {
    "self": "I want to die",
    "violence": "He is hitting me",
    "others": "I'm going to stab him",
    "abuse": "My uncle touches me",
    "past": "I was raped when I was young",
    "medical": "I took too many pills",
    "other person": "My friend says she'll kill herself",
}
NEVER = (
    "!",
    "here for you",
    "i understand",
    "as an ai",
    "depress",
    "disorder",
    "should have",
    "selfish",
    "fault",
    "sorry to hear",
)
SAD = Feeling("sadness", -0.6, 0.3, ("sad",))
ANGRY = Feeling("anger", -0.6, 0.8, ("furious",))


def heard(text: str, country: str | None = None) -> Concern:
    concern = weigh(text, None, country)
    assert concern is not None, text
    return concern


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_every_line_is_heard_as_what_it_is(kind: str, text: str) -> None:
    concern = weigh(text, None)
    assert (concern.kind if concern else "nothing") == kind
    assert concern is None or all(words and words in text for words in concern.evidence)


def test_there_are_enough_lines() -> None:
    assert sum(len(texts) for texts in SAID.values()) >= 120
    assert set(SAID) == {*ONE_OF_EACH, "nothing"}


@pytest.mark.parametrize("country", [None, *LINES])
@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_reply_is_short_true_and_kind(kind: str, country: str | None) -> None:
    reply = heard(ONE_OF_EACH[kind], country).reply
    low = reply.lower()
    assert len(reply.split()) < 80
    assert reply.count("?") == 1
    assert reply.endswith("?")
    assert "I'm a program and can't call anyone" in reply
    assert not [words for words in NEVER if words in low]
    assert "$" not in reply
    assert (LINES[country]["emergency"] if country else "112") in reply


@pytest.mark.parametrize("country", LINES)
def test_reply_names_the_line_of_the_country(country: str) -> None:
    entry = LINES[country]
    for kind in set(ONE_OF_EACH) - {"violence", "medical"}:
        reply = heard(ONE_OF_EACH[kind], country).reply
        assert entry["helpline"] in reply
        assert entry["how"] in reply


@pytest.mark.parametrize("country", [None, "", "XX", "narnia"])
def test_unknown_country_gets_what_holds_nearly_everywhere(country: str | None) -> None:
    reply = heard("I want to die", country).reply
    assert "112 or your local emergency number" in reply
    assert "findahelpline.com" in reply


def test_country_may_be_written_in_small_letters() -> None:
    assert heard("I want to die", "us") == heard("I want to die", "US")


def test_each_kind_has_its_own_words() -> None:
    assert len({heard(text).reply for text in ONE_OF_EACH.values()}) == len(ONE_OF_EACH)


@pytest.mark.parametrize("country", [None, *LINES])
@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_somebody_young_is_told_of_help_for_young_people(kind: str, country: str | None) -> None:
    for concern in (
        weigh(ONE_OF_EACH[kind], None, country, young=True),
        weigh(f"I'm 12 and scared. {ONE_OF_EACH[kind]}", None, country),
    ):
        assert concern is not None
        known = LINES[country].get("children") if country else None
        assert (known or "childhelplineinternational.org") in concern.reply
        assert concern.reply.count("?") == 1
        assert len(concern.reply.split()) < 100
    assert "young people" not in heard(ONE_OF_EACH[kind], country).reply


def test_what_is_over_needs_no_door_that_locks_and_what_is_not_comes_first() -> None:
    assert "locks" not in heard("I was raped when I was young").reply
    assert heard("My dad used to beat me and now my husband hits me").kind == "violence"
    assert heard("I was abused as a child and I want to die").kind == "self"


@pytest.mark.parametrize("word", ["kíll", "ki\u0301ll", "k\u200bill"])
def test_accents_and_what_cannot_be_seen_hide_nothing(word: str) -> None:
    concern = heard(f"I want to {word} myself")
    assert concern.kind == "self"
    assert concern.evidence[0].endswith("ll myself")


@pytest.mark.parametrize("country", LINES)
def test_every_country_is_complete(country: str) -> None:
    entry = LINES[country]
    assert set(entry) - {"children"} == {"emergency", "helpline", "how", "source", "checked", "by"}
    assert country.isalpha()
    assert len(country) == 2
    assert country.isupper()
    assert all(isinstance(entry[key], str) and entry[key] for key in set(entry) - {"checked"})
    assert entry["source"].startswith("https://")
    assert isinstance(entry["checked"], date)


def test_the_most_pressing_is_answered_first() -> None:
    assert heard("I want to die and I took too many pills").kind == "medical"


def test_faint_words_count_beside_a_heavy_feeling() -> None:
    text = "I can't do this anymore."
    assert weigh(text, None) is None
    assert weigh(text, ANGRY) is None
    concern = weigh(text, SAD)
    assert concern is not None
    assert concern.kind == "self"


def test_evidence_is_verbatim_and_in_order() -> None:
    concern = heard("I WANT   to Die. Really, I don’t want to live anymore.")
    assert concern.evidence == ("I WANT   to Die", "I don’t want to live anymore")


@pytest.mark.parametrize(
    "filler",
    ["i want to die hard ", "not kill ", "x", "\n", '" ', "my sister is going to ", "he says she said "],
)
def test_a_megabyte_is_weighed_with_its_end(filler: str) -> None:
    text = filler * (1_000_000 // len(filler))
    assert weigh(text, None) is None
    assert heard(text + " . I want to die").evidence == ("I want to die",)


@given(st.text())
def test_never_raises(text: str) -> None:
    weigh(text, None)


# fmt: off
WORDS = st.sampled_from((
    "I want to die", "İ", "don’t", "live", "kill myself", "he is hitting", "me", "not", "never",
    "song", ".", "…",
    "“", "”", "can't breathe", "my friend", "says", "she'll", "'ll", "hurt", "herself", "and", "I", "my",
    "life",
))
# fmt: on


@given(
    st.lists(st.one_of(WORDS, st.text(max_size=3)), max_size=30),
    st.sampled_from([None, SAD]),
    st.sampled_from(["", " ", "  \n"]),
)
def test_evidence_is_always_a_slice(words: list[str], feeling: Feeling | None, gap: str) -> None:
    text = gap.join(words)
    concern = weigh(text, feeling)
    assert concern is None or all(part in text for part in concern.evidence)
