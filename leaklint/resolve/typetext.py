"""Annotations as text: a small reader of type expressions. What is no type expression reads as nothing."""

from __future__ import annotations

import re

import msgspec

UNION = "|"
LIST = "[]"
DEEPEST = 40

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[^\W\d]\w*)|(?P<string>[rRuUbB]{0,2}(?:'[^'\n]*'|\"[^\"\n]*\"))"
    r"|(?P<number>\d[\w.]*)|(?P<mark>\.\.\.|[.,\[\]()|=*:+\-/{}@<>!%&^~]))"
)


class TypeExpr(msgspec.Struct, frozen=True):
    """`name` is a dotted name with its type arguments, `|` a union of args, `[]` a bracketed list of them, "" what
    says nothing about a type (a number, a call, `...`)."""

    name: str
    args: tuple[TypeExpr, ...] = ()

    def render(self) -> str:
        """The expression as text that `parse` reads."""
        if self.name == UNION:
            return " | ".join(arg.render() for arg in self.args)
        inner = ", ".join(arg.render() for arg in self.args)
        if self.name == LIST:
            return f"[{inner}]"
        if not self.name:
            return "..."
        return f"{self.name}[{inner}]" if self.args else self.name


NOTHING = TypeExpr("")


def parse(text: str, depth: int = 0) -> TypeExpr:
    """Read a type expression; NOTHING if it is none."""
    if depth > DEEPEST or len(text) > 4000:
        return NOTHING
    tokens: list[tuple[str, str]] = []
    position = 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return NOTHING
        tokens.append((str(match.lastgroup), match[match.lastgroup or 0]))
        position = match.end()
    reader = _Reader(tokens, depth)
    found = reader.union()
    return found if reader.at == len(tokens) else NOTHING


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], depth: int) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = depth

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def union(self) -> TypeExpr:
        if self.depth > DEEPEST:
            self.at = len(self.tokens) + 1
            return NOTHING
        self.depth += 1
        parts = [self.postfix()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.postfix())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else TypeExpr(UNION, tuple(parts))

    def postfix(self) -> TypeExpr:
        found = self.atom()
        while True:
            mark = self.peek()
            if mark == "." and found.name and not found.args and self.at + 1 < len(self.tokens):
                found = TypeExpr(f"{found.name}.{self.tokens[self.at + 1][1]}")
                self.at += 2
            elif mark == "[":
                found = TypeExpr(found.name, self.listed("]"))
            elif mark == "(":
                self.skip()
                found = NOTHING
            else:
                return found

    def atom(self) -> TypeExpr:
        if self.at >= len(self.tokens):
            self.at += 1
            return NOTHING
        kind, text = self.tokens[self.at]
        if kind == "name":
            self.at += 1
            return TypeExpr(text)
        if kind == "string":
            self.at += 1
            return parse(text.lstrip("rRuUbB")[1:-1], self.depth + 1)
        if text == "[":
            return TypeExpr(LIST, self.listed("]"))
        if text == "(":
            inside = self.listed(")")
            return inside[0] if len(inside) == 1 else NOTHING
        if text == "*":
            self.at += 1
            return self.atom()
        self.at += 1 if kind == "number" or text == "..." else len(self.tokens) + 1
        return NOTHING

    def listed(self, end: str) -> tuple[TypeExpr, ...]:
        """Comma-separated expressions between brackets. An argument that is no type is skipped up to its comma."""
        self.at += 1
        found: list[TypeExpr] = []
        while self.at < len(self.tokens) and self.peek() != end:
            start = self.at
            item = self.union()
            if self.peek() not in (",", end):
                self.at = start
                self.skip_to(end)
                item = NOTHING
            found.append(item)
            if self.peek() == ",":
                self.at += 1
        self.at += 1
        return tuple(found)

    def skip(self) -> None:
        """Step over a balanced bracket."""
        level = 0
        while self.at < len(self.tokens):
            text = self.tokens[self.at][1]
            level += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
            self.at += 1
            if level == 0:
                return

    def skip_to(self, end: str) -> None:
        while self.at < len(self.tokens) and self.peek() not in (",", end):
            if self.peek() in ("(", "[", "{"):
                self.skip()
            else:
                self.at += 1
