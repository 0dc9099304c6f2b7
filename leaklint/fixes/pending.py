"""Whether a connection has work pending where its block is left: a `with` that commits would then commit more."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leaklint.fixes.document import Function
from leaklint.fixes.enclose import Try
from leaklint.fixes.names import mentioned, mentions
from leaklint.fixes.releases import Releases
from leaklint.fixes.walking import children

_ENDING = frozenset({"commit", "rollback"})


@dataclass(frozen=True)
class Pending:
    """What a suite leaves behind. after: something may be pending at its end; None: its end is not reached.
    anywhere: something may be pending at some point of it; left: something may be pending where it returns, or leaves
    a loop round."""

    after: bool | None
    anywhere: bool
    left: bool = False


def leaves_pending(suite: Sequence[ast.stmt], releases: Releases, lives: frozenset[str]) -> bool:
    """Whether the suite may be left, other than by an exception, with work neither committed nor rolled back.

    lives: the variables that work on the connection.
    """
    seen = _Search(releases, lives).suite(suite, False)
    return bool(seen.after) or seen.left


@dataclass(frozen=True)
class _Search:
    releases: Releases
    lives: frozenset[str]

    def suite(self, suite: Sequence[ast.stmt], before: bool) -> Pending:
        after: bool | None = before
        anywhere, left = before, False
        for one in suite:
            if after is None:
                break
            seen = self.statement(one, after)
            after, anywhere, left = seen.after, anywhere or seen.anywhere, left or seen.left
        return Pending(after, anywhere, left)

    def statement(self, one: ast.stmt, before: bool) -> Pending:
        if self.releases.is_unit(one) or isinstance(one, (*Function, ast.ClassDef)):
            return Pending(before, before)
        if isinstance(one, ast.Raise):
            return Pending(None, before)
        if isinstance(one, (ast.Return, ast.Break, ast.Continue)):
            used = before or self._used(one)
            return Pending(None, used, used)
        if isinstance(one, Try):
            return self._try(one, before)  # type: ignore[arg-type]
        inner = list(_suites(one))
        if not inner:
            after = not self._ends(one) and (before or self._used(one))
            return Pending(after, before or after)
        start = before or any(self._used(part) for part in _headers(one))
        if isinstance(one, (ast.For, ast.AsyncFor, ast.While)):
            seen = self.suite(one.body, start)
            if seen.after and not start:  # the next round begins with what the one before left
                seen = self.suite(one.body, True)
            rest = self.suite(one.orelse, start or bool(seen.after))
            return Pending(start or bool(seen.after) or seen.left or bool(rest.after), True, seen.left or rest.left)
        ways = [self.suite(body, start) for body in inner]
        if isinstance(one, (ast.If, ast.Match)) and not getattr(one, "orelse", None):
            ways.append(Pending(start, start))
        return _joined(ways)

    def _try(self, one: ast.Try, before: bool) -> Pending:
        body = self.suite(one.body, before)
        tried = self.suite(one.orelse, body.after) if body.after is not None else body
        ways = [Pending(tried.after, body.anywhere or tried.anywhere, body.left or tried.left)]
        ways += [self.suite(handler.body, body.anywhere) for handler in one.handlers]
        seen = _joined(ways)
        if not one.finalbody:
            return seen
        final = self.suite(one.finalbody, seen.anywhere)
        after = self.suite(one.finalbody, bool(seen.after)).after if seen.after is not None else None
        return Pending(after, final.anywhere, seen.left or final.left)

    def _ends(self, one: ast.stmt) -> bool:
        """Whether a statement is `conn.commit()` or `conn.rollback()`."""
        value = one.value if isinstance(one, ast.Expr) else None
        value = value.value if isinstance(value, ast.Await) else value
        func = value.func if isinstance(value, ast.Call) else None
        return isinstance(func, ast.Attribute) and func.attr in _ENDING and self._is_connection(func.value)

    def _is_connection(self, node: ast.expr) -> bool:
        return any(one is node for one in mentions(node, self.releases.held))

    def _used(self, node: ast.AST) -> bool:
        return mentioned(node, self.releases.held, self.lives)


def _joined(ways: Sequence[Pending]) -> Pending:
    reached = [one.after for one in ways if one.after is not None]
    return Pending(any(reached) if reached else None, any(one.anywhere for one in ways), any(one.left for one in ways))


def _suites(one: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(one, ast.Match):
        yield from (case.body for case in one.cases)
    for name in ("body", "orelse"):
        suite = getattr(one, name, None)
        if isinstance(suite, list) and suite:
            yield suite


def _headers(one: ast.stmt) -> Iterator[ast.AST]:
    """What a compound statement evaluates in front of its suites."""
    for child in children(one):
        if not isinstance(child, (ast.stmt, ast.match_case)):
            yield child
        elif isinstance(child, ast.match_case) and child.guard is not None:
            yield child.guard
