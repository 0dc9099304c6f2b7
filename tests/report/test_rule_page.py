"""A rule's page: from the rule alone, for the terminal and as Markdown."""

from __future__ import annotations

import pytest

from leaklint.report.rule_page import rule_markdown, rule_text
from leaklint.rules import all_rules
from leaklint.rules.base import Rule

RULE = Rule(
    code="LK999",
    name="sample",
    summary="a connection that\nis kept.",
    why="It costs.\n\nTwo paragraphs.",
    bad="conn = connect()  # expect: LK999\nif conn:\n    pass\n",
    good="connect().close()\n",
    default=False,
    fixes=("with",),
    references=("https://example.org/",),
)


def test_text_is_laid_out_for_a_terminal() -> None:
    assert (
        rule_text(RULE)
        == """\
LK999 sample  (off by default)

This rule reports a connection that is kept.

Why it matters
  It costs.

  Two paragraphs.

Bad
  conn = connect()
  if conn:
      pass

Good
  connect().close()

Fixes
  with

See
  https://example.org/
"""
    )


def test_markdown_is_a_page_of_its_own() -> None:
    assert (
        rule_markdown(RULE)
        == """\
# sample (LK999)

*Off by default; turn it on with `extend-select`.*

*A fix is available.*

## What it reports

This rule reports a connection that is kept.

## Why it matters

It costs.

Two paragraphs.

## Bad

```python
conn = connect()
if conn:
    pass
```

## Good

```python
connect().close()
```

## Fixes

`with`

## References

- <https://example.org/>
"""
    )


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_has_both_pages(rule: Rule) -> None:
    text, markdown = rule_text(rule), rule_markdown(rule)
    assert text.startswith(f"{rule.code} {rule.name}")
    assert markdown.startswith(f"# {rule.name} ({rule.code})\n")
    assert "# expect" not in text + markdown
    code = {line.strip() for example in (rule.bad, rule.good) for line in example.splitlines()}
    prose = [line for line in text.splitlines() if line.strip() not in code]
    assert all(len(line) <= 100 or "://" in line for line in prose)
