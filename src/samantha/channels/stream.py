"""A channel that hands a reply over word by word, as fast as it is taken."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from samantha.events import Event, Heard, Reply, Said

# A word with the space before it, so that the words of a reply, joined, are the reply, to the letter.
WORD = re.compile(r"\s*\S+|\s+$")


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

    @property
    def name(self) -> str:
        """The channel's name: "page", "terminal", "say"."""
        return self._heard.channel

    async def hear(self) -> Heard:
        """Return what the person said."""
        return self._heard

    def show(self, event: Event) -> None:
        """Put an event into the stream."""
        self._events.put_nowait(event)

    async def say(self, reply: Reply) -> Said:
        """Hand the words over until the reply ends or is stopped; return what was taken."""
        words: list[str] = []
        taken = 0
        async for word in _words(reply):
            if self._stopped.is_set():
                break
            words.append(word)
            self.show(Event("word", {"text": word}))
            if not await self._was_taken():
                break
            taken += 1
            await self._breathe()
        shown = taken if self._shown is None else self._shown
        return Said("".join(words[:shown]).strip(), self._clock(), interrupted=self._stopped.is_set())

    def stop(self, shown: int | None = None) -> None:
        """Interrupt the reply; `shown` words of it were seen, or all that were taken."""
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

    async def _was_taken(self) -> bool:
        taken, stopped = (
            asyncio.ensure_future(wait) for wait in (self._taken.acquire(), self._stopped.wait())
        )
        await asyncio.wait((taken, stopped), return_when=asyncio.FIRST_COMPLETED)
        was_taken = taken.done()
        for waiting in (taken, stopped):
            waiting.cancel()
        return was_taken

    async def _breathe(self) -> None:
        if self._pace:
            with_pause: Any = asyncio.wait_for(self._stopped.wait(), self._pace)
            try:
                await with_pause
            except TimeoutError:
                return


async def _words(reply: Reply) -> AsyncIterator[str]:
    """Cut a stream of parts into words; a word is handed on once the next one has begun."""
    rest = ""
    async for part in reply:
        *whole, rest = WORD.findall(rest + part.text) or [""]
        for word in whole:
            yield word
    if rest:
        yield rest
