"""Who is who in passing: "I had lunch with my brother Paul"."""

from collections.abc import Iterator

from samantha.events import Subject
from samantha.language.templates import Token, tokens
from samantha.memory.understanding.naming import no_name, written_as_name
from samantha.memory.understanding.people import Company, capitals
from samantha.memory.understanding.vocabulary import bond_phrases, bonds, first_names, phrase_at, words


def named_in(text: str, company: Company) -> Iterator[Subject]:
    """Yield everyone named right after what they are to the person: "my boss Tom", "my boss, Tom, ..."."""
    found = tokens(text)
    for at, token in enumerate(found):
        if token.word in words("self mine") and _meant(found[:at]):
            one = _named(text, found, at + 1, company)
            if one is not None:
                yield one


def others_in(text: str, one: Subject) -> bool:
    """Return whether somebody else is in a text than this one, whom "she" could mean."""
    found = tokens(text)
    named = {token.word for token in tokens(one.name or "")}
    names = (token for token in found[1:] if written_as_name(text, token) and token.word not in words("self"))
    mentions = (token for token in found if token.word in words("mentions"))
    bonded = sum(phrase_at(found, at, bond_phrases()) > 0 for at in range(len(found)))
    return bonded > 1 or any(token.word not in named for token in names) or any(True for _ in mentions)


def _meant(before: list[Token]) -> bool:
    """Return whether what comes is the person's own, from the words before: not asked, imagined, reported or denied."""
    said = [token.word for token in before]
    if not said:
        return True
    if said[0] in words("inverted") or not words("unreal").isdisjoint(said) or said[-1] in words("denied"):
        return False
    reports = [at for at, word in enumerate(said) if word in words("reported")]
    return not reports or reports[0] == 0 or not words("self").isdisjoint(said[: reports[0]])


def _named(text: str, found: list[Token], at: int, company: Company) -> Subject | None:
    while at < len(found) and found[at].word in words("adjective"):
        at += 1
    count = phrase_at(found, at, bond_phrases())
    after = at + count
    if not count or after >= len(found):
        return None
    bond, pronoun = bonds()[" ".join(token.word for token in found[at:after])]
    gap = text[found[after - 1].end : found[after].start].strip()
    length = _length(text, found, after, company, lower=not gap)
    if pronoun == "they" or not length or (gap and not (gap == "," and _set_apart(text, found, after + length))):
        return None
    name = text[found[after].start : found[after + length - 1].end]
    return company.whom(Subject("other", bond, name))


def _length(text: str, found: list[Token], at: int, company: Company, lower: bool) -> int:
    """Return how many words from here on are somebody's name."""
    count = capitals(text, found, at)
    word = found[at].word
    if count and (_titled(text, found, at, company) or (word in words("yours") and at + 1 == len(found))):
        return 0  # a verb with a capital, or she herself is spoken to: "thank you my friend Samantha"
    for n, token in enumerate(found[at : at + count]):
        if not _a_name(text, token):
            return n
    return count or int(lower and word in first_names() and word not in words("also words"))


def _titled(text: str, found: list[Token], at: int, company: Company) -> bool:
    """Return whether a capital is no sign of a name: "My Sister Had A Baby"."""
    before = found[at - 1]
    headline = before.start > 0 and text[before.start].isupper()
    return found[at].word not in first_names() and (headline or found[at].word in company.verbs)


def _a_name(text: str, token: Token) -> bool:
    if token.word in first_names():
        return True
    shouted = len(token.word) > 2 and text[token.start : token.end].isupper()
    return not (
        shouted or token.word in words("lone names only") | words("towns") or no_name(token.word, strictly=True)
    )


def _set_apart(text: str, found: list[Token], after: int) -> bool:
    """Return whether a comma closes behind the name, and no list goes on: "my boss, Tom, ..."."""
    if after >= len(found):
        return text.endswith(",")
    if text[found[after - 1].end : found[after].start].strip() != ",":
        return False
    following = found[after]
    return following.word not in words("joins") and not written_as_name(text, following)
