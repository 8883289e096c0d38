"""The people around the person: one record each, found by name or by what they are to the person."""

from dataclasses import replace
from datetime import datetime

import apsw

from samantha.events import Fact, Subject


def find(db: apsw.Connection, subject: Subject) -> list[int]:
    """Return the records that fit: by name, former spellings too, and by bond; newest first."""
    by_name = _with(db, "name", subject.name) if subject.name else None
    by_bond = _with(db, "bond", subject.bond) if subject.bond else None
    if by_name is None:
        return by_bond or []
    if by_bond is None:
        return by_name
    both = [person for person in by_name if person in by_bond]
    return both or [person for person in by_name if not _has(db, person, "bond")]


def resolve(db: apsw.Connection, told: Fact, line: int, at: datetime) -> int:
    """Return the one record of whom a fact is about, made where they are new. Call it inside a transaction."""
    subject = told.subject
    found = find(db, subject)
    if not found and subject.bond and subject.name:
        # "my sister" became "my sister Anna"
        found = [person for person in _with(db, "bond", subject.bond) if not _has(db, person, "name")]
    person = found[0] if found else int(db.execute("insert into person default values returning id").get)
    for relation, value in (("name", subject.name), ("bond", subject.bond)):
        if value and not _has(db, person, relation):
            _tell(db, person, replace(told, relation=relation, value=value), line, at)
    return person


def known(db: apsw.Connection, limit: int = 500) -> tuple[Subject, ...]:
    """Return everyone she has been told of, the newest first."""
    query = """
        select (select value from fact as b where b.person = person.id and b.relation = 'bond' and b.valid_to is null
                order by b.id desc limit 1),
               (select value from fact as n where n.person = person.id and n.relation = 'name' and n.valid_to is null
                order by n.id desc limit 1)
        from person order by person.id desc limit ?"""
    return tuple(Subject("other", bond, name) for bond, name in db.execute(query, (limit,)))


def _with(db: apsw.Connection, relation: str, value: str | None) -> list[int]:
    query = """select distinct person from fact where relation = ? and value = ? collate nocase and subject = 'other'
               and (valid_to is null or relation = 'name') order by person desc"""
    return [row[0] for row in db.execute(query, (relation, value))]


def _has(db: apsw.Connection, person: int, relation: str) -> bool:
    query = "select 1 from fact where person = ? and relation = ? and valid_to is null"
    return db.execute(query, (person, relation)).fetchone() is not None


def _tell(db: apsw.Connection, person: int, told: Fact, line: int, at: datetime) -> None:
    """Keep a name or bond that was told in passing, as guarded as what it came with."""
    query = """insert into fact (subject, person, relation, value, line, learnt, sensitivity)
               values ('other', ?, ?, ?, ?, ?, ?)"""
    db.execute(query, (person, told.relation, told.value, line, at.isoformat(), told.sensitivity))
