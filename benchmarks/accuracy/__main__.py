"""`python -m benchmarks.accuracy`: bring the code, run the tools, write RESULTS.md."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.accuracy.corpus import bring
from benchmarks.accuracy.labels import HERE, Row, labels
from benchmarks.accuracy.score import PairScore, Score, is_reported, score, score_pairs
from benchmarks.accuracy.tools import TOOLS, Reports, Tool, ToolFailed, locate, run, run_together, version

SETS = ("sites", "fixes", "cases")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description="Score tools on labelled code.")
    parser.add_argument("--code", type=Path, default=HERE / "code", help="where the labelled code is or goes")
    parser.add_argument("--clones", type=Path, help="a folder with clones of the repositories, OWNER+NAME each")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--tools", nargs="+", default=[tool.name for tool in TOOLS])
    parser.add_argument("--bin", type=Path, nargs="*", default=[], help="more folders with the tools' executables")
    parser.add_argument("--show", choices=("missed", "false", "debatable"), nargs="+", default=[])
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one run of a tool")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args()

    rows = {name: labels(name) for name in options.sets}
    sources = {row.source for one_set in rows.values() for row in one_set}
    code = bring(sources, options.code, options.clones)
    tables: list[tuple[Tool, str, dict[str, Score | PairScore]]] = []
    notes: list[str] = []
    for tool in TOOLS:
        executable = locate(tool, tuple(options.bin)) if tool.name in options.tools else None
        if executable is None:
            notes.append(f"{tool.name} was not run.")
            continue
        results: dict[str, Score | PairScore] = {}
        for name, one_set in rows.items():
            reports, failures = run_on(tool, executable, one_set, code, options.timeout)
            results[name] = score_pairs(one_set, reports) if name == "fixes" else score(one_set, reports)
            notes += failures
            if tool.name == "leaklint":
                print("\n".join(shown(one_set, reports, options.show)))
        tables.append((tool, version(tool, executable), results))
        print(f"{tool.name}: {results}", file=sys.stderr)
    page = "\n".join(results_page(tables, rows, notes)) + "\n"
    print(page)
    if not options.no_write:
        (HERE / "RESULTS.md").write_text(page, encoding="utf-8")
    return 0


def run_on(
    tool: Tool, executable: str, rows: list[Row], code: dict[str, Path], timeout: float
) -> tuple[dict[str, Reports], list[str]]:
    """The tool's reports by source, and what failed."""
    files: dict[str, set[str]] = {}
    for row in rows:
        if row.source.key in code:
            files.setdefault(row.source.key, set()).add(row.path)
    if not tool.whole:
        try:
            return run_together(tool, executable, files, code, timeout), []
        except ToolFailed as error:
            return {}, [str(error)]
    reports: dict[str, Reports] = {}
    failures = []
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        running = {
            key: threads.submit(run, tool, executable, code[key], timeout, sorted(files[key])) for key in sorted(files)
        }
        for key, result in running.items():
            try:
                reports[key] = result.result()
            except ToolFailed as error:
                failures.append(f"{key} {error}")
    return reports, failures


def shown(rows: list[Row], reports: dict[str, Reports], kinds: list[str]) -> Iterator[str]:
    for row in rows:
        if row.source.key not in reports:
            continue
        hit = is_reported(row, reports[row.source.key])
        kind = "debatable" if hit else ""
        if row.verdict != "debatable":
            kind = "" if hit == (row.verdict == "leak") else "false" if hit else "missed"
        if kind and kind in kinds:
            yield f"{kind} {row.source.key} {row.path}:{row.line} {row.how or ''} {row.side} | {row.shape} | {row.why}"


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part}/{whole})" if whole else "-"


def results_page(
    tables: list[tuple[Tool, str, dict[str, Score | PairScore]]], rows: dict[str, list[Row]], notes: list[str]
) -> Iterator[str]:
    yield "# Accuracy\n"
    yield "Written by `python -m benchmarks.accuracy`.\n"
    yield f"- date: {datetime.date.today().isoformat()}"
    yield f"- machine: {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    yield f"- Python {platform.python_version()}\n"
    yield "All tools are asked about the labelled files, at their default settings; leaklint follows imports into the"
    yield "rest of the package or commit. Most of the others were made for files, not for connections: they are here"
    yield "because they are what a project is likely to run already.\n"
    for name, one_set in rows.items():
        yield from set_table(name, one_set, tables)
    if notes:
        yield "## Not run, or failed\n"
        yield from (f"- {note}" for note in notes)


def set_table(
    name: str, rows: list[Row], tables: list[tuple[Tool, str, dict[str, Score | PairScore]]]
) -> Iterator[str]:
    sources = len({row.source.key for row in rows})
    if name == "fixes":
        yield f"## Fixes: {len(rows) // 2} public commits that fixed a leak\n"
        yield "| tool | version | reported before the fix | quiet after the fix |\n|---|---|---|---|"
    elif name == "sites":
        yield f"## Sites: {len(rows)} labelled calls in {sources} packages\n"
        yield "Recall is of both samples, precision of the random one; debatable calls count in neither.\n"
        yield "| tool | version | recall | precision | false alarms | debatable reported |\n|---|---|---|---|---|---|"
    else:
        yield f"## Cases: {len(rows)} calls in {sources} small programs of known truth\n"
        yield "| tool | version | recall | precision | false alarms | debatable reported |\n|---|---|---|---|---|---|"
    for tool, number, results in tables:
        found = results.get(name)
        head = f"| {tool.name} {tool.rule if tool.name != 'leaklint' else ''} | {number} ".replace("  ", " ")
        if isinstance(found, PairScore):
            yield f"{head}| {percent(found.before, found.pairs)} | {percent(found.after, found.pairs)} |"
        elif isinstance(found, Score):
            reported = found.random_found + found.false
            yield (
                f"{head}| {percent(found.found, found.leaks)} | {percent(found.random_found, reported)} "
                f"| {found.false} of {found.clean} | {found.debated} of {found.debatable} |"
            )
    yield ""


if __name__ == "__main__":
    sys.exit(main())
