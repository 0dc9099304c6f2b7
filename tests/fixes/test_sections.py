"""What is carried over from one text to the next is what a fresh look at the next one gives."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator

import pytest

from leaklint.fixes.bound import unbound_reads
from leaklint.fixes.document import Document, read
from leaklint.fixes.draft import Rewrite, exchanged, statements
from leaklint.fixes.sections import changed, sections
from leaklint.fixes.verify import objection
from leaklint.lowering.parse import parse
from leaklint.lowering.problem import SyntaxProblem
from tests.fixes.repairing import inputs

PAIRS = [(path.read_text(), path.with_suffix(".fixed.py").read_text()) for path in inputs()]
ODD = [
    "",
    "# nothing\n",
    "x = 1; y = 2\nz = 3;\n",
    "x = 1\r\nif x:\r\n    y = '''\r\n    a'''\r\nelse:\r\n    z = 2\r\n",
    "class A:\n    x = 1; y = 2\n    def f(self): return 1\n\n"
    "    @property\n    def g(self):\n        return 'é' + str(self.x)\n\n\n@deco\nclass B: pass\n",
    "def f():\n\treturn 1\n\x0c\ndef g():\n\tpass\nlambda: f(g())",
    "try:\n    import a\nexcept ImportError:\n    a = None\nx = \\\n  1\n",
]
DAMAGES = ("drop", "double", "swap", "indent", "dedent", "cut", "quote", "continue", "else", "decorate", "join")


def damaged(text: str, chance: random.Random) -> str:
    """A text with something done to one of its lines."""
    lines = text.splitlines(keepends=True) or ["\n"]
    k = chance.randrange(len(lines))
    line = lines[k]
    lines[k : k + 1] = {
        "drop": [],
        "double": [line, line],
        "swap": [*lines[k + 1 : k + 2], line],
        "indent": ["    " + line],
        "dedent": [line.removeprefix("    ")],
        "cut": [line[: chance.randrange(len(line) + 1)]],
        "quote": ["'''" + line],
        "continue": [line.rstrip("\r\n") + "\\\n"],
        "else": [line, "else:\n    pass\n"],
        "decorate": ["@made\n", line],
        "join": [line.rstrip("\r\n") + "; " + line.lstrip()],
    }[chance.choice(DAMAGES)]
    return "".join(lines)


def texts(seed: int) -> Iterator[str]:
    """Texts of which each is likely to be much like the one before."""
    chance = random.Random(seed)
    kinds = [*PAIRS, *((odd, odd) for odd in ODD)]
    for _ in range(60):
        text, fixed = chance.choice(kinds)
        yield text
        for _ in range(chance.randrange(6)):
            text = damaged(text, chance)
            yield text
        yield fixed
        yield damaged(fixed, chance)


def fresh(text: str) -> Document | None:
    """The document that nothing was carried over to; None where the text is not Python."""
    try:
        return Document(text, sections(text, 0, 1, {}))
    except SyntaxProblem:
        return None


def known(text: str) -> Document | None:
    try:
        return read(text)
    except SyntaxProblem:
        return None


@pytest.mark.parametrize("seed", range(6))
def test_a_document_is_the_same_whatever_was_read_before(seed: int) -> None:
    for text in texts(seed):
        one, other = known(text), fresh(text)
        assert (one is None) == (other is None), text
        if one is None or other is None:
            continue
        assert [(a.start, a.line, a.text) for a in one.sections] == [(a.start, a.line, a.text) for a in other.sections]
        whole = ast.Module(one.tree.body, [])
        assert ast.dump(whole, include_attributes=True) == ast.dump(parse(text, "")[0], include_attributes=True)
        calls = [node for section in one.sections for node in section.calls]
        assert [one.numbered(one.number(call)) for call in calls] == calls
        for section in one.sections:
            assert section.shape.calls == len(section.calls)
            for node in section.nodes:
                assert any(child is node for child in ast.walk(one.parents[node]))


@pytest.mark.parametrize("seed", range(6, 12))
def test_what_differs_locally_is_what_differs_in_the_whole(seed: int) -> None:
    before = read("")
    for text in texts(seed):
        after = known(text)
        if after is None:
            continue
        old, new = statements(before.tree), statements(after.tree)
        assert exchanged(before, text) == Rewrite(text, old - new, new - old)
        lost, come = changed(before.sections, after.sections)
        assert unbound_reads(*come) - unbound_reads(*lost) == unbound_reads(after.tree) - unbound_reads(before.tree)
        before = after


@pytest.mark.parametrize("seed", range(12, 16))
def test_a_rewrite_is_objected_to_as_a_look_at_all_of_it_would(seed: int) -> None:
    chance = random.Random(seed)
    for text, fixed in PAIRS:
        changes = exchanged(read(text), fixed)
        for after in (fixed, damaged(fixed, chance), damaged(fixed, chance)):
            rewrite = Rewrite(after, changes.lost, changes.gained)
            assert objection(text, rewrite) == _objection_to_the_whole(text, rewrite), after


def _objection_to_the_whole(text: str, rewrite: Rewrite) -> str:
    try:
        old, new = parse(text, "")[0], parse(rewrite.text, "")[0]
    except SyntaxProblem:
        return "the repaired text would not parse"
    expected = statements(old)
    expected.update(rewrite.gained)
    expected.subtract(rewrite.lost)
    if +expected != statements(new) or any(count < 0 for count in expected.values()):
        return "the repair would lose or repeat a statement"
    if unbound_reads(new) - unbound_reads(old):
        return "the repair would use a name that may be unbound"
    return ""
