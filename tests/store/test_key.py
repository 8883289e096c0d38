"""The ways to the data key: what opens, what does not, and what a foreign key list may not do."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from mnemonic import Mnemonic

from samantha.events import Damaged, Held, Locked, NewerFile, NoRoom
from samantha.store import key, seal, system_keyring
from samantha.store.home import Home
from samantha.store.key import Places
from tests.store.conftest import FakeKeyring

WORDS = "correct horse, Bergen"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Note what Argon2id was asked for, and let it take a moment only."""
    from cryptography.hazmat.primitives.kdf import argon2

    asked: list[tuple[int, int]] = []
    real = argon2.Argon2id

    def cheap(*, salt: bytes, length: int, iterations: int, lanes: int, memory_cost: int) -> Any:
        asked.append((memory_cost, iterations))
        return real(salt=salt, length=length, iterations=1, lanes=lanes, memory_cost=64)

    monkeypatch.setattr(argon2, "Argon2id", cheap)
    return asked


def same_after_saving(wraps: key.Wraps, folder: Path) -> key.Wraps:
    """Return wraps as the file gives them back."""
    wraps.save(folder / "keys.json")
    return key.load(folder / "keys.json")


def test_a_key_file_opens(places: Places, tmp_path: Path) -> None:
    data_key, wraps = key.make(places)
    assert len(data_key) == 32
    assert key.unlock(same_after_saving(wraps, tmp_path), places) == data_key
    assert key.guarded_by(wraps) == "file"


def test_two_memories_have_two_keys(places: Places) -> None:
    (first, one), (second, two) = key.make(places), key.make(places)
    assert first != second
    assert one.memory != two.memory
    assert key.unlock(one, places) == first


def test_a_keyring_opens_and_no_key_file_is_made(places: Places) -> None:
    ring = FakeKeyring()
    places = replace(places, keyring=lambda: ring)
    data_key, wraps = key.make(places)
    assert key.unlock(wraps, places) == data_key
    assert key.guarded_by(wraps) == "keyring"
    assert not places.key_files.exists()


def test_a_keyring_that_keeps_nothing_is_not_trusted_with_the_only_key(places: Places) -> None:
    places = replace(places, keyring=lambda: FakeKeyring(forgets=True))
    data_key, wraps = key.make(places)
    assert key.guarded_by(wraps) == "file"
    assert key.unlock(wraps, places) == data_key


@pytest.mark.parametrize("found", [None, "no hexadecimal", "ab" * 32])
def test_a_key_that_is_gone_or_another_is_one_sentence(places: Places, found: str | None) -> None:
    _, wraps = key.make(places)
    path = key.key_file(places, wraps.memory)
    path.unlink() if found is None else path.write_text(found)
    with pytest.raises(Locked, match="I can't find the key to my file on this machine"):
        key.unlock(wraps, places)


@pytest.mark.parametrize("found", [None, "no hexadecimal", "ab" * 32])
def test_a_keyring_without_the_key_is_one_sentence(places: Places, found: str | None) -> None:
    ring = FakeKeyring()
    places = replace(places, keyring=lambda: ring)
    _, wraps = key.make(places)
    ring.kept = {} if found is None else {(key.SERVICE, wraps.memory): found}
    with pytest.raises(Locked, match="I can't find the key"):
        key.unlock(wraps, places)


def test_a_passphrase_opens_with_64_mib_and_three_passes(places: Places, tmp_path: Path) -> None:
    data_key, wraps = key.make(replace(places, passphrase=WORDS))
    way = wraps.way("passphrase")
    assert way
    assert (way["kib"], way["passes"]) == (64 * 1024, 3)
    assert key.guarded_by(wraps) == "passphrase"
    assert not places.key_files.exists()
    assert key.unlock(same_after_saving(wraps, tmp_path), replace(places, passphrase=WORDS)) == data_key


def test_a_passphrase_costs_no_less_even_if_the_list_says_so(places: Places, slow: list[tuple[int, int]]) -> None:
    _, wraps = key.make(replace(places, passphrase=WORDS))
    way = wraps.way("passphrase")
    assert way
    cheap = key.parse(json.loads(wraps.with_way(way | {"kib": 8, "passes": 1}).dump()), "keys.json")
    key.open_passphrase(cheap, WORDS)
    dear = key.parse(json.loads(wraps.with_way(way | {"kib": 128 * 1024, "passes": 4}).dump()), "keys.json")
    key.open_passphrase(dear, WORDS)
    assert slow == [(64 * 1024, 3), (64 * 1024, 3), (128 * 1024, 4)]


@pytest.mark.usefixtures("slow")
def test_a_passphrase_is_the_same_however_a_keyboard_writes_it(places: Places) -> None:
    data_key, wraps = key.make(replace(places, passphrase="caf\u00e9"))
    assert key.open_passphrase(wraps, "cafe\u0301") == data_key
    data_key, wraps = key.make(replace(places, passphrase="\udcff no text at all"))
    assert key.open_passphrase(wraps, "\udcff no text at all") == data_key


