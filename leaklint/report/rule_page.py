"""A rule's documentation, for the terminal and as Markdown; both are made from the rule alone."""

from __future__ import annotations

import re
import textwrap

from leaklint.report.ansi import Paint, painter
from leaklint.rules.base import Rule

_EXPECTATION = re.compile(r"[ \t]*# expect:.*")


def rule_text(rule: Rule, *, color: bool = False, width: int = 100) -> str:
    """The page as a terminal shows it, at most `width` columns wide except in code."""
    paint = painter(color)
    blocks = [
        f"{paint(rule.code, 'code')} {rule.name}" + ("" if rule.default else paint("  (off by default)", "dim")),
        _fill(_reports(rule), width),
        *([_section("Why it matters", _fill(rule.why, width - 2), paint)] if rule.why else []),
        *([_section("Bad", _example(rule.bad), paint)] if rule.bad else []),
        *([_section("Good", _example(rule.good), paint)] if rule.good else []),
        *([_section("Fixes", ", ".join(rule.fixes), paint)] if rule.fixes else []),
        *([_section("See", "\n".join(rule.references), paint)] if rule.references else []),
    ]
    return "\n\n".join(blocks) + "\n"


def rule_markdown(rule: Rule) -> str:
    """The page as Markdown, its title a level-one heading."""
    blocks = [
        f"# {rule.name} ({rule.code})",
        *(["*Off by default; turn it on with `extend-select`.*"] if not rule.default else []),
        *(["*A fix is available.*"] if rule.fixes else []),
        f"## What it reports\n\n{_reports(rule)}",
        *([f"## Why it matters\n\n{rule.why.strip()}"] if rule.why else []),
        *([f"## Bad\n\n{_fenced(rule.bad)}"] if rule.bad else []),
        *([f"## Good\n\n{_fenced(rule.good)}"] if rule.good else []),
        *([f"## Fixes\n\n{', '.join(f'`{fix}`' for fix in rule.fixes)}"] if rule.fixes else []),
        *(
            ["## References\n\n" + "\n".join(f"- <{reference}>" for reference in rule.references)]
            if rule.references
            else []
        ),
    ]
    return "\n\n".join(blocks) + "\n"


def one_line(rule: Rule) -> str:
    """What the rule reports, as one sentence without line breaks."""
    summary = _sentence(rule.summary)
    return summary[:1].upper() + summary[1:]


def _reports(rule: Rule) -> str:
    return f"This rule reports {_sentence(rule.summary)}"


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!")) or not text else f"{text}."


def _example(code: str) -> str:
    """The example without the marks that the tests read."""
    return "\n".join(_EXPECTATION.sub("", line) for line in code.strip("\n").splitlines())


def _fenced(code: str) -> str:
    return f"```python\n{_example(code)}\n```"


def _section(title: str, body: str, paint: Paint) -> str:
    return f"{paint(title, 'help')}\n{textwrap.indent(body, '  ')}"


def _fill(text: str, width: int) -> str:
    """`text` filled paragraph by paragraph; what is indented, as a list or code, stays as it is."""
    paragraphs = text.strip("\n").split("\n\n")
    return "\n\n".join(
        paragraph
        if paragraph.startswith((" ", "- ", "```"))
        else textwrap.fill(" ".join(paragraph.split()), max(width, 40), break_long_words=False, break_on_hyphens=False)
        for paragraph in paragraphs
    )
