"""Expressions: each becomes instructions and the operand that holds its value, or a branch on its truth."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from leaklint import ir
from leaklint.lowering import fstring_positions
from leaklint.lowering.body import Body
from leaklint.model import Span

COMPARISONS: dict[type, str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "isnot",
    ast.In: "in",
    ast.NotIn: "notin",
}
OPERATORS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.FloorDiv: "//",
    ast.UAdd: "+",
    ast.USub: "-",
    ast.Invert: "~",
}
_LARGEST = 2**63


def value(body: Body, node: Any) -> str:
    """Evaluate an expression; the operand that holds its value."""
    return _VALUE[node.__class__](body, node)


def branch(body: Body, node: Any, then: int, orelse: int) -> None:
    """Evaluate an expression for its truth and end the current block by going to `then` or `orelse`."""
    graph = body.graph
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node, then, orelse = node.operand, orelse, then
    kind = node.__class__
    if kind is ast.Constant:
        graph.goto(then if node.value else orelse)
    elif kind is ast.BoolOp:
        conjunction = node.op.__class__ is ast.And
        for operand in node.values[:-1]:
            following = graph.new()
            if conjunction:
                branch(body, operand, following, orelse)
            else:
                branch(body, operand, then, following)
            graph.start(following)
        branch(body, node.values[-1], then, orelse)
    elif kind is ast.IfExp:
        first, second = graph.new(), graph.new()
        branch(body, node.test, first, second)
        graph.start(first)
        branch(body, node.body, then, orelse)
        graph.start(second)
        branch(body, node.orelse, then, orelse)
    elif kind is ast.Compare and len(node.ops) > 1:
        _branch_on_chain(body, node, then, orelse)
    else:
        test = value(body, node)
        graph.end(ir.Branch(test, then, orelse, body.span(node)))


def _branch_on_chain(body: Body, node: Any, then: int, orelse: int) -> None:
    span = body.span(node)
    left = value(body, node.left)
    for index, (op, right_node) in enumerate(zip(node.ops, node.comparators)):
        right = value(body, right_node)
        dst = body.temp()
        body.emit(ir.Compare(span, dst, COMPARISONS[op.__class__], left, right))
        last = index == len(node.ops) - 1
        following = then if last else body.graph.new()
        body.graph.end(ir.Branch(dst, following, orelse, span))
        if not last:
            body.graph.start(following)
        left = right


def _name(body: Body, node: Any) -> str:
    return body.load(node, node.id)


def _constant(body: Body, node: Any) -> str:
    return constant(body, body.span(node), node.value)


def constant(body: Body, span: Span, literal: Any) -> str:
    """Load a literal; what JSON and UTF-8 cannot carry is loaded as text, marked opaque."""
    dst = body.temp()
    if _is_plain(literal):
        body.emit(ir.LoadConst(span, dst, literal))
    else:
        text = hex(literal) if literal.__class__ is int else ascii(literal)
        body.emit(ir.LoadConst(span, dst, text, True))
    return dst


def _is_plain(literal: Any) -> bool:
    kind = literal.__class__
    if kind is str:
        return bool(literal.isascii()) or not any("\ud800" <= letter <= "\udfff" for letter in literal)
    if kind is int:
        return bool(-_LARGEST <= literal < _LARGEST)
    # Infinity and NaN, the floats that JSON lacks, are the ones whose difference with themselves is not zero.
    return literal is None or kind is bool or (kind is float and literal - literal == 0.0)


def _spine(body: Body, node: Any) -> str:
    """Attributes, subscripts, calls and awaits, which chain to the left without bound: `a.b().c[0].d()`."""
    links = []
    while (inner := _INNER.get(node.__class__)) is not None:
        links.append(node)
        node = getattr(node, inner)
    operand = value(body, node)
    for index in range(len(links) - 1, -1, -1):
        link = links[index]
        kind = link.__class__
        span = body.span(link)
        if kind is ast.Attribute:
            dst = body.temp()
            body.emit(ir.Attr(span, dst, operand, link.attr))
        elif kind is ast.Call:
            awaited = index > 0 and links[index - 1].__class__ is ast.Await
            dst = call(body, link, span, operand, awaited=awaited)
        elif kind is ast.Subscript:
            item = value(body, link.slice)
            dst = body.temp()
            body.emit(ir.Item(span, dst, operand, item))
        else:
            dst = body.temp()
            body.emit(ir.Await(span, dst, operand))
        operand = dst
    return operand


_INNER: dict[type, str] = {ast.Attribute: "value", ast.Call: "func", ast.Subscript: "value", ast.Await: "value"}


def call(body: Body, node: Any, span: Span, func: str, *, awaited: bool = False, statement: bool = False) -> str:
    """Evaluate the arguments of a call whose function is evaluated already, and call it."""
    args, starred = _elements(body, node.args)
    keywords = tuple([(keyword.arg or "", value(body, keyword.value)) for keyword in node.keywords])
    dst = body.temp()
    body.emit(ir.Call(span, dst, func, args, keywords, starred, awaited, statement))
    return dst


def _elements(body: Body, nodes: Sequence[Any]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The operands of a list of expressions, and the indexes of those that are starred."""
    operands = []
    starred: list[int] = []
    for index, node in enumerate(nodes):
        if node.__class__ is ast.Starred:
            starred.append(index)
            node = node.value
        operands.append(value(body, node))
    return tuple(operands), tuple(starred)


