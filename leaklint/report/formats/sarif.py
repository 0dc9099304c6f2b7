"""sarif: SARIF 2.1.0, the OASIS standard that GitHub code scanning, Azure DevOps and IDEs read.

A result carries its path as a code flow, its repair as a fix, and a fingerprint that survives moved lines. Silenced
findings are results with a suppression, and where there is a baseline each result says how it compares.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (sections are named as `3.x`)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from leaklint.model import Edit, Finding, Fix, Severity, WitnessStep
from leaklint.report.content import Options, Report, Suppressed
from leaklint.report.fingerprint import fingerprints
from leaklint.report.records import document

if TYPE_CHECKING:
    from leaklint.rules.base import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_DRIVE = re.compile(r"[A-Za-z]:/")
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def render(report: Report, options: Options) -> str:
    """One log with one run."""
    codes = sorted({f.code for f in report.findings} | {s.finding.code for s in report.suppressed})
    index = {code: number for number, code in enumerate(codes)}
    run: dict[str, Any] = {
        "tool": {"driver": _driver(codes, report)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The directory that leaklint was run in."}}},
        "invocations": [_invocation(report)],
        "results": [*_results(report, index, options), *_silenced(report, index, options)],
    }
    return document({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(codes: list[str], report: Report) -> dict[str, Any]:
    from leaklint.rules import all_rules

    known = {rule.code: rule for rule in all_rules()}
    names = {f.code: f.name for f in (*report.findings, *(s.finding for s in report.suppressed))}
    driver: dict[str, Any] = {"name": "leaklint"}
    if report.version:
        driver["version"] = report.version
    rules = [_descriptor(known[code]) if code in known else {"id": code, "name": names[code]} for code in codes]
    return {**driver, "rules": rules}


def _descriptor(rule: Rule) -> dict[str, Any]:
    from leaklint.report.rule_page import one_line, rule_markdown, rule_text

    summary = one_line(rule)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": f"{summary} {' '.join(rule.why.split())}".strip()},
        "help": {"text": rule_text(rule), "markdown": rule_markdown(rule)},
        "properties": {"tags": ["correctness", "resource-leak"]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if report.problems:
        invocation["toolExecutionNotifications"] = [
            {"level": "warning", "message": {"text": _message(problem)}} for problem in report.problems
        ]
    return invocation


def _results(report: Report, index: dict[str, int], options: Options) -> list[dict[str, Any]]:
    states = report.baseline.states if report.baseline is not None else ()
    results = []
    for number, (finding, name) in enumerate(zip(report.findings, fingerprints(report))):
        result = _result(finding, report, index, options)
        result["partialFingerprints"] = {"leaklint/v1": name}
        if report.baseline is not None:
            result["baselineState"] = states[number] if number < len(states) else "new"
        if report.suppressed:
            # One result's suppressions ask for all results' (3.27.23): none is said by an empty array.
            result["suppressions"] = []
        results.append(result)
    return results


def _silenced(report: Report, index: dict[str, int], options: Options) -> list[dict[str, Any]]:
    results = []
    for item in report.suppressed:
        result = _result(item.finding, report, index, options)
        if report.baseline is not None:
            result["baselineState"] = "unchanged"
        result["suppressions"] = [_suppression(item)]
        results.append(result)
    return results


def _suppression(item: Suppressed) -> dict[str, Any]:
    return {"kind": item.kind, "status": "accepted", **({"justification": item.reason} if item.reason else {})}


def _result(finding: Finding, report: Report, index: dict[str, int], options: Options) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(". ".join(filter(None, (finding.message, finding.help))))},
        "locations": [_primary(finding, report)],
    }
    if finding.witness and options.show_witness:
        result["codeFlows"] = [{"threadFlows": [{"locations": [_flow(step) for step in finding.witness]}]}]
    if finding.fix is not None and finding.fix.edits:
        result["fixes"] = [_fix(finding.fix)]
    properties = {
        "confidence": finding.confidence.value,
        "library": finding.library,
        "resource": finding.resource,
        "fixWithheld": finding.fix_withheld,
    }
    result["properties"] = {name: value for name, value in properties.items() if value}
    return result


def _primary(finding: Finding, report: Report) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    lines = report.sources(finding.path)
    if lines is not None and 0 < finding.line == finding.end_line <= len(lines):
        region["snippet"] = {"text": lines[finding.line - 1][finding.column - 1 : finding.end_column - 1]}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(finding.path), "region": region}}
    if finding.function:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.function, "kind": "function"}]
    return location


def _flow(step: WitnessStep) -> dict[str, Any]:
    region = {"startLine": step.line, "startColumn": step.column}
    return {
        "location": {
            "physicalLocation": {"artifactLocation": _artifact(step.path), "region": region},
            "message": {"text": _message(step.message)},
        }
    }


def _fix(fix: Fix) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        changes.setdefault(edit.path, []).append(_replacement(edit))
    return {
        "description": {"text": _message(fix.message)},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
        "properties": {"applicability": fix.applicability.value},
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    region = {
        "startLine": edit.line,
        "startColumn": edit.column,
        "endLine": edit.end_line,
        "endColumn": edit.end_column,
    }
    return {"deletedRegion": region, "insertedContent": {"text": edit.text}}


def _artifact(path: str) -> dict[str, Any]:
    """A relative path's URI leads on from the source root; an absolute one is a `file:` URI."""
    if _DRIVE.match(path):
        return {"uri": f"file:///{path[:2]}{_percent(path[2:])}"}
    if path.startswith("/"):
        return {"uri": f"file://{_percent(path)}"}
    return {"uri": _percent(path.removeprefix("./")), "uriBaseId": _ROOT}


def _percent(path: str) -> str:
    """`path` percent-encoded byte by byte: what is not UTF-8 in a file name comes through as it is on the disk."""
    try:
        return quote(path, safe="/", errors="surrogateescape")
    except UnicodeEncodeError:
        return quote(path, safe="/", errors="surrogatepass")


def _message(text: str) -> str:
    r"""`text` as a SARIF message, in which `[text](target)` would be a link: its bracket is escaped (3.11.6)."""
    return _LINK.sub(r"\\[", text)
