"""Talking in the terminal: lines from a person or a pipe, words as they come."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Protocol

from samantha import language
from samantha.channels.base import Door, only
from samantha.events import SamanthaError

PACE = 0.03  # seconds between words: as fast as one reads, slow enough to interrupt


class Screen(Protocol):
    """What a person types on and reads from."""

    async def read(self, prompt: str) -> str | None:
        """Return a line, or None when there is no more."""
        ...

    def write(self, text: str) -> None:
        """Show text as it is, at once."""
        ...


class Plain:
    """A screen for a pipe: it only writes."""

    async def read(self, _: str) -> str | None:
        """Return None: a pipe is read by whoever opened it."""
        return None

    def write(self, text: str) -> None:
        """Show text as it is, at once."""
        sys.stdout.write(text)
        sys.stdout.flush()


async def lines_from(descriptor: int) -> AsyncGenerator[str, None]:
    """Yield the lines of a pipe or file as they come, while other work goes on; no UTF-8 becomes �."""
    rest = bytearray()
    while chunk := await _read(descriptor):
        *whole, last = chunk.split(b"\n")
        for part in whole:
            yield (rest + part).decode("utf-8", "replace")
            rest.clear()
        rest += last
    if rest:
        yield rest.decode("utf-8", "replace")


async def _read(descriptor: int) -> bytes:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(descriptor, ready.set)
    except PermissionError:  # a plain file can't be waited for, and needn't
        return os.read(descriptor, 2**16)
    try:
        await ready.wait()
        return os.read(descriptor, 2**16)
    finally:
        loop.remove_reader(descriptor)


async def piped(door: Door, lines: AsyncIterator[str], screen: Screen) -> None:
    """Answer line by line, and end. Blank lines are passed over."""
    async for line in lines:
        if line.strip():
            await _turn(door, line, screen, channel="pipe", pace=0.0)


async def chat(door: Door, screen: Screen) -> None:
    """Talk until the person leaves."""
    hello = await only(door, {"ask": "hello"})
    if "sentence" in hello:
        raise SamanthaError(hello["sentence"])
    if not hello["met"]:
        await _meet(door, screen)
    elif hello["greeting"]:
        screen.write(f"{hello['greeting']}\n")
    last = None  # the turn taken here last, so that nobody else's is forgotten for it
    while True:
        line = await screen.read(await _prompt(door))
        if line is None or line.strip() in _words()["leave"]:
            return
        if line.strip():
            last = await _line(door, line, screen, last)


async def earlier(door: Door, limit: int = 200) -> AsyncIterator[str]:
    """Yield what the person said before, oldest first, for the history of the input line."""
    for line in (await only(door, {"ask": "lines", "limit": limit})).get("lines", []):
        if line["who"] == "person" and "\n" not in line["text"]:
            yield line["text"]


async def _line(door: Door, line: str, screen: Screen, last: int | None) -> int | None:
    """Do what a line says, and return the turn now taken last; None where there is none, or it isn't kept."""
    words = _words()
    command = " ".join(line.split())
    if command == "/forget last":
        return await _forget(door, screen, last)
    if command in COMMANDS:
        await COMMANDS[command](door, screen)
    elif command.startswith("/"):
        screen.write(f"{words['no command'].format(command=command.split()[0])}\n")
    else:
        return await _turn(door, line, screen, channel="terminal", pace=PACE)
    return last


async def _turn(door: Door, text: str, screen: Screen, *, channel: str, pace: float) -> int | None:
    """Take one turn and return its number; Ctrl-C in the middle of the reply stops it: what was shown was said."""
    shown, begun, stops, turn = 0, False, set(), None

    def stop() -> None:
        if begun:  # else it would stop somebody else's
            stops.add(asyncio.ensure_future(only(door, {"ask": "stop", "shown": shown, "channel": channel})))

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop)
    try:
        async with aclosing(door.ask({"ask": "turn", "text": text, "channel": channel, "pace": pace})) as events:
            async for event in events:
                begun = True
                if event["event"] == "heard":
                    turn = event["turn"]
                elif event["event"] == "word":
                    screen.write(event["text"])
                    shown += 1
                elif event["event"] == "said":
                    screen.write(" —\n" if event["interrupted"] else "\n")
                elif event["event"] == "error":
                    screen.write(f"{event['sentence']}\n")
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        await asyncio.gather(*stops)
    return turn


