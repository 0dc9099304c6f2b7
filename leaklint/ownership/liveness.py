"""Which variables matter where: liveness of names, and which names take part in tests.

The interpreter forgets what no later step can ask for; that is what makes worlds that differ in nothing relevant
equal, and so keeps their number small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from leaklint import ir
from leaklint.ownership.retesting import Retesting, retesting


class Relevance(msgspec.Struct, frozen=True):
    """live: for each block, the names that may be read from its start on. order: the blocks' positions in reverse
    postorder. correlated: places tested at least twice, or tested and also released. fragile: those that are released.
    tested: operands that a branch asks for. filled: attributes and module globals that are assigned. retesting: until
    where what is asked once may be asked again."""

    live: tuple[frozenset[str], ...]
    order: tuple[int, ...]
    correlated: frozenset[str]
    fragile: frozenset[str]
    tested: frozenset[str]
    filled: frozenset[str]
    retesting: Retesting


def reads(instruction: ir.AnyInstruction | ir.Terminator) -> tuple[str, ...]:
    """The operands an instruction or terminator reads."""
    reader = _READS.get(type(instruction))
    return reader(instruction) if reader is not None else ()


def writes(instruction: ir.AnyInstruction | ir.Terminator) -> tuple[str, ...]:
    """The names an instruction or terminator assigns."""
    if isinstance(instruction, ir.Unpack):
        return instruction.dsts
    if isinstance(instruction, ir.Delete):
        return (instruction.name,)
    dst = getattr(instruction, "dst", "")
    return (dst,) if dst else ()


def last_reads(block: ir.Block) -> dict[int, list[str]]:
    """Position -> the temporaries that the instruction there is the last one of the block to mention."""
    last: dict[str, int] = {}
    for position, step in enumerate(block.instructions):
        for name in (*reads(step), *writes(step)):
            if name[0] == "%":
                last[name] = position
    for name in reads(block.terminator):
        last.pop(name, None)
    found: dict[int, list[str]] = {}
    for name, position in last.items():
        found.setdefault(position, []).append(name)
    return found


def successors(block: ir.Block, blocks: tuple[ir.Block, ...], pended: dict[int, tuple[int, ...]]) -> list[int]:
    """Where control can go after `block`, its exception handler included. pended: region -> targets ever pended."""
    end = block.terminator
    out: list[int] = []
    if isinstance(end, ir.Goto):
        out.append(end.target)
    elif isinstance(end, ir.Branch):
        out += (end.then, end.orelse)
    elif isinstance(end, ir.Next):
        out += (end.body, end.exhausted)
    elif isinstance(end, ir.Handle):
        out += (end.body, end.otherwise)
    elif isinstance(end, ir.Resume):
        out += [target for target in pended.get(end.region, ()) if target >= 0]
        if end.suppressed >= 0:
            out.append(end.suppressed)
    if block.handler >= 0:
        out.append(block.handler)
    return [target for target in out if 0 <= target < len(blocks)]


def relevance(
    procedure: ir.Procedure, captured: Callable[[str], tuple[str, ...]], release_words: frozenset[str]
) -> Relevance:
    """Work out what matters in a procedure. captured: the names that a nested procedure captures."""
    blocks = procedure.blocks
    pended: dict[int, tuple[int, ...]] = {}
    pinned: set[str] = {"%return"}
    for block in blocks:
        for instruction in block.instructions:
            if isinstance(instruction, ir.Pend):
                pended[instruction.region] = (*pended.get(instruction.region, ()), instruction.target)
            elif isinstance(instruction, ir.MakeFunction):
                pinned.update(captured(instruction.procedure))
    if procedure.uses_locals:
        pinned.update(procedure.locals)
    after = [successors(block, blocks, pended) for block in blocks]
    order = _reverse_postorder(after)
    live = _live(blocks, after, order, frozenset(pinned))
    correlated, fragile, filled = _correlated(blocks, release_words)
    if fragile:
        correlated |= {parameter.name for parameter in procedure.parameters}
    tested = frozenset(block.terminator.test for block in blocks if isinstance(block.terminator, ir.Branch))
    return Relevance(live, order, correlated, fragile, tested, filled, retesting(blocks, after, order))


def _reverse_postorder(after: list[list[int]]) -> tuple[int, ...]:
    position = [len(after)] * len(after)
    if not after:
        return ()
    seen = {0}
    stack: list[tuple[int, int]] = [(0, 0)]
    post: list[int] = []
    while stack:
        block, edge = stack.pop()
        if edge < len(after[block]):
            stack.append((block, edge + 1))
            target = after[block][edge]
            if target not in seen:
                seen.add(target)
                stack.append((target, 0))
        else:
            post.append(block)
    for rank, block in enumerate(reversed(post)):
        position[block] = rank
    return tuple(position)


def _live(
    blocks: tuple[ir.Block, ...], after: list[list[int]], order: tuple[int, ...], pinned: frozenset[str]
) -> tuple[frozenset[str], ...]:
    use: list[set[str]] = []
    define: list[set[str]] = []
    for block in blocks:
        used: set[str] = set()
        defined: set[str] = set()
        for step in (*block.instructions, block.terminator):
            used.update(name for name in reads(step) if name not in defined)
            if not isinstance(step, ir.Next):
                defined.update(writes(step))
        use.append(used)
        define.append(defined)
    live: list[set[str]] = [set(used) for used in use]
    before: list[list[int]] = [[] for _ in blocks]
    for block_index, targets in enumerate(after):
        for target in targets:
            before[target].append(block_index)
    todo = sorted(range(len(blocks)), key=lambda b: order[b])
    waiting = set(todo)
    while todo:
        index = todo.pop()
        waiting.discard(index)
        handler = blocks[index].handler
        grown = set(use[index])
        for target in after[index]:
            grown |= live[target] if target == handler else live[target] - define[index]
        if grown - live[index]:
            live[index] |= grown
            for previous in before[index]:
                if previous not in waiting:
                    waiting.add(previous)
                    todo.append(previous)
    return tuple(frozenset(names | pinned) for names in live)


def _correlated(blocks: tuple[ir.Block, ...], release_words: frozenset[str]) -> tuple[frozenset[str], ...]:
    """Places (`flag`, `self.conn`, `$pool`) that more than one test asks for, or that are also filled or released;
    those that are released, and those that are filled."""
    text: dict[str, str] = {}
    tests: Counter[str] = Counter()
    released: set[str] = set()
    filled: set[str] = set()

    def place(operand: str) -> str:
        return text.get(operand, operand)

    for block in blocks:
        for step in block.instructions:
            if isinstance(step, ir.Attr):
                text[step.dst] = f"{place(step.base)}.{step.name}"
                if step.name in release_words:
                    released.add(place(step.base))
            elif isinstance(step, ir.LoadGlobal):
                text[step.dst] = f"${step.name}"
            elif isinstance(step, ir.SetAttr):
                filled.add(f"{place(step.base)}.{step.name}")
            elif isinstance(step, ir.StoreGlobal):
                filled.add(f"${step.name}")
            elif isinstance(step, ir.Compare):
                left, right = place(step.left), place(step.right)
                text[step.dst] = right if left[:1] in "%'" and not right.startswith("%") else left
            elif isinstance(step, ir.Not):
                text[step.dst] = place(step.src)
            elif isinstance(step, (ir.Call, ir.Operation)):
                operands = step.args if isinstance(step, ir.Call) else step.operands
                if isinstance(step, ir.Call) and place(step.func).rpartition(".")[2] in release_words:
                    released.update(place(argument) for argument in step.args)
                if operands and not place(operands[0]).startswith("%"):
                    text[step.dst] = place(operands[0])
                elif isinstance(step, ir.Call) and not place(step.func).startswith("%"):
                    text[step.dst] = place(step.func)
    for block in blocks:
        if isinstance(block.terminator, ir.Branch):
            tests[place(block.terminator.test)] += 1
    twice = {name for name, count in tests.items() if count > 1}
    once = {name for name in tests if name in filled or (released and name.startswith("self."))}
    return frozenset(twice | once | released), frozenset(released), frozenset(filled)


def _call_reads(call: ir.Call) -> tuple[str, ...]:
    return (call.func, *call.args, *(value for _, value in call.keywords))


_READS: dict[type, Callable[..., tuple[str, ...]]] = {
    ir.StoreGlobal: lambda i: (i.src,),
    ir.Copy: lambda i: (i.src,),
    ir.Attr: lambda i: (i.base,),
    ir.SetAttr: lambda i: (i.base, i.src),
    ir.DelAttr: lambda i: (i.base,),
    ir.Item: lambda i: (i.base, i.index),
    ir.SetItem: lambda i: (i.base, i.index, i.src),
    ir.DelItem: lambda i: (i.base, i.index),
    ir.Build: lambda i: (*i.items, *(key for key in i.keys if key)),
    ir.Append: lambda i: (i.into, i.item, i.key) if i.key else (i.into, i.item),
    ir.Unpack: lambda i: (i.src,),
    ir.Compare: lambda i: (i.left, i.right),
    ir.Not: lambda i: (i.src,),
    ir.Operation: lambda i: i.operands,
    ir.Call: _call_reads,
    ir.Await: lambda i: (i.src,),
    ir.Yield: lambda i: (i.src,) if i.src else (),
    ir.YieldFrom: lambda i: (i.src,),
    ir.MakeFunction: lambda i: i.defaults,
    ir.MakeClass: lambda i: i.bases,
    ir.Enter: lambda i: (i.ctx,),
    ir.Exit: lambda i: (i.ctx,),
    ir.Iterate: lambda i: (i.src,),
    ir.Unused: lambda i: (i.src,),
    ir.Branch: lambda i: (i.test,),
    ir.Next: lambda i: (i.iterator,),
    ir.Handle: lambda i: (i.types,) if i.types else (),
    ir.Raise: lambda i: (i.src,) if i.src else (),
    ir.Return: lambda i: (i.src,) if i.src else (),
}
