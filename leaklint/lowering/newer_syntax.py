"""Syntax newer than the running Python's, brought down without moving anything that stays.

A text that does not parse is read token by token. Type parameters are blanked, `type X = v` becomes `X      = v`,
`except A, B:` becomes `except A| B:`, t-strings become f-strings, and an f-string that the running Python rejects
becomes a tuple of its expressions. The tree of the rewritten text is then mended, by position, to say what was meant.
"""

from __future__ import annotations

import ast
import bisect
import dataclasses
import keyword
import re
import sys
from typing import Any

from leaklint.lowering.formatted import Token, Unterminated, token
from leaklint.lowering.nodes import StarTry, TypeStatement
from leaklint.lowering.positions import Positions

_QUIET = ("space", "comment", "newline")
_SIGNS = re.compile(
    r"""\b(?:def|class)[\s\\]+\w+[\s\\]*\[
    |\btype[\s\\]+(?!(?:in|is|not|and|or|if|for|else)\b)\w+[\s\\]*[\[=]
    |\bexcept\b[\s\\*]*(?:\([^()]*(?:\(|\)[\s\\]*,)|[^\s(:][^\n:]*,)
    |(?<!\w)(?:[tT][rR]?|[rR][tT])["']""",
    re.VERBOSE,
)
"""What type parameters, `type` statements, bare lists of exceptions and t-strings look like, comments aside."""
_STARS = re.compile(r"\bexcept\b[\s\\]*\*")
_FORMATTED = re.compile(r"""(?<!\w)(?:[fF][rR]?|[rR][fF])["']""")
_Place = tuple[int, int]


@dataclasses.dataclass
class Rewritten:
    """The text of the same extent, and the offsets in it at which a node stands for something else."""

    text: str
    aliases: set[int]
    stars: set[int]
    alternatives: set[int]
    strings: set[int]


def rewrite(text: str) -> Rewritten | None:
    """The text as an older Python can parse it; None where there is nothing to rewrite."""
    if not _may_be_newer(text):
        return None
    try:
        result = _Rewrite(text).run()
    except (Unterminated, RecursionError, IndexError):
        return None
    return result if result.text != text or result.stars else None


def _may_be_newer(text: str) -> bool:
    """Whether anything in a text looks like what would be rewritten. To read all tokens takes ten times as long, and
    what someone is typing fails to parse for other reasons."""
    if _SIGNS.search(text) or (sys.version_info < (3, 11) and _STARS.search(text)):
        return True
    for found in _FORMATTED.finditer(text):
        try:
            piece = token(text, found.start())
        except (Unterminated, RecursionError, IndexError):
            return True
        if not _parses(text[piece.start : piece.end]):
            return True
    return False


