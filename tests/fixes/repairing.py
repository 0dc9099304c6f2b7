"""Repairing a text as the command line does, by the real analysis."""

from __future__ import annotations

from pathlib import Path

from leaklint.api import FixedSource, Options, fix_source

CASES = Path(__file__).parent / "cases"


def inputs() -> list[Path]:
    """The golden inputs; `NAME.fixed.py` beside each is what it becomes."""
    return sorted(path for path in CASES.glob("*.py") if not path.name.endswith(".fixed.py"))


def repaired(text: str, style: str = "try-finally") -> FixedSource:
    """A text with all its repairs, the unsafe ones too."""
    return fix_source(text, "app.py", options=Options(unsafe_fixes=True, fix_style=style))


def style_of(text: str) -> str:
    """The style that a golden input asks for in a comment."""
    return "with" if "# style: with" in text else "try-finally"