def _display(kind: str) -> Callable[[Body, Any], str]:
    def lower(body: Body, node: Any) -> str:
        items, starred = _elements(body, node.elts)
        dst = body.temp()
        body.emit(ir.Build(body.span(node), dst, kind, items, (), starred))
        return dst

    return lower


def _dict(body: Body, node: Any) -> str:
    keys = []
    items = []
    for key, item in zip(node.keys, node.values):
        keys.append("" if key is None else value(body, key))
        items.append(value(body, item))
    dst = body.temp()
    body.emit(ir.Build(body.span(node), dst, "dict", tuple(items), tuple(keys)))
    return dst


def _starred(body: Body, node: Any) -> str:
    """A star where no display is: `x[*y]` before it became a tuple."""
    return value(body, node.value)


def _binary(body: Body, node: Any) -> str:
    links = []
    while node.__class__ is ast.BinOp:
        links.append(node)
        node = node.left
    operand = value(body, node)
    for link in reversed(links):
        right = value(body, link.right)
        operand = body.operation(body.span(link), OPERATORS[link.op.__class__], operand, right)
    return operand


def _unary(body: Body, node: Any) -> str:
    operand = value(body, node.operand)
    span = body.span(node)
    if node.op.__class__ is not ast.Not:
        return body.operation(span, OPERATORS[node.op.__class__], operand)
    dst = body.temp()
    body.emit(ir.Not(span, dst, operand))
    return dst


def _compare(body: Body, node: Any) -> str:
    span = body.span(node)
    left = value(body, node.left)
    if len(node.ops) == 1:
        right = value(body, node.comparators[0])
        dst = body.temp()
        body.emit(ir.Compare(span, dst, COMPARISONS[node.ops[0].__class__], left, right))
        return dst
    result, end = body.hidden("b"), body.graph.new()
    for index, (op, right_node) in enumerate(zip(node.ops, node.comparators)):
        right = value(body, right_node)
        dst = body.temp()
        body.emit(ir.Compare(span, dst, COMPARISONS[op.__class__], left, right))
        body.emit(ir.Copy(span, result, dst))
        if index < len(node.ops) - 1:
            following = body.graph.new()
            body.graph.end(ir.Branch(dst, following, end, span))
            body.graph.start(following)
        left = right
    body.graph.flow_into(end)
    return result


def _boolean(body: Body, node: Any) -> str:
    graph = body.graph
    result, end = body.hidden("b"), graph.new()
    conjunction = node.op.__class__ is ast.And
    for operand_node in node.values[:-1]:
        operand = value(body, operand_node)
        span = body.span(operand_node)
        body.emit(ir.Copy(span, result, operand))
        following = graph.new()
        then, orelse = (following, end) if conjunction else (end, following)
        graph.end(ir.Branch(operand, then, orelse, span))
        graph.start(following)
    last = node.values[-1]
    body.emit(ir.Copy(body.span(last), result, value(body, last)))
    graph.flow_into(end)
    return result


def _conditional(body: Body, node: Any) -> str:
    graph = body.graph
    result, end = body.hidden("b"), graph.new()
    while node.__class__ is ast.IfExp:
        then, orelse = graph.new(), graph.new()
        branch(body, node.test, then, orelse)
        graph.start(then)
        body.emit(ir.Copy(body.span(node.body), result, value(body, node.body)))
        graph.goto(end)
        graph.start(orelse)
        node = node.orelse
    body.emit(ir.Copy(body.span(node), result, value(body, node)))
    graph.flow_into(end)
    return result


def _walrus(body: Body, node: Any) -> str:
    operand = value(body, node.value)
    body.store(body.span(node), node.target.id, operand)
    return body.load(node.target, node.target.id) if node.target.id not in body.home.globals else operand


def _lambda(body: Body, node: Any) -> str:
    dst = body.temp()
    defaults = default_values(body, node.args)
    body.emit(ir.MakeFunction(body.span(node), dst, body.names[node], defaults))
    return dst


def default_values(body: Body, arguments: ast.arguments) -> tuple[str, ...]:
    """Evaluate the defaults of parameters, those of keyword-only ones last."""
    nodes = [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]
    return tuple(value(body, node) for node in nodes)


