"""Writing the enclosing `try:`: releases that become redundant are taken out, emptied suites are cleared away."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from leaklint.fixes.document import Document, Function
from leaklint.fixes.draft import Draft, Rewrite
from leaklint.fixes.region import Region
from leaklint.fixes.walking import walk

Try: tuple[type[ast.AST], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))


@dataclass(frozen=True)
class Ending:
    """What runs at the end. lines: the release, relative to its margin. keyword: the clause that holds it."""

    lines: tuple[str, ...]
    keyword: str = "finally:"


class Pruner:
    """Takes statements out of a draft, and what they leave empty. `kept` is a `try` that gets another clause."""

    def __init__(
        self, draft: Draft, gone: Sequence[ast.stmt], kept: ast.stmt | None, moved: ast.stmt | None = None
    ) -> None:
        self.draft = draft
        self.document = draft.document
        self.gone = set(gone)
        self.kept = kept
        self.moved = moved

    def suite(self, suite: list[ast.stmt]) -> list[ast.stmt]:
        """Prune a suite's statements; the ones that remain."""
        return [one for one in suite if not self.statement(one)]

    def statement(self, one: ast.stmt) -> bool:
        """Prune a statement. Returns whether nothing of it is left."""
        if one in self.gone:
            self._drop(one)
            return True
        if isinstance(one, (*Function, ast.ClassDef)) or not any(node in self.gone for node in walk(one)):
            return False
        if isinstance(one, Try):
            return self._try(one)
        if isinstance(one, ast.Match):
            for case in one.cases:
                if not self.suite(case.body):
                    self._fill(case.body)
            return False
        body = self.suite(one.body)  # type: ignore[attr-defined]
        orelse = getattr(one, "orelse", [])
        if orelse and not self.suite(orelse):
            line = self.document.keyword_line(orelse[0], "else")
            if "elif" not in self.document.lines[self.document.first_line(orelse[0]) - 1][:20]:
                self.draft.delete(line, line)
            orelse = []
        above = self.document.lines[self.document.first_line(one) - 1 : self.document.first_line(one.body[0]) - 1]  # type: ignore[attr-defined]
        told = any("#" in line for line in above)
        if not body and isinstance(one, ast.If) and not orelse and _pure(one.test) and not told:
            header = range(self.document.first_line(one), self.document.first_line(one.body[0]))
            self.draft.delete(header[0], header[-1])
            self.draft.lose(ast.If(one.test, [ast.Pass()], []))
            return True
        if not body:
            self._fill(one.body)  # type: ignore[attr-defined]
        return False

    def _try(self, one: ast.stmt) -> bool:
        assert isinstance(one, ast.Try) or type(one).__name__ == "TryStar"
        document, draft = self.document, self.draft
        handlers = list(one.handlers)  # type: ignore[attr-defined]
        body, orelse, final = (list(getattr(one, name)) for name in ("body", "orelse", "finalbody"))
        body = self.suite(body)
        for handler in list(handlers):
            had = any(node in self.gone for node in walk(handler))
            rest = self.suite(handler.body)
            if not rest:
                self._fill(handler.body)
            elif (
                had and handler is handlers[-1] and len(rest) == 1 and _bare_raise(rest[0]) and not self._told(handler)
            ):
                draft.delete(handler.lineno, document.last_line(rest[0]))
                draft.lose(rest[0])
                draft.lost[_handler(handler)] += 1
                handlers.remove(handler)
        if orelse and not self.suite(orelse):
            line = document.keyword_line(orelse[0], "else")
            draft.delete(line, line)
            orelse = []
        if final and not self.suite(final):
            line = document.keyword_line(final[0], "finally")
            draft.delete(line, line)
            final = []
        if handlers or (one is self.kept and (body or orelse)):
            if not body:
                self._fill(one.body)  # type: ignore[attr-defined]
            return False
        if final and body:
            return False
        return self._dissolve(one, body, orelse, final)

    def _dissolve(self, one: ast.stmt, body: list[ast.stmt], orelse: list[ast.stmt], final: list[ast.stmt]) -> bool:
        """Take a `try` away that has lost its clauses; its body moves out."""
        document, draft = self.document, self.draft
        first = document.first_line(one)
        draft.delete(first, first)
        if orelse:
            line = document.keyword_line(orelse[0], "else")
            draft.delete(line, line)
        if final:
            line = document.keyword_line(final[0], "finally")
            draft.delete(line, line)
        for suite in (body, orelse, final):
            if suite:
                margin = document.indent(document.first_line(suite[0]))
                last = end_line(document, suite[-1])
                draft.shift(begin_line(document, suite[0], first + 1), last, -1, margin)
        return not (body or orelse or final)

    def _drop(self, one: ast.stmt) -> None:
        document, draft = self.document, self.draft
        draft.lose(one)
        first, last = document.first_line(one), document.last_line(one)
        comments = [*inner_comments(document, one), trailing_comment(document, one)]
        draft.delete(first, last)
        if one is not self.moved:
            draft.insert(first, *[document.indent(first) + comment for comment in comments if comment])

    def _told(self, handler: ast.ExceptHandler) -> bool:
        """Whether a handler has comments, which must stay with it."""
        lines = self.document.lines[handler.lineno - 1 : self.document.last_line(handler.body[-1])]
        return any("#" in line for line in lines)

    def _fill(self, suite: list[ast.stmt]) -> None:
        line = self.document.first_line(suite[0])
        self.draft.insert(line, self.document.indent(line) + "pass")


