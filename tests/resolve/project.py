"""Small projects whose sources say what they expect: `see(x)  # is: <sqlite3.Connection>`."""

from __future__ import annotations

import random
import re
import textwrap
from pathlib import Path
from typing import NamedTuple

from leaklint import ir
from leaklint.catalog import Catalog, load_catalog
from leaklint.ir import ModuleIR, Procedure
from leaklint.model import Confidence
from leaklint.resolve.program import Program
from leaklint.resolve.refs import Class, External, Function, Instance, Method, Module, Partial, Ref
from leaklint.resolve.resolver import Resolver

CATALOG: Catalog = load_catalog()


class Question(NamedTuple):
    """A marked line: where it stands, the operand it asks about, and the answer it expects."""

    place: str
    module: str
    procedure: str
    operand: str
    expected: str


def write(root: Path, files: dict[str, str]) -> None:
    """Write dedented sources below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")


def read(path: Path) -> str | None:
    """The text of a file, or None."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def program(root: Path, *below: str) -> Program:
    """The program in `root`, with source roots below it (`.` for the root itself)."""

    def search(_: Program, word: str) -> list[str]:
        names = []
        for path in sorted(root.rglob("*.py")):
            if word in (read(path) or ""):
                parts = path.relative_to(root).with_suffix("").parts
                names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        return names

    return Program([root / name for name in below or (".",)], read, CATALOG, search=search, base=root)


def spell(ref: Ref) -> str:
    """A ref in few characters."""
    if isinstance(ref, External):
        return ref.name
    if isinstance(ref, Module):
        return f"module {ref.name}"
    if isinstance(ref, Class):
        return f"{ref.module}:{ref.name}"
    if isinstance(ref, Function):
        return f"{ref.module}:{ref.name}{'(self)' if ref.bound else '()'}"
    if isinstance(ref, Instance):
        return f"<{spell(ref.of)}{'' if ref.sure is Confidence.HIGH else '?'}>"
    if isinstance(ref, Method):
        return f".{ref.name}{'' if ref.sure is Confidence.HIGH else '?'}"
    assert isinstance(ref, Partial)
    return f"partial {spell(ref.of)}"


def spelled(refs: tuple[Ref, ...]) -> str:
    """Refs as the marks write them."""
    return ", ".join(sorted(spell(ref) for ref in refs))


def questions(root: Path, program: Program) -> list[Question]:
    """The marks of all files, in source order."""
    found: list[Question] = []
    for path in sorted(root.rglob("*.py")):
        text = read(path) or ""
        marks = {
            number: match[1].strip()
            for number, line in enumerate(text.splitlines(), 1)
            if (match := re.search(r"# is:(.*)", line))
        }
        module = program.module_at(path) if marks else None
        assert module is not None or not marks, f"{path} cannot be read"
        if module is not None:
            found += _asked(path.name, module, marks)
    return found


def _asked(file: str, module: ModuleIR, marks: dict[int, str]) -> list[Question]:
    found: list[Question] = []
    for name in module.signatures:
        procedure = module.procedures[name]
        for call in _see_calls(procedure):
            expected = marks.pop(call.span.line)
            found.append(Question(f"{file}:{call.span.line}", module.module, name, call.args[0], expected))
    assert not marks, f"marks without a call of see: {marks}"
    return found


def _see_calls(procedure: Procedure) -> list[ir.Call]:
    steps = [step for block in procedure.blocks for step in block.instructions]
    see = {step.dst for step in steps if isinstance(step, ir.LoadGlobal) and step.name == "see"}
    return [step for step in steps if isinstance(step, ir.Call) and step.func in see]


def answers(program: Program, asked: list[Question], seed: int | None = None) -> dict[str, str]:
    """The answer to each question, asked of a fresh resolver, in source order or shuffled by `seed`."""
    resolver = Resolver(program)
    order = list(asked)
    if seed is not None:
        random.Random(seed).shuffle(order)
    found: dict[str, str] = {}
    for question in order:
        module = program.module(question.module)
        assert module is not None
        procedure = module.procedures[question.procedure]
        found[question.place] = spelled(resolver.refs(module, procedure, question.operand))
    return {question.place: found[question.place] for question in asked}
