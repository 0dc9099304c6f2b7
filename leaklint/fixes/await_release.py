"""The repair "await": a release that is a coroutine is awaited."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from leaklint.fixes.bind import Refused
from leaklint.fixes.document import Document
from leaklint.fixes.draft import Rewrite, statements
from leaklint.ownership.events import SiteReport


def rewrites(text: str, report: SiteReport) -> Iterator[Rewrite]:
    """`await` in front of each release that lacks it."""
    document = Document(text)
    found = {
        call
        for one in (*report.leaks, *report.misuses)
        if one.how == "not-awaited" and (call := document.call_at(one.at)) is not None and document.covers(one.at, call)
    }
    found = {call for call in found if isinstance(document.parents[call], ast.Expr)} or found
    for call in list(found):
        if not isinstance(document.scope(call), ast.AsyncFunctionDef):
            raise Refused("its release must be awaited, and this function is not async")
        if not isinstance(document.parents[call], ast.Expr):
            raise Refused("the coroutine of its release is used otherwise")
    if not found:
        raise Refused("the release is not in this file")
    after = text
    for call in sorted(found, key=lambda one: document.extent(one)[0], reverse=True):
        start = document.extent(call)[0]
        after = after[:start] + "await " + after[start:]
    old, new = statements(document.tree), statements(Document(after).tree)
    yield Rewrite(after, old - new, new - old)
