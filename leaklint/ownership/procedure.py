"""One procedure: what is found in it, given what is known of the program around it."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import msgspec

from leaklint import ir
from leaklint.model import Span
from leaklint.ownership import withs
from leaklint.ownership.application import Point, apply_summary, perform
from leaklint.ownership.asking import Asking, captured, decorators, finalizes, recurs
from leaklint.ownership.calls import enter_by_hand, invoke, leave_by_hand
from leaklint.ownership.cancelling import is_cancelled
from leaklint.ownership.departure import CONSTRUCTING
from leaklint.ownership.events import SiteReport
from leaklint.ownership.interpreter import interpret
from leaklint.ownership.keeping import EXITING
from leaklint.ownership.liveness import relevance
from leaklint.ownership.machine import Machine
from leaklint.ownership.outcomes import caches, catches, fewer, kept_anyway, lent
from leaklint.ownership.owners import Gap, Kept, forgiving, gaps
from leaklint.ownership.project_calls import unbundle
from leaklint.ownership.recognition import fault_of, taken
from leaklint.ownership.replacing import bounded_cache
from leaklint.ownership.reporting import kept_places, site_reports
from leaklint.ownership.resources import raise_after_release
from leaklint.ownership.summary import OPAQUE, Summary
from leaklint.ownership.traits import is_quiet, places_used, tells
from leaklint.ownership.values import UNKNOWN, Held, Task, Value
from leaklint.ownership.words import Words
from leaklint.ownership.world import World

MOST_USES = 16


class Result(msgspec.Struct, frozen=True):
    """What the analysis of one procedure gives."""

    summary: Summary
    reports: tuple[SiteReport, ...]
    steps: int
    complete: bool
    kept: tuple[Kept, ...] = ()
    gaps: tuple[Gap, ...] = ()


NOTHING = Result(OPAQUE, (), 0, False)


def analyse(asking: Asking) -> Result:
    """Interpret the procedure that asks."""
    module, procedure = asking.module, asking.procedure
    m = _machine(asking)
    try:
        run = interpret(m)
        if m.watched & m.forgotten:
            m.let_go()
            m = _machine(asking, m.watched)
            run = interpret(m)
    except RecursionError:
        return NOTHING
    finally:
        m.let_go()
    outcomes = tuple(ended.outcome for ended in run.exits)
    reports = tuple(site_reports(m, outcomes))
    caught = catches(procedure)
    suppresses = m.yield_mode == "thrown" and caught
    kind = _kind(m.words, procedure, m.ask(decorators))
    if kind == "cached":
        outcomes = lent(outcomes)
    missing: tuple[Gap, ...] = ()
    if procedure.kind == "method" and procedure.name.rpartition(".")[2] in EXITING:
        missing = gaps(run.exits, module.path, m.words.ending)
        outcomes = forgiving(outcomes)
    uses = tuple(sorted(m.uses - m.passing)[:MOST_USES])
    summary = Summary(fewer(kept_anyway(procedure, outcomes)), kind, suppresses, run.complete, caught, uses)
    return Result(summary, reports, run.steps, run.complete, tuple(kept_places(m)), missing)


def plain(asking: Asking) -> Summary:
    """The summary of a procedure that has nothing to do with resources, unless to tell whether there is one."""
    procedure, words, catalog = asking.procedure, asking.knowledge.words, asking.catalog
    if tells(procedure, words.open_tests):
        return analyse(asking).summary
    quiet = not words.strict and is_quiet(asking.resolver, catalog, asking.module, procedure)
    outcomes = OPAQUE.outcomes[:1] if quiet else OPAQUE.outcomes
    uses = tuple(sorted(places_used(procedure, catalog.release_words, words.passing))[:MOST_USES])
    return Summary(outcomes, _kind(words, procedure, decorators(asking)), uses=uses)


def _machine(asking: Asking, watched: Iterable[str] = ()) -> Machine:
    """A machine ready to interpret the procedure that asks. watched: places that its callees are known to fill: what
    it had learnt of them before it met the call was forgotten."""
    procedure = asking.procedure
    inner = functools.partial(asking.ask, captured)
    m = Machine(asking, relevance(procedure, inner, asking.catalog.release_words))
    m.watched.update(watched)
    m.answers = tells(procedure, asking.knowledge.words.open_tests)
    m.constructing = procedure.kind == "method" and procedure.name.rpartition(".")[2] in CONSTRUCTING
    enclosing = m.enclosing_class()
    m.class_finalizes = enclosing is not None and m.ask(finalizes, enclosing[0])
    m.recurring = m.ask(recurs)
    m.cancelled = m.ask(is_cancelled)
    if procedure.decorators and m.words.bounded:
        m.evicts = bounded_cache(m, m.words.bounded, m.ask(decorators))
    m.yield_mode = _yield_mode(m.words, m.ask(decorators)) if procedure.is_generator else ""
    if m.yield_mode == "awaits":
        m.yields.clear()
    m.invoke = lambda w, made, func: invoke(m, w, made, func)
    m.wait = lambda w, task, span: _wait(m, w, task, span)
    m.entering = lambda w, ctx, span, at, operand, is_async: withs.enter(
        m, w, ctx, span, at, operand, is_async=is_async
    )
    m.leaving = lambda w, ctx, span, at, is_async, fault: withs.leave(
        m, w, ctx, span, at, is_async=is_async, fault=fault
    )
    return m


def _yield_mode(words: Words, decorated: tuple[str, ...]) -> str:
    """How a generator's `yield` may end: thrown (the body's exception arrives), closed (only the generator's own
    end does), quiet (it is always resumed), awaits (it is a coroutine's, and waits)."""
    for name in decorated:
        reach = words.reach.get(name)
        if reach is not None:
            return "thrown" if reach else "quiet"
        if name in words.coroutines:
            return "awaits"
    return "closed"


def _kind(words: Words, procedure: ir.Procedure, names: tuple[str, ...]) -> str:
    written = {one.name.rpartition(".")[2] for one in procedure.decorators}
    if any(map(caches, written)):
        return "cached"
    if procedure.is_generator and not words.coroutines.isdisjoint(names):
        return "coroutine"
    if procedure.is_generator:
        thrown = any(words.reach.get(name) for name in names)
        return "manager" if thrown else "generator"
    return "coroutine" if procedure.is_async else "plain"


def _wait(m: Machine, w: World, task: Task, span: Span) -> list[tuple[World, Value]]:
    if task.does == "acquire":
        known, made = m.pending[task.at]
        return taken(m, w, known, made, task.inner, span)
    if task.does == "release":
        perform(m, w, task.inner, task.op if ":" in task.op else f"await:{task.op}", span)
        library = ""
        if isinstance(task.inner, Held) and task.inner.rid in w.resources:
            library = m.ledger.sites[w.resources[task.inner.rid].site].library
        raise_after_release(m, w, w.held_by(task.inner), fault_of(m, library), span)
        return [(w, UNKNOWN)]
    if task.does == "enter":
        return enter_by_hand(m, w, task.inner, span, task.at, "%", is_async=True)
    if task.does == "leave":
        return leave_by_hand(m, w, task.inner, span, task.at, is_async=True)
    summary, operand, at_span = m.tasks[task.at]
    return apply_summary(m, w, Point(task.at, at_span, operand), summary, unbundle(task.inner))
