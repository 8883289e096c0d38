"""A real browser for the tests of the page: which, how large, and what one does in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page as Tab

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE, NARROW = (1280, 800), (390, 844), (320, 640)  # CSS pixels

# The marks of a test that wants a real browser.
IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="wants Debian's chromium at /usr/bin/chromium"),
]
Open = Callable[..., Tab]


def write(tab: Tab, words: str) -> None:
    """Write to her and press Enter."""
    tab.get_by_label("Write to her").fill(words)
    tab.keyboard.press("Enter")


def her(tab: Tab) -> Any:
    """Return what she says now, on the stage."""
    return tab.locator(".captions .her")


def state(tab: Tab) -> Any:
    """Return the word for what she is doing."""
    return tab.locator(".state")
