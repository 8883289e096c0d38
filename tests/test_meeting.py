"""The first meeting: driven step by step, at the door, and what of it is anywhere afterwards."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samantha import app, keeping, language
from samantha.care import danger
from samantha.events import Concern, Fact, NoRoom, Subject
from samantha.meeting import LONGEST_ANSWER, LONGEST_NAME, Agreement, Kept, Step, Steps, meet
from samantha.memory.understanding import Context, told, wording
from samantha.store import backup
from samantha.store import key as keys
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.work import House
from tests.conftest import ask, asked, one, texts
from tests.scripted import Clock

WORDS = language.load("meeting")
ANNA = "My sister Anna lives in Timbuktu."


def weighed(words: str, young: bool) -> Concern | None:
    """Weigh an answer as somebody in Britain gives it."""
    return danger.weigh(words, None, "GB", young=young)


class Meeting:
    """A meeting under way, without any house."""

    def __init__(self, clock: Clock) -> None:
        self.kept: list[Kept] | None = None
        self.shown = 0
        self.full = False  # whether the disk refuses to keep anything
        self.steps: Steps = meet(
            lambda words: told(words, Context(at=clock())), wording, weighed, self.agreement(), "/where/it/lies"
        )
        self.step: Step = next(self.steps)

    def agreement(self) -> Agreement:
        """Return what happens at the yes: what may be kept is taken down."""
        return Agreement(self.agree, self.keep, self.see)

    def agree(self) -> str:
        """Begin to keep."""
        assert self.kept is None, "asked twice"
        self.kept = []
        return "twelve words"

    def keep(self, kept: Kept) -> None:
        """Take down one answer."""
        assert self.kept is not None
        if self.full:
            raise NoRoom("No room.")
        self.kept.append(kept)

    def see(self) -> None:
        """Count how often the phrase was seen."""
        self.shown += 1

    def answer(self, **answer: Any) -> Step:
        """Answer a step."""
        self.step = self.steps.send(answer)
        return self.step

    def up_to_cards(self, her: str = "", person: str = "Theo", adult: str = "yes", human: str = ANNA) -> Step:
        """Answer everything before the cards."""
        self.answer(text=her)
        self.answer(text=person)
        self.answer(choice=adult)
        return self.answer(text=human)

    def words(self) -> list[str]:
        """Return the words that would be kept."""
        assert self.kept is not None
        return [entry.words for entry in self.kept]

    def facts(self) -> list[tuple[str, str, str]]:
        """Return what would be kept as facts."""
        assert self.kept is not None
        facts = [fact for entry in self.kept for fact in entry.facts]
        return [(fact.relation, fact.value, fact.sensitivity) for fact in facts]


@pytest.fixture
def meeting(clock: Clock) -> Meeting:
    """Yield a meeting that has just begun."""
    return Meeting(clock)


# --- as a generator ------------------------------------------------------------------------------------------


def test_she_says_first_that_she_is_an_ai_and_that_nothing_is_kept_yet(meeting: Meeting) -> None:
    assert meeting.step.kind == "ask"
    says = " ".join(meeting.step.says)
    assert "AI" in says.split(".")[1] + says
    assert "no language model" in says
    assert "kept" in says
    assert "skip" in says


def test_the_whole_meeting(meeting: Meeting) -> None:
    assert meeting.answer(text="Ada").says[0] == "Ada, then."
    assert meeting.answer(text="Theo").kind == "choose"
    assert [choice["id"] for choice in meeting.step.data["choices"]] == ["yes", "no", "skip"]
    assert meeting.answer(choice="yes").says[0] == "Good to meet you, Theo."
    cards = meeting.answer(text=ANNA)
    assert cards.kind == "cards"
    assert cards.data["cards"][-1]["source"] == ANNA
    assert meeting.answer(cards={card["id"]: "keep" for card in cards.data["cards"]}).kind == "choose"
    assert meeting.kept is None
    assert meeting.answer(choice="yes") == Step("phrase", tuple(WORDS["phrase"]), {"phrase": "twelve words"})
    end = meeting.answer()
    assert (end.kind, end.data) == ("end", {"record": "on"})
    assert "/where/it/lies" in end.says[0]
    assert {("name", "Ada", "open"), ("name", "Theo", "open"), ("over 18", "yes", "open")} <= set(meeting.facts())
    assert ("lives in", "Timbuktu", "open") in meeting.facts()
    assert meeting.words() == ["Ada", "Theo", "yes", ANNA]
    with pytest.raises(StopIteration):
        meeting.answer()


def test_saying_no_agrees_to_nothing(meeting: Meeting) -> None:
    meeting.up_to_cards()
    meeting.answer(cards={})
    end = meeting.answer(choice="no")
    assert (end.kind, end.data, end.says) == ("end", {"record": "unmet"}, tuple(WORDS["not remembered"]))
    assert meeting.kept is None


@pytest.mark.parametrize("answer", [{}, {"choice": None}, {"choice": "YES"}, {"choice": ["yes"]}, {"text": "yes"}])
def test_only_a_plain_yes_is_a_yes(meeting: Meeting, answer: dict[str, Any]) -> None:
    meeting.up_to_cards()
    meeting.answer(cards={})
    assert meeting.answer(**answer).data == {"record": "unmet"}


def test_nothing_told_is_nothing_to_keep(meeting: Meeting) -> None:
    cards = meeting.up_to_cards(person="", adult="skip", human="  ")
    assert (cards.says, cards.data["cards"]) == (tuple(WORDS["no cards"]), [])
    meeting.answer(cards={})
    meeting.answer(choice="yes")
    assert meeting.kept == []


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("yes", [("over 18", "yes", "open")]),
        ("no", [("over 18", "no", "open")]),
        ("skip", []),
        ("maybe", []),
        (None, []),
        (18, []),
    ],
)
def test_age_is_asked_as_over_18_only(meeting: Meeting, choice: Any, kept: list[Any]) -> None:
    meeting.up_to_cards(person="", adult=choice, human="")
    meeting.answer(cards={})
    meeting.answer(choice="yes")
    # no cards were answered for, so nothing was chosen to be let go
    assert meeting.facts() == kept


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada", "Ada"),
        ("  Ada   Lovelace. ", "Ada Lovelace"),
        ('"Ada"!', "Ada"),
        ("D'Arcy", "D'Arcy"),
        ("{her} {0}", "{her} {0}"),
        ("A\x00d\x1ba\ud800", "Ada"),
        ("x" * 1_000_000, "x" * LONGEST_NAME),
        ("שרה", "שרה"),
        ("", None),
        (" \n ", None),
        (5, None),
        (None, None),
        (["Ada"], None),
    ],
)
def test_names(meeting: Meeting, typed: Any, name: str | None) -> None:
    assert meeting.answer(text=typed).says[0] == f"{name or 'Samantha'}, then."
    meeting.answer(text=typed)
    hello = meeting.answer(choice="skip").says[0]
    assert hello == (f"Good to meet you, {name}." if name else "Good to meet you.")
    meeting.answer(text="")
    meeting.answer(cards={})
    meeting.answer(choice="yes")
    assert meeting.facts() == [("name", name, "open")] * 2 if name else not meeting.facts()


def test_a_very_long_answer_is_cut_to_what_fits_on_a_card(meeting: Meeting) -> None:
    cards = meeting.up_to_cards(human="word " * 200_000)
    assert len(cards.data["cards"][-1]["source"]) <= LONGEST_ANSWER


def choose(meeting: Meeting, wanted: dict[str, str]) -> None:
    """Answer the cards by a word of their title or source, and say yes."""
    cards = meeting.step.data["cards"]
    found = {
        card["id"]: next((choice for word, choice in wanted.items() if word in card["title"]), "keep") for card in cards
    }
    assert set(wanted.values()) <= set(found.values()), cards
    meeting.answer(cards=found)
    meeting.answer(choice="yes")


def test_never_mention_is_kept_as_such(meeting: Meeting) -> None:
    meeting.up_to_cards()
    choose(meeting, {"Timbuktu": "never mention"})
    assert ("lives in", "Timbuktu", "never mention") in meeting.facts()
    assert ("name", "Theo", "open") in meeting.facts()


def test_words_that_hold_something_let_go_are_let_go_with_it(meeting: Meeting) -> None:
    meeting.up_to_cards()
    choose(meeting, {"Timbuktu": "let go"})
    assert meeting.kept
    assert "Timbuktu" not in str(meeting.kept)
    assert "Anna" in str(meeting.kept)


def test_the_words_themselves_may_be_let_go_and_the_facts_kept(meeting: Meeting) -> None:
    meeting.up_to_cards()
    choose(meeting, {WORDS["your words"]: "let go"})
    assert ANNA not in str(meeting.kept)
    assert ("lives in", "Timbuktu", "open") in meeting.facts()


@pytest.mark.parametrize("cards", [None, "keep", [1], 5])
def test_cards_that_are_no_choice_let_everything_go(meeting: Meeting, cards: Any) -> None:
    meeting.up_to_cards()
    meeting.answer(cards=cards)
    meeting.answer(choice="yes")
    assert meeting.kept == []


@pytest.mark.parametrize("choice", ["burn", None, 1, ["keep"], "KEEP", {}])
def test_a_choice_that_is_none_of_the_three_lets_go(meeting: Meeting, choice: Any) -> None:
    cards = meeting.up_to_cards()
    meeting.answer(cards={card["id"]: choice for card in cards.data["cards"]})
    meeting.answer(choice="yes")
    assert meeting.kept == []


def test_the_phrase_is_seen_when_its_step_is_answered(meeting: Meeting) -> None:
    meeting.up_to_cards()
    meeting.answer(cards={})
    meeting.answer(choice="yes")
    assert meeting.shown == 0
    meeting.answer()
    assert meeting.shown == 1


def test_a_disk_that_is_full_after_the_yes_costs_the_answers_and_not_the_phrase(meeting: Meeting) -> None:
    meeting.full = True
    meeting.up_to_cards()
    meeting.answer(cards={})
    step = meeting.answer(choice="yes")
    assert step == Step("phrase", ("No room.", *WORDS["phrase"]), {"phrase": "twelve words"})
    assert meeting.answer().kind == "end"


def test_understanding_is_an_argument() -> None:
    fact = Fact(Subject(), "likes", "rain")
    kept: list[Kept] = []
    agreement = Agreement(lambda: "twelve words", kept.append, lambda: None)
    steps = meet(lambda _: (fact,), lambda _: "You like rain", weighed, agreement, "x")
    next(steps)
    answers: list[dict[str, Any]] = [{}, {}, {}, {"text": "Rain."}, {"cards": {}}, {"choice": "yes"}]
    for answer in answers:
        steps.send(answer)
    assert kept == [Kept(WORDS["question"][-1], "Rain.", (fact,))]


DARK = "Nobody, I want to kill myself."


def test_danger_is_answered_before_the_cards_whatever_else_was_said(meeting: Meeting) -> None:
    cards = meeting.up_to_cards(human=DARK)
    assert "Samaritans, call 116 123" in cards.says[0]
    assert "Childline" not in cards.says[0]
    assert cards.says[1:] == tuple(WORDS["cards"])
    assert cards.data["cards"][-1]["source"] == DARK


def test_somebody_young_is_told_of_help_for_young_people(meeting: Meeting) -> None:
    assert "Childline, call 0800 1111" in meeting.up_to_cards(adult="no", human=DARK).says[0]


def test_danger_told_in_place_of_a_name_is_answered_too(meeting: Meeting) -> None:
    assert "Samaritans" in meeting.answer(text="I want to die").says[0]
    assert "Samaritans" in meeting.answer(text="I said I want to die").says[0]
    assert meeting.answer(choice="skip").says[0].startswith("Good to meet you")


# --- at the door ----------------------------------------------------------------------------------------------


@pytest.fixture
def unmet(tmp_path: Path, clock: Clock) -> Iterator[House]:
    """Yield a house of somebody she has not met."""
    house = app.open_house(app.Config(Home(tmp_path / "home"), Places(tmp_path / "keys"), clock))
    yield house
    house.she.memory.file.close()


ANSWERS: list[dict[str, Any]] = [
    {"text": "Ada"},
    {"text": "Theo"},
    {"choice": "yes"},
    {"text": ANNA},
    {"cards": {}},
    {"choice": "yes"},
    {},
]


def on_cards(step: dict[str, Any], wanted: dict[str, str]) -> dict[str, Any]:
    """Answer the cards: as wanted by a word of their title, and keep the rest."""
    found = {
        card["id"]: next((choice for word, choice in wanted.items() if word in card["title"]), "keep")
        for card in step["cards"]
    }
    return {"cards": found}


async def go_on(house: House, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Begin the meeting, answer its steps, and return them."""
    steps = [one(await ask(house, "meet"), "step")]
    for answer in answers:
        given = on_cards(steps[-1], answer["cards"]) if steps[-1]["kind"] == "cards" else answer
        steps.append(one(await ask(house, "meet", answer=given), "step"))
    return steps