@pytest.mark.usefixtures("slow")
def test_a_wrong_passphrase_is_one_sentence(places: Places) -> None:
    _, wraps = key.make(replace(places, passphrase=WORDS))
    with pytest.raises(Locked, match="That passphrase doesn't open my file"):
        key.unlock(wraps, replace(places, passphrase="wrong"))
    with pytest.raises(Locked, match="set SAMANTHA_PASSPHRASE"):
        key.unlock(wraps, places)


@pytest.mark.usefixtures("slow")
def test_a_passphrase_may_be_typed_and_so_may_the_phrase(places: Places) -> None:
    data_key, wraps = key.make(replace(places, passphrase=WORDS))
    phrase, way = key.by_phrase(data_key, wraps.memory)
    wraps = wraps.with_way(way)
    for typed in (WORDS, phrase, phrase.upper().replace(" ", "  ")):
        assert key.unlock(wraps, replace(places, ask={"Passphrase: ": typed}.get)) == data_key
    with pytest.raises(Locked, match="That passphrase doesn't open"):
        key.unlock(wraps, replace(places, ask=lambda prompt: "wrong"))


def test_the_phrase_opens_where_the_key_is_lost(places: Places) -> None:
    data_key, wraps = key.make(places)
    phrase, way = key.by_phrase(data_key, wraps.memory)
    key.drop_open_ways(wraps, places)
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return phrase

    assert key.unlock(wraps.with_way(way), replace(places, ask=answer)) == data_key
    assert asked == ["Recovery phrase (twelve words): "]


def test_a_phrase_is_twelve_words_and_only_the_right_ones_open(places: Places) -> None:
    data_key, wraps = key.make(places)
    phrase, way = key.by_phrase(data_key, wraps.memory)
    wraps = wraps.with_way(way)
    assert len(phrase.split()) == 12
    assert key.open_phrase(wraps, f"  {phrase.title()}\n") == data_key
    other = Mnemonic("english").to_mnemonic(bytes(16))
    wrong = [other, " ".join(reversed(phrase.split())), phrase.rsplit(" ", 1)[0], "", "é" * 40]
    for text in wrong:
        with pytest.raises(Locked, match=r"check the twelve words|has twelve words"):
            key.open_phrase(wraps, text)


def test_a_new_phrase_takes_the_place_of_the_old(places: Places) -> None:
    data_key, wraps = key.make(places)
    old, way = key.by_phrase(data_key, wraps.memory)
    new, newer = key.by_phrase(data_key, wraps.memory)
    wraps = wraps.with_way(way).with_way(newer)
    assert key.open_phrase(wraps, new) == data_key
    with pytest.raises(Locked):
        key.open_phrase(wraps, old)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("ring", [None, FakeKeyring()])
def test_a_guarded_key_lies_open_nowhere(places: Places, ring: FakeKeyring | None) -> None:
    places = replace(places, keyring=lambda: ring)
    data_key, wraps = key.make(places)
    left = places.key_files / f"{wraps.memory}.key.4711.new"
    if ring is None:
        left.write_text(data_key.hex())  # its writer was killed before it could give it its name
    guarded = key.guard(data_key, wraps, WORDS)
    assert key.unlock(guarded, replace(places, passphrase=WORDS)) == data_key
    assert key.unlock(wraps, places) == data_key, "the old way goes only after the new one is kept"
    key.drop_open_ways(wraps, places)
    key.drop_open_ways(wraps, places)
    assert key.guarded_by(guarded) == "passphrase"
    assert not [path for path in places.key_files.glob("*") if data_key.hex() in path.read_text()]
    assert not (ring and ring.kept)
    with pytest.raises(Locked):
        key.unlock(wraps, places)


@pytest.mark.usefixtures("slow")
def test_the_list_holds_no_key(places: Places) -> None:
    data_key, wraps = key.make(replace(places, passphrase=WORDS))
    phrase, way = key.by_phrase(data_key, wraps.memory)
    content = wraps.with_way(way).dump().decode()
    for secret in (data_key.hex(), WORDS, phrase, *phrase.split()):
        assert f'"{secret}"' not in content
        assert len(secret) < 8 or secret not in content


def test_a_list_of_a_newer_program_is_refused(places: Places, tmp_path: Path) -> None:
    _, wraps = key.make(places)
    path = tmp_path / "keys.json"
    path.write_bytes(json.dumps(json.loads(wraps.dump()) | {"format": 2}).encode())
    with pytest.raises(NewerFile, match="written by a newer version"):
        key.load(path)


