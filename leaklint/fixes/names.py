"""What a scope's names stand for: who mentions a resource, what lives on it, whether it leaves the function."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leaklint.fixes.document import Document, Function
from leaklint.fixes.scopes import bound_names, declared_outside, meaning
from leaklint.fixes.walking import children, walk

# What these give is complete in itself: it can be used after the connection is closed (DB-API and its kin).
_COMPLETE = frozenset(
    {"fetchone", "fetchall", "fetchmany", "fetchrow", "fetchval", "fetch", "scalar", "scalar_one", "scalar_one_or_none"}
    | {"find_one", "count_documents", "insert_one", "insert_many", "update_one", "update_many", "delete_one"}
    | {"rowcount", "lastrowid", "description", "first", "one", "one_or_none", "all", "count", "commit", "rollback"}
)
_READING = frozenset(
    {"read_sql", "read_sql_query", "read_sql_table", "DataFrame"}
)  # pandas, polars; in chunks they read on
_COPYING = frozenset(
    {"len", "list", "int", "str", "bool", "float", "sum", "min", "max", "sorted", "tuple", "set", "dict", "any", "all"}
)
_MAKING = frozenset({"cls", "__class__", "partial", "cast", "evolve", "replace", "_replace", "dict", "list", "tuple"})
EVERYTHING = "*"
"""In place of the methods that give what lives on a resource: all of them do."""
_KEEPING = frozenset(
    {"append", "add", "put", "put_nowait", "insert", "setdefault", "extend", "update", "appendleft", "register"}
)


@dataclass(frozen=True)
class Held:
    """How the code names a resource: a variable, an attribute or an item with a constant key."""

    text: str
    dump: str
    name: str

    @property
    def plain(self) -> bool:
        """Whether it is a variable."""
        return self.text == self.name


def held(document: Document, target: ast.expr) -> Held | None:
    """The way an assignment's target names what is assigned to it; None where that is no stable expression."""
    node = target
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
            return None
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return Held(document.source(target), _key(target), node.id)


def named(name: str) -> Held:
    """A variable."""
    return Held(name, _key(ast.Name(name, ast.Load())), name)


def _key(node: ast.expr) -> str:
    return ast.dump(node).replace("ctx=Store()", "ctx=Load()").replace("ctx=Del()", "ctx=Load()")


def mentions(
    node: ast.AST, resource: Held, lives: Iterable[str] = (), scope: ast.AST | None = None
) -> Iterator[ast.expr]:
    """The expressions in `node` that are the resource, or one of the variables `lives`.

    scope: the function that takes it, if `node` may be that function itself.
    """
    wanted = frozenset(lives) | ({resource.name} if resource.plain else frozenset())
    for one, same in meaning(node, wanted | {resource.name}, scope):
        if isinstance(one, ast.Name) and one.id in wanted and one.id in same:
            yield one
        elif not resource.plain and isinstance(one, (ast.Attribute, ast.Subscript)) and resource.name in same:
            if _key(one) == resource.dump:
                yield one


def mentioned(node: ast.AST, resource: Held, lives: Iterable[str] = ()) -> bool:
    """Whether `node` mentions the resource, or one of the variables `lives`."""
    return next(mentions(node, resource, lives), None) is not None


@dataclass(frozen=True)
class Home:
    """The scope that a resource belongs to. nodes: those in it where the resource's name means what it means in the
    scope, in source order."""

    scope: ast.AST
    nodes: Sequence[ast.AST]


def home(scope: ast.AST, resource: Held) -> Home:
    """A scope, looked through for a resource that is taken in it."""
    return Home(scope, [node for node, same in meaning(scope, frozenset({resource.name}), scope) if same])


def is_held(node: ast.AST | None, resource: Held) -> bool:
    """Whether an expression is the resource itself."""
    return isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and _key(node) == resource.dump


def fresh(document: Document, scope: ast.AST, wish: str) -> str:
    """A name like `wish` that nothing in the scope uses and nothing around it binds."""
    used = {node.id for node in walk(scope) if isinstance(node, ast.Name)}
    used |= {node.arg for node in walk(scope) if isinstance(node, ast.arg)}
    used |= {name for node in walk(scope) for name in _declared(node)}
    used.update(*(section.shape.binds for section in document.sections))
    for around in [scope, *document.ancestors(scope)]:
        if not isinstance(around, ast.Module):
            used |= {name for node in getattr(around, "body", []) for name in bound_names(node)}
    for number in range(1, 1000):
        name = wish if number == 1 else f"{wish}_{number}"
        if name not in used:
            return name
    raise LookupError(wish)


def _declared(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (*Function, ast.ClassDef)):
        yield from [node.name, *bound_names(ast.Module(node.body, []))]
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names


