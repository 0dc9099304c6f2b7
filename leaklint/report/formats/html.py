"""html: one page that needs nothing else. What was found by rule, library, directory and severity; each path over its
source.

The list is written here and reads without scripts; the page's script filters it and draws a path when a finding is
opened, from data that stands in the page once. What comes from the analysed code is escaped where it is text and
harmless JSON where it is data, and the page forbids itself (by its content security policy) the network and any script
but its own.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterable
from importlib import resources
from itertools import groupby
from typing import Any

import msgspec

from leaklint.model import Applicability, Confidence, Finding, Severity
from leaklint.report.content import Options, Report
from leaklint.report.page.data import data, directories, states
from leaklint.report.plain import shown
from leaklint.report.tally import count, fixable

_FIRST_CHOICES = 8
_CODE = re.compile(r"`([^`\n]+)`")
_LOGO = (
    '<svg viewBox="0 0 16 16" aria-hidden="true">'
    '<path d="M8 .8C5 4.6 3 7.4 3 10a5 5 0 0 0 10 0C13 7.4 11 4.6 8 .8z"/></svg>'
)
_KEYS = (
    (("j", "k"), "next, previous finding"),
    (("Enter", "o"), "open or close it"),
    (("/",), "search"),
    (("Esc",), "clear the search, leave it"),
    (("t",), "light, dark, or as the system"),
    (("?",), "this help"),
)


class _Choice(msgspec.Struct, frozen=True):
    """One value of a facet: what it is called, and how many findings have it."""

    value: str
    label: str
    number: int


def render(report: Report, options: Options) -> str:
    """The whole document."""
    style, script = _asset("page.css"), _asset("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>leaklint: {count(len(report.findings), "finding")}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
{_header()}
<div class="layout{"" if report.findings else " alone"}">
<aside aria-label="Filters">
{"".join(_facets(report))}</aside>
<main id="findings" tabindex="-1">
<h1 class="quiet">Findings of leaklint</h1>
{_tiles(report)}{_problems(report.problems)}{_capacity(report)}{_status(report)}{_files(report)}</main>
</div>
{_footer(report)}
{_help()}
<script type="application/json" id="data">{_json(data(report, options))}</script>
<script>{script}</script>
</body>
</html>
"""


def _asset(name: str) -> str:
    return resources.files("leaklint.report").joinpath("page").joinpath(name).read_text("utf-8")


def _text(text: str) -> str:
    """Escaped for an element's content or a quoted attribute; control characters are shown."""
    return html.escape(shown(text))


def _prose(text: str) -> str:
    """As `_text`, with what stands between backquotes as code."""
    return _CODE.sub(r"<code>\1</code>", _text(text))


def _json(value: Any) -> str:
    """JSON that cannot end the element it stands in: plain ASCII, and no character that HTML knows."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _header() -> str:
    return f"""<header>
