"""The one walk over a fresh tree: which functions, lambdas, classes and imports there are, and how they are called.

Expressions are entered only on lines that hold the word `lambda` or `yield`.
"""

from __future__ import annotations

import ast
import bisect
import dataclasses
import itertools
from collections import Counter
from typing import Any

from leaklint import ir
from leaklint.lowering.nodes import STAR_TRIES, TYPE_ALIASES
from leaklint.lowering.positions import Positions
from leaklint.lowering.scopes import COMPREHENSIONS, push_children

MODULE = "<module>"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclasses.dataclass(eq=False)
class Declaration:
    """One procedure: a function, lambda, class body or the module body.

    comprehensions: those between it and its parent's body, outermost first (a lambda can stand in them).
    """

    name: str
    kind: str
    node: Any
    parent: Declaration | None
    comprehensions: tuple[Any, ...] = ()
    is_generator: bool = False


@dataclasses.dataclass
class Declarations:
    """All of a module, in source order, outer before inner."""

    procedures: dict[str, Declaration]
    names: dict[Any, str]
    imports: tuple[ir.ImportedName, ...]
    all_names: tuple[str, ...]


def declarations(tree: ast.Module, text: str, positions: Positions) -> Declarations:
    """Walk a module's tree once."""
    return _Walk(text, positions).module(tree)


def declarations_in(node: Any, name: str, text: str, positions: Positions) -> Declarations:
    """Walk the tree of one function or class, whose qualified name is `name`."""
    kind = "class" if isinstance(node, ast.ClassDef) else "function"
    return _Walk(text, positions).below(Declaration(name, kind, node, None))


