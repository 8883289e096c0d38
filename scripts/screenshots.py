"""Take the pictures of docs/pictures from her real page: `.venv/bin/python scripts/screenshots.py` (wants chromium)."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Page, async_playwright

from samantha.app import Config, Doorway
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.web import server

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
EVENING = datetime(2026, 3, 4, 19, 12, tzinfo=ZoneInfo("Europe/Oslo"))
EARLIER = (
    "I'm Theo. I write letters for other people.",
    "my sister Anna lives in Bergen",
    "The interview at the museum went badly. They asked about Latin.",
    "I have a dog called Rex",
)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = EVENING - timedelta(days=9)

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def her_page(*, met: bool) -> AsyncIterator[str]:
    """Serve her page, with some days of talk behind her or before the first meeting; give its address."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        config = Config(Home(Path(folder) / "samantha"), Places(Path(folder) / "keys"), clock, agreed=met)
        async with Doorway(config, serve=False) as door:
            for text in EARLIER if met else ():
                clock.now += timedelta(days=2)
                async with aclosing(door.ask({"ask": "turn", "text": text, "channel": "page"})) as events:
                    _ = [event async for event in events]
            clock.now = EVENING
            async with server.serving(door, server.new_token(), server.listen()) as address:
                yield address


async def talk(page: Page, name: str) -> None:
    """Take the pictures of talking, earlier talk and settings."""
    await page.get_by_text("Good evening, Theo").wait_for()
    await page.wait_for_timeout(1200)  # the line has unfolded
    await shoot(page, f"{name}-here")
    for text in ("hello", "where does my sister live?"):
        await page.fill("#words", text)
        await page.keyboard.press("Enter")
        await page.wait_for_timeout(1500)
    await shoot(page, f"{name}-talk")
    await page.evaluate("document.querySelector('earlier-talk').open()")
    await page.wait_for_timeout(600)
    await shoot(page, f"{name}-earlier")
    await page.evaluate("location.hash = '#/settings'")
    await page.wait_for_timeout(400)
    await shoot(page, f"{name}-settings")


async def meet(page: Page, name: str) -> None:
    """Take a picture of the cards of the first meeting."""
    for label, text in (("Her name", ""), ("Your name", "Theo")):
        await page.get_by_label(label).fill(text)
        await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Yes").click()
    await page.get_by_label("Your answer").fill("My sister Anna. She lives in Bergen.")
    await page.keyboard.press("Enter")
    await page.get_by_text("Your words, as you said them").wait_for()
    await page.wait_for_timeout(300)
    await shoot(page, f"{name}-cards")


async def shoot(page: Page, name: str) -> None:
    """Take one picture."""
    await page.screenshot(path=PICTURES / f"{name}.png")


async def look(browser: Browser, size: str, scheme: str) -> None:
    """Take all pictures of one size and colour."""
    width, height = SIZES[size]
    name = f"{size}-{scheme}"
    for met, take in ((True, talk), (False, meet)):
        async with her_page(met=met) as address:
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                has_touch=size == "phone",
                is_mobile=size == "phone",
            )
            page = await context.new_page()
            await page.goto(address)
            await take(page, name)
            await context.close()


async def main() -> None:
    """Take them all."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS.split())
        for size in SIZES:
            for scheme in ("light", "dark"):
                await look(browser, size, scheme)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
