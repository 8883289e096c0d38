"""A channel that hands a reply over word by word, as fast as it is taken."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from typing import TypeVar

from samantha.events import Event, Heard, Reply, Said

# A word with the space before it, so that the words of a reply, joined, are the reply, to the letter.
WORD = re.compile(r"\s*\S+|\s+$")
Got = TypeVar("Got")


class StreamChannel:
    """One turn over a stream of events that somebody takes one after another.

    A reply moves on only when its last word was taken, so what was taken is what was shown. `stop` ends it.
    """

    def __init__(self, heard: Heard, clock: Callable[[], datetime], pace: float = 0.0) -> None:
        self._heard = heard
        self._clock = clock
        self._pace = pace  # seconds between words
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._taken = asyncio.Semaphore(0)
        self._stopped = asyncio.Event()
        self._shown: int | None = None  # words, where the taker said how many it has shown
        self.failure: Exception | None = None  # what broke the reply; for whoever took the turn to tell

    @property
    def name(self) -> str:
        """The channel's name: "page", "terminal", "say"."""
        return self._heard.channel

    @property
    def stopped(self) -> bool:
        """Whether whoever asked has stopped it, or gone."""
        return self._stopped.is_set()

    async def hear(self) -> Heard:
        """Return what the person said."""
        return self._heard

    def show(self, event: Event) -> None:
        """Put an event into the stream."""
        self._events.put_nowait(event)

    async def say(self, reply: Reply) -> Said:
        """Hand the words over until the reply ends, breaks or is stopped; return what was taken."""
        words: list[str] = []
        taken = 0
        try:
            async with aclosing(_words(reply)) as coming:
                while (word := await self._unless_stopped(anext(coming, ""))) and not self._stopped.is_set():
                    words.append(word)
                    self.show(Event("word", {"text": word}))
                    taken += bool(await self._unless_stopped(self._taken.acquire()))
                    await self._breathe()
        except Exception as error:  # noqa: BLE001 - a mind that breaks interrupts its reply: what was spoken was spoken
            self.failure = error
        shown = taken if self._shown is None else self._shown
        interrupted = self._stopped.is_set() or self.failure is not None
        return Said("".join(words[:shown]).strip(), self._clock(), interrupted)

    def stop(self, shown: int | None = None) -> None:
        """Interrupt the reply; `shown` words of it were seen, or all taken. The first stop counts."""
        if not self._stopped.is_set():
            self._shown = shown
            self._stopped.set()

    def end(self) -> None:
        """Close the stream."""
        self._events.put_nowait(None)

    async def events(self) -> AsyncIterator[Event]:
        """Yield the events in order; asking for the next one says that the last was shown."""
        while (event := await self._events.get()) is not None:
            yield event
            if event.name == "word":
                self._taken.release()

    async def _unless_stopped(self, wanted: Awaitable[Got]) -> Got | None:
        """Wait for something, but not beyond the stop: then it is cancelled, and None."""
        got, stopped = asyncio.ensure_future(wanted), asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait((got, stopped), return_when=asyncio.FIRST_COMPLETED)
            return got.result() if got.done() else None
        finally:
            got.cancel()
            stopped.cancel()
            await asyncio.gather(got, stopped, return_exceptions=True)

    async def _breathe(self) -> None:
        if self._pace:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self._pace)


async def _words(reply: Reply) -> AsyncGenerator[str, None]:
    """Cut a stream of parts into words; a word is handed on once the next one has begun."""
    rest = ""
    async for part in reply:
        *whole, rest = WORD.findall(rest + part.text) or [""]
        for word in whole:
            yield word
    if rest:
        yield rest
