"""Code of shapes that would make an analysis run away: the command ends soon, finds what is there, and says so where it
did not look at all of it."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from running import Leaklint

HEADER = "import psycopg2\n"
MANY = 2_000
LONG = 50_000
RING = 5_000

MOST_SECONDS = 15
"""Of the processor: three times what each may take on a machine of its own."""


def nested_ifs(depth: int) -> str:
    lines = ["def f(a):", "    c = psycopg2.connect('x')"]
    for level in range(depth):
        # Python's own parser takes 100 levels of indentation: the deeper half stands in functions of its own.
        inner = level % 90
        if level and not inner:
            lines += [f"def f{level}(a):", "    c = psycopg2.connect('x')"]
        lines.append(" " * (4 + inner) + f"if a > {level}:")
        lines.append(" " * (5 + inner) + f"c.commit({level})")
    return HEADER + "\n".join(lines) + "\n"


def elif_chain(length: int) -> str:
    branches = "".join(f"    {'elif' if i else 'if'} a == {i}:\n        c.commit({i})\n" for i in range(length))
    return HEADER + "def f(a):\n    c = psycopg2.connect('x')\n" + branches


def ifs_in_a_row(length: int) -> str:
    tests = "".join(f"    if a.x{i}:\n        c.commit({i})\n" for i in range(length))
    return HEADER + "def f(a):\n    c = psycopg2.connect('x')\n" + tests


def nested_finally(depth: int) -> str:
    opening = "".join(" " * (4 + i) + "try:\n" for i in range(depth))
    closing = "".join(" " * (4 + i) + "finally:\n" + " " * (5 + i) + f"a.g({i})\n" for i in reversed(range(depth)))
    return HEADER + "def f(a):\n    c = psycopg2.connect('x')\n" + opening + " " * (4 + depth) + "a.g(c)\n" + closing


def long_function(lines: int) -> str:
    body = "".join(f"    a.x{i}(c, {i})\n" for i in range(lines))
    return HEADER + "def f(a):\n    c = psycopg2.connect('x')\n" + body + "    c.close()\n"


def many_fields(lines: int) -> str:
    body = "".join(f"    a.x{i} = b({i})\n" for i in range(lines))
    return HEADER + "def f(a, b):\n    c = psycopg2.connect('x')\n" + body + "    c.close()\n"


def many_acquisitions(count: int) -> str:
    taken = "".join(f"    c{i} = psycopg2.connect('x')\n" for i in range(count))
    given = "".join(f"    c{i}.close()\n" for i in range(count))
    return HEADER + "def f(a):\n" + taken + given


def many_at_the_top(count: int) -> str:
    return many_acquisitions(count).replace("def f(a):\n", "").replace("    ", "")


def call_cycle(length: int) -> str:
    return HEADER + "".join(
        f"def f{i}(a):\n    c = psycopg2.connect('x')\n    f{(i + 1) % length}(a)\n    c.close()\n"
        for i in range(length)
    )


def given_circle(length: int) -> str:
    return call_cycle(length).replace("connect('x')", "connect(a)")


def given_layers(layers: int, width: int) -> str:
    """Functions that each hand on what they are given to all of the next layer."""
    body = "def f{0}_{1}(a):\n    c = psycopg2.connect(a)\n{2}    c.close()\n"
    return HEADER + "".join(
        body.format(layer, i, "".join(f"    f{layer + 1}_{j}(a)\n" for j in range(width if layer + 1 < layers else 0)))
        for layer in range(layers)
        for i in range(width)
    )


def lambdas(count: int) -> str:
    return HEADER + "".join(f"l{i} = lambda a: psycopg2.connect(a).cursor().execute('x')\n" for i in range(count))


def small_functions(count: int) -> str:
    body = "    c = psycopg2.connect('x')\n    a.g()\n    c.close()\n"
    return HEADER + "".join(f"def f{i}(a):\n{body}" for i in range(count))


def chained_calls(length: int) -> str:
    chain = "".join(f".m{i}(c)" for i in range(length))
    return HEADER + f"def f(q):\n    c = psycopg2.connect('x')\n    return q{chain}\n"


@pytest.mark.parametrize(
    ("text", "leaks", "cut_short"),
    [
        pytest.param(nested_ifs(200), 3, False, id="nested-ifs"),
        pytest.param(elif_chain(200), 1, False, id="elif-chain"),
        pytest.param(ifs_in_a_row(200), 1, False, id="ifs-in-a-row"),
        pytest.param(nested_finally(60), 1, False, id="nested-finally"),
        pytest.param(long_function(LONG), 1, True, id="long-function"),
        pytest.param(many_fields(LONG), 1, True, id="many-fields"),
        pytest.param(many_acquisitions(MANY), 400, True, id="many-acquisitions"),
        pytest.param(many_at_the_top(MANY), 0, True, id="many-at-the-top"),
        pytest.param(call_cycle(RING), RING, False, id="call-cycle"),
        pytest.param(given_circle(2_000), 2_000, False, id="circle-of-what-is-given"),
        pytest.param(given_layers(7, 20), 120, False, id="layers-of-what-is-given"),
        pytest.param(lambdas(3_000), 3_000, False, id="lambdas"),
        pytest.param(small_functions(6_000), 6_000, False, id="small-functions"),
        pytest.param(chained_calls(20_000), 1, False, id="chained-calls"),
    ],
)
def test_a_hostile_shape_ends_soon(tmp_path: Path, leaklint: Leaklint, text: str, leaks: int, cut_short: bool) -> None:
    (tmp_path / "shape.py").write_text(text)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = leaklint("--isolated", "--no-cache", "--output-format", "concise", "shape.py", cwd=tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (ran.status, ran.err) == (1 if leaks else 0, ""), ran
    assert ran.out.count(": LK10") >= leaks
    assert ("LK902 not checked on all paths: `" in ran.out) == cut_short
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < MOST_SECONDS
