"""Building a control-flow graph: blocks, the try region that each lies in, and the way out of nested regions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from leaklint import ir
from leaklint.model import Span


@dataclasses.dataclass(frozen=True)
class Loop:
    """A loop that `break` and `continue` leave or repeat."""

    break_to: int
    continue_to: int


@dataclasses.dataclass(frozen=True)
class Finalizer:
    """A `finally` or the exit of a `with` that every way out of its body runs through."""

    region: int
    entry: int
    outer_handler: int


@dataclasses.dataclass(frozen=True)
class FinalBody:
    """The body of a `finally`: leaving it by a jump replaces what was pending."""

    region: int


@dataclasses.dataclass(frozen=True)
class Clause:
    """The body of an `except` clause, the name that it binds ("" for none), and the Catch it belongs to."""

    name: str
    caught: str


Frame = Loop | Finalizer | FinalBody | Clause


class Graph:
    """Blocks under construction. Numbers given out by `new` are provisional; `finish` drops, joins and renumbers."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.handler = -1
        self.regions = 0
        self._code: list[list[ir.AnyInstruction]] = []
        self._terminators: list[ir.Terminator | None] = []
        self._handlers: list[int] = []
        self._order: list[int] = []
        self._current = -1
        self.emit: Callable[[ir.AnyInstruction], None]
        self.start(self.new())

    def new(self) -> int:
        """A block to be started later."""
        self._code.append([])
        self._terminators.append(None)
        self._handlers.append(-1)
        return len(self._code) - 1

    def new_region(self) -> int:
        """The number of a finally or with."""
        self.regions += 1
        return self.regions - 1

    def start(self, block: int) -> None:
        """Emit into `block` from here on, in the try region of the moment."""
        self._current = block
        self._handlers[block] = self.handler
        self._order.append(block)
        self.emit = self._code[block].append

    def end(self, terminator: ir.Terminator) -> None:
        """End the current block. What is emitted next, before a `start`, is dead code."""
        self._terminators[self._current] = terminator
        self.start(self.new())

    def goto(self, block: int) -> None:
        """End the current block with a jump."""
        self.end(ir.Goto(block))

    def flow_into(self, block: int) -> None:
        """Jump to `block` and go on there."""
        self._terminators[self._current] = ir.Goto(block)
        self.start(block)

    def protect(self, handler: int) -> None:
        """Exceptions of what follows go to `handler`; a block never lies in two try regions."""
        if handler == self.handler:
            return
        self.handler = handler
        if self._code[self._current]:
            self.flow_into(self.new())
        else:
            self._handlers[self._current] = handler

    def innermost_loop(self) -> int:
        """The index of the innermost loop's frame, or -1."""
        for index in range(len(self.frames) - 1, -1, -1):
            if isinstance(self.frames[index], Loop):
                return index
        return -1

    def leave(self, down_to: int, span: Span) -> None:
        """Go outwards through all frames above index `down_to`, running their exits. The caller ends the block that is
        current afterwards, and then calls `protect` with the handler it had before."""
        for frame in reversed(self.frames[down_to:]):
            if isinstance(frame, Clause):
                if frame.name:
                    self.emit(ir.Delete(span, frame.name))
                self.emit(ir.Caught(span))
            elif isinstance(frame, Finalizer):
                outside = self.new()
                self.emit(ir.Pend(span, frame.region, outside))
                self.goto(frame.entry)
                self.handler = frame.outer_handler
                self.start(outside)
            elif isinstance(frame, FinalBody):
                outside = self.new()
                self.emit(ir.Pend(span, frame.region, outside))
                self.end(ir.Resume(frame.region))
                self.start(outside)

    def unsettled(self, operand: str) -> bool:
        """Whether the way out of a return here runs code, or unbinds `operand`, before the return takes place."""
        return any(
            isinstance(frame, Finalizer) or (isinstance(frame, Clause) and frame.name == operand)
            for frame in self.frames
        )

    def finish(self) -> tuple[ir.Block, ...]:
        """The reachable blocks, joined where one can only follow the other, in source order."""
        for block in self._order:
            if self._terminators[block] is None:
                self._terminators[block] = ir.Unreachable()
        through = self._thread()
        reached, counts = self._reach(through)
        self._join(through, reached, counts)
        kept = [block for block in self._order if block in reached]
        number = {block: index for index, block in enumerate(kept)}
        number[-1] = -1

        def renumber(block: int) -> int:
            return number[through[block]] if block >= 0 else -1

        blocks = []
        for block in kept:
            code = self._code[block]
            for index, instruction in enumerate(code):
                if type(instruction) is ir.Pend and instruction.target >= 0:
                    code[index] = ir.Pend(instruction.span, instruction.region, renumber(instruction.target))
            terminator = _retarget(self._terminators[block], renumber)
            blocks.append(ir.Block(tuple(code), terminator, renumber(self._handlers[block])))
        return tuple(blocks)

    def _thread(self) -> list[int]:
        """For each block the one that a jump to it ends in: empty blocks that only jump are skipped."""
        through = list(range(len(self._code)))
        for block in range(len(through)):
            trail: dict[int, None] = {}
            at = block
            while at not in trail:
                terminator = self._terminators[at]
                if self._code[at] or type(terminator) is not ir.Goto:
                    break
                trail[at] = None
                at = through[terminator.target]
            for passed in trail:
                through[passed] = at
        return through

    def _successors(self, block: int) -> list[int]:
        terminator, code = self._terminators[block], self._code[block]
        found = [target for target in _targets(terminator) if target >= 0]
        found.extend([step.target for step in code if type(step) is ir.Pend and step.target >= 0])
        if self._handlers[block] >= 0 and (code or type(terminator) in _RAISING):
            found.append(self._handlers[block])
        else:
            self._handlers[block] = -1
        return found

    def _reach(self, through: list[int]) -> tuple[set[int], list[int]]:
        reached = {0}
        counts = [0] * len(through)
        counts[0] = 2
        stack = [0]
        while stack:
            for raw in self._successors(stack.pop()):
                target = through[raw]
                counts[target] += 1
                if target not in reached:
                    reached.add(target)
                    stack.append(target)
        return reached, counts

    def _join(self, through: list[int], reached: set[int], counts: list[int]) -> None:
        for block in self._order:
            if block not in reached:
                continue
            while type(terminator := self._terminators[block]) is ir.Goto:
                follower = through[terminator.target]
                if counts[follower] != 1 or follower == block:
                    break
                calm = not self._code[follower] and type(self._terminators[follower]) not in _RAISING
                if self._handlers[follower] != self._handlers[block] and not calm:
                    if self._code[block]:
                        break
                    self._handlers[block] = self._handlers[follower]
                self._code[block].extend(self._code[follower])
                self._terminators[block] = self._terminators[follower]
                reached.discard(follower)