def living(where: Home, resource: Held, after: ast.stmt, copies: bool = True) -> frozenset[str]:
    """The variables whose value may need the resource open: all computed from it, save complete results (`copies`)."""
    found = _siblings(after)
    position = (after.lineno, after.col_offset)
    while True:
        before = len(found)
        for node in where.nodes:
            if getattr(node, "lineno", 0) and (node.lineno, node.col_offset) <= position:  # type: ignore[attr-defined]
                continue
            for value, targets in _bindings(node):
                if mentioned(value, resource, found) and not (copies and complete(value)):
                    found |= targets
        if len(found) == before:
            return frozenset(found - {resource.name})


def _siblings(taken: ast.stmt) -> set[str]:
    """Its other names, and what is unpacked together with it: likely its cursor, or what it was taken from."""
    if not isinstance(taken, ast.Assign):
        return set()
    if isinstance(taken.targets[0], (ast.Tuple, ast.List)):
        return set(bound_names(taken.targets[0]))
    return {one.id for one in taken.targets if isinstance(one, ast.Name)} if len(taken.targets) > 1 else set()


def _bindings(node: ast.AST) -> Iterator[tuple[ast.AST, set[str]]]:
    if isinstance(node, ast.Assign):
        yield node.value, {name for target in node.targets for name in bound_names(target)}
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None:
        yield node.value, set(bound_names(node.target))
    elif isinstance(node, ast.NamedExpr):
        yield node.value, {node.target.id}
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield node.iter, set(bound_names(node.target))
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            if item.optional_vars is not None:
                yield item.context_expr, set(bound_names(item.optional_vars))
    elif isinstance(node, (*Function, ast.ClassDef)):
        yield node, {node.name}


def complete(value: ast.AST) -> bool:
    """Whether a value computed from a connection is whole without it: fetched rows, a length, a comparison."""
    if isinstance(value, (ast.Await, ast.Subscript)):
        return complete(value.value)
    if isinstance(value, (ast.Compare, ast.Constant, ast.JoinedStr)):
        return True
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.Not) or complete(value.operand)
    if isinstance(value, ast.Call):
        if isinstance(value.func, ast.Attribute):
            reads = value.func.attr in _READING and not any(one.arg in (None, "chunksize") for one in value.keywords)
            return reads or value.func.attr in _COMPLETE
        if isinstance(value.func, ast.Name) and value.func.id == "cast" and len(value.args) == 2:
            return complete(value.args[1])
        return isinstance(value.func, ast.Name) and value.func.id in _COPYING
    return isinstance(value, (ast.ListComp, ast.DictComp, ast.SetComp))


@dataclass(frozen=True)
class Departures:
    """How a resource leaves its function. whole: itself, alone or in something that keeps it. part: a cursor or other
    thing that lives on it is returned, so closing it would break the caller. perhaps: what some function made of it is
    returned, and may need it."""

    whole: bool
    part: bool
    perhaps: bool


def departures(where: Home, resource: Held, after: ast.stmt, derives: Iterable[str]) -> Departures:
    """How the resource leaves the function from the statement `after` on."""
    carriers, parts = _carriers(where, resource, after), _parts(where, resource, after, frozenset(derives))
    whole = part = perhaps = False
    position = (after.end_lineno or after.lineno, after.end_col_offset or 0)
    returned, declared = set(_returns(where.scope)), declared_outside(where.scope)
    for node in where.nodes:
        if (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)) < position:
            continue
        if isinstance(node, ast.Return) and node.value is not None and node in returned:
            whole |= _carries(node.value, resource, carriers)
            part |= _lives(node.value, resource, parts, frozenset(derives))
            perhaps |= _made_of(node.value, resource) or any(
                _makes(one) and any(_lives(given, resource, parts, frozenset(derives)) for given in _arguments(one))
                for one in walk(node.value)
                if isinstance(one, ast.Call) and not complete(one)
            )
        elif isinstance(node, ast.Assign):
            kept = any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets)
            outer = any(name in declared for target in node.targets for name in bound_names(target))
            if kept or outer:
                whole |= _carries(node.value, resource, carriers)
                part |= _lives(node.value, resource, parts, frozenset(derives))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _KEEPING:
            whole |= any(is_held(one, resource) for one in node.args)
            if isinstance(node.func.value, ast.Attribute):  # something that was there before
                part |= any(_lives(one, resource, parts, frozenset(derives)) for one in _arguments(node))
    return Departures(whole or resource.name in declared or _kept_elsewhere(where, resource), part, perhaps)


def _returns(scope: ast.AST) -> Iterator[ast.Return]:
    """The statements by which the function itself returns, not those nested in it."""
    stack = children(scope)
    while stack:
        one = stack.pop()
        if isinstance(one, ast.Return):
            yield one
        elif not isinstance(one, (*Function, ast.Lambda, ast.ClassDef)):
            stack += children(one)


