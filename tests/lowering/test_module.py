"""What a module's listing says: names, kinds, signatures, imports, classes, captured names."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from leaklint import ir
from leaklint.lowering import lower_module, show
from leaklint.model import Span


def module(text: str) -> ir.ModuleIR:
    return lower_module(textwrap.dedent(text).lstrip("\n"), "pkg/m.py", "pkg.m")


def test_names_and_kinds() -> None:
    found = module(
        """
        def outer():
            class Local:
                def method(self):
                    def inner(): pass
            key = lambda x: (lambda: x)
        class C:
            size = [lambda: i for i in range(2)]
            async def m(self): yield 1
        """
    )
    kinds = {name: (item.kind, item.parent, item.class_name) for name, item in found.signatures.items()}
    assert kinds == {
        "<module>": ("module", "", ""),
        "outer": ("function", "", ""),
        "outer.Local": ("class", "outer", ""),
        "outer.Local.method": ("method", "outer.Local", "outer.Local"),
        "outer.Local.method.inner": ("function", "outer.Local.method", ""),
        "outer.<lambda:1>": ("lambda", "outer", ""),
        "outer.<lambda:1>.<lambda:1>": ("lambda", "outer.<lambda:1>", ""),
        "C": ("class", "", ""),
        "C.<lambda:1>": ("lambda", "C", ""),
        "C.m": ("method", "C", "C"),
    }
    assert list(found.procedures) == list(found.signatures)
    assert found.signatures["C.m"].is_async
    assert found.signatures["C.m"].is_generator
    assert not found.signatures["outer"].is_generator


def test_of_several_definitions_the_last_has_the_plain_name() -> None:
    found = module(
        """
        if x:
            def f(): return "first"
        else:
            def f(): return "second"
        class A:
            @property
            def p(self): pass
            @p.setter
            def p(self, v):
                def inner(): pass
        def f(): return "last"
        """
    )
    assert list(found.procedures) == ["<module>", "f#2", "f#3", "A", "A.p#2", "A.p", "A.p.inner", "f"]
    constants = {
        name: step.value
        for name in ("f#2", "f#3", "f")
        for step in found.procedures[name].blocks[0].instructions
        if isinstance(step, ir.LoadConst)
    }
    assert constants == {"f#2": "first", "f#3": "second", "f": "last"}
    made = [
        step.procedure
        for block in found.procedures["<module>"].blocks
        for step in block.instructions
        if isinstance(step, ir.MakeFunction)
    ]
    assert made == ["f#2", "f#3", "f"]
    assert found.classes["A"].methods == ("p",)


def test_signature() -> None:
    found = module(
        """
        @app.get("/x", tags=[1])
        @plain
        async def f(a, /, b: "Pool[int]" = None, *rest: int, c: db.Conn, d=lambda: 1, **more) -> Iterator[
            Conn
        ]:
            async with a: pass
        """
    )
    f = found.signatures["f"]
    assert f.parameters == (
        ir.Parameter("a"),
        ir.Parameter("b", "positional", "Pool[int]", True, "None"),
        ir.Parameter("rest", "star", "int"),
        ir.Parameter("c", "keyword", "db.Conn"),
        ir.Parameter("d", "keyword", "", True, "lambda: 1"),
        ir.Parameter("more", "starstar"),
    )
    assert f.returns == "Iterator[ Conn ]"
    assert f.decorators == (
        ir.Decorator("app.get", True, 'app.get("/x", tags=[1])'),
        ir.Decorator("plain", False, "plain"),
    )
    assert f.blocks == ()
    assert f.locals == ()
    assert found.procedures["f"].blocks != ()
    assert found.procedures["f"].locals == ("a", "b", "c", "d", "more", "rest")


def test_imports_and_all() -> None:
    found = module(
        """
        import os.path, a.b as ab
        from . import x
        from ..db import pool as p, q
        from z import *
        try:
            import fast
        except ImportError:
            fast = None
        if TYPE_CHECKING:
            from t import T
        def f():
            import hidden
        __all__ = ["one"]
        __all__ += ("two", "one")
        """
    )
    assert found.imports == (
        ir.ImportedName("os", "os", "", 1),
        ir.ImportedName("ab", "a.b", "", 1),
        ir.ImportedName("x", ".", "x", 2),
        ir.ImportedName("p", "..db", "pool", 3),
        ir.ImportedName("q", "..db", "q", 3),
        ir.ImportedName("*", "z", "", 4),
        ir.ImportedName("fast", "fast", "", 6),
        ir.ImportedName("T", "t", "T", 10),
    )
    assert found.all_names == ("one", "two")
    loads = [step for step in found.procedures["f"].blocks[0].instructions if isinstance(step, ir.LoadImport)]
    assert [(step.module, step.name) for step in loads] == [("hidden", "")]


def test_class() -> None:
    found = module(
        """
        @dataclass(frozen=True)
        class C(Base[int], mixins.M, metaclass=Meta):
            pool: "Pool" = None
            if 1:
                size: int
                def m(self):
                    self.conn: Connection | None = None
            async def n(self): pass
            class Inner:
                deep: int
        """
    )
    assert found.classes["C"] == ir.ClassDef(
        name="C",
        bases=("Base[int]", "mixins.M"),
        methods=("m", "n"),
        decorators=(ir.Decorator("dataclass", True, "dataclass(frozen=True)"),),
        annotations=(("pool", "Pool"), ("size", "int")),
        span=Span(2, 1, 10, 18),
        metaclass="Meta",
    )
    assert found.classes["C.Inner"].parent == "C"
    assert found.procedures["C.m"].annotations == (("self.conn", "Connection | None"),)


def test_scopes() -> None:
    found = module(
        """
        top = 1
        def outer(a):
            b = c = 0
            def inner(d=b):
                nonlocal c
                c = top
                class K:
                    b = a
                    def m(self): return b, K, __class__
                return [q for q in a if (w := q)]
            def other():
                global a
                return a, e
            for e in b: pass
            return locals()
        """
    )
    outer, inner = found.procedures["outer"], found.procedures["outer.inner"]
    assert (outer.locals, outer.free, outer.uses_locals) == (("a", "b", "c", "e", "inner", "other"), (), True)
    assert (inner.locals, inner.free, inner.nonlocals) == (("K", "d", "w"), ("a", "b", "c"), ("c",))
    assert found.procedures["outer.inner.K"].free == ("K", "a")
    assert found.procedures["outer.inner.K.m"].free == ("K", "b")
    assert (found.procedures["outer.other"].free, found.procedures["outer.other"].globals) == (("e",), ("a",))
    assert found.procedures["<module>"].locals == ("outer", "top")


def test_a_lambda_in_a_comprehension_captures_its_variable() -> None:
    found = module(
        """
        class C:
            fs = [lambda: (x, y) for x in a for y in x]
        def f(z):
            return [lambda: (x, z) for x in a]
        """
    )
    assert found.procedures["C.<lambda:1>"].free == ("%c2:10.x", "%c2:10.y")
    assert found.procedures["f.<lambda:1>"].free == ("%c2:12.x", "z")
    assert "Copy dst='%c2:12.x'" in show(found.procedures["f"])


def test_mappings_are_lazy_and_keep_what_they_made() -> None:
    found = module("def f(): pass\nclass C: pass")
    assert isinstance(found.procedures, Mapping)
    assert found.procedures["f"] is found.procedures["f"]
    assert len(found.procedures) == 3
    assert "nothing" not in found.procedures
    assert found.procedures.get("nothing") is None
    with pytest.raises(KeyError):
        found.classes["f"]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    found = lower_module("\ufeffx = f()\n", "m.py", "m")
    assert found.procedures["<module>"].blocks[0].instructions[0].span == Span(1, 5, 1, 6)
