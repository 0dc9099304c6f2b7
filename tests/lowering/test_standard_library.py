"""Every procedure of a part of the standard library is lowered to a well-formed graph."""

from __future__ import annotations

import itertools
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from leaklint import ir
from leaklint.lowering import Procedures, SyntaxProblem, lower_module

PACKAGES = ("", "asyncio", "email", "json", "logging", "unittest", "concurrent/futures", "multiprocessing", "http")


def files() -> Iterator[Path]:
    root = Path(sysconfig.get_paths()["stdlib"])
    for package in PACKAGES:
        yield from itertools.islice(sorted((root / package).glob("*.py")), 90 if not package else 20)


def targets(block: ir.Block) -> Iterator[int]:
    end = block.terminator
    for name in ("target", "then", "orelse", "body", "exhausted", "otherwise", "suppressed"):
        yield getattr(end, name, -1)
    for step in block.instructions:
        if isinstance(step, ir.Pend):
            yield step.target


def check(procedure: ir.Procedure) -> None:
    blocks = procedure.blocks
    assert blocks
    assigned: set[str] = set()
    reached = {0}
    resumed, pended = set(), set()
    for block in blocks:
        following = {target for target in (*targets(block), block.handler) if target >= 0}
        assert all(target < len(blocks) for target in following)
        reached |= following
        for index, step in enumerate(block.instructions):
            assert (step.span.line, step.span.column) <= (step.span.end_line, step.span.end_column)
            assert not isinstance(step, ir.Catch) or index == 0
            if isinstance(step, ir.Pend):
                pended.add(step.region)
            dst = getattr(step, "dst", "")
            if dst[:1] == "%" and dst[1:].isdigit():
                assert dst not in assigned, f"{procedure.name}: {dst} is assigned twice"
                assigned.add(dst)
        if isinstance(block.terminator, ir.Resume):
            resumed.add(block.terminator.region)
        if block.handler >= 0:
            assert isinstance(blocks[block.handler].instructions[0], ir.Catch)
    assert reached == set(range(len(blocks))), "a block that nothing leads to was kept"
    assert resumed <= pended


def test_every_procedure_becomes_a_well_formed_graph() -> None:
    modules = procedures = 0
    for path in files():
        try:
            module = lower_module(path.read_text(encoding="utf-8"), str(path), path.stem)
        except (SyntaxProblem, UnicodeDecodeError):
            continue
        modules += 1
        assert isinstance(module.procedures, Procedures)
        for procedure in module.procedures.values():
            check(procedure)
            procedures += 1
        assert not module.procedures.too_deep
        assert set(module.classes) <= set(module.procedures)
    assert modules >= 150
    assert procedures > 5000
