"""`required-version`: which versions of leaklint a project lets run on it."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"\s*(===|==|!=|~=|>=|<=|>|<|)\s*v?(\d+(?:\.\d+)*)(\.\*)?\s*$")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")


def satisfies(version: str, required: str) -> bool:
    """Whether `version` meets every clause of `required`, such as ">=0.1,<1"; a bare version means exactly it.

    Only release numbers are compared. Raises ValueError if `required` is not such a list.
    """
    release = _RELEASE.match(version)
    ours = _numbers(release.group() if release else "0")
    return all(_holds(ours, clause) for clause in required.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in text.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _holds(ours: tuple[int, ...], clause: str) -> bool:
    match = _CLAUSE.match(clause)
    if match is None:
        raise ValueError(f"'{clause.strip()}' is no version requirement")
    operator, text, wildcard = match.groups()
    theirs = _numbers(text)
    prefix = tuple(int(part) for part in text.split("."))
    same_prefix = (ours + (0,) * len(prefix))[: len(prefix)] == prefix
    if operator in ("", "==", "==="):
        return same_prefix if wildcard else ours == theirs
    if operator == "!=":
        return not (same_prefix if wildcard else ours == theirs)
    if operator == "~=":
        stem = prefix[:-1] or prefix
        return ours >= theirs and (ours + (0,) * len(stem))[: len(stem)] == stem
    return {">=": ours >= theirs, "<=": ours <= theirs, ">": ours > theirs, "<": ours < theirs}[operator]
