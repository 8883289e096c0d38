"""Who gets in, what a message may be, and what becomes of a request when the page goes away."""

import asyncio
import http.client
import json
import socket as sockets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from samantha.events import Held
from samantha.web import server
from samantha.work import Here, House
from tests.conftest import ask, one, texts, with_mind
from tests.web.conftest import TOKEN, Page
from tests.web.door import ScriptedDoor


def get(page: Page, path: str, host: str | None = None, method: str = "GET") -> http.client.HTTPResponse:
    """Ask the server for a path, under a Host of one's own choosing."""
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)
    connection.request(method, path, headers={"Host": host or f"127.0.0.1:{page.port}"})
    response = connection.getresponse()
    response.body = response.read().decode(errors="replace")  # type: ignore[attr-defined]
    connection.close()
    return response


@contextmanager
def talking(
    page: Page, token: str = TOKEN, host: str | None = None, origin: str | None = "ours"
) -> Iterator[ClientConnection]:
    """Open the page's WebSocket, under a Host and from an Origin of one's own choosing."""
    ours = f"127.0.0.1:{page.port}"
    seen = Origin(f"http://{ours}" if origin == "ours" else origin) if origin else None
    target = f"ws://{host or ours}/{token}/ws"
    here = ("127.0.0.1", page.port)
    # Not compressed, or the same letter by the million would fit into the buffers between the two.
    with connect(target, address=here, origin=seen, proxy=None, max_size=None, compression=None) as socket:
        yield socket


def events(socket: ClientConnection, request: dict[str, Any] | str | bytes) -> list[dict[str, Any]]:
    """Send one request and return its events."""
    socket.send(json.dumps(request) if isinstance(request, dict) else request)
    found = [json.loads(socket.recv(5))]
    while found[-1]["event"] not in {"done", "error"}:
        found.append(json.loads(socket.recv(5)))
    return found


def test_the_page_is_served_under_its_token(site: Page) -> None:
    answer = get(site, f"/{TOKEN}/")
    assert answer.status == 200
    assert "<title>Samantha</title>" in answer.body  # type: ignore[attr-defined]
    assert site.address == f"http://127.0.0.1:{site.port}/{TOKEN}/"


def test_localhost_is_this_computer_too(site: Page) -> None:
    assert get(site, f"/{TOKEN}/style.css", host=f"localhost:{site.port}").status == 200


def test_a_missing_last_slash_is_mended(site: Page) -> None:
    answer = get(site, f"/{TOKEN}")
    assert answer.status == 307
    assert answer.getheader("location") == site.address


@pytest.mark.parametrize(
    "path",
    ["/", "/app.js", "/ws", "//", "/t0ken/", f"/{TOKEN}x/", f"/x/{TOKEN}/", "/%ff%00/", f"/{TOKEN[:-1]}/"],
)
def test_without_the_token_there_is_one_sentence(site: Page, path: str) -> None:
    answer = get(site, path)
    assert answer.status == 404
    assert answer.body == server.NOTHING_HERE  # type: ignore[attr-defined]
    assert TOKEN not in str(answer.headers)


def test_a_request_without_a_path_gets_the_same(site: Page) -> None:
    assert get(site, "*", method="OPTIONS").status == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example"])
def test_a_foreign_host_is_refused(site: Page, host: str) -> None:
    assert get(site, f"/{TOKEN}/", host=host).status == 404


@pytest.mark.parametrize("path", [f"/{TOKEN}/", f"/{TOKEN}/app.js", f"/{TOKEN}/none", "/", f"/{TOKEN}"])
def test_every_answer_has_the_strict_headers(site: Page, path: str) -> None:
    answer = get(site, path)
    policy = answer.getheader("content-security-policy", "")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.getheader("referrer-policy") == "no-referrer"
    assert answer.getheader("x-content-type-options") == "nosniff"
    assert answer.getheader("cache-control") == "no-store"
    assert answer.getheader("server") is None


