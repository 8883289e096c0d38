"""The ways in for a person: the terminal, the page beside it, and a pipe."""

import asyncio
import contextlib
import signal
import socket
import sys
import webbrowser
from collections.abc import Coroutine, Iterator

from samantha import language, place
from samantha.app import Config, Doorway
from samantha.channels.base import Door, only
from samantha.channels.terminal import Plain, Screen, chat, earlier, lines_from, piped
from samantha.events import Held, WrongUse
from samantha.store.home import Home, write_private

USUAL_PORT = 7264  # so that a bookmark keeps working; any free one where it is taken
LEADS_THERE = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={}"><title>Samantha</title>'
)


async def talk_in_terminal(config: Config) -> None:
    """Talk in the terminal until the person leaves, or the file is locked from elsewhere."""
    async with Doorway(config, serve=True) as door:
        screen = await _prompt(door)
        if await _until_closed(door, chat(door, screen)):
            screen.write("\nLocked from elsewhere.\n")


async def talk_on_page(config: Config, *, port: int | None, open_browser: bool, new_address: bool = False) -> None:
    """Serve the page; open it where there is a screen, else talk in the terminal beside it.

    With `new_address`, addresses of before lead nowhere any more; raises Held where another process is the holder.
    """
    from samantha.web import server  # noqa: PLC0415 - 80 ms that the terminal doesn't need

    async with Doorway(config, serve=True) as door:
        token = _token(door, server.new_token(), renew=new_address)
        async with server.serving(door, token, _listen(port)) as address:
            await _until_closed(door, _beside(door, config.home, address, open_browser=open_browser))


async def _beside(door: Door, home: Home, address: str, *, open_browser: bool) -> None:
    """Open the page, and wait; where it can't be opened and somebody is at the terminal, talk there."""
    with _way_in(home, address) as way_in:  # until the end: a browser may take long to start
        opened = open_browser and place.has_screen() and webbrowser.open(way_in)
        print(f"{'Her page is open in your browser' if opened else 'Her page'}: {address}", flush=True)
        if opened or not open_browser or sys.stdin is None or not sys.stdin.isatty():
            await asyncio.Event().wait()
        print("No browser here to open it in, so talk to her right here; /quit leaves.", flush=True)
        await chat(door, await _prompt(door))


async def talk_through_pipe(config: Config, descriptor: int) -> None:
    """Answer what comes through a file descriptor line by line. Raises Held where the file is locked before its end."""
    async with Doorway(config, serve=True) as door:
        record = (await only(door, {"ask": "hello"})).get("record")
        if words := language.load("terminal")["not kept"].get(record):
            config.announce(words)
        if await _until_closed(door, piped(door, lines_from(descriptor), Plain())):
            raise Held("Locked from elsewhere; what the pipe still holds was not heard, so send it again.")


async def _prompt(door: Door) -> Screen:
    from samantha.channels.prompt import Prompt  # noqa: PLC0415 - 100 ms that a pipe doesn't need

    return Prompt([line async for line in earlier(door)])


async def _until_closed(door: Doorway, talk: Coroutine[None, None, None]) -> bool:
    """Run until the talk ends, the file is locked or the process is to end; tell whether a lock cut it off."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ending.set)
    waiting = [asyncio.ensure_future(one) for one in (talk, ending.wait(), door.closing.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if waiting[0].done():
            waiting[0].result()
            return False
        return door.closing.is_set()
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _token(door: Doorway, new: str, *, renew: bool) -> str:
    """Return the page's token: the one of this memory, so that a bookmark keeps working, or a new one."""
    if door.house is None:
        if renew:
            raise Held("She is open elsewhere (a page, a chat); close it with `samantha lock`, then ask again.")
        return new
    memory = door.house.she.memory
    kept: str | None = memory.setting("page token")
    if kept is None or renew:
        memory.set("page token", new)  # in RAM before we have met; the file takes it over
        return new
    return kept


@contextlib.contextmanager
def _way_in(home: Home, address: str) -> Iterator[str]:
    """Give a file that leads to the address: what a browser is started with, everybody on the machine may read."""
    path = home.folder / "open.html"
    write_private(path, LEADS_THERE.format(address).encode())
    try:
        yield path.as_uri()
    finally:
        path.unlink(missing_ok=True)


def _listen(port: int | None) -> socket.socket:
    from samantha.web import server  # noqa: PLC0415

    if port is not None:
        try:
            return server.listen(port)
        except OSError as error:
            raise WrongUse(f"I can't serve on port {port} ({error.strerror}); choose another with --port.") from None
    with contextlib.suppress(OSError):
        return server.listen(USUAL_PORT)
    return server.listen(0)
