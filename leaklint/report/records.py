"""Findings as JSON objects, with the keys that the command line promises."""

from __future__ import annotations

import json
from typing import Any

from leaklint.model import Edit, Finding, Fix, WitnessStep
from leaklint.report.plain import encodable


def record(finding: Finding) -> dict[str, Any]:
    """The object for one finding; lines and columns count from 1, `fix` is null where there is none."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "function": finding.function,
        "library": finding.library,
        "resource": finding.resource,
        "witness": [_step(step) for step in finding.witness],
        "help": finding.help,
        "fix": None if finding.fix is None else _fix(finding.fix),
    }


def _step(step: WitnessStep) -> dict[str, Any]:
    return {"path": step.path, "line": step.line, "column": step.column, "message": step.message}


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "path": edit.path,
        "line": edit.line,
        "column": edit.column,
        "end_line": edit.end_line,
        "end_column": edit.end_column,
        "text": edit.text,
    }


def document(value: Any) -> str:
    """A whole JSON document, indented, for readers that page through it."""
    return _ascii(json.dumps(_encodable(value), indent=2)) + "\n"


def line(value: Any) -> str:
    """A JSON document on one line."""
    return _ascii(json.dumps(_encodable(value))) + "\n"


def _ascii(text: str) -> str:
    # json.dumps leaves DEL as it is; it can stand nowhere but in a string.
    return text.replace("\x7f", "\\u007f")


def _encodable(value: Any) -> Any:
    """`value` without lone surrogates: RFC 8259 lets `\\udc80` stand in a string, but strict readers refuse it."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(item) for item in value]
    return value
