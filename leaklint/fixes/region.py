"""Which statements a release must enclose."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from leaklint.fixes.bind import Refused
from leaklint.fixes.document import Document, Function, Place
from leaklint.fixes.names import Held, is_held, mentioned, mentions
from leaklint.fixes.releases import Releases
from leaklint.fixes.walking import walk


@dataclass(frozen=True)
class Region:
    """Statements `first` to `last` (inclusive; last < first: none) of `suite`.

    guard      the acquisition stands inside the region, so the release must ask whether it took place.
    units      statements in and behind the region that do nothing but release; `trailing` is the last of them, if it
               stands at the region's own level.
    """

    suite: list[ast.stmt]
    first: int
    last: int
    guard: bool
    units: tuple[ast.stmt, ...]
    trailing: ast.stmt | None = None

    @property
    def statements(self) -> list[ast.stmt]:
        """The region's statements."""
        return self.suite[self.first : self.last + 1]


def find(
    document: Document, taken: ast.stmt, resource: Held, lives: frozenset[str], releases: Releases, stay: bool
) -> Region:
    """The statements to enclose so that a release behind them runs on every path from `taken` on.

    `stay` keeps to the suite of `taken`, whatever outer statements release: for what is taken anew in each round.
    """
    place = behind(document, taken)
    first, guard = place.index + 1, False
    scope = document.scope(taken)
    if _carried_round(document, taken, resource) and not stay:
        place, first, guard = _outer_loop(document, taken), 0, True
        first = place.index
    while True:
        suite = place.suite
        limit = _rebound(suite, first, resource)
        beyond = _beyond(document, scope, suite, limit, resource, frozenset(), taken, releases if stay else None)
        trailing = _trailing(suite, first, limit, resource, releases)
        if trailing is not None and not beyond:
            last = _with_followers(suite, first, trailing, limit)
            found = Region(suite, first, last, guard, (), suite[trailing])
            break
        if not stay:
            beyond = beyond or _beyond(document, scope, suite, limit, resource, lives, taken, None)
        if not beyond:
            used = [k for k in range(first, limit) if mentioned(suite[k], resource, lives)]
            found = Region(suite, first, used[-1] if used else first - 1, guard, ())
            break
        place, first, guard = _outer(document, place), 0, True
        first = place.index
    if not found.guard:
        found = late(found, resource)
    units = list(_units(found.statements, releases))
    if found.trailing is not None and found.trailing not in units:
        units.append(found.trailing)
    if stay:
        end = (taken.lineno, taken.col_offset)
        units += [
            one
            for one in _units(scope.body, releases)  # type: ignore[attr-defined]
            if one not in units and (one.lineno, one.col_offset) > end
        ]
    return Region(found.suite, found.first, found.last, found.guard, tuple(units), found.trailing)


def behind(document: Document, taken: ast.stmt) -> Place:
    """The place of `taken`; where it ends the body of a `try:` that goes on only if it succeeded, that of the `try`, or
    the one in front of its `else:` suite (index -1)."""
    place = document.place(taken)
    while isinstance(place.owner, ast.Try) and place.field == "body" and place.index == len(place.suite) - 1:
        attempt = place.owner
        if attempt.finalbody or not all(_leaves(handler.body[-1]) for handler in attempt.handlers):
            break
        if attempt.orelse:
            return Place(attempt, "orelse", attempt.orelse, -1)
        place = document.place(attempt)
    return place


def _leaves(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Raise, ast.Return, ast.Continue, ast.Break))


def late(region: Region, resource: Held) -> Region:
    """The region without leading statements that cannot fail: constants bound, names bound again, functions defined."""
    first = region.first
    while first < region.last and _idle(region.suite[first], resource):
        first += 1
    return Region(region.suite, first, region.last, region.guard, region.units, region.trailing)


def _idle(statement: ast.stmt, resource: Held) -> bool:
    if mentioned(statement, resource):
        return False
    if isinstance(statement, Function):
        return not (statement.decorator_list or statement.args.defaults or any(statement.args.kw_defaults))
    if not isinstance(statement, ast.Assign) or not all(_settable(target) for target in statement.targets):
        return False
    value = statement.value
    parts = walk(value) if isinstance(value, (ast.List, ast.Dict, ast.Tuple)) else []
    display = all(isinstance(one, (ast.List, ast.Dict, ast.Tuple, ast.Constant, ast.expr_context)) for one in parts)
    return isinstance(value, (ast.Constant, ast.Name)) or (bool(parts) and display)


def _settable(target: ast.expr) -> bool:
    """A variable, or a field of the method's own object."""
    own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    return own or isinstance(target, ast.Name)


def _outer(document: Document, place: Place) -> Place:
    owner = place.owner
    while not isinstance(owner, ast.stmt):
        if owner not in document.parents:
            raise Refused("its uses reach beyond what can be enclosed")
        owner = document.parents[owner]
    if isinstance(owner, (*Function, ast.ClassDef)):
        raise Refused("its uses reach beyond what can be enclosed")
    return document.place(owner)


