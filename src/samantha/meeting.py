"""The first meeting: a dialogue of a few steps, as a generator without I/O, driven from outside.

Until its last step says yes, nothing of it is anywhere but in RAM.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from samantha import language, wire
from samantha.events import Concern, Fact, SamanthaError, Sensitivity, Subject

Kind = Literal["ask", "choose", "cards", "phrase", "end"]
Choice = Literal["keep", "never mention", "let go"]
Answer = Mapping[str, Any]
SENSITIVITY: Mapping[Choice, Sensitivity] = {"keep": "open", "never mention": "never mention"}
MOST_NAME_WORDS = 5  # more is something else she was told
LONGEST_NAME = 60  # characters; longer is a slip of the paste
LONGEST_ANSWER = 10_000  # characters; it has to fit on a card


@dataclass(frozen=True, slots=True)
class Step:
    """What she says, and what she asks for (docs/protocol.md)."""

    kind: Kind
    says: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer that the person agreed to have kept, and what it tells."""

    question: str  # what she had asked
    words: str  # the answer, as given
    facts: tuple[Fact, ...]
    sensitivity: Sensitivity = "open"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the person's yes causes; each is called then, and never otherwise."""

    agree: Callable[[], str]  # makes the memory, once, and returns the recovery phrase
    keep: Callable[[Kept], None]  # keeps one answer in it
    shown: Callable[[], None]  # takes down that the phrase was seen: its step was answered


Understand = Callable[[str], tuple[Fact, ...]]
Wording = Callable[[Fact], str]
Weigh = Callable[[str, bool], Concern | None]  # words, and whether the person has said that they are not over 18
Steps = Generator[Step, Answer, None]


def meet(understand: Understand, wording: Wording, weigh: Weigh, agreement: Agreement, where: str) -> Steps:
    """Yield the steps of the first meeting; each takes the answer to the last. `where` says where it all lies.

    Where an answer tells of danger, the fixed words to it come before all else of the next step.
    """
    words = language.load("meeting")
    companion = yield Step("ask", tuple(words["hello"]), {"label": words["her name"]})
    told = _named("companion", companion)
    says = (*_care(companion, weigh), *_lines(words["your name"], told))
    person = yield Step("ask", says, {"label": words["your name label"]})
    told += _named("person", person)
    adult = yield Step("choose", (*_care(person, weigh), *words["adult"]), {"choices": words["adult choices"]})
    told += _adult(adult)
    human = yield Step("ask", _lines(words["question"], told), {"label": words["question label"]})
    said = _text(human).strip()
    cards = _cards(told, said, understand, wording, words)
    says = (*_care(human, weigh, young=adult.get("choice") == "no"), *words["cards" if cards else "no cards"])
    chosen = yield Step("cards", says, {"cards": [card.plain() for card in cards]})
    yes = yield Step("choose", tuple(words["remember"]), {"choices": words["remember choices"]})
    if yes.get("choice") != "yes":
        yield Step("end", tuple(words["not remembered"]), {"record": "unmet"})
        return
    phrase = agreement.agree()
    trouble = _keep(agreement, _kept(cards, chosen.get("cards"), said, words))
    yield Step("phrase", (*trouble, *words["phrase"]), {"phrase": phrase})
    agreement.shown()
    yield Step("end", tuple(line.format(where=where) for line in words["end"]), {"record": "on"})


def _keep(agreement: Agreement, answers: list[Kept]) -> tuple[str, ...]:
    """Keep the answers; return what is to be said where the disk refuses, for the phrase must be shown even so."""
    try:
        for kept in answers:
            agreement.keep(kept)
    except SamanthaError as error:
        return (error.sentence,)
    return ()


@dataclass(frozen=True, slots=True)
class Card:
    """One thing she would keep: a fact, or the words of the answer themselves."""

    id: str
    title: str
    source: str
    fact: Fact | None

    def plain(self) -> dict[str, str]:
        """Return the card for a screen."""
        return {"id": self.id, "title": self.title, "source": self.source}


def _text(answer: Answer) -> str:
    text = answer.get("text")
    return wire.clean(text[:LONGEST_ANSWER]) if isinstance(text, str) else ""


def _care(answer: Answer, weigh: Weigh, *, young: bool = False) -> tuple[str, ...]:
    """Return the fixed words to an answer that tells of danger."""
    concern = weigh(_text(answer), young)
    return (concern.reply,) if concern else ()


def _named(kind: Literal["person", "companion"], answer: Answer) -> list[Fact]:
    name = " ".join(_text(answer).split()).strip(" .,!\"'")[:LONGEST_NAME].strip()
    a_name = name and not name.endswith("?") and len(name.split()) <= MOST_NAME_WORDS
    return [Fact(Subject(kind), "name", name)] if a_name else []


def _adult(answer: Answer) -> list[Fact]:
    choice = answer.get("choice")
    return [Fact(Subject(), "over 18", str(choice))] if choice in ("yes", "no") else []


def _lines(lines: list[str], told: list[Fact]) -> tuple[str, ...]:
    """Fill in the names that are known by now."""
    names = {fact.subject.kind: fact.value for fact in told if fact.relation == "name"}
    slots = {
        "her": names.get("companion", "Samantha"),
        "hello": f", {names['person']}" if "person" in names else "",
    }
    return tuple(line.format(**slots) for line in lines)


def _cards(told: list[Fact], said: str, understand: Understand, wording: Wording, words: Any) -> list[Card]:
    facts = [(fact, words["asked"]) for fact in told]
    facts += [(fact, said) for fact in understand(said)] if said else []
    cards = [Card(f"fact-{n}", wording(fact), source, fact) for n, (fact, source) in enumerate(facts)]
    return [*cards, Card("words", words["your words"], said, None)] if said else cards


def _kept(cards: list[Card], chosen: Any, said: str, words: Any) -> list[Kept]:
    """Return what may be kept, answer by answer.

    Words that hold something let go are let go with it; words that hold something unmentionable are so too.
    """
    choices = {card.id: _choice(chosen, card.id) for card in cards}
    kept = [
        (card, replace(card.fact, sensitivity=SENSITIVITY[choices[card.id]]))
        for card in cards
        if card.fact and choices[card.id] != "let go"
    ]
    questions = {"name": words["your name"][-1], "over 18": words["adult"][0]}
    asked = [
        Kept(questions[fact.relation], fact.value, (fact,)) for card, fact in kept if card.source == words["asked"]
    ]
    told = tuple(fact for card, fact in kept if card.source == said)
    human = words["question"][-1]
    of_words = [choices[card.id] for card in cards if card.source == said]
    if said and "let go" not in of_words:
        whole: Choice = "never mention" if "never mention" in of_words else "keep"
        return [*asked, Kept(human, said, told, SENSITIVITY[whole])]
    return [*asked, *(Kept(human, fact.value, (fact,)) for fact in told)]


def _choice(chosen: Any, card: str) -> Choice:
    """Return the choice for a card; whatever is not one of the three lets go."""
    given = chosen.get(card, "keep") if isinstance(chosen, Mapping) else "let go"
    return next((choice for choice in SENSITIVITY if choice == given), "let go")
