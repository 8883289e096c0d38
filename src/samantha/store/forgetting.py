"""Taking a turn out of the file with everything that hangs on it."""

import apsw

OF_TURN = "select fact.id from fact join line on line.id = fact.line where line.turn = ? order by fact.id"
# What a fact ended goes on to what ended that fact, else it holds again. It was never true only if both say so.
HAND_DOWN = """
    update fact set (valid_to, ended_by, never_true) = (
        select iif(gone.ended_by is null, null, gone.valid_to), gone.ended_by,
               iif(gone.ended_by is null, 0, fact.never_true and gone.never_true)
        from fact as gone where gone.id = fact.ended_by)
    where ended_by = ?"""


def forget_turn(connection: apsw.Connection, turn: int) -> int:
    """Forget a turn and return how many facts went with it. Call it inside a transaction.

    What its facts had ended holds again, unless those were ended in their turn; people known only from it go, and
    its mark is kept, so that it is forgotten again where an older backup is restored.
    """
    facts = connection.execute(OF_TURN, (turn,)).fetchall()
    for fact in facts:  # oldest first: one of them may have ended another
        connection.execute(HAND_DOWN, fact)
    connection.execute("insert or ignore into forgotten select mark from turn where id = ?", (turn,))
    connection.execute("delete from turn where id = ?", (turn,))
    connection.execute("delete from person where id not in (select person from fact where person is not null)")
    return len(facts)


def forget_marked(connection: apsw.Connection, mark: bytes) -> None:
    """Forget the turn of that mark, and the mark's turn in any copy to come. Call it inside a transaction."""
    turn = connection.execute("select id from turn where mark = ?", (mark,)).get
    if turn is not None:
        forget_turn(connection, int(turn))
    connection.execute("insert or ignore into forgotten values (?)", (mark,))
