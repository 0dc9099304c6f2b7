"""One module: what its procedures and its classes show of each place where a resource is taken."""

from __future__ import annotations

import msgspec

from leaklint import ir
from leaklint.model import Span
from leaklint.ownership.analysis import Analysis
from leaklint.ownership.events import Leak, SiteReport
from leaklint.ownership.keeping import EXITING
from leaklint.ownership.owners import class_reports
from leaklint.resolve.refs import Function


def analyze_module(analysis: Analysis, module: ir.ModuleIR) -> list[SiteReport]:
    """All that is seen of the acquisition sites of one module."""
    reports: list[SiteReport] = []
    analysis.settle(analysis.program.file_of(module))
    for name in module.signatures:
        function = Function(module.module, name)
        analysis.use_all(function)
        if function in analysis.results:
            reports += analysis.results[function].reports
    reports = _of_classes(analysis, module, reports)
    return sorted(reports, key=lambda r: (r.site.span.line, r.site.span.column))


def _of_classes(analysis: Analysis, module: ir.ModuleIR, reports: list[SiteReport]) -> list[SiteReport]:
    """Add to the sites' reports what the classes' methods show together."""
    more: dict[Span, list[Leak]] = {}
    inside = _by_class(module)
    for name, own in inside.items():
        prefix = name + "."
        if any(analysis.results[method].kept for method in own if method in analysis.results):
            for leaving in own:
                if leaving.name[len(prefix) :] in EXITING:
                    analysis.ensure(leaving, given=True)
                    analysis.use_all(leaving)
        methods = {}
        for method in own:
            result, last = analysis.results.get(method), method.name[len(prefix) :]
            if result is not None and "." not in last:
                methods[last] = (result.reports, result.kept, result.summary.outcomes, result.gaps)
        for span, leak in class_reports(methods):
            more.setdefault(span, []).append(leak)
    if not more:
        return reports
    return [
        msgspec.structs.replace(one, leaks=(*one.leaks, *more[one.site.span])) if one.site.span in more else one
        for one in reports
    ]


def _by_class(module: ir.ModuleIR) -> dict[str, list[Function]]:
    """The procedures that stand in each class of a module, however deep."""
    inside: dict[str, list[Function]] = {name: [] for name in module.classes}
    for name in module.signatures:
        around = name.rpartition(".")[0]
        while around:
            if around in inside:
                inside[around].append(Function(module.module, name))
            around = around.rpartition(".")[0]
    return inside
