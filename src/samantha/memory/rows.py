"""Rows of the file as values, and back."""

from datetime import datetime
from typing import Any

from samantha.events import Fact, Line, Subject

LINE_COLUMNS = "line.id, line.at, line.who, line.text, line.turn"

# The names and bonds of the people come with their facts: the newest that holds.
FACT_QUERY = """
    select fact.id, fact.subject, fact.person, fact.relation, fact.value, fact.line, fact.learnt,
           fact.valid_from, fact.valid_to, fact.confidence, fact.sensitivity,
           (select value from fact as n where n.person = fact.person and n.relation = 'name' and n.valid_to is null
            order by n.id desc limit 1),
           (select value from fact as b where b.person = fact.person and b.relation = 'bond' and b.valid_to is null
            order by b.id desc limit 1)
    from fact
"""


def line(row: tuple[Any, ...], score: float = 0.0) -> Line:
    """Return the line of a row of LINE_COLUMNS."""
    return Line(row[0], datetime.fromisoformat(row[1]), row[2], row[3], row[4], score)


def fact(row: tuple[Any, ...]) -> Fact:
    """Return the fact of a row of FACT_QUERY."""
    subject = Subject(row[1], bond=row[12], name=row[11]) if row[2] else Subject(row[1])
    return Fact(
        subject,
        relation=row[3],
        value=row[4],
        id=row[0],
        line=row[5],
        learnt=datetime.fromisoformat(row[6]),
        valid_from=_moment(row[7]),
        valid_to=_moment(row[8]),
        confidence=row[9],
        sensitivity=row[10],
    )


def iso(moment: datetime | None) -> str | None:
    """Return a moment as the file keeps it."""
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
