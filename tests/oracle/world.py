"""One run of a program: the choices it depends on, what happened, and who holds which resource."""

from __future__ import annotations

import dis
import gc
import inspect
import sys
import types
from collections.abc import Iterable, Mapping
from typing import Any

PROGRAM = "<program>"
RARE = ("release", "cursor.close")
"""What fails so seldom that reasonable people differ on whether to expect it."""
MAX_EVENTS = 60
MAX_CHOICES = 7

Key = tuple[str, str, int]
"""What is chosen ("fault", "input"), its name, and how many of that name came before."""


class Abandoned(BaseException):
    """The run went past a bound; it says nothing."""


class WorkError(Exception):
    """How the unknown helpers fail."""


class UnforeseenError(ValueError):
    """How the unknown helpers fail when nobody expected it."""


class Resource:
    """One connection. `lines`: whose hands it went through, the acquiring line first."""

    def __init__(self, line: int, call: int) -> None:
        self.lines = [line]
        self.call = call
        self.open = True


class World:
    """The run in progress. `choices` overrides the first alternative of what is decided; `trace` says what was."""

    current: World

    def __init__(self, choices: Mapping[Key, int], faults: int) -> None:
        self.choices = choices
        self.trace: list[tuple[Key, int, int]] = []
        self.counts: dict[tuple[str, str], int] = {}
        self.events: list[str] = []
        self.resources: list[Resource] = []
        self.namespace: dict[str, Any] = {}
        self.faults = faults
        self.fault = ""
        self.fault_is_rare = False
        self.bounded = False
        self.armed = False
        self.calls: list[int] = []
        self.call_number = 0
        self.inputs = 0

    def decide(self, what: str, name: str, alternatives: int) -> int:
        count = self.counts.get((what, name), 0)
        self.counts[what, name] = count + 1
        key = (what, name, count)
        choice = self.choices.get(key, 0)
        if choice >= alternatives:
            choice = 0
        self.trace.append((key, alternatives, choice))
        return choice

    def choose(self, name: str, alternatives: int = 2) -> int:
        """An input of the program. Past the bound it is always the first alternative, if it was not chosen before."""
        self.inputs += 1
        if self.inputs > MAX_CHOICES and ("input", name, self.counts.get(("input", name), 0)) not in self.choices:
            self.bounded = True
            return 0
        return self.decide("input", name, alternatives)

    def event(self, name: str, errors: Iterable[type[Exception]]) -> None:
        """Something happened that may fail with one of `errors`, if not too much has failed in this run."""
        if not self.armed:
            return
        self.events.append(name)
        if len(self.events) > MAX_EVENTS:
            self.bounded = True
            raise Abandoned
        if not self.faults:
            return
        kinds = tuple(errors)
        choice = self.decide("fault", name, 1 + len(kinds))
        if choice:
            self.faults -= 1
            self.fault_is_rare |= name in RARE
            told = f"{kinds[choice - 1].__name__} from {name} at line {line_of_program()}"
            self.fault = f"{self.fault}, then {told}" if self.fault else told
            raise kinds[choice - 1](f"{name} failed")

    def acquire(self) -> Resource:
        resource = Resource(line_of_program(), self.calls[-1] if self.calls else 0)
        self.resources.append(resource)
        return resource

    def trace_calls(self, frame: types.FrameType, what: str, value: Any) -> Any:
        """Follow the calls between the program's functions: what a call returns is in its caller's hands."""
        if frame.f_code.co_filename != PROGRAM:
            return None
        frame.f_trace_lines = False
        self.call_number += 1
        self.calls.append(self.call_number)
        return self.trace_return

    def trace_return(self, frame: types.FrameType, what: str, value: Any) -> None:
        """The end of a call, or of a turn of a generator."""
        if what == "return" and self.calls:
            call = self.calls.pop()
            if self.calls and not frame.f_code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
                self.hand_over(call, returned_by(frame, value), line_of_program(frame.f_back))

    def globals(self) -> list[Any]:
        """What the program keeps for the life of the process."""
        return [value for name, value in self.namespace.items() if not name.startswith("__")]

    def hand_over(self, call: int, value: Any, line: int) -> None:
        fresh = [resource for resource in self.resources if resource.call == call and resource.open]
        if not fresh or value is None:
            return
        given = reachable([value])
        kept = reachable(self.globals())
        for resource in fresh:
            if resource in given and resource not in kept:
                resource.lines.append(line)
                resource.call = self.calls[-1]


def returned_by(frame: types.FrameType, value: Any) -> Any:
    """What a call gives its caller. A constructor gives the object, if that can be closed at all; what `with` binds is
    still its manager's."""
    if frame.f_code.co_name in ("__enter__", "__aenter__"):
        return None
    if frame.f_code.co_name != "__init__":
        return value
    made = frame.f_locals.get("self")
    returns = dis.opname[frame.f_code.co_code[frame.f_lasti]].startswith("RETURN")
    return made if returns and hasattr(made, "close") else None


def line_of_program(frame: types.FrameType | None = None) -> int:
    """The line that the program's innermost running function is at; 0 outside of the program."""
    frame = frame or sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != PROGRAM:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 0


_LEAVES = (type, types.ModuleType, types.BuiltinFunctionType, types.CodeType, str, bytes, int, float, type(None))


def reachable(roots: Iterable[Any]) -> set[Resource]:
    """The resources that whoever holds `roots` can still give back."""
    found: set[Resource] = set()
    seen: set[int] = set()
    todo = list(roots)
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, _LEAVES):
            continue
        seen.add(id(thing))
        if isinstance(thing, Resource):
            found.add(thing)
        elif isinstance(thing, types.FunctionType):
            todo.extend(thing.__closure__ or ())
            todo.extend(thing.__defaults__ or ())
        elif getattr(thing, "borrows", False):
            continue
        else:
            todo.extend(gc.get_referents(thing))
    return found
