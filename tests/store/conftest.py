"""A home of its own for every test, and a person who has said a few things in it."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samantha.events import Heard, Said
from samantha.memory.memory import Memory
from samantha.store import file
from samantha.store.home import Home
from samantha.store.key import Places

START = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)
SECRETS = ("marzipan", "Svolvær", "periwinkle")  # words that must not be found in any file
TOLD = (
    "My sister Anna lives in Svolvær.",
    "She sent me a box of marzipan, and I cried a little.",
    "The kitchen is periwinkle now.",
)


@dataclass
class FakeKeyring:
    """A keyring in RAM; `forgets` keeps nothing, as one does that is locked."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    forgets: bool = False

    def get_password(self, service: str, username: str, /) -> str | None:
        """Return what was put."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Keep it, unless locked."""
        if not self.forgets:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str, /) -> None:
        """Take it out."""
        del self.kept[service, username]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that doesn't exist yet."""
    return Home(tmp_path / "home")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A machine without a keyring, where nobody answers."""
    return Places(tmp_path / "keys")


@pytest.fixture
def known(home: Home, places: Places) -> Home:
    """A home in which a few things were said, closed again."""
    opened = file.create(home, places)
    remember(Memory(opened), *TOLD)
    opened.close()
    return home


def remember(memory: Memory, *told: str, at: datetime = START) -> None:
    """Take whole turns with her, a minute apart."""
    for number, text in enumerate(told):
        now = at + timedelta(minutes=number)
        heard = memory.keep(Heard(text, now))
        said = Said(f"You said “{text}”", now + timedelta(seconds=2))
        memory.complete(heard, None, None, memory.recall(heard), said)


def reopen(home: Home, places: Places, at: datetime = START) -> file.OpenFile:
    """Open a home again."""
    return file.open_existing(home, places, now=at)


def unmeasured() -> dict[str, str]:
    """Return an environment in which a child process doesn't measure coverage: it has no room to write it down."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "COV_"))}


def texts(home: Home, places: Places) -> list[str]:
    """Return everything the person said that a home remembers, oldest first."""
    opened = reopen(home, places)
    try:
        return [line.text for line in Memory(opened).lines(limit=1000) if line.who == "person"]
    finally:
        opened.close()
