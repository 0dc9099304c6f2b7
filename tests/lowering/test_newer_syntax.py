"""Each syntax that some supported Python cannot parse, lowered by whichever Python runs the tests."""

from __future__ import annotations

import textwrap

import pytest

from leaklint import ir
from leaklint.lowering import SyntaxProblem, lower_module
from leaklint.model import Span


def calls(text: str) -> list[tuple[str, Span]]:
    """The text of each call in all procedures, by its span."""
    lines = text.split("\n")
    module = lower_module(text, "m.py", "m")
    found = []
    for procedure in module.procedures.values():
        for block in procedure.blocks:
            for step in block.instructions:
                if isinstance(step, ir.Call):
                    s = step.span
                    if s.line == s.end_line:
                        found.append((lines[s.line - 1][s.column - 1 : s.end_column - 1], s))
    return found


def called(text: str) -> list[str]:
    return [source for source, _ in calls(textwrap.dedent(text))]


def instructions(text: str, name: str = "<module>") -> list[ir.AnyInstruction]:
    procedure = lower_module(textwrap.dedent(text), "m.py", "m").procedures[name]
    return [step for block in procedure.blocks for step in block.instructions]


def test_type_parameters() -> None:
    text = """
    def f[T: (int, str), *Ts, **P](x: T = first()) -> T:
        return second(x)
    class C[T = dict[str, int]](Base[T]): a = third()
    async def g[
        T,  # a comment
        U = list[int],
    ](x): return fourth(x)
    """
    assert sorted(called(text)) == ["first()", "fourth(x)", "second(x)", "third()"]
    module = lower_module(textwrap.dedent(text), "m.py", "m")
    assert list(module.signatures) == ["<module>", "f", "C", "g"]
    assert module.signatures["f"].parameters[0].annotation == "T"
    assert module.classes["C"].bases == ("Base[T]",)


def test_type_statement_is_not_executed() -> None:
    text = """
    type X = list[int]
    if 1: type LongerName[T, *Us] = dict[T, never()]; x = after()
    type = 5
    type[0]
    print(type)
    def f(): type: int = one()
    """
    assert called(text) == ["after()", "print(type)", "one()"]
    stores = [step for step in instructions(text) if isinstance(step, ir.Copy) and step.dst in ("X", "LongerName")]
    assert [(step.dst, step.span) for step in stores] == [
        ("X", Span(2, 1, 2, 19)),
        ("LongerName", Span(3, 7, 3, 49)),
    ]
    consts = [step for step in instructions(text) if isinstance(step, ir.LoadConst) and step.opaque]
    assert len(consts) == 2
    assert "X" in lower_module(textwrap.dedent(text), "m.py", "m").procedures["<module>"].locals


def test_except_star() -> None:
    text = """
    try:
        one()
    except* (A, B) as e:
        two(e)
    except *C:
        three()
    else:
        four()
    """
    assert sorted(called(text)) == ["four()", "one()", "three()", "two(e)"]
    module = lower_module(textwrap.dedent(text), "m.py", "m")
    handles = [b.terminator for b in module.procedures["<module>"].blocks if isinstance(b.terminator, ir.Handle)]
    assert [handle.is_star for handle in handles] == [True, True]
    assert handles[0].span == Span(4, 9, 4, 15)


def test_except_without_parentheses() -> None:
    text = """
    try:
        one()
    except A, b.B, C[0, 1]:
        two()
    except D: three()
    """
    assert called(text) == ["one()", "two()", "three()"]
    build = next(step for step in instructions(text) if isinstance(step, ir.Build) and len(step.items) == 3)
    assert (build.kind, build.span) == ("tuple", Span(4, 8, 4, 23))
    handles = [
        block.terminator
        for block in lower_module(textwrap.dedent(text), "m.py", "m").procedures["<module>"].blocks
        if isinstance(block.terminator, ir.Handle)
    ]
    assert handles[0].types == build.dst


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("""x = f"{one("a")} {two('b')}" + three()""", ['one("a")', "two('b')", "three()"]),
        ("""x = f'{one('a')!r:>{two('w')}} {three()=}', four()""", ["one('a')", "two('w')", "three()", "four()"]),
        ("""x = f"{f"{f"{one("é")}"}"}" "plain" f'{two("ü")}', three()""", ['one("é")', 'two("ü")', "three()"]),
        ('''x = "é" f"{one('\\n')} {{}} {two(x)}"''', [r"one('\n')", "two(x)"]),
        (
            '''x = f"{ {'a': one("k")}['a'] } {(lambda y: two(y))(1)}"''',
            ['one("k")', "(lambda y: two(y))(1)", "two(y)"],
        ),
        ('''x = f"{a == one("b") != two("c") <= d}"''', ['one("b")', 'two("c")']),
        ('''x = rf"\\{one("x")}\\d", f"\\N{DASH}{two("y")}"''', ['one("x")', 'two("y")']),
    ],
)
def test_nested_quotes_in_f_strings(source: str, expected: list[str]) -> None:
    assert called(source) == expected


def test_f_string_over_several_lines() -> None:
    text = 'x = f"{\n    one("a")  # why\n    + two("b")\n}" + three()\ny = four()'
    assert called(text) == ['one("a")', 'two("b")', "three()", "four()"]
    builds = [step for step in instructions(text) if isinstance(step, ir.Build)]
    assert [build.kind for build in builds] == ["string"]


def test_t_strings() -> None:
    assert called('''x = t"a {one('b'):>{two()}}" + rt'{three()}' + Tr"{four("d")}"''') == [
        "one('b')",
        "two()",
        "three()",
        'four("d")',
    ]
    assert [step.kind for step in instructions('x = t"{a}"') if isinstance(step, ir.Build)] == ["string"]


def test_star_in_subscript_and_annotation() -> None:
    text = """
    def f(*args: *Ts, **k): return one(args)
    x = a[*b, two()]
    y = [*c, d * three()]
    """
    assert sorted(called(text)) == ["one(args)", "three()", "two()"]


def test_a_real_error_is_told_beside_newer_syntax() -> None:
    with pytest.raises(SyntaxProblem) as caught:
        lower_module("def f[T](): pass\nx = f\"{a['b']}\"\n\ny = = 3\n", "m.py", "m")
    assert (caught.value.line, caught.value.column) == (4, 5)
    assert str(caught.value).startswith("m.py:4:5: ")


def test_unfinished_text_is_a_syntax_problem() -> None:
    for text in (
        'x = f"{',
        'x = f"{a',
        "def f[T",
        "type X",
        "except*",
        'f"{a!',
        'f"{a:',
        't"',
        "f'{a:{b:{c:{",
        "type X[",
    ):
        with pytest.raises(SyntaxProblem):
            lower_module(text, "m.py", "m")
