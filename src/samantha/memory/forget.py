"""Forgetting for good: the lines, what was derived from them, and the traces in the file."""

from dataclasses import dataclass
from datetime import datetime

from samantha.store import elsewhere
from samantha.store.file import OpenFile
from samantha.store.forgetting import forget_turn


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much went, and which backups made before still hold it."""

    turns: int
    facts: int
    backups: tuple[str, ...] = ()


def last_turn(file: OpenFile) -> Forgotten:
    """Forget the last turn with all that was derived from it."""
    last = file.connection.execute("select max(id) from turn").get
    return turn(file, last) if last else Forgotten(0, 0)


def turn(file: OpenFile, number: int) -> Forgotten:
    """Forget a turn: its lines, its facts, people known only from it; what its facts had ended holds again."""
    db, backups = file.connection, _backups(file, number)
    with db:
        facts = forget_turn(db, number)
    # What was deleted is overwritten in the file (secure_delete), but the log still has the old pages.
    db.execute("pragma wal_checkpoint(truncate)").fetchall()
    return Forgotten(1, facts, backups)


def _backups(file: OpenFile, turn: int) -> tuple[str, ...]:
    if file.home is None or file.wraps is None or file.data_key is None:
        return ()  # in RAM
    query = """select mark, line.at from turn join line on line.turn = turn.id
               where turn.id = ? order by line.id limit 1"""
    row = file.connection.execute(query, (turn,)).fetchone()
    if row is None:
        return ()
    mark, at = row
    return elsewhere.holding(file.home, file.wraps.memory, file.data_key, mark, datetime.fromisoformat(at))
