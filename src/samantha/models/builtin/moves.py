"""The moves of the built-in mind, in order: each answers, or passes on with None."""

from collections.abc import Callable
from datetime import timedelta

from samantha import dates, language
from samantha.events import Fact
from samantha.models.builtin import answers, sums
from samantha.models.builtin.commands import Command, recognise
from samantha.models.builtin.quoting import EDGES, fragment
from samantha.models.builtin.situation import Situation, upper_first

Move = Callable[[Situation], str | None]

LONG_ABSENCE = timedelta(hours=20)  # after this she says how long it was
LOSS = ("grief",)
# The group of replies for each label; labels not named here are answered as "other".
FEELINGS = {
    "gratitude": "gratitude", "grief": "loss", "fear": "fear", "nervousness": "fear", "anger": "anger",
    "annoyance": "anger", "tiredness": "tired",
    **dict.fromkeys(("joy", "love", "relief", "pride", "excitement", "amusement"), "pleasant"),
    **dict.fromkeys(("sadness", "loneliness", "disappointment", "guilt", "shame"), "low"),
}  # fmt: skip


def greeting(situation: Situation) -> str:
    """Greet by the hour, and say how long it was where it was long."""
    at, last = situation.heard.at, situation.recalled.last_met
    hello = situation.say(f"hello_{dates.part_of_day(at)}")
    if last is None or at - last < LONG_ABSENCE:
        return hello
    return f"{hello} {situation.say('absence', ago=dates.ago(last, at))}"


def _silence(situation: Situation) -> str | None:
    text = situation.heard.text
    if any(character.isalnum() for character in text):
        return None
    return situation.say("quiet" if not text.strip(" .…!?-\n\t") else "no_words")


def _foreign(situation: Situation) -> str | None:
    text = situation.plain
    letters = [character for character in text if character.isalpha()]
    latin = sum(character < "\u0250" for character in letters)
    if letters and latin < len(letters) / 2:
        return situation.say("only_english")
    if situation.recalled.told or situation.recalled.asked:
        return None
    words = [word.strip(EDGES) for word in text.lower().replace("’", "'").split()]
    foreign = _foreign_words()
    small = sum(word in foreign or word.split("'")[0] in foreign for word in words if len(word) < 6)
    english = any(word in _english_words() for word in words)
    return situation.say("only_english") if small and len(words) > 1 and not english else None


def _remembered(situation: Situation) -> str | None:
    return answers.answer(situation) if situation.recalled.asked else None


def _sum(situation: Situation) -> str | None:
    try:
        value = sums.solve(situation.plain)
    except sums.ImpossibleSumError as error:
        return situation.say(str(error))
    return situation.say("sum", value=value) if value is not None else None


def _command(situation: Situation) -> str | None:
    return _obey(situation, recognise(situation.heard.text) or recognise(situation.plain))


def _heavy(situation: Situation) -> str | None:
    """Feeling before facts, where it is a heavy one."""
    feeling = situation.feeling
    return _feeling(situation) if feeling and (feeling.label in LOSS or feeling.valence < -0.3) else None


def _told(situation: Situation) -> str | None:
    told = [fact for fact in situation.recalled.told if fact.relation != "bond"] or list(situation.recalled.told)
    if not told:
        return None
    fact = told[0] if any(fact.corrects for fact in told) else told[-1]
    value = (fact.subject.name or fact.value) if fact.relation == "bond" else fact.value
    return situation.say(_told_key(situation, fact), value=upper_first(value), quote=fact.value)


def _feeling(situation: Situation) -> str | None:
    feeling = situation.feeling
    if feeling is None:
        return None
    group = f"feeling_{FEELINGS.get(feeling.label, 'other')}"
    return situation.say(group, quote=max(feeling.evidence, key=len).strip(EDGES))


def _sentence_command(situation: Situation) -> str | None:
    """Answer the last sentence that is a command, where the whole was none."""
    if len(situation.sentences) < 2:
        return None
    found = [command for sentence in situation.sentences if (command := recognise(sentence))]
    return _obey(situation, found[-1]) if found else None


