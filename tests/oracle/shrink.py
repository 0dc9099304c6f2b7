"""Make a program smaller for as long as something about it stays true."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from collections.abc import Callable, Iterator


def shrink(text: str, holds: Callable[[str], bool], tries: int) -> str:
    """The smallest text reached from `text` by leaving statements out and unwrapping blocks, such that `holds`."""
    smallest = text
    progress = True
    while progress and tries > 0:
        progress = False
        for candidate in smaller(smallest):
            tries -= 1
            if tries < 0:
                break
            if candidate != smallest and holds(candidate):
                smallest, progress = candidate, True
                break
    names = list(dict.fromkeys(re.findall(r"\bc\d+\b", smallest)))
    return re.sub(r"\bc\d+\b", lambda found: f"c{names.index(found.group()) + 1}", smallest)


def smaller(text: str) -> Iterator[str]:
    """Every program with one statement fewer, or one block unwrapped, that refers to no name it does not have."""
    tree = ast.parse(text)
    for number, (owner, field) in enumerate(suites(tree)):
        for index in range(len(getattr(owner, field))):
            for replacement in replacements(owner, field, index):
                changed = copy.deepcopy(tree)
                twin, _ = list(suites(changed))[number]
                statements = getattr(twin, field)
                statements[index : index + 1] = copy.deepcopy(replacement)
                if not statements and field == "body":
                    statements.append(ast.Pass())
                if not sound(twin):
                    continue
                drop_unused(changed)
                if names_known(changed):
                    yield ast.unparse(ast.fix_missing_locations(changed)) + "\n"


def sound(node: ast.AST) -> bool:
    """Whether it is Python, and plain: no empty `finally`, no `close` that closes nothing."""
    if isinstance(node, ast.Try):
        if not node.handlers and (node.orelse or not node.finalbody):
            return False
        return not any(isinstance(last, ast.Pass) for last in node.finalbody)
    return not (isinstance(node, ast.FunctionDef) and node.name == "close" and isinstance(node.body[0], ast.Pass))


def suites(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every list of statements or except clauses in the tree, as the node that has it and the field's name."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody", "handlers"):
            if isinstance(getattr(node, field, None), list):
                yield node, field


def replacements(owner: ast.AST, field: str, index: int) -> Iterator[list[ast.stmt]]:
    statement = getattr(owner, field)[index]
    endless = isinstance(owner, ast.While) and isinstance(owner.test, ast.Constant)
    if (endless and index == 0) or isinstance(statement, ast.Pass):
        return  # the call that starts an endless loop is what bounds its runs
    yield []
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
        return
    for inner in ("body", "orelse", "finalbody"):
        nested = getattr(statement, inner, None)
        if isinstance(nested, list) and nested:
            yield nested


def drop_unused(tree: ast.Module) -> None:
    """Leave out imports and inputs that no name refers to."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in list(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "job":
            node.args.args = [argument for argument in node.args.args if argument.arg in used]
        if isinstance(node, ast.Import | ast.ImportFrom):
            node.names = [name for name in node.names if (name.asname or name.name.partition(".")[0]) in used]
            if not node.names:
                tree.body.remove(node)


def names_known(tree: ast.Module) -> bool:
    known = set(vars(builtins))
    loaded: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else known).add(node.id)
        elif isinstance(node, ast.arg):
            known.add(node.arg)
        elif isinstance(node, ast.alias):
            known.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            known.add(node.name)
    return loaded <= known and "job" in known
