"""The ways in for a person: the terminal, the page beside it, and a pipe."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Coroutine

from samantha.app import Config, Doorway
from samantha.channels.base import Door
from samantha.channels.terminal import Plain, Screen, chat, earlier, lines_from, piped
from samantha.events import WrongUse

USUAL_PORT = 7264  # so that a bookmark keeps working; any free one where it is taken


async def talk_in_terminal(config: Config) -> None:
    """Talk in the terminal until the person leaves, or the file is locked from elsewhere."""
    async with Doorway(config, serve=True) as door:
        screen = await _prompt(door)
        if await _until_closed(door, chat(door, screen)):
            screen.write("\nLocked from elsewhere.\n")


async def talk_on_page(config: Config, *, port: int | None, open_browser: bool) -> None:
    """Serve the page; open it where there is a screen, else talk in the terminal beside it."""
    from samantha.web import server  # noqa: PLC0415 - 80 ms that the terminal doesn't need

    async with Doorway(config, serve=True) as door:
        token = _token(door, server.new_token())
        async with server.serving(door, token, _listen(port)) as address:
            opened = open_browser and _has_screen() and webbrowser.open(address)
            print(f"{'Her page is open in your browser' if opened else 'Her page'}: {address}", flush=True)
            if opened or not open_browser or sys.stdin is None or not sys.stdin.isatty():
                await _until_closed(door, _forever())
                return
            print("No browser here to open it in, so talk to her right here; /quit leaves.", flush=True)
            await _until_closed(door, chat(door, await _prompt(door)))


async def talk_through_pipe(config: Config, descriptor: int) -> None:
    """Answer what comes through a file descriptor line by line, until it ends or the file is locked."""
    async with Doorway(config, serve=True) as door:
        await _until_closed(door, piped(door, lines_from(descriptor), Plain()))


async def _prompt(door: Door) -> Screen:
    from samantha.channels.prompt import Prompt  # noqa: PLC0415 - 100 ms that a pipe doesn't need

    return Prompt([line async for line in earlier(door)])


async def _until_closed(door: Doorway, talk: Coroutine[None, None, None]) -> bool:
    """Run until the talk ends, the file is locked or the process is to end; tell whether it was locked."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ending.set)
    waiting = [asyncio.ensure_future(one) for one in (talk, ending.wait(), door.closing.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if waiting[0].done():
            waiting[0].result()
        return door.closing.is_set()
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _forever() -> None:
    await asyncio.Event().wait()


def _token(door: Doorway, new: str) -> str:
    """Return the page's token: the one of this memory, so that a bookmark keeps working, or a new one."""
    house = door.house
    if house is None or not house.met:
        return new
    kept = house.she.memory.setting("page token")
    if kept is None:
        house.she.memory.set("page token", new)
    return kept or new


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


def _has_screen() -> bool:
    """Tell whether a browser would have a screen to open on; a text browser would take over the terminal."""
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
