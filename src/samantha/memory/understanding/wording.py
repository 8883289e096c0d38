"""Facts in a short line, for lists and cards: "Your sister Anna lives in Oslo"."""

from datetime import datetime, timedelta
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
    joint = "" if said.startswith(("'", "’")) else " "  # "my brother's dead"
    return f"{whom}{joint}{said}".strip() + _since(fact, content["saying"])


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
    """Return since when it holds, or when it held, as exactly as it was said."""
    start, end = fact.valid_from, fact.valid_to
    if fact.relation == "died" or (start is None and not _long_over(fact)):
        return ""
    since = _spoken(start, fact.learnt, saying) if start else ""
    if end is None:
        return str(saying["since"]).format(when=since)
    until = _spoken(end, fact.learnt, saying)
    if since == until:
        return str(saying["then"]).format(when=since)
    return str(saying["from"] if since else saying["until"]).format(when=since, until=until)


def _long_over(fact: Fact) -> bool:
    """Return whether it was over before it was told, so that a date was said."""
    end, learnt = fact.valid_to, fact.learnt
    return end is not None and learnt is not None and end.date() < learnt.date()


def _spoken(start: datetime, learnt: datetime | None, saying: Any) -> str:
    month = saying["months"].split(", ")[start.month - 1]
    next_day = start + timedelta(days=1)
    if (start.month, start.day) == (1, 1) or (next_day.month, next_day.day) == (1, 1):
        return str(start.year)
    said = month if 1 in (start.day, next_day.day) else f"{start.day} {month}"
    same_year = learnt is not None and learnt.year == start.year
    return said if same_year else f"{said} {start.year}"
