"""The memory as a turn sees it: keep, recall, complete; and the record that can be switched off."""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from samantha.events import Asked, Concern, Fact, Feeling, Heard, Line, Recalled, Said, Sensitivity, Turn, WrongUse
from samantha.memory import facts, forget, people, questions, recall, turns
from samantha.memory.understanding import Context, told
from samantha.store.connection import sentences
from samantha.store.file import OpenFile

EVIDENCE = 5  # lines brought to a turn
DAY_LINES = 200  # of a span of time asked about


class Memory:
    """What she remembers of one person, in one file."""

    def __init__(self, file: OpenFile) -> None:
        self.file = file
        self._db = file.connection
        self._name = str(file.home.file) if file.home else "my memory"
        self._aside: deque[Line] = deque(maxlen=turns.RECENT_LINES)  # off the record: for this talk only
        with sentences(self._name):
            self._mend()

    # --- the turn ---------------------------------------------------------------------------------

    def keep(self, heard: Heard) -> Heard:
        """Make the person's words durable before anything else; off the record, keep them nowhere."""
        if self.off_since is not None:
            return heard
        with sentences(self._name):
            return turns.keep(self._db, heard)

    def recall(self, heard: Heard) -> Recalled:
        """Bring what this turn needs: what is asked for, what was just told, what was just said."""
        with sentences(self._name):
            aside = [line for line in self._aside if heard.at - line.when <= turns.PAUSE]
            recent = (*turns.recent(self._db, heard.at, heard.turn), *aside)
            context = self._context(heard.at, recent)
            learnt = facts.recognised(self._db, told(heard.text, context))
            question = None if learnt else questions.understand(heard.text, context)
            answers = self._answers(question)
            lines = self._evidence(heard, question, answers)
            wider = questions.widened(question, heard.text) if question and not answers else None
            if wider is not None and (said := self._evidence(heard, wider, ())):
                question, lines = wider, said  # no fact of it, but it was talked about
            return Recalled(
                lines=lines,
                near=self._near(heard, question),
                facts=answers,
                told=learnt,
                asked=question,
                recent=recent,
                names=facts.names(self._db),
                kept=heard.turn is not None and self.file.home is not None,
                last_met=turns.last_met(self._db, heard.at, heard.turn),
            )

    def complete(
        self, heard: Heard, feeling: Feeling | None, concern: Concern | None, recalled: Recalled, said: Said
    ) -> Turn:
        """Keep what was really spoken and what was learnt, all at once, and return the whole turn."""
        if heard.turn is None:
            self._set_aside(heard, said)
            return Turn(heard, feeling, concern, replace(recalled, told=()), said)
        with sentences(self._name), self._db:
            turns.complete(self._db, heard.turn, feeling, concern, said)
            learnt = facts.keep(self._db, recalled.told, turns.person_line(self._db, heard.turn), heard.at)
        return Turn(heard, feeling, concern, replace(recalled, told=learnt), said)

    # --- the record -------------------------------------------------------------------------------

    @property
    def off_since(self) -> datetime | None:
        """Since when we are off the record, or None."""
        since = self.setting("off since")
        return datetime.fromisoformat(since) if since else None

    def switch_record(self, on: bool, at: datetime) -> None:
        """Go off the record, or back on; what was said off it is dropped."""
        self._aside.clear()
        if not on and self.off_since is None:
            self.set("off since", at.isoformat())
        if on:
            self.set("off since", None)

    # --- looking and changing ---------------------------------------------------------------------

    def lines(self, before: int | None = None, limit: int = 50) -> list[Line]:
        """Return `limit` lines before the line `before`, or the last ones; oldest first."""
        with sentences(self._name):
            return turns.lines(self._db, before, limit)

    def search(self, question: str, k: int = 10) -> list[Line]:
        """Return up to `k` lines that fit the question, best first."""
        with sentences(self._name):
            return recall.search(self._db, question, k)

    def facts(self) -> list[Fact]:
        """Return all facts that hold, oldest first."""
        with sentences(self._name):
            return facts.held(self._db)

    def show(self, number: int) -> tuple[Line, list[Fact]] | None:
        """Return a line and what was learnt from it."""
        with sentences(self._name):
            found = turns.one_line(self._db, number)
            return (found, facts.of_line(self._db, number)) if found else None

    def names(self) -> dict[str, str]:
        """Return the names of the person and the companion, where they were told."""
        with sentences(self._name):
            return facts.names(self._db)

    def young(self) -> bool:
        """Tell whether the person has said that they are not over 18."""
        with sentences(self._name):
            told = facts.answer(self._db, Asked("fact", relation="over 18"))
        return bool(told) and told[0].valid_to is None and told[0].value == "no"

    def last_met(self, at: datetime) -> datetime | None:
        """Return when anything was said before the conversation that is going on, or begins, at `at`."""
        with sentences(self._name):
            return turns.last_met(self._db, at, None)

    def talking(self, at: datetime) -> bool:
        """Tell whether a conversation is going on at `at`."""
        with sentences(self._name):
            return bool(turns.recent(self._db, at, None))

    def forget_last(self, turn: int | None = None) -> forget.Forgotten:
        """Forget the last turn and everything derived from it; off the record, the last one said there.

        With a `turn`, forget just that one. Raises WrongUse where another has been kept since.
        """
        if turn is None and self.off_since is not None:
            return self._forget_aside()
        with sentences(self._name):
            if turn is not None and turn != turns.last(self._db):
                raise WrongUse("Something else was said since, so that is no longer the last; nothing was forgotten.")
            return forget.last_turn(self.file)

    def note(self, question: str, heard: Heard, learnt: Sequence[Fact], sensitivity: Sensitivity) -> None:
        """Keep an answer of the first meeting, her question before it, as a turn that is already over."""
        with sentences(self._name), self._db:
            turns.note(self._db, question, heard, sensitivity)
            facts.keep(self._db, learnt, turns.last_line(self._db), heard.at)

    def setting(self, name: str) -> Any:
        """Return a setting, or None."""
        with sentences(self._name):
            row = self._db.execute("select value from setting where name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def set(self, name: str, value: Any) -> None:
        """Change a setting; None takes it away."""
        with sentences(self._name):
            if value is None:
                self._db.execute("delete from setting where name = ?", (name,))
            else:
                self._db.execute("insert or replace into setting values (?, ?)", (name, json.dumps(value)))

    # --- within -----------------------------------------------------------------------------------

    def _mend(self) -> None:
        """Finish turns that a crash cut off after their words were durable: learn what they told."""
        for line in turns.unfinished(self._db):
            context = self._context(line.when, turns.recent(self._db, line.when, line.turn))
            with self._db:
                turns.complete(self._db, line.turn, None, None, Said("", line.when, interrupted=True))
                facts.keep(self._db, told(line.text, context), line.id, line.when)

    def _context(self, at: datetime, recent: Sequence[Line]) -> Context:
        kept = [line.id for line in recent if line.id]
        learnt = facts.of_lines_since(self._db, kept[0]) if kept else ()
        return Context(at=at, facts=learnt, people=people.known(self._db))

    def _near(self, heard: Heard, question: Asked | None) -> tuple[Line, ...]:
        """Return what may well answer a question that none of the rules knows: "who fixed the gate?"."""
        if question is not None or not questions.may_be_answered(heard.text):
            return ()
        return self._evidence(heard, Asked("past", topic=heard.text), ())

    def _answers(self, question: Asked | None) -> tuple[Fact, ...]:
        if question is None or question.kind == "past":
            return ()
        other = questions.instead(question)
        return facts.answer(self._db, question) or (facts.answer(self._db, other) if other else ())

    def _evidence(self, heard: Heard, question: Asked | None, answers: Sequence[Fact]) -> tuple[Line, ...]:
        """Return the lines an answer rests on; without a question, those that share words with what was heard."""
        if question is None:
            return tuple(recall.search(self._db, heard.text, EVIDENCE, before_turn=heard.turn))
        if question.kind != "past":
            numbers = dict.fromkeys(fact.line for fact in answers if fact.line and fact.sensitivity != "never mention")
            return tuple(line for number in numbers if (line := turns.one_line(self._db, number, to_mention=True)))
        if question.topic:
            loose = questions.names_topic(question, heard.text)
            found = recall.told_about(
                self._db,
                question.topic,
                4 * EVIDENCE,
                loose=loose,
                when=question.when,
                before_turn=heard.turn,
            )
        elif question.when:
            return tuple(recall.within(self._db, question.when, DAY_LINES, who="person", before_turn=heard.turn))
        else:
            found = []
        return tuple([line for line in found if not questions.is_question(line.text)][:EVIDENCE])

    def _forget_aside(self) -> forget.Forgotten:
        """Drop the last pair that was said off the record; what is kept stays."""
        there = bool(self._aside)
        while self._aside and self._aside.pop().who != "person":
            pass
        return forget.Forgotten(int(there), 0)

    def _set_aside(self, heard: Heard, said: Said) -> None:
        self._aside.append(Line(0, heard.at, "person", heard.text, turn=0))
        if said.text:
            self._aside.append(Line(0, said.at, "companion", said.text, turn=0))
