"""The patterns of `match`: tests that branch away where they fail, then the bindings."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from leaklint import ir
from leaklint.lowering.body import Body
from leaklint.lowering.expressions import constant, value
from leaklint.model import Span

Bindings = list[tuple[Span, str, str]]


def match(body: Body, pattern: Any, subject: str, fail: int) -> None:
    """Go on in a new block where `pattern` matches, with its names bound; go to `fail` where it does not."""
    bindings: Bindings = []
    _test(body, pattern, subject, fail, bindings)
    _bind(body, bindings)


def captures(pattern: Any) -> set[str]:
    """The names that a pattern binds."""
    return {
        name
        for node in ast.walk(pattern)
        for name in (getattr(node, "name", None), getattr(node, "rest", None))
        if isinstance(name, str)
    }


def _bind(body: Body, bindings: Bindings) -> None:
    for span, name, operand in bindings:
        body.store(span, name, operand)


def _require(body: Body, span: Span, test: str, fail: int) -> None:
    passed = body.graph.new()
    body.graph.end(ir.Branch(test, passed, fail, span))
    body.graph.start(passed)


def _test(body: Body, pattern: Any, subject: str, fail: int, bindings: Bindings) -> None:
    _PATTERNS[pattern.__class__](body, pattern, subject, fail, bindings)


def _compared(body: Body, span: Span, op: str, left: str, right: str, fail: int) -> None:
    dst = body.temp()
    body.emit(ir.Compare(span, dst, op, left, right))
    _require(body, span, dst, fail)


def _value(body: Body, pattern: Any, subject: str, fail: int, bindings: Bindings) -> None:
    _compared(body, body.span(pattern), "==", subject, value(body, pattern.value), fail)


def _singleton(body: Body, pattern: Any, subject: str, fail: int, bindings: Bindings) -> None:
    span = body.span(pattern)
    _compared(body, span, "is", subject, constant(body, span, pattern.value), fail)


def _as(body: Body, pattern: Any, subject: str, fail: int, bindings: Bindings) -> None:
    if pattern.pattern is not None:
        _test(body, pattern.pattern, subject, fail, bindings)
    if pattern.name is not None:
        bindings.append((body.span(pattern), pattern.name, subject))


def _or(body: Body, pattern: Any, subject: str, fail: int, bindings: Bindings) -> None:
    matched = body.graph.new()
    for index, alternative in enumerate(pattern.patterns):
        last = index == len(pattern.patterns) - 1
        otherwise = fail if last else body.graph.new()
        match(body, alternative, subject, otherwise)
        body.graph.goto(matched)
        if not last:
            body.graph.start(otherwise)
    body.graph.start(matched)


def _sequence(body: Body, pattern: Any, subject: str, fail: int, bindings: Bindings) -> None:
    span, parts = body.span(pattern), pattern.patterns
    star = next((i for i, part in enumerate(parts) if isinstance(part, ast.MatchStar)), -1)
    length = f"{len(parts) - 1}+" if star >= 0 else str(len(parts))
    _require(body, span, body.operation(span, f"match-sequence:{length}", subject), fail)
    if all(isinstance(part, (ast.MatchAs, ast.MatchStar)) and part.name is None for part in parts):
        if not any(isinstance(part, ast.MatchAs) and part.pattern is not None for part in parts):
            return
    dsts = tuple(body.temp() for _ in parts)
    body.emit(ir.Unpack(span, dsts, subject, star))
    for part, dst in zip(parts, dsts):
        _test(body, part, dst, fail, bindings)


def _star(body: Body, pattern: Any, subject: str, fail: int, bindings: Bindings) -> None:
    if pattern.name is not None:
        bindings.append((body.span(pattern), pattern.name, subject))


def _mapping(body: Body, pattern: Any, subject: str, fail: int, bindings: Bindings) -> None:
    span = body.span(pattern)
    _require(body, span, body.operation(span, "match-mapping", subject), fail)
    keys = []
    for key_node, part in zip(pattern.keys, pattern.patterns):
        key = value(body, key_node)
        keys.append(key)
        _compared(body, span, "in", key, subject, fail)
        item = body.temp()
        body.emit(ir.Item(body.span(part), item, subject, key))
        _test(body, part, item, fail, bindings)
    if pattern.rest is not None:
        bindings.append((span, pattern.rest, body.operation(span, "match-rest", subject, *keys)))


def _class(body: Body, pattern: Any, subject: str, fail: int, bindings: Bindings) -> None:
    span = body.span(pattern)
    of = value(body, pattern.cls)
    _require(body, span, body.operation(span, "isinstance", subject, of), fail)
    for index, part in enumerate(pattern.patterns):
        item = body.operation(body.span(part), f"match-argument:{index}", subject, of)
        _test(body, part, item, fail, bindings)
    for attribute, part in zip(pattern.kwd_attrs, pattern.kwd_patterns):
        item = body.temp()
        body.emit(ir.Attr(body.span(part), item, subject, attribute))
        _test(body, part, item, fail, bindings)


_PATTERNS: dict[type, Callable[[Body, Any, str, int, Bindings], None]] = {
    ast.MatchValue: _value,
    ast.MatchSingleton: _singleton,
    ast.MatchAs: _as,
    ast.MatchOr: _or,
    ast.MatchSequence: _sequence,
    ast.MatchStar: _star,
    ast.MatchMapping: _mapping,
    ast.MatchClass: _class,
}
