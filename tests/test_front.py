"""The ways in for a person, each run in this process, on loopback."""

import asyncio
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from samantha import app, front, keeping, place
from samantha.events import Held, WrongUse
from samantha.holder import There
from samantha.store.home import Home
from samantha.store.key import Places
from samantha.web import server
from tests.conftest import ask, asked, one, texts
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


async def serve(
    folder: Path, capsys: pytest.CaptureFixture[str], *, agreed: bool = True, new_address: bool = False, **meet: Any
) -> str:
    """Serve the page until it was fetched and the file locked from elsewhere; return its address."""
    settings = config(folder, agreed=agreed)
    talking = asyncio.ensure_future(front.talk_on_page(settings, port=0, open_browser=False, new_address=new_address))
    url = await address(capsys)
    assert "<title>Samantha" in await asyncio.to_thread(fetch, url)
    for what, rest in meet.items():
        assert (await ask(There(Home(folder / "home").socket), what, **rest))[-1]["event"] == "done"
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


def test_what_was_chosen_before_the_yes_stays_and_so_does_the_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = {"theme": "dark", "country": "NO", "still": True}
    first = asyncio.run(serve(tmp_path, capsys, agreed=False, settings={"set": chosen}, record={"on": True}))
    assert (tmp_path / "home" / "memory.db").exists()
    assert asyncio.run(serve(tmp_path, capsys)).split("/")[1] == first.split("/")[1]
    again = app.open_house(config(tmp_path))
    assert one(asked(again, "settings"), "settings").items() >= chosen.items()
    again.she.memory.file.close()


def test_a_new_address_is_given_where_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = (
        asyncio.run(serve(tmp_path, capsys, new_address=new)).split("/")[1] for new in (False, True, False)
    )
    assert first != second == third

    async def run() -> None:
        async with app.Doorway(config(tmp_path), serve=True):
            await front.talk_on_page(config(tmp_path), port=0, open_browser=False, new_address=True)

    with pytest.raises(Held, match="samantha lock"):
        asyncio.run(run())


def test_a_browser_is_told_neither_the_address_nor_the_passphrase(tmp_path: Path) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\n(echo "$@"; env; cat "${{1#file://}}"; stat -c %a "${{1#file://}}") > {seen}\n')
    browser.chmod(0o700)
    variables = {"DISPLAY": ":0", "BROWSER": f"{browser} %s", "SAMANTHA_PASSPHRASE": "correct horse"}
    with subprocess.Popen(
        [sys.executable, "-m", "samantha", "--yes", "--port", "0", "--home", str(tmp_path / "home")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **variables},
        text=True,
    ) as serving:
        assert serving.stdout
        printed = serving.stdout.readline()
        assert "open in your browser" in printed
        assert (tmp_path / "home" / "open.html").exists()
        serving.terminate()
        assert serving.wait(30) == 0
    token = printed.split("/")[3]
    arguments, _, rest = seen.read_text().partition("\n")
    environment, _, page = rest.partition("<!doctype")
    assert arguments == f"file://{tmp_path}/home/open.html"
    assert token not in environment
    assert "correct horse" not in environment
    assert f"/{token}/" in page
    assert page.endswith("600\n")
    assert not (tmp_path / "home" / "open.html").exists()


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
        os.write(into, b"Said too late.\n")
        with pytest.raises(Held, match="not heard"):
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
        with pytest.raises(Held, match="not heard"):
            await talking
        os.close(into)
        os.close(out)

    asyncio.run(run())


def test_what_breaks_in_the_talk_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="descriptor"):
        asyncio.run(front.talk_through_pipe(config(tmp_path), -1))


def test_the_usual_port_gives_way(tmp_path: Path, clock: Clock) -> None:
    with front._listen(None) as first, front._listen(None) as second:
        assert first.getsockname()[1] != second.getsockname()[1]
    open_house(tmp_path, clock).she.memory.file.close()
