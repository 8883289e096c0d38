"""What doctor finds, in each of its states."""

from dataclasses import replace
from pathlib import Path

import pytest

from samantha import keeping
from samantha.doctor import Finding, Machine, examine, this_machine
from samantha.events import Heard
from samantha.store import file as store
from samantha.store import key
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.work import House
from tests.scripted import Clock, open_house

FINE = Machine(free=10**12, ram=10**10, python=(3, 12, 1), browser="xdg-open", keyring=True, page=True)


def found(folder: Path, name: str, machine: Machine = FINE, passphrase: str | None = None) -> Finding:
    """Return the finding of a name."""
    places = Places(folder / "keys", passphrase=passphrase)
    (finding,) = [entry for entry in examine(Home(folder / "home"), places, machine) if entry.name == name]
    return finding


@pytest.mark.parametrize(
    ("name", "machine", "state", "says"),
    [
        ("disk", FINE, "ok", "GiB free"),
        ("disk", replace(FINE, free=10**6), "bad", "make room"),
        ("memory", FINE, "ok", "9.3 GiB"),
        ("memory", replace(FINE, ram=10**8), "note", "close something"),
        ("python", FINE, "ok", "3.12.1"),
        ("python", replace(FINE, python=(3, 11, 0)), "ok", "3.11.0"),
        ("python", replace(FINE, python=(3, 14, 0)), "note", "3.11 to 3.13"),
        ("python", replace(FINE, python=(3, 10, 9)), "note", "3.11 to 3.13"),
        ("browser", FINE, "ok", "xdg-open"),
        ("browser", replace(FINE, browser=None), "note", "samantha chat"),
        ("keyring", FINE, "ok", "one is there"),
        ("keyring", replace(FINE, keyring=False), "note", "none works here"),
        ("page", FINE, "ok", "there"),
        ("page", replace(FINE, page=False), "bad", "install samantha again"),
        ("file", FINE, "note", "`samantha` begins one"),
    ],
)
def test_the_machine(tmp_path: Path, name: str, machine: Machine, state: str, says: str) -> None:
    finding = found(tmp_path, name, machine)
    assert finding.state == state
    assert says in finding.says


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    examine(Home(tmp_path / "home"), Places(tmp_path / "keys"), FINE)
    assert not (tmp_path / "home").exists()


def test_this_machine_can_be_looked_at(tmp_path: Path) -> None:
    machine = this_machine(Home(tmp_path / "not" / "there"))
    assert machine.free > 0
    assert machine.ram > 0
    assert machine.page
    assert not machine.keyring, "the tests have none that works"


def test_a_memory_in_use(house: House, tmp_path: Path, clock: Clock) -> None:
    assert "0 lines, the last not yet said" in found(tmp_path, "file").says
    house.she.memory.keep(Heard("Hello.", clock()))
    finding = found(tmp_path, "file")
    assert (finding.state, "1 lines" in finding.says) == ("ok", True)


def test_the_key_in_its_states(tmp_path: Path, clock: Clock) -> None:
    open_house(tmp_path, clock).she.memory.file.close()
    assert (found(tmp_path, "key").state, "samantha lock" in found(tmp_path, "key").says) == ("note", True)
    keeping.require_passphrase(Home(tmp_path / "home"), Places(tmp_path / "keys", passphrase="open"))
    assert found(tmp_path, "key", passphrase="open") == Finding("key", "ok", "by passphrase")
    assert found(tmp_path, "key", passphrase="wrong").state == "bad"
    assert found(tmp_path, "key").state == "bad"


def test_a_key_list_that_is_none(tmp_path: Path, clock: Clock) -> None:
    open_house(tmp_path, clock).she.memory.file.close()
    (tmp_path / "home" / "keys.json").write_text("{")
    assert found(tmp_path, "key").state == "bad"


def test_phrase_and_backup_in_their_states(tmp_path: Path, clock: Clock) -> None:
    open_house(tmp_path, clock).she.memory.file.close()
    assert "none shown yet" in found(tmp_path, "recovery phrase").says
    assert found(tmp_path, "backup").state == "note"
    copy = tmp_path / "copy.samantha"
    keeping.back_up(Home(tmp_path / "home"), Places(tmp_path / "keys"), copy, new_phrase=False)
    assert found(tmp_path, "recovery phrase").state == "ok"
    assert found(tmp_path, "backup") == Finding("backup", "ok", f"newest good one: {copy}")


def test_a_phrase_that_was_not_shown_is_none(tmp_path: Path, clock: Clock) -> None:
    file = open_house(tmp_path, clock).she.memory.file
    assert file.wraps
    assert file.data_key
    _, way = key.by_phrase(file.data_key, file.wraps.memory)
    key.keep_phrase(Home(tmp_path / "home"), file.wraps.memory, way, shown=False)
    file.close()
    assert found(tmp_path, "recovery phrase").state == "note"
    key.saw_phrase(Home(tmp_path / "home"), way)
    assert found(tmp_path, "recovery phrase").state == "ok"


@pytest.mark.parametrize("name", ["home", "home/memory.db", "home/keys.json", "keys", "key file"])
def test_what_others_may_read_is_told_of(house: House, tmp_path: Path, name: str) -> None:
    assert found(tmp_path, "permissions") == Finding("permissions", "ok", "only you can read the file and its keys")
    path = next((tmp_path / "keys").glob("*.key")) if name == "key file" else tmp_path / name
    path.chmod(0o755 if path.is_dir() else 0o640)
    finding = found(tmp_path, "permissions")
    assert finding.state == "bad"
    assert f"run chmod {700 if path.is_dir() else 600} {path}" in finding.says
    assert house.met


@pytest.mark.parametrize("backed_up", [True, False])
def test_a_damaged_file_names_the_way_back(tmp_path: Path, clock: Clock, backed_up: bool) -> None:
    open_house(tmp_path, clock).she.memory.file.close()
    home = Home(tmp_path / "home")
    if backed_up:
        keeping.back_up(home, Places(tmp_path / "keys"), tmp_path / "copy", new_phrase=False)
    content = bytearray(home.file.read_bytes())
    content[len(content) // 2] ^= 1
    home.file.write_bytes(content)
    finding = found(tmp_path, "file")
    assert finding.state == "bad"
    assert f"samantha restore {tmp_path / 'copy' if backed_up else 'FILE'}" in finding.says
    assert home.file.read_bytes() == content  # nothing is changed
    home.file.unlink()
    assert found(tmp_path, "file").state == "bad"
    assert store.exists(home)
