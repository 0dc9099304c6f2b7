"""A body is passed over only where a word can do nothing there: what is lowered is told by the text, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leaklint import ir
from leaklint.lowering import lower_module
from leaklint.resolve.definitions import Definitions, define
from leaklint.resolve.roles import PUTTING, Role, may_be

HERE = Path(__file__).parent.parent.parent
FILES = [*(HERE / "fixtures").rglob("*.py"), *(HERE / "leaklint" / "ownership").glob("*.py")]


def done(procedure: ir.Procedure, body: Definitions) -> Iterator[tuple[str, Role]]:
    """What a procedure assigns, fills and calls."""
    for step in body.attributes:
        yield step.name, Role.ASSIGNED
    for target, _ in procedure.annotations:
        if "." in target:
            yield target.rpartition(".")[2], Role.ASSIGNED
    for name in body.calls_naming:
        # An `assert` calls this without naming it.
        if name.isidentifier() and name != "AssertionError":
            yield name, Role.CALLED
    bases = [step.base for step in body.items]
    for call in body.calls:
        func = body.single(call.func)
        if isinstance(func, ir.Attr) and func.name in PUTTING and call.args:
            bases.append(func.base)
    for base in bases:
        step = body.single(base)
        if isinstance(step, (ir.Attr, ir.LoadGlobal)):
            yield step.name, Role.FILLED
        elif procedure.kind == "module" and base.isidentifier():
            yield base, Role.FILLED


def test_the_text_tells_what_a_body_does() -> None:
    checked = dict.fromkeys(Role, 0)
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        module = lower_module(text, str(path), "module")
        for name, signature in module.signatures.items():
            procedure = module.procedures[name]
            own = "".join(lines[signature.span.line - 1 : signature.span.end_line])
            for word, role in done(procedure, define(procedure, frozenset())):
                checked[role] += 1
                assert may_be(role, own, word), (path, name, word, role)
    assert min(checked.values()) > 100


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        (Role.ASSIGNED, "self.pool = 1", True),
        (Role.ASSIGNED, "self.pool: Pool", True),
        (Role.ASSIGNED, "(self.\n    pool, x) = y", True),
        (Role.ASSIGNED, "(self.\\\npool\n) = y", True),
        (Role.ASSIGNED, "for self.pool in pools: pass", True),
        (Role.ASSIGNED, "with x as self.pool: pass", True),
        (Role.ASSIGNED, "self.pool += 1", True),
        (Role.ASSIGNED, "pool = 1", True),  # where a line begins, a dot may stand in the one above
        (Role.ASSIGNED, "x = pool", False),
        (Role.ASSIGNED, "self.pool.size = 1", False),
        (Role.ASSIGNED, "self.pool[0] = 1", False),
        (Role.ASSIGNED, "self.pool .get()", False),
        (Role.ASSIGNED, "self.pools = 1", False),
        (Role.ASSIGNED, "'the self.`pool` = it'", False),
        (Role.FILLED, "pool[1] = x", True),
        (Role.FILLED, "self.pool.append(x)", True),
        (Role.FILLED, "add = self.pool.add", True),
        (Role.FILLED, "p = self.pool", True),
        (Role.FILLED, "p = self.pool\n(p).append(x)", True),
        (Role.FILLED, "f(self.pool)", True),
        (Role.FILLED, "(self.pool\n.append(x))", True),
        (Role.FILLED, "self.pool = []", False),
        (Role.FILLED, "self.pool.get(x)", False),
        (Role.FILLED, "self.pool(x)", False),
        (Role.CALLED, "pool(x)", True),
        (Role.CALLED, "f(pool)", True),
        (Role.CALLED, "x.pool(y)", True),
        (Role.CALLED, "x = {1: pool(y)}", True),
        (Role.CALLED, "x = {1: pool\n    (y)}", True),
        (Role.CALLED, "g = lambda: pool.x(y)", True),
        (Role.CALLED, "x: f = pool", True),
        (Role.CALLED, "@pool\ndef f(): pass", True),
        (Role.CALLED, "def pool(x): pass", False),
        (Role.CALLED, "class  pool: pass", False),
        (Role.CALLED, "def f(x: pool) -> pool: pass", False),
        (Role.CALLED, "from x import pool", False),
        (Role.CALLED, "# the pool here", False),
    ],
)
def test_roles(role: Role, text: str, expected: bool) -> None:
    assert may_be(role, text, "pool") is expected
