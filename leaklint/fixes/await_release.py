"""The repair "await": a release that is a coroutine is awaited."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from leaklint.fixes.bind import Refused
from leaklint.fixes.document import read
from leaklint.fixes.draft import Rewrite, exchanged
from leaklint.fixes.walking import walk
from leaklint.ownership.events import Leak, Misuse, SiteReport


def rewrites(text: str, report: SiteReport) -> Iterator[Rewrite]:
    """`await` in front of each release that lacks it."""
    document = read(text)
    reported: list[Leak | Misuse] = [*report.leaks, *report.misuses]
    seen = list(document.calls_on(report.site.path, reported, ("not-awaited",)))
    found = {call for call in seen if isinstance(document.parents[call], ast.Expr) and _names(call, report.site.bound)}
    for call in list(found):
        if not isinstance(document.scope(call), ast.AsyncFunctionDef):
            raise Refused("its release must be awaited, and this function is not async")
    if not found:
        raise Refused("the release is not in this file")
    after = text
    for call in sorted(found, key=lambda one: document.extent(one)[0], reverse=True):
        start = document.extent(call)[0]
        after = after[:start] + "await " + after[start:]
    yield exchanged(document, after)


def _names(call: ast.Call, name: str) -> bool:
    """Whether a call is on the resource or is given it."""
    return any(isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) == name for node in walk(call))