def test_no_file_exists_before_the_yes_and_everything_is_in_it_after(unmet: House, tmp_path: Path) -> None:
    steps = asyncio.run(go_on(unmet, ANSWERS[:5]))
    assert [step["kind"] for step in steps] == ["ask", "ask", "choose", "ask", "cards", "choose"]
    assert list(tmp_path.rglob("*.db")) == []
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "keys").exists()
    phrase = one(asked(unmet, "meet", answer=ANSWERS[5]), "step")
    assert phrase["kind"] == "phrase"
    assert len(phrase["phrase"].split()) == 12
    assert unmet.met
    end = one(asked(unmet, "meet", answer={}), "step")
    assert (end["kind"], end["record"]) == ("end", "on")
    assert unmet.she.memory.names() == {"companion": "Ada", "person": "Theo"}
    assert ANNA in texts(unmet)
    assert str(tmp_path / "home") in end["says"][0]
    hello = one(asked(unmet, "hello"), "hello")
    assert (hello["met"], hello["her"], hello["person"]) == (True, "Ada", "Theo")
    agains: list[dict[str, Any]] = [{}, {"answer": {}}, {"answer": {"skip": True}}]
    for again in agains:
        assert asked(unmet, "meet", **again)[-1]["code"] == "wrong-use"


@pytest.mark.parametrize("answered", range(6))
def test_a_skip_at_any_step_keeps_nothing_and_makes_no_file(unmet: House, tmp_path: Path, answered: int) -> None:
    asyncio.run(go_on(unmet, ANSWERS[:answered]))
    step = one(asked(unmet, "meet", answer={"skip": True}), "step")
    assert (step["kind"], step["record"]) == ("end", "unmet")
    assert not (tmp_path / "home").exists()
    assert unmet.she.memory.names() == {}
    assert b"Anna" not in unmet.she.memory.file.connection.serialize("main")
    assert one(asked(unmet, "meet"), "step")["kind"] == "ask"  # she may be met later


