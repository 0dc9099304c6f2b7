"""`python -m benchmarks.speed`: measure leaklint beside other tools on the same code, and write RESULTS.md."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.accuracy.corpus import bring
from benchmarks.accuracy.labels import labels
from benchmarks.speed import code, plot
from benchmarks.speed.measure import Run, run
from benchmarks.speed.tools import CACHE, HERE, PATH, TOOLS, Tool, locate, version

_LINES = 1_000_000
_YARDSTICK = "ruff"


class Measured(NamedTuple):
    """A tool, how it is started, the code that it is given, how many lines that is, and its runs."""

    tool: Tool
    start: list[str]
    version: str
    folder: Path
    lines: int
    runs: list[Run]

    def per_line(self, run: Run) -> float:
        """Seconds for a million lines."""
        return run.seconds / self.lines * _LINES

    @property
    def seconds(self) -> float:
        """The median for a million lines."""
        return statistics.median(map(self.per_line, self.runs))

    @property
    def processor(self) -> float:
        """The median of processor seconds, of all processes of a run, for a million lines."""
        return statistics.median(one.processor for one in self.runs) / self.lines * _LINES

    @property
    def memory(self) -> float:
        """The median of the most memory that it held, in megabytes."""
        return statistics.median(one.memory for one in self.runs) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description="Measure tools on the same code.")
    parser.add_argument("--code", type=Path, default=HERE.parent / "accuracy" / "code", help="where the packages are")
    parser.add_argument("--packages", nargs="*", help="only these, as name==version")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tools", nargs="+", default=[tool.name for tool in TOOLS])
    parser.add_argument("--bin", type=Path, nargs="*", default=[], help="more folders with the tools' executables")
    parser.add_argument("--growth", type=int, nargs="*", default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one run of a tool")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args()

    found = bring({row.source for row in labels("sites")}, options.code, None)
    packages = [found[key] for key in sorted(found) if not options.packages or key in options.packages]
    with tempfile.TemporaryDirectory(prefix="speed-") as scratch:
        folder = Path(scratch)
        whole = folder / "whole"
        for package in packages:
            code.repeated([package], whole / package.name, 1)
        measured = list(prepared(whole, folder, options.tools, tuple(options.bin)))
        for number in range(options.rounds):
            # In turn from another one on, so that what a machine does meanwhile meets all of them.
            for one in measured[number % len(measured) :] + measured[: number % len(measured)]:
                if (done := once(one, folder / "cache", options.timeout)) is not None:
                    one.runs.append(done)
                print(one.tool.name, done, file=sys.stderr)
        series = dict(growing(packages, folder, options.growth, options.timeout))
    measured = [one for one in measured if one.runs]
    page = "\n".join(results(measured, series, len(packages), options.rounds)) + "\n"
    print(page)
    if not options.no_write:
        (HERE / "RESULTS.md").write_text(page, encoding="utf-8")
        times = {one.tool.name: one.seconds for one in measured}
        (HERE / "times.svg").write_text(plot.bars("A million lines", "s", times), encoding="utf-8")
        if series:
            (HERE / "growth.svg").write_text(plot.growth("Growth with the code", series), encoding="utf-8")
    return 0


def prepared(whole: Path, folder: Path, names: list[str], bins: tuple[Path, ...]) -> Iterator[Measured]:
    """Each tool that is there with its code; those that have run before have, after this."""
    total = code.lines_of(code.sources(whole))
    parts: dict[int, tuple[Path, int]] = {0: (whole, total)}
    for tool in TOOLS:
        start = locate(tool, bins) if tool.name in names else None
        if start is None:
            continue
        size = tool.slow if tool.slow < total else 0
        if size not in parts:
            place = folder / f"part{size}"
            parts[size] = (place, code.part(whole, place, size))
        one = Measured(tool, start, version(start), *parts[size], [])
        if tool.warm:
            once(one, folder / "cache", 3600)
            once(one, folder / "cache", 3600)
        yield one


def once(one: Measured, cache: Path, timeout: float) -> Run | None:
    """One run of a tool on its code."""
    values = {CACHE: str(cache), PATH: "."}
    command = [*one.start]
    for argument in one.tool.arguments:
        for key, value in values.items():
            argument = argument.replace(key, value)
        command.append(argument)
    os.environ["PYTHONPATH"] = str(HERE.parent.parent)
    # What is installed brings its byte code along; nothing is to be compiled anew in each run.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return run(command, str(one.folder), timeout)


def growing(
    packages: list[Path], folder: Path, sizes: list[int], timeout: float
) -> Iterator[tuple[str, list[tuple[int, float]]]]:
    """leaklint's time for more and more code: the same small packages again and again, so that all sizes are alike."""
    packages = code.smallest(packages, min(sizes, default=0))
    for tool in TOOLS:
        if tool.command != "leaklint" or "--jobs=2" in tool.arguments:
            continue
        points = []
        for size in sizes:
            place = folder / f"grown{size}"
            lines = code.lines_of(code.sources(place)) if place.is_dir() else code.repeated(packages, place, size)
            one = Measured(tool, locate(tool, ()) or [], "", place, lines, [])
            cache = folder / f"cache{size}"
            if tool.warm:
                once(one, cache, timeout)
            if (done := once(one, cache, timeout)) is not None:
                points.append((lines, done.seconds))
            print(tool.name, lines, done, file=sys.stderr)
        if points:
            yield tool.name, points


