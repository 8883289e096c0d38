"""Building her: reads nothing but `Config`, and is the only file that names concrete parts."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from samantha.affect import text as affect
from samantha.care import danger
from samantha.events import Concern, Fact, Feeling, Heard, Held, SamanthaError
from samantha.holder import There, serving
from samantha.memory.memory import Memory
from samantha.memory.understanding import Context, told, wording
from samantha.models.builtin.mind import BuiltinMind
from samantha.store import file as store
from samantha.store import key
from samantha.store.home import Home
from samantha.turn import She
from samantha.work import SETTINGS, Here, House

if TYPE_CHECKING:
    from samantha.meeting import Kept, Steps

WAIT_FOR_HOLDER = 15.0  # seconds: as long as a long reply, or a backup's last step
LOOK_AGAIN = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Config:
    """All that is decided from outside; read once, by the command line."""

    home: Home
    places: key.Places
    clock: Callable[[], datetime]
    country: str | None = None  # of the system's time zone; a setting overrules it
    agreed: bool = False  # no first meeting: the person has said so by `--yes`, `say` or a pipe
    announce: Callable[[str], None] = lambda _: None  # told once, where a memory was begun without a meeting


def build(file: store.OpenFile, config: Config) -> She:
    """Build her on an open file."""
    memory = Memory(file)

    def weigh(words: str, feeling: Feeling | None) -> Concern | None:
        return danger.weigh(words, feeling, _country(memory, config), young=memory.young())

    return She(memory, affect.read, weigh, BuiltinMind())


def _country(memory: Memory, config: Config) -> str | None:
    """Return the country whose lines of help are named: the person's word before the system's."""
    country: str | None = memory.setting("country") or config.country
    return country


def open_house(config: Config) -> House:
    """Open her file, make it where the person has agreed beforehand, or begin in RAM. Call it holding the home."""
    if store.exists(config.home):
        file = store.open_existing(config.home, config.places, now=config.clock())
    elif config.agreed:
        file = store.create(config.home, config.places)
        config.announce(
            f"I've begun to remember what is said, in {config.home.folder} (encrypted, key by {file.guarded_by}); "
            "to stop, type /off in `samantha chat`, or delete that folder."
        )
    else:
        file = store.in_ram()
    return House(
        build(file, config),
        config.clock,
        lambda house: _meeting(house, config),
        lambda house: _settle(house, config),
    )


class Doorway:
    """The way to her file from this process: as its holder where nobody else is, else over the holder's socket.

    When the holder goes, the next request takes over from it. Raises Held where one neither answers nor lets go.
    """

    def __init__(self, config: Config, *, serve: bool, patience: float = WAIT_FOR_HOLDER) -> None:
        self._config = config
        self._patience = patience  # seconds to wait for a holder that neither answers nor lets go
        self._serve = serve  # whether other processes may hand their work over to this one
        self._stack = AsyncExitStack()
        self._door: Here | There | None = None
        self._entering = asyncio.Lock()
        self.closing = asyncio.Event()  # somebody has asked this holder to close

    @property
    def house(self) -> House | None:
        """What this process holds, if it is the holder."""
        return self._door.house if isinstance(self._door, Here) else None

    async def __aenter__(self) -> "Doorway":
        async with AsyncExitStack() as failed:  # where she can't be opened, the home must not stay held
            failed.push_async_callback(self._stack.aclose)
            await self._enter()
            failed.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def ask(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Ask for work (docs/protocol.md); a holder that is gone before it began is replaced."""
        for last_try in (False, True):
            door, begun = self._door, False
            assert door is not None  # noqa: S101 - entered
            try:
                async with aclosing(door.ask(request)) as events:
                    async for event in events:
                        begun = True
                        yield event
                return
            except Held:
                if begun or last_try:
                    raise
                async with self._entering:
                    if self._door is door:  # else another request has been here before
                        await self._enter()

    async def _enter(self) -> None:
        await self._stack.aclose()
        self._config.home.prepare()
        there, waited = There(self._config.home.socket), 0.0
        while True:
            if self._stack.enter_context(self._config.home.hold()):
                self._door = Here(await self._hold())
                return
            await self._stack.aclose()
            if await there.reachable():
                self._door = there
                return
            if waited > self._patience:
                raise Held(
                    f"Another process holds {self._config.home.folder} and doesn't answer; end it and try again."
                )
            await asyncio.sleep(LOOK_AGAIN)
            waited += LOOK_AGAIN

    async def _hold(self) -> House:
        house = open_house(self._config)
        house.closing = self.closing
        self._stack.callback(lambda: house.she.memory.file.close())  # noqa: PLW0108 - the file of then, not of now
        if self._serve:
            await self._stack.enter_async_context(serving(Here(house), self._config.home.socket))
        return house


def _settle(house: House, config: Config, *, shown: bool = True) -> str:
    """Make the file at the person's yes, go on in it, and return its recovery phrase; see `new_phrase`."""
    in_ram = house.she.memory
    house.she = build(store.create(config.home, config.places), config)
    for name in ("page token", "country", *SETTINGS):  # chosen before the yes: the page is open already
        if (value := in_ram.setting(name)) is not None:
            house.she.memory.set(name, value)
    in_ram.file.close()
    return new_phrase(house.she.memory.file, config, shown=shown)


def _meeting(house: House, config: Config) -> "Steps":
    from samantha.meeting import Agreement, meet  # noqa: PLC0415 - once in a life

    def understand(words: str) -> tuple[Fact, ...]:
        return told(words, Context(at=config.clock()))

    def weigh(words: str, young: bool) -> Concern | None:
        return danger.weigh(words, affect.read(words), _country(house.she.memory, config), young=young)

    def agree() -> str:
        return _settle(house, config, shown=False)

    def keep(kept: "Kept") -> None:
        heard = Heard(kept.words, config.clock(), "meeting")
        house.she.memory.note(kept.question, heard, kept.facts, kept.sensitivity)

    def shown() -> None:
        wraps = house.she.memory.file.wraps
        way = wraps and wraps.way("phrase")
        if way:
            with contextlib.suppress(SamanthaError):  # then the next backup makes another, and shows it
                key.saw_phrase(config.home, way)

    return meet(understand, wording, weigh, Agreement(agree, keep, shown), str(config.home.folder))


def new_phrase(file: store.OpenFile, config: Config, *, shown: bool) -> str:
    """Make a recovery phrase that opens the file and its future backups; one before it no longer does.

    Until it counts as `shown`, the next backup makes another: nobody may have written this one down.
    """
    assert file.wraps is not None  # noqa: S101 - a file in RAM has no phrase; callers have settled
    assert file.data_key is not None  # noqa: S101 - as above
    phrase, way = key.by_phrase(file.data_key, file.wraps.memory)
    file.wraps = key.keep_phrase(config.home, file.wraps.memory, way, shown=shown)
    return phrase
