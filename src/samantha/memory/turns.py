"""The verbatim log: what was heard is durable first, what was said completes the turn."""

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import apsw

from samantha.events import Concern, Feeling, Heard, Line, Said, Sensitivity, Who
from samantha.memory.rows import LINE_COLUMNS, line

# A pause as long as this ends a conversation: she greets anew, and "she" no longer means whom it meant.
PAUSE = timedelta(minutes=45)
RECENT_LINES = 12
LONGEST_CONVERSATION = 2_000  # lines looked back through for its beginning


def keep(db: apsw.Connection, heard: Heard) -> Heard:
    """Make the person's words durable, and return them with their turn's id."""
    with db:
        turn = db.execute("insert into turn (channel, state) values (?, 'heard') returning id", (heard.channel,)).get
        _add(db, turn, "person", heard.at, heard.text)
    return replace(heard, turn=turn)


def note(db: apsw.Connection, question: str, heard: Heard, sensitivity: Sensitivity) -> None:
    """Add a turn that is already over, in which she asked and the person answered. Call it inside a transaction."""
    turn = db.execute("insert into turn (channel, state) values (?, 'complete') returning id", (heard.channel,)).get
    _add(db, turn, "companion", heard.at, question)
    _add(db, turn, "person", heard.at, heard.text, sensitivity)


def complete(db: apsw.Connection, turn: int, feeling: Feeling | None, concern: Concern | None, said: Said) -> None:
    """Add what was spoken, and close the turn. Call it inside a transaction."""
    if said.text:
        _add(db, turn, "companion", said.at, said.text)
    db.execute(
        "update turn set state = 'complete', feeling = ?, concern = ?, interrupted = ? where id = ?",
        (
            json.dumps(asdict(feeling)) if feeling else None,
            concern and concern.kind,
            int(said.interrupted),
            turn,
        ),
    )


def unfinished(db: apsw.Connection) -> list[Line]:
    """Return the person's lines whose turn was cut off before it was complete."""
    query = (
        f"select {LINE_COLUMNS} from line join turn on turn.id = line.turn where turn.state = 'heard' order by line.id"
    )
    return [line(row) for row in db.execute(query)]


def recent(db: apsw.Connection, at: datetime, before_turn: int | None) -> tuple[Line, ...]:
    """Return the last lines of the conversation that is going on at `at`, oldest first."""
    query = f"select {LINE_COLUMNS} from line where turn < ? order by id desc limit ?"
    found: list[Line] = []
    later = at
    for row in db.execute(query, (before_turn or 2**62, RECENT_LINES)):
        entry = line(row)
        if later - entry.when > PAUSE:
            break
        found.append(entry)
        later = entry.when
    return tuple(reversed(found))


def last_met(db: apsw.Connection, at: datetime, before_turn: int | None) -> datetime | None:
    """Return when anything was last said before the conversation that is going on at `at`."""
    query = "select at from line where turn < ? order by id desc limit ?"
    later = at
    for row in db.execute(query, (before_turn or 2**62, LONGEST_CONVERSATION)):
        when = datetime.fromisoformat(row[0])
        if later - when > PAUSE:
            return when
        later = when
    return None


def lines(db: apsw.Connection, before: int | None, limit: int) -> list[Line]:
    """Return `limit` lines that came before the line `before` (or the last ones), oldest first."""
    query = f"select {LINE_COLUMNS} from line where id < ? order by id desc limit ?"
    return [line(row) for row in db.execute(query, (before or 2**62, limit))][::-1]


def one_line(db: apsw.Connection, number: int, *, to_mention: bool = False) -> Line | None:
    """Return one line; `to_mention`, only where it may be mentioned."""
    which = "id = ? and sensitivity <> 'never mention'" if to_mention else "id = ?"
    row = db.execute(f"select {LINE_COLUMNS} from line where {which}", (number,)).fetchone()
    return line(row) if row else None


def person_line(db: apsw.Connection, turn: int) -> int:
    """Return the id of what the person said in a turn."""
    return int(db.execute("select id from line where turn = ? and who = 'person'", (turn,)).get)


def last(db: apsw.Connection) -> int | None:
    """Return the number of the last turn, or None."""
    number: int | None = db.execute("select max(id) from turn").get
    return number


def last_line(db: apsw.Connection) -> int:
    """Return the id of the last line."""
    return int(db.execute("select max(id) from line").get)


def _add(db: apsw.Connection, turn: int, who: Who, at: datetime, text: str, sensitivity: Sensitivity = "open") -> None:
    db.execute(
        "insert into line (turn, who, at, instant, text, sensitivity) values (?, ?, ?, ?, ?, ?)",
        (turn, who, at.isoformat(), at.timestamp(), text, sensitivity),
    )
