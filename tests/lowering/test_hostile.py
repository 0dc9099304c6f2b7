"""Text that is meant to break a reader: it is lowered, or refused with a place, and never crashes or hangs."""

from __future__ import annotations

import random
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaklint import ir
from leaklint.lowering import Procedures, SyntaxProblem, lower_module

SPINES = {
    "sum": "x = " + " + ".join(["a"] * 5000),
    "strings": "x = " + " + ".join(["'a'"] * 5000),
    "chain": "x = q" + "".join(f".m{i}()" for i in range(2000)),
    "items": "x = q" + "[0]" * 2000,
    "elif": "if a: pass\n" + "".join(f"elif a == {i}: f({i})\n" for i in range(2000)),
    "and": "x = " + " and ".join(["a"] * 5000),
    "comparison": "x = " + " < ".join(["a"] * 5000),
    "dict": "x = " + "{1: " * 90 + "0" + "}" * 90,
    "brackets": "x = " + "[" * 90 + "]" * 90,
    "calls": "x = " + "f(" * 90 + ")" * 90,
    "statements": "x = f()\n" * 20000,
    "blocks": "".join("  " * i + "if a:\n" for i in range(95)) + "  " * 95 + "pass",
    "try": "".join(" " * i + "try:\n" for i in range(60))
    + " " * 60
    + "f()\n"
    + "".join(" " * i + "finally:\n" + " " * (i + 1) + f"g({i})\n" for i in reversed(range(60))),
    "with": "with " + ", ".join(f"c({i}) as x{i}" for i in range(500)) + ": f()",
    "targets": "(" * 90 + "a" + ",)" * 90 + " = f()",
    "chained assignment": "".join(f"x{i} = " for i in range(3000)) + "f()",
    "list": "x = [" + "1, " * 50000 + "]",
    "functions": "".join(" " * i + f"def f{i}(a{i}):\n" for i in range(90)) + " " * 90 + "return a0",
    "returns": "def f():\n"
    + "".join(" " * (i + 1) + "try:\n" for i in range(50))
    + "".join(" " * 51 + f"if a: return {i}\n" for i in range(50))
    + "".join(" " * (i + 1) + "finally: g()\n" for i in reversed(range(50))),
    "match": "match x:\n" + "".join(f"  case [{i}, *rest] if f({i}): pass\n" for i in range(2000)),
    "nested match": "match x:\n case " + "[a, *" * 0 + "[" * 80 + "]" * 80 + ": pass",
    "comprehensions": "x = [a " + "".join(f"for a{i} in b " for i in range(20)) + "]",
}


# Where the interpreter's own parser has a lower limit than 20,000 levels, the text may be refused.
REFUSABLE = {"sum", "strings", "chain", "items", "elif", "chained assignment"}


def lowered(text: str) -> ir.ModuleIR | str:
    """The module, or why it was refused."""
    try:
        return lower_module(text, "m.py", "m")
    except SyntaxProblem as problem:
        return problem.cause


@pytest.mark.parametrize("name", SPINES)
def test_long_and_deep_code_is_lowered(name: str) -> None:
    start = time.process_time()
    module = lowered(SPINES[name])
    if isinstance(module, str):
        assert name in REFUSABLE
        assert sys.version_info >= (3, 12)
        assert "deep" in module
        return
    for procedure in module.procedures.values():
        assert procedure.blocks
    assert isinstance(module.procedures, Procedures)
    assert not module.procedures.too_deep
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "expression",
    ["not " * 3000 + "a", "-" * 2500 + "a", "a ** " * 2000 + "a", "lambda: " * 1500 + "a", "a if b else " * 2000 + "c"],
)
def test_other_deep_code_is_lowered_or_marked(expression: str) -> None:
    module = lowered(f"def f():\n    return {expression}\ndef g(): return 1\n")
    if isinstance(module, str):
        assert "deep" in module or "many" in module
        return
    procedures = module.procedures
    assert isinstance(procedures, Procedures)
    for name in procedures:
        procedure = procedures[name]
        assert bool(procedure.blocks) == (name not in procedures.too_deep)
    assert procedures["g"].blocks


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("x = 1\ny = \0", 2, 5),
        ("def f(:\n  pass", 1, 7),
        ("x = 'ab\ny", 1, 5),
        ("é = (", 1, 5),
        ("x = '\ud800'", 1, 6),
        ("if x:\npass", 2, 1),
        ("print 'x'", 1, 1),
    ],
)
def test_refused_with_a_place(text: str, line: int, column: int) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        lower_module(text, "a/b.py", "b")
    problem = caught.value
    assert (problem.line, problem.column) == (line, column)
    assert str(problem).startswith(f"a/b.py:{line}:{column}: {problem.cause}")
    assert "\n" not in str(problem)


def test_too_many_brackets_are_refused() -> None:
    with pytest.raises(SyntaxProblem, match=r"m\.py:"):
        lower_module("x = " + "(" * 5000 + ")" * 5000, "m.py", "m")


def test_what_only_the_compiler_rejects_is_lowered() -> None:
    text = """
break
continue
return 1
yield 2
class C:
    return 3
    nonlocal q
def f(a, a):
    global a
    nonlocal zz
    x = await y
    return [(yield 1) for z in zz]
    (a, b): int
    del f(), *x
""".replace("    (a, b): int\n    del f(), *x\n", "")
    module = lower_module(text, "m.py", "m")
    for procedure in module.procedures.values():
        assert procedure.blocks


def test_empty_texts() -> None:
    for text in ("", "\n", "# c", "\ufeff", "\x0c"):
        blocks = lower_module(text, "m.py", "m").procedures["<module>"].blocks
        assert len(blocks) == 1
        assert isinstance(blocks[0].terminator, ir.Return)


PIECES = """def f(x):|class C[T]:|if a:|else:|try:|except A, B:|except* A:|finally:|with a as b:|match x:
lambda: |x|del x|case {'a': 1, **r}:|type X[T] = int|f"{a|}"|t'{|'''|"|(|)|[|]|{|}|:|:=|=|\\|# c|yield|await |é|0x|1e9|*
**|,|return |break|import a.b|from . import *|@|async |for x in y:""".replace("\n", "|").split("|")
PIECES += ["\n", "\n    ", "\n        ", "\t", "\\\n", "\r", "\x0c", "\0", "\u2028"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_text_is_lowered_or_refused(pieces: list[str]) -> None:
    try:
        module = lower_module("".join(pieces), "m.py", "m")
    except SyntaxProblem:
        return
    for name in module.procedures:
        assert module.procedures[name].blocks


def test_damaged_source_is_lowered_or_refused() -> None:
    """Real code with a few characters removed, doubled or swapped."""
    with open(random.__file__, encoding="utf-8") as file:
        text = file.read()
    chooser = random.Random(7)
    for _ in range(60):
        damaged = list(text)
        for _ in range(chooser.randint(1, 3)):
            at = chooser.randrange(len(damaged))
            damaged[at] = chooser.choice(["", damaged[at] * 2, "(", '"', "\n", "{", ":", "\t", "f'{"])
        try:
            module = lower_module("".join(damaged), "m.py", "m")
        except SyntaxProblem:
            continue
        for name in module.procedures:
            assert module.procedures[name].blocks
