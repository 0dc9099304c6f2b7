"""One acquisition made ready for repair: a statement of its own, on lines of its own."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from leaklint.fixes.bind import Binding, Refused, bind, bind_receiver
from leaklint.fixes.callee import keeps_argument, may_give_none, passed_through
from leaklint.fixes.document import Document, Function, read
from leaklint.fixes.draft import Rewrite
from leaklint.fixes.enclose import covered, without
from leaklint.fixes.expand import expanded
from leaklint.fixes.names import EVERYTHING, Departures, Held, Home, departures, home, is_held, living, mentions
from leaklint.fixes.region import Region, find
from leaklint.fixes.releases import Releases, release_text, stable
from leaklint.fixes.scopes import bound_behind, bound_names, own_nodes
from leaklint.fixes.unfold import unfold
from leaklint.fixes.walking import children, walk
from leaklint.ownership.events import SiteReport

_SOURCES = frozenset({"pool", "engine"})  # what their methods give ends, or changes, when they do
_OPEN_ENDED = frozenset({"session"})  # what its queries return may load more later
_MOST_EXPANDED = 4


@dataclass(frozen=True)
class Giving:
    """A release to write, with what has to follow it, and the releases that it makes redundant."""

    text: str
    releases: Releases
    then: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is to be written."""
        return (self.text, self.then) if self.then else (self.text,)


@dataclass(frozen=True, eq=False)
class Target:
    """The acquisition `taken` in a text whose change from the original is `so_far`.

    maybe_none: the statement may bind None. givings: releases that could be written, best first.
    same: the text is still the original, so the report's positions hold in it. strangers: variables and fields that the
    statement may bind as they are, because the helper that is called hands them back.
    """

    document: Document
    call: ast.Call
    taken: ast.stmt
    held: Held
    report: SiteReport
    so_far: Rewrite
    maybe_none: bool
    shared: bool
    same: bool
    givings: tuple[Giving, ...]
    reason: str
    strangers: tuple[str, ...] = ()

    @property
    def tests(self) -> list[str]:
        """What must hold of it, None aside, for this function to release it."""
        return [f"{self.held.text} is not {one}" for one in self.strangers]

    @property
    def scope(self) -> ast.AST:
        """The function, class or module that takes it."""
        return self.document.scope(self.taken)

    @cached_property
    def _home(self) -> Home:
        return home(self.scope, self.held)

    @property
    def in_async(self) -> bool:
        """Whether `await` may be written here."""
        return isinstance(self.scope, ast.AsyncFunctionDef)

    @cached_property
    def lives(self) -> frozenset[str]:
        """The variables that may need it open."""
        open_ended = self.report.site.resource.kind in _OPEN_ENDED
        return living(self._home, self.held, self.taken, copies=not open_ended)

    @cached_property
    def departures(self) -> Departures:
        """How it leaves its function."""
        resource = self.report.site.resource
        if resource.taken == "receiver":
            return Departures(False, False, False)  # the object stays where it was
        derives = (EVERYTHING,) if resource.kind in _SOURCES else resource.derives
        seen = departures(self._home, self.held, self.taken, derives)
        # What is made of an engine or a pool seldom is data: it takes connections later.
        part = seen.part or (seen.perhaps and resource.kind in _SOURCES)
        return dataclasses.replace(seen, whole=seen.whole or self.report.handed_on or self._in_function(), part=part)

    def _in_function(self) -> bool:
        """Whether a function that works with it goes into what is returned."""
        return any(
            isinstance(call, ast.Call) and keeps_argument(self.document, call, lambda one: is_held(one, self.held))
            for node in _behind(self.document, self.taken)
            if isinstance(node, ast.Return) and node.value is not None
            for call in walk(node.value)
        )

    def region(self, giving: Giving, stay: bool = False) -> Region:
        """The statements that the release must enclose."""
        return find(self.document, self.taken, self.held, self.lives, giving.releases, stay)


