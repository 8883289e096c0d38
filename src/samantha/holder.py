"""One process holds the file; the others hand it their work over a Unix socket, one JSON object a line."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

from samantha.channels.base import Door
from samantha.events import Held

LONGEST_MESSAGE = 8 * 1024 * 1024  # bytes; a million characters, escaped, and room to spare
TAKE_WITHIN = 10.0  # seconds an asker may leave her words untaken before it counts as gone


@asynccontextmanager
async def serving(door: Door, socket: Path) -> AsyncIterator[None]:
    """Take work from other processes while the context lasts."""
    socket.unlink(missing_ok=True)  # left by a holder that died; we hold the lock, so it is nobody's
    asked: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this callback as a task
        asked.add(task)
        try:
            await _answer(door, reader, writer)
        finally:
            asked.discard(task)

    mask = os.umask(0o177)  # the socket is made with 0600 from the first moment
    try:
        server = await asyncio.start_unix_server(answer, path=socket, limit=LONGEST_MESSAGE)
    finally:
        os.umask(mask)
    try:
        yield
    finally:
        server.close()
        socket.unlink(missing_ok=True)
        for task in list(asked):
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


class There:
    """The door to the process that holds the file; each work has a connection of its own."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def reachable(self) -> bool:
        """Tell whether somebody answers there."""
        try:
            _, writer = await asyncio.open_unix_connection(self._socket)
        except OSError:
            return False
        await _close(writer)
        return True

    async def ask(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Hand the work over and yield its events. Raises Held where the holder goes away in the middle."""
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket, limit=LONGEST_MESSAGE)
        except OSError:
            raise Held("The process that holds my file has just closed; try again.") from None
        try:
            writer.write(_packed(request))
            await writer.drain()
            while True:
                event = json.loads(await reader.readline() or b"null")
                if event is None:
                    raise Held(
                        "The process that holds my file has gone away; see whether your last words are there."
                    )
                yield event
                if event["event"] in ("done", "error"):
                    return
        except OSError:
            raise Held(
                "The process that holds my file has gone away; see whether your last words are there."
            ) from None
        finally:
            await _close(writer)


async def _answer(door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection: one request, its events; the asker hanging up interrupts it."""
    try:
        request = _parsed(await reader.readline())
        if request is None:
            writer.write(
                _packed(
                    {
                        "event": "error",
                        "code": "wrong-use",
                        "sentence": "That is no request of docs/protocol.md.",
                    }
                )
            )
            return
        hung_up = asyncio.ensure_future(reader.read(1))
        try:
            await _hand_events(door, request, writer, hung_up)
        finally:
            hung_up.cancel()
    except (OSError, ValueError, TimeoutError):
        return  # gone, stuck, or a line beyond all limits: its work was interrupted, and nobody is left to tell
    finally:
        await _close(writer)


async def _hand_events(
    door: Door, request: dict[str, Any], writer: asyncio.StreamWriter, hung_up: "asyncio.Future[bytes]"
) -> None:
    async with aclosing(door.ask(request)) as events:
        while True:
            coming = asyncio.ensure_future(anext(events, None))
            await asyncio.wait((coming, hung_up), return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
                return
            event = coming.result()
            if event is None:
                return
            writer.write(_packed(event))
            await asyncio.wait_for(writer.drain(), TAKE_WITHIN)


def _packed(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        request = json.loads(line)
    except ValueError:
        return None
    return request if isinstance(request, dict) else None


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
