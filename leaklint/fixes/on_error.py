"""The repair "try-finally" for what outlives its function: released when an exception keeps it from being handed on."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from leaklint.fixes.bind import Refused, value_of
from leaklint.fixes.document import Document, Function, read
from leaklint.fixes.draft import Draft, Rewrite
from leaklint.fixes.enclose import Ending, Try, enclose
from leaklint.fixes.names import is_held, mentioned, mentions
from leaklint.fixes.region import Region, behind, late
from leaklint.fixes.releases import release_text
from leaklint.fixes.second_name import second_name
from leaklint.fixes.target import Giving, Target, guarded, starts_none
from leaklint.ownership.events import SiteReport

_DEPARTURES = (ast.Return, ast.Break, ast.Continue)


def rewrites(target: Target, leaks: bool = False) -> Iterator[Rewrite]:
    """`except BaseException:` with the release and `raise` around what stands between taking it and handing it on.

    leaks: an exception is known to lose it, whatever the report says.
    """
    if not target.givings:
        raise Refused(target.reason)
    if not leaks and not any(leak.exceptional for leak in target.report.leaks):
        raise Refused(f"`{target.held.text}` leaves the function")
    for region in _regions(target):
        for giving in target.givings:
            before: tuple[str, ...] = ()
            tests = target.tests
            if region.guard or _emptied(target, region):
                tests.insert(0, f"{target.held.text} is not None")
            if region.guard:
                before = () if starts_none(target, region) else (f"{target.held.text} = None",)
            lines = guarded(giving.lines, tests, target.document.unit(target.taken))
            if not (region.guard or target.strangers) and isinstance(region.statements[0], ast.Raise):
                yield target.so_far.then(_in_front(target, region.statements[0], giving.text))
                continue
            ending = Ending((*lines, "raise"), "except BaseException:")
            made = enclose(target.document, region, target.taken, ending, "wrap", before)
            if made is not None:
                made.gained["except Name(id='BaseException', ctx=Load()) None"] += 1
                yield target.so_far.then(_before_departures(target, giving, made))
    yield from _of_other_branches(target)
    yield from _protected_methods(target)
    if behind(target.document, target.taken).index + 1 == len(behind(target.document, target.taken).suite):
        raise Refused(f"nothing stands between taking `{target.held.text}` and handing it on")


def _of_other_branches(target: Target) -> Iterator[Rewrite]:
    """Where one branch takes it and another keeps in the same field what was given: what was taken gets a name of its
    own, and that is released."""
    place = target.document.place(target.taken)
    simple = isinstance(target.taken, ast.Assign) and value_of(target.document, target.call) is target.taken.value
    if target.held.plain or target.strangers or not simple or not isinstance(place.owner, ast.If):
        return
    second = second_name(target)
    document, resource = second.document, target.report.site.resource
    giving = release_text(document, resource, target.call, second.name, target.in_async)
    if not giving.text:
        return
    place = document.place(document.statement(document.place(second.taken).owner))
    for end in dict.fromkeys(
        (_last_known(target, place.suite, place.index, len(place.suite) - 1), len(place.suite) - 1)
    ):
        region = Region(place.suite, place.index, end, True, ())
        lines = guarded((giving.text,), [f"{second.name} is not None"], document.unit(second.taken))
        ending = Ending((*lines, "raise"), "except BaseException:")
        made = enclose(document, region, second.taken, ending, "wrap", (f"{second.name} = None",))
        if made is not None:
            made.gained["except Name(id='BaseException', ctx=Load()) None"] += 1
            yield target.so_far.then(second.rewrite).then(made)


def _in_front(target: Target, statement: ast.stmt, text: str) -> Rewrite:
    draft = Draft(target.document)
    line = target.document.first_line(statement)
    draft.insert(line, target.document.indent(line) + text)
    draft.gain(text)
    return draft.finish(target.document.unit(statement))


def _regions(target: Target) -> Iterator[Region]:
    """What to enclose, best first: up to the last statement that is known to lose it, to the end of the suite, and,
    where it is taken on some paths only, the same from an outer statement on."""
    document = target.document
    place, first, guard = behind(document, target.taken), 1, False
    while True:
        first += place.index if not guard else 0
        last = len(place.suite) - 1
        if last >= first and _hands_on(place.suite[last], target):
            last -= 1
        ends = [_last_known(target, place.suite, first, last), last]
        for end in dict.fromkeys(ends):
            if end >= first:
                region = Region(place.suite, first, end, guard, ())
                yield region if guard else late(region, target.held)
        owner = place.owner
        if not isinstance(owner, (ast.If, *Try)) or not target.held.plain:
            return
        place, guard = document.place(document.statement(owner)), True
        first = place.index


def _emptied(target: Target, region: Region) -> bool:
    """Whether something in the region, a nested function perhaps, leaves None in its place."""
    document = target.document
    found = (one for statement in region.statements for one in mentions(statement, target.held))
    holders = (document.statement(one) for one in found if isinstance(getattr(one, "ctx", None), ast.Store))
    return any(
        isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant) and one.value.value is None
        for one in holders
    )


def _last_known(target: Target, suite: list[ast.stmt], first: int, last: int) -> int:
    """The index of the last statement in which an exception is known to lose it."""
    if not target.same:
        return last
    lines = [leak.at.line for leak in target.report.leaks if leak.exceptional]
    document = target.document
    hit = [
        k
        for k in range(first, last + 1)
        if any(document.first_line(suite[k]) <= line <= document.last_line(suite[k]) for line in lines)
    ]
    return hit[-1] if hit else last


def _hands_on(statement: ast.stmt, target: Target) -> bool:
    """Whether a statement returns names only, which cannot fail."""
    if not isinstance(statement, ast.Return):
        return False
    value = statement.value
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(
        part is None or isinstance(part, (ast.Name, ast.Constant)) or is_held(part, target.held) for part in parts
    )


def _before_departures(target: Target, giving: Giving, made: Rewrite) -> Rewrite:
    """Release in front of the returns that forget it, too."""
    if not target.same or target.departures.part or target.strangers:
        return made
    lost = [
        leak for leak in target.report.leaks if not leak.exceptional and leak.how in ("return", "break", "continue")
    ]
    old = target.document
    seen = [one for leak in lost if (one := old.statement_at(leak.at))]
    wanted = [(one, _alike(old, one).index(one)) for one in seen if isinstance(one, _DEPARTURES)]
    if not seen:
        return made
    new = read(made.text)
    draft = Draft(new)
    for node in dict.fromkeys(same[k] for one, k in wanted if k < len(same := _alike(new, one))):
        if new.alone(node) and not mentioned(node, target.held, target.lives):
            line = new.first_line(node)
            draft.insert(line, new.indent(line) + giving.text)
            draft.gain(giving.text)
    return made.then(draft.finish("    "))


def _alike(document: Document, statement: ast.stmt) -> list[ast.stmt]:
    """The statements of a text that say the same, in source order."""
    wanted = ast.dump(statement)
    return [
        one
        for section in document.sections
        if section.shape.departures[wanted]
        for one in sorted(section.nodes, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))
        if isinstance(one, _DEPARTURES) and ast.dump(one) == wanted
    ]


def _protected_methods(target: Target) -> Iterator[Rewrite]:
    """Where a field is released by another method after something that may fail: that method's body in a `try:`."""
    if target.held.name not in ("self", "cls") or not target.same:
        return
    document = target.document
    owner = next((node for node in document.ancestors(target.taken) if isinstance(node, ast.ClassDef)), None)
    if owner is not None:
        for made in protected(document, owner, target.givings[0].releases.is_unit):
            yield target.so_far.then(made)


