"""The repair "with": the library's own context manager where leaving it releases, `closing()` otherwise."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator

from leaklint.catalog.schema import Resource
from leaklint.fixes.bind import Refused, value_of
from leaklint.fixes.document import Document, read
from leaklint.fixes.draft import Rewrite, exchanged, statements
from leaklint.fixes.enclose import Ending, enclose
from leaklint.fixes.imports import importing
from leaklint.fixes.names import fresh, is_held, mentioned, mentions, named
from leaklint.fixes.pending import leaves_pending
from leaklint.fixes.region import read_again
from leaklint.fixes.releases import Releases
from leaklint.fixes.target import Giving, Target
from leaklint.fixes.walking import walk
from leaklint.ownership.events import SiteReport


def rewrites(target: Target) -> Iterator[Rewrite]:
    """The acquisition as a `with` statement around all that uses it."""
    taken, document, resource = target.taken, target.document, target.report.site.resource
    if not isinstance(taken, ast.Assign) or len(taken.targets) != 1 or not target.held.plain:
        return
    value = value_of(document, target.call)
    if taken.value is not value or target.shared or target.maybe_none or target.strangers or target.departures.whole:
        return
    if target.departures.part:
        return
    source = document.source(value)
    header, wants = "", ""
    known = _of_one_library(target)
    if known and resource.with_ == "closes" and _in_every_version(resource) and _commits_anyway(target):
        header = f"with {source} as {target.held.text}:"
    elif known and target.in_async and resource.call_with == "closes":
        header = f"async with {document.source(target.call)} as {target.held.text}:"
    elif known and target.in_async and resource.async_with == "closes" and _commits_anyway(target):
        header = f"async with {source} as {target.held.text}:"
    elif closable(target.report):
        header, wants = f"with closing({source}) as {target.held.text}:", "closing"
    if not header:
        return
    for giving in target.givings:
        made = _as_with(target, giving, header)
        if made is not None and wants:
            made, name = importing(made, "contextlib", wants)
            if name != wants:
                made = Rewrite(
                    made.text.replace(header, header.replace("closing(", f"{name}(", 1), 1), made.lost, made.gained
                )
                made.gained.subtract(statements(ast.parse(header + "\n pass")))
                made.gained.update(statements(ast.parse(header.replace("closing(", f"{name}(", 1) + "\n pass")))
        if made is not None:
            yield target.so_far.then(made)
        return


def _as_with(target: Target, giving: Giving, header: str) -> Rewrite | None:
    document = target.document
    region = target.region(giving)
    place = document.place(target.taken)
    if region.suite is not place.suite:
        return None
    region = dataclasses.replace(region, first=place.index + 1)
    if region.guard or region.last < region.first or _used_after(target, region.suite[region.last]):
        return None
    inside = (node for one in region.statements for node in mentions(one, target.held))
    if any(not isinstance(node.ctx, ast.Load) for node in inside):  # type: ignore[attr-defined]
        return None  # `with` ends what the name stood for first
    own = Releases(target.report.site.resource, target.held)
    calls = [node for unit in region.units for node in walk(unit) if node in giving.releases.calls]
    if not all(own.is_release(one) for one in calls):
        return None  # a helper may do more than `with` does
    made = enclose(document, region, target.taken, Ending((giving.text,)), "wrap", (), header)
    if made is None:
        return None
    first, last = document.first_line(target.taken), document.last_line(target.taken)
    lines = made.text.splitlines(keepends=True)
    whole = "".join(lines[first - 1 : last])
    new = whole.replace(document.source(target.taken), header, 1)
    text = "".join(lines[: first - 1]) + new + "".join(lines[last:])
    made.gained.subtract(statements(ast.parse(giving.text)))
    made.gained.update(statements(_parsed(header)))
    made.lost.update(statements(target.taken))
    return Rewrite(text, made.lost, made.gained)


def _parsed(header: str) -> ast.AST:
    return ast.parse(header + "\n pass")


def _used_after(target: Target, last: ast.stmt) -> bool:
    end = target.document.extent(last)[1]
    releases = Releases(target.report.site.resource, target.held)
    return any(
        mentioned(node, target.held) and not releases.is_unit(node)
        for node in walk(target.scope)
        if isinstance(node, ast.stmt) and target.document.extent(node)[0] >= end
    )


def _of_one_library(target: Target) -> bool:
    """Whether nothing but this library's object can be what is taken: no helper's result, no name that several imports
    bind."""
    root: ast.expr = target.call.func
    while isinstance(root, (ast.Attribute, ast.Call)):
        root = root.value if isinstance(root, ast.Attribute) else root.func
    name = root.id if isinstance(root, ast.Name) else ""
    imports = sum(section.shape.imported[name] for section in target.document.sections)
    return not target.report.site.derived and imports <= 1


def _in_every_version(resource: Resource) -> bool:
    """Whether leaving `with` does the same in all versions of the library."""
    return all(fact.with_ in (None, resource.with_) for fact in resource.version)


def _commits_anyway(target: Target) -> bool:
    """Whether leaving the library's own `with`, which may commit, does nothing that the code does not do itself."""
    if target.report.site.resource.kind not in ("connection", "pooled-connection"):
        return True
    if not any(isinstance(node, ast.Attribute) and node.attr == "commit" for node in walk(target.scope)):
        return False
    return not any(
        leaves_pending(target.region(giving).statements, giving.releases, target.lives) for giving in target.givings
    )


