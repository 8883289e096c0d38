"""Forgetting for good: the lines, what was derived from them, and the traces in the file."""

from dataclasses import dataclass

import apsw

from samantha.store.forgetting import forget_turn


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much went."""

    turns: int
    facts: int


def last_turn(db: apsw.Connection) -> Forgotten:
    """Forget the last turn with all that was derived from it."""
    last = db.execute("select max(id) from turn").get
    return turn(db, last) if last else Forgotten(0, 0)


def turn(db: apsw.Connection, number: int) -> Forgotten:
    """Forget a turn: its lines, its facts, people known only from it; what its facts had ended holds again."""
    with db:
        facts = forget_turn(db, number)
    # What was deleted is overwritten in the file (secure_delete), but the log still has the old pages.
    db.execute("pragma wal_checkpoint(truncate)").fetchall()
    return Forgotten(1, facts)
