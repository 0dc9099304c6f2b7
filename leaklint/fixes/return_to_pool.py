"""The repair "return-to-pool": a pooled connection that is closed, or given to another pool, goes back to its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from leaklint.fixes.bind import Refused
from leaklint.fixes.draft import Rewrite, exchanged
from leaklint.fixes.names import Held, is_held
from leaklint.fixes.releases import release_text, stable
from leaklint.fixes.scopes import bound_names
from leaklint.fixes.target import Target
from leaklint.fixes.walking import walk
from leaklint.ownership.events import Leak, Misuse

_HOWS = ("close-instead-of-return", "wrong-pool")


def rewrites(target: Target) -> Iterator[Rewrite]:
    """Each wrong release replaced by the right one."""
    document, resource = target.document, target.report.site.resource
    in_async = target.in_async
    right = release_text(document, resource, target.call, target.held.text, in_async, _own_pool(target))
    if not right.text:
        raise Refused(right.reason)
    wrong = set(_wrong(target))
    if not wrong:
        raise Refused("the wrong release is not in this function")
    changes = []
    for call in wrong:
        parent = document.parents.get(call)
        node = parent if isinstance(parent, ast.Await) else call
        if not isinstance(document.parents[node], ast.Expr):
            raise Refused("the value of the wrong release is used")
        changes.append((*document.extent(node), right.text))
    text = document.text
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    yield target.so_far.then(exchanged(document, text))


def _wrong(target: Target) -> Iterator[ast.Call]:
    document, held = target.document, target.held
    resource = target.report.site.resource
    costly = {one.method for one in resource.wrong_release if one.costs in ("slot", "nothing")}
    if target.same:
        reported: list[Leak | Misuse] = [*target.report.leaks, *target.report.misuses]
        for call in document.calls_on(target.report.site.path, reported, _HOWS):
            if call is not target.call and _concerns(call, held, costly | set(resource.release_to)):
                yield call
    for node in walk(target.scope):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_held(node.func.value, held):
            if node.func.attr in costly:
                yield node


def _concerns(call: ast.Call, held: Held, methods: set[str]) -> bool:
    func = call.func
    return (
        isinstance(func, ast.Attribute)
        and func.attr in methods
        and (is_held(func.value, held) or any(is_held(one, held) for one in call.args))
    )


def _own_pool(target: Target) -> str:
    """What the pool is called where it is released: its first name, if the one it was taken by is bound again."""
    receiver = target.call.func.value if isinstance(target.call.func, ast.Attribute) else None
    if receiver is None or not stable(receiver) or not isinstance(receiver, ast.Name):
        return ""
    place = target.document.place(target.taken)
    rebound = any(receiver.id in bound_names(one) for one in place.suite[place.index + 1 :])
    if not rebound:
        return ""
    for one in reversed(place.suite[: place.index]):
        if receiver.id in bound_names(one):
            if isinstance(one, ast.Assign) and isinstance(one.value, (ast.Name, ast.Attribute)) and stable(one.value):
                return target.document.source(one.value)
            break
    raise Refused(f"`{receiver.id}` stands for another pool when it is given back")
