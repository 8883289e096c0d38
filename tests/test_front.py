"""The ways in for a person, each run in this process, on loopback."""

import asyncio
import os
import signal
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from samantha import app, front, keeping, place
from samantha.events import WrongUse
from samantha.holder import There
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.web import server
from tests.conftest import ask, one, texts
from tests.scripted import Clock, open_house


def config(folder: Path, *, agreed: bool = True) -> app.Config:
    """Return the config of a home in a folder."""
    return app.Config(Home(folder / "home"), Places(folder / "keys"), place.now, agreed=agreed)


async def address(capsys: pytest.CaptureFixture[str]) -> str:
    """Wait until the address of the page is printed, and return it."""
    printed = ""
    while "http://" not in printed:
        await asyncio.sleep(0)
        printed += capsys.readouterr().out
    return printed.partition("http://")[2].split()[0]


def fetch(url: str) -> str:
    """Return a page."""
    with urllib.request.urlopen(f"http://{url}", timeout=10) as response:
        text: str = response.read().decode()
        return text


@contextmanager
def piped_in(sent: bytes) -> Iterator[int]:
    """Give a descriptor from which some bytes come."""
    out, into = os.pipe()
    os.write(into, sent)
    os.close(into)
    yield out
    os.close(out)


async def serve(folder: Path, capsys: pytest.CaptureFixture[str], *, agreed: bool = True) -> str:
    """Serve the page until it was fetched and the file locked from elsewhere; return its address."""
    talking = asyncio.ensure_future(front.talk_on_page(config(folder, agreed=agreed), port=0, open_browser=False))
    url = await address(capsys)
    assert "<title>Samantha" in await asyncio.to_thread(fetch, url)
    await ask(There(Home(folder / "home").socket), "lock")
    await talking
    return url


def test_the_page_is_served_until_the_file_is_locked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = asyncio.run(serve(tmp_path, capsys))
    second = asyncio.run(serve(tmp_path, capsys))
    assert first.split("/")[1] == second.split("/")[1]  # a bookmark keeps working


def test_unmet_the_token_is_of_this_run_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tokens = {asyncio.run(serve(tmp_path, capsys, agreed=False)).split("/")[1] for _ in range(2)}
    assert len(tokens) == 2
    assert not (tmp_path / "home" / "memory.db").exists()


def test_a_port_that_is_taken_is_one_sentence_where_it_was_asked_for(tmp_path: Path) -> None:
    with server.listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WrongUse, match="--port"):
            asyncio.run(front.talk_on_page(config(tmp_path), port=port, open_browser=False))


def test_the_page_ends_with_sigterm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        talking = asyncio.ensure_future(front.talk_on_page(config(tmp_path), port=None, open_browser=False))
        await address(capsys)
        os.kill(os.getpid(), signal.SIGTERM)
        await talking

    asyncio.run(run())
    assert not Home(tmp_path / "home").socket.exists()


def test_a_pipe_is_answered_and_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with piped_in(b"hello\n\n\xff\xfe\nIt rained.") as descriptor:
        asyncio.run(front.talk_through_pipe(config(tmp_path), descriptor))
    assert len(capsys.readouterr().out.splitlines()) >= 3


def test_a_pipe_that_waits_can_be_locked_and_asked_from_elsewhere(tmp_path: Path) -> None:
    async def run() -> None:
        out, into = os.pipe()
        talking = asyncio.ensure_future(front.talk_through_pipe(config(tmp_path), out))
        there = There(Home(tmp_path / "home").socket)
        while not await there.reachable():  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0)
        assert one(await ask(there, "hello"), "hello")["met"]
        await keeping.close_holder(Home(tmp_path / "home"))
        await talking
        os.close(into)
        os.close(out)

    asyncio.run(run())


def test_one_that_became_the_holder_later_can_be_locked_too(tmp_path: Path) -> None:
    async def run() -> None:
        out, into = os.pipe()
        async with app.Doorway(config(tmp_path), serve=True) as first:
            assert first.house
            talking = asyncio.ensure_future(front.talk_through_pipe(config(tmp_path), out))
            os.write(into, b"hello\n")
            while not texts(first.house):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0)
        os.write(into, b"hello again\n")  # now it takes over
        there = There(Home(tmp_path / "home").socket)
        while not await there.reachable():  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0)
        await keeping.close_holder(Home(tmp_path / "home"))
        await talking
        os.close(into)
        os.close(out)

    asyncio.run(run())


def test_what_breaks_in_the_talk_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="descriptor"):
        asyncio.run(front.talk_through_pipe(config(tmp_path), -1))


@pytest.mark.parametrize(
    ("set_", "screen"), [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True)]
)
@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac always has a screen")
def test_a_screen_is_told_by_its_variables(monkeypatch: pytest.MonkeyPatch, set_: dict[str, str], screen: bool) -> None:
    for name, value in set_.items():
        monkeypatch.setenv(name, value)
    assert front._has_screen() is screen


def test_the_usual_port_gives_way(tmp_path: Path, clock: Clock) -> None:
    with front._listen(None) as first, front._listen(None) as second:
        assert first.getsockname()[1] != second.getsockname()[1]
    open_house(tmp_path, clock).she.memory.file.close()