def test_a_skip_of_the_phrase_leaves_what_was_agreed(unmet: House) -> None:
    asyncio.run(go_on(unmet, ANSWERS[:6]))
    step = one(asked(unmet, "meet", answer={"skip": True}), "step")
    assert (step["kind"], step["record"]) == ("end", "on")
    assert ANNA in texts(unmet)


@pytest.mark.parametrize("answered", [6, 7])
def test_a_phrase_that_nobody_saw_does_not_count_as_made(unmet: House, tmp_path: Path, answered: int) -> None:
    steps = asyncio.run(go_on(unmet, ANSWERS[:answered]))  # after six the page is closed
    first = next(step["phrase"] for step in steps if step["kind"] == "phrase")
    home, places = Home(tmp_path / "home"), Places(tmp_path / "keys")
    assert keys.load(home.keys).phrase_shown == (answered == 7)
    _, phrase = keeping.back_up(home, places, tmp_path / "copy", new_phrase=False)
    assert (phrase is None) == (answered == 7)
    assert keys.load(home.keys).phrase_shown
    data_key = keys.unlock(keys.load(home.keys), places)
    assert keys.open_phrase(keys.load(home.keys), phrase or first) == data_key
    _, phrase = keeping.back_up(home, places, tmp_path / "copy", new_phrase=False)
    assert phrase is None


