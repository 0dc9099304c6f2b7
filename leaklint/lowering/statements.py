"""Statements: each becomes instructions, branches and regions of the graph."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from leaklint import ir
from leaklint.lowering import definitions, patterns
from leaklint.lowering.body import Body
from leaklint.lowering.expressions import OPERATORS, assign, branch, call, value
from leaklint.lowering.graph import Clause, FinalBody, Finalizer, Loop
from leaklint.lowering.nodes import STAR_TRIES, TYPE_ALIASES
from leaklint.model import Span


def statements(body: Body, nodes: Iterable[Any]) -> None:
    """Lower a suite."""
    for node in nodes:
        _STATEMENT[node.__class__](body, node)


def _nothing(body: Body, node: Any) -> None:
    pass


def _expression(body: Body, node: Any) -> None:
    expression = node.value
    kind = expression.__class__
    if kind is ast.Constant:
        return
    body.expect(node)
    span = body.span(expression)
    if kind is ast.Call:
        operand = call(body, expression, span, value(body, expression.func), statement=True)
    else:
        operand = value(body, expression)
    body.emit(ir.Unused(span, operand))


def _assign(body: Body, node: Any) -> None:
    body.expect(node)
    if len(node.targets) == 1 and _parallel(node.targets[0], node.value):
        target = node.targets[0]
        sources = [body.copied(body.span(item), value(body, item)) for item in node.value.elts]
        for element, src in zip(target.elts, sources):
            assign(body, element, src)
        return
    src = value(body, node.value)
    if len(node.targets) > 1:
        src = body.copied(body.span(node.value), src)
    for target in node.targets:
        assign(body, target, src)


def _parallel(target: Any, source: Any) -> bool:
    """Whether `a, b = x, y` can assign one by one, which keeps what goes where."""
    displays = (ast.Tuple, ast.List)
    if not (isinstance(target, displays) and isinstance(source, displays) and len(target.elts) == len(source.elts)):
        return False
    return not any(element.__class__ is ast.Starred for element in (*target.elts, *source.elts))


def _annotated(body: Body, node: Any) -> None:
    if node.value is not None:
        body.expect(node)
        assign(body, node.target, value(body, node.value))


def _augmented(body: Body, node: Any) -> None:
    body.expect(node)
    target, span = node.target, body.span(node)
    name = OPERATORS[node.op.__class__] + "="
    kind = target.__class__
    if kind is ast.Name:
        left = body.load(target, target.id)
        body.store(span, target.id, body.operation(span, name, left, value(body, node.value)))
        return
    base = body.copied(span, value(body, target.value))
    left = body.temp()
    if kind is ast.Attribute:
        body.emit(ir.Attr(body.span(target), left, base, target.attr))
        result = body.operation(span, name, left, value(body, node.value))
        body.emit(ir.SetAttr(span, base, target.attr, result))
    else:
        index = body.copied(span, value(body, target.slice))
        body.emit(ir.Item(body.span(target), left, base, index))
        result = body.operation(span, name, left, value(body, node.value))
        body.emit(ir.SetItem(span, base, index, result))


def _delete(body: Body, node: Any) -> None:
    body.expect(node)
    pending = list(reversed(node.targets))
    while pending:
        target = pending.pop()
        span = body.span(target)
        if isinstance(target, ast.Name):
            body.delete(span, target.id)
        elif isinstance(target, ast.Attribute):
            body.emit(ir.DelAttr(span, value(body, target.value), target.attr))
        elif isinstance(target, ast.Subscript):
            base = value(body, target.value)
            body.emit(ir.DelItem(span, base, value(body, target.slice)))
        else:
            pending.extend(reversed(target.elts))


def _return(body: Body, node: Any) -> None:
    body.expect(node)
    graph, span = body.graph, body.span(node)
    src = "" if node.value is None else value(body, node.value)
    if src and graph.unsettled(src):
        body.emit(ir.Copy(span, "%return", src))
        src = "%return"
    handler = graph.handler
    graph.leave(0, span)
    graph.end(ir.Return(src, span))
    graph.protect(handler)


def _leave_loop(body: Body, node: Any) -> None:
    graph = body.graph
    index = graph.innermost_loop()
    if index < 0:
        # The compiler, not the parser, rejects this; there is no path on from here.
        graph.end(ir.Unreachable())
        return
    loop = graph.frames[index]
    assert isinstance(loop, Loop)
    handler = graph.handler
    graph.leave(index + 1, body.span(node))
    graph.goto(loop.break_to if isinstance(node, ast.Break) else loop.continue_to)
    graph.protect(handler)


def _raise(body: Body, node: Any) -> None:
    body.expect(node)
    span = body.span(node)
    if node.exc is None:
        caught = ""
        for frame in reversed(body.graph.frames):
            if isinstance(frame, FinalBody):
                break
            if isinstance(frame, Clause):
                caught = frame.caught
                break
        body.graph.end(ir.Raise("", span, caught))
        return
    src = value(body, node.exc)
    if node.cause is not None:
        value(body, node.cause)
    body.graph.end(ir.Raise(src, span))


def _assert(body: Body, node: Any) -> None:
    body.expect(node)
    graph, span = body.graph, body.span(node)
    passed, failed = graph.new(), graph.new()
    branch(body, node.test, passed, failed)
    graph.start(failed)
    error = body.temp()
    body.emit(ir.LoadGlobal(span, error, "AssertionError"))
    if node.msg is not None:
        made = body.temp()
        message = value(body, node.msg)
        body.emit(ir.Call(span, made, error, (message,)))
        error = made
    graph.end(ir.Raise(error, span))
    graph.start(passed)


def _if(body: Body, node: Any) -> None:
    graph = body.graph
    after = graph.new()
    while True:
        body.expect(node.test)
        then = graph.new()
        orelse = graph.new() if node.orelse else after
        branch(body, node.test, then, orelse)
        graph.start(then)
        statements(body, node.body)
        graph.goto(after)
        if not node.orelse:
            break
        graph.start(orelse)
        if len(node.orelse) != 1 or node.orelse[0].__class__ is not ast.If:
            statements(body, node.orelse)
            graph.goto(after)
            break
        node = node.orelse[0]
    graph.start(after)


def _while(body: Body, node: Any) -> None:
    graph = body.graph
    head, inside, after = graph.new(), graph.new(), graph.new()
    exhausted = graph.new() if node.orelse else after
    graph.flow_into(head)
    body.expect(node.test)
    branch(body, node.test, inside, exhausted)
    graph.start(inside)
    _loop_body(body, node.body, Loop(after, head))
    if node.orelse:
        graph.start(exhausted)
        statements(body, node.orelse)
        graph.goto(after)
    graph.start(after)


def _loop_body(body: Body, nodes: Iterable[Any], loop: Loop) -> None:
    body.graph.frames.append(loop)
    statements(body, nodes)
    body.graph.frames.pop()
    body.graph.goto(loop.continue_to)


def _for(body: Body, node: Any) -> None:
    graph, span = body.graph, body.span(node.iter)
    is_async = isinstance(node, ast.AsyncFor)
    body.expect(node.iter)
    source = value(body, node.iter)
    iterator, item = body.temp(), body.temp()
    body.emit(ir.Iterate(span, iterator, source, is_async))
    head, inside, after = graph.new(), graph.new(), graph.new()
    exhausted = graph.new() if node.orelse else after
    graph.flow_into(head)
    graph.end(ir.Next(item, iterator, inside, exhausted, span, is_async))
    graph.start(inside)
    body.expect(node.target)
    assign(body, node.target, item)
    _loop_body(body, node.body, Loop(after, head))
    if node.orelse:
        graph.start(exhausted)
        statements(body, node.orelse)
        graph.goto(after)
    graph.start(after)


def _with(body: Body, node: Any) -> None:
    graph = body.graph
    is_async = isinstance(node, ast.AsyncWith)
    opened: list[tuple[Finalizer, str, Span, int]] = []
    for item in node.items:
        span = body.span(item.context_expr)
        body.expect(item.context_expr)
        context = body.copied(span, value(body, item.context_expr))
        entered = body.temp()
        body.emit(ir.Enter(span, entered, context, is_async))
        frame = Finalizer(graph.new_region(), graph.new(), graph.handler)
        handler = graph.new()
        opened.append((frame, context, span, handler))
        graph.frames.append(frame)
        graph.protect(handler)
        if item.optional_vars is not None:
            body.expect(item.optional_vars)
            assign(body, item.optional_vars, entered)
    statements(body, node.body)
    for frame, context, span, handler in reversed(opened):
        graph.frames.pop()
        after = graph.new()
        body.emit(ir.Pend(span, frame.region, after))
        graph.goto(frame.entry)
        graph.handler = frame.outer_handler
        graph.start(handler)
        body.emit(ir.Catch(span, body.temp()))
        body.emit(ir.Pend(span, frame.region, -1))
        graph.goto(frame.entry)
        graph.start(frame.entry)
        body.emit(ir.Exit(span, context, frame.region, is_async))
        graph.end(ir.Resume(frame.region, after))
        graph.start(after)


def _try(body: Body, node: Any) -> None:
    if not node.finalbody:
        _try_except(body, node)
        return
    graph = body.graph
    span = _final_span(body, node)
    frame = Finalizer(graph.new_region(), graph.new(), graph.handler)
    handler, after = graph.new(), graph.new()
    graph.frames.append(frame)
    graph.protect(handler)
    _try_except(body, node)
    graph.frames.pop()
    body.emit(ir.Pend(span, frame.region, after))
    graph.goto(frame.entry)
    graph.handler = frame.outer_handler
    graph.start(handler)
    body.emit(ir.Catch(span, body.temp()))
    body.emit(ir.Pend(span, frame.region, -1))
    graph.flow_into(frame.entry)
    graph.frames.append(FinalBody(frame.region))
    statements(body, node.finalbody)
    graph.frames.pop()
    graph.end(ir.Resume(frame.region))
    graph.start(after)


def _final_span(body: Body, node: Any) -> Span:
    first, last = body.span(node.finalbody[0]), body.span(node.finalbody[-1])
    return Span(first.line, first.column, last.end_line, last.end_column)


def _try_except(body: Body, node: Any) -> None:
    if not node.handlers:
        statements(body, node.body)
        statements(body, node.orelse)
        return
    graph, outer = body.graph, body.graph.handler
    entry, after = graph.new(), graph.new()
    clauses: list[Any] = node.handlers
    graph.protect(entry)
    statements(body, node.body)
    graph.protect(outer)
    statements(body, node.orelse)
    graph.goto(after)
    graph.start(entry)
    caught = body.temp()
    body.emit(ir.Catch(body.span(clauses[0]), caught))
    group = ""
    if isinstance(node, STAR_TRIES):
        group = body.hidden("group")
        body.emit(ir.Copy(body.span(clauses[0]), group, caught))
    for clause in clauses:
        _clause(body, clause, caught, after, group)
    graph.end(ir.Raise("", body.span(clauses[-1]), caught))
    graph.start(after)


def _clause(body: Body, clause: Any, caught: str, after: int, group: str) -> None:
    """One except clause. `group` is the local that holds what earlier `except*` clauses left, "" for plain ones."""
    graph, span = body.graph, body.span(clause)
    types, types_span = "", span
    if clause.type is not None:
        body.expect(clause.type)
        types, types_span = value(body, clause.type), body.span(clause.type)
    inside, otherwise = graph.new(), graph.new()
    graph.end(ir.Handle(types, inside, otherwise, types_span, bool(group)))
    graph.start(inside)
    name = clause.name or ""
    if name:
        body.store(span, name, body.operation(span, "match-group", group, types) if group else caught)
    graph.frames.append(Clause(body.scope.place(name) or "" if name else "", caught))
    statements(body, clause.body)
    graph.frames.pop()
    if name:
        body.delete(span, name)
    if group:
        # What the clause did not take goes on to the clauses after it.
        done = graph.new()
        body.emit(ir.Copy(span, group, body.operation(span, "rest-of-group", group, types)))
        graph.end(ir.Branch(group, otherwise, done, span))
        graph.start(done)
    body.emit(ir.Caught(span))
    graph.goto(after)
    graph.start(otherwise)


def _match(body: Body, node: Any) -> None:
    graph = body.graph
    body.expect(node.subject)
    subject = value(body, node.subject)
    if subject[0] != "%" and any(subject in patterns.captures(case.pattern) for case in node.cases):
        subject = body.copied(body.span(node.subject), subject)
    after = graph.new()
    for case in node.cases:
        otherwise = graph.new()
        patterns.match(body, case.pattern, subject, otherwise)
        if case.guard is not None:
            body.expect(case.guard)
            passed = graph.new()
            branch(body, case.guard, passed, otherwise)
            graph.start(passed)
        statements(body, case.body)
        graph.goto(after)
        graph.start(otherwise)
    graph.flow_into(after)


_STATEMENT: dict[type, Callable[[Body, Any], None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.Return: _return,
    ast.Break: _leave_loop,
    ast.Continue: _leave_loop,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.If: _if,
    ast.While: _while,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.Match: _match,
    ast.FunctionDef: definitions.function,
    ast.AsyncFunctionDef: definitions.function,
    ast.ClassDef: definitions.class_,
    ast.Import: definitions.import_,
    ast.ImportFrom: definitions.import_from,
    ast.Global: _nothing,
    ast.Nonlocal: _nothing,
    ast.Pass: _nothing,
}
_STATEMENT.update(dict.fromkeys(STAR_TRIES, _try))
_STATEMENT.update(dict.fromkeys(TYPE_ALIASES, definitions.type_alias))
