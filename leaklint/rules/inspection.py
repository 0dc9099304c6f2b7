"""Rules that look at a module as a whole, where no resource is lost but the numbers or the manner are wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from leaklint import ir
from leaklint.catalog.index import Acquired
from leaklint.config import Settings
from leaklint.model import Confidence, Finding, Severity, Span, WitnessStep
from leaklint.ownership.analysis import Analysis
from leaklint.ownership.events import Step
from leaklint.resolve.definitions import Definitions
from leaklint.resolve.refs import External, Method
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


def inspect_module(
    analysis: Analysis, module: ir.ModuleIR, settings: Settings, codes: Collection[str]
) -> list[Finding]:
    """What those rules with `inspect` that are on (`codes`) report of a module, in the order of findings."""
    view = View(analysis, module, settings)
    rules = [rule for rule in all_rules() if rule.inspect is not None and rule.code in codes]
    found = [_finding(rule, one, module.path) for rule in rules if rule.inspect for one in rule.inspect(view)]
    return sorted(found, key=lambda one: one.sort_key)


def called(body: Definitions, call: ir.Call) -> str:
    """The last part of the name that a call is written with."""
    step = body.single(call.func)
    return step.name if isinstance(step, (ir.Attr, ir.LoadGlobal)) else call.func.rpartition(".")[2]


def acquired(view: View, procedure: ir.Procedure, body: Definitions, call: ir.Call) -> Acquired | None:
    """What a call takes, by the catalog. A call of no acquiring name is not looked into, save one of a local variable,
    whose name says nothing."""
    name = called(body, call)
    if name not in view.analysis.catalog.acquire_words and name not in procedure.locals:
        aliased = any(one.name == name for one in view.module.imports)
        if not aliased:
            return None
    for ref in view.analysis.resolver.refs(view.module, procedure, call.func):
        found = view.analysis.catalog.acquisition(ref.name) if isinstance(ref, (External, Method)) else None
        if found is not None:
            return found
    return None


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