def prepare(text: str, report: SiteReport, unbound: bool = False) -> Target:
    """The site of a report, bound to a name on lines of its own. `unbound` ignores the name it was seen bound to.

    Raises Refused where that cannot be done, SyntaxError where the text is not Python.
    """
    document = read(text)
    call = document.call_at(report.site.span)
    if call is None:
        raise Refused("the acquisition is not a call in this text")
    seen = [document.call_at(span) for span in report.releases]
    released = frozenset(one for one in seen if one is not None and one is not call)
    document, call, released, first = _apart(document, call, released, [document.statement(call)])
    document, call, released, first = _written_out(document, call, released, first)
    if report.site.resource.taken == "receiver":
        binding = bind_receiver(document, call)
    else:
        known = "" if unbound else report.site.bound
        binding = bind(document, call, report.site.resource.kind, known, report.site.derived)
    if binding.rewrite.text != document.text:
        document, call, released = _after(document, call, released, binding)
    taken = document.statement(call)
    if report.site.derived and not binding.maybe_none and _none_is_likely(document, call, taken, binding.held):
        binding = dataclasses.replace(binding, maybe_none=True)
    target = _target(document, call, taken, binding, report, released, first.then(binding.rewrite), text)
    if report.site.derived:
        strangers = _strangers(document, call, taken, binding.held)
        if report.strange and not strangers:
            raise Refused("it may be one that the helper was given or keeps, which is not to be released here")
        target = dataclasses.replace(target, strangers=strangers)
    return _unfolded(target, released, text)


def _strangers(document: Document, call: ast.Call, taken: ast.stmt, resource: Held) -> tuple[str, ...]:
    """What was there before and a helper may hand back, which is not this function's to release. Raises Refused where
    the release could not ask for it."""
    found: list[str] = []
    for argument in passed_through(document, call, _unpacked_as(taken, resource)):
        names = {node.id for node in walk(argument) if isinstance(node, ast.Name)}
        if not stable(argument) or names & {name for one in _behind(document, taken) for name in bound_names(one)}:
            raise Refused("it may be what the helper was given, and that is no longer known when it is released")
        found.append(ast.unparse(argument))
    return tuple(dict.fromkeys(found))


def _behind(document: Document, taken: ast.stmt) -> Iterator[ast.stmt]:
    """The statements from `taken` on."""
    for node in walk(document.scope(taken)):
        if isinstance(node, ast.stmt) and node.lineno >= taken.lineno:
            yield node


def _none_is_likely(document: Document, call: ast.Call, taken: ast.stmt, resource: Held) -> bool:
    """Whether what a project function returned may be None: it says so, or nobody takes for granted that it is not."""
    gives = may_give_none(document, call, _unpacked_as(taken, resource))
    if gives is not None:
        return gives
    place = document.place(taken)
    for one in place.suite[place.index + 1 :]:
        for node in _evaluated(one):
            if isinstance(node, (ast.If, ast.IfExp, ast.While)) and _asks_for(node.test, resource):
                return True
            if isinstance(node, ast.Attribute) and is_held(node.value, resource):
                return False
    return True


def _asks_for(test: ast.expr, resource: Held) -> bool:
    """Whether a test is of the resource itself, not of what a call makes of it or of one of its fields."""
    if isinstance(test, ast.Call):
        return False
    if is_held(test, resource):
        return True
    if isinstance(test, ast.Attribute):
        return False
    return any(isinstance(one, ast.expr) and _asks_for(one, resource) for one in children(test))


