"""The repair "try-finally": whatever happens after the acquisition, the release runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from leaklint.fixes.bind import Refused
from leaklint.fixes.document import Document, Function
from leaklint.fixes.draft import Rewrite
from leaklint.fixes.enclose import Ending, Try, covered, enclose
from leaklint.fixes.names import is_held
from leaklint.fixes.region import Region
from leaklint.fixes.releases import Releases
from leaklint.fixes.scopes import bound_names
from leaklint.fixes.second_name import second_name
from leaklint.fixes.target import Giving, Target, guarded, meant_before, starts_none, without_outer
from leaklint.fixes.walking import walk


def rewrites(target: Target) -> Iterator[Rewrite]:
    """Ways to release in a finally block, best first. Raises Refused where the resource outlives its function."""
    leaving = target.departures
    if leaving.whole:
        raise Refused(f"`{target.held.text}` leaves the function, so it cannot be released in it")
    if leaving.part:
        raise Refused(f"something that needs `{target.held.text}` open is returned or kept")
    if not target.givings:
        raise Refused(target.reason)
    looping = any(leak.how in ("loop", "overwritten") for leak in target.report.leaks)
    made, reasons = False, []
    for giving in target.givings:
        for stay in (True, False) if looping else (False, True):
            try:
                for rewrite in _in_region(target, giving, stay):
                    made = True
                    yield rewrite
            except Refused as refused:
                reasons.append(refused)
    if reasons and not made:
        raise reasons[0]


def _in_region(target: Target, giving: Giving, stay: bool) -> Iterator[Rewrite]:
    if stay:
        alone = without_outer(target, giving)
        if alone is not target:
            bare = Releases(alone.report.site.resource, alone.held)
            target, giving = alone, Giving(giving.text, bare, giving.then)
    region = target.region(giving, stay)
    if not _alike(giving, region):
        raise Refused(f"`{target.held.text}` is given back in ways that do different things")
    if _depends(target, region):
        raise Refused(f"whether `{target.held.text}` is released depends on what came with it")
    if stay and not region.statements:
        raise Refused(f"`{target.held.text}` is released behind statements that must come first")
    if not region.guard and not stay:
        lifted = _lifted(target, region)
        if lifted is not None:
            yield from _arranged(target, giving, lifted)
    yield from _arranged(target, giving, region)


def _alike(giving: Giving, region: Region) -> bool:
    """Whether all that the new release takes the place of does what it does: a helper may do more than release."""
    own = Releases(giving.releases.resource, giving.releases.held)
    written = next(node for node in walk(ast.parse(giving.text)) if isinstance(node, ast.Call))
    wanted = set() if own.is_release(written) else {ast.dump(written)}
    for unit in region.units:
        calls = [node for node in walk(unit) if node in giving.releases.calls]
        if {ast.dump(call) for call in calls if not own.is_release(call)} != wanted and calls:
            return False
    return True


def _depends(target: Target, region: Region) -> bool:
    """Whether a helper's resource is released only where another of the values that it returned says so, and nothing
    else is known to tell when it is this function's."""
    if not target.report.site.derived or target.strangers:
        return False
    beside = set(bound_names(target.taken)) - {target.held.name}
    tests = (
        node.test
        for unit in region.units
        for node in target.document.ancestors(unit)
        if isinstance(node, ast.If) and node.lineno > target.taken.lineno
    )
    return any(isinstance(one, ast.Name) and one.id in beside for test in tests for one in walk(test))


def _lifted(target: Target, region: Region) -> Region | None:
    """Where a `try:` opens with the acquisition and nothing in it releases: that whole `try`."""
    place = target.document.place(target.taken)
    if not isinstance(place.owner, Try) or place.field != "body" or place.index or region.units:
        return None
    if not target.held.plain or region.suite is not place.suite:
        return None
    if place.owner.finalbody or not place.owner.handlers:  # type: ignore[attr-defined]
        return None
    outer = target.document.place(place.owner)  # type: ignore[arg-type]
    return Region(outer.suite, outer.index, outer.index, True, ())