def results(
    measured: list[Measured], series: dict[str, list[tuple[int, float]]], packages: int, rounds: int
) -> Iterator[str]:
    yield "# Speed\n\nWritten by `python -m benchmarks.speed`.\n"
    yield f"- date: {datetime.datetime.now(tz=datetime.timezone.utc).date()}"
    yield f"- machine: {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    yield f"- Python {platform.python_version()}"
    yield f"- code: {packages} packages, {max(one.lines for one in measured):,} lines"
    yield f"- {rounds} paired runs of each, medians; memory is of all processes of a run together\n"
    yield "leaklint follows values through whole programs; the other tools look for one thing in one file at a time."
    yield "Slow tools are measured on a part of the code, taken evenly from all of it, and told by the line.\n"
    yield "![Time for a million lines](times.svg)\n"
    yield "| tool | version | rule | lines | seconds | a million lines | times ruff | of that, processor | memory, MB |"
    yield "|---|---|---|--:|--:|--:|--:|--:|--:|"
    for one in measured:
        ratio = ratio_to(one, measured)
        yield (
            f"| {one.tool.name} | {one.version} | {one.tool.rule} | {one.lines:,} "
            f"| {statistics.median(run.seconds for run in one.runs):.2f} | {one.seconds:.2f} "
            f"| {'' if ratio is None else f'{ratio:.3g}'} | {one.processor:.2f} | {one.memory:.0f} |"
        )
    if series:
        yield "\n## Growth\n\nThe smallest of the packages, all of them again and again.\n"
        yield "![Growth](growth.svg)\n"
        yield "| | " + " | ".join(f"{lines:,} lines" for lines, _ in next(iter(series.values()))) + " | exponent |"
        yield "|---|" + "--:|" * (len(next(iter(series.values()))) + 1)
        for name, points in series.items():
            power = f"{plot.exponent(points):.2f}" if len(points) > 1 else ""
            yield f"| {name} | " + " | ".join(f"{seconds:.2f} s" for _, seconds in points) + f" | {power} |"


def ratio_to(one: Measured, measured: list[Measured]) -> float | None:
    """The median of the paired ratios to the yardstick's time by the line."""
    yardstick = next((other for other in measured if other.tool.name == _YARDSTICK), None)
    if yardstick is None:
        return None
    pairs = zip(one.runs, yardstick.runs)
    return statistics.median(one.per_line(mine) / yardstick.per_line(its) for mine, its in pairs)


if __name__ == "__main__":
    sys.exit(main())
