"""Giving an acquisition a statement of its own: `conn = connect()`, whatever expression it stood in."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from leaklint.fixes.document import Document, Function
from leaklint.fixes.draft import Rewrite, exchanged, statements
from leaklint.fixes.names import Held, fresh, held, named
from leaklint.fixes.scopes import bound_names
from leaklint.fixes.walking import walk

_WISHES = {
    "connection": "conn",
    "pooled-connection": "conn",
    "session": "session",
    "engine": "engine",
    "pool": "pool",
    "client": "client",
    "channel": "channel",
    "cursor": "cur",
}


class Refused(Exception):
    """A repair does not fit; its text is one sentence for the user."""


@dataclass(frozen=True)
class Binding:
    """An acquisition as a statement. maybe_none: the statement may bind None instead. shared: it may bind something
    that was not acquired here. line: where the statement starts in the text of `rewrite`."""

    rewrite: Rewrite
    held: Held
    line: int
    maybe_none: bool = False
    shared: bool = False


def value_of(document: Document, call: ast.Call) -> ast.expr:
    """The call with the `await` in front of it."""
    parent = document.parents.get(call)
    return parent if isinstance(parent, ast.Await) else call


def bind(document: Document, call: ast.Call, kind: str, known: str = "", derived: bool = False) -> Binding:
    """Bind the result of `call` by a statement of its own. `known` is the name that the analysis saw it bound to.
    derived: the call is of a project function that returns what it took.

    Raises Refused where moving the call would change when, or whether, it runs.
    """
    value = value_of(document, call)
    statement = document.statement(value)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
        already = _assigned(document, statement, value, known, _WISHES.get(kind, "resource"))
        if already is not None:
            return already
    parent = document.parents[value]
    if isinstance(parent, ast.NamedExpr):
        return _hoist(document, parent, parent.target.id, statement)
    if isinstance(parent, ast.Return):
        raise Refused("the caller receives it")
    if isinstance(parent, ast.withitem) and isinstance(parent.optional_vars, ast.Name) and parent is statement.items[0]:  # type: ignore[attr-defined]
        return _from_item(document, value, parent.optional_vars, statement)
    if derived and isinstance(parent, ast.Expr):
        raise Refused("it is taken in a function that is called for its effect")
    scope = document.scope(statement)
    return _hoist(document, value, fresh(document, scope, _WISHES.get(kind, "resource")), statement)


def bind_receiver(document: Document, call: ast.Call) -> Binding:
    """The object that a statement such as `lock.acquire()` takes hold of: it has its name already.

    Raises Refused where the call is part of an expression, which then asks whether it was taken at all.
    """
    statement = document.statement(call)
    name = held(document, call.func.value) if isinstance(call.func, ast.Attribute) else None
    if not isinstance(statement, ast.Expr) or statement.value is not value_of(document, call):
        raise Refused("whether it is taken depends on the result of the call")
    if name is None:
        raise Refused("what it is taken of cannot be named a second time")
    return Binding(Rewrite(document.text), name, document.first_line(statement))


def _assigned(
    document: Document, statement: ast.Assign | ast.AnnAssign, value: ast.expr, known: str, wish: str
) -> Binding | None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    line = document.first_line(statement)
    rest = statement.value
    maybe_none = shared = False
    if isinstance(rest, ast.IfExp) and value in (rest.body, rest.orelse):
        other = rest.orelse if value is rest.body else rest.body
        if isinstance(other, ast.Constant) and other.value is None:
            maybe_none = True
        elif not _alike(value, other):
            shared = True
    elif isinstance(rest, ast.BoolOp) and value in rest.values:
        shared = True
    elif rest is not value:
        if isinstance(rest, ast.Tuple) and value in rest.elts and len(targets) == 1:
            return _split(document, statement, targets[0], rest, value)
        if not (known and len(targets) == 1 and document.source(targets[0]) == known):
            return None
    if isinstance(targets[0], (ast.Tuple, ast.List)) and rest is value:
        parts = [one.id for one in targets[0].elts if isinstance(one, ast.Name)]
        likely = known if known in parts else next((one for one in parts if wish[:4] in one.lower()), "")
        if likely:
            return Binding(Rewrite(document.text), named(likely), line)
    plain = [target for target in targets if isinstance(target, ast.Name)]
    name = held(document, plain[0] if plain else targets[0])
    if name is None:
        raise Refused("what it is bound to cannot be named a second time")
    return Binding(Rewrite(document.text), name, line, maybe_none, shared)


def _alike(one: ast.expr, other: ast.expr) -> bool:
    first = one.value if isinstance(one, ast.Await) else one
    second = other.value if isinstance(other, ast.Await) else other
    if not isinstance(first, ast.Call) or not isinstance(second, ast.Call):
        return False
    names = [func.attr if isinstance(func, ast.Attribute) else ast.dump(func) for func in (first.func, second.func)]
    return names[0] == names[1]


def _split(document: Document, statement: ast.stmt, target: ast.expr, values: ast.Tuple, value: ast.expr) -> Binding:
    """`a, b = f(), g()` as two statements."""
    if not isinstance(target, (ast.Tuple, ast.List)) or len(target.elts) != len(values.elts):
        raise Refused("it is unpacked with other values")
    if any(isinstance(one, ast.Starred) for one in [*target.elts, *values.elts]):
        raise Refused("it is unpacked with other values")
    names = set(bound_names(target))
    if any(isinstance(node, ast.Name) and node.id in names for node in walk(values)):
        raise Refused("the values use the names that they are bound to")
    margin = document.indent(document.first_line(statement))
    parts = [f"{document.source(name)} = {_closed(document, one)}" for name, one in zip(target.elts, values.elts)]
    index = next(k for k, one in enumerate(values.elts) if one is value)
    name = held(document, target.elts[index])
    if name is None:
        raise Refused("what it is bound to cannot be named a second time")
    text = (document.newline + margin).join(parts)
    start, end = document.extent(statement)
    rewrite = Rewrite(
        document.text[:start] + text + document.text[end:],
        statements(statement),
        statements(ast.parse("\n".join(parts))),
    )
    line = document.first_line(statement) + sum(part.count("\n") + 1 for part in parts[:index])
    return Binding(rewrite, name, line)


def _closed(document: Document, node: ast.expr) -> str:
    text = document.source(node)
    return f"({text})" if "\n" in text and not isinstance(node, (ast.Call, ast.Await)) else text


def _hoist(document: Document, node: ast.expr, name: str, statement: ast.stmt) -> Binding:
    """Put `name = value` in front of the statement and the name in the value's place."""
    value = node.value if isinstance(node, ast.NamedExpr) else node
    _check_unconditional(document, node, statement)
    start, end = document.extent(node)
    begin, finish = document.extent(statement)
    margin = document.indent(document.first_line(statement))
    assignment = f"{name} = {document.source(value)}"
    opened, closed = _parentheses(document.text, start, end, begin)
    if isinstance(statement, ast.Expr) and statement.value is node:
        opened, closed = begin, finish
        text = assignment
    elif opened < start and (isinstance(node, ast.NamedExpr) or "\n" not in document.text[opened:closed]):
        text = assignment + document.newline + margin + document.text[begin:opened] + name
        start, end = opened, closed
    else:
        text = assignment + document.newline + margin + document.text[begin:start] + name
    tail_from = closed if isinstance(statement, ast.Expr) and statement.value is node else end
    after = document.text[:begin] + text + document.text[tail_from:]
    return Binding(exchanged(document, after), named(name), document.first_line(statement))


