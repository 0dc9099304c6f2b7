"""The repair "backoff": the next attempt waits, twice as long each time up to a cap, and never in step with others."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from leaklint.fixes.bind import Refused
from leaklint.fixes.document import Document, Function, read
from leaklint.fixes.draft import Draft, Rewrite, exchanged, statements
from leaklint.fixes.enclose import Try
from leaklint.fixes.imports import importing, importing_module, known_as
from leaklint.fixes.names import fresh
from leaklint.fixes.walking import walk
from leaklint.model import Finding, Span

FIRST, CAP = "0.1", "30"
"""Seconds to wait after the first failure, and at most."""
_LIBRARIES = {
    "tenacity": ("retry", "retry_if_exception_type", "wait_random_exponential"),
    "backoff": ("expo", "on_exception"),
}


def rewrites(text: str, finding: Finding) -> Iterator[Rewrite]:
    """Ways to wait between attempts, best first: by the library for it that the file uses, then by hand."""
    document = read(text)
    call = document.call_at(Span(finding.line, finding.column, finding.end_line, finding.end_column))
    if call is None:
        raise Refused("the acquisition is not a call in this text")
    scope = document.scope(call)
    loop = next((one for one in document.ancestors(call) if isinstance(one, (ast.While, ast.For, ast.AsyncFor))), None)
    if loop is None or document.scope(loop) is not scope or not document.alone(loop):
        raise Refused("the loop that tries again is not around the call")
    if isinstance(scope, Function) and isinstance(loop, ast.While):
        yield from _by_library(document, scope, loop)
    handled = finding.witness[-1].line if finding.witness else 0
    sleep = _sleep(loop, handled)
    if sleep is not None:
        yield _growing(document, scope, loop, sleep)
        return
    attempt = next((one for one in document.ancestors(call) if isinstance(one, Try)), None)
    if isinstance(attempt, ast.Try):
        yield _delayed(document, scope, loop, _handler(document, attempt, handled))


def _handler(document: Document, attempt: ast.Try, line: int) -> ast.ExceptHandler:
    """The handler, at a line or else the first, behind which the loop goes on."""
    going = [one for one in attempt.handlers if not isinstance(one.body[-1], (ast.Raise, ast.Return, ast.Break))]
    at = [one for one in going if one.lineno <= line <= document.last_line(one.body[-1])]
    if not going:
        raise Refused("no handler goes round the loop again")
    return (at or going)[0]


def _sleep(loop: ast.stmt, line: int) -> ast.Expr | None:
    """The statement at a line that waits."""
    for node in walk(loop):
        if isinstance(node, ast.Expr) and node.lineno == line:
            func, given = _called(node)
            name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if name == "sleep" and len(given) == 1:
                return node
    return None


def _called(statement: ast.Expr) -> tuple[ast.expr | None, list[ast.expr]]:
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    return (value.func, value.args) if isinstance(value, ast.Call) else (None, [])


def _delayed(document: Document, scope: ast.AST, loop: ast.stmt, handler: ast.ExceptHandler) -> Rewrite:
    """A delay at the end of a handler that had none."""
    last = handler.body[-1]
    if not document.alone(last):
        raise Refused("the handler stands on one line")
    draft = Draft(document)
    module, wait = ("asyncio", "await ") if isinstance(scope, ast.AsyncFunctionDef) else ("time", "")
    name = fresh(document, scope, "delay")
    lines = _waits(document, wait + (known_as(document, module, "sleep") or f"{module}.sleep"), name, CAP)
    line, margin = document.first_line(last), document.indent(document.first_line(last))
    if isinstance(last, ast.Pass):
        draft.delete(line, line)
        draft.lose(last)
    at = line if isinstance(last, (ast.Pass, ast.Continue)) else document.last_line(last) + 1
    draft.insert(at, *[margin + text for text in lines])
    return _started(document, draft, loop, [f"{name} = {FIRST}", *lines], (module, "random"))


def _growing(document: Document, scope: ast.AST, loop: ast.stmt, sleep: ast.Expr) -> Rewrite:
    """A delay that was always the same grows from that on."""
    func, given = _called(sleep)
    line = document.first_line(sleep)
    if func is None or not document.alone(sleep) or line != document.last_line(sleep):
        raise Refused("the delay shares its line")
    name, amount = fresh(document, scope, "delay"), document.source(given[0])
    small = isinstance(given[0], ast.Constant) and isinstance(given[0].value, (int, float)) and given[0].value < 60
    wait = ("await " if isinstance(sleep.value, ast.Await) else "") + document.source(func)
    lines = _waits(document, wait, name, "60" if small else f"10 * {amount}")
    margin = document.indent(line)
    draft = Draft(document)
    draft.lose(sleep)
    tail = document.text[document.extent(sleep)[1] : document.starts[line]].rstrip("\r\n")
    draft.replace(line, margin + lines[0] + tail)
    draft.insert(line + 1, margin + lines[1])
    return _started(document, draft, loop, [f"{name} = {amount}", *lines], ("random",))


def _waits(document: Document, wait: str, name: str, cap: str) -> list[str]:
    uniform = known_as(document, "random", "uniform") or "random.uniform"
    return [f"{wait}({name} * {uniform}(0.5, 1.5))", f"{name} = min(2 * {name}, {cap})"]


def _started(document: Document, draft: Draft, loop: ast.stmt, lines: list[str], modules: tuple[str, ...]) -> Rewrite:
    """The draft with the first delay set in front of the loop, and what it names imported."""
    line = document.first_line(loop)
    draft.insert(line, document.indent(line) + lines[0])
    draft.gained += statements(ast.parse("async def f():\n" + "".join(f"    {one}\n" for one in lines)).body[0])
    draft.gained -= statements(ast.parse("async def f(): pass").body[0])
    made = draft.finish(document.unit(loop))
    for module in modules:
        if not known_as(document, module, "uniform" if module == "random" else "sleep"):
            made = importing_module(made, module)
    return made


def _by_library(
    document: Document, scope: ast.FunctionDef | ast.AsyncFunctionDef, loop: ast.While
) -> Iterator[Rewrite]:
    """Where the function is nothing but the loop, and the file uses a library for this: its decorator."""
    rest = scope.body[1:] if isinstance(scope.body[0], ast.Expr) else scope.body
    attempt = loop.body[0]
    if rest != [loop] or loop.orelse or not isinstance(attempt, ast.Try) or len(loop.body) > 1:
        return
    endless = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    if not endless or len(attempt.handlers) != 1 or attempt.orelse or attempt.finalbody:
        return
    handler = attempt.handlers[0]
    only = all(isinstance(one, (ast.Pass, ast.Continue)) for one in handler.body)
    if not only or handler.type is None or handler.name or not isinstance(attempt.body[-1], ast.Return):
        return
    first, last = document.first_line(loop), document.last_line(loop)
    inside = document.first_line(attempt.body[0])
    if "#" in "".join(document.lines[first - 1 : inside - 1] + document.lines[handler.lineno - 1 : last]):
        return
    for library in _LIBRARIES:
        if _imported(document, library):
            draft = Draft(document)
            draft.delete(first, inside - 1)
            draft.delete(document.last_line(attempt.body[-1]) + 1, last)
            draft.shift(inside, document.last_line(attempt.body[-1]), -2, document.indent(inside))
            line = document.first_line(scope)
            draft.insert(line, document.indent(line) + _decorator(library, document.source(handler.type)))
            yield _named(document, draft.finish(document.unit(loop)), library)


def _decorator(library: str, errors: str) -> str:
    if library == "backoff":
        return f"@backoff.on_exception(backoff.expo, {errors}, max_value={CAP})"
    when = f"tenacity.retry_if_exception_type({errors})"
    return f"@tenacity.retry(retry={when}, wait=tenacity.wait_random_exponential(multiplier={FIRST}, max={CAP}))"


def _imported(document: Document, library: str) -> bool:
    top = [section.shape.node for section in document.sections]
    return any(
        (isinstance(node, ast.ImportFrom) and node.module == library)
        or (isinstance(node, ast.Import) and any(one.name == library for one in node.names))
        for node in top
    )


def _named(document: Document, rewrite: Rewrite, library: str) -> Rewrite:
    """The rewrite with the library's names as the file imports them, and its statements counted."""
    made = rewrite
    for name in _LIBRARIES[library]:
        made, text = importing(made, library, name)
        made = Rewrite(made.text.replace(f"{library}.{name}", text), made.lost, made.gained)
    return exchanged(document, made.text)
