"""A name for each finding that survives moved lines, for the formats that follow findings from run to run."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from leaklint.model import Finding
from leaklint.report.content import Report

_COUNTED = re.compile(r"<lambda:\d+>")


def unplaced(function: str) -> str:
    """The name of a function without the place that a lambda has among those around it."""
    return _COUNTED.sub("<lambda>", function) if "<" in function else function


def fingerprints(report: Report) -> tuple[str, ...]:
    """One for each finding, in order, no two alike: the report's own where they are so, else made here.

    Made of the rule, file, function, library, resource and the text of the acquisition without its white space; equal
    ones are numbered in source order.
    """
    if len(set(report.fingerprints)) == len(report.findings) == len(report.fingerprints):
        return report.fingerprints
    seen: Counter[tuple[str, ...]] = Counter()
    names = []
    for finding in report.findings:
        identity = _identity(finding, report)
        seen[identity] += 1
        text = "\0".join((*identity, str(seen[identity])))
        names.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return tuple(names)


def _identity(finding: Finding, report: Report) -> tuple[str, ...]:
    return (
        finding.code,
        finding.path,
        unplaced(finding.function),
        finding.library,
        finding.resource,
        "".join(_text(finding, report).split()),
    )


def _text(finding: Finding, report: Report) -> str:
    """The source of the finding's region; the message where the source is not to be had."""
    lines = report.sources(finding.path)
    if lines is None or not 0 < finding.line <= finding.end_line <= len(lines):
        return finding.message
    region = list(lines[finding.line - 1 : finding.end_line])
    region[-1] = region[-1][: finding.end_column - 1]
    region[0] = region[0][finding.column - 1 :]
    return "\n".join(region)
