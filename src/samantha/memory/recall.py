"""Finding lines again by their words: FTS5 with Porter stemming, stop words cut, the rarest words first."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import apsw

from samantha import language
from samantha.events import Line, Who
from samantha.memory.rows import LINE_COLUMNS, line

# A question rarely has more words that tell; each common one costs milliseconds at 100,000 lines.
MOST_WORDS = 8
# In a memory this large, a word that stands in more than this share of all lines finds nothing by itself.
COMMON_SHARE, SMALL_MEMORY = 0.02, 2_000

# How many of the words asked for a line must hold to be an answer.
LOOSE_SHARE, STRICT_SHARE = 0.51, 0.66

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def search(
    db: apsw.Connection,
    question: str,
    k: int,
    *,
    who: Who | None = None,
    when: tuple[datetime, datetime] | None = None,
    before_turn: int | None = None,
) -> list[Line]:
    """Return up to `k` lines that share words with the question, best first.

    The score is BM25 (SQLite's FTS5, k1 1.2, b 0.75) with its sign turned, so that higher is better.
    Lines that may never be mentioned are never found.
    """
    words = _telling(db, terms(question))
    if not words:
        return []
    where, values = _narrowing(who, when, before_turn)
    matching = " OR ".join(f'"{word}"' for word in words)
    query = f"""select {LINE_COLUMNS}, -line_words.rank from line_words join line on line.id = line_words.rowid
                where line_words match ? and {where} order by line_words.rank, line.id desc limit ?"""
    return [line(row, row[5]) for row in db.execute(query, (matching, *values, k))]


def told_about(
    db: apsw.Connection,
    topic: str,
    k: int,
    *,
    loose: bool,
    when: tuple[datetime, datetime] | None,
    before_turn: int | None,
) -> list[Line]:
    """Return lines of the person's that are about a topic, best first: those that hold enough of its words.

    `loose` is for a topic the person has named ("the garden"); the words of a whole question must fit better.
    """
    wanted = [_family(word) for word in terms(topic)]
    if not wanted:
        return []
    expanded = " ".join(dict.fromkeys(form for family in wanted for form in family))
    found = search(db, expanded, 8 * k, who="person", when=when, before_turn=before_turn)
    share = LOOSE_SHARE if loose else STRICT_SHARE
    covered = [(_cover(wanted, entry), entry) for entry in found]
    good = [(cover, entry) for cover, entry in covered if cover >= share]
    return [entry for _, entry in sorted(good, key=lambda pair: (-round(pair[0], 2), -pair[1].score))]


def within(
    db: apsw.Connection,
    when: tuple[datetime, datetime],
    k: int,
    *,
    who: Who | None = None,
    before_turn: int | None = None,
) -> list[Line]:
    """Return up to `k` lines said in a span of time, oldest first."""
    where, values = _narrowing(who, when, before_turn)
    query = f"select {LINE_COLUMNS} from line where {where} order by line.id limit ?"
    return [line(row) for row in db.execute(query, (*values, k))]


def terms(text: str) -> list[str]:
    """Return the words of a text that may be looked for, each once, in order."""
    words = (word.replace("’", "'") for word in WORD.findall(text.lower()))
    return list(dict.fromkeys(word for word in words if word not in _stop_words()))


def _cover(wanted: list[frozenset[str]], entry: Line) -> float:
    """Return the share of the wanted words that stand in a line, by stem."""
    there = {stem(word) for word in WORD.findall(entry.text.lower().replace("’", "'"))}
    return sum(not there.isdisjoint(stem(form) for form in family) for family in wanted) / len(wanted)


def stem(word: str) -> str:
    """Cut the commonest endings off a word: close enough to Porter's to compare two words of one line."""
    for ending in language.load("words")["endings"]:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def _family(word: str) -> frozenset[str]:
    """Return a word with its irregular forms."""
    forms = language.load("words")["irregular"]
    base = forms.get(word, word)
    return frozenset({word, base, *(form for form, of in forms.items() if of == base)})


def _telling(db: apsw.Connection, words: Sequence[str]) -> list[str]:
    """Return the rarest of the words, leaving out those that stand nearly everywhere."""
    if len(words) <= 1:
        return list(words)
    total = db.execute("select max(id) from line").get or 0
    if total < SMALL_MEMORY:
        return list(words)[:MOST_WORDS]
    counted = sorted((_count(db, word), word) for word in words[: 4 * MOST_WORDS])
    rare = [word for count, word in counted if count <= COMMON_SHARE * total]
    return (rare or [counted[0][1]])[:MOST_WORDS]


def _count(db: apsw.Connection, word: str) -> int:
    """Return in how many lines a word stands.

    The vocabulary holds stems; a word's stem is nearly always a prefix of it, so the longest entry that is
    one is taken. That is good enough to tell rare from common.
    """
    query = "select doc from line_terms where term = ?"
    for end in range(len(word), max(2, len(word) - 5), -1):
        row = db.execute(query, (word[:end],)).fetchone()
        if row:
            return int(row[0])
    return 0


def _narrowing(
    who: Who | None, when: tuple[datetime, datetime] | None, before_turn: int | None
) -> tuple[str, list[str | float]]:
    """Return the conditions on a line, and their values."""
    where, values = ["line.sensitivity <> 'never mention'"], list[str | float]()
    for condition, value in (("line.who = ?", who), ("line.turn < ?", before_turn)):
        if value is not None:
            where.append(condition)
            values.append(value)
    if when is not None:
        where.append("line.instant >= ? and line.instant < ?")
        values += [moment.timestamp() for moment in when]
    return " and ".join(where), values


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(language.load("words")["stop"].split())
