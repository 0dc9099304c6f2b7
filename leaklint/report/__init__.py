"""Everything a run says, in the format asked for.

    report = Report(findings=findings, files_checked=12, version=__version__, sources=lines_of)
    sys.stdout.buffer.write(render("text", report, color=True, width=80).encode())

A format is one file in `formats/`, named as users name it, with `render(report, options) -> str`; it is found by being
there, and imported only when asked for. What `render` returns always encodes to UTF-8; it ends in a newline, or is
empty where a format has nothing to say (concise, jsonl, github, azure, pylint without findings).

File names, source and messages are not to be trusted. The formats for terminals show escape, control and bidirectional
characters escaped (`\\x1b`); the others encode them as their own standard asks.
"""

from __future__ import annotations

import importlib
import pkgutil

from leaklint.model import LeaklintError
from leaklint.report import formats
from leaklint.report.content import Baseline, Options, Report, Suppressed

__all__ = ["FORMATS", "Baseline", "Options", "Report", "Suppressed", "render", "statistics"]


def _formats() -> tuple[str, ...]:
    """Names of the format modules, `text` (the default) first."""
    names = (module.name for module in pkgutil.iter_modules(formats.__path__))
    return tuple(sorted(names, key=lambda name: (name != "text", name)))


FORMATS: tuple[str, ...] = _formats()


def render(format: str, report: Report, *, color: bool = False, width: int = 100, show_witness: bool = True) -> str:
    """The report in one of `FORMATS`.

    `color` asks for ANSI colours and `width` for at most so many columns (text and grouped heed them);
    `show_witness=False` leaves the paths out of text. Raises LeaklintError on an unknown format.
    """
    if format not in FORMATS:
        raise LeaklintError(f"unknown output format '{format}': choose one of {', '.join(FORMATS)}")
    module = importlib.import_module(f"leaklint.report.formats.{format}")
    text: str = module.render(report, Options(color=color, width=width, show_witness=show_witness))
    return text


def statistics(report: Report, *, color: bool = False) -> str:
    """`--statistics`: how many findings each rule has, the most frequent first."""
    from leaklint.report.tally import statistics_text

    return statistics_text(report, color=color)