def _arranged(target: Target, giving: Giving, region: Region) -> Iterator[Rewrite]:
    document, held = target.document, target.held
    if target.shared or _bound_otherwise(target, region) or _read_unbound(target, region):
        yield from _with_own_name(target, giving, region)
        return
    if region.guard and not held.plain:
        raise Refused(f"`{held.text}` is taken on some paths only")
    tests = target.tests
    if region.guard or target.maybe_none or _set_to_none(target, region):
        tests.insert(0, f"{held.text} is not None")
    lines = guarded(giving.lines, tests, document.unit(target.taken))
    before: tuple[str, ...] = ()
    if region.guard and not starts_none(target, region):
        before = (f"{held.text} = None",)
    ending = Ending(lines)
    # A `try:` is widened with the release that it has, which may ask for less.
    asks = tests == target.tests or all(isinstance(unit, ast.If) for unit in region.units)
    first = _ends_its_source_next(target, region)
    written = False
    for arrangement in (*(["widen"] if asks else []), *(["lead"] if first else ["reuse", "append", "nest", "wrap"])):
        made = enclose(document, region, target.taken, ending, arrangement, before)
        if made is not None:
            written = True
            yield target.so_far.then(made)
    if first and not written:
        raise Refused(f"`{held.text}` must be released in front of what it was taken from")


def _ends_its_source_next(target: Target, region: Region) -> bool:
    """Whether a release in the region has behind it, in the region too, the end of what it was taken from, or of what
    came with it: that must stay behind it."""
    func = target.call.func
    source = func.value if isinstance(func, ast.Attribute) else None
    others = {*bound_names(target.taken), *([source.id] if isinstance(source, ast.Name) else [])} - {target.held.name}
    inside = covered(region)
    for unit in region.units:
        if unit in inside and unit is not region.trailing:
            place = target.document.place(unit)
            for one in place.suite[place.index + 1 :]:
                value = one.value if isinstance(one, ast.Expr) else None
                call = value.value if isinstance(value, ast.Await) else value
                ended = call.func if isinstance(call, ast.Call) and not call.args else None
                if isinstance(ended, ast.Attribute) and isinstance(ended.value, ast.Name) and ended.value.id in others:
                    return True
    return False


def _set_to_none(target: Target, region: Region) -> bool:
    """Whether the region itself binds the name to None."""
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is None
        and any(is_held(one, target.held) for one in node.targets)
        for statement in region.statements
        for node in walk(statement)
    )


def _bound_otherwise(target: Target, region: Region) -> bool:
    """Whether, when the region ends, the name may stand for something that was not taken here."""
    scope = target.scope
    if region.guard and isinstance(scope, Function):
        arguments = scope.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        if target.held.name in [one.arg for one in every]:
            return True
    for statement in region.statements:
        for node in walk(statement):
            if node is target.taken or not isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if not any(is_held(one, target.held) for one in targets) or node.value is None:
                continue
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            if isinstance(value, ast.Constant) and value.value is None:
                continue
            if isinstance(value, ast.Call) and _called(value) == _called(target.call):
                continue
            return True
    return False


def _read_unbound(target: Target, region: Region) -> bool:
    """Whether binding the name to None in front of the region would take from some path what the name stood for."""
    return region.guard and not starts_none(target, region) and meant_before(target, region.statements, region.units)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.dump(call.func)


def _with_own_name(target: Target, giving: Giving, region: Region) -> Iterator[Rewrite]:
    """Bind what is taken to a second name, that nothing else binds, and release that."""
    binds = isinstance(target.taken, (ast.Assign, ast.AnnAssign))
    if not binds or not target.held.plain or giving.releases.calls - {target.call} or region.units:
        raise Refused(f"`{target.held.text}` may stand for another object when it is released")
    document = target.document
    if not region.guard and document.place(target.taken).suite is not region.suite:
        raise Refused(f"`{target.held.text}` may stand for another object when it is released")
    guard = region.guard or target.shared
    second = second_name(target)
    own, new, taken = second.name, second.document, second.taken
    place = new.place(taken)
    steps = _steps_up(document, target.taken, region)
    for _ in range(steps):
        place = new.place(new.statement(place.owner))
    begin = region.first if not (target.shared and not region.guard) else place.index
    moved = Region(place.suite, begin, max(region.last, begin), guard, ())
    release = _renamed(giving.text, target.held.name, own)
    tests = ([f"{own} is not None"] if guard else []) + [f"{own} is not {one}" for one in target.strangers]
    lines = guarded((release,), tests, new.unit(taken))
    before = (f"{own} = None",) if guard else ()
    for arrangement in ("reuse", "append", "nest", "wrap"):
        made = enclose(new, moved, taken, Ending(lines), arrangement, before)
        if made is not None:
            yield target.so_far.then(second.rewrite).then(made)


def _renamed(text: str, old: str, new: str) -> str:
    return re.sub(rf"\b{re.escape(old)}\b(?=[.,)\]])", new, text)


def _steps_up(document: Document, taken: ast.stmt, region: Region) -> int:
    """How many statements lie between the acquisition's suite and the region's."""
    steps, place = 0, document.place(taken)
    while place.suite is not region.suite:
        place = document.place(document.statement(place.owner))
        steps += 1
    return steps
