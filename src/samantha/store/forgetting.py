"""Taking a turn out of the file with everything that hangs on it."""

import apsw

OF_TURN = "select fact.id from fact join line on line.id = fact.line where line.turn = ?"


def forget_turn(connection: apsw.Connection, turn: int) -> int:
    """Forget a turn and return how many facts went with it. Call it inside a transaction.

    What its facts had ended holds again, people known only from it go, and its number is kept, so that it is
    forgotten again where an older backup is restored.
    """
    facts = connection.execute(f"select count(*) from ({OF_TURN})", (turn,)).get
    connection.execute(
        f"update fact set valid_to = null, ended_by = null, never_true = 0 where ended_by in ({OF_TURN})", (turn,)
    )
    connection.execute("delete from turn where id = ?", (turn,))
    connection.execute("delete from person where id not in (select person from fact where person is not null)")
    connection.execute("insert or ignore into forgotten values (?)", (turn,))
    return int(facts)
