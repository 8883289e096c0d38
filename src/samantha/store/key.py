"""The key of the file: 256 random bits, wrapped by what the person has.

`keys.json` names the ways in: the system's keyring or a key file, which hold the key itself, and a passphrase
or the recovery phrase (BIP 39, 128 bits), which seal it (`seal.py`).
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from samantha.events import Damaged, Held, Locked, NewerFile
from samantha.store import seal
from samantha.store.home import Home, read_json, room, write_private
from samantha.store.seal import ARGON2_KIB, ARGON2_PASSES, KEY_BYTES

FORMAT = 1  # of `keys.json`
PHRASE_WORDS = 12
SERVICE = "samantha"
NO_LIST = "{name} is not a key list of mine; put it back from a backup with `samantha restore`."
PROMPTS = {"passphrase": "Passphrase: ", "phrase": "Recovery phrase (twelve words): "}


class Keyring(Protocol):
    """The system's keyring, as far as we use it; one that is locked keeps and gives nothing."""

    def get_password(self, service: str, username: str, /) -> str | None: ...
    def set_password(self, service: str, username: str, password: str, /) -> None: ...
    def delete_password(self, service: str, username: str, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Places:
    """Where keys may be found or put on this machine."""

    key_files: Path  # a folder outside the home, so that a carried home is not a carried key
    keyring: Callable[[], Keyring | None] = lambda: None  # asked only when needed: it is slow to load
    passphrase: str | None = None  # given beforehand
    ask: Callable[[str], str | None] = lambda _: None  # asks the person, where somebody is there to answer


@dataclass(frozen=True, slots=True)
class Wraps:
    """The ways to the data key, as `keys.json` holds them."""

    memory: str  # the id of the memory, random
    check: str  # tells a right key from a wrong one, without the file
    made: bool = False  # the file has existed; its absence is a loss, not a beginning
    ways: tuple[dict[str, Any], ...] = field(default=())

    def way(self, by: str) -> dict[str, Any] | None:
        """Return the way of that kind, if there is one."""
        return next((way for way in self.ways if way["by"] == by), None)

    def with_way(self, way: dict[str, Any]) -> "Wraps":
        """Return the same with this way in the place of its kind's last."""
        return replace(self, ways=(*(w for w in self.ways if w["by"] != way["by"]), way))

    def without(self, by: str) -> "Wraps":
        """Return the same without ways of that kind."""
        return replace(self, ways=tuple(w for w in self.ways if w["by"] != by))

    @property
    def phrase_shown(self) -> bool:
        """Whether there is a recovery phrase that the person has seen."""
        way = self.way("phrase")
        return way is not None and way.get("shown", True) is True

    def fits(self, key: bytes) -> bool:
        """Tell whether this is the data key."""
        return hmac.compare_digest(self.check, _check(self.memory, key))

    def dump(self) -> bytes:
        """Return the content of `keys.json`."""
        content = {
            "format": FORMAT,
            "memory": self.memory,
            "check": self.check,
            "made": self.made,
            "ways": self.ways,
        }
        return json.dumps(content, indent=1).encode()

    def save(self, path: Path) -> None:
        """Write `keys.json`, at once or not at all."""
        write_private(path, self.dump())


def load(path: Path) -> Wraps:
    """Read `keys.json`; raise Damaged where it is not one."""
    return parse(read_json(path), str(path))


def parse(content: Any, name: str) -> Wraps:
    """Return the wraps that a parsed `keys.json` holds; raise Damaged where it is not one."""
    try:
        newer = content["format"] > FORMAT
        ways = tuple({"by": str(way["by"]), **way} for way in content["ways"])
        wraps = Wraps(content["memory"], content["check"], bool(content["made"]), ways)
    except (KeyError, TypeError):
        raise Damaged(NO_LIST.format(name=name)) from None
    if newer:
        raise NewerFile(f"{name} was written by a newer version of me; update samantha and start again.")
    # The id of a memory becomes part of a path, so a foreign list must not choose it freely.
    sealed = all(seal.is_sealed(way) for way in ways if way["by"] in PROMPTS)
    if not (sealed and seal.is_hex(wraps.memory, 32) and seal.is_hex(wraps.check, 32)):
        raise Damaged(NO_LIST.format(name=name))
    return wraps


def make(places: Places) -> tuple[bytes, Wraps]:
    """Make a data key and the best way to it that this machine has: passphrase, keyring or key file."""
    key, memory = secrets.token_bytes(KEY_BYTES), secrets.token_hex(16)
    return key, settle(key, Wraps(memory, _check(memory, key)), places)


def settle(key: bytes, wraps: Wraps, places: Places) -> Wraps:
    """Give a data key its way in on this machine, and return the wraps that name it."""
    wraps = wraps.without("file").without("keyring")
    if places.passphrase:
        return wraps.with_way(by_passphrase(key, wraps.memory, places.passphrase))
    keyring = places.keyring()
    if keyring is not None:
        keyring.set_password(SERVICE, wraps.memory, key.hex())
        if _from_keyring(wraps, places) == key:  # some take it and forget it, or are locked
            return wraps.with_way({"by": "keyring"})
    with room(places.key_files):
        places.key_files.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(key_file(places, wraps.memory), key.hex().encode())
    return wraps.with_way({"by": "file"})


def guard(key: bytes, wraps: Wraps, passphrase: str) -> Wraps:
    """Make a passphrase the only everyday way in; return the new wraps, already without the others.

    The caller saves them first and then calls `drop_open_ways`, so that no moment has no way in.
    """
    return wraps.without("file").without("keyring").with_way(by_passphrase(key, wraps.memory, passphrase))


def drop_open_ways(wraps: Wraps, places: Places) -> None:
    """Take the key out of the key file and the keyring."""
    with room(places.key_files):
        # Also one whose writing was cut short.
        for path in places.key_files.glob(f"{wraps.memory}.key*"):
            path.unlink()
    keyring = places.keyring()
    if keyring is not None and keyring.get_password(SERVICE, wraps.memory):
        keyring.delete_password(SERVICE, wraps.memory)


def key_file(places: Places, memory: str) -> Path:
    """Return where the key file of a memory lies."""
    return places.key_files / f"{memory}.key"


def guarded_by(wraps: Wraps) -> str:
    """Return the everyday way in: "file", "keyring" or "passphrase"."""
    return next((by for by in ("file", "keyring", "passphrase") if wraps.way(by)), "phrase")


def unlock(wraps: Wraps, places: Places) -> bytes:
    """Return the data key by the everyday way in, else by what the person types.

    Raises Locked with what would open it.
    """
    for by, find in (("file", _from_file), ("keyring", _from_keyring)):
        if wraps.way(by) and (key := find(wraps, places)) and wraps.fits(key):
            return key
    if wraps.way("passphrase") and places.passphrase:
        return open_passphrase(wraps, places.passphrase)
    prompt = next((text for by, text in PROMPTS.items() if wraps.way(by)), None)
    typed = prompt and places.ask(prompt)
    if typed:
        return open_typed(wraps, typed)
    if wraps.way("passphrase"):
        raise Locked("My file is locked; set SAMANTHA_PASSPHRASE or run this in a terminal to type the passphrase.")
    raise Locked(
        "I can't find the key to my file on this machine; in a terminal, the recovery phrase opens it, "
        "and `samantha restore BACKUP` a backup."
    )


def by_passphrase(key: bytes, memory: str, passphrase: str) -> dict[str, Any]:
    """Return a way in by passphrase."""
    salt = os.urandom(16)
    way = {"by": "passphrase", "salt": salt.hex(), "kib": ARGON2_KIB, "passes": ARGON2_PASSES}
    return way | seal.seal(key, memory, seal.from_passphrase(passphrase, way))


def by_phrase(key: bytes, memory: str) -> tuple[str, dict[str, Any]]:
    """Return a new recovery phrase of twelve words, and the way in that it opens."""
    from mnemonic import Mnemonic  # noqa: PLC0415 - 20 ms that only the first meeting needs

    phrase = Mnemonic("english").generate(strength=128)
    way = {"by": "phrase", "salt": os.urandom(16).hex()}
    return phrase, way | seal.seal(key, memory, seal.from_phrase(phrase, way))


def keep_phrase(home: Home, memory: str, way: dict[str, Any], *, shown: bool) -> Wraps:
    """Make this recovery phrase the one that opens, on the list as it is now, and return the list.

    Raises Held where the list is of another memory by now.
    """
    with home.changing_keys():
        wraps = load(home.keys)
        if wraps.memory != memory:
            raise Held(f"Another memory was put into {home.folder} meanwhile; do it again with that one.")
        wraps = wraps.with_way(way if shown else way | {"shown": False})
        wraps.save(home.keys)
    return wraps


def saw_phrase(home: Home, way: dict[str, Any]) -> None:
    """Take down that the person has seen this recovery phrase, unless another has taken its place."""
    with home.changing_keys():
        wraps = load(home.keys)
        now = wraps.way("phrase")
        if now is not None and now["sealed"] == way["sealed"]:
            wraps.with_way({name: value for name, value in now.items() if name != "shown"}).save(home.keys)


def open_passphrase(wraps: Wraps, passphrase: str) -> bytes:
    """Return the data key by passphrase; raise Locked where it is not the one."""
    way = wraps.way("passphrase")
    key = way and seal.unseal(way, wraps.memory, seal.from_passphrase(passphrase, way))
    if not key or not wraps.fits(key):
        raise Locked("That passphrase doesn't open my file; try again, or use the recovery phrase with a backup.")
    return key


def open_phrase(wraps: Wraps, phrase: str) -> bytes:
    """Return the data key by recovery phrase; raise Locked where it is not the one."""
    way, words = wraps.way("phrase"), " ".join(phrase.lower().split())
    key = seal.unseal(way, wraps.memory, seal.from_phrase(words, way)) if way and is_phrase(words) else None
    if not key or not wraps.fits(key):
        if len(words.split()) != PHRASE_WORDS:
            given = len(words.split())
            raise Locked(f"The recovery phrase has twelve words, and that was {given}; type them all, in order.")
        raise Locked("Those words don't open this file; check the twelve words of the recovery phrase and their order.")
    return key


def open_typed(wraps: Wraps, text: str) -> bytes:
    """Return the data key by what somebody typed, passphrase or phrase; raise Locked where it is neither."""
    if wraps.way("passphrase") and not is_phrase(text):
        return open_passphrase(wraps, text)
    return open_phrase(wraps, text)


def is_phrase(text: str) -> bool:
    """Tell whether these could be the twelve words of a recovery phrase (BIP 39 checksum)."""
    from mnemonic import Mnemonic  # noqa: PLC0415 - as above

    return Mnemonic("english").check(" ".join(text.lower().split()))


def _check(memory: str, key: bytes) -> str:
    return hmac.new(key, b"samantha key check " + memory.encode(), hashlib.sha256).hexdigest()[:32]


def _from_file(wraps: Wraps, places: Places) -> bytes | None:
    try:
        return bytes.fromhex(key_file(places, wraps.memory).read_text("ascii"))
    except (OSError, ValueError):
        return None


def _from_keyring(wraps: Wraps, places: Places) -> bytes | None:
    keyring = places.keyring()
    try:
        return bytes.fromhex((keyring and keyring.get_password(SERVICE, wraps.memory)) or "")
    except ValueError:
        return None
