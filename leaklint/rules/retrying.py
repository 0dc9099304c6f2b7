"""Whether a failed call is made again at once: a loop, seen in the graph, through the call's exception handler.

Looked for is a way from the handler of the call's exception back to the same call. Along it a delay may stand
(`time.sleep(...)`), or something that waits for other work (`queue.get()`, the next item of a `for` loop): then what
follows is not the same attempt again.
"""

from __future__ import annotations

from typing import NamedTuple

from leaklint import ir
from leaklint.resolve.definitions import Definitions
from leaklint.resolve.refs import Class, External
from leaklint.rules.inspection import View, called

_DELAYS = frozenset({"sleep", "wait", "wait_for", "backoff", "delay", "pause", "throttle", "usleep", "sleep_for"})
_WAITS = frozenset(
    {"get", "get_nowait", "recv", "accept", "poll", "select", "input", "readline", "read", "next", "pop", "popleft"}
    | {"join", "result", "brpop", "blpop", "fetch", "receive", "listen", "acquire", "is_set", "retry"}
)
_ANY = frozenset({"Exception", "BaseException", "OSError", "ConnectionError", "TimeoutError", "ConnectionRefusedError"})
_OTHER_ERRORS = frozenset({"IntegrityError", "ProgrammingError", "DataError", "NotSupportedError", "UniqueViolation"})
_MOST_BLOCKS = 400


class Retry(NamedTuple):
    """A way back to the call. delay: operand of the sleep on it ("" for none), with its call. bounded: the loop counts
    its rounds. at: the first place in the handler."""

    delay: ir.Call | None
    bounded: bool
    at: int


def retry_of(view: View, procedure: ir.Procedure, body: Definitions, call: ir.Call, library: str) -> Retry | None:
    """How the call is made again after it failed; None where it is not, or not as the same attempt."""
    home = next((i for i, b in enumerate(procedure.blocks) if any(step is call for step in b.instructions)), -1)
    if home < 0 or procedure.blocks[home].handler < 0 or not _leaves(procedure, home):
        return None
    for entry in _clauses(view, procedure, body, procedure.blocks[home].handler, library):
        found = _way_back(view, procedure, body, entry, home)
        if found is not None:
            return found
    return None


def _clauses(view: View, procedure: ir.Procedure, body: Definitions, start: int, library: str) -> list[int]:
    """The bodies of the except clauses that take what the library's connecting raises."""
    found: list[int] = []
    at = start
    for _ in range(20):
        block = procedure.blocks[at]
        end = block.terminator
        if not isinstance(end, ir.Handle):
            return found
        if not end.types or _takes(view, procedure, body, end.types, library):
            found.append(end.body)
            return found
        at = end.otherwise
    return found


def _takes(view: View, procedure: ir.Procedure, body: Definitions, types: str, library: str) -> bool:
    step = body.single(types)
    operands = step.items if isinstance(step, ir.Build) else (types,)
    roots = view.analysis.catalog.errors_of(library)
    for operand in operands:
        for ref in view.analysis.resolver.refs(view.module, procedure, operand):
            if isinstance(ref, Class):
                continue
            if not isinstance(ref, External):
                continue
            last = ref.name.rpartition(".")[2]
            if ref.name.startswith("builtins.") and last in _ANY:
                return True
            below = any(view.analysis.catalog.is_subclass(ref.name, root) for root in roots)
            if below and last not in _OTHER_ERRORS:
                return True
    return False


def _way_back(view: View, procedure: ir.Procedure, body: Definitions, entry: int, home: int) -> Retry | None:
    """Breadth first from the handler; every way back is looked at, and one with a delay speaks for itself."""
    seen: set[int] = set()
    queue: list[tuple[int, ir.Call | None, bool]] = [(entry, None, False)]
    ways: list[Retry] = []
    while queue and len(seen) < _MOST_BLOCKS:
        at, delay, bounded = queue.pop(0)
        if at in seen:
            continue
        seen.add(at)
        block = procedure.blocks[at]
        for step in block.instructions:
            if at == home and isinstance(step, ir.Call):
                break
            if isinstance(step, ir.Yield | ir.YieldFrom):
                return None
            if isinstance(step, ir.Call):
                kind = _kind(body, step)
                if kind == "wait":
                    return None
                delay = step if kind == "delay" else delay
        if at == home:
            ways.append(Retry(delay, bounded, entry))
            continue
        end = block.terminator
        if isinstance(end, ir.Next):
            if not _counts(view, procedure, body, end.iterator):
                return None
            bounded = bounded or not _endless(view, procedure, body, end.iterator)
        if isinstance(end, ir.Branch):
            bounded = bounded or _is_counter(body, end.test)
        queue += [(next_, delay, bounded) for next_ in successors(end)]
    return min(ways, key=lambda way: way.delay is None, default=None)


def successors(end: ir.Terminator) -> tuple[int, ...]:
    """Where a block goes on when nothing fails."""
    if isinstance(end, ir.Goto):
        return (end.target,)
    if isinstance(end, ir.Branch):
        return (end.then, end.orelse)
    if isinstance(end, ir.Next):
        return (end.body, end.exhausted)
    if isinstance(end, ir.Handle):
        return (end.body, end.otherwise)
    return ()


def _leaves(procedure: ir.Procedure, home: int) -> bool:
    """Whether some way from the call's success leaves the procedure, as a retry's does; a loop that always goes round
    works through something."""
    seen: set[int] = set()
    end = procedure.blocks[home].terminator
    if isinstance(end, ir.Return):
        return True
    queue = list(successors(end))
    while queue:
        at = queue.pop()
        if at in seen or at == home:
            continue
        seen.add(at)
        end = procedure.blocks[at].terminator
        if isinstance(end, ir.Return):
            return True
        queue += successors(end)
    return False


def _kind(body: Definitions, call: ir.Call) -> str:
    name = called(body, call)
    if name in _DELAYS or "sleep" in name or "backoff" in name:
        return "delay"
    return "wait" if name in _WAITS else ""


def _counts(view: View, procedure: ir.Procedure, body: Definitions, iterator: str) -> bool:
    """Whether a `for` loop counts attempts (`range`, `itertools.count`) rather than works through items."""
    return bool(
        _loop_calls(view, procedure, body, iterator) & {"builtins.range", "itertools.count", "itertools.repeat"}
    )


def _endless(view: View, procedure: ir.Procedure, body: Definitions, iterator: str) -> bool:
    return "itertools.count" in _loop_calls(view, procedure, body, iterator)


def _loop_calls(view: View, procedure: ir.Procedure, body: Definitions, iterator: str) -> set[str]:
    step = body.single(iterator)
    source = body.single(step.src) if isinstance(step, ir.Iterate) else None
    if not isinstance(source, ir.Call):
        return set()
    refs = view.analysis.resolver.refs(view.module, procedure, source.func)
    return {ref.name for ref in refs if isinstance(ref, External)}


def _is_counter(body: Definitions, test: str) -> bool:
    """Whether a loop's condition compares: `while attempts < 5`, `if tries > limit: raise`."""
    step = body.single(test)
    return isinstance(step, ir.Compare) and step.op in ("<", "<=", ">", ">=", "==", "!=")
