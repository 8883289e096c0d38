"""Where and when the person is."""

import sys
from pathlib import Path
from zoneinfo import TZPATH

import pytest

from samantha import place


def test_now_knows_its_zone() -> None:
    assert place.now().tzinfo is not None


@pytest.mark.parametrize(("zone", "country"), [("Europe/Oslo", "NO"), ("America/Chicago", "US"), ("UTC", None)])
def test_country_by_zone(zone: str, country: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_zone", lambda: zone)
    place.country.cache_clear()
    if not any((Path(folder) / "zone.tab").is_file() for folder in TZPATH):
        country = None  # a system without the table doesn't know
    assert place.country() == country
    place.country.cache_clear()


def test_a_screen_to_open_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not place.has_screen()
    monkeypatch.setenv("DISPLAY", ":0")
    assert place.has_screen()
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delenv("DISPLAY")
    assert place.has_screen()