def _pure(test: ast.expr) -> bool:
    return not any(isinstance(one, (ast.Call, ast.Await, ast.NamedExpr, ast.Yield)) for one in walk(test))


def _bare_raise(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Raise) and statement.exc is None


def _handler(handler: ast.ExceptHandler) -> str:
    return f"except {ast.dump(handler.type) if handler.type else None} {handler.name}"


def trailing_comment(document: Document, statement: ast.stmt) -> str:
    """The comment behind a statement on its last line."""
    end = document.extent(statement)[1]
    line = document.last_line(statement)
    tail = document.text[end : document.starts[min(line, len(document.lines))]].strip()
    return tail if tail.startswith("#") else ""


def inner_comments(document: Document, statement: ast.stmt) -> list[str]:
    """The comments on lines of their own inside a statement."""
    lines = range(document.first_line(statement), document.last_line(statement))
    texts = [document.lines[k].strip() for k in lines if not document.in_string(k + 1)]
    return [text for text in texts if text.startswith("#")]


def begin_line(document: Document, statement: ast.stmt, floor: int) -> int:
    """The line where a statement's own comments begin, not above `floor`."""
    line = document.first_line(statement)
    while line > floor and document.lines[line - 2].lstrip().startswith("#"):
        line -= 1
    return line


def end_line(document: Document, statement: ast.stmt) -> int:
    """The last line of a statement, comments included that are indented deeper than it."""
    margin = document.indent(document.first_line(statement))
    line = last = document.last_line(statement)
    while line < len(document.lines):
        text = document.lines[line].strip("\r\n")
        if text.strip() and not (text.lstrip().startswith("#") and len(document.indent(line + 1)) > len(margin)):
            break
        line += 1
        if text.strip():
            last = line
    return last


def enclose(
    document: Document,
    region: Region,
    taken: ast.stmt,
    ending: Ending,
    arrangement: str,
    before: Sequence[str] = (),
    header: str = "",
) -> Rewrite | None:
    """The region in a `try:` that ends in `ending`. None where the arrangement does not fit.

    arrangement: "wrap" makes a new `try:`; "widen" lets one that ends the region, and releases, begin with the region;
    "lead" does so, too, and puts the release first in its `finally:`, in place of the ones there;
    "reuse" gives a clause to the one `try` that the region consists of;
    "append" puts the release last in that one's `finally:`; "nest" does so behind a `try:` of the finally's own body.
    before: lines put in front of it. header: `with ...:` that stands in for taken statement and `try:`.
    """
    unit = document.unit(taken)
    margin = document.indent(document.first_line(region.suite[0]))
    above = taken if region.guard or not region.first else region.suite[region.first - 1]
    draft = Draft(document)
    if arrangement in ("widen", "lead"):
        instead = ending.lines if arrangement == "lead" else ()
        return None if header or before else _widen(document, draft, region, unit, instead)
    only = _only_try(region)
    if arrangement != "wrap" and only is None:
        return None
    pruner = Pruner(draft, region.units, only if arrangement == "reuse" else None, region.trailing)
    comments = _move_comments(document, draft, region) if not header else []
    left = pruner.suite(region.statements)
    if region.trailing is not None and region.trailing in region.units:
        comments += inner_comments(document, region.trailing)
    lines = [*comments, *_commented(document, ending.lines, region)]
    if region.trailing is not None and region.trailing in region.units and region.trailing not in region.statements:
        pruner.statement(region.trailing)
        _close_gap(document, draft, region)
    draft.gain("\n".join(ending.lines))
    if not left:
        if header or region.guard or not region.first:
            return None
        line = document.last_line(above) + 1
        draft.insert_first(line, *[margin + text for text in lines])
        return draft.finish(unit)
    if before:
        draft.gain("\n".join(before))
    if arrangement == "wrap":
        first = document.last_line(above) + 1
        while not region.guard and not document.lines[first - 1].strip():
            first += 1
        if region.guard:
            first = document.first_line(left[0])
        elif not region.first:
            first = begin_line(document, left[0], document.keyword_line(left[0], "else") + 1)
        last = end_line(document, left[-1])
        draft.shift(first, last, 1, margin)
        draft.insert_first(first, *[margin + text for text in before], *([] if header else [margin + "try:"]))
        if not header:
            draft.insert(last + 1, margin + ending.keyword, *[margin + unit + text for text in lines])
        return draft.finish(unit)
    return _extend(document, draft, only, margin, unit, ending.keyword, lines, before, arrangement, region)


