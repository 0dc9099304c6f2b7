"""What a program does in truth: every run of it, and which of its lines lose a connection in some run."""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import functools
import inspect
import sys
import types
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from tests.oracle.drivers import HELPER_ERRORS, MODULES, argument
from tests.oracle.world import PROGRAM, Abandoned, Key, World, reachable

ENTRIES = ("job", "managed", "rows_of")
"""What the outside world calls: the program's `job`, and the generators that it may consume as it likes."""
MAX_RUNS = 4000


class TooManyRuns(Exception):
    """The program has more runs than the bound; its truth is not known."""


@dataclasses.dataclass(frozen=True)
class Run:
    """One run: what was chosen, how it ended ("returns ..." or "raises ..."), what it did, which lines leaked.

    rare: its fault is one that reasonable people may leave out of account.
    """

    choices: Mapping[Key, int]
    ending: str
    events: tuple[str, ...]
    leaked: frozenset[int]
    fault: str
    rare: bool


@dataclasses.dataclass(frozen=True)
class Truth:
    """lines: each line that was ever handed a connection; `shown` is a run in which it loses one. debatable: those that
    do so only after a rare fault. complete: no run went past a bound."""

    lines: frozenset[int]
    shown: Mapping[int, Run]
    runs: tuple[Run, ...]
    complete: bool

    @property
    def leaking(self) -> frozenset[int]:
        return frozenset(line for line, run in self.shown.items() if not run.rare)

    @property
    def debatable(self) -> frozenset[int]:
        return frozenset(line for line, run in self.shown.items() if run.rare)

    @property
    def safe(self) -> frozenset[int]:
        return self.lines - self.shown.keys()


def truth(text: str, faults: int = 1) -> Truth:
    """Execute `text` with every combination of inputs and of at most so many faults.

    Raises TooManyRuns, or whatever the text raises as it is compiled or imported.
    """
    with quiet():
        return _truth(text, compile(text, PROGRAM, "exec"), faults)


def _truth(text: str, code: types.CodeType, faults: int) -> Truth:
    lines: set[int] = set()
    shown: dict[int, Run] = {}
    runs: list[Run] = []
    todo: list[dict[Key, int]] = [{}]
    tried = 0
    complete = True
    while todo:
        choices = todo.pop()
        tried += 1
        if tried > MAX_RUNS:
            raise TooManyRuns(text)
        world, run = execute(code, choices, faults)
        complete &= not world.bounded
        decided: dict[Key, int] = {}
        for key, alternatives, choice in world.trace:
            if key not in choices:
                todo.extend({**decided, key: other} for other in range(1, alternatives))
            decided[key] = choice
        if run is None:
            continue
        runs.append(run)
        lines.update(line for resource in world.resources for line in resource.lines)
        for line in run.leaked:
            if line not in shown or shown[line].rare:
                shown[line] = run
    return Truth(frozenset(lines), shown, tuple(runs), complete)


def replay(text: str, choices: Mapping[Key, int]) -> Run | None:
    """The one run of `text` with these choices; None if it went past a bound."""
    with quiet():
        return execute(_compiled(text), choices, 1)[1]


@functools.lru_cache(4)
def _compiled(text: str) -> types.CodeType:
    return compile(text, PROGRAM, "exec")


def execute(code: types.CodeType, choices: Mapping[Key, int], faults: int) -> tuple[World, Run | None]:
    world = World.current = World(choices, faults)
    namespace: dict[str, Any] = {"__name__": "program", "__builtins__": BUILTINS}
    exec(code, namespace)
    world.namespace = namespace
    entries = [namespace[name] for name in ENTRIES if name in namespace]
    roots: list[Any] = []
    value = None
    sys.settrace(world.trace_calls)
    try:
        world.armed = True
        value = call_entry(entries[world.decide("input", "entry", len(entries))], roots)
        ending = f"returns {shape(value)}"
    except Abandoned:
        return world, None
    except Exception as error:
        ending = f"raises {type(error).__name__}: {error}"
    finally:
        world.armed = False
        sys.settrace(None)
    owned = reachable([value, *roots, *world.globals()])
    leaked = frozenset(r.lines[-1] for r in world.resources if r.open and r not in owned)
    return world, Run(dict(choices), ending, tuple(world.events), leaked, world.fault, world.fault_is_rare)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No word of releases that fail while a generator is collected, nor of coroutines that nobody awaits."""
    hook = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.unraisablehook = hook


def call_entry(entry: Any, roots: list[Any]) -> Any:
    """Call the program's entry as the outside world would; `roots` gets what it was given."""
    roots.extend(argument(name) for name in inspect.signature(entry).parameters)
    value = entry(*roots)
    if inspect.iscoroutine(value):
        return finish(value)
    if isinstance(value, contextlib._GeneratorContextManager):
        with value:
            World.current.event("body", HELPER_ERRORS)
        return None
    if isinstance(value, contextlib._AsyncGeneratorContextManager):
        return finish(enter(value))
    if inspect.isgenerator(value):
        return consume(value)
    if inspect.isasyncgen(value):
        return finish(consume_async(value))
    return value


def finish(coroutine: Any) -> Any:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a stand-in waited")


async def enter(manager: Any) -> None:
    async with manager:
        World.current.event("body", HELPER_ERRORS)


def consume(generator: Any) -> list[str]:
    """Iterate to the end, or stop early."""
    seen = []
    with contextlib.closing(generator):
        for value in generator:
            seen.append(shape(value))
            if World.current.choose("stop early"):
                break
    return seen


async def consume_async(generator: Any) -> list[str]:
    seen = []
    try:
        async for value in generator:
            seen.append(shape(value))
            if World.current.choose("stop early"):
                break
    finally:
        await generator.aclose()
    return seen


def shape(value: Any) -> str:
    """A value as text, the same in each run that computes the same."""
    if isinstance(value, tuple | list):
        return f"{type(value).__name__}[{', '.join(map(shape, value))}]"
    if isinstance(value, types.FunctionType | types.MethodType):
        return "function"
    text = repr(value)
    return type(value).__name__ if " at 0x" in text else text


def _import(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    top = name.split(".")[0]
    if name in MODULES:
        return MODULES[name] if fromlist else MODULES[top]
    if top not in sys.stdlib_module_names:  # a real driver would look for a real server
        raise ImportError(f"no stand-in for {name}")
    return builtins.__import__(name, globals, locals, fromlist, level)


BUILTINS = {**vars(builtins), "__import__": _import}
