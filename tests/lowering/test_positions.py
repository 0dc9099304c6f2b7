"""Each call's span is the text of that call."""

from __future__ import annotations

import pytest

from leaklint import ir
from leaklint.lowering import lower_module
from leaklint.lowering.formatted import token


def call_texts(text: str) -> set[str]:
    """The source between the ends of each call's span, lines joined by a newline."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = set()
    module = lower_module(text, "m.py", "m")
    for procedure in module.procedures.values():
        for block in procedure.blocks:
            for step in block.instructions:
                if isinstance(step, ir.Call):
                    span = step.span
                    part = lines[span.line - 1 : span.end_line]
                    part[-1] = part[-1][: span.end_column - 1]
                    part[0] = part[0][span.column - 1 :]
                    found.add("\n".join(part))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = f(1).g()", {"f(1)", "f(1).g()"}),
        ("é = 'ü'; f('ö') + g('日本', h())", {"f('ö')", "g('日本', h())", "h()"}),
        ("x = f(\n  'é', g('日')\n)  # c", {"f(\n  'é', g('日')\n)", "g('日')"}),
        ("x = 1\r\né = f('é')\r\ny = g()", {"f('é')", "g()"}),
        ("x = 1\ry = f('é')\rz = g()", {"f('é')", "g()"}),
        ("if 1:\n\té = f('é', g())", {"f('é', g())", "g()"}),
        ("x = 'a\x0cb\u2028c'; y = f()\nz = g()", {"f()", "g()"}),
        ("\x0cx = f()\n\x0c\ny = g()", {"f()", "g()"}),
        ("x = f('\U0001f600') + g()", {"f('\U0001f600')", "g()"}),
        ("x = \\\n  f() \\\n  + é.g()", {"f()", "é.g()"}),
    ],
)
def test_columns_count_characters(text: str, expected: set[str]) -> None:
    assert call_texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = f'{a()}{b(1)!r:>{w()}} {c()=}'", {"a()", "b(1)", "w()", "c()"}),
        ("x = 'é' f'é{a()}' '{not_a_call()}' rf'\\d{b()}'", {"a()", "b()"}),
        ('x = f"""\n  {a(\n   1)} {{b}} {c("é")}\n é{d()} """, e()', {"a(\n   1)", 'c("é")', "d()", "e()"}),
        ("x = (f'{a()}'  # why\n     f'é{b()}')", {"a()", "b()"}),
        ("x = f'{f\"{a(1)}{b(2)}\"} {c(3)}'", {"a(1)", "b(2)", "c(3)"}),
        ("x = f'{ [a(i) for i in b()] } {(lambda: c())()}'", {"a(i)", "b()", "c()", "(lambda: c())()"}),
        ("x = f'{a.b().c(d=e())}'", {"a.b()", "a.b().c(d=e())", "e()"}),
        ("x = f'{{}}{a() if b() else c()}'", {"a()", "b()", "c()"}),
    ],
)
def test_calls_in_f_strings(text: str, expected: set[str]) -> None:
    assert call_texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ('f"{a!r}"', ["a"]),
        ('f"{a != b}"', ["a != b"]),
        ('f"{a == b=}"', ["a == b"]),
        ('f"{a = !r:x}"', ["a "]),
        ('f"{1+2 = # why\n  }{b}"', ["1+2 ", "b"]),
        ('f"{x:=5}"', ["x"]),
        ('f"{(x:=5)}"', ["(x:=5)"]),
        ('f"{d["}"]:{w}.{p}}"', ['d["}"]', "w", "p"]),
        ("f'''{\n a # }\n}'''", ["\n a # }\n"]),
        ('fR"\\{a}\\""', ["a"]),
        ('f"\\N{DIGIT ONE}{a}"', ["a"]),
        ('f"{{a}}{{{b}}}"', ["b"]),
        ('f"{ {1: 2}[1] }"', [" {1: 2}[1] "]),
        ('f"{a<=b>=c}"', ["a<=b>=c"]),
    ],
)
def test_expressions_of_an_f_string(text: str, expressions: list[str]) -> None:
    found = token(text + " rest", 0)
    assert found.end == len(text)
    assert [text[start:end] for start, end in found.expressions] == expressions
