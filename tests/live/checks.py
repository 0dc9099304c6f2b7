"""How each kind of claim is tried: one function for each field of a row."""

from __future__ import annotations

import ast
import gc
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from tests.live.bench import Arguments, resolve, settled
from tests.live.claims import Claim
from tests.live.trial import Interrupted, Trial, discard, entered

Check = Callable[[Trial, Claim], Awaitable[None]]


async def acquire(trial: Trial, claim: Claim) -> None:
    if trial.row.lazy:
        await _leaves(trial, trial.call(), trial.row.async_with != "error", "closes")
        return
    await trial.out()


async def is_of_type(trial: Trial, claim: Claim) -> None:
    wanted = [resolve(name) for name in (trial.row.type, *trial.row.types)]
    if trial.row.lazy:

        async def body(thing: Any) -> None:
            assert isinstance(thing, tuple(wanted)), type(thing)

        assert await entered(trial.call(), trial.row.async_with != "error", body) is None
        return
    thing = await trial.take()
    assert isinstance(thing, tuple(wanted)), type(thing)


async def lazy(trial: Trial, claim: Claim) -> None:
    manager = trial.call()
    assert await trial.becomes(False), "calling it takes something already"

    async def body(thing: Any) -> None:
        await trial.touch(thing)
        assert await trial.becomes(True), "entered, and nothing is held"

    assert await entered(manager, trial.row.async_with != "error", body) is None


async def opens(trial: Trial, claim: Claim) -> None:
    thing = await trial.take()
    if trial.row.opens == "first-use":
        assert await trial.becomes(False), "holds something before its first use"
        await trial.touch(thing)
    assert await trial.becomes(True), "holds nothing"