SEALED = {"by": "phrase", "salt": "ab" * 16, "nonce": "ab" * 12, "sealed": "ab" * 48}
STRETCHED = SEALED | {"by": "passphrase", "kib": 65536, "passes": 3}
HOSTILE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nothing": lambda whole: None,
    "a list": lambda whole: [whole],
    "no ways": lambda whole: {name: value for name, value in whole.items() if name != "ways"},
    "ways of words": lambda whole: whole | {"ways": ["file"]},
    "ways by number": lambda whole: whole | {"ways": 7},
    "a way out of the folder": lambda whole: whole | {"memory": "../../../etc/cron.d/x"},
    "an absolute path": lambda whole: whole | {"memory": "/tmp/x"},
    "a memory by number": lambda whole: whole | {"memory": 5},
    "a check beyond ASCII": lambda whole: whole | {"check": "é" * 32},
    "a format in words": lambda whole: whole | {"format": "one"},
    "no salt": lambda whole: whole | {"ways": [{k: v for k, v in SEALED.items() if k != "salt"}]},
    "a short salt": lambda whole: whole | {"ways": [STRETCHED | {"salt": "ab"}]},
    "salt that is none": lambda whole: whole | {"ways": [STRETCHED | {"salt": "zz" * 16}]},
    "all the memory there is": lambda whole: whole | {"ways": [STRETCHED | {"kib": 2**40}]},
    "all the time there is": lambda whole: whole | {"ways": [STRETCHED | {"passes": 2**40}]},
    "costs in words": lambda whole: whole | {"ways": [STRETCHED | {"kib": "64"}]},
    "no costs": lambda whole: whole | {"ways": [SEALED | {"by": "passphrase"}]},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_list_that_is_none_of_ours_is_one_sentence(places: Places, name: str) -> None:
    _, wraps = key.make(places)
    with pytest.raises(Damaged, match="keys of theirs is not a key list of mine"):
        key.parse(HOSTILE[name](json.loads(wraps.dump())), "keys of theirs")


def test_a_way_that_we_do_not_know_is_passed_over(places: Places) -> None:
    data_key, wraps = key.make(places)
    with_more = key.parse(json.loads(wraps.with_way({"by": "fingerprint"}).dump()), "keys.json")
    assert key.unlock(with_more, places) == data_key


def test_a_key_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(NoRoom, match="I can't write"):
        key.make(Places(tmp_path / "keys"))


def test_sealing_is_bound_to_the_memory() -> None:
    under = bytes(32)
    way = seal.seal(b"k" * 32, "one", under)
    assert seal.unseal(way, "one", under) == b"k" * 32
    assert seal.unseal(way, "two", under) is None
    assert seal.unseal(way, "one", b"x" * 32) is None


class Sulking(KeyringBackend):
    """A backend of the keyring library whose keyring is locked."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.PasswordSetError("locked")

    def delete_password(self, service: str, username: str) -> None:
        raise keyring.errors.PasswordDeleteError("locked")


def test_a_locked_keyring_of_the_system_keeps_and_gives_nothing(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", Sulking)
    ring = system_keyring.system_keyring()
    assert ring is not None
    assert not system_keyring.works()
    data_key, wraps = key.make(replace(places, keyring=lambda: ring))
    assert key.guarded_by(wraps) == "file"
    assert key.unlock(wraps, replace(places, keyring=lambda: ring)) == data_key
    with pytest.raises(Locked, match="unlock it and run `samantha lock` again"):
        ring.delete_password("samantha", wraps.memory)


def test_a_machine_without_a_keyring_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends import fail, null

    for nothing in (fail.Keyring, null.Keyring):
        monkeypatch.setattr(keyring, "get_keyring", nothing)
        assert system_keyring.system_keyring() is None
        assert not system_keyring.works()


@pytest.mark.parametrize(
    "name",
    [
        "bogus",
        "no.such.Keyring",
        "keyring.backends.Nope",
        "os.path",
        "keyring.backend.KeyringBackend",
        "keyring.backends.libsecret.Keyring",  # its library is not installed here
    ],
)
def test_a_keyring_that_is_none_is_no_trouble(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    assert system_keyring.system_keyring() is None


def test_a_list_of_keys_is_changed_by_one_at_a_time(known: Home, places: Places) -> None:
    wraps = key.load(known.keys)
    data_key = key.unlock(wraps, places)
    _, way = key.by_phrase(data_key, wraps.memory)
    other = threading.Thread(target=key.keep_phrase, args=(known, wraps.memory, way), kwargs={"shown": True})
    with known.changing_keys():
        other.start()
        other.join(0.1)
        assert other.is_alive()
        key.guard(data_key, key.load(known.keys), "correct horse").save(known.keys)
    other.join()
    assert {way["by"] for way in key.load(known.keys).ways} == {"passphrase", "phrase"}


def test_a_phrase_of_a_memory_that_was_replaced_is_not_kept(known: Home, places: Places) -> None:
    wraps = key.load(known.keys)
    _, way = key.by_phrase(key.unlock(wraps, places), wraps.memory)
    with pytest.raises(Held, match="Another memory was put"):
        key.keep_phrase(known, "0" * 32, way, shown=True)
    assert key.load(known.keys) == wraps
