"""One object of the catalog, taken for real, and what can be seen of it from outside."""

from __future__ import annotations

import asyncio
import gc
import inspect
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from operator import attrgetter
from typing import Any

from leaklint.catalog.schema import Resource
from tests.live.bench import Arguments, Bench, settled
from tests.live.servers import Server

SOON = 10.0
"""Seconds within which something that was given back must be seen to be back; nobody waits for all of them unless a
claim is wrong."""
STAYS = 0.2
"""Seconds after which something that is still out counts as kept."""
_SHORT = 0.25


class Interrupted(Exception):
    """Raised by the tests inside a `with` block."""


class Trial:
    """Takes objects of one row by one bench. `owner` is what they are taken from, built for this trial alone."""

    def __init__(
        self, row: Resource, bench: Bench, server: Server, benches: Mapping[str, tuple[Bench, Resource | None]]
    ):
        self.row, self.bench, self.server = row, bench, server
        self.owner: Any = None
        self._above: Any = None
        self._benches = benches
        self._ends: list[Callable[[], Any]] = []
        self._taken: list[weakref.ref[Any]] = []
        self._ground = 0

    async def open(self, named: Mapping[str, Any] | None = None, without: Iterable[str] = ()) -> None:
        """Builds the owner, which has room for one object. named, without: keywords added to the call that builds it
        and left out of it."""
        gc.freeze()  # collecting is for what this trial takes, not for all that the tests have imported
        await self._seen(lambda: self.server.sessions() == 0, SOON)
        self._start = self.server.sessions()
        if self.bench.owner:
            self.owner = await self._build(self.bench.owner, dict(named or {}), without)
        self._ground = await self._settled()
        assert await self.becomes(False), "seen as held before anything was taken"

    async def _build(self, call: str, named: dict[str, Any], without: Iterable[str]) -> Any:
        bench, row = self._benches[call]
        above = self._above = await self._build(bench.owner, {}, ()) if bench.owner else None
        arguments = bench.arguments(self.server, above).without(without).with_named(named)
        made = arguments.apply(bench.function(above))
        made = await settled(made)
        ending = bench.close or (row.release[0] if row is not None and row.release else "")
        if ending:
            self._ends.append(getattr(made, ending))
        if bench.start:
            await settled(getattr(made, bench.start)())
        return made

    def call(self, arguments: Arguments | None = None) -> Any:
        """Makes the acquiring call and nothing else."""
        chosen = arguments or self.bench.arguments(self.server, self.owner)
        return chosen.apply(self.bench.function(self.owner))

    async def take(self, arguments: Arguments | None = None) -> Any:
        result = self.call(arguments)
        if self.row.awaited:
            result = await result
        if self.row.taken == "receiver":
            result = self.owner
        if self.row.gives:
            result = result[self.row.gives[0]]
        with suppress(TypeError):
            self._taken.append(weakref.ref(result))
        return result

    async def touch(self, thing: Any) -> None:
        if self.bench.touch is not None:
            await settled(self.bench.touch(thing))

    async def out(self) -> Any:
        """One object that certainly holds what it is about: taken, used once if that is when it opens, and seen."""
        thing = await self.take()
        await self.touch(thing)
        assert await self.becomes(True), "taken, and nothing is seen to be held"
        return thing

    async def _settled(self) -> int:
        """The count before anything is taken: threads of the trial before may need a moment to end."""
        count = self._count()
        while self.bench.observe == "threads":
            await asyncio.sleep(_SHORT)
            count, before = self._count(), count
            if count == before:
                break
        return count

    async def held(self) -> bool:
        if self.bench.observe == "slot":
            return not await self.another()
        return self._count() > self._ground

    def _count(self) -> int:
        if self.bench.observe == "threads":
            return threading.active_count()
        if self.bench.observe == "tasks":
            return len(asyncio.all_tasks())
        return self.server.sessions()

    async def another(self) -> bool:
        """Whether the owner gives a further object; it is given back at once."""
        try:
            return await asyncio.wait_for(self._another(), _SHORT)
        except Exception:  # a pool says that it is empty in as many ways as there are pools
            return False

    async def _another(self) -> bool:
        if self.bench.rival is not None:
            await settled(self.bench.rival(self._above))
            return True
        if self.row.lazy:
            manager = self.call()
            if self.row.async_with != "error":
                async with manager as thing:
                    await self.touch(thing)
            else:
                with manager as thing:
                    await self.touch(thing)
            return True
        thing = await self.take()
        try:
            if self.row.opens == "first-use":
                await self.touch(thing)
        finally:
            await self.give_back(thing)
        return True

    def release(self, thing: Any, name: str) -> Any:
        """Makes one releasing call and returns what it returned, not awaited."""
        if name in self.row.release_to:
            return getattr(self.owner, name)(thing)
        return attrgetter(name)(thing)()

    async def released(self, thing: Any, name: str) -> None:
        """Gives it back by the one call, and by what has to follow it."""
        await settled(self.release(thing, name))
        if self.row.release_completed:
            await getattr(thing, self.row.release_completed)()

    def let_go(self) -> None:
        """Forgets what was taken hold of. What is taken as a result, nobody keeps here."""
        if self.row.taken == "receiver":
            bench, row = self._benches[self.bench.owner]
            if bench.close or (row is not None and row.release):
                self._ends.pop()
            self.owner = None

    async def give_back(self, thing: Any) -> None:
        for name in (*self.row.release_to, *self.row.release):
            await self.released(thing, name)
            return
        with thing:
            pass

    async def becomes(self, held: bool, within: float = SOON) -> bool:
        """Whether it is seen to be held, or not held, before the time is over."""
        deadline = time.monotonic() + within
        while await self.held() is not held:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True

    async def stays(self) -> bool:
        """Whether it is held, and still is after a while."""
        if not await self.held():
            return False
        await asyncio.sleep(STAYS)
        return await self.held()

    async def ended(self) -> bool:
        """Whether nothing at all is left open, the owner's sessions included."""
        return await self._seen(lambda: self.server.sessions() <= self._start, SOON)

    async def end_owner(self) -> None:
        end = self._ends.pop()
        await asyncio.wait_for(_ending(end), SOON)

    async def _seen(self, condition: Callable[[], bool], within: float) -> bool:
        deadline = time.monotonic() + within
        while not condition():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True

    async def finish(self) -> None:
        """Ends whatever is left, so that the next trial finds the server empty."""
        gc.enable()
        for reference in self._taken:
            thing = reference()
            if thing is not None:
                with suppress(BaseException):
                    await asyncio.wait_for(self.give_back(thing), _SHORT)
            del thing
        for end in reversed(self._ends):
            with suppress(BaseException):
                await asyncio.wait_for(_ending(end), _SHORT)
        self._ends.clear()
        self.owner = None
        gc.collect()
        gc.unfreeze()
        self.server.clear()


async def _ending(end: Callable[[], Any]) -> None:
    await settled(end())


async def entered(manager: Any, asynchronously: bool, body: Callable[[Any], Awaitable[None]]) -> BaseException | None:
    """Runs the body under `with` or `async with`; returns what came out of entering, None where it entered.
    What the body or leaving raises is the body's own affair."""
    inside = False
    try:
        if asynchronously:
            async with manager as thing:
                inside = True
                await body(thing)
        else:
            with manager as thing:
                inside = True
                await body(thing)
    except BaseException as error:
        if not inside:
            return error.with_traceback(None)
        if not isinstance(error, Interrupted):
            raise
    finally:
        if inspect.iscoroutine(manager):
            manager.close()
    return None


def discard(result: Any) -> bool:
    """Throws the result of a call away without awaiting it; whether it was a coroutine."""
    coroutine = inspect.iscoroutine(result)
    if coroutine:
        result.close()
    return coroutine
