"""Runs the same source by Python and by the machine, with a fault at each call in turn, and compares what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.lowering.machine import Machine


class Comparable(Exception):
    """Equal to what another run raised in the same way."""

    def __eq__(self, other: object) -> bool:
        return repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


class Fault(Comparable):
    """Raised by `t` where a run was told to fail."""


class Other(Comparable):
    """An exception that handlers of Fault do not take."""


class Endless(BaseException):
    """A run that took too many steps."""


class World:
    """What an example may use: `t(x)` notes x and returns it, or fails; `d()` decides by the run's bits;
    `c(x)` is a context manager that notes its ends, `c(x, True)` one that ends exceptions."""

    def __init__(self, fail_at: int, bits: int) -> None:
        self.trace: list[Any] = []
        self.fail_at = fail_at
        self.bits = bits
        self.calls = 0

    def names(self) -> dict[str, Any]:
        return {"t": self.note, "d": self.decide, "c": self.context, "Fault": Fault, "Other": Other}

    def note(self, label: Any = None) -> Any:
        self.calls += 1
        self.trace.append(label)
        if self.calls > 400:
            raise Endless
        if self.calls - 1 == self.fail_at:
            raise Fault(label)
        return label

    def decide(self) -> bool:
        self.note("?")
        chosen = bool(self.bits & 1)
        self.bits >>= 1
        return chosen

    def context(self, label: Any, ends: bool = False) -> Any:
        world = self

        class Context:
            def __enter__(self) -> Any:
                return world.note(("enter", label))

            def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
                world.note(("exit", label, getattr(kind, "__name__", None)))
                return ends

            async def __aenter__(self) -> Any:
                return world.note(("enter", label))

            async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool:
                world.note(("exit", label, getattr(kind, "__name__", None)))
                return ends

        return Context()


def outcome(prepare: Callable[[World], Callable[[], Any]], world: World) -> tuple[Any, ...]:
    try:
        result = prepare(world)()
        if hasattr(result, "send") and hasattr(result, "__await__"):
            result = drive_coroutine(result)
        elif hasattr(result, "send"):
            result = list(result)
        if callable(result):
            result = "a function"
        return ("returned", result, world.trace)
    except (Exception, Endless) as error:
        text = "" if isinstance(error, (UnboundLocalError, NameError, RuntimeError, ValueError)) else repr(error)
        kind = NameError if isinstance(error, NameError) else type(error)
        return ("raised", kind, text, world.trace)


def drive_coroutine(coroutine: Any) -> Any:
    try:
        while True:
            coroutine.send(None)
    except StopIteration as end:
        return end.value


def by_python(text: str) -> Callable[[World], Callable[[], Any]]:
    code = compile(text, "example.py", "exec")

    def prepare(world: World) -> Callable[[], Any]:
        names = world.names()
        exec(code, names)
        found: Callable[[], Any] = names["f"]
        return found

    return prepare


def by_machine(text: str) -> Callable[[World], Callable[[], Any]]:
    def prepare(world: World) -> Callable[[], Any]:
        found: Callable[[], Any] = Machine(text, world.names()).globals["f"]
        return found

    return prepare


def check(text: str, bits: tuple[int, ...] = (0, 1, 2, 3, 5, 6, 10, 21, 255), faults: int = 30) -> int:
    """Compare all runs of `f()` in `text`; the number of runs. AssertionError shows the first that differs."""
    runs = 0
    python, machine = by_python(text), by_machine(text)
    for choice in bits if "d()" in text else bits[:1]:
        fail_at = -1
        while True:
            expected_world, world = World(fail_at, choice), World(fail_at, choice)
            expected, got = outcome(python, expected_world), outcome(machine, world)
            assert got == expected, f"bits {choice}, fault at call {fail_at}\n{text}\n got {got}\nwant {expected}"
            runs += 1
            fail_at += 1
            if fail_at >= expected_world.calls or fail_at > faults:
                break
    return runs