def _evaluated(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement in source order."""
    stack: list[ast.AST] = [statement]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(reversed(list(children(one))))


def _unpacked_as(taken: ast.stmt, resource: Held) -> int:
    """Which of the names that `taken` unpacks to is the resource; -1 where it unpacks nothing."""
    target = taken.targets[0] if isinstance(taken, ast.Assign) else None
    names = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
    return next((k for k, one in enumerate(names) if is_held(one, resource)), -1)


def _apart(
    document: Document, call: ast.Call, released: frozenset[ast.Call], wanted: list[ast.stmt]
) -> tuple[Document, ast.Call, frozenset[ast.Call], Rewrite]:
    """Unfold the lines of some statements; calls keep their order."""
    rewrite = unfold(document, wanted)
    if rewrite.text == document.text:
        return document, call, released, rewrite
    new = read(rewrite.text)
    return new, _same(document, call, new), frozenset(_same(document, one, new) for one in released), rewrite


def _same(document: Document, call: ast.Call, new: Document) -> ast.Call:
    """The call of the same number in another text."""
    return new.numbered(document.number(call))


def _written_out(
    document: Document, call: ast.Call, released: frozenset[ast.Call], so_far: Rewrite
) -> tuple[Document, ast.Call, frozenset[ast.Call], Rewrite]:
    """Write out what stands around the call and leaves no room for a statement in front of it."""
    for _ in range(_MOST_EXPANDED):
        rewrite = expanded(document, call)
        if rewrite is None:
            break
        new = read(rewrite.text)
        before, after = document.calls_like(call), new.calls_like(call)
        if released or len(after) != len(before):
            break
        call = after[before.index(call)]
        document, so_far = new, so_far.then(rewrite)
    return document, call, released, so_far


def _after(
    document: Document, call: ast.Call, released: frozenset[ast.Call], binding: Binding
) -> tuple[Document, ast.Call, frozenset[ast.Call]]:
    """The nodes again after the call moved to the statement at `binding.line`."""
    new = read(binding.rewrite.text)
    moved = next((one for one in new.calls_like(call) if new.first_line(new.statement(one)) == binding.line), None)
    if moved is None:
        raise Refused("the acquisition was not found again")
    return new, moved, frozenset(_same(document, one, new) for one in released)


def _target(
    document: Document,
    call: ast.Call,
    taken: ast.stmt,
    binding: Binding,
    report: SiteReport,
    released: frozenset[ast.Call],
    so_far: Rewrite,
    original: str,
) -> Target:
    resource, name = report.site.resource, binding.held
    scope = document.scope(taken)
    in_async = isinstance(scope, ast.AsyncFunctionDef)
    known = Releases(resource, name, released)
    bare = Releases(resource, name)
    found: list[Giving] = []
    completed = next(
        (document.source(node) for node in walk(scope) if isinstance(node, ast.Await) and bare.completes(node)), ""
    )
    for text, pure in _written(document, scope, taken, known, bare, in_async):
        giving = Giving(text, bare if pure else known, completed if pure else "")
        if giving.text not in [one.text for one in found]:
            found.append(giving)
    canonical = release_text(document, resource, call, name.text, in_async)
    if canonical.text and canonical.text not in [one.text for one in found]:
        found.append(Giving(canonical.text, bare, canonical.then))
    return Target(
        document,
        call,
        taken,
        name,
        report,
        so_far,
        binding.maybe_none,
        binding.shared,
        document.text == original,
        tuple(found),
        canonical.reason,
    )


def _written(
    document: Document, scope: ast.AST, taken: ast.stmt, known: Releases, bare: Releases, in_async: bool
) -> Iterator[tuple[str, bool]]:
    """The releases that the function already contains, and whether each is the library's own."""
    later = set(bound_behind(scope, taken.lineno)) - {known.held.name}
    for node in own_nodes(scope):
        if not isinstance(node, ast.Expr):
            continue
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(value, ast.Call) or not (known.is_release(value) or value in known.calls):
            continue
        if known.completes(value):
            continue
        if any(isinstance(one, ast.Name) and one.id in later for one in walk(value)):
            continue
        waits = isinstance(node.value, ast.Await)
        plain = isinstance(value.func, ast.Attribute) and value.func.attr in known.resource.release_plain
        must = bare.is_release(value) and known.resource.release_awaited == "yes" and not plain
        if must and not waits and not in_async:
            continue
        text = " ".join(document.source(value).split()) if "\n" in document.source(value) else document.source(value)
        yield ("await " + text if waits or must else text), bare.is_release(value)


def _unfolded(target: Target, released: frozenset[ast.Call], original: str) -> Target:
    """The target with its releases, and the edges of what they must enclose, on lines of their own."""
    document = target.document
    wanted: list[ast.stmt] = []
    for giving in target.givings:
        try:
            region = target.region(giving)
        except Refused:
            continue
        wanted += [*region.units, *region.statements[:1], *region.statements[-1:]]
        for one in (*region.units, *region.statements[:1]):
            wanted += _beside(document, one, region)
    wanted = [one for one in wanted if not document.alone(one) or _folded_inside(document, one)]
    if not wanted:
        return target
    new, call, moved, rewrite = _apart(document, target.call, released, wanted)
    if new is document:
        return target
    binding = Binding(rewrite, target.held, 0, target.maybe_none, target.shared)
    made = _target(new, call, new.statement(call), binding, target.report, moved, target.so_far.then(rewrite), original)
    return dataclasses.replace(made, same=False, strangers=target.strangers)


def _beside(document: Document, statement: ast.stmt, region: Region) -> Iterator[ast.stmt]:
    """The statements in the suites of all that stands around one inside a region."""
    inside = covered(region)
    around = [statement, *(node for node in document.ancestors(statement) if node in inside)]
    for node in around:
        if isinstance(node, (ast.stmt, ast.ExceptHandler)) and not isinstance(node, Function):
            for child in children(node):
                if isinstance(child, ast.stmt):
                    yield child
                elif isinstance(child, ast.ExceptHandler):
                    yield from child.body


def without_outer(target: Target, giving: Giving) -> Target:
    """The target in a text without the releases that stand outside the suite that takes it, behind it."""
    while True:
        region = target.region(giving, stay=True)
        inside = covered(region)
        outer = [one for one in region.units if one not in inside]
        if not outer:
            return target
        rewrite = without(target.document, outer[-1])
        new = read(rewrite.text)
        call = _same(target.document, target.call, new)
        binding = Binding(rewrite, target.held, 0, target.maybe_none, target.shared)
        made = _target(
            new, call, new.statement(call), binding, target.report, frozenset(), target.so_far.then(rewrite), ""
        )
        target = dataclasses.replace(made, same=False, strangers=target.strangers)
        giving = Giving(giving.text, Releases(target.report.site.resource, target.held), giving.then)


def _folded_inside(document: Document, statement: ast.stmt) -> bool:
    return any(
        isinstance(one, ast.stmt) and not isinstance(one, Function) and not document.alone(one)
        for one in children(statement)
    )


def guarded(lines: tuple[str, ...], tests: list[str], unit: str) -> tuple[str, ...]:
    """Lines under an `if` that asks for all of the tests, if there are any."""
    return (f"if {' and '.join(tests)}:", *(unit + line for line in lines)) if tests else lines


def starts_none(target: Target, region: Region) -> bool:
    """Whether the name is set to None in front of the region, at its own level."""
    for one in reversed(region.suite[: region.first]):
        if isinstance(one, ast.Assign) and any(is_held(node, target.held) for node in one.targets):
            return isinstance(one.value, ast.Constant) and one.value.value is None
        if any(isinstance(node, ast.Name) and node.id == target.held.name for node in walk(one)):
            return False
    return False


def meant_before(target: Target, statements: Sequence[ast.stmt], units: Iterable[ast.stmt]) -> bool:
    """Whether the name may stand for something in front of the statements that these read, besides what the acquisition
    binds: `units` are the releases among them."""
    start = statements[0].lineno
    before = any(
        isinstance(node, ast.stmt) and node.lineno < start and target.held.name in bound_names(node)
        for node in walk(target.scope)
        if node is not target.scope and not isinstance(node, (*Function, ast.ClassDef))
    )
    if not before:
        return False
    place = target.document.place(target.taken)
    own = {node for one in (*place.suite[place.index :], *units) for node in walk(one)}
    return any(one not in own for statement in statements for one in mentions(statement, target.held))
