"""Until where a procedure may ask a question again: what it learnt by comparing something with one literal after the
other tells nothing once no comparison with that literal can follow."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from leaklint import ir
from leaklint.ownership.conditions import COMPARISONS, SEPARATOR, constant, identity


class Retesting(msgspec.Struct, frozen=True):
    """position: of each block in an order in which those of no loop follow each other; -1 in a loop. last: the last
    position at which something is compared with a literal, by its text. unknown: the same of other comparisons."""

    position: tuple[int, ...]
    last: Mapping[str, float]
    unknown: float

    def is_over(self, predicate: str, block: int) -> bool:
        """Whether an opaque predicate, given without its place, is not asked for from the start of a block on."""
        op, _, text = predicate.partition(SEPARATOR)
        if op not in COMPARISONS:
            return False
        return self.position[block] > max(self.unknown, self.last.get(text, math.inf))


def retesting(blocks: Sequence[ir.Block], after: Sequence[Sequence[int]], order: Sequence[int]) -> Retesting:
    """Where a procedure compares with what. after: the blocks that follow each. order: in reverse postorder."""
    looping = _looping(after, order)
    literals = _literals(blocks)
    last: dict[str, float] = {}
    unknown = -1.0
    for index, block in enumerate(blocks):
        at = math.inf if looping[order[index]] else order[index]
        for step in block.instructions:
            if isinstance(step, ir.Compare):
                texts = [literals[operand] for operand in (step.left, step.right) if operand in literals]
                for text in texts:
                    last[text] = max(last.get(text, -1), at)
                if not texts:
                    unknown = max(unknown, at)
    position = tuple(-1 if looping[at] else at for at in order)
    return Retesting(position, last, unknown)


def _looping(after: Sequence[Sequence[int]], order: Sequence[int]) -> list[bool]:
    """The positions that may lie in a loop: those from where one goes back to, to where."""
    edges = [0] * (len(order) + 2)
    for index, targets in enumerate(after):
        for target in targets:
            if order[target] <= order[index]:
                edges[order[target]] += 1
                edges[order[index] + 1] -= 1
    found, depth = [], 0
    for edge in edges:
        depth += edge
        found.append(depth > 0)
    return found


def _literals(blocks: Sequence[ir.Block]) -> dict[str, str]:
    """The temporaries that are a literal and nothing else, with its text."""
    steps = [step for block in blocks for step in block.instructions]
    written = Counter(getattr(step, "dst", "") for step in steps)
    loads = (step for step in steps if isinstance(step, ir.LoadConst))
    return {
        step.dst: identity(constant(step))
        for step in loads
        if step.dst[0] == "%" and written[step.dst] == 1 and not step.opaque
    }
