"""The outermost statements of a text: which of them another text has too, and what each says wherever it stands.

A repair changes one or two of them. What is known of the others is carried over, and their trees are not made again.
"""

from __future__ import annotations

import ast
import bisect
import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from leaklint.fixes.scopes import Function, bound_names, bound_within
from leaklint.fixes.walking import children
from leaklint.lowering.parse import parse
from leaklint.lowering.problem import SyntaxProblem

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Nested:
    """A function, and how deep it is nested in an outermost statement."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    depth: int
    method: bool


@dataclass(frozen=True, eq=False)
class Shape:
    """What a statement says. node: one that is written so; its positions mean nothing here."""

    text: str
    node: ast.stmt

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """The nodes of the statement in the order of `ast.walk`."""
        return walked(self.node)[0]

    @cached_property
    def functions(self) -> dict[str, list[Nested]]:
        """The functions in it by name, outer ones first."""
        nodes, parents = walked(self.node)
        depths: dict[ast.AST, int] = {self.node: 0}
        found: dict[str, list[Nested]] = {}
        for node in nodes[1:]:
            depths[node] = depths[parents[node]] + 1
        for node in nodes:
            if isinstance(node, Function):
                method = isinstance(parents.get(node), ast.ClassDef)
                found.setdefault(node.name, []).append(Nested(node, depths[node], method))
        return found

    @cached_property
    def binds(self) -> frozenset[str]:
        """The names that it binds in the module."""
        return frozenset(bound_names(self.node))

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that a statement anywhere in it binds."""
        return frozenset(bound_within(self.node))

    @cached_property
    def imported(self) -> Counter[str]:
        """The names that imports anywhere in it bind, with the number of these imports."""
        imports = (one for one in self.nodes if isinstance(one, (ast.Import, ast.ImportFrom)))
        return Counter(name for one in imports for name in set(bound_names(one)))

    @cached_property
    def called(self) -> frozenset[str]:
        """The variables that it calls."""
        calls = (one.func for one in self.nodes if isinstance(one, ast.Call))
        return frozenset(func.id for func in calls if isinstance(func, ast.Name))

    @cached_property
    def departures(self) -> Counter[str]:
        """How often it leaves a function or a loop's round by each statement, as `ast.dump` tells them."""
        leaving = (ast.Return, ast.Break, ast.Continue)
        return Counter(ast.dump(one) for one in self.nodes if isinstance(one, leaving))

    @cached_property
    def inside_string(self) -> frozenset[int]:
        """The lines, counted from 0, whose first character belongs to a string that began on an earlier line."""
        found: set[int] = set()
        open_strings: list[int] = []
        try:
            for token in tokenize.generate_tokens(io.StringIO(self.text, newline="").readline):
                name = tokenize.tok_name[token.type]
                if name == "STRING":
                    found.update(range(token.start[0], token.end[0]))
                elif name in ("FSTRING_START", "TSTRING_START"):
                    open_strings.append(token.start[0])
                elif name in ("FSTRING_END", "TSTRING_END"):
                    found.update(range(open_strings.pop(), token.end[0]))
        except (tokenize.TokenError, IndentationError):
            return frozenset(range(len(LINE.findall(self.text))))
        return frozenset(found)

    @cached_property
    def calls(self) -> int:
        """How many calls stand in it."""
        return sum(isinstance(one, ast.Call) for one in self.nodes)


@dataclass(frozen=True, eq=False)
class Section:
    """An outermost statement of a text. start: the offset of its first character; line: that character's."""

    shape: Shape
    start: int
    line: int
    parsed: ast.stmt | None = None

    @property
    def text(self) -> str:
        """The statement as written, decorators included."""
        return self.shape.text

    @cached_property
    def last_line(self) -> int:
        """The line of its last character."""
        return self.line + len(LINE.findall(self.text)) - 1

    def stands_on(self, line: int) -> bool:
        """Whether some of it stands on a line."""
        return self.line <= line <= self.last_line

    @property
    def end(self) -> int:
        """The offset behind its last character."""
        return self.start + len(self.shape.text)

    @cached_property
    def node(self) -> ast.stmt:
        """The statement's tree, its positions those that it has in the text."""
        return self.parsed or parse("\n" * (self.line - 1) + self.shape.text + "\n", "")[0].body[0]

    @cached_property
    def _walked(self) -> tuple[list[ast.AST], dict[ast.AST, ast.AST]]:
        return walked(self.node)

    @property
    def nodes(self) -> list[ast.AST]:
        """The nodes of the statement in the order of `ast.walk`."""
        return self._walked[0]

    @property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of each node in the statement, itself aside."""
        return self._walked[1]

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Its calls, in the order in which they end."""
        found = [node for node in self.nodes if isinstance(node, ast.Call)]
        return sorted(found, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0, -node.col_offset))


def walked(root: ast.AST) -> tuple[list[ast.AST], dict[ast.AST, ast.AST]]:
    """The nodes from `root` on in the order of `ast.walk`, and the parent of each but `root`."""
    nodes, parents = [root], dict[ast.AST, ast.AST]()
    for node in nodes:
        below = children(node)
        parents.update(dict.fromkeys(below, node))
        nodes += below
    return nodes, parents


