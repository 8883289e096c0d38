"""Kills somebody who talks to her, again and again on one file, and looks at what the file holds after each time."""

import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw

from samantha.memory.memory import Memory
from samantha.store import file
from samantha.store.home import Home
from samantha.store.key import Places
from tests.prove.reading import Contents, changed, read
from tests.prove.talker import digest

START_UP = 0.4  # seconds: about what it takes until the first words are heard
MOST_LINES = 12  # acknowledged before the kill
A_TURN = 0.02  # seconds: longer than a turn takes


@dataclass
class Figures:
    """What was seen."""

    kills: int = 0
    before_a_word: int = 0  # kills before anything was acknowledged
    acknowledged: int = 0  # words
    completed: int = 0  # turns acknowledged as whole
    cut: int = 0  # turns found heard, and not complete
    beyond: int = 0  # words kept, though the kill came before they could be acknowledged
    rows: int = 0  # rows compared with what they had been before
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.before_a_word} of them before a word was heard; {self.acknowledged} words "
            f"acknowledged and {self.completed} turns completed before a kill, {self.beyond} words kept beyond; "
            f"{self.cut} turns cut off and finished on reopening; {self.rows} earlier rows compared; "
            f"{len(self.wrong)} things wrong"
        )


def prove(folder: Path, kills: int, seed: int) -> Figures:
    """Kill so many times, and return what was seen."""
    dice, figures, before = random.Random(seed), Figures(), dict[tuple[str, str], str]()
    home, places = Home(folder / "home"), Places(folder / "keys")
    file.create(home, places).close()
    for number in range(kills):
        acknowledged = _talk_until_killed(folder, dice, seed * 1000 + number)
        figures.kills += 1
        figures.before_a_word += not acknowledged
        found, mended = _reopened(home, places, acknowledged, figures)
        for what, rows in (("by the kill", found), ("by reopening", mended)):
            figures.wrong += [f"kill {number}: {key} changed {what}" for key in changed(before, rows)]
        figures.rows += len(before)
        before = dict(mended)
    return figures


def _talk_until_killed(folder: Path, dice: random.Random, seed: int) -> list[dict[str, Any]]:
    """Let somebody talk, kill them at a random moment, and return what was acknowledged by then."""
    command = [sys.executable, "-m", "tests.prove.talker", f"{folder}/home", f"{folder}/keys", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment(folder)) as talker:
        assert talker.stdout
        lines = dice.randrange(MOST_LINES)
        heard = [talker.stdout.readline() for _ in range(lines)]
        with contextlib.suppress(subprocess.TimeoutExpired):
            talker.wait(dice.random() * (A_TURN if lines else START_UP))
        assert talker.poll() is None, "it ended by itself"
        talker.kill()
        heard += talker.stdout.readlines()
    return [json.loads(line) for line in heard if line.endswith(b"\n")]  # the last may be cut, and says nothing then


def _environment(folder: Path) -> dict[str, str]:
    own = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "SAMANTHA_HOME")}
    return os.environ | own


def _reopened(
    home: Home, places: Places, acknowledged: list[dict[str, Any]], figures: Figures
) -> tuple[Contents, Contents]:
    """Look at the file as it was left and as it is after reopening; note what is wrong; return both."""
    opened = file.open_existing(home, places, now=datetime.now(UTC))
    try:
        db = opened.connection
        found = read(db)
        figures.wrong += _lost(db, acknowledged)
        figures.wrong += _half(db)
        figures.cut += db.execute("select count(*) from turn where state = 'heard'").get
        _count(db, acknowledged, figures)
        Memory(opened)
        figures.wrong += [
            f"turn {row[0]} is not finished" for row in db.execute("select id from turn where state = 'heard'")
        ]
        return found, read(db)
    finally:
        opened.close()


def _count(db: apsw.Connection, acknowledged: list[dict[str, Any]], figures: Figures) -> None:
    heard = [entry["heard"] for entry in acknowledged if "heard" in entry]
    figures.acknowledged += len(heard)
    figures.completed += len(acknowledged) - len(heard)
    if heard:
        figures.beyond += db.execute("select count(*) from turn where id > ?", (max(heard),)).get


def _lost(db: apsw.Connection, acknowledged: list[dict[str, Any]]) -> Iterator[str]:
    """Yield every acknowledged word or turn that is not there as it was acknowledged."""
    for entry in acknowledged:
        turn = entry.get("heard") or entry["complete"]
        said = {who: digest(text) for who, text in db.execute("select who, text from line where turn = ?", (turn,))}
        if "heard" in entry:
            if said.get("person") != entry["words"]:
                yield f"turn {turn}: acknowledged words are not there"
            continue
        if said.get("companion") != entry["reply"]:
            yield f"turn {turn}: an acknowledged reply is not there"
        if db.execute("select state from turn where id = ?", (turn,)).get != "complete":
            yield f"turn {turn}: an acknowledged turn is not complete"
        for fact in entry["facts"]:
            if not db.execute("select 1 from fact where id = ?", (fact,)).get:
                yield f"turn {turn}: the acknowledged fact {fact} is not there"


def _half(db: apsw.Connection) -> Iterator[str]:
    """Yield every turn that is neither heard alone nor complete with everything."""
    turns: list[Any] = db.execute("select id, state, interrupted from turn").fetchall()
    for turn, state, interrupted in turns:
        who = [row[0] for row in db.execute("select who from line where turn = ? order by id", (turn,))]
        if state == "heard" and (who != ["person"] or _facts(db, turn)):
            yield f"turn {turn} is half done: {who}, {_facts(db, turn)} facts"
        if state == "complete" and who != (["person"] if interrupted else ["person", "companion"]):
            yield f"turn {turn} is called complete: {who}"


def _facts(db: apsw.Connection, turn: int) -> int:
    query = "select count(*) from fact join line on line.id = fact.line where line.turn = ?"
    return int(db.execute(query, (turn,)).get)