def _made_of(value: ast.expr, resource: Held) -> bool:
    """Whether a value is what an unknown function made of the resource itself, or of what another one made of it."""
    if isinstance(value, ast.Await):
        return _made_of(value.value, resource)
    if complete(value):
        return False
    return any(is_held(one, resource) or _made_of(one, resource) for one in _arguments(value))


def _arguments(value: ast.expr) -> list[ast.expr]:
    return [*value.args, *(one.value for one in value.keywords)] if isinstance(value, ast.Call) else []


def _kept_elsewhere(where: Home, resource: Held) -> bool:
    """Whether it is kept in an object that was not made in this function, or that leaves it."""
    if resource.plain:
        return False
    made = any(
        isinstance(value, (ast.Dict, ast.List, ast.Call, ast.DictComp)) and resource.name in targets
        for node in where.nodes
        for value, targets in _bindings(node)
    )
    if not made or not isinstance(where.scope, Function):
        return True
    holder = named(resource.name)
    return any(
        isinstance(node, ast.Return) and node.value is not None and _carries(node.value, holder, frozenset())
        for node in where.nodes
    )


def _carriers(where: Home, resource: Held, after: ast.stmt) -> frozenset[str]:
    found: set[str] = set()
    for _ in range(3):
        before = len(found)
        for node in where.nodes:
            if getattr(node, "lineno", 0) > after.lineno:
                for value, targets in _bindings(node):
                    if isinstance(value, ast.expr) and not isinstance(node, (ast.For, ast.AsyncFor)):
                        if _carries(value, resource, frozenset(found)):
                            found |= targets
                    elif isinstance(node, Function) and mentioned(node, resource):
                        found |= targets
        if len(found) == before:
            break
    return frozenset(found - {resource.name})


def _carries(value: ast.expr, resource: Held, carriers: frozenset[str]) -> bool:
    """Whether a value is the resource or an object that holds it."""
    if is_held(value, resource) or (isinstance(value, ast.Name) and value.id in carriers):
        return True
    if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
        return any(_carries(one, resource, carriers) for one in value.elts)
    if isinstance(value, ast.Dict):
        return any(_carries(one, resource, carriers) for one in value.values)
    if isinstance(value, ast.IfExp):
        return _carries(value.body, resource, carriers) or _carries(value.orelse, resource, carriers)
    if isinstance(value, ast.BoolOp):
        return any(_carries(one, resource, carriers) for one in value.values)
    if isinstance(value, (ast.Await, ast.Starred, ast.NamedExpr)):
        return _carries(value.value, resource, carriers)
    if isinstance(value, ast.Lambda):
        return mentioned(value, resource)
    if isinstance(value, ast.Call):
        return _makes(value) and any(_carries(one, resource, carriers) for one in _arguments(value))
    return False


def _parts(where: Home, resource: Held, after: ast.stmt, derives: frozenset[str]) -> frozenset[str]:
    found = _siblings(after) - {resource.name}
    for _ in range(3):
        before = len(found)
        for node in where.nodes:
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.lineno > after.lineno:
                for value, targets in _bindings(node):
                    if isinstance(value, ast.expr) and _lives(value, resource, frozenset(found), derives):
                        found |= targets
        if len(found) == before:
            break
    return frozenset(found - {resource.name})


def _lives(value: ast.expr, resource: Held, parts: frozenset[str], derives: frozenset[str]) -> bool:
    """Whether a value is a cursor, query or other thing that works only while the resource is open."""
    if isinstance(value, ast.Name):
        return value.id in parts
    if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
        return any(_lives(one, resource, parts, derives) for one in value.elts)
    if isinstance(value, (ast.Dict, ast.BoolOp)):
        return any(_lives(one, resource, parts, derives) for one in value.values)
    if isinstance(value, ast.IfExp):
        return any(_lives(one, resource, parts, derives) for one in (value.body, value.orelse))
    if isinstance(value, (ast.Await, ast.Starred, ast.NamedExpr)):
        return _lives(value.value, resource, parts, derives)
    if isinstance(value, ast.GeneratorExp):
        return mentioned(value, resource, parts)
    if isinstance(value, ast.Attribute) and value.attr in _COMPLETE:
        return False
    if isinstance(value, (ast.Subscript, ast.Attribute)) and not is_held(value, resource):
        inner = value.value
        deeper = isinstance(inner, (ast.Subscript, ast.Attribute)) and _lives(inner, resource, parts, derives)
        return is_held(inner, resource) or deeper
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr in _COMPLETE:
            return False
        if is_held(value.func.value, resource):
            return value.func.attr in (derives or {"cursor"}) or EVERYTHING in derives
        return _lives(value.func.value, resource, parts, derives)
    return False


def _makes(call: ast.Call) -> bool:
    """Whether a call is likely to make an object that keeps its arguments."""
    func = call.func
    last = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    return last[:1].isupper() or last in _MAKING or isinstance(func, ast.Call)
