"""Facts in a short line, for lists and cards: "Your sister Anna lives in Oslo"."""

from datetime import datetime
from typing import Any

from samantha.events import Fact
from samantha.language import load


def wording(fact: Fact, language: str = "en") -> str:
    """Say a fact in one short neutral line that speaks to the person."""
    content = load("facts", language)
    entry = content["relations"][fact.relation]
    forms = entry["past"] if fact.valid_to else entry["wording"]
    form: str = forms[("person", "other", "companion").index(fact.subject.kind)]
    said = form.replace("{value}", fact.value).replace("{a value}", _with_article(fact.value, content))
    whom = _whom(fact, content["saying"])
    return f"{whom} {said}".strip() + _since(fact, content["saying"])


def _with_article(value: str, content: Any) -> str:
    article, before_vowel = content["articles"].split(", ")
    return f"{before_vowel if value[:1].casefold() in content['vowels'].split(', ') else article} {value}"


def _whom(fact: Fact, saying: Any) -> str:
    """Return whom a line about somebody else begins with, without repeating what the line itself says."""
    one = fact.subject
    if one.kind != "other":
        return ""
    name = one.name if fact.relation != "name" else None
    bond = saying["bond"].format(bond=one.bond) if one.bond and fact.relation != "bond" else None
    whom = " ".join(part for part in (bond, name) if part) or saying["somebody"]
    return whom[:1].upper() + whom[1:]


def _since(fact: Fact, saying: Any) -> str:
    """Return since when it holds, as exactly as it was said."""
    start = fact.valid_from
    if start is None or fact.relation == "died":
        return ""
    return str(saying["since"]).format(when=_spoken(start, fact.learnt, saying))


def _spoken(start: datetime, learnt: datetime | None, saying: Any) -> str:
    month = saying["months"].split(", ")[start.month - 1]
    if (start.month, start.day) == (1, 1):
        return str(start.year)
    said = month if start.day == 1 else f"{start.day} {month}"
    same_year = learnt is not None and learnt.year == start.year
    return said if same_year else f"{said} {start.year}"
