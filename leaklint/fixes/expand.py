"""Making room for a statement: an `elif`, a conditional expression or a comprehension written out as statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from leaklint.fixes.document import Document
from leaklint.fixes.draft import Draft, Rewrite, exchanged
from leaklint.fixes.enclose import end_line
from leaklint.fixes.names import fresh
from leaklint.fixes.walking import walk

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_EAGER = frozenset({"sum", "list", "tuple", "set", "sorted", "min", "max", "dict", "frozenset", "join"})
"""Calls that take all of a generator at once."""
_EMPTY = {ast.ListComp: "[]", ast.SetComp: "set()", ast.DictComp: "{}", ast.GeneratorExp: "[]"}


def expanded(document: Document, call: ast.Call) -> Rewrite | None:
    """The text with one such thing around the call written out, innermost first; None where there is none."""
    statement = document.statement(call)
    if not document.alone(statement):
        return None
    inside: ast.AST = call
    for node in document.ancestors(call):
        if node is statement:
            break
        if isinstance(node, ast.Lambda):
            return None
        if isinstance(node, Comprehension):
            return _looped(document, statement, node, inside)
        if isinstance(node, ast.IfExp) and inside is not node.test:
            if isinstance(statement, ast.Assign) and (inside is call or isinstance(inside, ast.Await)):
                return None  # bound as it is, and released if it is not None
            return _branched(document, statement, node)
        inside = node
    if isinstance(statement, ast.If) and any(one is call for one in walk(statement.test)):
        return _unchained(document, statement)
    return None


def _done(document: Document, text: str) -> Rewrite:
    return exchanged(document, text)


def _unchained(document: Document, statement: ast.If) -> Rewrite | None:
    """`elif test:` as an `if` below `else:`."""
    line = document.first_line(statement)
    text = document.lines[line - 1].rstrip("\r\n")
    margin = document.indent(line)
    if not text[len(margin) :].startswith("elif"):
        return None
    draft = Draft(document)
    draft.insert(line, margin + "else:")
    draft.replace(line, margin + text[len(margin) + 2 :])
    draft.shift(line, end_line(document, statement), 1, margin)
    return _done(document, draft.finish(document.unit(statement.body[0])).text)


def _branched(document: Document, statement: ast.stmt, node: ast.IfExp) -> Rewrite | None:
    """`x = a if test else b` and `return a if test else b` as an `if` statement."""
    if document.parents[node] is not statement or not isinstance(statement, (ast.Assign, ast.Return)):
        return None
    if isinstance(statement, ast.Assign) and not all(isinstance(one, ast.Name) for one in statement.targets):
        return None
    start, end = document.extent(statement)
    first, last = document.extent(node)
    head, tail = document.text[start:first], document.text[last:end]
    if tail.strip() or "(" in head:
        return None
    margin, unit = document.indent(document.first_line(statement)), document.unit(statement)
    lines = [
        f"if {document.source(node.test)}:",
        f"{margin}{unit}{head}{document.source(node.body)}",
        f"{margin}else:",
        f"{margin}{unit}{head}{document.source(node.orelse)}",
    ]
    if any("\n" in line for line in lines):
        return None
    return _done(document, document.text[:start] + document.newline.join(lines) + document.text[end:])


def _looped(document: Document, statement: ast.stmt, node: Comprehension, inside: ast.AST) -> Rewrite | None:
    """A comprehension as a loop in front of the statement."""
    loop = node.generators[0]
    if len(node.generators) != 1 or inside in (loop.iter, loop) or not _first(document, statement, node):
        return None
    if isinstance(node, ast.GeneratorExp) and not _consumed(document, node):
        return None
    if any(isinstance(one, (ast.NamedExpr, ast.Yield)) for one in walk(node)) or _captured(document, node, loop):
        return None
    start, end = document.extent(node)
    begin, finish = document.extent(statement)
    only = isinstance(statement, ast.Assign) and statement.value is node and isinstance(statement.targets[0], ast.Name)
    name = ""
    if only and isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        name = document.source(statement.targets[0])
        only = not any(isinstance(one, ast.Name) and one.id == name for one in walk(node))
    if not name or not only:
        only, name = False, fresh(document, document.scope(statement), "values")
    margin, unit = document.indent(document.first_line(statement)), document.unit(statement)
    lines = [f"{name} = {_EMPTY[type(node)]}"]
    lines.append(f"{'async ' * loop.is_async}for {document.source(loop.target)} in {document.source(loop.iter)}:")
    for depth, test in enumerate(loop.ifs, 1):
        lines.append(f"{unit * depth}if {document.source(test)}:")
    lines.append(unit * (len(loop.ifs) + 1) + _added(document, node, name))
    if any("\n" in line for line in lines):
        return None
    block = (document.newline + margin).join(lines)
    if only:
        return _done(document, document.text[:begin] + block + document.text[finish:])
    if (
        isinstance(node, ast.GeneratorExp)
        and document.text[start] == "("
        and document.text[start - 1 : start].isalnum()
    ):
        name = f"({name})"
    rest = document.text[begin:start] + name + document.text[end:]
    return _done(document, document.text[:begin] + block + document.newline + margin + rest)


def _added(document: Document, node: Comprehension, name: str) -> str:
    if isinstance(node, ast.DictComp):
        return f"{name}[{document.source(node.key)}] = {document.source(node.value)}"
    adding = "add" if isinstance(node, ast.SetComp) else "append"
    return f"{name}.{adding}({document.source(node.elt)})"


def _first(document: Document, statement: ast.stmt, node: ast.AST) -> bool:
    """Whether the statement always evaluates the node."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return, ast.Expr, ast.For)):
        return False
    child = node
    for parent in document.ancestors(node):
        if isinstance(parent, (ast.IfExp, ast.BoolOp, ast.Lambda, Comprehension)):
            return False
        if isinstance(parent, ast.stmt):
            return not isinstance(parent, ast.For) or child is parent.iter
        child = parent
    return False


def _consumed(document: Document, node: ast.GeneratorExp) -> bool:
    parent = document.parents[node]
    func = parent.func if isinstance(parent, ast.Call) else None
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    return name in _EAGER


def _captured(document: Document, node: Comprehension, loop: ast.comprehension) -> bool:
    """Whether the function means something else by the loop's variables, or a function made inside keeps them."""
    names = {one.id for one in walk(loop.target) if isinstance(one, ast.Name)}
    inside = set(walk(node))
    if any(isinstance(one, ast.Lambda) for one in inside):
        return True
    return any(one not in inside for one in _names(document.scope(document.statement(node)), names))


def _names(scope: ast.AST, names: set[str]) -> Iterator[ast.AST]:
    for one in walk(scope):
        if (isinstance(one, ast.Name) and one.id in names) or (isinstance(one, ast.arg) and one.arg in names):
            yield one