def _from_item(document: Document, value: ast.expr, name: ast.Name, statement: ast.stmt) -> Binding:
    """`with connect() as conn:` as `conn = connect()` and `with conn:`."""
    start, end = document.extent(value)[0], document.extent(name)[1]
    begin = document.extent(statement)[0]
    margin = document.indent(document.first_line(statement))
    assignment = f"{name.id} = {document.source(value)}{document.newline}{margin}"
    after = document.text[:begin] + assignment + document.text[begin:start] + name.id + document.text[end:]
    return Binding(exchanged(document, after), named(name.id), document.first_line(statement))


def _parentheses(text: str, start: int, end: int, floor: int) -> tuple[int, int]:
    """The extent with one pair of parentheses directly around it, if they are there."""
    left = len(text[:start].rstrip()) - 1
    right = end + len(text[end:]) - len(text[end:].lstrip())
    if left >= floor and text[left] == "(" and right < len(text) and text[right] == ")":
        before = text[left - 1] if left else " "
        if not (before.isalnum() or before in "_)]"):
            return left, right + 1
    return start, end


def _check_unconditional(document: Document, node: ast.expr, statement: ast.stmt) -> None:
    child: ast.AST = node
    for parent in document.ancestors(node):
        if isinstance(parent, ast.IfExp) and child is not parent.test:
            raise Refused("it is taken in one branch of an expression only")
        if isinstance(parent, ast.BoolOp) and child is not parent.values[0]:
            raise Refused("it is taken in one branch of an expression only")
        if isinstance(parent, (ast.Lambda, ast.arguments)):
            raise Refused("it is taken in a lambda or a default value")
        if isinstance(parent, ast.comprehension):
            raise Refused("it is taken inside a comprehension")
        if isinstance(parent, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            raise Refused("it is taken inside a comprehension")
        if parent is statement:
            break
        child = parent
    if isinstance(statement, ast.While):
        raise Refused("it is taken in the condition of a while loop")
    if isinstance(statement, (*Function, ast.ClassDef)):
        raise Refused("it is taken in a decorator, a default value or a base class")
    if isinstance(statement, ast.If) and document.lines[document.first_line(statement) - 1].lstrip().startswith("elif"):
        raise Refused("it is taken in the condition of an elif")
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        first = statement.items[0].context_expr
        if not any(one is node for one in walk(first)):
            raise Refused("other context managers are entered before it is taken")
