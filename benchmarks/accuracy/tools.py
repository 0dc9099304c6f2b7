"""The tools under comparison: what each reports, as lines of files.

All are asked about the labelled files. leaklint finds these in their package or commit, so that it can follow their
imports; what it says of a file does not depend on which others are named. The other tools look at one file at a time.
A tool that is not installed is left out and named.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Reports = dict[str, set[int]]
"""Lines by path, relative to the root that was checked."""

LEAK_CODES = ("LK10", "LK201", "LK202", "LK203", "LK204")


@dataclass(frozen=True)
class Tool:
    """command: the executable's name. arguments: what follows it, before the paths. read: its output's meaning, as
    (path, line). whole: it reads other files of the tree too. rule: what of it is compared."""

    name: str
    command: str
    rule: str
    arguments: tuple[str, ...]
    read: Callable[[str], Iterator[tuple[str, int]]]
    whole: bool = False
    output: str = ""


class ToolFailed(Exception):
    """The tool ran and gave nothing that can be read."""


def leaklint_findings(text: str) -> Iterator[tuple[str, int]]:
    for finding in json.loads(text):
        if finding["code"].startswith(LEAK_CODES):
            yield finding["path"], finding["line"]


def pylint_messages(text: str) -> Iterator[tuple[str, int]]:
    for message in json.loads(text)["messages"]:
        if message["messageId"] == "R1732":
            yield message["path"], message["line"]


def ruff_messages(text: str) -> Iterator[tuple[str, int]]:
    for message in json.loads(text):
        if message["code"] == "SIM115":
            yield message["filename"], message["location"]["row"]


def semgrep_results(text: str) -> Iterator[tuple[str, int]]:
    for result in json.loads(text)["results"]:
        yield result["path"], result["start"]["line"]


def leakguard_findings(text: str) -> Iterator[tuple[str, int]]:
    for finding in json.loads(text)["findings"]:
        yield finding["file_path"], finding["location"]["start"]["line"]


def codemodder_changes(text: str) -> Iterator[tuple[str, int]]:
    """The lines that its patch takes away."""
    for result in json.loads(text)["results"]:
        for change in result["changeset"]:
            line = 0
            for row in change["diff"].splitlines()[2:]:
                header = re.match(r"@@ -(\d+)", row)
                if header:
                    line = int(header.group(1))
                elif not row.startswith("+"):
                    if row.startswith("-"):
                        yield change["path"], line
                    line += 1


SEMGREP_RULES = "r/python.lang.best-practice.open-never-closed"
OUT = "{out}"

TOOLS = (
    Tool(
        "leaklint",
        "leaklint",
        "LK101-LK108, LK201-LK204",
        ("check", "--no-cache", "--isolated", "--exit-zero", "--output-format", "json"),
        leaklint_findings,
        whole=True,
    ),
    Tool("leakguard-ast", "leakguard", "scan", ("scan", "--format=json", "--quiet", "--fail-on=none", f"--out={OUT}"),
         leakguard_findings, output=OUT),
    Tool("pylint", "pylint", "R1732 consider-using-with",
         ("--disable=all", "--enable=R1732", "--recursive=y", "--output-format=json2"), pylint_messages),
    Tool("ruff", "ruff", "SIM115 open-file-with-context-handler",
         ("check", "--isolated", "--exit-zero", "--no-cache", "--select=SIM115", "--output-format=json"),
         ruff_messages),
    Tool("semgrep", "semgrep", "open-never-closed",
         ("scan", "--json", "--metrics=off", "--disable-version-check", "--quiet", "--no-git-ignore",
          f"--config={os.environ.get('SEMGREP_RULES', SEMGREP_RULES)}"), semgrep_results),
    Tool("codemodder", "codemodder", "fix-file-resource-leak",
         ("--codemod-include=pixee:python/fix-file-resource-leak", "--dry-run", "--output-format=codetf",
          f"--output={OUT}"), codemodder_changes, output=OUT),
)  # fmt: skip


def locate(tool: Tool, folders: tuple[Path, ...]) -> str | None:
    """The tool's executable: beside this Python, in one of `folders`, or on PATH."""
    if tool.name == "leaklint":
        return f"{sys.executable} -m leaklint"
    searched = os.pathsep.join([str(Path(sys.executable).parent), *map(str, folders), os.environ.get("PATH", "")])
    return shutil.which(tool.command, path=searched)


def version(tool: Tool, executable: str) -> str:
    """The version of the distribution that the executable belongs to."""
    if tool.whole:
        command = [*executable.split(), "--version"]
    else:
        ask = f"from importlib.metadata import version; print(version({tool.name!r}))"
        command = [str(Path(os.path.realpath(executable)).parent / "python"), "-c", ask]
    try:
        shown = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except OSError:
        return ""
    found = re.search(r"\d+\.\d+[\w.]*", shown.stdout)
    return found.group() if found else ""


def run(tool: Tool, executable: str, root: Path, timeout: float, paths: Iterable[str] = (".",)) -> Reports:
    """What `tool` reports in these paths below `root`. Raises ToolFailed."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "out.json"
        arguments = [argument.replace(OUT, str(out)) for argument in tool.arguments]
        environment = {**os.environ, "HOME": scratch}
        if tool.whole:
            environment["PYTHONPATH"] = os.pathsep.join(map(str, (Path.cwd(), os.environ.get("PYTHONPATH", ""))))
        try:
            ran = subprocess.run(
                [*executable.split(), *arguments, *paths],
                cwd=root,
                capture_output=True,
                text=True,
                timeout=timeout,
                env=environment,
                stdin=subprocess.DEVNULL,
            )
            reports: Reports = {}
            for path, line in tool.read(out.read_text(encoding="utf-8") if tool.output else ran.stdout):
                relative = Path(os.path.relpath(root / path, root)).as_posix()
                reports.setdefault(relative, set()).add(line)
        except (OSError, ValueError, LookupError, subprocess.TimeoutExpired) as error:
            raise ToolFailed(f"{tool.name}: {error!r}"[:300]) from error
        return reports


def run_together(
    tool: Tool, executable: str, files: Mapping[str, set[str]], code: Mapping[str, Path], timeout: float
) -> dict[str, Reports]:
    """What a tool that looks at one file at a time reports in `files`, by source: one run over copies of them all."""
    folders = {f"source{number}": key for number, key in enumerate(sorted(files))}
    reports: dict[str, Reports] = {key: {} for key in files}
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch).resolve()
        for folder, key in folders.items():
            for name in files[key]:
                (tree / folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(code[key] / name, tree / folder / name)
        for path, lines in run(tool, executable, tree, timeout).items():
            folder, _, name = path.partition("/")
            reports[folders[folder]][name] = lines
    return reports
