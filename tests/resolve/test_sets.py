"""Sets in little room are the sets that they were made from."""

from __future__ import annotations

import random

import pytest

from leaklint.resolve.sets import as_int, members, packed, set_of_numbers, unpacked
from leaklint.resolve.trace import Trace


@pytest.mark.parametrize("seed", range(50))
def test_a_set_comes_back(seed: int) -> None:
    chance = random.Random(seed)
    size = chance.choice((1, 8, 500, 4_000, 40_000, 200_000))
    mask = 0
    for _ in range(chance.choice((0, 1, 14, 300))):
        mask |= 1 << chance.randrange(size)
    if chance.random() < 0.3:
        mask |= (1 << chance.randrange(size)) - 1
    assert unpacked(packed(mask)) == mask
    assert as_int(packed(mask)) == as_int(mask) == mask
    assert set_of_numbers(reversed([*members(mask)])) == mask


def test_few_numbers_take_little_room() -> None:
    mask = 1 | 1 << 15_000 | 1 << 31_000
    assert len(packed(mask)) < 30
    full = (1 << 31_000) - 1
    assert len(packed(full)) < 31_000 // 8 + 10


def test_a_trace_that_packs_tells_the_same() -> None:
    told = []
    for packing in (False, True):
        trace = Trace(packing=packing)
        rests: dict[object, object] = {}
        facts = [("text", str(number)) for number in range(5_000)]
        for fact in facts:
            trace.bit(fact)
        trace.begin()
        trace.note(facts[3])
        trace.note(facts[4_999])
        trace.end(rests, ("few",))
        trace.start()
        trace.used(rests, "few")
        told.append(list(trace.facts(trace.mask)))
    assert told[0] == told[1] == [("text", "3"), ("text", "4999")]
