"""Files in which proving all repairs would take hours: the command ends soon, and says which repairs it did not try."""

from __future__ import annotations

import json
import resource
import string
from pathlib import Path

import pytest
from running import Leaklint

HEADER = "import psycopg2\n"
MOST_SECONDS = 20
"""Of the processor: some five times what each takes on a machine of its own."""
NOT_TRIED = "= no fix: The repairs of this file take too much work"
TOO_LARGE = "= no fix: Its function is too large to be looked at"
MOST_REPAIRED = 60


def function(name: str, count: int) -> str:
    taken = "".join(f"    c{i} = psycopg2.connect('x')\n" for i in range(count))
    given = "".join(f"    c{i}.close()\n" for i in range(count))
    return f"def {name}(a):\n{taken}    a.g()\n{given}"


def functions(number: int, leaks: int) -> str:
    return HEADER + "".join(function(f"f{i}", leaks) for i in range(number))


def owners(number: int) -> str:
    return HEADER + "".join(
        f"class C{i}:\n    def __init__(self, a):\n        self.c = psycopg2.connect(a)\n" for i in range(number)
    )


def methods(number: int) -> str:
    return f"{HEADER}class A:\n" + "".join(
        f"    def m{i}(self, a):\n        c = psycopg2.connect('x')\n"
        f"        self.m{(i + 1) % number}(a)\n        c.close()\n"
        for i in range(number)
    )


def circle(length: int) -> str:
    return HEADER + "".join(
        f"def f{i}(a):\n    c = psycopg2.connect('x')\n    f{(i + 1) % length}(c)\n    c.close()\n"
        for i in range(length)
    )


SHAPES = [
    pytest.param(functions(1, 2_000), 0, id="2000-in-one-function"),
    pytest.param(functions(1, 200), 1, id="200-in-one-function"),
    pytest.param(functions(500, 1), 1, id="500-functions"),
    pytest.param(functions(50, 40), 1, id="40-in-each-of-50-functions"),
    pytest.param(methods(300), 1, id="300-methods-in-a-cycle"),
    pytest.param(owners(200), 0, id="200-owners"),
    pytest.param(circle(5_000), 0, id="5000-in-a-circle"),
]


def seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize(("text", "repaired"), SHAPES)
def test_repairs_of_a_hostile_file_are_proposed_soon(
    tmp_path: Path, leaklint: Leaklint, text: str, repaired: int
) -> None:
    (tmp_path / "shape.py").write_text(text)
    before = seconds()
    ran = leaklint("--isolated", "--no-cache", "shape.py", cwd=tmp_path)
    assert (ran.status, ran.err) == (1, ""), ran
    assert seconds() - before < MOST_SECONDS
    fixes, reasons = ran.out.count("= fix"), ran.out.count(NOT_TRIED) + ran.out.count(TOO_LARGE)
    assert repaired <= fixes <= MOST_REPAIRED
    assert reasons > 100


@pytest.mark.parametrize(
    ("text", "how"),
    [
        pytest.param(functions(1, 2000), ["--diff"], id="diff"),
        pytest.param(functions(500, 1), ["--output-format", "json"], id="json"),
        pytest.param(functions(50, 40), ["--output-format", "sarif"], id="sarif"),
    ],
)
def test_they_are_in_each_format_and_where_they_are_made(
    tmp_path: Path, leaklint: Leaklint, text: str, how: list[str]
) -> None:
    (tmp_path / "shape.py").write_text(text)
    before = seconds()
    ran = leaklint("--isolated", "--no-cache", *how, "shape.py", cwd=tmp_path)
    assert ran.status == 1, ran
    assert "internal error" not in ran.err
    assert seconds() - before < 2 * MOST_SECONDS


def test_what_is_not_repaired_at_first_is_repaired_by_the_next_runs(tmp_path: Path, leaklint: Leaklint) -> None:
    (tmp_path / "shape.py").write_text(functions(60, 1))
    left = []
    for _ in range(8):
        ran = leaklint("--isolated", "--no-cache", "--fix", "--output-format", "json", "shape.py", cwd=tmp_path)
        left.append(len(json.loads(ran.out)))
        if not left[-1]:
            break
    assert left[-1] == 0
    assert left == sorted(left, reverse=True)


def test_functions_that_share_a_proof_are_all_repaired(tmp_path: Path, leaklint: Leaklint) -> None:
    names = [f"{one}{other}" for one in "fgh" for other in string.ascii_lowercase[:20]]
    (tmp_path / "shape.py").write_text(HEADER + "".join(function(name, 1) for name in names if name != "if"))
    ran = leaklint("--isolated", "--no-cache", "shape.py", cwd=tmp_path)
    assert NOT_TRIED not in ran.out
    assert ran.out.count("= fix") == len(names)


def test_a_leak_beside_a_function_that_is_too_large_is_repaired(tmp_path: Path, leaklint: Leaklint) -> None:
    (tmp_path / "shape.py").write_text(HEADER + function("large", 400) + function("small", 1))
    ran = leaklint("--isolated", "--no-cache", "--output-format", "json", "shape.py", cwd=tmp_path)
    fixed = {one["function"] for one in json.loads(ran.out) if one["fix"]}
    assert fixed == {"small"}


@pytest.mark.parametrize("how", [[], ["--diff"]])
@pytest.mark.parametrize("value", [" + ".join(["a"] * 8_000), "a" + ".g(c)" * 700], ids=["sum", "chain"])
def test_what_is_nested_too_deeply_for_a_repair_is_reported_without_one(
    tmp_path: Path, leaklint: Leaklint, value: str, how: list[str]
) -> None:
    (tmp_path / "shape.py").write_text(f"{HEADER}def f(a):\n    c = psycopg2.connect('x')\n    c.execute({value})\n")
    ran = leaklint("--isolated", "--no-cache", *how, "shape.py", cwd=tmp_path)
    assert "RecursionError" not in ran.err
    assert ran.status == 1
    assert how or "LK101" in ran.out