<div class="bar">
<div class="brand">{_LOGO}leaklint</div>
<search class="search"><label class="quiet" for="search">Search the findings</label>
<input id="search" type="search" placeholder="Search message, file, function" autocomplete="off" spellcheck="false">
<kbd aria-hidden="true">/</kbd></search>
<button class="tool" id="keys" aria-keyshortcuts="?">Keys</button>
<button class="tool" id="theme" aria-keyshortcuts="t">Theme: auto</button>
</div>
</header>"""


def _facets(report: Report) -> Iterable[str]:
    """The summaries by severity, rule, library, directory and baseline state; each line of them filters."""
    findings = report.findings
    severities = Counter(f.severity for f in findings)
    yield _facet("Severity", "severity", [_Choice(s.value, s.value, severities[s]) for s in Severity if severities[s]])
    names = {f.code: f.name for f in findings}
    yield _facet("Rule", "code", _choices((f.code for f in findings), names))
    yield _facet("Library", "library", _choices((f.library for f in findings), {"": "unknown"}))
    yield _facet("Directory", "directory", _choices(directories(findings), {}))
    if report.baseline is not None:
        yield _facet("Baseline", "state", _choices(states(report), {}))


def _choices(values: Iterable[str], labels: dict[str, str]) -> list[_Choice]:
    ordered = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return [_Choice(value, labels.get(value, value), number) for value, number in ordered]


def _facet(title: str, facet: str, choices: list[_Choice]) -> str:
    if not choices:
        return ""
    most = max(choice.number for choice in choices)
    items = "".join(
        f"<li{' hidden' if index >= _FIRST_CHOICES else ''}>{_choice(facet, choice, most)}</li>\n"
        for index, choice in enumerate(choices)
    )
    rest = len(choices) - _FIRST_CHOICES
    more = f'<button class="more" data-first="{_FIRST_CHOICES}">Show {rest} more</button>\n' if rest > 0 else ""
    return (
        f'<section class="facet" aria-labelledby="by-{facet}"><h2 id="by-{facet}">{title}</h2>\n'
        f"<ul>\n{items}</ul>\n{more}</section>\n"
    )


def _choice(facet: str, choice: _Choice, most: int) -> str:
    label = _text(choice.label)
    if facet == "code":
        label = f"<code>{_text(choice.value)}</code> {label}"
    severity = f' data-severity="{_text(choice.value)}"' if facet == "severity" else ""
    return (
        f'<button class="choice" aria-pressed="false" data-facet="{facet}" data-value="{_text(choice.value)}"{severity}'
        f' title="{_text(choice.label)}"><span class="label">{label}</span><span class="count">{choice.number:,}</span>'
        f'<progress max="{most}" value="{choice.number}" aria-hidden="true"></progress></button>'
    )


def _tiles(report: Report) -> str:
    severities = Counter(f.severity.value for f in report.findings)
    safe = fixable(report.findings, Applicability.SAFE)
    unsafe = fixable(report.findings, Applicability.UNSAFE)
    tiles = [
        ("", len(report.findings), "finding" if len(report.findings) == 1 else "findings"),
        *((s, severities[s], s if severities[s] == 1 else f"{s}s") for s in ("error", "warning", "note")),
        ("", len({f.path for f in report.findings}), f"of {count(report.files_checked, 'file')}"),
        ("safe", safe, "fixable" + (f", {unsafe:,} more unsafely" if unsafe else "")),
    ]
    if report.baseline is not None:
        tiles += [("", report.baseline.new, "new"), ("safe", report.baseline.gone, "gone since the baseline")]
    items = "".join(
        f'<div class="tile {name if number else ""}"><b>{number:,}</b><span>{label}</span></div>\n'
        for name, number, label in tiles
    )
    return f'<div class="tiles">\n{items}</div>\n'


def _problems(problems: tuple[str, ...]) -> str:
    if not problems:
        return ""
    items = "".join(f"<li>{_text(problem)}</li>\n" for problem in problems)
    title = f"{count(len(problems), 'problem')}: not everything could be checked"
    return f'<details class="problems"><summary>{title}</summary>\n<ul>\n{items}</ul></details>\n'


def _capacity(report: Report) -> str:
    """The pools against the database's limit: open where they are too many, else folded away."""
    budget = report.budget
    if budget is None:
        return ""
    from leaklint.capacity.picture import as_svg
    from leaklint.capacity.report import verdict

    open_, state = ("", "fits") if budget.fits else (" open", "over")
    lists = "".join(
        f"<h3>{title}</h3>\n<ul>\n{''.join(f'<li>{_prose(line)}</li>{chr(10)}' for line in lines)}</ul>\n"
        for title, lines in (("To change", budget.advice), ("Assumed", budget.assumed))
        if lines
    )
    return (
        f'<details class="capacity {state}"{open_}><summary>Capacity: {_text(verdict(budget))}</summary>\n'
        f"{as_svg(budget)}{lists}</details>\n"
    )


def _status(report: Report) -> str:
    nothing = "" if report.findings else '<div class="empty"><b>No leaks found</b></div>\n'
    return (
        f'<div class="status"><span id="status" role="status">{count(len(report.findings), "finding")}</span>'
        '<button class="clear" id="clear" hidden>Clear the filters</button></div>\n'
        f'{nothing}<div class="empty" id="empty" hidden><b>No finding matches</b>'
        "Loosen the filters or the search.</div>\n"
    )


def _files(report: Report) -> str:
    numbered = list(zip(report.findings, states(report)))
    index = 0
    sections = []
    for path, group in groupby(numbered, key=lambda item: item[0].path):
        rows = []
        for finding, state in group:
            rows.append(_row(index, finding, state))
            index += 1
        sections.append(
            f'<section class="file"><h2>{_text(path)} <span class="count">{len(rows)}</span></h2>\n'
            f"{''.join(rows)}</section>\n"
        )
    return "".join(sections)


def _row(index: int, finding: Finding, state: str) -> str:
    severity = finding.severity.value
    function = f"{_text(finding.function)} &middot; " if finding.function else ""
    meta = [
        _text(" ".join(filter(None, (finding.library, finding.resource)))),
        "" if finding.confidence is Confidence.HIGH else f"{finding.confidence.value} confidence",
        '<span class="safe">fixable</span>'
        if finding.fix is not None and finding.fix.applicability is Applicability.SAFE
        else "",
        '<span class="fresh">new</span>' if state == "new" else "",
    ]
    facts = "".join(fact if fact.startswith("<") else f"<span>{fact}</span>" for fact in meta if fact)
    return (
        f'<article class="finding" data-index="{index}"><h3><button class="row" aria-expanded="false"'
        f' aria-controls="d{index}"><span class="severity {severity}">{severity}</span>'
        f'<code class="code">{_text(finding.code)}</code><span class="message">{_prose(finding.message)}</span>'
        f'<span class="where">{function}{finding.line}:{finding.column}</span>'
        f'<span class="meta">{facts}</span></button></h3></article>\n'
    )


def _footer(report: Report) -> str:
    version = f" {_text(report.version)}" if report.version else ""
    return (
        f"<footer>leaklint{version}: {count(report.files_checked, 'file')} checked in {report.seconds:.1f} s</footer>"
    )


def _help() -> str:
    rows = "".join(f"<dt>{' '.join(f'<kbd>{key}</kbd>' for key in keys)}</dt><dd>{what}</dd>\n" for keys, what in _KEYS)
    return (
        f'<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2>\n<dl>\n{rows}</dl>\n'
        '<form method="dialog"><button class="tool">Close</button></form></dialog>'
    )