def _carried_round(document: Document, taken: ast.stmt, resource: Held) -> bool:
    """Whether a loop around `taken` reads the resource before `taken` in its next round."""
    for loop in document.ancestors(taken):
        if isinstance(loop, (*Function, ast.ClassDef, ast.Module)):
            return False
        if not isinstance(loop, (ast.For, ast.AsyncFor, ast.While)):
            continue
        for statement in loop.body:
            if _binds(statement, resource):
                break
            if statement is taken or taken in walk(statement):
                if any(
                    (one.lineno, one.col_offset) < (taken.lineno, taken.col_offset) and isinstance(one.ctx, ast.Load)  # type: ignore[attr-defined]
                    for one in mentions(statement, resource)
                ):
                    return True
                break
            if mentioned(statement, resource):
                return True
    return False


def _outer_loop(document: Document, taken: ast.stmt) -> Place:
    loops = [node for node in _inside_scope(document, taken) if isinstance(node, (ast.For, ast.AsyncFor, ast.While))]
    return document.place(loops[-1])


def _inside_scope(document: Document, node: ast.AST) -> Iterator[ast.AST]:
    for one in document.ancestors(node):
        if isinstance(one, (*Function, ast.ClassDef, ast.Module, ast.Lambda)):
            return
        yield one


def _binds(statement: ast.stmt, resource: Held) -> bool:
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        for item in statement.items:
            if mentioned(item.context_expr, resource) or is_held(item.optional_vars, resource):
                return not mentioned(item.context_expr, resource)
        return False
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(is_held(target, resource) for target in targets) and not mentioned(statement.value, resource)


def read_again(suite: list[ast.stmt], resource: Held) -> bool:
    """Whether a suite reads the name before it binds it to something else."""
    for one in suite:
        if _binds(one, resource):
            return False
        if mentioned(one, resource):
            return True
    return False


def _rebound(suite: list[ast.stmt], first: int, resource: Held) -> int:
    """The index of the statement at this level that binds the name to something else."""
    ends = (k for k in range(first, len(suite)) if _binds(suite[k], resource) or _deletes(suite[k], resource))
    return next(ends, len(suite))


def _deletes(statement: ast.stmt, resource: Held) -> bool:
    return isinstance(statement, ast.Delete) and any(is_held(target, resource) for target in statement.targets)


def _beyond(
    document: Document,
    scope: ast.AST,
    suite: list[ast.stmt],
    limit: int,
    resource: Held,
    lives: frozenset[str],
    taken: ast.stmt,
    ignored: Releases | None,
) -> bool:
    """Whether something behind the suite mentions the resource. `ignored`: statements that release do not count."""
    if limit < len(suite) and not any(one is taken for one in suite[limit:]):
        return False
    end = document.extent(suite[-1])[1]
    passed: set[ast.AST] = set()
    if ignored is not None:
        passed = {
            node
            for statement in walk(scope)
            if isinstance(statement, ast.stmt) and ignored.is_unit(statement)
            for node in walk(statement)
        }
    later = [
        one for one in mentions(scope, resource, lives, scope) if document.extent(one)[0] >= end and one not in passed
    ]
    stores = [one for one in later if isinstance(one.ctx, ast.Store)]  # type: ignore[attr-defined]
    return any(not _bound_anew(document, one, stores) for one in later if one not in stores)


def _bound_anew(document: Document, read: ast.expr, stores: list[ast.expr]) -> bool:
    """Whether one of the bindings `stores` always comes in front of a read of the same name."""
    around = [node for node in (read, *document.ancestors(read)) if isinstance(node, ast.stmt)]
    for store in stores:
        holder = document.statement(store)
        if ast.dump(store).replace("Store()", "Load()") != ast.dump(read).replace("Del()", "Load()"):
            continue
        if isinstance(holder, (ast.Assign, ast.AnnAssign, ast.With, ast.AsyncWith)):
            place = document.place(holder)
            if any(one in place.suite[place.index + 1 :] for one in around):
                return True
            if isinstance(holder, (ast.With, ast.AsyncWith)) and any(one in holder.body for one in around):
                return True
    return False


def _trailing(suite: list[ast.stmt], first: int, limit: int, resource: Held, releases: Releases) -> int | None:
    units = [k for k in range(first, limit) if releases.is_unit(suite[k])]
    if not units or any(mentioned(one, resource) for one in suite[units[-1] + 1 : limit]):
        return None
    return units[-1]


def _with_followers(suite: list[ast.stmt], first: int, trailing: int, limit: int) -> int:
    """The region's last index: what is opened inside the region and closed right behind the release belongs to it."""
    inside = {
        node.id
        for statement in suite[first:trailing]
        for node in walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    last = trailing - 1
    for k in range(trailing + 1, limit):
        statement = suite[k]
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, (ast.Call, ast.Await))):
            break
        if not any(isinstance(node, ast.Name) and node.id in inside for node in walk(statement)):
            break
        last = k
    return last


def _units(suite: list[ast.stmt], releases: Releases) -> Iterator[ast.stmt]:
    """The statements of a suite, and below, that release; not those that make way for another resource: a release
    with the name bound again behind it ends what the name stood for before."""
    for index, statement in enumerate(suite):
        if releases.is_unit(statement):
            if not any(_binds(one, releases.held) for one in suite[index + 1 :]):
                yield statement
        elif not isinstance(statement, (*Function, ast.ClassDef)):
            for below in _suites(statement):
                yield from _units(below, releases)


def _suites(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for _, value in ast.iter_fields(statement):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield value
        elif isinstance(value, list):
            yield from (one.body for one in value if isinstance(one, (ast.ExceptHandler, ast.match_case)))
