"""From a module's text to its ModuleIR: declarations at once, other graphs than its own when they are looked up."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from leaklint import ir
from leaklint.lowering.body import Body
from leaklint.lowering.declarations import MODULE, Declaration
from leaklint.lowering.expressions import value
from leaklint.lowering.moved import moved
from leaklint.lowering.outline import Extents, Signatures
from leaklint.lowering.pieces import Piece, Pieces, Unit, alone, around, whole
from leaklint.lowering.positions import Positions
from leaklint.lowering.problem import SyntaxProblem
from leaklint.lowering.scopes import CHILD_FIELDS
from leaklint.lowering.shelf import Shelf
from leaklint.lowering.statements import statements
from leaklint.model import Span

_OF_GRAPHS: dict[str, Any] = {
    **dict.fromkeys(("blocks", "locals", "free", "nonlocals", "globals", "annotations"), ()),
    "uses_locals": False,
}
"""What a signature lacks."""
_MOST_ALIKE = 5000
_FUNCTIONS = frozenset({"function", "lambda"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def lower_module(
    text: str,
    path: str,
    module: str,
    is_package: bool = False,
    *,
    again: Callable[[], str] | None = None,
    shelf: Shelf | None = None,
    before: Procedures | None = None,
    asked: set[str] | None = None,
    sought: set[str] | None = None,
    noting: Callable[[Procedures, str], None] | None = None,
) -> ir.ModuleIR:
    """Parse a module and list what is in it.

    `procedures` is a Procedures: looking up a name builds its graph, once. again: gives the same text whenever a graph
    is built, for those who do not want it kept here. shelf: where graphs are kept; without one, all of them are.
    before: of another text of the same file; what was built of that is at hand here. asked: learns the names of the
    procedures whose graphs are looked up, "*" if all are. sought: those whose signatures are. noting: is told of each
    that is looked up, and where. Raises SyntaxProblem.
    """
    text = text.removeprefix("\ufeff")
    unit = whole(text, path)
    found, positions = unit.found, unit.positions
    signatures = {name: _signature(declaration, positions) for name, declaration in found.procedures.items()}
    return ir.ModuleIR(
        path=path,
        module=module,
        is_package=is_package,
        imports=found.imports,
        classes={name: _class(one, positions) for name, one in found.procedures.items() if one.kind == "class"},
        signatures=signatures if sought is None else Signatures(signatures, sought),
        procedures=Procedures(
            unit, signatures, path, (lambda: text) if again is None else again, shelf, before, asked, noting
        ),
        extents=Extents(signatures, dict(_decorated(found.procedures))),
        all_names=found.all_names,
    )


class Procedures(Mapping[str, ir.Procedure]):
    """Lowers a procedure when it is looked up. `too_deep` has the names of those looked up whose nesting exceeds the
    interpreter's stack: they have a signature and no blocks."""

    def __init__(
        self,
        unit: Unit,
        signatures: Mapping[str, ir.Procedure],
        path: str,
        again: Callable[[], str],
        shelf: Shelf | None = None,
        before: Procedures | None = None,
        asked: set[str] | None = None,
        noting: Callable[[Procedures, str], None] | None = None,
    ) -> None:
        self.too_deep: set[str] = set()
        self._signatures = signatures
        self._path = path
        self._again = again
        self._shelf = shelf
        self._noting = noting
        self._pieces = Pieces(unit.found, unit.positions)
        self._made: dict[str, ir.Procedure] = {}
        self._asked = asked if asked is not None else set()
        self._unit: list[Unit] = []
        if shelf is not None:
            shelf.put_tree(self._unit, unit, len(unit.positions.source))
        # Nearly every module's own body is asked for, and the tree is at hand.
        self._lower((MODULE,), unit)
        if before is not None:
            self._take_over(before)
            built = {before._piece_of(name) for name in before._made}
            self._lower([name for name in signatures if self._piece_of(name) in built], unit)

    def at_hand(self, name: str) -> ir.Procedure | None:
        """A graph that is built already."""
        return self._made.get(name)

    def __getitem__(self, name: str) -> ir.Procedure:
        self._asked.add(name)
        if self._noting is not None:
            self._noting(self, name)
        made = self._made.get(name)
        if made is None:
            if name not in self._signatures:
                raise KeyError(name)
            made = self._make(name)
        return made

    def __iter__(self) -> Iterator[str]:
        self._asked.add("*")
        return iter(self._signatures)

    def __len__(self) -> int:
        return len(self._signatures)

    def __contains__(self, name: object) -> bool:
        return name in self._signatures

    def _take_over(self, before: Procedures) -> None:
        """Take the graphs that were built from another text of the same file, as far as the pieces that
        they are of read the same and are declared the same; those that stand in other lines are moved."""
        old, new = before._again().removeprefix("\ufeff"), self._again().removeprefix("\ufeff")
        made: dict[str, list[str]] = {}
        for name in before._made:
            made.setdefault(before._piece_of(name), []).append(name)
        for holder, names in made.items():
            was, now = before._pieces.get(holder), self._pieces.get(holder)
            if was is None or now is None or old[was.start : was.end] != new[now.start : now.end]:
                continue
            for name in names:
                graph, signature = moved(before._made[name], now.line - was.line), self._signatures.get(name)
                if graph is not None and msgspec.structs.replace(graph, **_OF_GRAPHS) == signature:
                    if name not in self._made:
                        self._keep(name, graph)
            self.too_deep |= before.too_deep.intersection(names)

    def outermost(self, name: str) -> str:
        """The outermost function or method that a procedure stands in, which may be itself; "" for none, or where a
        class stands in it."""
        holder = self._piece_of(name)
        if not holder or self._signatures[holder].kind == "class":
            return ""
        return "" if any(self._signatures[one].kind not in _FUNCTIONS for one in self.inside(holder)) else holder

    def inside(self, name: str) -> Sequence[str]:
        """The procedures in source order that stand in an outermost function."""
        return self._inner.get(name, ())

    def apart(self) -> Iterator[tuple[str, Piece]]:
        """The outermost functions and methods, in source order, in which no class stands."""
        return ((name, piece) for name, piece in self._pieces.items() if self.outermost(name))

    def unchanged(self, before: Procedures) -> set[str]:
        """The procedures in pieces that read as they did in another text of the same file."""
        old, new = before._again().removeprefix("\ufeff"), self._again().removeprefix("\ufeff")
        same = set()
        for holder, now in self._pieces.items():
            was = before._pieces.get(holder)
            if was is not None and old[was.start : was.end] == new[now.start : now.end]:
                same.add(holder)
        return {name for name in self._signatures if self._piece_of(name) in same and before._piece_of(name) in same}

    def forget(self) -> None:
        """Let the graphs go. They are built again when they are looked up again."""
        self._made.clear()
        self._unit.clear()

    def _make(self, name: str) -> ir.Procedure:
        """Build the graph of a procedure, and of what else is to be had from the same tree."""
        holder = self._piece_of(name)
        unit = self._unit[0] if self._unit else self._parsed(name, holder)
        # The one that is asked for comes last: it stays on the shelf.
        self._lower([one for one in self._standing_in(holder) if one != name], unit)
        self._lower((name,), unit)
        return self._made[name]

    def _parsed(self, name: str, holder: str) -> Unit:
        """The piece that a procedure stands in, parsed alone where that gives the same."""
        text = self._again().removeprefix("\ufeff")
        try:
            if holder:
                piece = self._pieces[holder]
                unit = alone(text, self._path, holder, piece, self._pieces.inside(piece))
            else:
                unit = around(text, self._path, self._pieces.values())
            if all(self._is_same(unit, one) for one in {name, holder or MODULE}):
                return unit
        except SyntaxProblem:
            pass
        return whole(text, self._path)

    def _piece_of(self, name: str) -> str:
        """The innermost piece that a procedure stands in; "" for none."""
        while name and name not in self._pieces:
            name = name.rpartition(".")[0]
        return name

    def _standing_in(self, holder: str) -> Sequence[str]:
        """The procedures, in source order, whose innermost piece is this one."""
        inner = self._inner.get(holder, ())
        return (holder, *inner) if holder in self._pieces else inner

    @functools.cached_property
    def _inner(self) -> Mapping[str, Sequence[str]]:
        """Piece -> the procedures in source order whose innermost one it is, save its own. "": those of no piece."""
        found: dict[str, list[str]] = {}
        for name in self._signatures:
            if name not in self._pieces:
                found.setdefault(self._piece_of(name), []).append(name)
        return found

    def _is_same(self, unit: Unit, name: str) -> bool:
        """Whether a procedure was found again where it stood."""
        declaration = unit.found.procedures.get(name)
        if declaration is None:
            return False
        return declaration.kind == "module" or unit.positions.span(declaration.node) == self._signatures[name].span

    def _lower(self, names: Iterable[str], unit: Unit) -> None:
        for name in names:
            if name in self._made or name not in self._signatures:
                continue
            if name not in unit.found.procedures:
                self._made[name] = self._signatures[name]
                continue
            try:
                self._keep(name, _graph(unit, unit.found.procedures[name], self._signatures[name]))
            except RecursionError:
                self.too_deep.add(name)
                self._made[name] = self._signatures[name]

    def _keep(self, name: str, graph: ir.Procedure) -> None:
        if self._shelf is None:
            self._made[name] = graph
        else:
            self._shelf.put(self._made, name, graph)


