"""Bringing her back: by key, passphrase or phrase; never over newer words unsaid; what was forgotten stays so."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from samantha.events import Damaged, Locked, NewerFile, WrongUse
from samantha.memory import forget
from samantha.memory.memory import Memory
from samantha.store import backup, file, key
from samantha.store.connection import connect
from samantha.store.home import Home
from samantha.store.key import Places
from tests.store.conftest import START, TOLD, FakeKeyring, remember, reopen, texts, unmeasured
from tests.store.test_backup import make, repacked

STAMP = "20260305-120000"
LATER = START + timedelta(days=1)


@pytest.fixture
def copy(known: Home, places: Places, tmp_path: Path) -> Path:
    """A backup of the known home, on another disk."""
    (tmp_path / "stick").mkdir()
    make(known, places, tmp_path / "stick" / "copy.samantha")
    return tmp_path / "stick" / "copy.samantha"


def restore(copy: Path, home: Home, places: Places, *, yes: bool = False) -> backup.Copy:
    """Restore a backup."""
    return backup.restore(copy, home, places, replace_newer=yes, stamp=STAMP)


def say(home: Home, places: Places, *told: str) -> None:
    """Say more, a day later."""
    opened = reopen(home, places)
    remember(Memory(opened), *told, at=LATER)
    opened.close()


def forget_last(home: Home, places: Places) -> None:
    """Forget the last turn."""
    opened = reopen(home, places)
    Memory(opened).forget_last()
    opened.close()


def answering(places: Places, text: str) -> Places:
    """Return the same places with somebody who types this."""
    return replace(places, ask=lambda prompt: text)


def asides(home: Home) -> list[Path]:
    """Return what was put aside."""
    return sorted(home.backups.glob("before-restore-*"))


def with_phrase(home: Home, places: Places) -> str:
    """Make a recovery phrase for a home."""
    wraps = key.load(home.keys)
    phrase, way = key.by_phrase(key.unlock(wraps, places), wraps.memory)
    wraps.with_way(way).save(home.keys)
    return phrase


def test_with_the_key_after_the_home_is_gone(known: Home, places: Places, copy: Path) -> None:
    shutil.rmtree(known.folder)
    assert not file.exists(known)
    brought = restore(copy, known, places)
    assert brought.lines == 2 * len(TOLD)
    assert texts(known, places) == list(TOLD)
    assert asides(known) == []
    assert backup.newest_good(known, key.unlock(key.load(known.keys), places)) == copy, "it is known from now on"


def test_over_the_same_memory_what_was_here_is_kept_aside(known: Home, places: Places, copy: Path) -> None:
    restore(copy, known, places)
    assert texts(known, places) == list(TOLD)
    assert [path.name for path in asides(known)] == [f"before-restore-{STAMP}"]
    restore(copy, known, places)
    assert len(asides(known)) == 2, "a second in the same second takes nothing away"
    assert [texts(Home(path), places) for path in asides(known)] == [list(TOLD)] * 2


def test_with_the_phrase_alone_after_home_and_keys_are_gone(known: Home, places: Places, tmp_path: Path) -> None:
    phrase = with_phrase(known, places)
    make(known, places, tmp_path / "copy")
    shutil.rmtree(known.folder)
    shutil.rmtree(places.key_files)
    with pytest.raises(Locked, match="I can't find the key to my file"):
        restore(tmp_path / "copy", known, places)
    assert not file.exists(known)
    restore(tmp_path / "copy", known, answering(places, f" {phrase.upper()} "))
    assert texts(known, places) == list(TOLD), "from now on it opens by itself"


@pytest.mark.parametrize("ring", [FakeKeyring(), FakeKeyring(forgets=True)])
def test_the_phrase_makes_a_new_way_in_on_this_machine(
    known: Home, places: Places, tmp_path: Path, ring: FakeKeyring
) -> None:
    phrase = with_phrase(known, places)
    make(known, places, tmp_path / "copy")
    new_home, machine = Home(tmp_path / "new"), Places(tmp_path / "new keys", lambda: ring)
    restore(tmp_path / "copy", new_home, answering(machine, phrase))
    assert texts(new_home, machine) == list(TOLD)
    assert key.guarded_by(key.load(new_home.keys)) == ("file" if ring.forgets else "keyring")


@pytest.mark.parametrize("wrong", ["abandon " * 11 + "about", "not a phrase at all", "zoo " * 12])
def test_wrong_words_are_one_sentence_and_change_nothing(
    known: Home, places: Places, tmp_path: Path, wrong: str
) -> None:
    with_phrase(known, places)
    make(known, places, tmp_path / "copy")
    shutil.rmtree(places.key_files)
    with known.changing_keys():
        pass  # its lock stays behind
    before = {path: path.read_bytes() for path in known.folder.rglob("*") if path.is_file()}
    with pytest.raises(Locked, match=r"check the twelve words|has twelve words"):
        restore(tmp_path / "copy", known, answering(places, wrong), yes=True)
    assert {path: path.read_bytes() for path in known.folder.rglob("*") if path.is_file()} == before


def test_with_the_passphrase_given_or_typed(home: Home, places: Places, tmp_path: Path) -> None:
    guarded = replace(places, passphrase="correct horse")
    opened = file.create(home, guarded)
    remember(Memory(opened), *TOLD)
    opened.close()
    make(home, guarded, tmp_path / "copy")
    for number, machine in enumerate((guarded, answering(places, "correct horse"))):
        new_home = Home(tmp_path / f"new-{number}")
        restore(tmp_path / "copy", new_home, machine)
        assert texts(new_home, guarded) == list(TOLD)
    with pytest.raises(Locked, match="That passphrase doesn't open my file"):
        restore(tmp_path / "copy", Home(tmp_path / "wrong"), answering(places, "wrong"))
    with pytest.raises(Locked, match="set SAMANTHA_PASSPHRASE"):
        restore(tmp_path / "copy", Home(tmp_path / "silent"), places)


def test_an_old_backup_brings_back_no_old_way_in(known: Home, places: Places, copy: Path) -> None:
    wraps = key.load(known.keys)
    key.guard(key.unlock(wraps, places), wraps, "correct horse").save(known.keys)
    key.drop_open_ways(wraps, places)
    restore(copy, known, replace(places, passphrase="correct horse"))
    assert key.guarded_by(key.load(known.keys)) == "passphrase"
    assert list(places.key_files.iterdir()) == []
    assert texts(known, replace(places, passphrase="correct horse")) == list(TOLD)


def test_never_over_newer_words_without_saying_so(known: Home, places: Places, copy: Path) -> None:
    say(known, places, "I have news.")
    with pytest.raises(WrongUse, match=r"What is here is newer \(last said 2026-03-05.* add --yes"):
        restore(copy, known, places)
    assert texts(known, places) == [*TOLD, "I have news."]
    assert asides(known) == []
    restore(copy, known, places, yes=True)
    assert texts(known, places) == list(TOLD)
    assert texts(Home(asides(known)[0]), places) == [*TOLD, "I have news."]


def test_newer_is_seen_across_time_zones(known: Home, places: Places, copy: Path) -> None:
    opened = reopen(known, places)
    opened.connection.execute("update line set at = '2026-03-04T12:30:00-08:00' where id = (select max(id) from line)")
    opened.close()
    with pytest.raises(WrongUse, match="What is here is newer"):
        restore(copy, known, places)


def test_what_cannot_be_looked_at_is_not_taken_for_old(known: Home, places: Places, copy: Path, tmp_path: Path) -> None:
    locked = Home(tmp_path / "locked")
    file.create(locked, replace(places, passphrase="of somebody else")).close()
    with pytest.raises(WrongUse, match="What is here is locked, so I can't see whether it is newer"):
        restore(copy, locked, places)
    restore(copy, locked, places, yes=True)
    assert texts(locked, places) == list(TOLD)
    assert sorted(os.listdir(asides(locked)[0])) == ["keys.json", "memory.db"]


def test_another_memory_is_not_replaced_unsaid(places: Places, copy: Path, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    opened = file.create(other, places)
    remember(Memory(opened), "I am somebody else.", at=START - timedelta(days=365))
    opened.close()
    with pytest.raises(WrongUse, match="What is here is another memory"):
        restore(copy, other, places)
    restore(copy, other, places, yes=True)
    assert texts(other, places) == list(TOLD)
    assert texts(Home(asides(other)[0]), places) == ["I am somebody else."]


@pytest.mark.parametrize("damage", ["random", "empty", "missing", "first page"])
def test_a_damaged_file_is_replaced_as_its_sentence_says(known: Home, places: Places, copy: Path, damage: str) -> None:
    say(known, places, "This is newer.")
    whole = known.file.read_bytes()
    content = {"random": os.urandom(30_000), "empty": b"", "first page": os.urandom(4096) + whole[4096:]}.get(damage)
    known.file.unlink() if content is None else known.file.write_bytes(content)
    with pytest.raises(Damaged, match=f"run `samantha restore {copy}`"):
        reopen(known, places)
    restore(copy, known, places)
    assert texts(known, places) == list(TOLD)
    assert content is None or (asides(known)[0] / "memory.db").read_bytes() == content


def test_a_lost_key_list_comes_back_with_the_backup(known: Home, places: Places, copy: Path) -> None:
    known.keys.unlink()
    restore(copy, known, places)
    assert texts(known, places) == list(TOLD)
    say(known, places, "And on we go.")
    known.keys.unlink()
    with pytest.raises(WrongUse, match="What is here is newer"):
        restore(copy, known, places)


def test_what_was_forgotten_stays_forgotten(known: Home, places: Places, copy: Path) -> None:
    opened = reopen(known, places)
    marks = opened.connection.execute("select mark from turn where id = 3").fetchall()
    opened.close()
    forget_last(known, places)
    assert texts(known, places) == list(TOLD[:-1])
    assert restore(copy, known, places).lines == 2 * len(TOLD[:-1])
    opened = reopen(known, places)
    assert opened.connection.execute("select mark from forgotten").fetchall() == marks
    assert Memory(opened).search("periwinkle kitchen") == []
    assert b"periwinkle" not in opened.connection.serialize("main")
    opened.close()


def test_forgetting_again_revives_what_the_forgotten_had_ended(home: Home, places: Places, tmp_path: Path) -> None:
    file.create(home, places).close()
    opened = reopen(home, places)
    remember(Memory(opened), "I live in Oslo.", "I live in Bergen.")
    opened.close()
    make(home, places, tmp_path / "copy")
    forget_last(home, places)
    opened = reopen(home, places)
    held = [(fact.value, fact.valid_to) for fact in Memory(opened).facts()]
    opened.close()
    restore(tmp_path / "copy", home, places)
    opened = reopen(home, places)
    assert [(fact.value, fact.valid_to) for fact in Memory(opened).facts()] == held == [("Oslo", None)]
    opened.close()


def test_the_forgotten_is_read_even_from_a_damaged_file(known: Home, places: Places, copy: Path) -> None:
    forget_last(known, places)
    data_key = key.unlock(key.load(known.keys), places)
    db = connect(known.file, data_key)
    root = db.execute("select rootpage from sqlite_schema where name = 'line'").get
    db.close()
    with known.file.open("r+b") as raw:
        raw.seek((root - 1) * 4096 + 500)
        raw.write(b"damage")
    restore(copy, known, places)
    assert texts(known, places) == list(TOLD[:-1])


def test_forgetting_in_one_copy_takes_nothing_else_out_of_another(
    known: Home, places: Places, copy: Path, tmp_path: Path
) -> None:
    """Two copies of one memory went on apart: their fourth turns have the same number."""
    say(known, places, "Said here alone.")
    make(known, places, tmp_path / "second")
    elsewhere = Home(tmp_path / "elsewhere")
    restore(copy, elsewhere, places)
    say(elsewhere, places, "Said elsewhere, and to be forgotten.")
    forget_last(elsewhere, places)
    restore(tmp_path / "second", elsewhere, places, yes=True)
    assert texts(elsewhere, places) == [*TOLD, "Said here alone."]


def test_a_town_forgotten_from_the_middle_gives_way_to_the_next(home: Home, places: Places) -> None:
    file.create(home, places).close()
    opened = reopen(home, places)
    memory = Memory(opened)
    remember(memory, "I live in Oslo.", "I live in Bergen.", "I live in Lima.")
    forget.turn(opened, 2)
    assert [fact.value for fact in memory.facts()] == ["Lima"]
    forget.turn(opened, 3)
    assert [(fact.value, fact.valid_to) for fact in memory.facts()] == [("Oslo", None)]
    opened.close()


def test_forgetting_names_the_copies_that_still_hold_it(
    known: Home, places: Places, copy: Path, tmp_path: Path
) -> None:
    def last_forgotten() -> tuple[str, ...]:
        opened = reopen(known, places)
        try:
            return Memory(opened).forget_last().backups
        finally:
            opened.close()

    say(known, places, "A secret.")
    make(known, places, tmp_path / "with it")
    make(known, places, tmp_path / "thrown away")
    (tmp_path / "thrown away").unlink()
    (tmp_path / "stick" / "odd").write_bytes(b"PK")
    restore(tmp_path / "with it", known, places)
    aside = str(asides(known)[0])
    assert last_forgotten() == tuple(sorted((aside, str(tmp_path / "with it"))))
    opened = reopen(known, places)
    remember(Memory(opened), "Another.", at=LATER + timedelta(days=1))
    opened.close()
    assert last_forgotten() == ()
    (Path(aside) / "memory.db").write_bytes(os.urandom(9000))
    assert last_forgotten() == tuple(sorted((aside, str(copy), str(tmp_path / "with it")))), "one damaged may hold it"


def test_a_turn_said_after_a_restore_is_never_taken_for_a_forgotten_one(
    known: Home, places: Places, copy: Path, tmp_path: Path
) -> None:
    """Numbers go on where they were, else forgetting again would take away what was said since."""
    say(known, places, "A secret.")
    forget_last(known, places)
    say(known, places, "Not to be lost either.")
    restore(copy, known, places, yes=True)
    say(known, places, "Said since.", "And this.")
    make(known, places, tmp_path / "second")
    restore(tmp_path / "second", known, places)
    assert texts(known, places) == [*TOLD, "Said since.", "And this."]


def test_a_backup_from_a_newer_program_replaces_nothing(known: Home, places: Places, tmp_path: Path) -> None:
    newer = Home(tmp_path / "newer")
    shutil.copytree(known.folder, newer.folder)
    db = connect(newer.file, key.unlock(key.load(newer.keys), places))
    db.execute("pragma user_version = 99")
    db.close()
    make(newer, places, tmp_path / "copy")
    with pytest.raises(NewerFile, match="copy was written by a newer version of me"):
        restore(tmp_path / "copy", known, places)
    assert texts(known, places) == list(TOLD)


@pytest.mark.parametrize("member", ["memory.db", "keys.json"])
def test_an_archive_packed_again_around_damage_is_refused(known: Home, places: Places, copy: Path, member: str) -> None:
    def damage(members: dict[str, bytes]) -> None:
        members[member] = members[member][:50] + b"damage" + members[member][56:]

    repacked(copy, copy.with_name("packed again"), damage)
    with pytest.raises(Damaged, match="packed again is damaged or not a backup of mine"):
        restore(copy.with_name("packed again"), known, places, yes=True)
    assert texts(known, places) == list(TOLD)
    assert asides(known) == []


def test_a_backup_without_a_memory_in_it_is_one_sentence(known: Home, places: Places, tmp_path: Path) -> None:
    db = connect(known.file, key.unlock(key.load(known.keys), places))
    db.execute("create table other (a)")
    db.execute("drop table line")
    db.close()
    with pytest.raises(Damaged, match="is no memory of mine"):
        make(known, places, tmp_path / "copy")


RESTORE_AND_DIE = """
import os, sys
from pathlib import Path
from samantha.store import backup
from samantha.store.home import Home
from samantha.store.key import Places
left = int(sys.argv[4])
def die(event, args):
    global left
    writes = event in ("os.rename", "os.remove", "os.mkdir") or (
        event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR))
    left -= writes
    if left < 0: os._exit(9)
