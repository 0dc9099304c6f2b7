"""Rules that look at a module as a whole, where no resource is lost but the numbers or the manner are wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from leaklint import ir
from leaklint.config import Settings
from leaklint.model import Confidence, Finding, Severity, Span, WitnessStep
from leaklint.ownership.analysis import Analysis
from leaklint.ownership.events import Step
from leaklint.rules import all_rules
from leaklint.rules.base import Rule


@dataclasses.dataclass(frozen=True)
class View:
    """A module, with what is known of the program and the project around it."""

    analysis: Analysis
    module: ir.ModuleIR
    settings: Settings


@dataclasses.dataclass(frozen=True)
class Sighting:
    """What a rule saw at a place of the module. function: qualified name of the procedure it stands in, "" for none.
    A step without a path stands in the module's own file."""

    span: Span
    message: str
    help: str
    severity: Severity = Severity.WARNING
    confidence: Confidence = Confidence.HIGH
    steps: tuple[Step, ...] = ()
    function: str = ""
    library: str = ""
    resource: str = ""


def inspect_module(analysis: Analysis, module: ir.ModuleIR, settings: Settings) -> list[Finding]:
    """What the rules with `inspect` report of a module, in the order in which findings are shown."""
    view = View(analysis, module, settings)
    found = [_finding(rule, one, module.path) for rule in all_rules() if rule.inspect for one in rule.inspect(view)]
    return sorted(found, key=lambda one: one.sort_key)


def procedures(view: View) -> Iterator[tuple[ir.Procedure, list[ir.Call]]]:
    """Every procedure of the module with its calls in order."""
    for name in view.module.procedures:
        procedure = view.module.procedures[name]
        body = view.analysis.resolver.names.definitions(view.module.module, name)
        if body is not None and body.calls:
            yield procedure, body.calls


def _finding(rule: Rule, seen: Sighting, path: str) -> Finding:
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=seen.severity,
        confidence=seen.confidence,
        message=seen.message,
        path=path,
        line=seen.span.line,
        column=seen.span.column,
        end_line=seen.span.end_line,
        end_column=seen.span.end_column,
        function=seen.function,
        library=seen.library,
        resource=seen.resource,
        witness=tuple(
            WitnessStep(path=step.path or path, line=step.span.line, column=step.span.column, message=step.message)
            for step in seen.steps
        ),
        help=seen.help,
    )
