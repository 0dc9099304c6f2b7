"""Which names are bound in which function, and what a name in one of them refers to, by Python's scoping rules."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from leaklint.lowering.nodes import TYPE_ALIASES, StarTry, TypeStatement

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SKIPPED_FIELDS = frozenset({"ctx", "op", "ops", "annotation", "returns", "type_params", "type_comment", "kind"})

# The fields of each node type that can hold further nodes.
CHILD_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    node_type: tuple(field for field in node_type._fields if field not in _SKIPPED_FIELDS)
    for node_type in vars(ast).values()
    if isinstance(node_type, type) and issubclass(node_type, ast.AST)
}
for _stand_in in (TypeStatement, StarTry):
    CHILD_FIELDS[_stand_in] = CHILD_FIELDS[_stand_in.__mro__[1]]
for _leaf in (ast.Constant, ast.Pass, ast.Break, ast.Continue):
    CHILD_FIELDS[_leaf] = ()


def push_children(node: ast.AST, stack: list[Any]) -> None:
    """Put the nodes directly below `node` on the stack (and whatever strings and None its lists hold)."""
    for field in CHILD_FIELDS[type(node)]:
        child = getattr(node, field, None)
        if child.__class__ is list:
            stack.extend(child)
        elif isinstance(child, ast.AST):
            stack.append(child)


class Scope:
    """The names of one function, lambda, class body, module body or comprehension.

    bound: names that it binds (declared global or nonlocal: not). walrus: for each name bound by `:=` in it, where
    the `:=` expressions end. unresolved: names that it and all inside it take from outside.
    annotated: its annotated assignments, in no order.
    """

    __slots__ = (
        "_places",
        "annotated",
        "bound",
        "children",
        "globals",
        "kind",
        "loads",
        "node",
        "nonlocals",
        "parent",
        "prefix",
        "unresolved",
        "walrus",
    )

    def __init__(self, node: Any, kind: str, parent: Scope | None, above: int) -> None:
        self.node = node
        self.kind = kind
        self.parent = parent
        self.bound: set[str] = set()
        self.loads: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.walrus: dict[str, list[tuple[int, int]]] = {}
        self.annotated: list[ast.AnnAssign] = []
        self.children: list[Scope] = []
        self.unresolved: set[str] = set()
        self.prefix = f"%c{node.lineno - above}:{node.col_offset + 1}." if kind == "comprehension" else ""
        self._places: dict[str, str | None] = {}

    def place(self, name: str) -> str | None:
        """The operand that `name` is in this scope, or None where it is a global."""
        try:
            return self._places[name]
        except KeyError:
            found = self._places[name] = self._find(name)
            return found

    def _find(self, name: str) -> str | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.globals:
                return None
            if name in scope.bound and (scope is self or scope.kind != "class"):
                return scope.prefix + name
            scope = scope.parent
        return None

    def free(self) -> tuple[str, ...]:
        """The operands that are captured from enclosing functions, here or further inside. What methods capture under
        a name that their class body binds too is left out of the class's own, where the name means the class's."""
        places = {self.place(name) for name in self.unresolved if name not in self.bound}
        return tuple(sorted(place for place in places if place is not None))

    def home(self) -> Scope:
        """The function, class or module in which a `:=` binds its name."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return scope


def analyse(node: Any, first: int) -> dict[Any, Scope]:
    """The scopes of `node` (a function, lambda, class, module or comprehension) and of all inside it, by node.

    first: the line of the file with which the text begins that the tree was made from. Lines are counted from that of
    the outermost function, so that nothing in it is called otherwise where it stands in other lines.
    """
    above = node.lineno - 1 if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else 1 - first
    scopes: dict[Any, Scope] = {}
    ordered: list[Scope] = []
    work: list[tuple[Any, Scope | None]] = [(node, None)]
    while work:
        current, parent = work.pop()
        scope = Scope(current, _kind(current), parent, above)
        scopes[current] = scope
        ordered.append(scope)
        if parent is not None:
            parent.children.append(scope)
        nested: list[Any] = []
        _collect(scope, _own_nodes(scope), nested)
        scope.bound -= scope.globals | scope.nonlocals
        if parent is None and scope.kind in ("module", "class"):
            # Nothing inside captures names from here, except from comprehensions.
            nested = [child for child in nested if isinstance(child, COMPREHENSIONS)]
        work.extend((child, scope) for child in nested)
    for scope in reversed(ordered):
        _resolve(scope)
        # What holds nothing in a circle goes with its last user, and takes the tree with it.
        scope.children.clear()
    return scopes


