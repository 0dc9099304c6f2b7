"""A source text and its syntax tree: where statements stand, how lines are indented, what a rewrite changed.

Lines count from 1. Offsets count characters of the text.
"""

from __future__ import annotations

import ast
import bisect
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from leaklint.fixes.scopes import Function as Function
from leaklint.fixes.scopes import Scope
from leaklint.fixes.sections import LINE, Section, sections, shared_length, spread
from leaklint.fixes.walking import walk
from leaklint.model import Span
from leaklint.ownership.events import Leak, Misuse


@dataclass(frozen=True)
class Place:
    """Where a statement stands: `suite` is the list that holds it, `owner.field` is that list."""

    owner: ast.AST
    field: str
    suite: list[ast.stmt]
    index: int


class _Tree(ast.Module):
    """A module whose statements are made when they are asked for."""

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__([], [])
        del self.body
        self.sections = sections

    def __getattr__(self, name: str) -> list[ast.stmt]:
        if name != "body":
            raise AttributeError(name)
        self.body = [one.node for one in self.sections]
        return self.body


class _Parents(Mapping[ast.AST, ast.AST]):
    """Each node's parent, looked up in the sections that were walked already before others are."""

    def __init__(self, tree: ast.Module, sections: Sequence[Section]) -> None:
        self._tree = tree
        self._sections = sections
        self._walked: list[Section] = []

    def open(self, section: Section) -> None:
        """Know the nodes of a section."""
        if section not in self._walked:
            self._walked.insert(0, section)

    def __getitem__(self, node: ast.AST) -> ast.AST:
        for one in self._walked:
            if node is one.node:
                return self._tree
            if node in one.parents:
                return one.parents[node]
        if node is not self._tree:
            for one in self._likely(node):
                if one not in self._walked and (node is one.node or node in one.parents):
                    self.open(one)
                    return self[node]
        raise KeyError(node)

    def _likely(self, node: ast.AST) -> Iterator[Section]:
        """The sections, the one at the node's line first."""
        line = getattr(node, "lineno", 0)
        at = bisect.bisect_right(self._sections, line, key=lambda one: one.line) - 1
        if at >= 0:
            yield self._sections[at]
        yield from self._sections

    def __iter__(self) -> Iterator[ast.AST]:
        for one in self._sections:
            yield one.node
            yield from one.parents

    def __len__(self) -> int:
        return sum(1 + len(one.parents) for one in self._sections)