class _Walk:
    def __init__(self, text: str, positions: Positions) -> None:
        self.positions = positions
        self.hot = _lines_with(("lambda", "yield"), text, positions)
        self.found: dict[str, Declaration] = {}
        self.names: dict[Any, str] = {}
        self.imports: list[ir.ImportedName] = []
        self.all_names: list[str] = []

    def module(self, tree: ast.Module) -> Declarations:
        return self.below(Declaration(MODULE, "module", tree, None))

    def below(self, root: Declaration) -> Declarations:
        """A declaration and all inside it."""
        self.found[root.name] = root
        work = [root]
        while work:
            declaration = work.pop()
            children = self.scope(declaration)
            self.name(declaration, children)
            work.extend(children)
        order = sorted(self.found.values(), key=_position)
        procedures = {declaration.name: declaration for declaration in order}
        return Declarations(procedures, self.names, tuple(self.imports), tuple(dict.fromkeys(self.all_names)))

    def name(self, owner: Declaration, children: list[Declaration]) -> None:
        """Qualify the names of a scope's children; of several alike the last one keeps the plain name. Lambdas are
        counted, so that an edit that leaves them where they are among each other gives none another name."""
        prefix = "" if owner.kind == "module" else owner.name + "."
        children.sort(key=_position)
        lambdas = itertools.count(1)
        for child in children:
            child.name = prefix + (f"<lambda:{next(lambdas)}>" if child.kind == "lambda" else child.node.name)
        totals = Counter(child.name for child in children)
        seen: Counter[str] = Counter()
        for child in children:
            plain = child.name
            seen[plain] += 1
            if seen[plain] < totals[plain]:
                child.name = f"{plain}#{seen[plain] + 1}"
            self.found[child.name] = child
            self.names[child.node] = child.name

    def scope(self, owner: Declaration) -> list[Declaration]:
        """The declarations directly inside one."""
        children: list[Declaration] = []
        node = owner.node
        if owner.kind == "lambda":
            self.expressions(owner, [node.body], children)
            return children
        stack = list(reversed(node.body))
        function_kind = "method" if owner.kind == "class" else "function"
        while stack:
            statement = stack.pop()
            kind = statement.__class__
            if kind in _COMPOUND:
                if self.hot and self.is_hot(statement.lineno, statement.body[0].lineno):
                    self.expressions(owner, _headers(statement), children)
                for field in _COMPOUND[kind]:
                    stack.extend(reversed(getattr(statement, field)))
            elif kind in _FUNCTIONS:
                children.append(Declaration("", function_kind, statement, owner))
                if self.hot and self.is_hot(_first_line(statement), statement.body[0].lineno):
                    arguments = statement.args
                    headers: list[Any] = [*statement.decorator_list, *arguments.defaults, *arguments.kw_defaults]
                    self.expressions(owner, headers, children)
            elif kind is ast.ClassDef:
                children.append(Declaration("", "class", statement, owner))
                if self.hot and self.is_hot(_first_line(statement), statement.body[0].lineno):
                    bases = [*statement.decorator_list, *statement.bases, *statement.keywords]
                    self.expressions(owner, bases, children)
            elif kind is ast.Match or kind is ast.ExceptHandler or kind.__name__ == "match_case":
                self.branches(owner, statement, stack, children)
            else:
                if owner.kind == "module":
                    self.module_statement(statement)
                if self.hot and self.is_hot(statement.lineno, statement.end_lineno):
                    self.expressions(owner, [statement], children)
        return children

    def branches(self, owner: Declaration, node: Any, stack: list[Any], children: list[Declaration]) -> None:
        if isinstance(node, ast.Match):
            stack.extend(reversed(node.cases))
            headers: list[Any] = [node.subject]
        elif isinstance(node, ast.ExceptHandler):
            headers = [node.type]
        else:
            headers = [node.guard]
        if not isinstance(node, ast.Match):
            stack.extend(reversed(node.body))
        if self.hot:
            self.expressions(owner, headers, children)

    def is_hot(self, first: int, last: int) -> bool:
        index = bisect.bisect_left(self.hot, first)
        return index < len(self.hot) and self.hot[index] <= last

    def expressions(self, owner: Declaration, nodes: list[Any], children: list[Declaration]) -> None:
        """Find the lambdas in expressions, and whether they yield."""
        stack: list[tuple[Any, tuple[Any, ...]]] = [(node, ()) for node in nodes]
        while stack:
            node, comprehensions = stack.pop()
            below: list[Any] = []
            if isinstance(node, ast.Lambda):
                children.append(Declaration("", "lambda", node, owner, comprehensions))
                below = [*node.args.defaults, *node.args.kw_defaults]
            elif isinstance(node, COMPREHENSIONS):
                stack.append((node.generators[0].iter, comprehensions))
                comprehensions = (*comprehensions, node)
                first = node.generators[0]
                results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
                below = [*results, first.target, *first.ifs, *node.generators[1:]]
            elif isinstance(node, ast.AST):
                if isinstance(node, (ast.Yield, ast.YieldFrom)):
                    owner.is_generator = True
                elif isinstance(node, TYPE_ALIASES):
                    continue
                push_children(node, below)
            stack.extend((child, comprehensions) for child in below)

    def module_statement(self, node: Any) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    self.imports.append(ir.ImportedName(alias.asname, alias.name, "", node.lineno))
                else:
                    top = alias.name.partition(".")[0]
                    self.imports.append(ir.ImportedName(top, top, "", node.lineno))
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                attribute = alias.name if alias.name != "*" else ""
                name = alias.asname or alias.name
                self.imports.append(ir.ImportedName(name, module, attribute, node.lineno))
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and not isinstance(node, TYPE_ALIASES):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
                self.all_names.extend(_strings(node.value))


def _lines_with(words: tuple[str, ...], text: str, positions: Positions) -> list[int]:
    found = set()
    for word in words:
        at = text.find(word)
        while at >= 0:
            found.add(bisect.bisect_right(positions.starts, at))
            at = text.find(word, at + 1)
    return sorted(found)


def _strings(node: Any) -> list[str]:
    if not isinstance(node, (ast.List, ast.Tuple)):
        return []
    return [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def _first_line(node: Any) -> int:
    line: int = node.decorator_list[0].lineno if node.decorator_list else node.lineno
    return line


def _position(declaration: Declaration) -> tuple[int, int]:
    if declaration.kind == "module":
        return (0, 0)
    return (declaration.node.lineno, declaration.node.col_offset)


def _headers(node: Any) -> list[Any]:
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return [node.target, node.iter]
    if isinstance(node, (ast.If, ast.While)):
        return [node.test]
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return list(node.items)
    return []


_COMPOUND: dict[type, tuple[str, ...]] = {
    ast.If: ("orelse", "body"),
    ast.While: ("orelse", "body"),
    ast.For: ("orelse", "body"),
    ast.AsyncFor: ("orelse", "body"),
    ast.With: ("body",),
    ast.AsyncWith: ("body",),
    ast.Try: ("finalbody", "orelse", "handlers", "body"),
}
for _star in STAR_TRIES:
    _COMPOUND[_star] = _COMPOUND[ast.Try]