def _slice(body: Body, node: Any) -> str:
    span = body.span(node)
    parts = [node.lower, node.upper] if node.step is None else [node.lower, node.upper, node.step]
    items = tuple(body.constant(span, None) if part is None else value(body, part) for part in parts)
    dst = body.temp()
    body.emit(ir.Build(span, dst, "slice", items))
    return dst


def _joined(body: Body, node: Any) -> str:
    if fstring_positions.ARE_WRONG and not getattr(node, "exact", False):
        fstring_positions.repair(body.positions, node)
    span = body.span(node)
    items = []
    for part in node.values:
        if part.__class__ is not ast.Constant:
            items.append(_formatted(body, part))
        elif part.value:
            items.append(constant(body, span, part.value))
    dst = body.temp()
    body.emit(ir.Build(span, dst, "string", tuple(items)))
    return dst


def _formatted(body: Body, node: Any) -> str:
    operand = value(body, node.value)
    if node.format_spec is not None:
        for part in node.format_spec.values:
            if part.__class__ is not ast.Constant:
                _formatted(body, part)
    return operand


def _yield(body: Body, node: Any) -> str:
    src = "" if node.value is None else value(body, node.value)
    dst = body.temp()
    body.emit(ir.Yield(body.span(node), dst, src))
    return dst


def _yield_from(body: Body, node: Any) -> str:
    src = value(body, node.value)
    dst = body.temp()
    body.emit(ir.YieldFrom(body.span(node), dst, src))
    return dst


def _comprehension(kind: str) -> Callable[[Body, Any], str]:
    def lower(body: Body, node: Any) -> str:
        return comprehension(body, node, kind)

    return lower


def comprehension(body: Body, node: Any, kind: str) -> str:
    """A loop that appends, then the display. A generator expression is lowered as if it were consumed at once."""
    graph, span, outer = body.graph, body.span(node), body.scope
    result = body.temp()
    after = graph.new()
    exits = [after]
    for index, generator in enumerate(node.generators):
        source = value(body, generator.iter)
        if index == 0:
            body.scope = body.scopes[node]
        iterator, item = body.temp(), body.temp()
        iter_span, is_async = body.span(generator.iter), bool(generator.is_async)
        body.emit(ir.Iterate(iter_span, iterator, source, is_async))
        head, inside = graph.new(), graph.new()
        graph.flow_into(head)
        graph.end(ir.Next(item, iterator, inside, exits[-1], iter_span, is_async))
        exits.append(head)
        graph.start(inside)
        assign(body, generator.target, item)
        for condition in generator.ifs:
            passed = graph.new()
            branch(body, condition, passed, head)
            graph.start(passed)
    key = value(body, node.key) if kind == "dict" else ""
    element = value(body, node.value if kind == "dict" else node.elt)
    body.emit(ir.Append(span, result, element, key))
    graph.goto(exits[-1])
    body.scope = outer
    graph.start(after)
    keys = (key,) if key else ()
    body.emit(ir.Build(span, result, kind, (element,), keys, (), True))
    return result


def assign(body: Body, target: Any, src: str) -> None:
    """Bind `src` to a target: a name, attribute, item, or a nest of these to unpack into."""
    kind = target.__class__
    span = body.span(target)
    if kind is ast.Name:
        body.store(span, target.id, src)
    elif kind is ast.Attribute:
        base = value(body, target.value)
        body.emit(ir.SetAttr(span, base, target.attr, src))
    elif kind is ast.Subscript:
        base = value(body, target.value)
        index = value(body, target.slice)
        body.emit(ir.SetItem(span, base, index, src))
    elif kind is ast.Starred:
        assign(body, target.value, src)
    else:
        star = next((i for i, element in enumerate(target.elts) if element.__class__ is ast.Starred), -1)
        parts = tuple(body.temp() for _ in target.elts)
        body.emit(ir.Unpack(span, parts, src, star))
        for element, part in zip(target.elts, parts):
            assign(body, element, part)


_VALUE: dict[type, Callable[[Body, Any], str]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.Attribute: _spine,
    ast.Call: _spine,
    ast.Subscript: _spine,
    ast.Await: _spine,
    ast.Tuple: _display("tuple"),
    ast.List: _display("list"),
    ast.Set: _display("set"),
    ast.Dict: _dict,
    ast.Starred: _starred,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.NamedExpr: _walrus,
    ast.Lambda: _lambda,
    ast.Slice: _slice,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.ListComp: _comprehension("list"),
    ast.SetComp: _comprehension("set"),
    ast.DictComp: _comprehension("dict"),
    ast.GeneratorExp: _comprehension("generator"),
}
for _template in ("TemplateStr", "Interpolation"):
    if hasattr(ast, _template):
        _VALUE[getattr(ast, _template)] = _joined if _template == "TemplateStr" else _formatted