def closable(report: SiteReport) -> bool:
    """Whether `contextlib.closing` releases it: a plain `close()` is its release."""
    resource = report.site.resource
    return "close" in resource.release and resource.release_awaited != "yes" and not resource.release_to


def of_with_items(text: str, report: SiteReport) -> Iterator[Rewrite]:
    """Repairs of `with connect() as conn:` and `with connect().cursor() as cur:`, where leaving does not close."""
    document = read(text)
    call = document.call_at(report.site.span)
    if call is None:
        raise Refused("the acquisition is not a call in this text")
    value = value_of(document, call)
    statement = document.statement(value)
    if not isinstance(statement, (ast.With, ast.AsyncWith)):
        yield from _entered_by_stack(document, call, report)
        yield from _entered_by_name(document, statement, report)
        return
    item = next((one for one in statement.items if any(node is value for node in walk(one.context_expr))), None)
    if item is None:
        return
    resource = report.site.resource
    if isinstance(statement, ast.AsyncWith) and isinstance(value, ast.Await) and resource.call_with == "closes":
        yield _replaced(document, [(document.extent(value)[0], document.extent(call)[0], "")])
    if resource.awaited and resource.call_with == "closes" and isinstance(item.context_expr, ast.Await):
        return
    if closable(report) and not isinstance(statement, ast.AsyncWith):
        yield from _closing_item(document, statement, item, value, report)


def _closing_item(
    document: Document, statement: ast.With, item: ast.withitem, value: ast.expr, report: SiteReport
) -> Iterator[Rewrite]:
    begin = document.extent(item.context_expr)[0]
    start, end = document.extent(value)
    scope = document.scope(statement)
    if item.context_expr is value:
        target = item.optional_vars
        if target is not None and not isinstance(target, ast.Name):
            return
        name = target.id if isinstance(target, ast.Name) else fresh(document, scope, "conn")
        stop = document.extent(target)[1] if target is not None else end
        changes = [(start, stop, f"{{}}({document.text[start:end]}) as {name}, {name}")]
    else:
        name = fresh(document, scope, "conn")
        changes = [(begin, end, f"{{}}({document.text[start:end]}) as {name}, {document.text[begin:start]}{name}")]
    whole = Releases(report.site.resource, named(name))
    place = document.place(statement)
    units = [one for one in place.suite[place.index + 1 :] if whole.is_unit(one) and document.alone(one)]
    if read_again([one for one in place.suite[place.index + 1 :] if one not in units], named(name)):
        return
    for one in units:
        first, last = document.first_line(one), document.last_line(one)
        changes.append((document.starts[first - 1], document.starts[last], ""))
    yield from _with_closing(document, changes)


def _with_closing(document: Document, changes: list[tuple[int, int, str]]) -> Iterator[Rewrite]:
    """The changes with "{}" standing for `closing`, and its import."""
    _, name = importing(Rewrite(document.text), "contextlib", "closing")
    made = _replaced(document, [(a, b, text.replace("{}", name, 1)) for a, b, text in changes])
    yield importing(made, "contextlib", "closing")[0]


def _replaced(document: Document, changes: list[tuple[int, int, str]]) -> Rewrite:
    text = document.text
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    if not document.text.endswith(("\n", "\r")):
        text = text.rstrip("\r\n")
    return exchanged(document, text)


def _entered_by_stack(document: Document, call: ast.Call, report: SiteReport) -> Iterator[Rewrite]:
    """`conn = stack.enter_context(connect())`: closing first, then the transaction."""
    outer = document.parents[value_of(document, call)]
    if not isinstance(outer, ast.Call) or not isinstance(outer.func, ast.Attribute) or not closable(report):
        return
    statement = document.statement(outer)
    if outer.func.attr != "enter_context" or not document.alone(statement):
        return
    start, end = document.extent(call)
    changes = [(start, end, f"{{}}({document.text[start:end]})")]
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        line = document.last_line(statement)
        margin = document.indent(document.first_line(statement))
        follow = f"{margin}{document.source(outer.func)}({statement.targets[0].id}){document.newline}"
        changes.append((document.starts[line], document.starts[line], follow))
    yield from _with_closing(document, changes)


def _entered_by_name(document: Document, statement: ast.stmt, report: SiteReport) -> Iterator[Rewrite]:
    """`conn = connect()` with `with conn:` right behind it, and no use after that."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name) or not closable(report):
        return
    place = document.place(statement)
    after = place.suite[place.index + 1] if place.index + 1 < len(place.suite) else None
    name = named(statement.targets[0].id)
    if (
        not isinstance(after, ast.With)
        or not is_held(after.items[0].context_expr, name)
        or after.items[0].optional_vars
    ):
        return
    end = document.extent(after)[1]
    scope = document.scope(statement)
    if any(
        document.extent(node)[0] >= end and mentioned(node, name) for node in walk(scope) if isinstance(node, ast.Name)
    ):
        return
    start = document.extent(after.items[0].context_expr)[0]
    yield from _with_closing(document, [(start, start, f"{{}}({name.text}), ")])