@pytest.mark.parametrize("path", ["../server.py", "%2e%2e/server.py", "..%2f..%2fevents.py", "fonts/../../server.py"])
def test_nothing_outside_the_folder_is_served(site: Page, path: str) -> None:
    assert get(site, f"/{TOKEN}/{path}").status == 404


def test_files_are_only_read(site: Page) -> None:
    assert get(site, f"/{TOKEN}/app.js", method="POST").status == 405


def test_only_this_computer_can_reach_it() -> None:
    with server.listen() as sock:
        assert sock.getsockname()[0] == "127.0.0.1"


def test_tokens_are_long_and_never_the_same() -> None:
    assert len({server.new_token() for _ in range(50)}) == 50
    assert len(server.new_token()) >= 43


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_another_origin_cannot_talk(page: Page, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused, talking(page, origin=origin):
        pass
    assert refused.value.response.status_code == 404
    assert refused.value.response.body == server.NOTHING_HERE.encode()


def test_another_host_or_token_cannot_talk(page: Page) -> None:
    with pytest.raises(InvalidStatus), talking(page, host="evil.example"):
        pass
    with pytest.raises(InvalidStatus), talking(page, token="guess"):
        pass


def test_a_turn_comes_word_by_word(page: Page, door: ScriptedDoor) -> None:
    with talking(page) as socket:
        got = events(socket, {"ask": "turn", "id": "7", "text": "hello", "channel": "page"})
    assert [event["event"] for event in got if event["event"] != "word"] == [
        "heard", "feeling", "said", "complete", "done",
    ]  # fmt: skip
    assert "".join(event["text"] for event in got if event["event"] == "word") == door.reply
    assert {event["id"] for event in got} == {"7"}


def test_stop_reaches_a_running_turn(page: Page, door: ScriptedDoor) -> None:
    door.hold_after = 3
    with talking(page) as socket:
        socket.send(json.dumps({"ask": "turn", "id": "1", "text": "hello"}))
        words = [json.loads(socket.recv(5)) for _ in range(5)][2:]
        assert [word["text"] for word in words] == ["What", " do", " you"]
        socket.send(json.dumps({"ask": "stop", "id": "2", "shown": 2}))
        rest = [json.loads(socket.recv(5)) for _ in range(4)]
    said = next(event for event in rest if event["event"] == "said")
    assert (said["text"], said["interrupted"]) == ("What do", True)
    assert sorted(event["id"] for event in rest if event["event"] == "done") == ["1", "2"]


@pytest.mark.parametrize(
    "message",
    [
        "", "hello", "{", "[1, 2]", "null", '"turn"', b"\x00\x01", b'{"ask": "hello"}', "[" * 100_000,
        '{"id": ' + "9" * 5000 + "}", json.dumps({"ask": "turn", "text": "x" * server.LONGEST_REQUEST}),
    ],
    ids=lambda message: repr(message[:12]),
)  # fmt: skip
def test_a_malformed_message_gets_a_sentence_and_the_talk_goes_on(
    page: Page, door: ScriptedDoor, message: str | bytes
) -> None:
    with talking(page) as socket:
        (error,) = events(socket, message)
        assert (error["event"], error["code"], error["id"]) == ("error", "wrong-use", None)
        assert error["sentence"].endswith(".")
        assert door.requests == []
        assert events(socket, {"ask": "hello", "id": "1"})[-1]["event"] == "done"


def test_a_door_that_fails_says_so(page: Page, door: ScriptedDoor) -> None:
    door.failure = Held("The process that holds my file has just closed; try again.")
    with talking(page) as socket:
        (error,) = events(socket, {"ask": "hello", "id": "5"})
        assert (error["id"], error["code"]) == ("5", "held")
        assert error["sentence"] == "The process that holds my file has just closed; try again."
        assert events(socket, {"ask": "hello", "id": "6"})[-1]["event"] == "done"


def test_an_unknown_request_is_for_the_door_to_refuse(page: Page) -> None:
    with talking(page) as socket:
        (error,) = events(socket, {"ask": "fly", "id": "1"})
    assert error["id"] == "1"


def test_one_megabyte_of_any_words_passes(page: Page, door: ScriptedDoor) -> None:
    text = "\N{SLEEPING FACE}\N{ARABIC LETTER ALEF}\u202e\x07" * (2**20 // 15)
    with talking(page) as socket:
        socket.send(json.dumps({"ask": "turn", "id": "1", "text": text}, ensure_ascii=False))
        assert json.loads(socket.recv(5))["event"] == "heard"
    assert door.requests[0]["text"] == text


def test_a_message_beyond_the_limit_closes_the_socket(page: Page, door: ScriptedDoor) -> None:
    with talking(page) as socket:
        with suppress(ConnectionClosedError):  # closed before all of it is sent
            socket.send("x" * (server.LONGEST_MESSAGE + 1))
        with pytest.raises(ConnectionClosedError):
            socket.recv(5)
        # 1006: what was still being sent met the closed door before the reason could be read
        assert socket.close_code in (1009, 1006)
    assert door.requests == []


def test_a_page_that_goes_away_in_mid_turn_closes_the_turn(page: Page, door: ScriptedDoor) -> None:
    door.hold_after = 3
    with talking(page) as socket:
        socket.send(json.dumps({"ask": "turn", "id": "1", "text": "hello"}))
        for _ in range(5):
            socket.recv(5)
    page.wait(door.closed.wait())


def test_a_page_that_reads_nothing_holds_the_reply_back(page: Page, door: ScriptedDoor) -> None:
    door.reply = " ".join(["w" * 65_536] * 600)  # 39 MB, more than all buffers between the two
    with talking(page) as socket:
        socket.send(json.dumps({"ask": "turn", "id": "1", "text": "hello"}))
        assert json.loads(socket.recv(5))["event"] == "heard"
        socket.socket.shutdown(sockets.SHUT_RDWR)
    page.wait(door.closed.wait())
    assert door.words < 599


def test_a_page_that_reads_nothing_does_not_keep_the_others_waiting(house: House) -> None:
    with_mind(house, [("x" * 200_000 + " ") * 60], ["Here."])

    async def run() -> None:
        sock = server.listen()
        ours = f"127.0.0.1:{sock.getsockname()[1]}"
        async with server.serving(Here(house), TOKEN, sock, take_within=0.05):
            deaf = await connect_deaf(f"ws://{ours}/{TOKEN}/ws", Origin(f"http://{ours}"))
            await deaf.send(json.dumps({"ask": "turn", "text": "Talk at length."}))
            while house.speaking is None:  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0)
            async with asyncio.timeout(20):
                assert one(await ask(house, "turn", text="And I?"), "said")["text"] == "Here."
            deaf.transport.abort()

    asyncio.run(run())
    kept = texts(house)
    assert kept[0] == "Talk at length."
    assert kept[-2:] == ["And I?", "Here."]
    assert len(kept[1]) < 60 * 200_000


async def connect_deaf(url: str, origin: Origin) -> Any:
    """Open a WebSocket whose reader reads nothing more once it is open."""
    socket = await connect_async(url, origin=origin, proxy=None, ping_interval=None, compression=None)
    socket.transport.pause_reading()
    return socket


def test_ending_the_server_ends_its_talks(page: Page, door: ScriptedDoor) -> None:
    door.hold_after = 3
    with talking(page) as socket:
        socket.send(json.dumps({"ask": "turn", "id": "1", "text": "hello"}))
        for _ in range(5):
            socket.recv(5)
        page.stop()
        with pytest.raises(ConnectionClosedError):
            socket.recv(5)
        assert socket.close_code == 1012
    assert door.closed.is_set()