def _widen(document: Document, draft: Draft, region: Region, unit: str, lines: Sequence[str] = ()) -> Rewrite | None:
    """Move the `try:` of a `try`/`finally` that releases up to where the region begins. lines: what is to release in
    place of what does."""
    last = region.statements[-1] if len(region.statements) > 1 else None
    if (
        region.guard
        or not region.first
        or not isinstance(last, ast.Try)
        or last.handlers
        or last.orelse
        or not region.units
    ):
        return None
    final = {node for one in last.finalbody for node in walk(one)}
    line = document.first_line(last)
    if not final.issuperset(region.units) or document.lines[line - 1].strip() != "try:":
        return None
    if document.first_line(last.body[0]) == line or not all(document.alone(one) for one in region.statements[:-1]):
        return None
    margin = document.indent(line)
    first = begin_line(document, region.statements[0], document.last_line(region.suite[region.first - 1]) + 1)
    draft.insert(first, margin + "try:")
    draft.shift(first, line - 1, 1, margin)
    draft.delete(line, line)
    if lines:
        Pruner(draft, region.units, None).suite(last.finalbody)
        draft.insert_first(document.first_line(last.finalbody[0]), *[margin + unit + text for text in lines])
        draft.gain("\n".join(lines))
    return draft.finish(unit)


def _commented(document: Document, lines: Sequence[str], region: Region) -> list[str]:
    """The release with the comment that stood behind the one that it takes the place of."""
    comment = trailing_comment(document, region.trailing) if region.trailing is not None else ""
    if not comment or region.trailing not in region.units:
        return list(lines)
    return [*lines[:-1], f"{lines[-1]}  {comment}"]


def _extend(
    document: Document,
    draft: Draft,
    only: ast.stmt | None,
    margin: str,
    unit: str,
    keyword: str,
    lines: Sequence[str],
    before: Sequence[str],
    arrangement: str,
    region: Region,
) -> Rewrite | None:
    """Put the release into the `finally:` of an existing `try`."""
    assert only is not None
    final = [one for one in only.finalbody if one not in region.units]  # type: ignore[attr-defined]
    if (arrangement == "reuse") == bool(final):
        return None
    first = document.first_line(only)
    draft.insert_first(first, *[margin + text for text in before])
    last = end_line(document, only)
    if arrangement == "reuse":
        draft.insert(last + 1, margin + keyword, *[margin + unit + text for text in lines])
    elif arrangement == "append":
        draft.insert(last + 1, *[margin + unit + text for text in lines])
    else:
        start = begin_line(document, final[0], document.keyword_line(final[0], "finally") + 1)
        inner = margin + unit
        draft.insert_first(start, inner + "try:")
        draft.shift(start, last, 1, inner)
        draft.insert(last + 1, inner + "finally:", *[inner + unit + text for text in lines])
    return draft.finish(unit)


def _only_try(region: Region) -> ast.stmt | None:
    inside = [one for one in region.statements if one not in region.units]
    return inside[0] if len(inside) == 1 and isinstance(inside[0], Try) else None


def covered(region: Region) -> set[ast.AST]:
    """All that stands in the region, and the release that trails it."""
    found = {node for one in region.statements for node in walk(one)}
    if region.trailing is not None:
        found.add(region.trailing)
    return found


def without(document: Document, unit: ast.stmt) -> Rewrite:
    """The text without a statement that releases, and without what that leaves empty."""
    draft = Draft(document)
    top: ast.stmt = unit
    for node in document.ancestors(unit):
        if isinstance(node, (*Function, ast.ClassDef)):
            break
        if isinstance(node, ast.stmt):
            top = node
    Pruner(draft, [unit], None).statement(top)
    return draft.finish(document.unit(unit))


def _move_comments(document: Document, draft: Draft, region: Region) -> list[str]:
    """The comments directly above the release that moves, taken out to move with it."""
    one = region.trailing
    if one is None or one in region.statements:
        return []
    line = document.first_line(one)
    first = begin_line(document, one, 1)
    if region.statements:
        first = max(first, document.last_line(region.statements[-1]) + 1)
    margin = document.indent(line)
    lines = [document.lines[k - 1].strip() for k in range(first, line) if document.indent(k) == margin]
    if len(lines) != line - first:
        return []
    draft.delete(first, line - 1)
    return lines


def _close_gap(document: Document, draft: Draft, region: Region) -> None:
    """Where the release ended its suite, or blank lines follow it, the blank lines in front of it go with it."""
    if region.trailing is None:
        return
    after = document.last_line(region.trailing)
    followed = after < len(document.lines) and document.lines[after].strip()
    if region.suite[-1] is not region.trailing and followed:
        return
    line = begin_line(document, region.trailing, 1) - 1
    while line > 1 and not document.lines[line - 1].strip():
        draft.delete(line, line)
        line -= 1
