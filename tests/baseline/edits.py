"""Edits that change where code stands or how it is laid out, and nothing of what it does.

Each takes a text and a source of randomness, and gives the text back as it was where it finds nothing to edit.
"""

from __future__ import annotations

import ast
import io
import itertools
import random
import re
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

Edit = Callable[[str, random.Random], str]
_WORDS = ("moved", "see above", "FIXME: tidy up", "größe", "TODO", "type: nothing")


def with_lines_between(text: str, chance: random.Random) -> str:
    """Blank lines and comments between statements, each of which moves what follows."""
    lines = text.splitlines(keepends=True)
    starts = sorted(_statement_lines(text), reverse=True)
    for number in sorted(chance.sample(starts, min(len(starts), 12)), reverse=True):
        indent = re.match(r"[ \t]*", lines[number - 1])
        comment = f"{indent.group() if indent else ''}# {chance.choice(_WORDS)}\n"
        lines.insert(number - 1, chance.choice(("\n", "\n\n\n", comment, comment + "\n")))
    return "".join(lines)


def with_comments_behind(text: str, chance: random.Random) -> str:
    """Comments at the ends of logical lines."""
    lines = text.splitlines(keepends=True)
    ends = [token.start for token in _tokens(text) if token.type == tokenize.NEWLINE and token.string]
    for number, column in chance.sample(ends, min(len(ends), 12)):
        line = lines[number - 1]
        if not line[column:].strip():
            lines[number - 1] = f"{line[:column]}  # {chance.choice(_WORDS)}\n"
    return "".join(lines)


def with_broken_lines(text: str, chance: random.Random) -> str:
    """Line ends behind opening parentheses and commas inside of them, with any indentation."""
    lines = text.splitlines(keepends=True)
    depth, formatted, places = 0, 0, []
    for token in _tokens(text):
        name = tokenize.tok_name[token.type]
        formatted += name.endswith("STRING_START") - name.endswith("STRING_END")
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            if depth and not formatted and token.string in "([{,":
                places.append(token.end)
    for number, column in sorted(chance.sample(places, min(len(places), 25)), reverse=True):
        line = lines[number - 1]
        lines[number - 1] = f"{line[:column]}\n{' ' * chance.randrange(12)}{line[column:]}"
    return "".join(lines)


def formatted(text: str, chance: random.Random) -> str:
    """What ruff's formatter makes of it, with some settings."""
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        return text
    settings = [
        f"line-length={chance.choice((40, 60, 88, 120, 200))}",
        f"indent-width={chance.choice((2, 4, 8))}",
        f'format.quote-style="{chance.choice(("single", "double", "preserve"))}"',
        f'format.indent-style="{chance.choice(("tab", "space"))}"',
        f"format.skip-magic-trailing-comma={chance.choice(('true', 'false'))}",
    ]
    options = [word for setting in settings for word in ("--config", setting)]
    ran = subprocess.run(
        [ruff, "format", "--isolated", *options, "-"], input=text.encode(), capture_output=True, timeout=60
    )
    # It takes some liberties: `del (a, b)` becomes `del a, b`, which are two trees.
    changed = ran.stdout.decode() if ran.returncode == 0 else text
    return changed if _meaning(changed) == _meaning(text) else text


def with_functions_swapped(text: str, chance: random.Random) -> str:
    """Neighbouring functions and methods of different names in another order."""
    tree = ast.parse(text)
    pairs = [pair for body in _bodies(tree) for pair in itertools.pairwise(body) if _may_swap(*pair)]
    chance.shuffle(pairs)
    lines = text.splitlines(keepends=True)
    touched: set[int] = set()
    for first, second in pairs[:6]:
        start, middle, end = _start(first), _start(second), second.end_lineno or 0
        if touched & set(range(start, end + 1)) or ";" in lines[start - 1] or not lines[end - 1].endswith("\n"):
            continue
        touched |= set(range(start, end + 1))
        between = first.end_lineno or 0
        one, gap, two = lines[start - 1 : between], lines[between : middle - 1], lines[middle - 1 : end]
        lines[start - 1 : end] = [*two, *gap, *one]
    return "".join(lines)


def with_other_line_ends(text: str, chance: random.Random) -> str:
    """The lines end as on Windows. Text in strings keeps its line ends: Python reads both as one."""
    return text if "\r" in text else text.replace("\n", "\r\n")


EDITS: tuple[Edit, ...] = (
    with_lines_between,
    with_comments_behind,
    with_broken_lines,
    formatted,
    with_functions_swapped,
)


def edited(text: str, chance: random.Random) -> str:
    """The text after some of the edits, one after another. Raises AssertionError where one changed the program."""
    before = _meaning(text)
    for edit in chance.sample(EDITS, chance.randint(1, 3)):
        changed = edit(text, chance)
        assert _meaning(changed) == before, f"{edit.__name__} changed the program"
        text = changed
    return with_other_line_ends(text, chance) if chance.random() < 0.1 else text


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(text).readline)


def _statement_lines(text: str) -> set[int]:
    """Lines that begin with a statement before which another line may stand."""
    tree = ast.parse(text)
    found = {_start(node) for node in ast.walk(tree) if isinstance(node, ast.stmt)}
    lines = text.splitlines()
    owned = {_start(node): node.col_offset for node in ast.walk(tree) if isinstance(node, ast.stmt)}
    alone = {number for number in found if not lines[number - 1][: _width(lines, number, owned)].strip()}
    return {number for number in alone if number < 2 or not lines[number - 2].endswith("\\")}


def _width(lines: list[str], number: int, owned: dict[int, int]) -> int:
    return len(lines[number - 1].encode()[: owned[number]].decode(errors="replace"))


def _start(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", ())
    first: int = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return first


def _bodies(tree: ast.Module | ast.ClassDef) -> Iterator[list[ast.stmt]]:
    """The bodies of a module and of the classes in it."""
    yield tree.body
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _bodies(node)


def _may_swap(first: ast.stmt, second: ast.stmt) -> bool:
    both = (first, second)
    functions = [one for one in both if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    plain = len(functions) == 2 and not any(one.decorator_list for one in functions)
    return plain and functions[0].name != functions[1].name and first.end_lineno != second.lineno


def _meaning(text: str) -> list[str]:
    """The program without positions, the order of its functions, and the layout of its strings of documentation."""
    tree = ast.parse(text.replace("\r\n", "\n"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0].value.value = ""
    return sorted(_meanings(tree))


def _meanings(tree: ast.AST) -> Iterator[str]:
    for node in getattr(tree, "body", ()):
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}: {one}" for one in _meanings(node))
        else:
            yield ast.dump(node)
