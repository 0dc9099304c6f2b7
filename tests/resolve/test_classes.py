"""The layout of classes, and the call graph."""

from __future__ import annotations

from pathlib import Path

from leaklint.resolve.callgraph import calls
from leaklint.resolve.refs import Class, External, Function
from leaklint.resolve.resolver import ClassInfo, Resolver
from tests.resolve.project import program, spelled, write

STORE = """
    import dataclasses
    import sqlite3
    from abc import ABC
    from contextlib import contextmanager
    from sqlalchemy.orm import Session

    class Base(ABC):
        timeout: int = 3

        def __init__(self):
            self.conn = sqlite3.connect("x")

        def __enter__(self):
            return self

        def __exit__(self, *args):
            self.close()

        def close(self):
            self.conn.close()

    class Store(Base, Session):
        name: str

        @staticmethod
        def make():
            return Store()

        @property
        def cursor(self):
            return self.conn.cursor()

        @cursor.setter
        def cursor(self, value): ...

        def reopen(self):
            def later():
                self.conn = None
            self.other = self.cursor
            later()

    @dataclasses.dataclass
    class Record:
        a: int
        b: "sqlite3.Connection"

    @dataclasses.dataclass
    class Wider(Record):
        c: int = 0

    @contextmanager
    def managed():
        yield Store.make()

    def use():
        with Store() as store, managed() as other:
            store.cursor
            other.reopen()
        [r for r in (Record(1, 2),)]
        return lambda: use()
"""


def resolver(tmp_path: Path) -> Resolver:
    write(tmp_path, {"store.py": STORE, "more.py": "import store\nclass Special(store.Store): ...\n"})
    return Resolver(program(tmp_path))


def info(known: Resolver, name: str, module: str = "store") -> ClassInfo:
    found = known.class_info(Class(module, name))
    assert found is not None
    return found


def test_layout(tmp_path: Path) -> None:
    known = resolver(tmp_path)
    store = info(known, "Store")
    assert store.bases == (Class("store", "Base"), External("sqlalchemy.orm.Session"))
    assert store.methods["close"] == Function("store", "Base.close", True)
    assert store.methods["make"] == Function("store", "Store.make", False)
    assert "cursor" not in store.methods
    assert store.properties == {"cursor": Function("store", "Store.cursor#2", True)}
    assert {name: [p for _, p, _ in where] for name, where in store.fields.items()} == {
        "conn": ["Store.reopen.later", "Base.__init__"],
        "other": ["Store.reopen"],
        "timeout": ["Base"],
        "cursor": ["Store"],
    }
    assert known.class_info(Class("store", "Nowhere")) is None


def test_field_order_is_that_of_a_generated_constructor(tmp_path: Path) -> None:
    known = resolver(tmp_path)
    assert known.field_order(Class("store", "Wider")) == ("a", "b", "c")
    assert known.field_order(Class("store", "Store")) == ()


def test_relatives(tmp_path: Path) -> None:
    known = resolver(tmp_path)
    assert known.relatives(Class("store", "Store")) == (Class("store", "Base"), Class("more", "Special"))
    assert known.subclasses(Class("store", "Base")) == (Class("more", "Special"), Class("store", "Store"))


def test_what_functions_give(tmp_path: Path) -> None:
    known = resolver(tmp_path)
    assert spelled(known.returns(Function("store", "Store.make"))) == "<store:Store>"
    assert spelled(known.yields(Function("store", "managed"))) == "<store:Store>"
    assert known.returns_self(Function("store", "Base.__enter__"))
    assert not known.returns_self(Function("store", "Base.close"))


def test_calls(tmp_path: Path) -> None:
    known = resolver(tmp_path)
    found = known.function(Function("store", "use"))
    assert found is not None
    names = [function.name for function in calls(known, *found)]
    assert [name for name in names if not name.startswith("use.<lambda")] == [
        "Base.__enter__",
        "Base.__exit__",
        "Base.__init__",
        "Store.cursor#2",
        "Store.reopen",
        "managed",
    ]
    assert len(names) == 7
    inner = known.function(Function("store", names[-1]))
    assert inner is not None
    assert calls(known, *inner) == (Function("store", "use"),)


def test_annotations_and_decorators_by_text(tmp_path: Path) -> None:
    known = resolver(tmp_path)
    module = known.program.module("store")
    assert module is not None
    assert spelled(known.annotation_refs(module, None, "contextmanager")) == "contextlib.contextmanager"
    assert spelled(known.annotation_refs(module, None, "sqlite3.Connection | Base | None")) == (
        "sqlite3.Connection, store:Base"
    )