def shared_length(one: Sequence[str], other: Sequence[str]) -> int:
    """How many characters, or lines, two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def spread(before: Sequence[Section], old: str, new: str) -> list[Section]:
    """The statements of the text `new`, those that it has in common with `old` carried over.

    before: the statements of `old`. Raises SyntaxProblem where `new` is not Python.
    """
    head = _carried(before, old, shared_length(old, new))
    begin, line = (before[head].start, before[head].line) if head else (0, 1)
    tail, moved = _ending(before, old, new, begin), len(new) - len(old)
    end = before[tail].start + moved if tail < len(before) else len(new)
    known = {one.text: one.shape for one in before[head:tail]}
    try:
        between = sections(new[begin:end], begin, line, known)
    except SyntaxProblem:
        # What stands apart here may belong together; if not, this tells that it is not Python.
        between, tail = sections(new[begin:], begin, line, {one.text: one.shape for one in before[head:]}), len(before)
    lines = len(LINE.findall(new[begin:end])) - len(LINE.findall(old[begin : end - moved]))
    return [*before[:head], *between, *(_moved(one, moved, lines) for one in before[tail:])]


def _carried(before: Sequence[Section], old: str, shared: int) -> int:
    """How many statements stand in the part that both texts begin with, and end there."""
    count = bisect.bisect_right(before, shared, key=lambda one: one.start) - 1
    while count > 0:
        # The next one begins a line of its own, all of which both texts have.
        start = before[count].start
        ended = LINE.match(old, start)
        if _at_margin(old, start) and ended is not None and ended.end() <= shared and old[ended.end() - 1] in "\r\n":
            break
        count -= 1
    return max(count, 0)


def _ending(before: Sequence[Section], old: str, new: str, begin: int) -> int:
    """The index from which on the statements stand in the part behind `begin` that both texts end with."""
    first = len(old) - shared_length(old[begin:][::-1], new[begin:][::-1])
    tail = len(before)
    while tail and before[tail - 1].start > first and _at_margin(old, before[tail - 1].start):
        tail -= 1
    return tail


def _at_margin(text: str, start: int) -> bool:
    return start == 0 or text[start - 1] in "\r\n"


def _moved(one: Section, characters: int, lines: int) -> Section:
    if not characters and not lines:
        return one
    return Section(one.shape, one.start + characters, one.line + lines, one.parsed if not lines else None)


def sections(text: str, start: int, line: int, known: Mapping[str, Shape]) -> list[Section]:
    """The outermost statements of a part of a text that begins at an offset, the first of a line. known: the shapes of
    other texts' statements. Raises SyntaxProblem."""
    tree = parse("\n" * (line - 1) + text, "")[0]
    starts = [0]
    rows = LINE.findall(text)
    for row in rows:
        starts.append(starts[-1] + len(row))

    def offset(at: int, column: int) -> int:
        row = rows[at - line]
        return starts[at - line] + (
            column if row.isascii() else len(row.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
        )

    found: list[Section] = []
    for node in tree.body:
        first = first_line(node)
        begin = offset(first, node.col_offset)
        end = offset(node.end_lineno or first, node.end_col_offset or 0)
        source = text[begin:end]
        found.append(Section(known.get(source) or Shape(source, node), start + begin, first, node))
    return found


def first_line(statement: ast.stmt) -> int:
    """The line that a statement starts on, decorators included."""
    decorators = getattr(statement, "decorator_list", [])
    return int(decorators[0].lineno if decorators else statement.lineno)


def apart(one: Sequence[Section], other: Sequence[Section]) -> tuple[Sequence[Section], Sequence[Section]]:
    """The statements between those that two texts begin and end with alike."""
    return _between(one, other, lambda a, b: a.shape is b.shape or a.text == b.text)


def changed(one: Sequence[Section], other: Sequence[Section]) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The innermost statements of modules and classes that hold all in which two texts differ."""
    mine, theirs = apart(one, other)
    old, new = [(part.text, part.shape.node) for part in mine], [(part.text, part.shape.node) for part in theirs]
    while len(old) == len(new) == 1:
        a, b = _members(*old[0]), _members(*new[0])
        if a is None or b is None or a[0] != b[0]:
            break
        left, right = _between(a[1], b[1], lambda x, y: x[0] == y[0])
        old, new = list(left), list(right)
    return [node for _, node in old], [node for _, node in new]


def _members(text: str, node: ast.stmt) -> tuple[str, list[tuple[str, ast.stmt]]] | None:
    """The head of a class, and the statements in it with their lines; None for what is no class."""
    if not isinstance(node, ast.ClassDef):
        return None
    lines, top = LINE.findall(text), first_line(node)
    body = [
        ("".join(lines[first_line(one) - top : (one.end_lineno or one.lineno) - top + 1]), one) for one in node.body
    ]
    return "".join(lines[: max(first_line(node.body[0]) - top, 1)]), body


def _between(
    one: Sequence[_T], other: Sequence[_T], same: Callable[[_T, _T], bool]
) -> tuple[Sequence[_T], Sequence[_T]]:
    most = min(len(one), len(other))
    head = next((k for k in range(most) if not same(one[k], other[k])), most)
    tail = next((k for k in range(most - head) if not same(one[-1 - k], other[-1 - k])), most - head)
    return one[head : len(one) - tail], other[head : len(other) - tail]
