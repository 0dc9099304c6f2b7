"""Repairing files: apply what may be applied, check the result, and go on while that uncovers more to repair.

Nothing here writes a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from leaklint.config import SettingsFinder
from leaklint.engine.analyze import analyze_file
from leaklint.engine.edits import apply_edits
from leaklint.engine.one_file import Analyze, Outcome, check_file
from leaklint.engine.project import Project
from leaklint.engine.run import Advance, Plan, Result, gather, ignore_progress, outcomes, plan, plan_texts
from leaklint.engine.worker import Worker
from leaklint.model import Applicability
from leaklint.source.decode import Source, Undecodable, decode
from leaklint.source.discover import File

_MOST_ROUNDS = 10
_UNUSED = "LK901"


class Repaired(msgspec.Struct, frozen=True):
    """A file and what it should hold. before: its bytes; source: how they decode; text: its repaired text; fixed: rule
    code -> findings that are gone."""

    file: File
    before: bytes
    source: Source
    text: str
    fixed: Counter[str]


class Repairs(msgspec.Struct, frozen=True):
    """What a run would change, and what is left to report when it has. withheld: repairs that could not be proven."""

    result: Result
    repaired: tuple[Repaired, ...]
    withheld: int = 0


def repair(
    paths: Sequence[str],
    finder: SettingsFinder,
    *,
    jobs: int = 0,
    analyze: Analyze = analyze_file,
    advance: Advance = ignore_progress,
) -> Repairs:
    """Find the repairs of the files that `paths` mean."""
    return _repair(plan(paths, finder), finder.cwd, jobs, analyze, advance)


def repair_texts(texts: Mapping[str, bytes], finder: SettingsFinder, *, analyze: Analyze = analyze_file) -> Repairs:
    """The same for texts that stand for the content of files; keys are their names, as shown."""
    return _repair(plan_texts(texts, finder), finder.cwd, 1, analyze, ignore_progress)


def _repair(planned: Plan, cwd: str, jobs: int, analyze: Analyze, advance: Advance) -> Repairs:
    found = outcomes(planned, cwd, jobs=jobs, analyze=analyze, advance=advance)
    worker = Worker(planned.settings, cwd, analyze, planned.texts)
    repaired = []
    for index, (file, settings) in enumerate(planned.tasks):
        if found[index].findings:
            one, found[index] = repair_file(worker.project(settings), file, found[index], analyze)
            repaired += [one] if one is not None else []
    return Repairs(gather(planned, found), tuple(repaired))


def repair_file(project: Project, file: File, first: Outcome, analyze: Analyze) -> tuple[Repaired | None, Outcome]:
    """Repair one file, whose outcome so far is `first`: what to write, if anything, and its outcome then."""
    try:
        before = project.content(file.path)
        source = decode(before)
    except (OSError, Undecodable):
        return None, first
    text, outcome, fixed = source.text, first, Counter[str]()
    for _ in range(_MOST_ROUNDS):
        following = _one_round(project, file, text, outcome)
        if following == text:
            break
        try:
            encoded = source.encode(following)
        except UnicodeEncodeError:
            break
        again = check_file(project.with_overlay(file.path, encoded), file, analyze)
        if again.problem is not None or _codes(again) - _codes(outcome):
            break
        fixed += _codes(outcome) - _codes(again)
        text, outcome = following, again
    if text == source.text:
        return None, first
    return Repaired(file, before, source, text, fixed), outcome


def _one_round(project: Project, file: File, text: str, outcome: Outcome) -> str:
    wanted = [one for one in outcome.findings if one.code in project.selection.repairable and one.path == file.shown]
    comments = [one.fix for one in wanted if one.code == _UNUSED and one.fix]
    return apply_edits(text, (edit for fix in comments for edit in fix.edits if _allowed(project, fix.applicability)))


def _allowed(project: Project, applicability: Applicability) -> bool:
    return applicability is Applicability.SAFE or (
        applicability is Applicability.UNSAFE and project.settings.unsafe_fixes
    )


def _codes(outcome: Outcome) -> Counter[str]:
    return Counter(finding.code for finding in outcome.findings)
