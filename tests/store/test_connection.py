"""The connection: its settings are really on, damage is noticed, and the schema only goes forward."""

import os
import random
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from samantha.events import Damaged, Held, NewerFile, NoRoom, SamanthaError
from samantha.memory.memory import Memory
from samantha.store import archive, backup, connection, file, key
from samantha.store.connection import IN_RAM, connect, migrate, schema_version, sentences
from samantha.store.home import Home
from samantha.store.key import Places
from tests.store.conftest import START, TOLD, remember, reopen, texts

FULL, MEMORY = 2, 2  # what SQLite calls synchronous=full and temp_store=memory
SECOND = "create table poem (verse text); insert into poem select text from line"


def data_key(home: Home, places: Places) -> bytes:
    """Return the key of a home."""
    return key.unlock(key.load(home.keys), places)


def later(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Let the program know a second migration."""
    known = connection.migrations()
    monkeypatch.setattr(connection, "migrations", lambda: [*known, (2, sql)])


def test_the_settings_are_really_on(known: Home, places: Places) -> None:
    db = reopen(known, places).connection
    wanted = {
        "journal_mode": "wal",
        "synchronous": FULL,
        "secure_delete": 1,
        "temp_store": MEMORY,
        "foreign_keys": 1,
        "cipher": "chacha20",
        "busy_timeout": 5000,
    }
    assert {name: db.pragma(name) for name in wanted} == wanted
    assert db.execute("select v from line_words_config where k = 'secure-delete'").get == 1
    db.close()


def test_who_only_reads_spills_no_plain_text_and_waits_too(known: Home, places: Places) -> None:
    db = connect(known.file, data_key(known, places), read_only=True)
    assert (db.pragma("temp_store"), db.pragma("busy_timeout")) == (MEMORY, 5000)
    with pytest.raises(apsw.ReadOnlyError):
        db.execute("delete from line")
    db.close()


def test_a_memory_in_ram_has_the_same_schema() -> None:
    db = connect(IN_RAM, None)
    migrate(db, IN_RAM)
    assert schema_version(db) == connection.migrations()[-1][0]
    db.close()


def test_a_wrong_key_is_one_sentence(known: Home) -> None:
    with pytest.raises(Damaged, match=r"memory\.db is damaged"):
        connect(known.file, bytes(32))
    with pytest.raises(Damaged, match=r"memory\.db is damaged"):
        connect(known.file, None)


def test_a_file_that_is_missing_is_not_made_by_reading(home: Home) -> None:
    home.prepare()
    with pytest.raises(Damaged, match="is missing"):
        connect(home.file, bytes(32), read_only=True)
    assert not home.file.exists()


def flipped(whole: bytes, position: int) -> bytes:
    """Return the same with one bit of one byte the other way."""
    return b"%b%c%b" % (whole[:position], whole[position] ^ 1, whole[position + 1 :])


def test_a_flipped_byte_anywhere_is_noticed(known: Home, places: Places) -> None:
    opened = reopen(known, places)
    remember(Memory(opened), *(f"On day {n} we walked to the lighthouse and back." for n in range(60)))
    opened.connection.execute("vacuum")  # no free pages: those hold nothing, and are not read
    opened.close()
    under, whole = data_key(known, places), known.file.read_bytes()
    page = 4096
    positions = {page * n + at for n in range(len(whole) // page) for at in (0, 1000, page - 20)}
    positions |= set(range(0, 110, 7)) | {random.Random(4).randrange(len(whole)) for _ in range(60)}
    for position in sorted(positions):
        known.file.write_bytes(flipped(whole, position))
        with pytest.raises(Damaged):
            backup.verify(known.file, under)
    known.file.write_bytes(whole)
    assert backup.verify(known.file, under)[0] == 2 * (60 + len(TOLD))


def test_rows_that_contradict_each_other_are_noticed(known: Home, places: Places) -> None:
    under = data_key(known, places)
    db = connect(known.file, under)
    db.execute("pragma writable_schema = on; delete from sqlite_schema where name = 'line_turn'")
    db.close()
    with pytest.raises(Damaged, match="is damaged: "):
        backup.verify(known.file, under)


def test_a_file_cut_in_the_middle_of_its_last_page_is_noticed(known: Home, places: Places) -> None:
    os.truncate(known.file, known.file.stat().st_size - 100)
    with pytest.raises(Damaged):
        backup.verify(known.file, data_key(known, places))


def test_a_flipped_byte_in_a_free_page_costs_nothing_but_is_not_copied(known: Home, places: Places) -> None:
    opened = reopen(known, places)
    memory = Memory(opened)
    remember(memory, "a long story " * 4000)
    memory.forget_last()
    assert opened.connection.pragma("freelist_count") > 5
    opened.close()
    whole = known.file.read_bytes()
    known.file.write_bytes(flipped(whole, len(whole) - 2000))
    assert texts(known, places) == list(TOLD)
    wraps = key.load(known.keys)
    with pytest.raises(Damaged):
        backup.make(known, wraps, data_key(known, places), known.folder.parent / "copy")
    assert not (known.folder.parent / "copy").exists()


@pytest.mark.parametrize(
    ("raised", "error", "sentence"),
    [
        (apsw.CorruptError("malformed"), Damaged, "the file is damaged"),
        (apsw.NotADBError("none"), Damaged, "nothing was changed"),
        (apsw.FullError("full"), NoRoom, "I can't write to the file"),
        (apsw.IOError("disk"), NoRoom, "make room or mend the disk"),
        (apsw.CantOpenError("no"), NoRoom, "I can't write to the file"),
        (apsw.ReadOnlyError("no"), NoRoom, "I can't write to the file"),
        (apsw.BusyError("busy"), Held, "Something else holds the file"),
    ],
)
def test_every_trouble_has_its_sentence(raised: apsw.Error, error: type[SamanthaError], sentence: str) -> None:
    with pytest.raises(error, match=sentence), sentences("the file"):
        raise raised


def test_a_newer_file_is_refused_and_left_alone(known: Home, places: Places) -> None:
    opened = reopen(known, places)
    opened.connection.execute("pragma user_version = 99")
    opened.close()
    before = known.file.read_bytes()
    with pytest.raises(NewerFile, match="written by a newer version of me; update samantha"):
        reopen(known, places)
    assert known.file.read_bytes() == before


def test_a_migration_runs_after_a_backup(known: Home, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, SECOND)
    opened = reopen(known, places)
    assert schema_version(opened.connection) == 2
    assert opened.connection.execute("select count(*) from poem").get == 2 * len(TOLD)
    opened.close()
    made = list(known.backups.iterdir())
    assert [path.name for path in made] == [f"before-migration-2-{START:%Y%m%d-%H%M%S}.samantha"]
    with archive.unpacked(made[0], known.folder) as folder:
        db = connect(folder / "memory.db", data_key(known, places), read_only=True)
        assert schema_version(db) == 1
        db.close()
    assert texts(known, places) == list(TOLD)
    assert len(list(known.backups.iterdir())) == 1, "only where there is something to do"


@pytest.mark.parametrize("broken", [f"{SECOND}; insert into nowhere values (1)", "drop table line; syntax"])
def test_a_migration_that_fails_changes_nothing(
    known: Home, places: Places, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    with monkeypatch.context() as patch:
        later(patch, broken)
        with pytest.raises(apsw.SQLError):
            reopen(known, places)
    opened = reopen(known, places)
    assert schema_version(opened.connection) == 1
    assert not opened.connection.execute("select 1 from sqlite_schema where name = 'poem'").get
    opened.close()
    assert texts(known, places) == list(TOLD)


def test_no_migration_without_its_backup(known: Home, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    known.backups.rmdir()
    known.backups.write_text("in the way")
    with monkeypatch.context() as patch:
        later(patch, SECOND)
        with pytest.raises(NoRoom):
            reopen(known, places)
    assert texts(known, places) == list(TOLD)


MIGRATE_AND_DIE = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from samantha.store import connection, file
from samantha.store.home import Home
from samantha.store.key import Places
known = connection.migrations()
connection.migrations = lambda: [*known, (2, sys.argv[3])]
def die(steps=[0]):
    steps[0] += 1
    if steps[0] > int(sys.argv[4]): os._exit(9)
    return False
real = connection.connect
def connect(path, *rest, **more):
    opened = real(path, *rest, **more)
    if str(path).endswith("home/memory.db") and not more.get("read_only"): opened.set_progress_handler(die, 50)
    return opened
file.connect = connect
file.open_existing(Home(Path(sys.argv[1])), Places(Path(sys.argv[2])), now=datetime.now(UTC))
"""


@pytest.mark.parametrize("steps", [1, 3, 6])
def test_a_kill_in_the_middle_of_a_migration_changes_nothing(known: Home, places: Places, steps: int) -> None:
    sql = f"{SECOND}; update line set text = 'lost'; " + "insert into poem select verse from poem; " * 8
    run = subprocess.run(
        [sys.executable, "-c", MIGRATE_AND_DIE, known.folder, places.key_files, sql, str(steps)],
        env=os.environ,
        check=False,
    )
    assert run.returncode == 9
    opened = reopen(known, places)
    assert schema_version(opened.connection) == 1
    opened.close()
    assert texts(known, places) == list(TOLD)


def test_the_migrations_are_numbered_without_a_gap() -> None:
    numbers = [number for number, _ in connection.migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_an_open_file_says_how_it_is_guarded(known: Home, places: Places, tmp_path: Path) -> None:
    opened = reopen(known, places)
    assert opened.guarded_by == "file"
    opened.close()
    in_ram = file.in_ram()
    assert in_ram.guarded_by is None
    in_ram.close()
    assert not list(tmp_path.glob("*memory*"))
