"""Every scripted conversation of evals/ holds."""

from pathlib import Path
from typing import Any

import pytest

from tests.scripted import conversations, run

ALL = list(conversations())


@pytest.mark.parametrize(("conversation"), [c for _, c in ALL], ids=[f"{stem}: {c['name']}" for stem, c in ALL])
def test_conversation(conversation: dict[str, Any], tmp_path: Path) -> None:
    assert run(conversation, tmp_path) == []


def test_there_are_enough() -> None:
    assert len(ALL) >= 40
