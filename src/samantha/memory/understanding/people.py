"""Whom words speak of: "I", "my sister Anna", "Anna", "she", "my mum and dad"."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from samantha.events import Subject
from samantha.language.templates import Token, tokens
from samantha.memory.understanding.naming import no_name, written_as_name
from samantha.memory.understanding.vocabulary import (
    bond_phrases,
    bonds,
    first_names,
    folded,
    phrase_at,
    words,
)

PERSON = Subject("person")
PRONOUNS = ("she", "he", "it")  # lists of facts.yaml


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who is spoken of, and where what is said of them begins."""

    subjects: tuple[Subject, ...]
    end: int  # in the text
    shared: bool = False  # "we": only what people share is the person's own
    stranger: bool = False  # a name never heard: believed only where it is said who it is
    unclear: bool = False  # "she", where it would be a guess whose name is told


class Circle:
    """Everyone who is known, found by name and by bond; whom was mentioned last goes first."""

    def __init__(self, known: Iterable[Subject]) -> None:
        self.by_name: dict[str, Subject] = {}
        self.by_bond: dict[str, set[Subject]] = {}
        for one in canonical(known):
            if one.name:
                self.by_name.setdefault(one.name.casefold(), one)
                self.by_bond.setdefault(one.bond or "", set()).add(one)


@dataclass(frozen=True, slots=True)
class Company:
    """Everyone who can be spoken of, and the words that say something of them."""

    here: Circle  # named in this line
    circle: Circle  # known from before
    mentioned: tuple[Subject, ...]  # whom "she" can mean, most lately mentioned first
    verbs: frozenset[str]  # what may follow a name

    def whom(self, subject: Subject) -> Subject:
        """Return somebody as she is known: my sister is Anna, where there is one sister."""
        if subject.name is None:
            bond = subject.bond or ""
            same = self.here.by_bond.get(bond, set()) | self.circle.by_bond.get(bond, set())
            return next(iter(same)) if len(same) == 1 else subject
        known = self.named(subject.name)
        if known is None or subject.bond not in (None, known.bond):
            return replace(known, bond=subject.bond) if known and known.bond is None else subject
        return known

    def named(self, name: str) -> Subject | None:
        """Return who is known by that name."""
        return self.here.by_name.get(name.casefold()) or self.circle.by_name.get(name.casefold())

    def has(self, subject: Subject) -> bool:
        """Return whether these words mean the person or somebody close, not the wide world."""
        close = subject.kind == "person" or subject.bond is not None
        return close or self.named(subject.name or "") is not None

    def pronoun(self, word: str) -> Subject | None:
        """Return whom "she" means: the one last mentioned whom it fits."""
        pronoun = next(pronoun for pronoun in PRONOUNS if word in words(pronoun))
        return next((one for one in self.mentioned if _fits(one, pronoun)), None)

    def nameless(self, word: str) -> bool:
        """Return whether "she" means the only one mentioned whose name was not told."""
        pronoun = next(pronoun for pronoun in PRONOUNS if word in words(pronoun))
        fitting = [one for one in self.mentioned if _fits(one, pronoun)]
        return fitting[0].name is None and len({one for one in fitting if one.name is None}) == 1