def test_the_phrase_of_switching_the_record_on_counts_as_shown(unmet: House, tmp_path: Path) -> None:
    assert len(one(asked(unmet, "record", on=True), "record")["phrase"].split()) == 12
    assert keys.load(Home(tmp_path / "home").keys).phrase_shown


def test_a_phrase_that_has_been_replaced_is_not_the_one_that_was_seen(unmet: House, tmp_path: Path) -> None:
    asyncio.run(go_on(unmet, ANSWERS[:6]))
    home = Home(tmp_path / "home")
    wraps = keys.load(home.keys)
    first = wraps.way("phrase")
    assert first
    data_key = keys.unlock(wraps, Places(tmp_path / "keys"))
    _, other = keys.by_phrase(data_key, wraps.memory)
    keys.keep_phrase(home, wraps.memory, other, shown=False)
    keys.saw_phrase(home, first)
    assert not keys.load(home.keys).phrase_shown
    keys.saw_phrase(home, other)
    assert keys.load(home.keys).phrase_shown


def test_saying_no_at_the_door_keeps_nothing(unmet: House, tmp_path: Path) -> None:
    steps = asyncio.run(go_on(unmet, [*ANSWERS[:5], {"choice": "no"}]))
    assert (steps[-1]["kind"], steps[-1]["record"]) == ("end", "unmet")
    assert asked(unmet, "turn", text="And yet we talk.")[-1]["event"] == "done"
    assert not (tmp_path / "home").exists()


