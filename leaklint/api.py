"""leaklint from Python: check a text or files, repair a text, or fail a test where something leaks.

    from leaklint.api import assert_no_leaks

    def test_no_leaks():
        assert_no_leaks("src")

Nothing here reads a configuration file unless it is asked to (`config=`), prints, or executes the code it is given.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from leaklint import engine
from leaklint.config import Options, SettingsFinder
from leaklint.model import Confidence, Edit, Finding, Fix, LeaklintError, Severity, WitnessStep

__all__ = [
    "Confidence",
    "Edit",
    "Finding",
    "Fix",
    "FixedSource",
    "LeaklintError",
    "LeaksFound",
    "Options",
    "Severity",
    "WitnessStep",
    "assert_no_leaks",
    "check_paths",
    "check_source",
    "fix_source",
]


class LeaksFound(AssertionError):
    """What `assert_no_leaks` raises. `findings` holds them; the text lists them, a line each."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        lines = [f"{one.path}:{one.line}:{one.column}: {one.code} {one.message}" for one in findings]
        super().__init__("\n".join([f"{len(lines)} leak{'' if len(lines) == 1 else 's'} found:", *lines]))
        self.findings = tuple(findings)


class FixedSource(msgspec.Struct, frozen=True):
    """text: the repaired text, the given one where nothing was repaired. findings: those that are left in it."""

    text: str
    findings: tuple[Finding, ...]


def check_source(
    source: str | bytes, filename: str = "<string>", *, options: Options | None = None, config: str | None = None
) -> list[Finding]:
    """The findings in one text, sorted by line.

    filename: what findings call it; imports of project modules are looked for from its place. options: as in the
    configuration, `Options(select=["LK1"])`. config: a configuration file to read; none is, otherwise.

    A text that is no Python gives one finding, LK902. Raises LeaklintError for unusable options or configuration.
    """
    finder = _finder(options, config)
    result = engine.check_texts({filename: _bytes(source)}, finder, propose=True)
    _raise(result)
    return list(result.findings)


def check_paths(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    options: Options | None = None,
    config: str | None = None,
    discover_config: bool = False,
    jobs: int = 1,
) -> list[Finding]:
    """The findings in files and directories, sorted by path and line.

    discover_config: use the configuration files around the paths, as the command line does. jobs: processes to use, 0
    for as many as there are processors.

    Raises LeaklintError where a path does not exist, the configuration is unusable, or leaklint itself failed.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else paths
    finder = _finder(options, config, discover=discover_config)
    result = engine.check([os.fspath(path) for path in given], finder, jobs=jobs, propose=True)
    _raise(result)
    return list(result.findings)


def fix_source(
    source: str, filename: str = "<string>", *, options: Options | None = None, config: str | None = None
) -> FixedSource:
    """A text with every repair that is proven and safe (`Options(unsafe_fixes=True)`: all that are proven), and what is
    left to report. The text is the given one where nothing could be repaired, and where it is no Python.

    Raises LeaklintError for unusable options or configuration.
    """
    from leaklint.engine.repair import repair_texts

    done = repair_texts({filename: _bytes(source)}, _finder(options, config))
    _raise(done.result)
    # A declared encoding speaks of bytes; the text that was given stays text.
    return FixedSource(done.repaired[0].text if done.repaired else source, done.result.findings)


def assert_no_leaks(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    options: Options | None = None,
    config: str | None = None,
    discover_config: bool = True,
) -> None:
    """For tests: raise LeaksFound, an AssertionError, unless the files are free of leaks (LK9xx aside)."""
    findings = check_paths(path, options=options, config=config, discover_config=discover_config)
    leaks = [one for one in findings if not one.code.startswith("LK9")]
    if leaks:
        raise LeaksFound(leaks)


def _finder(options: Options | None, config: str | None, *, discover: bool = False) -> SettingsFinder:
    isolated = config is None and not discover
    return SettingsFinder(cwd=os.getcwd(), explicit=config, isolated=isolated, overrides=options)


def _bytes(source: str | bytes) -> bytes:
    return source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")


def _raise(result: engine.Result) -> None:
    fatal = [problem.text for problem in result.problems if problem.fatal]
    if fatal:
        raise LeaklintError("\n".join(fatal))
