"""Random `kill -9` during turns: no acknowledged word lost, no half turn, every earlier row unchanged."""

from pathlib import Path

import pytest

from tests.prove.kill import prove

SEED = 20260304


def check(folder: Path, kills: int) -> None:
    """Kill so many times, print what was seen, and fail where anything was wrong."""
    figures = prove(folder, kills, SEED)
    print(figures)
    assert figures.wrong == []
    assert figures.acknowledged > kills


def test_twelve_kills(tmp_path: Path) -> None:
    check(tmp_path, 12)


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_two_hundred_kills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        check(tmp_path, 200)
