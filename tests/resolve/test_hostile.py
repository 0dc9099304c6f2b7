"""Programs made to hang or overflow whoever follows names."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from leaklint import ir
from leaklint.resolve.callgraph import calls
from leaklint.resolve.resolver import Resolver
from tests.resolve.project import program, write

COUNT = 400

CLASSES = "".join(
    f"class C{n}({f'C{n - 1}, D{n - 1}' if n else ''}):\n    def m(self): return self.x\n    x = y\n"
    f"class D{n}({f'C{n - 1}, D{n - 1}' if n else ''}): ...\n"
    for n in range(40)
)
SOURCES = {
    "a ring of functions": "".join(f"def f{n}(x): return f{(n + 1) % COUNT}(x) or x\n" for n in range(COUNT)),
    "a chain of copies": "def f(x):\n"
    + "".join(f"    x{n + 1} = x{n} if x else x\n" for n in range(COUNT))
    + "    x0()\n",
    "a long attribute": "import a\na" + ".b" * 3000 + "()\n",
    "a long chain of calls": "import a\nx = a" + ".b()" * 1000 + "\n",
    "a pile of diamonds": CLASSES + "C39().m()\n",
    "nested lists": "x = " + "[" * 80 + "open" + "]" * 80 + "\nx" + "[0]" * 80 + "()\n",
    "a container of itself": "x = []\nx.append(x)\ny = {0: x}\ny[1] = y\ny[0][0][1]()\nfor z in x:\n    z.pop()()\n",
    "a crowd": "def many(f): return f()\n" + "".join(f"def g{n}(): return g{n}\nmany(g{n})\n" for n in range(COUNT)),
    "aliases in a ring": "A = Optional[B]\nB = Optional[A]\ndef f(a: A, b: 'A[B[A]]') -> B: return f(a, b)\n",
    "imports in a ring": "from m import *\nfrom m import x as y, y as x\nimport m\nm.m.m.m.x.y()\nx()\n",
    "inner classes": "".join(f"{'    ' * n}class C{n}:\n" for n in range(60)) + "    " * 60 + "x = C0.C1()\n",
    "many imports of one name": "".join(f"try:\n    from m{n} import x\nexcept: pass\n" for n in range(COUNT))
    + "x.y()\n",
}


@pytest.mark.parametrize("name", SOURCES)
def test_it_ends_soon(name: str, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": SOURCES[name]})
    known = program(tmp_path)
    resolver = Resolver(known)
    module = known.module("m")
    if module is None and name == "a long attribute" and sys.version_info >= (3, 12):
        return  # deeper than that interpreter's own parser goes
    assert module is not None
    start = time.process_time()
    asked = 0
    for procedure in (module.procedures[inner] for inner in module.signatures):
        calls(resolver, module, procedure)
        for block in procedure.blocks:
            for step in block.instructions:
                if isinstance(step, ir.Call):
                    resolver.refs(module, procedure, step.dst)
                    asked += 1
    assert asked or name == "aliases in a ring"
    assert time.process_time() - start < 10