async def _prompt(door: Door) -> str:
    hello = await only(door, {"ask": "hello"})
    return str(_words()["prompt"].get(hello.get("record"), "> "))


async def _meet(door: Door, screen: Screen) -> None:
    """Go through the first meeting; the end of input, or /skip, skips the rest of it."""
    step = await only(door, {"ask": "meet"})
    screen.write(f"{_words()['skip']}\n")
    while True:
        for sentence in step.get("says", [step.get("sentence")]):
            screen.write(f"{sentence}\n")
        if step["event"] == "error" or step["kind"] == "end":
            return
        answer = await STEPS[step["kind"]](step, screen)
        step = await only(door, {"ask": "meet", "answer": {"skip": True} if answer is None else answer})


async def _ask(step: dict[str, Any], screen: Screen) -> dict[str, Any] | None:
    text = await screen.read(f"{step['label']}: ")
    return None if text is None or text.strip() == "/skip" else {"text": text}


async def _choose(step: dict[str, Any], screen: Screen) -> dict[str, Any] | None:
    options = [choice["label"] for choice in step["choices"]]
    picked = await _pick(options, screen, by_default=None)  # a yes is never a slip of the Enter key
    return None if picked is None else {"choice": step["choices"][picked]["id"]}


async def _cards(step: dict[str, Any], screen: Screen) -> dict[str, Any] | None:
    words, chosen = _words(), {}
    for card in step["cards"]:
        screen.write(f"\n  {card['title']}\n  ({card['source']})\n")
        picked = await _pick([words["keep"], words["never mention"], words["let go"]], screen, by_default=0)
        if picked is None:
            return None
        chosen[card["id"]] = ("keep", "never mention", "let go")[picked]
    return {"cards": chosen}


async def _phrase(step: dict[str, Any], screen: Screen) -> dict[str, Any]:
    words = step["phrase"].split()
    rows = [" ".join(words[at : at + 4]) for at in range(0, len(words), 4)]
    screen.write("\n" + "".join(f"    {row}\n" for row in rows) + "\n")
    await screen.read(_words()["written down"])
    return {}


async def _pick(options: list[str], screen: Screen, by_default: int | None) -> int | None:
    """Return the number of the option picked; None to skip."""
    words, most = _words(), len(options)
    screen.write("  " + "   ".join(f"{number} {option}" for number, option in enumerate(options, 1)) + "\n")
    prompt = words["pick"] if by_default is None else words["pick or enter"]
    while True:
        text = await screen.read(prompt.format(most=most))
        if text is None or text.strip() == "/skip":
            return None
        typed = text.strip().lower()
        if not typed:
            found = [] if by_default is None else [by_default]
        else:
            found = [n for n, option in enumerate(options) if typed == str(n + 1) or option.lower().startswith(typed)]
        if found:
            return found[0]
        screen.write(f"{words['pick again'].format(most=most)}\n")


async def _help(_: Door, screen: Screen) -> None:
    screen.write("".join(f"  {name:<14}{what}\n" for name, what in _words()["help"].items()))


async def _forget(door: Door, screen: Screen, last: int | None) -> int | None:
    gone = await only(door, {"ask": "forget", "what": "last", "turn": last})
    words = _words()["forgotten" if gone.get("turns") else "nothing to forget"]
    screen.write(f"{gone.get('sentence') or words}\n")
    if gone.get("backups"):
        screen.write(f"{_words()['still in backups'].format(files=', '.join(gone['backups']))}\n")
    return last if "sentence" in gone else None


async def _off(door: Door, screen: Screen) -> None:
    await _switch(door, screen, on=False)


async def _on(door: Door, screen: Screen) -> None:
    await _switch(door, screen, on=True)


async def _switch(door: Door, screen: Screen, *, on: bool) -> None:
    record = await only(door, {"ask": "record", "on": on})
    screen.write(f"{record.get('sentence') or _words()['record'][record['record']]}\n")
    if "phrase" in record:  # this made the file
        screen.write(f"{_words()['phrase']}\n")
        await _phrase(record, screen)


COMMANDS = {"/help": _help, "/off": _off, "/on": _on}
STEPS: dict[str, Any] = {"ask": _ask, "choose": _choose, "cards": _cards, "phrase": _phrase}


def _words() -> dict[str, Any]:
    words: dict[str, Any] = language.load("terminal")
    return words
