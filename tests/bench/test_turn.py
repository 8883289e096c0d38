"""The benchmark of a turn prints the figures it promises; how high they are is not a test's matter."""

import json

import pytest

from samantha.bench.turn import measure
from samantha.cli import samantha


def test_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    figures = measure(remembered=50, turns=12, cold_runs=1, tell=said.append)
    assert figures["remembered turns"] == 50
    assert 0 < figures["turn median, ms"] <= figures["turn 95th percentile, ms"]
    assert figures["cold say / empty Python"] > 1
    assert figures["the same with Argon2id"] > 1
    assert said


def test_the_command_prints_one_flat_object(capsys: pytest.CaptureFixture[str]) -> None:
    samantha(["bench", "turn", "--lines", "100", "--turns", "10", "--cold-runs", "1", "--json"], standalone_mode=False)
    figures = json.loads(capsys.readouterr().out)
    assert all(isinstance(value, float) for value in figures.values())
