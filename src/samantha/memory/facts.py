"""Facts as the file keeps them: each rests on a line, and a newer one ends an older, never overwrites it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import apsw

from samantha.events import Asked, Fact, Subject
from samantha.memory import people
from samantha.memory.rows import FACT_QUERY, fact, iso
from samantha.memory.understanding import SINGLE, members


def keep(db: apsw.Connection, told: Iterable[Fact], line: int, at: datetime) -> tuple[Fact, ...]:
    """Keep the facts learnt from a line. Call it inside a transaction."""
    return tuple(_keep_one(db, entry, line, at) for entry in told)


def held(db: apsw.Connection) -> list[Fact]:
    """Return all facts that hold, oldest first."""
    return [fact(row) for row in db.execute(f"{FACT_QUERY} where fact.valid_to is null order by fact.id")]


def of_line(db: apsw.Connection, line: int) -> list[Fact]:
    """Return what was learnt from a line, also what no longer holds."""
    return [fact(row) for row in db.execute(f"{FACT_QUERY} where fact.line = ? order by fact.id", (line,))]


def of_lines_since(db: apsw.Connection, line: int) -> tuple[Fact, ...]:
    """Return what was learnt from this line and later ones, newest first."""
    return tuple(fact(row) for row in db.execute(f"{FACT_QUERY} where fact.line >= ? order by fact.id desc", (line,)))


def names(db: apsw.Connection) -> dict[str, str]:
    """Return the names of the person and the companion, where they were told."""
    query = """select subject, value from fact where relation = 'name' and subject <> 'other'
               and valid_to is null and sensitivity <> 'never mention' order by id"""
    return dict(db.execute(query))


def answer(db: apsw.Connection, asked: Asked) -> tuple[Fact, ...]:
    """Return the facts that answer a question, newest first; those that no longer hold come after."""
    where, values = ["fact.never_true = 0"], list[str | int | None]()
    if asked.want != "who":
        found = _subjects(db, asked)
        if not found:
            return ()
        where.append(f"(fact.subject, coalesce(fact.person, 0)) in ({', '.join('(?, ?)' for _ in found)})")
        values += [part for subject in found for part in subject]
    if asked.relation is not None:
        where.append("fact.relation = ?")
        values.append(asked.relation)
    if asked.value is not None:
        where.append("fact.value like ? escape '\\'")
        values.append(f"%{_literal(asked.value)}%")
    if asked.when is not None and asked.want == "value":  # "where did I live in 2024?"
        where += [
            "coalesce(fact.valid_from, fact.learnt) < ?",
            "(fact.valid_to is null or fact.valid_to > ?)",
        ]
        values += [iso(asked.when[1]), iso(asked.when[0])]
    query = f"{FACT_QUERY} where {' and '.join(where)} order by fact.valid_to is not null, fact.id desc limit 50"
    return tuple(fact(row) for row in db.execute(query, values))


def recognised(db: apsw.Connection, told: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return what was told, with the ids of what is held already."""
    return tuple(replace(entry, id=_held_as(db, entry)) for entry in told)


def _held_as(db: apsw.Connection, told: Fact) -> int | None:
    if told.valid_to is not None or told.corrects:
        return None
    if told.subject.kind != "other":
        return _holding(db, told, None)
    found = people.find(db, told.subject)
    return _holding(db, told, found[0]) if found else None


def _keep_one(db: apsw.Connection, told: Fact, line: int, at: datetime) -> Fact:
    person = people.resolve(db, told, line, at) if told.subject.kind == "other" else None
    same = _holding(db, told, person)
    if same is not None and _is_the_same_again(db, same, told):
        return fact(db.execute(f"{FACT_QUERY} where fact.id = ?", (same,)).get)  # the first telling is its source
    number = _insert(db, told, person, line, at)
    _end_older(db, told, person, number, at)
    return replace(told, id=number, line=line, learnt=at)


def _is_the_same_again(db: apsw.Connection, same: int, told: Fact) -> bool:
    """Tell whether a fact that holds was just told again, with nothing new about it, such as since when."""
    dated = db.execute("select valid_from from fact where id = ?", (same,)).get is not None
    return told.valid_to is None and not told.corrects and (dated or told.valid_from is None)


def _insert(db: apsw.Connection, told: Fact, person: int | None, line: int, at: datetime) -> int:
    query = """insert into fact (subject, person, relation, value, line, learnt,
                                 valid_from, valid_to, confidence, sensitivity)
               values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id"""
    values = (
        told.subject.kind, person, told.relation, told.value, line, iso(at),
        iso(told.valid_from), iso(told.valid_to), told.confidence, told.sensitivity,
    )  # fmt: skip
    return int(db.execute(query, values).get)


def _end_older(db: apsw.Connection, told: Fact, person: int | None, number: int, at: datetime) -> None:
    """End what the new fact supersedes; what it corrects, or says better, is set aside as never true."""
    if told.valid_from is not None and told.valid_to is not None:
        return  # a stay that began and ended says nothing of today
    which, ended = "", told.valid_from if told.valid_from and told.valid_from <= at else at
    values: list[str | int | None] = [told.subject.kind, person, told.relation, number]
    again = _holding(db, told, person, but=number)
    if told.valid_to is not None or again is not None:  # "I no longer live in Oslo", "I moved to Oslo in 2014"
        which, ended = " and value = ? collate nocase", told.valid_to or at
        values.append(told.value)
    elif told.corrects and told.relation not in SINGLE:  # only the last of several can have been meant
        which = " and id = (select max(id) from fact where subject = ? and person is ? and relation = ? and id <> ?)"
        values += values[:4]
    elif told.relation not in SINGLE:
        return
    set_aside = told.corrects or (again is not None and told.valid_to is None)
    query = f"""update fact set valid_to = ?, ended_by = ?, never_true = ?
                where subject = ? and person is ? and relation = ? and id <> ? and valid_to is null{which}"""
    db.execute(query, [iso(ended), number, int(set_aside), *values])


def _holding(db: apsw.Connection, told: Fact, person: int | None, but: int = 0) -> int | None:
    """Return the id of the same fact where it holds already, in a row other than `but`."""
    query = """select max(id) from fact where subject = ? and person is ? and relation = ?
               and value = ? collate nocase and valid_to is null and id <> ?"""
    found: int | None = db.execute(query, (told.subject.kind, person, told.relation, told.value, but)).get
    return found


def _subjects(db: apsw.Connection, asked: Asked) -> list[tuple[str, int]]:
    subject = asked.subject
    if asked.kind == "fact" and asked.topic is not None:  # "my siblings" are sisters and brothers
        several = (people.find(db, Subject("other", bond)) for bond in sorted(members(asked.topic)))
        return [("other", person) for persons in several for person in persons]
    if subject.kind != "other":
        return [(subject.kind, 0)]
    return [("other", person) for person in people.find(db, subject)]


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
