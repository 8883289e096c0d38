"""The page under test: a real server on a loopback port, in a thread of its own, and a scripted door."""

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from playwright.sync_api import Page as Tab

from samantha.web import server
from tests.web.browsing import CHROMIUM, DESKTOP, FLAGS, Open
from tests.web.door import ScriptedDoor

TOKEN = "t0ken-of-the-tests"


@dataclass
class Page:
    """A running page; `stop` and `start` take it away and bring it back on the same port."""

    door: ScriptedDoor = field(default_factory=ScriptedDoor)
    port: int = 0
    address: str = ""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _leave: asyncio.Event = field(default_factory=asyncio.Event)
    _served: Future[None] | None = None

    @property
    def up(self) -> bool:
        """Tell whether it is being served."""
        return self._served is not None and not self._served.done()

    def ask(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Pass a request on to the door of this test."""
        return self.door.ask(request)

    def start(self) -> None:
        """Serve, on the port of before where there was one."""
        up = threading.Event()
        self._leave.clear()
        sock = server.listen(self.port)
        self._served = asyncio.run_coroutine_threadsafe(self._serve(sock, up), self._loop)
        assert up.wait(5)

    def stop(self) -> None:
        """End serving and wait until it is over."""
        self._loop.call_soon_threadsafe(self._leave.set)
        if self._served:
            self._served.result(10)

    def call(self, work: Callable[[], Any]) -> None:
        """Run a plain function in the server's loop, as setting an event there needs."""

        async def run() -> None:
            work()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(5)

    def wait(self, work: Awaitable[Any]) -> None:
        """Wait for something in the server's loop, 5 seconds at most."""

        async def run() -> None:
            await work

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(5)

    async def _serve(self, sock: socket.socket, up: threading.Event) -> None:
        async with server.serving(self, TOKEN, sock) as self.address:
            self.port = sock.getsockname()[1]
            up.set()
            await self._leave.wait()


@contextmanager
def running() -> Iterator[Page]:
    """Run the page on a free port while the block runs."""
    page = Page()
    loop = page._loop
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    page.start()
    try:
        yield page
    finally:
        page.stop()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@pytest.fixture(scope="module")
def site() -> Iterator[Page]:
    """One running page for a whole file of tests."""
    with running() as page:
        yield page


@pytest.fixture
def door() -> ScriptedDoor:
    """A door nobody has come through yet."""
    return ScriptedDoor()


@pytest.fixture
def page(site: Page, door: ScriptedDoor) -> Iterator[Page]:
    """The page, with that door behind it."""
    site.door = door
    yield site
    if not site.up:
        site.start()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser, page: Page) -> Iterator[Open]:
    """Open the page in a fresh tab; what the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(size: tuple[int, int] = DESKTOP, at: str = "", **context: Any) -> Tab:
        context.setdefault("locale", "en-GB")
        contexts.append(browser.new_context(viewport={"width": size[0], "height": size[1]}, **context))
        tab = contexts[-1].new_page()
        tab.set_default_timeout(5000)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda message: complaints.append(message.text) if is_ours(message.text) else None)
        tab.goto(page.address + at)
        expect(tab.locator("living-line[state=here]")).to_be_attached()
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def is_ours(complaint: str) -> bool:
    """Tell a complaint about the page from the browser's note that the server is away, which tests cause."""
    return "WebSocket connection" not in complaint