sys.addaudithook(die)
backup.restore(Path(sys.argv[3]), Home(Path(sys.argv[1])), Places(Path(sys.argv[2])), replace_newer=True, stamp="x")
"""


@pytest.mark.parametrize("begun", ["here", "elsewhere"])
def test_a_restore_that_is_interrupted_anywhere_loses_nothing(
    known: Home, places: Places, copy: Path, tmp_path: Path, begun: str
) -> None:
    """Either all of the old, or all of the new, or a sentence; never an empty memory; and again brings it back."""
    say(known, places, "Newer than the backup.")
    old, new = [*TOLD, "Newer than the backup."], list(TOLD)
    seen = set()
    for step in range(60):
        home = Home(tmp_path / f"home-{step}")
        if begun == "here":
            shutil.copytree(known.folder, home.folder)
        run = subprocess.run(
            [sys.executable, "-c", RESTORE_AND_DIE, home.folder, places.key_files, copy, str(step)],
            env=os.environ,
            check=False,
        )
        assert run.returncode in (0, 9)
        seen.add(state(home, places, old, new))
        if begun == "here":
            assert any(texts(Home(folder), places) == old for folder in whole_homes(home))
        restore(copy, home, places, yes=True)
        assert texts(home, places) == new
        if run.returncode == 0:
            break
    else:
        pytest.fail("it never came to an end")
    assert seen == ({"old", "damaged", "new"} if begun == "here" else {"none", "damaged", "new"})


RESTORE = """
import resource, sys
from pathlib import Path
from samantha.events import SamanthaError
from samantha.store import backup
from samantha.store.home import Home
from samantha.store.key import Places
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
try:
    backup.restore(Path(sys.argv[3]), Home(Path(sys.argv[1])), Places(Path(sys.argv[2])), replace_newer=True, stamp="x")
except SamanthaError as error:
    print(error.sentence)
"""


@pytest.mark.parametrize("room", [0, 200, 30_000])
def test_a_full_disk_in_a_restore_loses_nothing(known: Home, places: Places, copy: Path, room: int) -> None:
    say(known, places, "Newer than the backup.")
    run = subprocess.run(
        [sys.executable, "-c", RESTORE, known.folder, places.key_files, copy, str(room)],
        env=unmeasured(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "make room and try again." in run.stdout, run.stdout + run.stderr
    assert run.stderr == ""
    assert texts(known, places) == [*TOLD, "Newer than the backup."]


def state(home: Home, places: Places, old: list[str], new: list[str]) -> str:
    """Say what a person finds in a home."""
    if not file.exists(home):
        return "none"
    if not home.file.exists():
        with pytest.raises(Damaged, match="is missing, though it has held a memory"):
            reopen(home, places)
        return "damaged"
    return {tuple(old): "old", tuple(new): "new"}[tuple(texts(home, places))]


def whole_homes(home: Home) -> list[Path]:
    """Return the folders that hold a file and its key list."""
    return [folder for folder in (home.folder, *asides(home)) if {"memory.db", "keys.json"} <= set(os.listdir(folder))]
