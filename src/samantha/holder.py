"""One process holds the file; the others hand it their work over a Unix socket, one JSON object a line."""

import asyncio
import contextlib
import json
import os
import socket as sockets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

from samantha.channels.base import TAKE_WITHIN, Door
from samantha.events import Held, NoRoom, WrongUse

LONGEST_REQUEST = 8 * 1024 * 1024  # bytes; a million characters, 4 MB at most, and room to spare
LONGEST_EVENT = 2**31  # bytes; a thousand lines of a million characters must pass, and the holder is trusted
NO_REQUEST = "That is no request of docs/protocol.md: one JSON object on one line, up to 8 MiB."
GONE = "The process that holds my file has gone away; see whether your last words are there."


@asynccontextmanager
async def serving(door: Door, socket: Path, *, take_within: float = TAKE_WITHIN) -> AsyncIterator[None]:
    """Take work from other processes while the context lasts. Raises NoRoom where no socket can be made."""
    listening = _listen(socket)
    asked: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this callback as a task
        asked.add(task)
        try:
            await _answer(door, reader, writer, take_within)
        except asyncio.CancelledError:
            return  # by us, below; the streams of Python 3.11 would log it as a failure
        finally:
            asked.discard(task)

    server = await asyncio.start_unix_server(answer, sock=listening, limit=LONGEST_REQUEST)
    try:
        yield
    finally:
        server.close()
        _remove(socket)
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
        packed = _packed(request)
        if len(packed) > LONGEST_REQUEST:
            raise WrongUse(NO_REQUEST)
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket, limit=LONGEST_EVENT)
        except OSError:
            raise Held("The process that holds my file has just closed; try again.") from None
        try:
            writer.write(packed)
            await writer.drain()
            while True:
                line = await reader.readline()
                if not line.endswith(b"\n"):  # nothing, or half an event
                    raise Held(GONE)
                event = json.loads(line)
                yield event
                if event["event"] in ("done", "error"):
                    return
        except OSError:
            raise Held(GONE) from None
        finally:
            await _close(writer)


def _listen(path: Path) -> sockets.socket:
    _remove(path)  # left by a holder that died; we hold the lock, so it is nobody's
    listening = sockets.socket(sockets.AF_UNIX)
    mask = os.umask(0o177)  # the socket is 0600 from the first moment
    try:
        listening.bind(os.fspath(path))
    except OSError as error:
        listening.close()
        raise NoRoom(f"I can't make {path} ({error.strerror or error}); choose another place with --home.") from None
    finally:
        os.umask(mask)
    return listening


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _answer(door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, take_within: float) -> None:
    """Serve one connection: one request, its events; the asker hanging up interrupts it."""
    try:
        request = await _request(reader)
        if request is None:
            writer.write(_packed({"event": "error", "code": WrongUse.code, "sentence": NO_REQUEST}))
            return
        gone = asyncio.ensure_future(_hung_up(reader))
        try:
            await _hand_events(door, request, writer, gone, take_within)
        finally:
            gone.cancel()
    except OSError:  # gone, or stuck: its work was interrupted, and nobody is left to tell
        writer.transport.abort()
    except asyncio.CancelledError:  # closing, which must not wait for an asker that doesn't read
        writer.transport.abort()
        raise
    finally:
        await _close(writer)


async def _request(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """Return what the asker's first line asks for, or None where it is no request."""
    try:
        request = json.loads(await reader.readline())
    except (ValueError, RecursionError):  # too long, no UTF-8, no JSON, or brackets nested by the thousand
        return None
    return request if isinstance(request, dict) else None


async def _hung_up(reader: asyncio.StreamReader) -> None:
    """Wait until the asker has hung up; whatever else it sends is passed over."""
    with contextlib.suppress(OSError):
        while await reader.read(2**16):
            pass


async def _hand_events(
    door: Door,
    request: dict[str, Any],
    writer: asyncio.StreamWriter,
    gone: "asyncio.Future[None]",
    take_within: float,
) -> None:
    async with aclosing(door.ask(request)) as events:
        while True:
            event = await _unless(gone, anext(events, None))
            if event is None:
                return
            writer.write(_packed(event))
            async with asyncio.timeout(take_within):
                await writer.drain()


async def _unless(gone: "asyncio.Future[None]", coming: Awaitable[Any]) -> Any:
    """Wait for what is coming, but not beyond the asker's going: then it is cancelled, and None."""
    got = asyncio.ensure_future(coming)
    try:
        await asyncio.wait((got, gone), return_when=asyncio.FIRST_COMPLETED)
        return got.result() if got.done() else None
    finally:  # also where this process is closing: the generator must be at rest before it is closed
        got.cancel()
        await asyncio.gather(got, return_exceptions=True)


def _packed(message: dict[str, Any]) -> bytes:
    # Not escaped: a million emoji would be 12 MB. A lone surrogate passes, and the door cleans it away.
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
