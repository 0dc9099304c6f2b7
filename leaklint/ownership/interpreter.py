"""The abstract interpreter: worlds flow through one procedure's blocks until nothing new arrives anywhere."""

from __future__ import annotations

import heapq
from bisect import bisect
from collections.abc import Container

import msgspec

from leaklint import ir
from leaklint.model import Span
from leaklint.ownership import conditions, instructions
from leaklint.ownership.builtin_calls import is_solid
from leaklint.ownership.departure import Exit, leave_procedure
from leaklint.ownership.faults import ANY, CLOSED, taken
from leaklint.ownership.liveness import last_reads
from leaklint.ownership.machine import BLOCK_BITS, Machine
from leaklint.ownership.objects import advance, must_run
from leaklint.ownership.places import each, escapes
from leaklint.ownership.values import (
    FALSE,
    NOTHING,
    TRUE,
    TRUTHY,
    UNBOUND,
    UNKNOWN,
    Condition,
    Const,
    Fault,
    Going,
    Held,
    Iterator,
    Raising,
    Ref,
    Unbound,
    Unknown,
    Value,
)
from leaklint.ownership.world import Status, World

MOST_WORLDS = 40
"""Distinct worlds kept at a block before those that differ in tests and constants only are merged."""
STAGES = (8, MOST_WORLDS, 60)
"""Distinct worlds at a block from which on more and more is forgotten: which of its caller's values a place holds; what
tests and constants tell; and, last, which variables are true, false or unbound."""
BARE = (6, 16, 24)
"""The same of worlds in which nothing has been taken or done yet: they differ in what was asked on the way only."""
WITH_FLAGS = 2
MOST_EXITS = 64
"""Distinct ends of a procedure kept apart before those that hand over and release the same are merged."""
LONG_BLOCK = 200
"""Instructions in a block that repay knowing when each temporary is read for the last time."""
MOST_STEPS = 60_000
"""Work done in one procedure before its analysis is cut short: instructions interpreted in a world, each counted once
more for every RESOURCES_A_STEP resources that the world holds, and for every NAMES_A_STEP names and places."""
RESOURCES_A_STEP, NAMES_A_STEP = 8, 50


def _work(world: World) -> int:
    """What one instruction takes in a world."""
    return 1 + len(world.resources) // RESOURCES_A_STEP + len(world.env) // NAMES_A_STEP


class Run(msgspec.Struct):
    """What came of interpreting a procedure. steps: instructions interpreted; complete: no bound was reached."""

    exits: list[Exit]
    steps: int
    complete: bool


def interpret(m: Machine) -> Run:
    """Run a procedure to its fixpoint, filling the machine's ledger."""
    return _Interpreter(m).run()


_STAYS, _ESCAPED, _DEAD, _LIVE, _ASKED = range(1, 6)
"""What becomes of a name's value at the start of a block: it is kept however it is used, as what the interpreter itself
writes down is; it is kept if it outlives the procedure and holds something; nothing reads it; something does; something
also asks what it is."""


