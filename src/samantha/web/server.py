"""The page's server: files, and one WebSocket that speaks docs/protocol.md, behind a token on 127.0.0.1."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from samantha.channels.base import TAKE_WITHIN, Door
from samantha.events import SamanthaError, WrongUse

STATIC = Path(__file__).parent / "static"
HOST = "127.0.0.1"
LONGEST_REQUEST = 2**20 + 2**16  # bytes: 1 MiB of words and some JSON around them
LONGEST_MESSAGE = 4 * 2**20  # bytes: beyond this the socket closes with 1009 before anything is read
NOTHING_HERE = "There is nothing here: open the whole address that `samantha` printed.\n"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


def new_token() -> str:
    """Return a fresh secret for the page's address, 256 bits."""
    return secrets.token_urlsafe(32)


def listen(port: int = 0) -> socket.socket:
    """Return a listening socket on 127.0.0.1; port 0 takes any free one."""
    return socket.create_server((HOST, port))


def address(token: str, port: int) -> str:
    """Return the one address the page answers at."""
    return f"http://{HOST}:{port}/{token}/"


def build(door: Door, token: str, port: int, take_within: float) -> Starlette:
    """Return the page as an application that answers at `address(token, port)` and nowhere else."""

    async def talk(socket: WebSocket) -> None:
        await converse(door, socket, take_within)

    inside = [WebSocketRoute("/ws", talk), Mount("/", StaticFiles(directory=STATIC, html=True))]
    return Starlette(
        routes=[Mount(f"/{token}", routes=inside)],
        middleware=[Middleware(Guard, token=token, port=port)],
    )


@asynccontextmanager
async def serving(
    door: Door, token: str, sock: socket.socket, *, take_within: float = TAKE_WITHIN
) -> AsyncIterator[str]:
    """Serve the page on a listening socket while the block runs, and give its address.

    A page that leaves an event untaken for `take_within` seconds counts as gone. On leaving, open pages are told
    to reconnect (1012) and their requests are closed.
    """
    port = sock.getsockname()[1]
    config = uvicorn.Config(
        build(door, token, port, take_within),
        ws="websockets-sansio",
        ws_max_size=LONGEST_MESSAGE,
        lifespan="off",
        log_config=None,
        access_log=False,  # it would write the token down
        server_header=False,
        timeout_graceful_shutdown=5,  # seconds
    )
    server = Server(config)
    running = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        yield address(token, port)
    finally:
        server.should_exit = True
        await running


class Server(uvicorn.Server):
    """A uvicorn that leaves signals to the process it is a guest in."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class Guard:
    """Lets in only who knows the token, by this computer's own name, from the page itself."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app = app
        self.token = token.encode()
        self.hosts = {f"{name}:{port}" for name in (HOST, "localhost")}
        self.origins = {f"http://{host}" for host in self.hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404 with one sentence, or pass the request on; either way with our headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if self.welcome(scope):
            await self.app(scope, receive, send_with_headers)
        elif scope["type"] == "websocket":
            await WebSocket(scope, receive, send_with_headers).send_denial_response(refusal())
        else:
            await refusal()(scope, receive, send_with_headers)

    def welcome(self, scope: Scope) -> bool:
        """Tell whether Host, token and, for a WebSocket, Origin are ours.

        Host guards against foreign names that resolve to this computer, Origin against foreign pages.
        """
        headers = Headers(scope=scope)
        token = scope["path"].removeprefix("/").partition("/")[0].encode()
        if headers.get("host") not in self.hosts or not secrets.compare_digest(token, self.token):
            return False
        return scope["type"] != "websocket" or headers.get("origin") in self.origins


def refusal() -> PlainTextResponse:
    """Return what everybody hears who does not know the address."""
    return PlainTextResponse(NOTHING_HERE, status_code=404)


async def converse(door: Door, socket: WebSocket, take_within: float) -> None:
    """Answer every request of one page, side by side, until the page goes away."""
    await socket.accept()
    try:
        async with asyncio.TaskGroup() as requests:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    raise WebSocketDisconnect(message["code"])  # ends the group, which closes what still runs
                requests.create_task(answer(door, socket, message, take_within))
    except* WebSocketDisconnect:
        pass


async def answer(door: Door, socket: WebSocket, message: Message, take_within: float) -> None:
    """Send the events of one request; a message that is none, and a door that fails, get an `error`.

    Where the page goes away first, the door's generator is closed: what it yielded before counts as shown.
    """
    known = None
    try:
        request = read(message)
        known = request.get("id")
        async with aclosing(door.ask(request)) as events:
            async for event in events:
                await tell(socket, event, take_within)
    except SamanthaError as error:
        refused = {"id": known, "event": "error", "code": error.code, "sentence": error.sentence}
        await tell(socket, refused, take_within)


def read(message: Message) -> dict[str, Any]:
    """Return the request in a WebSocket message, or raise `WrongUse` with what is wrong with it."""
    text = message.get("text")
    if text is None:
        raise WrongUse("A request is text, one JSON object a message, never binary.")
    if len(text.encode()) > LONGEST_REQUEST:
        raise WrongUse("That is more than one megabyte at once: send it in pieces.")
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:  # RecursionError: brackets nested by the thousand
        raise WrongUse("That request is not JSON.") from error
    if not isinstance(request, dict):
        raise WrongUse("A request is one JSON object.")
    return request


async def tell(socket: WebSocket, event: dict[str, Any], take_within: float) -> None:
    """Send one event as soon as there is room for it; raise `WebSocketDisconnect` where nobody takes it."""
    if socket.application_state is not WebSocketState.CONNECTED:  # another request found out first
        raise WebSocketDisconnect(1006)
    try:
        async with asyncio.timeout(take_within):
            await socket.send_text(json.dumps(event))
    except TimeoutError:  # there, but not reading: it must not keep the others waiting
        raise WebSocketDisconnect(1006) from None
    await asyncio.sleep(0)  # a reply that never waits must still let a `stop` or a goodbye be heard
