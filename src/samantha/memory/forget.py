"""Forgetting for good: the lines, what was derived from them, and the traces in the file."""

from dataclasses import dataclass

import apsw


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
    of_turn = "select fact.id from fact join line on line.id = fact.line where line.turn = ?"
    with db:
        facts = db.execute(f"select count(*) from ({of_turn})", (number,)).get
        db.execute(
            f"update fact set valid_to = null, ended_by = null, never_true = 0 where ended_by in ({of_turn})",
            (number,),
        )
        db.execute("delete from turn where id = ?", (number,))
        db.execute("delete from person where id not in (select person from fact where person is not null)")
        db.execute("insert or ignore into forgotten values (?)", (number,))
    # What was deleted is overwritten in the file (secure_delete), but the log still has the old pages.
    db.execute("pragma wal_checkpoint(truncate)").fetchall()
    return Forgotten(1, facts)