def _question(situation: Situation) -> str | None:
    last = situation.sentences[-1] if situation.sentences else situation.plain
    if situation.plain.count("?") > 2:
        return situation.say("rude_question")
    first = last.lower().replace("’", "'").split()[0].strip(EDGES) if last.split() else ""
    if not (last.endswith("?") or (first in language.load("words")["question"] and len(situation.sentences) == 1)):
        return None
    return answers.near(situation) or situation.say("unknown")


def _quoting(situation: Situation) -> str:
    words = fragment(situation.plain)
    if words is None or (len(words.split()) < 2 and len(words) < 4):
        return situation.say("quiet")
    asks = situation.heard.at.second % 2 == 0 if situation.heard.turn is None else situation.heard.turn % 2
    keys = ("quoting_ask", "quoting") if situation.on_record else ("quoting_ask", "quoting_off")
    return situation.say(keys[0] if asks else keys[1], quote=words)


MOVES: tuple[Move, ...] = (
    _silence,
    _foreign,
    _remembered,
    _sum,
    _command,
    _heavy,
    _told,
    _feeling,
    _sentence_command,
    _question,
    _quoting,
)


def _obey(situation: Situation, command: Command | None) -> str | None:
    if command is None:
        return None
    special = SPECIAL.get(command.name)
    if special is not None:
        return special(situation, command)
    off = f"{command.name}_off"
    return situation.say(off if not situation.on_record and situation.say.has(off) else command.name)


def _hello(situation: Situation, _: Command) -> str:
    return greeting(situation) if not situation.recalled.recent else situation.say("hello_again")


def _goodbye(situation: Situation, _: Command) -> str:
    night = dates.part_of_day(situation.heard.at) == "night"
    return situation.say("goodbye_night" if night else "goodbye")


def _weekday_of(situation: Situation, command: Command) -> str | None:
    found = dates.find(command.words, situation.heard.at)
    return situation.say("weekday_of", full=dates.full(found[0].start)) if found else None


def _year(situation: Situation, _: Command) -> str:
    return situation.say("year", year=str(situation.heard.at.year))


def _month(situation: Situation, _: Command) -> str:
    return situation.say("month", month=dates.month(situation.heard.at))


def _how_long_away(situation: Situation, _: Command) -> str:
    at, last = situation.heard.at, situation.recalled.last_met
    if last is None:
        return situation.say("never_met")
    return situation.say("last_met", ago=dates.ago(last, at), date=dates.spoken(last, at), clock=dates.clock(last))


def _remember(situation: Situation, command: Command) -> str:
    at = situation.heard.text.lower().rfind(command.words)
    words = situation.heard.text[at : at + len(command.words)] if at >= 0 else command.words
    return situation.say("remember", value=words.strip(EDGES)) if situation.on_record else situation.say("remember_off")


SPECIAL: dict[str, Callable[[Situation, Command], str | None]] = {
    "hello": _hello,
    "goodbye": _goodbye,
    "weekday_of": _weekday_of,
    "year": _year,
    "month": _month,
    "how_long_away": _how_long_away,
    "remember": _remember,
}


def _told_key(situation: Situation, fact: Fact) -> str:
    if not situation.on_record:
        return "corrected_off" if fact.corrects else "told_off"
    if fact.corrects:
        return "corrected"
    if fact.valid_to is not None:
        return "told_parted" if fact.relation == "bond" else "told_no_longer"
    if fact.id is not None:
        return "told_known"
    names = {"person": "told_name", "companion": "told_her_name", "other": "told_people"}
    key = names[fact.subject.kind] if fact.relation == "name" else f"told_{fact.relation.replace(' ', '_')}"
    return key if situation.say.has(key) else "told"


def _foreign_words() -> frozenset[str]:
    return frozenset(language.load("words")["foreign"])


def _english_words() -> frozenset[str]:
    return frozenset(language.load("words")["stop"].split()) - _foreign_words()
