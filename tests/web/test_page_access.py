"""Who can use the page: motion, contrast, narrow screens, touch, keyboard; and that it loads nothing from elsewhere."""

import re
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from tests.web.browsing import DESKTOP, IN_BROWSER, NARROW, PHONE, Open, her, state, write
from tests.web.conftest import Page
from tests.web.door import ScriptedDoor, past

pytestmark = IN_BROWSER


SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


def violations(tab: Tab) -> list[str]:
    """Return what axe-core finds wrong in light and in dark, one line each."""
    found: list[str] = []
    for scheme in SCHEMES:
        tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        rules = Axe().run(tab).response["violations"]
        found += [f"{scheme} {rule['id']}: {node['html']}" for rule in rules for node in rule["nodes"]]
    return found


def sideways(tab: Tab) -> int:
    """Return by how many pixels the page is wider than the window."""
    return int(tab.evaluate("document.documentElement.scrollWidth - innerWidth"))


def drawings(tab: Tab, milliseconds: int = 600) -> int:
    """Count how often the line is drawn in a while."""
    return int(
        tab.evaluate(
            """async (milliseconds) => {
                const brush = CanvasRenderingContext2D.prototype, clear = brush.clearRect;
                let count = 0;
                brush.clearRect = function (...box) { count++; return clear.apply(this, box); };
                await new Promise((done) => setTimeout(done, milliseconds));
                brush.clearRect = clear;
                return count;
            }""",
            milliseconds,
        )
    )


def test_the_line_is_drawn_as_little_as_it_can_be(opened: Open) -> None:
    tab = opened()
    expect(state(tab)).to_contain_text("Here")
    assert 2 <= drawings(tab) <= 12
    tab.get_by_role("button", name="Still").click()
    expect(tab.get_by_role("button", name="Still")).to_have_attribute("aria-pressed", "true")
    tab.evaluate("new Promise(requestAnimationFrame)")
    assert drawings(tab) == 0


def test_less_motion_means_no_motion(opened: Open) -> None:
    tab = opened(reduced_motion="reduce")
    expect(state(tab)).to_contain_text("Here")
    assert drawings(tab) == 0


# ---- for everybody


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(opened: Open, door: ScriptedDoor, size: Any) -> None:
    door.lines = past(3)
    tab = opened(size)
    write(tab, "hello")
    expect(her(tab)).to_contain_text(door.reply)
    tab.get_by_role("button", name="Off the record").click()
    expect(tab.locator(".badge")).to_be_visible()
    assert violations(tab) == []
    tab.get_by_role("button", name="Earlier talk").click()
    tab.get_by_label("Search what was said").fill("answer")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("6 lines fit “answer”.")).to_be_visible()
    assert violations(tab) == []
    tab.get_by_role("link", name="Settings").click()
    expect(tab.get_by_label("Where you live")).to_be_visible()
    assert violations(tab) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_in_the_meeting(opened: Open, door: ScriptedDoor, size: Any) -> None:
    door.met, door.record = False, "unmet"
    tab = opened(size)
    for press in ("Go on", "Yes", "Go on", "Go on with these", "I have written it down"):
        expect(tab.get_by_role("button", name=press)).to_be_visible()
        assert violations(tab) == []
        assert sideways(tab) <= 0
        tab.get_by_role("button", name=press).click()


def test_nothing_scrolls_sideways_on_a_narrow_screen(opened: Open, door: ScriptedDoor) -> None:
    door.lines = past(3)
    door.reply = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüsselanhänger " * 3
    tab = opened(NARROW)
    write(tab, "x" * 400)
    expect(her(tab)).to_contain_text("Donau")
    tab.get_by_role("button", name="Off the record").click()
    expect(tab.locator(".badge")).to_be_visible()
    write(tab, "again")
    expect(tab.get_by_role("log")).to_contain_text("x" * 400)
    assert sideways(tab) <= 0
    tab.get_by_role("link", name="Settings").click()
    assert sideways(tab) <= 0


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
def test_everything_to_touch_is_large_enough(opened: Open, door: ScriptedDoor, size: Any) -> None:
    door.lines = past(3)
    tab = opened(size, has_touch=True)
    expect(tab.get_by_role("log")).to_contain_text("answer 6.")
    for at in ("#/talk", "#/settings"):
        tab.evaluate(f"location.hash = '{at}'")
        small = tab.evaluate(
            """[...document.querySelectorAll("button, nav a, label:has(input), select, textarea")]
                .filter((one) => one.checkVisibility({visibilityProperty: true}))
                .map((one) => [one.getBoundingClientRect(), one.outerHTML])
                .filter(([box]) => box.height < 44 || box.width < 44)
                .map(([, html]) => html)"""
        )
        assert small == []


def test_keyboard_alone_reaches_everything_and_shows_where_it_is(opened: Open, door: ScriptedDoor) -> None:
    door.lines = past(3)
    tab = opened()
    expect(tab.get_by_role("log")).to_contain_text("answer 6.")
    stops = []
    for _ in range(12):
        tab.keyboard.press("Tab")
        stops.append(tab.evaluate("document.activeElement.textContent || document.activeElement.id"))
        assert tab.evaluate("document.activeElement.matches(':focus-visible')")
    assert stops == [
        "Skip to what you can do here", "Talk", "Settings", "question", "Search", "Copy",
        "Earlier talk", "Forget the last", "Still", "Off the record", "words", "Send",
    ]  # fmt: skip


def test_the_skip_link_leads_to_writing(opened: Open) -> None:
    tab = opened()
    expect(state(tab)).to_contain_text("Here")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.get_by_label("Write to her")).to_be_focused()


def test_forced_colours_keep_the_line_and_the_buttons(opened: Open) -> None:
    tab = opened(forced_colors="active")
    expect(state(tab)).to_contain_text("Here")
    assert re.match(r"rgb", tab.evaluate("getComputedStyle(document.querySelector('living-line')).color"))
    assert violations(tab) == []


def test_nothing_is_loaded_from_elsewhere(browser: Browser, page: Page) -> None:
    tab = browser.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.address)
    expect(her(tab)).to_contain_text("Good evening")
    tab.close()
    assert any(url.endswith(".woff2") for url in asked)
    assert all(url.startswith(page.address) for url in asked)