_RAISING = (ir.Next, ir.Raise, ir.Handle, ir.Resume)


def _targets(terminator: ir.Terminator | None) -> tuple[int, ...]:
    if isinstance(terminator, ir.Goto):
        return (terminator.target,)
    if isinstance(terminator, ir.Branch):
        return (terminator.then, terminator.orelse)
    if isinstance(terminator, ir.Next):
        return (terminator.body, terminator.exhausted)
    if isinstance(terminator, ir.Handle):
        return (terminator.body, terminator.otherwise)
    if isinstance(terminator, ir.Resume):
        return (terminator.suppressed,)
    return ()


def _retarget(terminator: Any, renumber: Callable[[int], int]) -> ir.Terminator:
    kind = type(terminator)
    if kind is ir.Goto:
        return ir.Goto(renumber(terminator.target))
    if kind is ir.Branch:
        return ir.Branch(terminator.test, renumber(terminator.then), renumber(terminator.orelse), terminator.span)
    if kind is ir.Next:
        body, exhausted = renumber(terminator.body), renumber(terminator.exhausted)
        return ir.Next(terminator.dst, terminator.iterator, body, exhausted, terminator.span, terminator.is_async)
    if kind is ir.Handle:
        body, otherwise = renumber(terminator.body), renumber(terminator.otherwise)
        return ir.Handle(terminator.types, body, otherwise, terminator.span, terminator.is_star)
    if kind is ir.Resume:
        return ir.Resume(terminator.region, renumber(terminator.suppressed))
    result: ir.Terminator = terminator
    return result