def _kind(node: Any) -> str:
    if isinstance(node, _FUNCTIONS):
        return "function"
    if isinstance(node, COMPREHENSIONS):
        return "comprehension"
    return "class" if isinstance(node, ast.ClassDef) else "module"


def _own_nodes(scope: Scope) -> list[Any]:
    node = scope.node
    if scope.kind == "comprehension":
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        first = node.generators[0]
        return [*results, first.target, *first.ifs, *node.generators[1:]]
    if scope.kind == "function":
        arguments = node.args
        scope.bound.update(a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))
        scope.bound.update(a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None)
        if isinstance(node, ast.Lambda):
            return [node.body]
    return list(node.body)


def _collect(scope: Scope, stack: list[Any], nested: list[Any]) -> None:
    while stack:
        node = stack.pop()
        kind = node.__class__
        if kind is ast.Name:
            if node.ctx.__class__ is ast.Load:
                scope.loads.add(node.id)
            else:
                scope.bound.add(node.id)
        elif kind is ast.Attribute:
            stack.append(node.value)
        elif kind is ast.Call:
            stack.append(node.func)
            stack.extend(node.args)
            stack.extend([keyword.value for keyword in node.keywords])
        elif kind in _COLLECT:
            _COLLECT[kind](scope, node, stack, nested)
        elif kind in CHILD_FIELDS and kind is not ast.Constant:
            push_children(node, stack)


def _function(scope: Scope, node: Any, stack: list[Any], nested: list[Any]) -> None:
    if not isinstance(node, ast.Lambda):
        scope.bound.add(node.name)
        stack.extend(node.decorator_list)
    stack.extend(node.args.defaults)
    stack.extend(node.args.kw_defaults)
    nested.append(node)


def _class(scope: Scope, node: Any, stack: list[Any], nested: list[Any]) -> None:
    scope.bound.add(node.name)
    stack.extend(node.decorator_list)
    stack.extend(node.bases)
    stack.extend(node.keywords)
    nested.append(node)


def _comprehension(scope: Scope, node: Any, stack: list[Any], nested: list[Any]) -> None:
    stack.append(node.generators[0].iter)
    nested.append(node)


def _walrus(scope: Scope, node: Any, stack: list[Any], nested: list[Any]) -> None:
    home = scope.home()
    name = node.target.id
    if name not in home.globals and name not in home.nonlocals:
        home.bound.add(name)
    home.walrus.setdefault(name, []).append((node.end_lineno, node.end_col_offset))
    stack.append(node.value)


def _declaration(scope: Scope, node: Any, stack: list[Any], nested: list[Any]) -> None:
    if scope.kind != "module":
        (scope.globals if isinstance(node, ast.Global) else scope.nonlocals).update(node.names)


def imported_names(node: Any) -> Iterable[str]:
    """The names that an import statement binds, without `*`."""
    for alias in node.names:
        if alias.asname:
            yield alias.asname
        elif isinstance(node, ast.Import):
            yield alias.name.partition(".")[0]
        elif alias.name != "*":
            yield alias.name


def _import(scope: Scope, node: Any, stack: list[Any], nested: list[Any]) -> None:
    scope.bound.update(imported_names(node))


def _named(scope: Scope, node: Any, stack: list[Any], nested: list[Any]) -> None:
    name = node.rest if isinstance(node, ast.MatchMapping) else node.name
    if name:
        scope.bound.add(name.id if isinstance(name, ast.Name) else name)
    push_children(node, stack)


def _annotated(scope: Scope, node: Any, stack: list[Any], nested: list[Any]) -> None:
    scope.annotated.append(node)
    stack.append(node.target)
    stack.append(node.value)


def _type_alias(scope: Scope, node: Any, stack: list[Any], nested: list[Any]) -> None:
    scope.bound.add(node.name.id)


_COLLECT: dict[type, Any] = {
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _function,
    ast.ClassDef: _class,
    ast.AnnAssign: _annotated,
    ast.NamedExpr: _walrus,
    ast.Global: _declaration,
    ast.Nonlocal: _declaration,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.ExceptHandler: _named,
    ast.MatchAs: _named,
    ast.MatchStar: _named,
    ast.MatchMapping: _named,
    **dict.fromkeys(COMPREHENSIONS, _comprehension),
    **dict.fromkeys(TYPE_ALIASES, _type_alias),
}


def _resolve(scope: Scope) -> None:
    unresolved = scope.loads | scope.nonlocals
    if scope.kind != "class":
        unresolved -= scope.bound
    inner: set[str] = set()
    for child in scope.children:
        inner |= child.unresolved
    if scope.kind != "class":
        inner -= scope.bound
    scope.unresolved = (unresolved | inner) - scope.globals