def canonical(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Return people with what they are to the person under the one word it is held by."""
    return tuple(_canonical(one) for one in subjects if one.bond or one.name)


def _canonical(one: Subject) -> Subject:
    if one.bond is None:
        return one
    bond = bonds().get(one.bond, (one.bond, ""))[0]
    return one if bond == one.bond else replace(one, bond=bond)


def bond_of(word: str) -> str | None:
    """Return the one word a bond is held by: "mother" for "mum"; None where it is no bond."""
    found = bonds().get(folded(word))
    return found[0] if found else None


def spoken_of(text: str, found: list[Token], at: int, company: Company) -> Spoken | None:
    """Read who is spoken of from a word on, also "my mum and dad" and "Tom and I"."""
    one = _me_and(found, at) or _one(text, found, at, company)
    if one is None or one.stranger:
        return one
    rest = [n for n, token in enumerate(found) if token.start >= one.end]
    if len(rest) > 1 and found[rest[0]].word in words("pairing"):
        second = _paired(text, found, rest[0] + 1, company)
        if second is not None:
            return Spoken((*one.subjects, *second.subjects), second.end)
    return one


def _me_and(found: list[Token], at: int) -> Spoken | None:
    """Read "me", as in "me and Tom"."""
    me = found[at].word in words("with self") - words("self")
    return Spoken((PERSON,), found[at].end) if me else None


def whom(text: str, company: Company) -> Subject | None:
    """Return whom a question means by these words, all of them; None for her and for nobody in particular."""
    found = tokens(text)
    if not found:
        return None
    if folded(text) in words("mine"):
        return PERSON
    if folded(text) in words("yours"):
        return None
    one = _one(text, found, 0, company, asking=True)
    whole = one is not None and one.end >= found[-1].end
    return one.subjects[0] if one and whole and one.subjects else None


def _one(text: str, found: list[Token], at: int, company: Company, asking: bool = False) -> Spoken | None:
    token = found[at]
    if token.word in words("self m") | words("self"):
        end = token.end if token.word in words("self") else token.start + 1  # "im" is "I" and "m"
        return Spoken((PERSON,), end, shared=token.word in words("shared self"))
    if token.word in words("self mine"):
        return _mine(text, found, at, company, asking)
    if any(token.word in words(pronoun) for pronoun in PRONOUNS):
        return _by_pronoun(token, company, asking)
    if token.word in words("titles"):
        return _bonded(text, found, at, company, asking)
    return _by_name(text, found, at, company, asking)


def _by_pronoun(token: Token, company: Company, asking: bool) -> Spoken | None:
    one = company.pronoun(token.word)
    end = token.start if token.word in words("owns") and not asking else token.end
    return Spoken((one,), end, unclear=not company.nameless(token.word)) if one else None


def _mine(text: str, found: list[Token], at: int, company: Company, asking: bool) -> Spoken | None:
    """Read "my sister Anna"; "my name" speaks of the person."""
    after = at + 1
    while after < len(found) and found[after].word in words("adjective"):
        after += 1
    if phrase_at(found, after, bond_phrases()):
        return _bonded(text, found, after, company, asking)
    shared = found[at].word in words("shared self")
    return None if asking else Spoken((PERSON,), found[at].start, shared=shared)


def _bonded(text: str, found: list[Token], at: int, company: Company, asking: bool) -> Spoken:
    count = phrase_at(found, at, bond_phrases())
    bond = bonds()[" ".join(token.word for token in found[at : at + count])][0]
    name, end = _name_after(text, found, at + count, company, asking)
    subject = company.whom(Subject("other", bond, name))
    return Spoken((subject,), end or found[at + count - 1].end)


def _name_after(text: str, found: list[Token], at: int, company: Company, asking: bool) -> tuple[str | None, int]:
    """Read the name after "my sister", also in lower case, where a verb follows."""
    if at >= len(found) or text[found[at - 1].end : found[at].start].strip(" ,"):
        return None, 0
    count = capitals(text, found, at)
    if count == 0 and _lower_name(found, at, company, asking):
        count = 1
    if count == 0:
        return None, 0
    return text[found[at].start : found[at + count - 1].end], found[at + count - 1].end


def capitals(text: str, found: list[Token], at: int) -> int:
    """Return how many words from here on are written as one name."""
    count = 0
    while at + count < len(found) and count < 3:
        token = found[at + count]
        close = count == 0 or not text[found[at + count - 1].end : token.start].strip(" .")
        if not close or not written_as_name(text, token) or token.word in words("self"):
            break
        if no_name(token.word) or (token.word in company_words() and token.word not in first_names()):
            break
        count += 1
    return count


def company_words() -> frozenset[str]:
    """Return words that stand where a name could, and begin something new."""
    return words("joins") | words("starters")


def _lower_name(found: list[Token], at: int, company: Company, asking: bool) -> bool:
    word = found[at].word
    if word in company.verbs or word in words("adverb") or no_name(word, strictly=True):
        return False
    last = at + 1 >= len(found)
    if last:
        return word in first_names() or company.named(word) is not None or asking
    return found[at + 1].word in company.verbs and word not in company_words() and word.isalpha()


def _by_name(text: str, found: list[Token], at: int, company: Company, asking: bool) -> Spoken | None:
    count = max(capitals(text, found, at), 1)
    name = text[found[at].start : found[at + count - 1].end]
    end = found[at + count - 1].end
    if company.named(name):
        return Spoken((company.whom(Subject("other", None, name)),), end)
    if company.named(found[at].word):
        return Spoken((company.whom(Subject("other", None, found[at].word)),), found[at].end)
    written = capitals(text, found, at) > 0
    listed = found[at].word in first_names()
    if not written and not listed:
        return None
    followed = at + count < len(found) and found[at + count].word in company.verbs
    if not followed and not asking and not _before_pair(found, at + count):
        return None
    return Spoken((Subject("other", None, name),), end, stranger=not listed)


def _before_pair(found: list[Token], at: int) -> bool:
    return at >= len(found) or found[at].word in words("pairing")


def _paired(text: str, found: list[Token], at: int, company: Company) -> Spoken | None:
    """Read the second of two: "... and I", "... and dad", "... and Tom"."""
    if found[at].word in words("with self"):
        return Spoken((PERSON,), found[at].end)
    if phrase_at(found, at, bond_phrases()):
        return _bonded(text, found, at, company, asking=False)
    one = _one(text, found, at, company)
    return one if one is not None and not one.stranger else None


def _fits(one: Subject, pronoun: str) -> bool:
    own = bonds()[one.bond][1] if one.bond in bonds() else "either"
    if own == "either" and one.name:
        own = first_names().get(folded(one.name).split(" ")[0], "either")
    if own == "it":
        return True  # a dog is "he", "she" or "it"
    return pronoun != "it" and own in (pronoun, "either")
