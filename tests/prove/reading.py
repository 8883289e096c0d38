"""Reads a file as a whole: every row of every table, hashed, and whether SQLite finds it sound."""

import hashlib
from collections.abc import Mapping

import apsw

# The log of words is of FTS5's own making: integrity_check looks at it.
# Marks are random, so that two files in which the same was said are not the same there.
TABLES = {
    "setting": "*",
    "turn": "id, channel, state, feeling, concern, interrupted, length(mark)",
    "line": "*",
    "person": "*",
    "fact": "*",
    "forgotten": "rowid, length(mark)",
}
Contents = Mapping[tuple[str, str], str]  # (table, key) -> hash of the row


def read(db: apsw.Connection) -> Contents:
    """Return the hash of every row; raise AssertionError where the file is not sound."""
    problems = [row[0] for row in db.execute("pragma integrity_check")]
    assert problems == ["ok"], problems
    db.execute("insert into line_words (line_words, rank) values ('integrity-check', 1)")
    assert db.execute("pragma foreign_key_check").fetchall() == []
    return {
        (table, str(row[0])): hashlib.sha256(repr(row).encode()).hexdigest()
        for table, columns in TABLES.items()
        for row in db.execute(f"select {columns} from {table}")
    }


def changed(before: Contents, after: Contents) -> list[tuple[str, str]]:
    """Return the rows of before that are gone or not the same."""
    return [key for key, row in before.items() if after.get(key) != row]
