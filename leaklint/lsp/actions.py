"""Repairs, and comments that silence, as code actions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from lsprotocol import types

from leaklint.engine.ignore_comments import add_ignores
from leaklint.lsp.diagnostics import diagnostic
from leaklint.lsp.positions import Lines
from leaklint.model import Applicability, Edit, Finding
from leaklint.rules import UNSILENCED

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.leaklint"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def wants(only: Sequence[types.CodeActionKind | str] | None, kind: str) -> bool:
    """Whether a request that is limited to some kinds of action asks for this one: by its name, or a part above it."""
    if not only:
        return True
    asked = [one.value if isinstance(one, types.CodeActionKind) else one for one in only]
    return any(kind == one or kind.startswith(f"{one}.") for one in asked)


def touches(finding: Finding, lines: Lines, span: types.Range) -> bool:
    """Whether a finding's place and a region of the client's share a line."""
    return finding.line - 1 <= span.end.line and span.start.line <= max(finding.end_line, finding.line) - 1


def quick_fixes(uri: str, text: str, findings: Sequence[Finding], lines: Lines) -> list[types.CodeAction]:
    """For each finding its repair, if one is proven, and a comment that silences it."""
    actions = []
    for finding in findings:
        shown = [diagnostic(finding, lambda path: lines, related=False)]
        if finding.fix is not None and finding.fix.applicability is not Applicability.DISPLAY:
            safe = finding.fix.applicability is Applicability.SAFE
            actions.append(
                types.CodeAction(
                    title=f"{finding.code}: {finding.fix.message}{'' if safe else ' (may change what the code does)'}",
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=shown,
                    is_preferred=safe,
                    edit=_workspace_edit(uri, [_text_edit(edit, lines) for edit in finding.fix.edits]),
                )
            )
        if finding.code not in UNSILENCED:
            silenced = add_ignores(text, [finding], "")
            actions.append(
                types.CodeAction(
                    title=f"{finding.code}: Ignore here",
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=shown,
                    edit=_workspace_edit(uri, edits_between(text, silenced, lines)),
                )
            )
    return actions


def fix_all(uri: str, before: str, after: str, lines: Lines) -> types.CodeAction:
    """All repairs of a file at once."""
    return types.CodeAction(
        title="leaklint: Fix all that can be fixed safely",
        kind=FIX_ALL,
        edit=_workspace_edit(uri, edits_between(before, after, lines)),
    )


def edits_between(before: str, after: str, lines: Lines) -> list[types.TextEdit]:
    """Edits that make one text of the other, each as large as the lines that differ."""
    old, new = _LINE.findall(before), _LINE.findall(after)
    edits = []
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            last = lines.end() if end == len(old) else types.Position(end, 0)
            first = last if start == len(old) else types.Position(start, 0)
            edits.append(types.TextEdit(types.Range(first, last), "".join(new[new_start:new_end])))
    return edits


def _text_edit(edit: Edit, lines: Lines) -> types.TextEdit:
    return types.TextEdit(lines.exact(edit.line, edit.column, edit.end_line, edit.end_column), edit.text)


def _workspace_edit(uri: str, edits: Sequence[types.TextEdit]) -> types.WorkspaceEdit:
    return types.WorkspaceEdit(changes={uri: list(edits)})
