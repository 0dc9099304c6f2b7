"""The cases of test_forms: name -> (source roots, files)."""

from __future__ import annotations

Case = tuple[tuple[str, ...], dict[str, str]]


def _one(text: str) -> Case:
    return ((), {"m.py": text})


CASES: dict[str, Case] = {
    "import": _one("""
        import sqlite3
        import psycopg2.pool
        import psycopg2.pool as p
        from psycopg2 import connect as c
        see(sqlite3.connect)  # is: sqlite3.connect
        see(psycopg2.pool.SimpleConnectionPool)  # is: psycopg2.pool.SimpleConnectionPool
        see(p.SimpleConnectionPool)  # is: psycopg2.pool.SimpleConnectionPool
        see(c)  # is: psycopg2.connect
        see(len)  # is: builtins.len
        see(nowhere)  # is:
    """),
    "construction": _one("""
        import sqlite3
        from psycopg2.pool import SimpleConnectionPool
        class Plain:
            pass
        conn = sqlite3.connect("x")
        see(conn)  # is: <sqlite3.Connection>
        see(conn.execute)  # is: .sqlite3.Connection.execute
        see(SimpleConnectionPool(1, 2).getconn)  # is: .psycopg2.pool.AbstractConnectionPool.getconn
        see(Plain)  # is: m:Plain
        see(Plain())  # is: <m:Plain>
    """),
    "locals": _one("""
        import sqlite3
        import psycopg2
        def f(flag):
            a = sqlite3.connect("x")
            b = a
            see(b)  # is: <sqlite3.Connection>
            c = sqlite3.connect("x") if flag else psycopg2.connect("y")
            see(c)  # is: <psycopg2.extensions.connection>, <sqlite3.Connection>
            d, e = sqlite3.connect("x"), psycopg2.connect("y")
            see(d)  # is: <sqlite3.Connection>
            see(e)  # is: <psycopg2.extensions.connection>
            first, *rest, last = sqlite3.connect, 1, 2, psycopg2.connect
            see(first)  # is: sqlite3.connect
            if (w := sqlite3.connect("x")):
                see(w)  # is: <sqlite3.Connection>
            g = None
            g = g or sqlite3.connect("z")
            see(g)  # is: <sqlite3.Connection>
            for h in [sqlite3.connect("1"), sqlite3.connect("2")]:
                see(h)  # is: <sqlite3.Connection>
            i = [sqlite3.connect(n) for n in "ab"]
            for j in i:
                see(j)  # is: <sqlite3.Connection>
    """),
    "closures": _one("""
        import sqlite3
        def outer():
            conn = sqlite3.connect("x")
            other = None
            def inner():
                nonlocal other
                see(conn)  # is: <sqlite3.Connection>
                other = sqlite3.connect("y")
            make = lambda: sqlite3.connect("z")
            see(make())  # is: <sqlite3.Connection>
            inner()
            see(other)  # is: <sqlite3.Connection>
            see(inner)  # is: m:outer.inner()
        pools = [lambda: conn for conn in [sqlite3.connect("x")]]
        see(pools[0]())  # is: <sqlite3.Connection>
    """),
    "globals": _one("""
        import sqlite3
        conn = None
        other: "sqlite3.Connection | None" = None
        def start():
            global conn
            conn = sqlite3.connect("x")
        def use():
            see(conn)  # is: <sqlite3.Connection>
            see(other)  # is: <sqlite3.Connection?>
    """),
    "returns": _one("""
        import sqlite3
        from typing import Optional, Union
        def fresh():
            conn = sqlite3.connect("x")
            return conn
        def nested():
            with open("f") as f:
                return fresh()
        def pair():
            return fresh(), 1
        def named() -> "Optional[sqlite3.Connection]":
            raise NotImplementedError
        def either() -> Union[sqlite3.Connection, None]: ...
        def same(x):
            return x
        see(fresh)  # is: m:fresh()
        see(fresh())  # is: <sqlite3.Connection>
        see(nested())  # is: <sqlite3.Connection>
        conn, number = pair()
        see(conn)  # is: <sqlite3.Connection>
        see(pair()[0])  # is: <sqlite3.Connection>
        see(named())  # is: <sqlite3.Connection?>
        see(either())  # is: <sqlite3.Connection?>
        see(same(fresh()))  # is: <sqlite3.Connection>
    """),
    "coroutines": _one("""
        import asyncio
        import asyncpg
        async def fresh():
            return await asyncpg.connect("x")
        async def main():
            conn = await fresh()
            see(conn)  # is: <asyncpg.Connection>
            other = await asyncio.wait_for(fresh(), 3)
            see(other)  # is: <asyncpg.Connection>
            pool = await asyncpg.create_pool("x")
            see(pool.acquire)  # is: .asyncpg.Pool.acquire
            async with asyncpg.create_pool("x") as entered:
                see(entered)  # is: <asyncpg.Pool>
    """),
    "annotations": _one("""
        import sqlite3
        import typing
        from typing import Annotated, Any, List, Dict, Tuple, Type, Callable, Iterable, Awaitable, ClassVar
        Maybe = typing.Optional[sqlite3.Connection]
        Db = Annotated[sqlite3.Connection, "x"]
        def f(
            a: sqlite3.Connection,
            b: "sqlite3.Connection",
            c: sqlite3.Connection | None,
            d: Annotated[sqlite3.Connection, print("no")],
            e: List[sqlite3.Connection],
            g: Dict[str, "sqlite3.Connection"],
            h: Tuple[int, sqlite3.Connection],
            i: Type[sqlite3.Connection],
            j: Callable[[int], sqlite3.Connection],
            k: Any,
            l: Maybe,
            m: Db,
            n: Awaitable[sqlite3.Connection],
            o: "dict[str, list[sqlite3.Connection]]",
            q: int = 3,
        ):
            see(a)  # is: <sqlite3.Connection?>
            see(b)  # is: <sqlite3.Connection?>
            see(c)  # is: <sqlite3.Connection?>
            see(d)  # is: <sqlite3.Connection?>
            see(e[0])  # is: <sqlite3.Connection?>
            see(e.pop())  # is: <sqlite3.Connection?>
            for one in e:
                see(one)  # is: <sqlite3.Connection?>
            see(g["x"])  # is: <sqlite3.Connection?>
            see(g.get("x"))  # is: <sqlite3.Connection?>
            for two in g.values():
                see(two)  # is: <sqlite3.Connection?>
            for name, three in g.items():
                see(three)  # is: <sqlite3.Connection?>
            number, four = h
            see(four)  # is: <sqlite3.Connection?>
            see(i)  # is: sqlite3.Connection
            see(j(1))  # is: <sqlite3.Connection?>
            see(k)  # is:
            see(l)  # is: <sqlite3.Connection?>
            see(m)  # is: <sqlite3.Connection?>
            see(o["x"][0])  # is: <sqlite3.Connection?>
            see(q)  # is: <builtins.int?>
            r: sqlite3.Connection = k
            see(r)  # is: <sqlite3.Connection?>
            see(r.close)  # is: .sqlite3.Connection.close?
    """),
    "dependencies": _one("""
        from typing import Annotated
        from fastapi import Depends
        from sqlalchemy.orm import Session
        def get_db(): ...
        SessionDep = Annotated[Session, Depends(get_db)]
        def one(db: Session = Depends(get_db)):
            see(db)  # is: <sqlalchemy.orm.Session?>
        def two(db: Annotated[Session, Depends(get_db)]):
            see(db.close)  # is: .sqlalchemy.orm.Session.close?
        def three(db: SessionDep):
            see(db)  # is: <sqlalchemy.orm.Session?>
    """),
    "injected": _one("""
        import pytest
        import sqlite3
        from fastapi import Depends
        def get_db():
            db = sqlite3.connect("x")
            try:
                yield db
            finally:
                db.close()
        def get_other():
            return sqlite3.connect("x")
        def handler(db=Depends(get_db), other=Depends(dependency=get_other), n=print(get_db)):
            see(db)  # is: <sqlite3.Connection>
            see(other)  # is: <sqlite3.Connection>
            see(n)  # is:
        @pytest.fixture
        def conn():
            yield sqlite3.connect("x")
        def test_it(conn, get_other):
            see(conn)  # is: <sqlite3.Connection>
            see(get_other)  # is:
    """),
    "kept elsewhere": _one("""
        import sqlite3
        import threading
        from fastapi import FastAPI
        from flask import g
        local = threading.local()
        app = FastAPI()
        def open_all():
            g.db = sqlite3.connect("x")
            local.conn: object = sqlite3.connect("x")
            app.state.conn = sqlite3.connect("x")
            open_all.conn = sqlite3.connect("x")
        def use():
            see(g.db.execute)  # is: .sqlite3.Connection.execute, flask.g.db.execute
            see(local.conn.execute)  # is: .sqlite3.Connection.execute
            see(app.state.conn.execute)  # is: .sqlite3.Connection.execute
        class Own:
            def __init__(self):
                self.local = threading.local()
            def open(self):
                self.local.conn = sqlite3.connect("x")
            def use(self):
                see(self.local.conn.close)  # is: .sqlite3.Connection.close
    """),
    "parameters": _one("""
        import functools
        import sqlite3
        DEFAULT = sqlite3.connect("x")
        def migrate(factory, path, *, again=None):
            see(factory)  # is: sqlite3.connect
            see(factory(path))  # is: <sqlite3.Connection>
            see(again)  # is: sqlite3.connect
        def main():
            migrate(sqlite3.connect, "x", again=sqlite3.connect)
        def defaults(connect=sqlite3.connect, conn=DEFAULT, off=False):
            see(connect)  # is: sqlite3.connect
            see(conn)  # is: <sqlite3.Connection>
            see(off)  # is:
        class Store:
            def __init__(self, conn):
                self.conn = conn
            def use(self, other):
                see(self.conn)  # is: <sqlite3.Connection>
                see(other)  # is: <sqlite3.Connection>
        Store(sqlite3.connect("x")).use(sqlite3.connect("y"))
        def late(conn, n):
            see(conn)  # is: <sqlite3.Connection>
        functools.partial(late, sqlite3.connect("x"))(1)
    """),
    "isinstance": _one("""
        import sqlite3
        import sqlalchemy
        def f(engine, dbo, path):
            if isinstance(engine, sqlalchemy.engine.Engine):
                see(engine.connect)  # is: .sqlalchemy.engine.Engine.connect?
            assert isinstance(dbo, (str, sqlite3.Connection))
            see(dbo)  # is: <sqlite3.Connection?>
            if isinstance(path, str):
                see(path)  # is:
    """),
    "constructed elsewhere": (
        (),
        {
            "repo.py": """
                class Repo:
                    def __init__(self, factory):
                        self.session = factory()
                        see(self.session)  # is: <sqlite3.Connection>
            """,
            "service.py": """
                import sqlite3
                from repo import Repo
                repo = Repo(lambda: sqlite3.connect("x"))
                see(repo.session)  # is: <sqlite3.Connection>
            """,
        },
    ),
    "with": _one("""
        import contextlib
        import sqlite3
        from contextlib import closing, contextmanager, ExitStack
        from typing import Iterator
        @contextmanager
        def managed():
            conn = sqlite3.connect("x")
            try:
                yield conn
            finally:
                conn.close()
        @contextlib.contextmanager
        def written() -> Iterator[sqlite3.Connection]:
            yield helper()
        class Own:
            def __enter__(self):
                return self
            def __exit__(self, *a): ...
        class Sub(Own): ...
        class Other:
            def __enter__(self):
                return sqlite3.connect("x")
            def __exit__(self, *a): ...
        with sqlite3.connect("x") as a, managed() as b, written() as c:
            see(a)  # is: <sqlite3.Connection>
            see(b)  # is: <sqlite3.Connection>
            see(c)  # is: <sqlite3.Connection?>
        with Own() as d, Sub() as e, Other() as f:
            see(d)  # is: <m:Own>
            see(e)  # is: <m:Sub>
            see(f)  # is: <sqlite3.Connection>
        with closing(sqlite3.connect("x")) as g:
            see(g)  # is: <sqlite3.Connection>
        with ExitStack() as stack:
            h = stack.enter_context(closing(sqlite3.connect("x")))
            see(h)  # is: <sqlite3.Connection>
        later = managed()
        with later as i:
            see(i)  # is: <sqlite3.Connection>
        see(managed().__enter__())  # is: <sqlite3.Connection>
    """),
    "generators": _one("""
        import sqlite3
        def several():
            yield sqlite3.connect("x")
        def all_of_them():
            yield from several()
        for a in several():
            see(a)  # is: <sqlite3.Connection>
        for b in all_of_them():
            see(b)  # is: <sqlite3.Connection>
        see(next(several()))  # is: <sqlite3.Connection>
        class Many:
            def __iter__(self):
                yield sqlite3.connect("x")
        for c in Many():
            see(c)  # is: <sqlite3.Connection>
        for n, d in enumerate(several()):
            see(d)  # is: <sqlite3.Connection>
        for e, f in zip("ab", list(several())):
            see(f)  # is: <sqlite3.Connection>
    """),
    "special calls": _one("""
        import functools
        import sqlite3
        import typing
        from typing import cast
        def f(x):
            see(cast(sqlite3.Connection, x))  # is: <sqlite3.Connection?>
            see(typing.cast("sqlite3.Connection | None", x))  # is: <sqlite3.Connection?>
        make = functools.partial(sqlite3.connect, "x")
        see(make)  # is: partial sqlite3.connect
        see(make())  # is: <sqlite3.Connection>
        see(getattr(sqlite3, "connect"))  # is: sqlite3.connect
        see(getattr(make(), "close"))  # is: .sqlite3.Connection.close
        see(type(make()))  # is: sqlite3.Connection
        text = "a"
        see(text.upper)  # is: .builtins.str.upper
        see(text.close)  # is:
        see(sorted(text).append)  # is: .builtins.list.append
    """),
    "registries": _one("""
        import sqlite3
        import psycopg2
        DRIVERS = {"a": sqlite3.connect, "b": psycopg2.connect}
        see({"a": sqlite3.connect}["a"])  # is: sqlite3.connect
        see(DRIVERS["b"])  # is: psycopg2.connect
        def pick(name):
            see(DRIVERS[name])  # is: psycopg2.connect, sqlite3.connect
            see(DRIVERS.get(name, sqlite3.connect)("x"))  # is: <psycopg2.extensions.connection>, <sqlite3.Connection>
        makers = [lambda: sqlite3.connect("x")]
        see(makers[0]())  # is: <sqlite3.Connection>
    """),
    "containers": _one("""
        import sqlite3
        import collections
        cache = {}
        def get(name):
            if name not in cache:
                cache[name] = sqlite3.connect(name)
            return cache[name]
        see(get("x"))  # is: <sqlite3.Connection>
        class Pool:
            def __init__(self):
                self.free = []
                self.by_name = collections.defaultdict(list)
            def put(self, name):
                self.free.append(sqlite3.connect("x"))
                self.by_name[name] = sqlite3.connect("x")
            def all(self):
                for a in self.free:
                    see(a)  # is: <sqlite3.Connection>
                for b in list(self.by_name.values()):
                    see(b)  # is: <sqlite3.Connection>
                see(self.free.pop())  # is: <sqlite3.Connection>
                see(self.by_name.pop("x"))  # is: <sqlite3.Connection>
    """),
    "classes": _one("""
        import abc
        import sqlite3
        import functools
        from functools import cached_property
        class Base(abc.ABC):
            shared = sqlite3.connect("x")
            factory = sqlite3.connect
            declared: sqlite3.Connection
            def __init__(self):
                self.conn = self.open()
                self.late = None
            def open(self):
                return sqlite3.connect("x")
            def reopen(self):
                self.late = sqlite3.connect("y")
            @property
            def prop(self):
                return self.conn
            @prop.setter
            def prop(self, value):
                self.conn = value
            @cached_property
            def cached(self):
                return sqlite3.connect("c")
            @staticmethod
            def make():
                return sqlite3.connect("s")
            @classmethod
            def build(cls):
                see(cls)  # is: m:Base
                return cls()
            class Inner:
                pass
        class Sub(Base):
            def use(self):
                see(self)  # is: <m:Sub>
                see(self.conn)  # is: <sqlite3.Connection>
                see(self.late)  # is: <sqlite3.Connection>
                see(self.shared)  # is: <sqlite3.Connection>
                see(self.declared)  # is: <sqlite3.Connection?>
                see(self.prop)  # is: <sqlite3.Connection>
                see(self.cached)  # is: <sqlite3.Connection>
                see(self.open)  # is: m:Base.open(self)
                see(self.make)  # is: m:Base.make()
                see(self.make())  # is: <sqlite3.Connection>
                see(super().open)  # is: m:Base.open(self)
                see(self.Inner)  # is: m:Base.Inner
                def nested():
                    self.deep = sqlite3.connect("d")
                see(self.deep)  # is: <sqlite3.Connection>
        see(Sub.build())  # is: <m:Base>
        see(Sub().conn)  # is: <sqlite3.Connection>
        see(Base.shared)  # is: <sqlite3.Connection>
        see(Base.factory)  # is: sqlite3.connect
    """),
    "external bases": _one("""
        import psycopg2.pool
        import sqlite3
        from mylib import Mixin
        class Quiet(psycopg2.pool.ThreadedConnectionPool):
            def getconn(self, key=None):
                see(super().getconn)  # is: .psycopg2.pool.AbstractConnectionPool.getconn
                return super().getconn(key)
        class Pool(Mixin, psycopg2.pool.SimpleConnectionPool):
            pass
        pool = Pool(1, 2)
        see(pool)  # is: <m:Pool>
        see(pool.getconn)  # is: .psycopg2.pool.AbstractConnectionPool.getconn
        see(pool.getconn())  # is: <psycopg2.extensions.connection>
        see(Quiet(1, 2).getconn())  # is: <psycopg2.extensions.connection>
        see(Quiet(1, 2).putconn)  # is: .psycopg2.pool.ThreadedConnectionPool.putconn
        class Conn(sqlite3.Connection):
            pass
        with Conn("x") as c:
            see(c.close)  # is: .sqlite3.Connection.close
    """),
    "mixins": _one("""
        import sqlite3
        class Left:
            def open(self):
                return sqlite3.connect("l")
        class Top:
            def open(self):
                return None
            def close(self): ...
        class A(Top): ...
        class B(Top):
            def close(self): ...
        class Both(A, B, Left):
            def use(self):
                see(self.open)  # is: m:Top.open(self)
                see(self.close)  # is: m:B.close(self)
    """),
    "records": _one("""
        import dataclasses
        import sqlite3
        from typing import NamedTuple
        @dataclasses.dataclass
        class Data:
            conn: sqlite3.Connection
            path: str = ""
        class Row(NamedTuple):
            conn: sqlite3.Connection
            n: int
        def make():
            return Row(sqlite3.connect("x"), 1)
        see(Data(1).conn)  # is: <sqlite3.Connection?>
        conn, n = make()
        see(conn)  # is: <sqlite3.Connection?>
        see(make().conn)  # is: <sqlite3.Connection?>
        see(make()[0])  # is: <sqlite3.Connection?>
    """),
    "chained calls": _one("""
        import sqlite3
        class Builder:
            def named(self, name):
                self.name = name
                return self
            def __call__(self):
                return sqlite3.connect(self.name)
        class Special(Builder): ...
        see(Special().named("x"))  # is: <m:Special>
        see(Special().named("x")())  # is: <sqlite3.Connection>
    """),
    "decorated": _one("""
        import functools
        import sqlite3
        def retry(function):
            @functools.wraps(function)
            def wrapper(*args):
                return function(*args)
            return wrapper
        @retry
        def fresh():
            return sqlite3.connect("x")
        see(fresh)  # is: m:fresh()
        see(fresh())  # is: <sqlite3.Connection>
        def outer():
            @retry
            def inner():
                return sqlite3.connect("x")
            see(inner)  # is: m:outer.inner()
            return inner()
        @functools.total_ordering
        class Decorated: ...
        see(Decorated)  # is: m:Decorated
    """),
    "sessions": _one("""
        from sqlalchemy import create_engine
        from sqlalchemy.orm import sessionmaker
        engine = create_engine("x")
        Session = sessionmaker(bind=engine)
        see(Session())  # is: <sqlalchemy.orm.Session>
        see(engine.connect())  # is: <sqlalchemy.engine.Connection>
        with Session() as session:
            see(session.close)  # is: .sqlalchemy.orm.Session.close
    """),
    "branches": _one("""
        try:
            import psycopg2 as driver
        except ImportError:
            import sqlite3 as driver
        see(driver.connect)  # is: psycopg2.connect, sqlite3.connect
        try:
            from ujson import loads
        except ImportError:
            loads = None
        see(loads)  # is: ujson.loads
        if driver:
            def pick():
                return driver.connect
        else:
            def pick():
                return None
        see(pick())  # is: psycopg2.connect, sqlite3.connect
    """),
    "files": (
        (),
        {
            "app/__init__.py": """
                from .db import get_conn, engine as main_engine
                from .models import *
            """,
            "app/db.py": """
                import sqlite3
                from sqlalchemy import create_engine
                engine = create_engine("x")
                def get_conn():
                    return sqlite3.connect("x")
            """,
            "app/models.py": """
                __all__ = ["Public"]
                class Public: ...
                class Hidden: ...
            """,
            "app/sub/__init__.py": "",
            "app/sub/deep.py": """
                from .. import db
                from ..db import get_conn as g
                from ..nowhere import x
                from . import deep as me
                see(db)  # is: module app.db
                see(db.engine)  # is: <sqlalchemy.engine.Engine>
                see(g())  # is: <sqlite3.Connection>
                see(x)  # is:
                see(me)  # is: module app.sub.deep
            """,
            "main.py": """
                import app
                import app.sub.deep
                import app.db as database
                from app import main_engine, Public, Hidden
                from typing import TYPE_CHECKING
                if TYPE_CHECKING:
                    from app.models import Hidden as H
                def lazy(x: "H"):
                    from app.db import get_conn
                    import app.models as models
                    see(get_conn)  # is: app.db:get_conn()
                    see(models.Hidden)  # is: app.models:Hidden
                    see(x)  # is: <app.models:Hidden?>
                    def inner(y: models.Hidden):
                        see(y)  # is: <app.models:Hidden?>
                see(app.get_conn)  # is: app.db:get_conn()
                see(app.sub.deep)  # is: module app.sub.deep
                see(database.get_conn())  # is: <sqlite3.Connection>
                see(main_engine)  # is: <sqlalchemy.engine.Engine>
                see(Public)  # is: app.models:Public
                see(Hidden)  # is:
            """,
        },
    ),
    "bases in other files": (
        (),
        {
            "base.py": """
                import sqlite3
                class Base:
                    def __init__(self):
                        self.conn = sqlite3.connect("x")
                    def close(self):
                        self.conn.close()
            """,
            "sub.py": """
                import base
                class Sub(base.Base):
                    def use(self):
                        see(self.conn)  # is: <sqlite3.Connection>
                        see(self.close)  # is: base:Base.close(self)
            """,
        },
    ),
    "objects that objects of libraries keep": _one("""
        from flask_sqlalchemy import SQLAlchemy
        from airflow import settings
        from airflow.settings import engine
        db = SQLAlchemy()
        def use():
            see(db.engine)  # is: <sqlalchemy.engine.Engine>
            see(db.engine.connect)  # is: .sqlalchemy.engine.Engine.connect
            see(settings.engine.connect)  # is: .sqlalchemy.engine.Engine.connect
            see(engine.connect)  # is: .sqlalchemy.engine.Engine.connect
            see(db.engine.connect().engine.begin)  # is: .sqlalchemy.engine.Engine.begin
    """),
    "fixtures of a conftest": (
        (),
        {
            "tests/conftest.py": """
                import sqlite3
                import psycopg2
                import pytest
                @pytest.fixture
                def conn():
                    yield sqlite3.connect("x")
                @pytest.fixture
                def other():
                    return sqlite3.connect("x")
                def no_fixture():
                    return sqlite3.connect("x")
            """,
            "tests/unit/conftest.py": """
                import psycopg2
                import pytest
                @pytest.fixture
                def other():
                    return psycopg2.connect("x")
            """,
            "tests/unit/test_rows.py": """
                import pytest
                def test_rows(conn, other, no_fixture):
                    see(conn)  # is: <sqlite3.Connection>
                    see(other)  # is: <psycopg2.extensions.connection>
                    see(no_fixture)  # is:
                def helper(conn):
                    see(conn)  # is:
                class TestRows:
                    def test_one(self, conn):
                        see(conn)  # is: <sqlite3.Connection>
            """,
        },
    ),
    "src layout": (
        ("src", "."),
        {
            "src/pkg/__init__.py": "",
            "src/pkg/a.py": "def f(): ...\n",
            "tests/test_a.py": """
                from pkg.a import f
                import src.pkg.a
                see(f)  # is: pkg.a:f()
                see(src.pkg.a.f)  # is: pkg.a:f()
            """,
        },
    ),
    "namespace packages": (
        ("one", "two"),
        {
            "one/ns/a.py": """
                from ns.b import g
                import ns.b
                see(g)  # is: ns.b:g()
                see(ns.b.g)  # is: ns.b:g()
            """,
            "two/ns/b.py": "def g(): ...\n",
            "two/alembic/env.py": """
                from alembic import op
                from alembic.env import here
                see(op)  # is: alembic.op
                see(here)  # is: alembic.env:here()
                def here(): ...
            """,
        },
    ),
    "scripts": (
        (),
        {
            "jobs/helper.py": "def help(): ...\n",
            "jobs/run.py": """
                import helper
                from helper import help
                see(helper.help)  # is: jobs.helper:help()
                see(help)  # is: jobs.helper:help()
            """,
            "jobs/deep/app/main.py": """
                from app.db import f
                import helper
                see(f)  # is: jobs.deep.app.db:f()
                see(helper)  # is: helper
            """,
            "jobs/deep/app/db.py": "def f(): ...\n",
            "jobs/deep/lib/__init__.py": "def g(): ...\n",
            "jobs/deep/tests/unit/test_it.py": """
                from lib import g
                from app.db import f
                see(g)  # is: jobs.deep.lib:g()
                see(f)  # is: app.db.f
            """,
            "jobs/other/tests/__init__.py": "",
            "jobs/other/tests/test_it.py": """
                from module import h
                see(h)  # is: jobs.other.module:h()
            """,
            "jobs/other/module.py": "def h(): ...\n",
            "tools/sqlalchemy/__init__.py": "",
            "tools/run.py": """
                import sqlalchemy
                see(sqlalchemy.create_engine)  # is: sqlalchemy.create_engine
            """,
            "pkg/__init__.py": "",
            "pkg/redis.py": "def Redis(): ...\n",
            "pkg/use.py": """
                import redis
                see(redis.Client)  # is: redis.Client
            """,
        },
    ),
    "cycles": (
        (),
        {
            "a.py": """
                from b import two, B
                import b
                def one():
                    return two()
                class A(B):
                    def go(self):
                        see(self.conn)  # is: <sqlite3.Connection>
                see(one())  # is: <sqlite3.Connection>
                x = b.y
                see(x)  # is: <sqlite3.Connection>
            """,
            "b.py": """
                import sqlite3
                from a import one, A
                import a
                def two():
                    return one() or sqlite3.connect("x")
                class B(A):
                    conn = sqlite3.connect("x")
                y = a.x
                y = sqlite3.connect("x")
                see(two())  # is: <sqlite3.Connection>
                def walk(node):
                    while node:
                        node = node.next
                        see(node)  # is:
                def chain():
                    import os
                    top = os
                    while top:
                        top = top.parent
                    self = chain
                    return self
                see(chain())  # is: b:chain()
                class Loop(Loop): ...
                see(Loop())  # is: <b:Loop>
                pair = []
                pair = [pair]
                see(pair[0][0])  # is:
            """,
        },
    ),
}