class _Rewrite:
    def __init__(self, text: str) -> None:
        self.text = text
        self.out = list(text)
        self.result = Rewritten(text, set(), set(), set(), set())

    def run(self) -> Rewritten:
        tokens = self.tokens(0, len(self.text))
        self.declarations(tokens)
        self.clauses(tokens)
        if sys.version_info < (3, 11):
            self.stars(tokens)
        self.string_groups(tokens)
        self.result.text = "".join(self.out)
        return self.result

    def tokens(self, at: int, end: int) -> list[Token]:
        """The tokens without spaces and comments; newlines inside brackets are left out too."""
        found = []
        depth = 0
        while at < end:
            piece = token(self.text, at)
            at = piece.end
            if piece.kind == "op":
                word = self.text[piece.start]
                depth += (word in "([{") - (word in ")]}")
            if piece.kind not in _QUIET or (piece.kind == "newline" and depth <= 0):
                found.append(piece)
        return found

    def word(self, tokens: list[Token], index: int) -> str:
        """The text of a token, "" behind the last one and for a string."""
        if index >= len(tokens) or tokens[index].kind == "string":
            return ""
        return self.text[tokens[index].start : tokens[index].end]

    def blank(self, start: int, end: int) -> None:
        """Overwrite with spaces; a line end stays, and is escaped where nothing else continues the line."""
        for at in range(start, end):
            if self.text[at] not in "\r\n":
                self.out[at] = " "

    def continue_lines(self, start: int, end: int) -> None:
        """Let a statement go on over the line ends between two offsets, which a bracket did before."""
        for at in range(start, end):
            is_end = self.text[at] == "\n" or (self.text[at] == "\r" and self.text[at + 1 : at + 2] != "\n")
            if is_end:
                before = at - 2 if self.text[at - 1 : at + 1] == "\r\n" else at - 1
                self.out[before] = "\\"

    # -- def f[T](...), class C[T], type X[T] = v

    def declarations(self, tokens: list[Token]) -> None:
        for index, piece in enumerate(tokens):
            if piece.kind != "name":
                continue
            word = self.word(tokens, index)
            if word in ("def", "class"):
                if self.word(tokens, index + 2) == "[":
                    self.type_parameters(tokens, index + 2)
            elif word == "type" and self.is_type_statement(tokens, index):
                self.type_statement(tokens, index)

    def type_parameters(self, tokens: list[Token], index: int) -> int:
        """Blank a bracketed list; the index of the token behind it."""
        start, depth = tokens[index].start, 0
        while index < len(tokens):
            word = self.word(tokens, index) if tokens[index].kind == "op" else ""
            depth += (word in ("(", "[", "{")) - (word in (")", "]", "}"))
            if not depth:
                break
            index += 1
        end = tokens[index].end
        self.blank(start, end)
        self.continue_lines(start, end)
        return index + 1

    def is_type_statement(self, tokens: list[Token], index: int) -> bool:
        name = self.word(tokens, index + 1)
        if not name.isidentifier() or keyword.iskeyword(name) or self.word(tokens, index + 2) not in ("=", "["):
            return False
        before = self.word(tokens, index - 1) if index else "\n"
        return before in (";", ":", "\n", "\r", "\r\n")

    def type_statement(self, tokens: list[Token], index: int) -> None:
        start, name = tokens[index].start, self.word(tokens, index + 1)
        behind = index + 2
        self.blank(start, tokens[index + 1].end)
        if self.word(tokens, behind) == "[":
            behind = self.type_parameters(tokens, behind)
        self.out[start : start + len(name)] = name
        self.result.aliases.add(start)

    # -- except A, B:   and, before 3.11, except*

    def clauses(self, tokens: list[Token]) -> None:
        for index, piece in enumerate(tokens):
            if piece.kind != "name" or self.word(tokens, index) != "except":
                continue
            at = index + 1
            if sys.version_info < (3, 11) and self.word(tokens, at) == "*":
                self.blank(tokens[at].start, tokens[at].end)
                self.result.stars.add(piece.start)
            depth = 0
            while (word := self.word(tokens, at)) not in ("\n", "\r", "\r\n") and at < len(tokens):
                if word == ":" and not depth:
                    break
                if word == "," and not depth:
                    self.out[tokens[at].start] = "|"
                    self.result.alternatives.add(piece.start)
                elif tokens[at].kind == "op":
                    depth += (word in ("(", "[", "{")) - (word in (")", "]", "}"))
                at += 1

    def stars(self, tokens: list[Token]) -> None:
        """`a[*b]` and `*args: *Ts` before 3.11."""
        brackets: list[bool] = []
        for index, piece in enumerate(tokens):
            if piece.kind != "op":
                continue
            word, before = self.word(tokens, index), self.word(tokens, index - 1) if index else ""
            if word in ("(", "[", "{"):
                follows_value = before in (")", "]") or (before.isidentifier() and not keyword.iskeyword(before))
                brackets.append(word == "[" and follows_value)
            elif word in (")", "]", "}") and brackets:
                brackets.pop()
            elif word == "*" and (before == ":" or (brackets and brackets[-1] and before in ("[", ","))):
                self.blank(piece.start, piece.end)

    # -- f"..." and t"..."

    def string_groups(self, tokens: list[Token]) -> None:
        """Adjacent literals are one expression, and are rewritten as one."""
        index = 0
        while index < len(tokens):
            group = []
            while index < len(tokens) and tokens[index].kind == "string":
                group.append(tokens[index])
                index += 1
            if any(piece.formatted for piece in group):
                self.string_group(group)
            index += 1

    def string_group(self, group: list[Token]) -> None:
        if sys.version_info < (3, 14):
            for piece in group:
                if piece.template:
                    at = piece.start if self.text[piece.start] in "tT" else piece.start + 1
                    self.out[at] = "f"
        start, end = group[0].start, group[-1].end
        if _parses("".join(self.out[start:end])):
            return
        for piece in group:
            self.blank(piece.start, piece.end)
        for first, last in (expression for piece in group for expression in piece.expressions):
            self.out[first:last] = self.text[first:last]
            self.string_groups(self.tokens(first, last))
        for piece in group:
            for _, last in piece.expressions:
                self.out[last] = ","
        self.out[start], self.out[end - 1] = "(", ")"
        self.result.strings.add(start)


def _parses(source: str) -> bool:
    try:
        ast.parse(f"({source}\n)", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def mend(tree: ast.Module, rewritten: Rewritten) -> None:
    """Turn the nodes that stand for newer syntax into what they mean, in place."""
    positions = Positions(rewritten.text)
    aliases, stars = _places(rewritten.text, rewritten.aliases), _places(rewritten.text, rewritten.stars)
    alternatives, strings = _places(rewritten.text, rewritten.alternatives), _places(rewritten.text, rewritten.strings)

    def place(node: Any) -> _Place:
        return (node.lineno, positions.column(node.lineno, node.col_offset))

    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and aliases and place(node) in aliases:
            node.__class__ = TypeStatement
            node.name = node.targets[0]  # type: ignore[attr-defined]
        elif isinstance(node, ast.Try) and node.handlers and place(node.handlers[0]) in stars:
            node.__class__ = StarTry
        elif isinstance(node, ast.ExceptHandler) and alternatives and place(node) in alternatives:
            node.type = _as_tuple(node.type)
        elif isinstance(node, ast.Tuple) and strings and place(node) in strings:
            values = [_formatted_value(element) for element in node.elts]
            node.__class__ = ast.JoinedStr  # type: ignore[assignment]
            node.values = values  # type: ignore[attr-defined]
            node.exact = True  # type: ignore[attr-defined]


def _places(text: str, offsets: set[int]) -> set[_Place]:
    """Lines, and columns from 1, of offsets."""
    if not offsets:
        return set()
    starts = Positions(text).starts
    found = set()
    for offset in offsets:
        line = bisect.bisect_right(starts, offset)
        found.add((line, offset - starts[line - 1] + 1))
    return found


def _as_tuple(node: Any) -> Any:
    elements = []
    spine = node
    while isinstance(spine, ast.BinOp):
        elements.append(spine.right)
        spine = spine.left
    elements.append(spine)
    return ast.copy_location(ast.Tuple(elts=elements[::-1], ctx=ast.Load()), node)


def _formatted_value(node: ast.expr) -> ast.FormattedValue:
    inner = node.value if isinstance(node, ast.Starred) else node
    return ast.copy_location(ast.FormattedValue(value=inner, conversion=-1, format_spec=None), node)