@dataclass(frozen=True, eq=False)
class Document:
    """One text, parsed. It is read by several repairs: nobody changes its nodes."""

    text: str
    sections: Sequence[Section]

    @cached_property
    def tree(self) -> ast.Module:
        """The module."""
        return _Tree(self.sections)

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their line ends."""
        return LINE.findall(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line's first character, and of the text's end."""
        return [0, *accumulate(map(len, self.lines))]

    @cached_property
    def newline(self) -> str:
        """The line end that new lines take: the most frequent one."""
        ends = [line[len(line.rstrip("\r\n")) :] for line in self.lines]
        return max(("\n", "\r\n", "\r"), key=ends.count)

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """Each node's parent."""
        return _Parents(self.tree, self.sections)

    def around(self, start: int, end: int) -> Sequence[Section]:
        """The outermost statements that a part of the text touches."""
        first = bisect.bisect_left(self.sections, start, key=lambda one: one.end)
        last = bisect.bisect_right(self.sections, end, key=lambda one: one.start)
        return self.sections[first:last]

    def on_lines(self, first: int, last: int) -> Sequence[Section]:
        """The outermost statements that stand on some of these lines."""
        begin = self.starts[min(first, len(self.lines)) - 1] if self.lines else 0
        return self.around(begin, self.starts[min(last, len(self.lines))])

    def number(self, call: ast.Call) -> int:
        """Which of the text's calls it is, in the order in which they end."""
        index = bisect.bisect_right(self.sections, self.extent(call)[0], key=lambda one: one.start) - 1
        return sum(one.shape.calls for one in self.sections[:index]) + self.sections[index].calls.index(call)

    def numbered(self, number: int) -> ast.Call:
        """The call that has a number. Raises IndexError."""
        for section in self.sections:
            if number < section.shape.calls:
                return section.calls[number]
            number -= section.shape.calls
        raise IndexError(number)

    def calls_like(self, call: ast.Call) -> list[ast.Call]:
        """The calls that say the same, in the order in which they end."""
        name, wanted = _last_name(call.func), ast.dump(call)
        return [
            one
            for section in self.sections
            if name in section.text or not section.text.isascii()
            for one in section.calls
            if _last_name(one.func) == name and ast.dump(one) == wanted
        ]

    def in_string(self, line: int) -> bool:
        """Whether the first character of a line belongs to a string that began on an earlier line."""
        return any(line - section.line in section.shape.inside_string for section in self.on_lines(line, line))

    def offset(self, line: int, column: int) -> int:
        """The offset of a position as `ast` gives it: `column` counts UTF-8 bytes from 0."""
        if line > len(self.lines):
            return len(self.text)
        text = self.lines[line - 1]
        if not text.isascii():
            column = len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
        return self.starts[line - 1] + column

    def extent(self, node: ast.AST) -> tuple[int, int]:
        """The offsets at which a node starts and ends; a decorated definition starts at its first decorator's `@`."""
        line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        decorators = getattr(node, "decorator_list", [])
        if decorators:
            line = decorators[0].lineno
            column = len(self.lines[line - 1]) - len(self.lines[line - 1].lstrip())
        return self.offset(line, column), self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def source(self, node: ast.AST) -> str:
        """A node's text as written."""
        start, end = self.extent(node)
        return self.text[start:end]

    def line_of(self, offset: int) -> int:
        """The line that holds the character at `offset`."""
        return bisect.bisect_right(self.starts, offset, hi=len(self.lines)) or 1

    def call_at(self, span: Span) -> ast.Call | None:
        """The call whose text is `span`, else the innermost call that contains it or that it contains."""
        wanted = self._span_offsets(span)
        calls = [call for section in self.around(*wanted) for call in section.calls]
        around: ast.Call | None = None
        for call in calls:
            start, end = self.extent(call)
            if (start, end) == wanted:
                return call
            if around is None and start <= wanted[0] and wanted[1] <= end:
                around = call
        if around is not None:
            return around
        inside = [call for call in calls if wanted[0] <= self.extent(call)[0] and self.extent(call)[1] <= wanted[1]]
        return inside[-1] if inside else None

    def calls_on(self, path: str, leaks: Iterable[Leak | Misuse], hows: Collection[str]) -> Iterator[ast.Call]:
        """The calls that stand on the paths of leaks and misuses of some kinds, each where it is a whole span."""
        for leak in leaks:
            if leak.how in hows:
                for span in (leak.at, *(step.span for step in leak.steps if step.path == path)):
                    call = self.call_at(span)
                    if call is not None and self.covers(span, call):
                        yield call

    def span(self, node: ast.AST) -> Span:
        """Where a node stands, lines and characters counted from 1."""
        start, end = self.extent(node)
        first, last = self.line_of(start), self.line_of(max(start, end - 1))
        return Span(first, start - self.starts[first - 1] + 1, last, end - self.starts[last - 1] + 1)

    def covers(self, span: Span, node: ast.AST) -> bool:
        """Whether `span` is just the text of `node`."""
        return self._span_offsets(span) == self.extent(node)

    def statement_at(self, span: Span) -> ast.stmt | None:
        """The innermost statement that contains the start of `span`."""
        start = self._span_offsets(span)[0]
        best: ast.stmt | None = None
        for node in (one for section in self.around(start, start) for one in section.nodes):
            if isinstance(node, ast.stmt):
                begin, end = self.extent(node)
                if begin <= start < end and (best is None or begin >= self.extent(best)[0]):
                    best = node
        return best

    def length_around(self, line: int, column: int) -> int:
        """How many characters the function around a place has; where there is none, the whole text."""
        statement = self.statement_at(Span(line, column, line, column))
        while statement is not None and not isinstance(statement, Function):
            outer = self.scope(statement)
            statement = outer if isinstance(outer, (*Function, ast.ClassDef)) else None
        start, end = (0, len(self.text)) if statement is None else self.extent(statement)
        return end - start

    def _span_offsets(self, span: Span) -> tuple[int, int]:
        def place(line: int, column: int) -> int:
            return self.starts[min(line, len(self.lines)) - 1] + column - 1 if self.lines else 0

        return place(span.line, span.column), place(span.end_line, span.end_column)

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that a node stands in."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def scope(self, node: ast.AST) -> ast.AST:
        """The function, lambda, class or module around a node."""
        node = self.parents.get(node, self.tree)
        while not isinstance(node, Scope):
            node = self.parents[node]
        return node

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, innermost first."""
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def place(self, statement: ast.stmt) -> Place:
        """Where a statement stands."""
        owner = self.parents[statement]
        for name, value in ast.iter_fields(owner):
            if isinstance(value, list) and any(one is statement for one in value):
                return Place(owner, name, value, next(k for k, one in enumerate(value) if one is statement))
        raise LookupError(ast.dump(statement))

    def first_line(self, statement: ast.AST) -> int:
        """The line that a statement (or handler, or match case) starts on, decorators included."""
        if isinstance(statement, ast.match_case):
            line = statement.pattern.lineno
            while not self.lines[line - 1].lstrip().startswith("case"):
                line -= 1
            return line
        decorators = getattr(statement, "decorator_list", [])
        line = decorators[0].lineno if decorators else statement.lineno  # type: ignore[attr-defined]
        return int(line)

    def last_line(self, statement: ast.AST) -> int:
        """The line that a statement ends on."""
        if isinstance(statement, ast.match_case):
            return self.last_line(statement.body[-1])
        return int(statement.end_lineno)  # type: ignore[attr-defined]

    def indent(self, line: int) -> str:
        """The white space that a line starts with."""
        text = self.lines[line - 1]
        return text[: len(text) - len(text.lstrip(" \t\f"))]

    def unit(self, statement: ast.AST) -> str:
        """One step of indentation, as it is written around a statement."""
        inner = self.indent(self.first_line(statement))
        for node in self.ancestors(statement):
            if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                outer = self.indent(self.first_line(node))
                if inner.startswith(outer) and inner != outer:
                    return inner[len(outer) :]
        for node in walk(self.tree):
            for body in (getattr(node, "body", None),):
                if isinstance(node, ast.stmt) and isinstance(body, list) and body:
                    outer, step = self.indent(self.first_line(node)), self.indent(self.first_line(body[0]))
                    if step.startswith(outer) and step != outer:
                        return step[len(outer) :]
        return "    "

    def alone(self, statement: ast.stmt) -> bool:
        """Whether a statement has its lines to itself, a comment aside."""
        start, end = self.extent(statement)
        line = self.line_of(start)
        before = self.text[self.starts[line - 1] : start]
        after = self.text[end : self.starts[min(self.last_line(statement), len(self.lines))]]
        continued = line > 1 and self.lines[line - 2].rstrip("\r\n").endswith("\\")
        return not continued and not before.strip() and (not after.strip() or after.lstrip().startswith("#"))

    def keyword_line(self, first: ast.stmt, keyword: str) -> int:
        """The line of the `else:` or `finally:` in front of a suite's first statement."""
        line = self.first_line(first)
        pattern = re.compile(rf"\s*{keyword}\b")
        while line > 1 and not pattern.match(self.lines[line - 1]):
            line -= 1
        return line


def _last_name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


_recent: deque[Document] = deque(maxlen=4)


def read(text: str) -> Document:
    """The document of a text. The last few are kept: one repair after another looks at the same text, or one of which
    most is the same. Raises SyntaxProblem where it is not Python."""
    known = list(_recent)
    document = next((one for one in known if one.text == text), None)
    if document is None:
        document = Document(text, _outermost(text, known))
    if any(one is document for one in known):
        _recent.remove(document)
    _recent.append(document)
    return document


def _outermost(text: str, known: Sequence[Document]) -> Sequence[Section]:
    if not known:
        return sections(text, 0, 1, {})
    nearest = max(known, key=lambda one: shared_length(one.text, text) + shared_length(one.text[::-1], text[::-1]))
    return spread(nearest.sections, nearest.text, text)
