from __future__ import annotations

import pytest

from leaklint import api

TESTS = "    for k in range(3):\n        pass\n" + "".join(
    f"    if x == {number}:\n        print({number})\n" for number in range(3)
)


def codes(*lines: str) -> list[str]:
    text = "import psycopg2\n\n\ndef f(x, y, z):\n    conn = None\n" + "".join(f"    {line}\n" for line in lines)
    return [finding.code for finding in api.check_source(text, "asked.py")]


def lines_of(text: str) -> list[str]:
    return [line.removeprefix("    ") for line in text.splitlines()]


TAKEN = ("if x == 7:", "    conn = psycopg2.connect('')")


@pytest.mark.parametrize(
    "lines",
    [
        (*TAKEN, *lines_of(TESTS), "if x == 7:", "    conn.close()"),
        (*TAKEN, "if 7 == x:", "    conn.close()"),
        (*TAKEN, *lines_of(TESTS), "y = 7", "if x == y:", "    conn.close()"),
        (*TAKEN, *lines_of(TESTS), "match x:", "    case 7:", "        conn.close()"),
        (*TAKEN, *lines_of(TESTS), "if x != 7:", "    return", "conn.close()"),
        ("chosen = x == 7", "if chosen:", "    conn = psycopg2.connect('')", "if chosen:", "    conn.close()"),
        (*TAKEN, "for z in (1, 2):", "    if x == 7:", "        conn.close()", "        return"),
    ],
)
def test_what_is_asked_again_is_still_known(lines: tuple[str, ...]) -> None:
    assert codes(*lines) == []


@pytest.mark.parametrize(
    "lines",
    [
        (*TAKEN, *lines_of(TESTS), "if x == 8:", "    conn.close()"),
        (*TAKEN, *lines_of(TESTS), "x = z", "if x == 7:", "    conn.close()"),
    ],
)
def test_what_is_asked_of_something_else_is_not_known(lines: tuple[str, ...]) -> None:
    assert codes(*lines) != []