def test_asking_without_an_answer_begins_anew(unmet: House) -> None:
    asyncio.run(go_on(unmet, ANSWERS[:3]))
    assert one(asked(unmet, "meet"), "step")["says"] == WORDS["hello"]


def test_let_go_words_are_nowhere_in_the_file_and_kept_ones_are(unmet: House, tmp_path: Path) -> None:
    answers = [*ANSWERS[:4], {"cards": {"Timbuktu": "let go"}}, {"choice": "yes"}, {}]
    asyncio.run(go_on(unmet, answers))
    pages = unmet.she.memory.file.connection.serialize("main")
    assert b"Timbuktu" not in pages
    assert b"timbuktu" not in pages
    assert b"Anna" in pages
    unmet.she.memory.file.close()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or (b"Timbuktu" not in path.read_bytes() and b"Anna" not in path.read_bytes())


def test_never_mention_is_not_brought_up(unmet: House) -> None:
    cards = {"cards": {"Timbuktu": "never mention"}}  # and with it the words that say so
    asyncio.run(go_on(unmet, [*ANSWERS[:4], cards, {"choice": "yes"}, {}]))
    facts = one(asked(unmet, "facts"), "facts")["facts"]
    assert [fact["sensitivity"] for fact in facts if fact["value"] == "Timbuktu"] == ["never mention"]
    for text in ("Where does my sister live?", "What do you know about Anna?", "What do you know about me?"):
        assert "Timbuktu" not in one(asked(unmet, "turn", text=text), "said")["text"]


def test_the_phrase_opens_a_backup_without_the_key(unmet: House, tmp_path: Path, clock: Clock) -> None:
    steps = asyncio.run(go_on(unmet, ANSWERS))
    phrase = steps[-2]["phrase"]
    file = unmet.she.memory.file
    assert file.home
    assert file.wraps
    assert file.data_key
    backup.make(file.home, file.wraps, file.data_key, tmp_path / "copy")
    elsewhere = Home(tmp_path / "elsewhere")
    places = Places(tmp_path / "other keys", ask=lambda _: phrase)
    copy = backup.restore(tmp_path / "copy", elsewhere, places, replace_newer=False, stamp="now")
    assert copy.lines > 0
    assert keys.load(elsewhere.keys).memory == file.wraps.memory


def test_danger_at_the_door_is_answered_before_the_cards_and_youth_is_remembered(unmet: House) -> None:
    answers: list[dict[str, Any]] = [
        {"text": ""},
        {"text": "Theo"},
        {"choice": "no"},
        {"text": DARK},
        {"cards": {}},
        {"choice": "yes"},
        {},
    ]
    steps = asyncio.run(go_on(unmet, answers))
    assert "wanting to die" in steps[4]["says"][0]
    assert "children and young people" in steps[4]["says"][0]
    assert unmet.she.memory.young()
    concern = unmet.she.weigh("I want to die", None)
    assert concern is not None
    assert "children and young people" in concern.reply


def test_a_full_disk_at_the_yes_is_one_sentence_and_the_meeting_may_be_held_again(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").touch()
    house = app.open_house(app.Config(Home(tmp_path / "file" / "home"), Places(tmp_path / "keys"), clock))
    asyncio.run(go_on(house, ANSWERS[:5]))
    error = asked(house, "meet", answer={"choice": "yes"})[-1]
    assert (error["event"], error["code"]) == ("error", "no-room")
    assert not house.met
    assert asked(house, "turn", text="Still here.")[-1]["event"] == "done"
    assert one(asked(house, "meet"), "step")["kind"] == "ask"
    house.she.memory.file.close()