def _graph(unit: Unit, declaration: Declaration, signature: ir.Procedure) -> ir.Procedure:
    node, scope, positions = declaration.node, unit.scope(declaration), unit.positions
    body = Body(positions, unit.found.names, unit.scopes, scope)
    graph = body.graph
    if declaration.kind == "lambda":
        body.expect(node)
        graph.end(ir.Return(value(body, node.body), positions.span(node.body)))
    else:
        statements(body, node.body)
        graph.end(ir.Return("", _end_of(signature.span), implicit=True))
    return ir.Procedure(
        name=signature.name,
        kind=signature.kind,
        parameters=signature.parameters,
        blocks=graph.finish(),
        span=signature.span,
        locals=tuple(sorted(scope.bound)),
        free=scope.free(),
        nonlocals=tuple(sorted(scope.nonlocals)),
        globals=tuple(sorted(scope.globals)),
        decorators=signature.decorators,
        returns=signature.returns,
        is_async=signature.is_async,
        is_generator=signature.is_generator,
        annotations=_annotations(scope.annotated, positions),
        parent=signature.parent,
        class_name=signature.class_name,
        uses_locals=bool(scope.loads & {"locals", "vars"}),
    )


def _end_of(span: Span) -> Span:
    return Span(span.end_line, span.end_column, span.end_line, span.end_column)


