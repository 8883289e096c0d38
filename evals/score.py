"""Score her on the unseen cases: `.venv/bin/python -m evals.score` prints the share that is right, file by file.

The cases were written before the code by somebody who had not seen it. With `--wrong FILE` the wrong ones are listed.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from tests.scripted import EVALS, run

from samantha import dates
from samantha.affect.text import read
from samantha.care.danger import weigh
from samantha.events import Fact

UTC = ZoneInfo("UTC")
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = {word: str(n) for n, word in enumerate(WORDS)}
UNKNOWN = [
    "told me",
    "haven't told",
    "have not told",
    "never told",
    "not that you told",
    "haven't said",
    "not said",
    "don't know",
]
Wrong = Iterator[tuple[str, str]]  # the kind of case, and what went wrong; an empty text where nothing did


def told(cases: Any) -> Wrong:
    for case in cases["told"]:
        yield "told", _converse(case, {"facts": case["facts"]})
    for case in cases.get("not_told", []):
        yield "nothing told", _converse(case, {"no_facts": [{}]})
    for case in cases["corrections"]:
        expect = {"facts": case.get("facts", []), "no_facts": case.get("no_facts", [])}
        yield "corrected", _converse({"say": case["say"], "before": case["before"]}, expect)


def asked(cases: Any) -> Wrong:
    for case in cases:
        expect: dict[str, Any] = {key: case[key] for key in ("contains", "quotes") if key in case}
        if case.get("unknown"):
            expect = {"any": UNKNOWN}
        yield "unknown" if case.get("unknown") else "known", _converse(case, expect)


def talk(cases: Any) -> Wrong:
    for case in cases:
        yield "talk", _converse(case, {key: case[key] for key in ("contains", "any", "lacks") if key in case})


def dated(cases: Any) -> Wrong:
    for case in cases:
        found = dates.find(case["text"], _moment(case["now"]))
        if case["start"] is None:
            yield "no date", f"{case['text']!r}: {found}" if found else ""
            continue
        want = (_moment(case["start"]), _moment(case["end"]))
        got = (found[0].start, found[0].end) if found else None
        kind = "dates, silently wrong" if got else "dates, not found"
        yield "dates", "" if got == want else f"{kind}: {case['text']!r} {got}"


def feeling(cases: Any) -> Wrong:
    for case in cases:
        found = read(case["say"])
        label = found.label if found else None
        allowed = case["label"] if isinstance(case["label"], list) else [case["label"]]
        kind = "feeling, plain" if None not in allowed else "no feeling"
        yield kind, "" if label in allowed else f"{case['say']!r}: {label}, not {allowed}"


def danger(cases: Any) -> Wrong:
    for case in cases:
        found = weigh(case["say"], read(case["say"])) is not None
        kind = "danger noticed" if case["concern"] else "no false alarm"
        yield kind, "" if found == case["concern"] else repr(case["say"])


SETS: dict[str, Callable[[Any], Wrong]] = {
    "told": told,
    "asked": asked,
    "dates": dated,
    "feeling": feeling,
    "danger": danger,
    "talk": talk,
}


def main() -> None:
    """Print how many of each kind are right."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--wrong", type=Path, help="where to list the wrong ones")
    listed: list[str] = []
    chosen = arguments.parse_args()
    for name, score in SETS.items():
        cases = yaml.safe_load((EVALS / "unseen" / f"{name}.yaml").read_text("utf-8"))
        counts: dict[str, list[int]] = {}
        for kind, wrong in score(cases):
            right, all_ = counts.setdefault(kind, [0, 0])
            counts[kind] = [right + (not wrong), all_ + 1]
            listed += [f"{name}/{kind}: {wrong}"] if wrong else []
        for kind, (right, all_) in counts.items():
            sys.stdout.write(f"{name:<8} {kind:<16} {right:>4} of {all_:>4}  {right / all_:6.1%}\n")
    if chosen.wrong:
        chosen.wrong.write_text("\n".join(listed), "utf-8")


def _converse(case: dict[str, Any], expect: dict[str, Any]) -> str:
    """Run one case as a conversation, and return what went wrong."""
    at = _moment(case.get("at", "2026-03-04T19:00"))
    given = [{"at": f"{_moment(g['at']):%Y-%m-%d %H:%M}", "say": g["say"]} for g in case.get("given", [])]
    if "before" in case:
        given.append({"at": f"{at - timedelta(minutes=1):%Y-%m-%d %H:%M}", "say": case["before"]})
    expect = {"max_words": 60, **expect}
    expect |= {key: [_fact(fact) for fact in expect[key]] for key in ("facts", "no_facts") if key in expect}
    conversation = {
        "at": f"{at:%Y-%m-%d %H:%M}",
        "given": given,
        "talk": [{"say": case["say"], "after": "1 s", "expect": expect}],
    }
    with tempfile.TemporaryDirectory() as folder:
        wrong = run(conversation, Path(folder), fits=_fits)
    # Whether danger shows is scored by itself.
    return "; ".join(one for one in wrong if "concern is" not in one)


def _fact(fact: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fact.items() if key != "since"}


def _fits(wanted: dict[str, Any], fact: Fact) -> bool:
    """Compare without regard to case, articles and number words, as the cases ask."""
    who = {"person": "me", "companion": "you"}.get(fact.subject.kind)
    names = {_folded(str(name)) for name in (who, fact.subject.name, fact.subject.bond) if name}
    return (
        ("who" not in wanted or _folded(str(wanted["who"])) in names)
        and wanted.get("relation", fact.relation) == fact.relation
        and ("value" not in wanted or _folded(str(wanted["value"])) in _folded(fact.value))
    )


def _folded(text: str) -> str:
    words = re.findall(r"[\w'-]+", text.lower().replace("’", "'"))
    return " ".join(NUMBERS.get(word, word) for word in words if word not in ("a", "an", "the"))


def _moment(value: Any) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    parsed = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return parsed.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
