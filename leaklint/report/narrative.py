"""A finding told in lines of text, for the formats that have room for no more than that."""

from __future__ import annotations

from leaklint.model import Finding


def narrative(finding: Finding, show_witness: bool = True) -> list[str]:
    """The message, the steps of the path by number and place, and the remedy. The texts are not yet escaped."""
    lines = [finding.message]
    for number, step in enumerate(finding.witness if show_witness else (), start=1):
        lines.append(f"{number}. {step.path}:{step.line}:{step.column} {step.message}")
    if finding.help:
        lines.append(f"help: {finding.help}")
    return lines
