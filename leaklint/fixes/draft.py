"""A rewrite in the making: whole lines are inserted, deleted and shifted; what became of the statements is kept."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field

from leaklint.fixes.document import Document, read
from leaklint.fixes.sections import changed
from leaklint.fixes.walking import walk


@dataclass(frozen=True)
class Rewrite:
    """A new text. `lost` and `gained` name the statements (see verify.statements) that went and came."""

    text: str
    lost: Counter[str] = field(default_factory=Counter)
    gained: Counter[str] = field(default_factory=Counter)

    def then(self, following: Rewrite) -> Rewrite:
        """This rewrite and one of its result as one."""
        return Rewrite(following.text, self.lost + following.lost, self.gained + following.gained)


class Draft:
    """Changes to a document's lines. All line numbers are those of the document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.lost: Counter[str] = Counter()
        self.gained: Counter[str] = Counter()
        self._before: dict[int, list[str]] = {}
        self._deleted: set[int] = set()
        self._shift: Counter[int] = Counter()
        self._margin: dict[int, str] = {}
        self._replaced: dict[int, str] = {}

    def insert(self, line: int, *texts: str) -> None:
        """Put lines in front of `line`, after those already put there."""
        self._before.setdefault(line, []).extend(texts)

    def insert_first(self, line: int, *texts: str) -> None:
        """Put lines in front of `line`, before those already put there."""
        self._before[line] = [*texts, *self._before.get(line, [])]

    def delete(self, first: int, last: int) -> None:
        """Take lines away."""
        self._deleted.update(range(first, last + 1))

    def replace(self, line: int, text: str) -> None:
        """Give a line another text, indentation included."""
        self._replaced[line] = text

    def shift(self, first: int, last: int, steps: int, margin: str) -> None:
        """Indent (or dedent, below 0) the lines that start with `margin`, string contents aside."""
        for line in range(first, last + 1):
            self._shift[line] += steps
            self._margin.setdefault(line, margin)

    def lose(self, statement: ast.stmt) -> None:
        """Note that a statement, with all in it, goes."""
        self.lost += statements(statement)

    def gain(self, text: str) -> None:
        """Note statements that come."""
        self.gained += statements(ast.parse(text))

    def finish(self, unit: str) -> Rewrite:
        """The text with all changes made; `unit` is one step of indentation."""
        document, lines = self.document, self.document.lines
        ends_open = bool(lines) and not lines[-1].endswith(("\n", "\r"))
        if ends_open:
            lines = [*lines[:-1], lines[-1] + document.newline]
        out: list[str] = []
        done = 0
        touched = {*self._before, *self._deleted, *self._replaced, *self._shift}
        for number in sorted(touched.intersection(range(1, len(lines) + 2))):
            out += lines[done : number - 1]
            out += [text + document.newline for text in self._before.get(number, [])]
            if number <= len(lines) and number not in self._deleted:
                line = lines[number - 1]
                body = line.rstrip("\r\n")
                out.append(self._shifted(number, self._replaced.get(number, body), unit) + line[len(body) :])
            done = number
        text = "".join([*out, *lines[done:]])
        if ends_open:
            text = text[: len(text) - len(document.newline)] if text.endswith(document.newline) else text.rstrip("\r\n")
        return Rewrite(text, self.lost, self.gained)

    def _shifted(self, number: int, body: str, unit: str) -> str:
        steps = self._shift[number]
        if not steps or not body.strip() or self.document.in_string(number):
            return body
        margin = self._margin[number]
        if body.lstrip().startswith("#") and not body.startswith(margin):
            return body
        if steps > 0:
            return margin + unit * steps + body[len(margin) :] if body.startswith(margin) else unit * steps + body
        outer = margin[: len(margin) + steps * len(unit)]
        return outer + body[len(margin) :] if body.startswith(margin) else body


def exchanged(document: Document, text: str) -> Rewrite:
    """Another text for a document, with the statements that went and came as its tree tells."""
    lost, gained = (statements(*part) for part in changed(document.sections, read(text).sections))
    return Rewrite(text, lost - gained, gained - lost)


def statements(*trees: ast.AST) -> Counter[str]:
    """How often each statement stands in trees: simple ones whole, compound ones by their header. `try` has none."""
    found: Counter[str] = Counter()
    for node in (one for tree in trees for one in walk(tree)):
        if isinstance(node, ast.ExceptHandler):
            found[f"except {_dump(node.type)} {node.name}"] += 1
        elif isinstance(node, ast.stmt) and type(node).__name__ not in ("Try", "TryStar", "Pass"):
            parts = [
                f"{name}={_dump(value)}"
                for name, value in ast.iter_fields(node)
                if name not in ("body", "orelse", "finalbody", "handlers", "cases", "type_comment")
            ]
            found[f"{type(node).__name__} {' '.join(parts)}"] += 1
    return found


def _dump(value: object) -> str:
    if isinstance(value, list):
        return ",".join(_dump(one) for one in value)
    return ast.dump(value) if isinstance(value, ast.AST) else repr(value)
