"""`leaklint rule`: what a rule says, or a list of all."""

from __future__ import annotations

import sys

import click

from leaklint.cli.terminal import wants_color, width, write_result


@click.command("rule", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("code", required=False)
@click.option("--all", "everything", is_flag=True, help="The page of every rule, one after the other.")
@click.option(
    "--output-format", type=click.Choice(["text", "markdown", "json"]), default="text", help="How to show it."
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Whether to use colours.")
def command(code: str | None, everything: bool, output_format: str, color: str) -> int:
    """Explain the rule CODE (a code or a name), or list all rules."""
    from leaklint.rules import all_rules, rule
    from leaklint.rules.base import Rule

    if code is not None and everything:
        raise click.UsageError("name a rule or give --all, not both")
    chosen: tuple[Rule, ...] = (rule(code),) if code is not None else all_rules()
    if output_format == "json":
        write_result(_json(chosen))
    elif code is None and not everything:
        write_result(
            "".join(f"{one.code}  {one.name}{'' if one.default else '  (off by default)'}\n" for one in chosen)
        )
    else:
        from leaklint.report.rule_page import rule_markdown, rule_text

        colored = wants_color(color, sys.stdout)
        pages = [
            rule_markdown(one) if output_format == "markdown" else rule_text(one, color=colored, width=width())
            for one in chosen
        ]
        write_result("\n".join(pages))
    return 0


def _json(rules: object) -> str:
    import dataclasses
    import json

    from leaklint.rules.base import Rule

    assert isinstance(rules, tuple)
    fields = [field.name for field in dataclasses.fields(Rule) if field.name not in ("check", "weight", "alone")]
    records = [{name: getattr(one, name) for name in fields} for one in rules]
    return json.dumps(records, indent=2) + "\n"