def of_class(text: str, report: SiteReport) -> Iterator[Rewrite]:
    """The same for an object of a class of this file: where its methods release one of their fields."""
    document = read(text)
    call = document.call_at(report.site.span)
    name = call.func.id if call is not None and isinstance(call.func, ast.Name) else ""
    classes = (one.node for one in document.sections if isinstance(one.shape.node, ast.ClassDef))
    owner = next((one for one in classes if isinstance(one, ast.ClassDef) and one.name == name), None)
    if owner is None:
        return
    methods = report.site.resource.release

    def releases(one: ast.stmt) -> bool:
        value = one.value if isinstance(one, ast.Expr) else None
        value = value.value if isinstance(value, ast.Await) else value
        func = value.func if isinstance(value, ast.Call) else None
        return isinstance(func, ast.Attribute) and func.attr in methods and isinstance(func.value, ast.Attribute)

    yield from protected(document, owner, releases)


def protected(document: Document, owner: ast.ClassDef, releases: Callable[[ast.stmt], bool]) -> Iterator[Rewrite]:
    """Each method that releases, with what stands in front of the release in a `try:`."""
    for method in owner.body:
        if not isinstance(method, Function):
            continue
        body = method.body
        for index, one in enumerate(body):
            start = 1 if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) else 0
            if index > start and releases(one) and document.alone(one) and document.alone(body[0]):
                draft = Draft(document)
                margin, unit = document.indent(document.first_line(one)), document.unit(one)
                first, last = document.first_line(body[start]), document.last_line(body[index - 1])
                draft.shift(first, last, 1, margin)
                draft.insert(first, margin + "try:")
                draft.shift(document.first_line(one), document.last_line(one), 1, margin)
                draft.insert_first(document.first_line(one), margin + "finally:")
                yield draft.finish(unit)
