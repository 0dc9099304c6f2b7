"""The repair "try-finally" for several resources in one list: what was taken is released if the next one fails."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from leaklint.fixes.bind import Refused, value_of
from leaklint.fixes.document import Document, read
from leaklint.fixes.draft import Draft, Rewrite
from leaklint.fixes.enclose import end_line, trailing_comment
from leaklint.fixes.names import departures, fresh, home, mentioned, named
from leaklint.fixes.releases import release_text
from leaklint.fixes.walking import walk
from leaklint.ownership.events import SiteReport


def rewrites(text: str, report: SiteReport) -> Iterator[Rewrite]:
    """Repairs of `conns = [connect(x) for x in xs]` and of `conns.append(connect(x))` in a loop."""
    document = read(text)
    call = document.call_at(report.site.span)
    if call is None:
        return
    statement = document.statement(call)
    if not document.alone(statement):
        return
    value = value_of(document, call)
    scope = document.scope(statement)
    in_async = isinstance(scope, ast.AsyncFunctionDef)
    one = fresh(document, scope, "conn")
    giving = release_text(document, report.site.resource, call, one, in_async)
    if not giving.text:
        raise Refused(giving.reason)
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.ListComp) and statement.value.elt is value:
        yield from _comprehension(document, statement, statement.value)
    elif isinstance(statement, ast.Expr) and _appends(statement.value, value):
        yield from _appended(document, statement, one, giving.text)


def _appends(node: ast.expr, value: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "append"
        and isinstance(node.func.value, ast.Name)
        and node.args == [value]
    )


def _comprehension(document: Document, statement: ast.Assign, made: ast.ListComp) -> Iterator[Rewrite]:
    """The comprehension as a loop inside the `try:` whose `finally:` releases what it took."""
    target = statement.targets[0]
    if len(made.generators) != 1 or not isinstance(target, ast.Name) or made.generators[0].is_async:
        raise Refused("it is taken inside a comprehension")
    loop = made.generators[0]
    names = {node.id for node in walk(loop.target) if isinstance(node, ast.Name)}
    scope = document.scope(statement)
    outside = (node for node in walk(scope) if isinstance(node, ast.Name) and node.id in names)
    inside = set(walk(made))
    if any(node not in inside for node in outside):
        raise Refused("the comprehension's variable has another use in the function")
    place = document.place(statement)
    after = place.suite[place.index + 1] if place.index + 1 < len(place.suite) else None
    if not isinstance(after, ast.Try) or after.handlers or not after.finalbody or not document.alone(after.body[0]):
        raise Refused("it is taken inside a comprehension")
    if not any(mentioned(final, named(target.id)) for final in after.finalbody):
        raise Refused("it is taken inside a comprehension")
    margin, unit = document.indent(document.first_line(statement)), document.unit(statement)
    lines = [f"for {document.source(loop.target)} in {document.source(loop.iter)}:"]
    for depth, test in enumerate(loop.ifs, 1):
        lines.append(f"{unit * depth}if {document.source(test)}:")
    lines.append(f"{unit * (len(loop.ifs) + 1)}{target.id}.append({document.source(made.elt)})")
    if any("\n" in line for line in lines):
        raise Refused("it is taken inside a comprehension that goes over several lines")
    draft = Draft(document)
    first, last = document.first_line(statement), document.last_line(statement)
    draft.lose(statement)
    draft.delete(first + 1, last)
    draft.replace(first, f"{margin}{target.id} = []  {trailing_comment(document, statement)}".rstrip())
    inner = document.indent(document.first_line(after.body[0]))
    draft.insert(document.first_line(after.body[0]), *[inner + line for line in lines])
    draft.gain("\n".join([f"{target.id} = []", *lines]))
    yield draft.finish(unit)


def _appended(document: Document, statement: ast.Expr, one: str, release: str) -> Iterator[Rewrite]:
    """The loop that fills the list in a `try:` that releases all of the list when it does not get to its end."""
    assert isinstance(statement.value, ast.Call)
    assert isinstance(statement.value.func, ast.Attribute)
    name = named(document.source(statement.value.func.value))
    loop = document.place(statement).owner
    if not isinstance(loop, (ast.For, ast.AsyncFor)) or document.place(loop).index == 0:
        raise Refused("it is kept in a list")
    scope = document.scope(statement)
    leaves = departures(home(scope, name), name, document.place(loop).suite[document.place(loop).index - 1], ()).whole
    if not leaves:
        raise Refused("it is kept in a list")
    margin, unit = document.indent(document.first_line(loop)), document.unit(statement)
    first, last = document.first_line(loop), end_line(document, loop)
    lines = ["except BaseException:", f"{unit}for {one} in {name.text}:", f"{unit * 2}{release}", f"{unit}raise"]
    draft = Draft(document)
    draft.insert(first, margin + "try:")
    draft.shift(first, last, 1, margin)
    draft.insert(last + 1, *[margin + line for line in lines])
    draft.gain("\n".join(["try:", f"{unit}pass", *lines]))
    yield draft.finish(unit)