async def release(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()
    result = trial.release(thing, claim.subject)
    plain = trial.row.release_awaited == "no" or claim.subject in trial.row.release_plain
    if plain:
        assert not discard(result), f"{claim.subject}() gives a coroutine"
    else:
        await settled(result)
    if trial.row.release_completed:
        await getattr(thing, trial.row.release_completed)()
    assert await trial.becomes(False), f"still held after {claim.subject}()"


async def ended_by(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()
    arguments = trial.bench.calls.get(claim.subject, Arguments())
    await settled(arguments.apply(getattr(thing, claim.subject)))
    assert await trial.becomes(False), f"still held after {claim.subject}()"


async def release_completed(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()
    await settled(trial.release(thing, trial.row.release[0]))
    assert await trial.stays(), f"{trial.row.release[0]}() alone gives it back"
    await getattr(thing, claim.subject)()
    assert await trial.becomes(False), f"still held after {claim.subject}()"


async def release_function(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()
    await settled(resolve(claim.subject)(thing))
    assert await trial.becomes(False), f"still held after {claim.subject}()"


async def release_owner(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()
    await settled(getattr(trial.owner, claim.subject)())
    assert await trial.becomes(False), f"still held after {claim.subject}() of what it was taken from"
    assert thing is not None


async def shared(trial: Trial, claim: Claim) -> None:
    assert await trial.take() is await trial.take(), "the next call gives another object"


async def release_awaited(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()
    wanted = trial.row.release_awaited
    result = trial.release(thing, claim.subject)
    if wanted == "no":
        assert not inspect.isawaitable(result), f"{claim.subject}() can be awaited"
        return
    assert inspect.isawaitable(result), f"{claim.subject}() cannot be awaited"
    discard(result)
    del result
    if wanted == "yes":
        assert await trial.stays(), f"{claim.subject}() works without await"
    else:
        assert await trial.becomes(False), f"{claim.subject}() does nothing without await"
        again = await trial.out()
        await trial.release(again, claim.subject)
        assert await trial.becomes(False), f"{claim.subject}() does nothing when it is awaited"


async def double_release(trial: Trial, claim: Claim) -> None:
    thing = await trial.take()
    await trial.touch(thing)
    other = await trial.take() if trial.row.double_release == "harms" else None
    await trial.released(thing, claim.subject)
    wanted = trial.row.double_release
    raised: Exception | None = None
    try:
        await trial.released(thing, claim.subject)
    except Exception as error:  # each library has its own
        raised = error
    if wanted == "raises":
        assert raised is not None, "a second release is accepted"
    elif wanted == "ok":
        assert raised is None, f"a second release raises {raised!r}"
    else:
        more = [await trial.take(), await trial.take()]
        assert None not in (other, *more), "a pool of two gives three after a second release"


async def use_after_release(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()
    await trial.released(thing, claim.subject)
    assert await trial.becomes(False)
    raised: Exception | None = None
    try:
        await trial.touch(thing)
    except Exception as error:  # each library has its own
        raised = error
    if trial.row.use_after_release == "raises":
        assert raised is not None, "it can still be used"
        return
    assert raised is None, f"using it raises {raised!r}"
    if trial.row.use_after_release == "reopens":
        assert await trial.becomes(True), "it holds nothing after that"


async def after_release(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()
    await trial.released(thing, trial.row.release[0])
    await settled(getattr(thing, claim.subject)())
    assert await trial.becomes(False), f"{claim.subject}() takes something again"


async def tells_whether_open(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()

    async def value(name: str) -> bool:
        found = getattr(thing, name)
        return bool(await settled(found() if callable(found) else found))

    row = trial.row
    assert all([await value(name) for name in row.open_tests]), "open, and an open-test denies it"
    assert not any([await value(name) for name in row.closed_tests]), "open, and a closed-test says closed"
    await trial.released(thing, row.release[0])
    assert await trial.becomes(False)
    if row.open_tests:
        assert not all([await value(name) for name in row.open_tests]), "released, and open-tests say open"
    if row.closed_tests:
        assert any([await value(name) for name in row.closed_tests]), "released, and no closed-test says so"


async def ends_with_owner(trial: Trial, claim: Claim) -> None:
    thing = await trial.out()
    await trial.end_owner()
    assert await trial.ended(), "the owner ended, and its session is still there"
    assert thing is not None


async def leaving_with(trial: Trial, claim: Claim) -> None:
    await _leaving(trial, False, trial.row.with_)


async def leaving_async_with(trial: Trial, claim: Claim) -> None:
    await _leaving(trial, True, trial.row.async_with)


async def call_with(trial: Trial, claim: Claim) -> None:
    asynchronously = trial.row.awaited or trial.row.async_with != "error"
    wanted = trial.row.call_with or (trial.row.async_with if asynchronously else trial.row.with_)
    await _leaves(trial, trial.call(), asynchronously, wanted)


async def _leaving(trial: Trial, asynchronously: bool, wanted: str) -> None:
    if trial.row.lazy:
        await _leaves(trial, trial.call(), asynchronously, wanted, raising=False)
        return await _leaves(trial, trial.call(), asynchronously, wanted, raising=True)
    thing = await trial.out()
    if wanted != "closes":
        await _leaves(trial, thing, asynchronously, wanted, raising=False)
        if wanted == "transaction":
            await trial.touch(thing)
            await _leaves(trial, thing, asynchronously, wanted, raising=True)
        return None
    await _leaves(trial, thing, asynchronously, wanted, raising=False)
    thing = await trial.out()
    return await _leaves(trial, thing, asynchronously, wanted, raising=True)


async def _leaves(trial: Trial, manager: Any, asynchronously: bool, wanted: str, raising: bool = False) -> None:
    used = manager if not trial.row.lazy and isinstance(manager, _types(trial)) else None

    async def body(thing: Any) -> None:
        await trial.touch(thing if used is None else used)
        if raising:
            raise Interrupted

    refused = await entered(manager, asynchronously, body)
    form = "async with" if asynchronously else "with"
    if wanted == "error":
        assert refused is not None, f"`{form}` is accepted"
        return
    assert refused is None, f"`{form}` is refused: {refused!r}"
    if wanted == "closes":
        assert await trial.becomes(False), f"still held after `{form}`"
    else:
        assert await trial.stays(), f"given back by `{form}`"


def _types(trial: Trial) -> tuple[type, ...]:
    return tuple(resolve(name) for name in (trial.row.type, *trial.row.types) if name)


async def wrong_release(trial: Trial, claim: Claim) -> None:
    misuse = next(bad for bad in trial.row.wrong_release if bad.method == claim.subject)
    thing = await trial.out()
    raised: Exception | None = None
    try:
        await settled(getattr(thing, misuse.method)())
    except Exception as error:  # each library has its own
        raised = error
    if misuse.costs == "raises":
        assert raised is not None, f"{misuse.method}() is accepted"
        return
    assert raised is None, f"{misuse.method}() raises {raised!r}"
    if misuse.costs == "slot":
        assert await trial.stays(), f"{misuse.method}() gives the slot back"
    else:
        assert trial.server.sessions() > 0, f"{misuse.method}() ends the session"


async def dropped(trial: Trial, claim: Claim) -> None:
    wanted = trial.row.dropped
    gc.collect()
    gc.disable()
    if wanted == "harmless":
        trial.call()
        assert await trial.becomes(False), "calling it holds something"
        return
    await trial.out()  # nothing keeps the result
    trial.let_go()
    if wanted == "closed":
        assert await trial.becomes(False), "reference counting does not give it back"
        return
    assert await trial.stays(), "reference counting gives it back"
    gc.enable()
    for _ in range(3):
        gc.collect()  # what a finalizer lets go is found by the next run
    if wanted == "late":
        assert await trial.becomes(False), "the cyclic collector does not give it back"
    else:
        assert await trial.stays(), "the cyclic collector gives it back"


async def takes_nothing(trial: Trial, claim: Claim) -> None:
    special = trial.bench.unless.get(claim.subject)
    if special is not None:
        arguments = special(trial.server, trial.owner)
    else:
        name, _, text = claim.subject.partition("=")
        plain = trial.bench.arguments(trial.server, trial.owner)
        arguments = plain.with_named({name: ast.literal_eval(text)})
    thing = await trial.take(arguments)
    if trial.row.opens == "first-use":
        await trial.touch(thing)
    assert await trial.becomes(False), f"{claim.subject} takes something"
    assert thing is not None


async def returns_self(trial: Trial, claim: Claim) -> None:
    """A method may also return a twin that stands for the object: then releasing that one releases."""
    thing = await trial.out()
    arguments = trial.bench.calls.get(claim.subject, Arguments())
    twin = await settled(arguments.apply(getattr(thing, claim.subject)))
    if twin is not thing:
        await settled(trial.release(twin, (*trial.row.release_to, *trial.row.release)[0]))
        assert await trial.becomes(False), "it returns another object, whose release is not that of the first"


async def pool_parameter(trial: Trial, claim: Claim) -> None:
    """The pool was made with room for two by the parameter that the catalog names."""
    await _gives(trial, 2)


async def pool_default(trial: Trial, claim: Claim) -> None:
    """The pool was made without saying how large it is to be."""
    pool = claim.row.pool
    assert pool is not None
    await _gives(trial, int(pool.default) + pool.overflow_default)


async def _gives(trial: Trial, limit: int) -> None:
    things = []
    for count in range(limit):
        assert await trial.becomes(False), f"gives {count} of {limit}"
        things.append(await trial.take())
        await trial.touch(things[-1])
    assert not await trial.another(), f"gives more than {limit}"


CHECKS: dict[str, Check] = {
    "acquire": acquire,
    "type": is_of_type,
    "lazy": lazy,
    "opens": opens,
    "release": release,
    "release-to": release,
    "release-functions": release_function,
    "release-owner": release_owner,
    "shared": shared,
    "release-awaited": release_awaited,
    "ended-by": ended_by,
    "release-completed": release_completed,
    "double-release": double_release,
    "use-after-release": use_after_release,
    "after-release": after_release,
    "open-tests": tells_whether_open,
    "ends-with-owner": ends_with_owner,
    "with": leaving_with,
    "async-with": leaving_async_with,
    "call-with": call_with,
    "wrong-release": wrong_release,
    "dropped": dropped,
    "unless": takes_nothing,
    "returns-self": returns_self,
    "pool": pool_parameter,
    "pool-default": pool_default,
}
