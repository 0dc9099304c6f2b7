"""Adding an import where isort would put it."""

from __future__ import annotations

import ast
import sys

from leaklint.fixes.bind import Refused
from leaklint.fixes.document import Document, Function, read
from leaklint.fixes.draft import Draft, Rewrite
from leaklint.fixes.sections import Section


def importing(rewrite: Rewrite, module: str, name: str) -> tuple[Rewrite, str]:
    """The rewrite with `module.name` importable, and the text that names it there.

    An import of it, or of the module, that the file has at its top level is used as it is.
    """
    document = read(rewrite.text)
    known = known_as(document, module, name)
    if known:
        return rewrite, known
    if any(name in section.shape.bound for section in document.sections):
        raise Refused(f"the name {name} stands for something else in this file")
    for section in document.sections:
        node = section.shape.node
        if isinstance(node, ast.ImportFrom) and node.module == module and not node.level and node.names[0].name != "*":
            extended = _extended(document, section, name)
            if extended is not None:
                return rewrite.then(extended), name
    return rewrite.then(_added(document, f"from {module} import {name}", module)), name


def known_as(document: Document, module: str, name: str) -> str:
    """How the file's own imports name `module.name`; "" where they do not."""
    for node in (section.shape.node for section in document.sections):
        if isinstance(node, ast.ImportFrom) and node.module == module and not node.level:
            for alias in node.names:
                if alias.name == name:
                    return alias.asname or name
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == module:
                    return f"{alias.asname or module}.{name}"
    return ""


def importing_module(rewrite: Rewrite, module: str) -> Rewrite:
    """The rewrite with `import module` at its top. Raises Refused where the name stands for something else."""
    document = read(rewrite.text)
    if any(module in section.shape.bound for section in document.sections):
        raise Refused(f"the name {module} stands for something else in this file")
    head = _head(document)
    plain = [one for one in head if _section(one) == 1 and isinstance(one, ast.Import)]
    if not plain:
        return rewrite.then(_added(document, f"import {module}", ""))
    draft = Draft(document)
    draft.gain(f"import {module}")
    after = next((one for one in plain if one.names[0].name > module), None)
    line = document.first_line(after) if after is not None else document.last_line(plain[-1]) + 1
    draft.insert(line, f"import {module}")
    return rewrite.then(draft.finish("    "))


def _extended(document: Document, section: Section, name: str) -> Rewrite | None:
    """One more name in a `from` import that stands on one line."""
    node = section.node
    assert isinstance(node, ast.ImportFrom)
    line = document.first_line(node)
    source = document.source(node)
    if document.last_line(node) != line or "(" in source or not document.alone(node):
        return None
    names = [alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in node.names]
    names = sorted([*names, name], key=_order)
    start, end = document.extent(node)
    old = document.lines[line - 1].rstrip("\r\n")
    begin = start - document.starts[line - 1]
    text = f"{old[:begin]}from {node.module} import {', '.join(names)}{old[end - document.starts[line - 1] :]}"
    draft = Draft(document)
    draft.replace(line, text)
    draft.lose(node)
    draft.gain(text.strip())
    return draft.finish("    ")


def _order(name: str) -> tuple[int, str]:
    """isort's order by type: constants, classes, the rest."""
    rank = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return rank, name.lower()


def _added(document: Document, text: str, module: str) -> Rewrite:
    draft = Draft(document)
    draft.gain(text)
    head = _head(document)
    standard = [one for one in head if _section(one) == 1]
    froms = [one for one in standard if isinstance(one, ast.ImportFrom)]
    after = next((one for one in froms if (one.module or "").lower() > module), None)
    if after is not None:
        draft.insert(document.first_line(after), text)
    elif standard:
        draft.insert(document.last_line((froms or standard)[-1]) + 1, text)
    elif any(_section(one) > 1 for one in head):
        first = next(one for one in head if _section(one) > 1)
        draft.insert(document.first_line(first), text, "")
    elif head:
        draft.insert(document.last_line(head[-1]) + 1, "", text)
    else:
        _without_imports(document, draft, text)
    return draft.finish("    ")


def _head(document: Document) -> list[ast.stmt]:
    """The imports at the top of a module, its docstring passed over."""
    found: list[ast.stmt] = []
    for index, section in enumerate(document.sections):
        one = section.node
        if isinstance(one, (ast.Import, ast.ImportFrom)):
            found.append(one)
        elif not (index == 0 and isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)):
            break
    return found


def _section(node: ast.stmt) -> int:
    """isort's section: 0 future, 1 standard library, 2 anything else."""
    if isinstance(node, ast.ImportFrom):
        name = "" if node.level else (node.module or "")
    else:
        assert isinstance(node, ast.Import)
        name = node.names[0].name
    top = name.split(".")[0]
    return 0 if top == "__future__" else 1 if top in sys.stdlib_module_names else 2


def _without_imports(document: Document, draft: Draft, text: str) -> None:
    body = document.tree.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        line = document.last_line(body[0]) + 1
        tight = line <= len(document.lines) and bool(document.lines[line - 1].strip())
        draft.insert(line, "", text, *([""] if tight else []))
        return
    line = 1
    while line <= len(document.lines) and document.lines[line - 1].startswith("#"):
        line += 1
    follows = line <= len(document.lines) and document.lines[line - 1].strip()
    apart = [""] * (2 if body and isinstance(body[0], (*Function, ast.ClassDef)) else 1)
    draft.insert(line, text, *(apart if follows else []))
