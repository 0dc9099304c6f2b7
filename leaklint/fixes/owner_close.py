"""The repair "owner-close": the class that keeps a resource gets a way to give it back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from leaklint.fixes.bind import Refused
from leaklint.fixes.document import Document, Function
from leaklint.fixes.draft import Draft, Rewrite
from leaklint.fixes.scopes import bound_names
from leaklint.fixes.target import Target
from leaklint.fixes.walking import walk

_ENDINGS = ("close", "aclose", "disconnect", "stop", "shutdown", "dispose", "release", "teardown", "tearDown")


def rewrites(target: Target) -> Iterator[tuple[Rewrite, bool]]:
    """Release the field in the class's own ending, or give it `close()`, `__enter__` and `__exit__`; with each whether
    somebody in sight ends the object: the ending was there, or the file makes such objects."""
    document, held = target.document, target.held
    owner = next((node for node in document.ancestors(target.taken) if isinstance(node, ast.ClassDef)), None)
    if owner is None or held.name != "self" or held.text.count(".") != 1 or not target.givings:
        raise Refused(target.reason or "it is not kept in a field of the class around it")
    release = target.givings[-1].text
    waits = release.startswith("await ")
    methods = {one.name: one for one in owner.body if isinstance(one, Function)}
    line = _guarded(target, owner, methods, release)
    ending = next((methods[name] for name in _ENDINGS if name in methods), methods.get("__exit__"))
    if ending is not None:
        if waits and not isinstance(ending, ast.AsyncFunctionDef):
            raise Refused(f"its release must be awaited, and {ending.name}() is not async")
        yield target.so_far.then(_extended(document, ending, line)), True
        return
    yield target.so_far.then(_with_methods(document, owner, line, waits, methods)), _is_made(document, owner)


def _is_made(document: Document, owner: ast.ClassDef) -> bool:
    """Whether the file calls the class, or one derived from it."""
    names = {owner.name}
    for node in (section.shape.node for section in document.sections):
        if isinstance(node, ast.ClassDef) and any(isinstance(one, ast.Name) and one.id in names for one in node.bases):
            names.add(node.name)
    return any(not names.isdisjoint(section.shape.called) for section in document.sections)


def _guarded(target: Target, owner: ast.ClassDef, methods: Mapping[str, ast.stmt], release: str) -> list[str]:
    """The release; where another method than the constructor sets the field, behind a test, and the field is None
    afterwards, so that the method takes a new one when it is called again."""
    field = target.held.text.partition(".")[2]
    init = methods.get("__init__")
    inside = [node for node in walk(init) if isinstance(node, ast.Attribute)] if init is not None else []
    branches = (ast.If, ast.For, ast.While, ast.ExceptHandler, ast.Match)
    around = list(target.document.ancestors(target.taken))
    if target.scope is init and not any(isinstance(node, branches) for node in around):
        return [release]
    known = any(node.attr == field and isinstance(node.ctx, ast.Store) for node in inside) or any(
        isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value is not None and field in bound_names(one)
        for one in owner.body
    )
    test = f"self.{field}" if known else f'getattr(self, "{field}", None)'
    again = [f"\tself.{field} = None"] if target.scope is not init else []
    return [f"if {test} is not None:", "\t" + release, *again]


def _extended(document: Document, ending: ast.stmt, lines: list[str]) -> Rewrite:
    """The release at the end of an existing method, whatever its other statements do."""
    body: list[ast.stmt] = ending.body  # type: ignore[attr-defined]
    if any(not document.alone(one) for one in body):
        raise Refused("the method that could release it stands on one line")
    has_doc = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    rest = body[1:] if has_doc else body
    draft = Draft(document)
    margin, unit = document.indent(document.first_line(body[0])), document.unit(body[0])
    texts = [line.replace("\t", unit) for line in lines]
    draft.gain("\n".join(texts))
    last = document.last_line(body[-1])
    if not rest or all(isinstance(one, ast.Pass) for one in rest):
        draft.insert(last + 1, *[margin + text for text in texts])
        return draft.finish(unit)
    first = document.first_line(rest[0])
    draft.insert(first, margin + "try:")
    draft.shift(first, last, 1, margin)
    draft.insert(last + 1, margin + "finally:", *[margin + unit + text for text in texts])
    return draft.finish(unit)


def _with_methods(
    document: Document, owner: ast.ClassDef, lines: list[str], waits: bool, methods: Mapping[str, ast.stmt]
) -> Rewrite:
    body = owner.body
    if not document.alone(body[-1]):
        raise Refused("the class stands on one line")
    draft = Draft(document)
    margin, unit = document.indent(document.first_line(body[0])), document.unit(body[0])
    prefix, close, enter, leave = ("", "close", "__enter__", "__exit__")
    call = "self.close()"
    if waits:
        prefix, close, enter, leave, call = ("async ", "aclose", "__aenter__", "__aexit__", "await self.aclose()")
    texts = ["", f"{prefix}def {close}(self):", *[unit + line.replace("\t", unit) for line in lines]]
    if not {enter, leave} & set(methods):
        texts += ["", f"{prefix}def {enter}(self):", unit + "return self"]
        texts += ["", f"{prefix}def {leave}(self, *exc):", unit + call]
    draft.gain("\n".join(texts))
    draft.insert(document.last_line(body[-1]) + 1, *[margin + text if text else "" for text in texts])
    return draft.finish(unit)
