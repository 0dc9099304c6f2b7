"""The steps of the story, each a function: find, repair, measure before and after."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from demo.load import Run, drive
from demo.server import Server

HERE = Path(__file__).parent


class Kind(NamedTuple):
    """One kind of leak measured alone. code: what leaklint reports of it; left: what it reports after `--fix`. by_hand:
    what it reports of the repair by hand that stands beside, which then is what was measured; None where there is none.
    """

    name: str
    code: str
    left: tuple[str, ...]
    by_hand: tuple[str, ...] | None
    before: dict[str, Any]
    after: dict[str, Any]


class Service(NamedTuple):
    """The service before and after `--fix`, with the codes reported of it."""

    reported: tuple[str, ...]
    left: tuple[str, ...]
    before: Run
    after: Run


def findings(directory: Path, *exclude: str) -> dict[str, list[str]]:
    """The codes that leaklint reports, by file name."""
    left_out = [word for one in exclude for word in ("--extend-exclude", one)]
    ran = _leaklint("check", "--isolated", "--no-cache", *left_out, "--output-format", "json", ".", cwd=directory)
    found: dict[str, list[str]] = {}
    for one in json.loads(ran):
        found.setdefault(Path(one["path"]).name, []).append(one["code"])
    return found


def repaired(directory: Path, into: Path) -> Path:
    """A copy of a directory, repaired by `leaklint --fix`."""
    shutil.copytree(directory, into, ignore=shutil.ignore_patterns("__pycache__"))
    _leaklint("check", "--isolated", "--no-cache", "--fix", ".", cwd=into)
    return into


def kinds(server: Server, work: Path) -> list[Kind]:
    """Every kind of leak alone, before and after."""
    source = HERE / "kinds"
    fixed = repaired(source, work / "kinds")
    by_hand = source / "by_hand"
    reported, left, mended = (findings(one, "by_hand") for one in (source, fixed, by_hand))
    found = []
    for path in sorted(source.glob("lk*.py")):
        name, hand = path.name, by_hand / path.name
        before, after = (_measured(one, server) for one in (path, hand if hand.exists() else fixed / name))
        code, rest = " ".join(reported.get(name, ["-"])), tuple(left.get(name, ()))
        found.append(Kind(path.stem, code, rest, tuple(mended.get(name, ())) if hand.exists() else None, before, after))
    return found


def service(server: Server, work: Path) -> Service:
    """The whole service under its load, before and after."""
    source = HERE / "service"
    fixed = repaired(source, work / "service")
    reported, left = findings(source), findings(fixed)
    codes = [tuple(sorted(code for codes in one.values() for code in codes)) for one in (reported, left)]
    return Service(codes[0], codes[1], drive(source, server), drive(fixed, server))


def _measured(path: Path, server: Server) -> dict[str, Any]:
    command = [sys.executable, "-m", "demo.measure", str(path), server.service, server.admin]
    ran = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, timeout=120)
    if ran.returncode:
        raise RuntimeError(f"{path.name}: {ran.stderr.strip().splitlines()[-1]}")
    result: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return result


def _leaklint(*arguments: str, cwd: Path) -> str:
    """Run leaklint; status 1 says that something was found."""
    import os

    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    command = [sys.executable, "-m", "leaklint", *arguments]
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment)
    if ran.returncode > 1:
        raise RuntimeError(ran.stderr.strip())
    return ran.stdout