def _signature(declaration: Declaration, positions: Positions) -> ir.Procedure:
    node, kind, parent = declaration.node, declaration.kind, declaration.parent
    is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    return ir.Procedure(
        name=declaration.name,
        kind=kind,
        parameters=_parameters(node.args, positions) if is_function or kind == "lambda" else (),
        blocks=(),
        span=_module_span(positions) if kind == "module" else positions.span(node),
        decorators=_decorators(node, positions),
        returns=positions.annotation(node.returns) if is_function else "",
        is_async=isinstance(node, ast.AsyncFunctionDef),
        is_generator=declaration.is_generator,
        parent=parent.name if parent is not None and parent.kind != "module" else "",
        class_name=parent.name if parent is not None and kind == "method" else "",
    )


def _decorated(declarations: Mapping[str, Declaration]) -> Iterator[tuple[str, int]]:
    """Where the decorators of procedures begin."""
    for name, declaration in declarations.items():
        decorators = getattr(declaration.node, "decorator_list", ())
        if decorators:
            yield name, min(decorator.lineno for decorator in decorators)


def _module_span(positions: Positions) -> Span:
    lines = positions.lines
    return Span(1, 1, len(lines), len(lines[-1]) + 1)


def _parameters(arguments: ast.arguments, positions: Positions) -> tuple[ir.Parameter, ...]:
    def parameter(node: ast.arg, kind: str, default: ast.expr | None = None) -> ir.Parameter:
        text = positions.text(default) if default is not None else ""
        return _parameter(node.arg, kind, positions.annotation(node.annotation), default is not None, text)

    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    found = [parameter(node, "positional", default) for node, default in zip(plain, defaults)]
    if arguments.vararg is not None:
        found.append(parameter(arguments.vararg, "star"))
    for node, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        found.append(parameter(node, "keyword", keyword_default))
    if arguments.kwarg is not None:
        found.append(parameter(arguments.kwarg, "starstar"))
    return tuple(found)


def _decorators(node: Any, positions: Positions) -> tuple[ir.Decorator, ...]:
    found = []
    for decorator in getattr(node, "decorator_list", ()):
        called = isinstance(decorator, ast.Call)
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        found.append(_decorator(positions.text(function), called, positions.text(decorator)))
    return tuple(found)


# Most of them are like many others, and are kept as one object.
_parameter = functools.lru_cache(_MOST_ALIKE)(ir.Parameter)
_decorator = functools.lru_cache(_MOST_ALIKE)(ir.Decorator)


def _annotations(nodes: Iterable[ast.AnnAssign], positions: Positions) -> tuple[tuple[str, str], ...]:
    """What annotated assignments say: `name` or `self.name`, and the annotation, in source order."""
    found = []
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        name = node.target.id if isinstance(node.target, ast.Name) else positions.text(node.target)
        found.append((name, positions.annotation(node.annotation)))
    return tuple(found)


# The fields of each statement that hold suites, last one first, and the parts of `try` and `match` that do.
_SUITES: dict[type[ast.AST], tuple[str, ...]] = {
    node_type: tuple(
        field for field in ("finalbody", "orelse", "handlers", "cases", "body") if field in node_type._fields
    )
    for node_type in CHILD_FIELDS
    if "body" in node_type._fields or "cases" in node_type._fields
    if not issubclass(node_type, (ast.expr, ast.mod))
}


def _class(declaration: Declaration, positions: Positions) -> ir.ClassDef:
    node: ast.ClassDef = declaration.node
    methods, annotated = [], []
    stack = list(reversed(node.body))
    while stack:
        statement: Any = stack.pop()
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            methods.append(statement.name)
        elif isinstance(statement, ast.AnnAssign):
            annotated.append(statement)
        elif not isinstance(statement, _SCOPES):
            for field in _SUITES.get(statement.__class__, ()):
                stack.extend(reversed(getattr(statement, field)))
    metaclass = next((keyword.value for keyword in node.keywords if keyword.arg == "metaclass"), None)
    parent = declaration.parent
    return ir.ClassDef(
        name=declaration.name,
        bases=tuple(positions.text(base) for base in node.bases),
        methods=tuple(dict.fromkeys(methods)),
        decorators=_decorators(node, positions),
        annotations=_annotations(annotated, positions),
        span=positions.span(node),
        parent=parent.name if parent is not None and parent.kind != "module" else "",
        metaclass="" if metaclass is None else positions.text(metaclass),
    )
