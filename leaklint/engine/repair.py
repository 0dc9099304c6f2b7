"""Repairing files: apply what may be applied, check the result, and go on while that uncovers more to repair.

Nothing here writes a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.config import SettingsFinder
from leaklint.engine.analyze import analyze_file
from leaklint.engine.one_file import check_file, fault, internal_error
from leaklint.engine.outcome import Outcome, Setting
from leaklint.engine.project import Project, Unit
from leaklint.engine.run import Advance, Plan, Result, gather, ignore_progress, outcomes, plan, plan_texts
from leaklint.engine.worker import Worker
from leaklint.model import Applicability
from leaklint.rules import UNSILENCED, UNUSED
from leaklint.source.decode import Source, Undecodable, decode
from leaklint.source.discover import File
from leaklint.source.problem import Problem

if TYPE_CHECKING:
    from leaklint.engine.outcome import Analyze
    from leaklint.fixes import Room

_MOST_ROUNDS = 10


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
    worker = Worker(Setting(planned.settings, cwd, analyze, remembering=True), planned.texts)
    repaired = []
    for index, (file, settings) in enumerate(planned.tasks):
        if found[index].findings:
            one, found[index] = repair_file(worker.project(settings), file, found[index], analyze)
            repaired += [one] if one is not None else []
    withheld = sum(bool(finding.fix_withheld) for outcome in found for finding in outcome.findings)
    return Repairs(gather(planned, found), tuple(repaired), withheld)


def repair_file(project: Project, file: File, first: Outcome, analyze: Analyze) -> tuple[Repaired | None, Outcome]:
    """Repair one file, whose outcome so far is `first`: what to write, if anything, and its outcome then."""
    try:
        before = project.content(file.path)
        source = decode(before)
    except (OSError, Undecodable):
        return None, first
    unit = Unit(file.shown, file.path, before, source)
    text, outcome, fixed = source.text, first, Counter[str]()
    withheld: dict[tuple[str, int, int, str], str] = {}
    from leaklint.fixes import Room

    room = Room()
    for _ in range(_MOST_ROUNDS):
        following, withheld, problem = _one_round(project, unit, outcome, analyze, room)
        if problem is not None:
            outcome = msgspec.structs.replace(outcome, problem=problem)
        if following == text:
            break
        encoded = source.encode(following)
        around = project.with_overlay(file.path, encoded)
        again = check_file(around, file, analyze)
        if again.problem is not None or _codes(again) - _codes(outcome):
            break
        fixed += _codes(outcome) - _codes(again)
        project, unit = around, Unit(file.shown, file.path, encoded, msgspec.structs.replace(source, text=following))
        text, outcome = following, again
    outcome = _with_reasons(outcome, withheld)
    if text == source.text:
        return None, outcome
    return Repaired(file, before, source, text, fixed), outcome


def _one_round(
    project: Project, unit: Unit, outcome: Outcome, analyze: Analyze, room: Room
) -> tuple[str, dict[tuple[str, int, int, str], str], Problem | None]:
    """A text with more repaired, the reasons why findings in it are not, and what went wrong in looking."""
    wanted = [one for one in outcome.findings if one.code in project.selection.repairable]
    unused = [one.fix for one in wanted if one.code == UNUSED and one.fix]
    comments = [fix for fix in unused if _allowed(project, fix.applicability)]
    if comments:
        from leaklint.fixes import apply

        # Two on one line could overlap; the other has its turn in the next round.
        by_line = {fix.edits[0].line: fix for fix in comments}
        return apply(unit.source.text, list(by_line.values())), {}, None
    if not any(one.code not in UNSILENCED for one in wanted):
        return unit.source.text, {}, None
    from leaklint.engine.proposing import apply_repairs

    try:
        made = apply_repairs(project, unit, analyze, room)
    except Exception as error:
        return unit.source.text, {}, internal_error(unit.shown, f"while repairing: {fault(error)}")
    return made.text, {finding.sort_key: reason for finding, reason in made.withheld}, None


def _with_reasons(outcome: Outcome, withheld: dict[tuple[str, int, int, str], str]) -> Outcome:
    """The outcome with the reasons why what is left was not repaired."""
    findings = tuple(
        msgspec.structs.replace(one, fix_withheld=withheld.get(one.sort_key, one.fix_withheld))
        for one in outcome.findings
    )
    return msgspec.structs.replace(outcome, findings=findings)


def _allowed(project: Project, applicability: Applicability) -> bool:
    return applicability is Applicability.SAFE or (
        applicability is Applicability.UNSAFE and project.settings.unsafe_fixes
    )


def _codes(outcome: Outcome) -> Counter[str]:
    return Counter(finding.code for finding in outcome.findings)