class _Interpreter:
    def __init__(self, m: Machine) -> None:
        self.m = m
        self.blocks = m.procedure.blocks
        self.order = m.facts.order
        self.seen: list[set[object]] = [set() for _ in self.blocks]
        self.coarse: list[int] = [0] * len(self.blocks)
        self.queue: list[tuple[int, int, int]] = []
        self.waiting: dict[int, tuple[int, World]] = {}
        self.count = 0
        self.steps = 0
        self.exits: dict[object, Exit] = {}
        self.block = 0
        self.sent: set[object] = set()
        self.passed: dict[int, set[object]] = {}
        self.fates: list[dict[str, int]] = [{} for _ in self.blocks]
        self.dying: dict[int, dict[int, list[str]]] = {}

    def run(self) -> Run:
        m = self.m
        m.raised = self.raised
        world = World()
        parameters = {p.name for p in m.procedure.parameters}
        for name in sorted(m.facts.fragile | ({*m.procedure.locals} if m.procedure.uses_locals else set())):
            if name in m.procedure.locals and name not in parameters:
                world.env[name] = UNBOUND
        self.arrive(0, world)
        while self.queue and self.steps <= MOST_STEPS:
            _, number, block = heapq.heappop(self.queue)
            _, world = self.waiting.pop(number)
            self.interpret_block(block, world)
        return Run(list(self.exits.values()), self.steps, complete=not self.queue and self.steps <= MOST_STEPS)

    # -- arriving at blocks -------------------------------------------------------------------------------------

    def arrive(self, target: int, world: World) -> None:
        """The world reaches the start of a block: forget what nothing asks for any more, and queue it if it is new."""
        self._prune(target, world)
        seen = self.seen[target]
        stage = self.coarse[target] = max(self.coarse[target], bisect(STAGES, len(seen)))
        if not world.resources and not world.ops:
            stage = max(stage, bisect(BARE, len(seen)))
        if stage:
            _coarsen(world, stage, self.m.facts.correlated)
        key = world.coarse_key(flags=stage == WITH_FLAGS) if stage >= WITH_FLAGS else world.key()
        if key in seen:
            return
        seen.add(key)
        self.count += 1
        self.waiting[self.count] = (target, world)
        heapq.heappush(self.queue, (self.order[target], self.count, target))

    def _prune(self, target: int, world: World) -> None:
        m = self.m
        env, fates = world.env, self.fates[target]
        keys: set[str] = set()
        asking: set[str] = set()
        gone: list[str] = []
        for name, value in env.items():
            fate = fates.get(name) or self._fate(target, name)
            if fate == _DEAD:
                if name[0] == "%" or type(value) is not Held:
                    gone.append(name)
                continue
            if fate == _ESCAPED:
                kept = type(value) is Ref and value.path != name  # the caller's own, here too
                if not kept and name not in m.watched and not world.held_by(value):
                    gone.append(name)
            elif fate == _STAYS:
                continue
            elif type(value) is Unknown:
                if fate == _ASKED:
                    keys.add(value.key)
                else:
                    gone.append(name)
            elif type(value) is Condition:
                keys.add(value.text.partition(conditions.SEPARATOR)[0] or conditions.identity(value.subject))
                asking.add(value.text)
            elif type(value) is Unbound and name not in m.facts.fragile and not m.procedure.uses_locals:
                gone.append(name)
        for name in gone:
            del env[name]
        if world.facts and not m.answers:
            self._prune_facts(target, world, keys, asking)
        world.collect(set())

    def _prune_facts(self, target: int, world: World, keys: Container[str], asking: Container[str]) -> None:
        """keys: the values that are still there to ask about. asking: the predicates that variables stand for."""
        m, is_over = self.m, self.m.facts.retesting.is_over
        for fact in list(world.facts):
            place, _, predicate = fact.partition(conditions.SEPARATOR)
            if place in keys or place[:1] == "$" or place in m.facts.correlated or place in m.watched:
                if predicate and fact not in asking and is_over(predicate, target):
                    del world.facts[fact]
                    if escapes(place):
                        world.facts[place + conditions.ASKED] = TRUTHY
                continue
            del world.facts[fact]
            m.forgotten.add(place)

    def _fate(self, target: int, name: str) -> int:
        """What becomes of a name's value at the start of a block, as far as that is the same for all values."""
        facts = self.m.facts
        if name.startswith(("%region", "%into")):
            fate = _STAYS
        elif escapes(name):
            fate = _STAYS if name in facts.correlated else _ESCAPED
        elif name not in facts.live[target]:
            fate = _DEAD
        else:
            fate = _ASKED if name in facts.correlated or name in facts.tested else _LIVE
        self.fates[target][name] = fate
        return fate

    # -- one block ----------------------------------------------------------------------------------------------

    def interpret_block(self, index: int, world: World) -> None:
        """Run a world through a block's instructions, then its terminator."""
        block = self.blocks[index]
        self.block = index
        self.sent = set()
        worlds = [world]
        # Only long blocks are worth it: there they would make every step slower than the one before.
        dying = self._dying(index) if len(block.instructions) > LONG_BLOCK else {}
        m, execute, start = self.m, instructions.execute, index << BLOCK_BITS
        for position, step in enumerate(block.instructions):
            m.at = start + position
            if len(worlds) == 1:
                one = worlds[0]
                self.steps += _work(one)
                if self.steps > MOST_STEPS:
                    return
                reached = execute(m, one, step)
                several = len(reached) > 1
            else:
                self.steps += sum(map(_work, worlds))
                if self.steps > MOST_STEPS:
                    return
                reached = []
                for one in worlds:
                    m.at = start + position
                    reached += execute(m, one, step)
                several = len(reached) > len(worlds)
            if dying:
                for name in dying.get(position, ()):
                    for one in reached:
                        one.env.pop(name, None)
            worlds = self._new(position, reached) if several else reached
        for one in worlds:
            m.at = start + len(block.instructions)
            self.finish(block, one)

    def _new(self, position: int, worlds: list[World]) -> list[World]:
        """Of the worlds behind the instruction at hand those that are like none which went on from there before."""
        passed = self.passed.setdefault(self.m.at, set())
        kept: dict[object, World] = {}
        for world in worlds:
            kept.setdefault(world.key(), world)
        if max(len(kept), len(passed)) > MOST_WORLDS:
            gone = self._gone(position)
            kept = {}
            for world in worlds:
                for name in gone.intersection(world.env):
                    del world.env[name]
                world.collect(set())
                kept.setdefault(world.coarse_key(), world)
        found = [world for key, world in kept.items() if key not in passed]
        passed.update(kept)
        return found

    def _gone(self, position: int) -> set[str]:
        """The temporaries that nothing reads any more behind a position of the block at hand."""
        return {name for at, names in self._dying(self.block).items() if at <= position for name in names}

    def _dying(self, index: int) -> dict[int, list[str]]:
        """Position -> the temporaries that nothing reads after it."""
        known = self.dying.get(index)
        if known is None:
            block = self.blocks[index]
            known = self.dying[index] = last_reads(block)
            elsewhere: set[str] = set()
            for other, names in enumerate(self.m.facts.live):
                if other != index:
                    elsewhere |= names
            for names_here in known.values():
                names_here[:] = [name for name in names_here if name not in elsewhere]
        return known

    def raised(self, world: World, fault: Fault, span: Span) -> None:
        """An instruction of the current block raises in (a copy of) this world."""
        if fault.besides:
            for family in (fault.type, *fault.besides):
                self.raised(world, Fault(family), span)
            return
        if world.struck and not (fault.exact and fault != CLOSED):
            return
        handler = self.blocks[self.block].handler
        mark = (fault, world.key())
        if mark in self.sent:
            return
        self.sent.add(mark)
        other = world.fork()
        other.fault = fault
        other.struck = other.struck or any(s.status == Status.HELD for s in other.resources.values())
        other.note("raise", span, "this may raise" if not fault.exact else "raised here")
        self.throw(handler, other, span)

    def throw(self, handler: int, world: World, span: Span) -> None:
        """The world's fault goes to a handler, or out of the procedure."""
        if handler >= 0:
            self.arrive(handler, world)
        else:
            self.leave(world, UNKNOWN, span, implicit=False)

    def leave(self, world: World, value: Value, span: Span, *, implicit: bool) -> None:
        """The world leaves the procedure; with the answer to a question about a place, once for each answer."""
        if isinstance(value, Condition) and value.kind in ("none", "truth", "open") and isinstance(value.subject, Ref):
            for truth in (True, False):
                other = world.fork()
                if conditions.assume(other, value, truth):
                    self.leave(other, TRUE if truth else FALSE, span, implicit=implicit)
            return
        ended = leave_procedure(self.m, world, value, span, implicit=implicit)
        key = ended.key if len(self.exits) < MOST_EXITS else ended.coarse_key
        self.exits.setdefault(key, ended)

    # -- terminators --------------------------------------------------------------------------------------------

    def finish(self, block: ir.Block, world: World) -> None:
        """Go on from the end of a block."""
        end = block.terminator
        if isinstance(end, ir.Goto):
            self.arrive(end.target, world)
        elif isinstance(end, ir.Branch):
            self._branch(end, world)
        elif isinstance(end, ir.Return):
            self.leave(
                world, self.m.value(world, end.src) if end.src else Const("None"), end.span, implicit=end.implicit
            )
        elif isinstance(end, ir.Next):
            self._next(end, world)
        elif isinstance(end, ir.Handle):
            self._handle(end, world)
        elif isinstance(end, ir.Raise):
            self._raise(end, block, world)
        elif isinstance(end, ir.Resume):
            self._resume(end, block, world)

    def _branch(self, end: ir.Branch, world: World) -> None:
        value = self.m.value(world, end.test)
        for truth, target, other in ((True, end.then, world.fork()), (False, end.orelse, world)):
            if conditions.assume(other, value, truth):
                if not isinstance(value, Const):
                    other.note("branch", end.span, f"the condition is {'true' if truth else 'false'}")
                self.arrive(target, other)

    def _next(self, end: ir.Next, world: World) -> None:
        m = self.m
        iterator = m.value(world, end.iterator)
        if isinstance(iterator, Ref):
            first: Value = each(iterator)
            body = world.fork()
            body.env[end.dst] = first
            self.arrive(end.body, body)
            self.arrive(end.exhausted, world)
            return
        if not isinstance(iterator, Iterator) and not is_solid(m, end.iterator):
            m.raised(world, ANY, end.span)
        step = advance(world, iterator)
        if not must_run(world, iterator):
            self.arrive(end.exhausted, world.fork())
        body = world
        instructions.forget(body, end.dst)
        known = step is not None and step[0] != UNKNOWN
        body.env[end.dst] = step[0] if step is not None and known else Unknown(f"{end.dst}@{m.at}")
        if step is not None:
            body.env[end.iterator] = step[1]
        self.arrive(end.body, body)

    def _handle(self, end: ir.Handle, world: World) -> None:
        fault = world.fault or ANY
        names = self.m.class_names(end.types) if end.types else ["builtins.BaseException"]
        verdicts = [taken(fault, name, self.m.is_subclass) for name in names]
        if any(verdicts):
            self.arrive(end.body, world)
            return
        if any(verdict is None for verdict in verdicts):
            other = world.fork()
            narrow = [name for name, verdict in zip(names, verdicts) if verdict is None and name]
            if narrow:
                other.fault = Fault(narrow[0], unbound=fault.unbound)
            self.arrive(end.body, other)
        self.arrive(end.otherwise, world)

    def _raise(self, end: ir.Raise, block: ir.Block, world: World) -> None:
        if end.src:
            value = self.m.value(world, end.src)
            world.fault = value if isinstance(value, Fault) else self.m.raised_type(end.src)
            world.note("raise", end.span, "raised here")
        else:
            inner = self.m.value(world, end.caught) if end.caught else None
            if isinstance(inner, Fault):
                world.fault = inner
            world.fault = world.fault or ANY
        self.throw(block.handler, world, end.span)

    def _resume(self, end: ir.Resume, block: ir.Block, world: World) -> None:
        pending = world.env.pop(f"%region{end.region}", None)
        if isinstance(pending, Raising):
            world.fault = pending.fault
            self.throw(block.handler, world, self.last_span(block))
        elif isinstance(pending, Going):
            ended = pending.target == instructions.SUPPRESSED
            self.arrive(end.suppressed if ended else pending.target, world)

    def last_span(self, block: ir.Block) -> Span:
        """Where the block's last instruction stands."""
        return block.instructions[-1].span if block.instructions else self.m.procedure.span


def _coarsen(world: World, stage: int, flags: Container[str]) -> None:
    """Merge worlds that differ in what this stage forgets. flags: places that more than one test asks for."""
    for name, value in list(world.env.items()):
        if isinstance(value, Ref) and value.path != name and escapes(name):
            del world.env[name]
        elif stage >= WITH_FLAGS and isinstance(value, (Const, Unknown, Unbound)):
            flag = isinstance(value, Unbound) or value in (TRUE, FALSE)
            if not (escapes(name) or name.startswith("%region") or value == NOTHING or (flag and stage == WITH_FLAGS)):
                del world.env[name]
    if stage > WITH_FLAGS:
        world.facts.clear()
    elif stage == WITH_FLAGS:
        for fact in [fact for fact in world.facts if fact not in flags]:
            del world.facts[fact]
