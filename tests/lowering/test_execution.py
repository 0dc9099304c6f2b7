"""What the graphs do when they are executed is what Python does, with a fault at each call in turn."""

from __future__ import annotations

import sys
import textwrap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lowering.compare import check

EXAMPLES = {
    "values": """
        def f():
            x = [t(1), *t([2, 3]), t(4)]
            y = {"a": t(5), **{"b": t(6)}, t("k"): 7}
            z = (t(8), *(t(9),), t(10))
            s = {t(1), t(2)}
            items = x[t(1)], x[1:t(3)], x[::2], -t(3), ~t(2), +t(1), not t(0)
            return x, y, z, s, items, t(2) ** t(3) - 1 @ 2 if 0 else 5, t(7) // t(2) % 2 << 3 | 1 & 3 ^ 2
    """,
    "comparisons": """
        def f():
            return (t(1) < t(2) < t(3), t(1) < t(0) < t(3), t(1) in t([1]), t(1) not in t([1]), t(None) is None,
                    t(1) is not None, t(1) != t(2), t(3) >= t(3) > t(1) <= t(1) == t(1))
    """,
    "short circuits": """
        def f():
            a = t(0) or t(1) and t(2) or t(3)
            b = t(1) and t(0) and t(9)
            g = t(5) if d() else t(6) if d() else t(7)
            if d() and not (d() or d()) and d():
                t("yes")
            elif not d():
                t("elif")
            else:
                t("no")
            if (d() if d() else d()):
                t("conditional")
            if t(1) < t(2) < (3 if d() else 0):
                t("chain")
            while not (d() or not d()):
                t("loop")
            return a, b, g, (d() and d()) or (not d())
    """,
    "walrus": """
        def f():
            x = 1
            r = (x, (x := 2), x, (x := x + 5), x)
            if (y := t(3)) and y > 2:
                t(y)
            total = [last := t(i) for i in range(3)]
            while (n := len(total)) < 5:
                total.append(n)
            u = x + (x := 10) + x
            w = t(x) + (x := 1) * x
            return r, y, last, total, n, u, w, x
    """,
    "calls": """
        def g(a, b=t("default"), *args, c=t("keyword default"), **rest):
            return a, b, args, c, rest
        def f():
            first = g(t(1))
            second = g(*t([1, 2, 3]), c=t(4), **t({"z": 5}))
            third = g(t(1), *[t(2)], t(3), c=1, q=t(8))
            return first, second, third, (lambda p, q=t(2): p + q)(t(1)), t("abc").upper().lower().title()
    """,
    "assignment": """
        class Box: pass
        def f():
            box = Box()
            a = b = t([1, 2, 3])
            a[t(0)] = t(5)
            box.x = t(1)
            box.x += t(2)
            a[t(1)] += t(7)
            n = t(1)
            n += n
            n |= 8
            p, q = t(1), t(2)
            p, q = q, p
            (k, [l, *m]), o = (1, t([2, 3, 4])), t(5)
            *h, i = t([1, 2, 3])
            c: int = t(9)
            e: str
            box.y, a[2] = t(6), t(7)
            [v, w] = {v: 1 for v in (3, 4)}
            return a, b, box.x, box.y, n, p, q, k, l, m, o, h, i, c, v, w
    """,
    "delete": """
        class Box: pass
        def f():
            a, b, c = t([1, 2, 3]), 2, Box()
            c.x = 1
            del a[t(0)], (b, c.x)
            if d():
                return b
            return a, hasattr(c, "x")
    """,
    "unbound": """
        def f():
            try:
                x = t(1)
            finally:
                t(x)
    """,
    "loops": """
        def f():
            out = []
            for i in t(range(4)):
                if d():
                    continue
                if d():
                    break
                out.append(t(i))
            else:
                t("else")
            n = 0
            while n < t(3):
                n += 1
                if d():
                    continue
                if d():
                    break
            else:
                t("while else")
            while True:
                t("once")
                break
            for a, (b, *c) in [(1, (2, 3)), (4, (5, 6, 7))]:
                out.append((a, b, c))
            return out, n
    """,
    "try": """
        def f():
            try:
                t(1)
                if d():
                    raise Other("o")
                t(2)
            except Fault as e:
                t("handler")
                r = str(e)
            except (KeyError, Other):
                t("other")
                raise
            except:
                t("bare")
            else:
                t("else")
                r = 3
            finally:
                t("finally")
            t("after")
            return r
    """,
    "name of the exception goes away": """
        def f():
            e = 1
            try:
                t(1)
            except Fault as e:
                t(2)
            return e
    """,
    "raise from and nested handlers": """
        def f():
            try:
                try:
                    t(1)
                except Fault as error:
                    try:
                        t(2)
                        raise Other("x") from error
                    except Other:
                        t(3)
                    raise
                finally:
                    t(4)
            except Exception as error:
                try:
                    t(5)
                except Fault:
                    t(6)
                return type(error).__name__
            raise ValueError if d() else Other(3)
    """,
    "finally and jumps": """
        def f():
            for i in range(3):
                try:
                    try:
                        t("body")
                        if d():
                            continue
                        if d():
                            break
                        if d():
                            return t("value")
                    finally:
                        t("inner")
                except Fault:
                    t("caught")
                    if d():
                        return "from handler"
                finally:
                    t("outer")
            else:
                t("loop else")
            t("after")
    """,
    "finally that jumps": """
        def f():
            for i in range(2):
                try:
                    t(1)
                    return 1
                finally:
                    if d():
                        break
                    if d():
                        continue
                    t(2)
            try:
                t(3)
            finally:
                try:
                    t(4)
                    return "replaced"
                finally:
                    t(5)
    """,
    "bare raise in a finally": """
        def f():
            try:
                t(1)
            finally:
                t(2)
                if d():
                    raise
    """,
    "return value is computed before": """
        def f():
            x = 1
            try:
                return x
            finally:
                x = t(2)
    """,
    "with": """
        def f():
            with c(1) as a, c(2, d()) as b, c(3):
                t("body")
                for i in range(2):
                    with c("inner", True):
                        t("in")
                        if d():
                            break
                        if d():
                            return a
                        if d():
                            continue
                        raise Other
                    t("after inner")
            t("after")
            x = c(4)
            with x:
                x = t(5)
            with c(6) as (p, q):
                return q
    """,
    "with in try in with": """
        def f():
            with c(1):
                try:
                    with c(2):
                        return t("r")
                except Fault:
                    with c(3):
                        t("handler")
                        raise Other
                finally:
                    with c(4, True):
                        t("finally")
    """,
    "match": """
        class Point:
            __match_args__ = ("x", "y")
            def __init__(self, x, y):
                self.x, self.y = x, y
        class K: one = 1
        def g(v):
            match v:
                case None | True:
                    return "none"
                case K.one | 2:
                    return "const"
                case -3 | "s" | 1.5:
                    return "literal"
                case []:
                    return "empty"
                case [x, 0] | [0, x] if t(x) > 1:
                    return "guarded", x
                case [x, y]:
                    return x, y
                case [1, *rest, (2 | 3) as last]:
                    return rest, last
                case [_, _, *_]:
                    return "long"
                case {"k": kk, "n": [1, nn], **more}:
                    return kk, nn, more
                case {"k": 1}:
                    return "k1"
                case Point(0, y=yy):
                    return "on axis", yy
                case Point(x=px, y=Point() as py):
                    return px, py.x
                case int(n) if n > 10:
                    return n
                case str() as s:
                    return s
                case x:
                    return "any", x
        def f():
            values = [None, True, 1, 2, -3, "s", 1.5, [], [4, 0], [0, 5], [1, 0], [6, 7], [1, 9, 9, 2], [1, 3],
                      [7, 8, 9], {"k": 5, "n": [1, 2], "z": 3}, {"k": 1}, {"q": 1},
                      Point(0, 3), Point(1, Point(5, 6)), 11, 7, "zz"]
            out = []
            for v in values:
                r = g(v)
                out.append(repr(r) if "Point" not in repr(r) else "point")
            match t(1), t(2):
                case a, b if d():
                    out.append((a, b))
                case _:
                    t("default")
            match t(5):
                case 6:
                    t("no")
            return out
    """,
    "comprehensions": """
        def f():
            x = "outer"
            a = [t(x) for x in range(3) if x != 1]
            b = {x: y for x in range(2) for y in t([x, 2]) if d()}
            c = {len(x) for x in t(["a", "bb", "cc"])}
            e = sum(x * y for x in range(3) for y in [z for z in range(x)])
            g = [[x for x in range(y)] for y in range(3)]
            h = [k() for k in [lambda: x for x in range(2)]]
            return a, b, c, e, g, h, x
    """,
    "closures": """
        def f():
            count = 0
            def up(n=t(2)):
                nonlocal count
                count += n
                def inner():
                    return count, x
                return inner
            x = t("late")
            up()
            r = up(3)()
            fs = [lambda a, i=i: (a, i, x) for i in range(2)]
            class C:
                y = count
                x = t("class x")
                z = [count for _ in range(1)]
                def m(self):
                    return x, self.y, self.x
            return r, [g(1) for g in fs], C().m(), C.z, count
    """,
    "globals": """
        n = 1
        class D:
            n = n + 1
            m = n
        def up():
            global n, fresh
            n = n + t(1)
            fresh = n
            for n in [n + 5]:
                pass
            return n
        def f():
            up()
            return n, fresh, D.n, D.m
    """,
    "classes and decorators": """
        def deco(label):
            t(label)
            def wrap(g):
                t(("wrap", label))
                return g
            return wrap
        class Base:
            def hi(self):
                return "base"
        @deco("c1")
        @deco("c2")
        class C(Base):
            a = t(1)
            if a:
                b = a + 1
            @deco("m")
            def m(self, k=b):
                return self.a, k
            @staticmethod
            def s():
                return "s"
            @property
            def p(self):
                return "get"
            @p.setter
            def p(self, v):
                t(v)
            class Inner:
                q = t("q")
        def f():
            o = C()
            o.p = 5
            @deco("local")
            def g(): return 1
            return o.m(), o.s(), o.p, o.hi(), C.Inner.q, g()
    """,
    "generators": """
        def g(n):
            try:
                for i in range(n):
                    got = yield t(i)
                    t(got)
            finally:
                t("closed")
            return "end"
        def f():
            r = yield from g(2)
            t(r)
            x = g(5)
            next(x)
            x.send("sent")
            x.close()
            y = g(3)
            next(y)
            try:
                y.throw(Other("thrown"))
            except Other:
                t("came back")
            yield r
            yield
    """,
    "async": """
        async def g(x):
            return t(x)
        class Items:
            def __init__(self): self.n = 0
            def __aiter__(self): return self
            async def __anext__(self):
                self.n += 1
                if self.n > 2:
                    raise StopAsyncIteration
                return t(self.n)
        async def f():
            async with c(1) as a, c(2, True):
                t(await g(3))
                async for i in Items():
                    if d():
                        break
                    t(("item", i))
                else:
                    t("else")
                return [await g(j) async for j in Items() if d()]
            return "after"
    """,
    "assert": """
        def f():
            assert t(1), t("never")
            assert not d() or d(), t("message")
            assert d()
    """,
    "imports": """
        import os.path
        import os.path as p
        from operator import add as plus, mul
        def f():
            import collections.abc
            from functools import reduce
            return plus(1, 2), mul(2, 3), reduce(plus, [1, 2]), p is os.path, collections.abc.Sized is not None
    """,
    "strings": """
        def f():
            w = 5
            return f"{t(1)}{t('b')} {f'{t(2)}'}" "x" f"{w}", f"plain", "a" f"b{t(3)}"
    """,
    "statements without effect": '''
        def f():
            """docstring"""
            ...
            pass
            t
            t.x if d() and 0 else t(2)
            while False:
                t(3)
            if 0:
                t(4)
            else:
                t(5)
            if 1 and not None:
                t(6)
            return
    ''',
    "dead code": """
        def f():
            for i in range(2):
                return t(1)
                t(2)
                try:
                    break
                finally:
                    t(3)
            while True:
                if d():
                    return 1
    """,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_runs_as_python_does(name: str) -> None:
    text = textwrap.dedent(EXAMPLES[name])
    assert check(text) > 0


@pytest.mark.skipif(sys.version_info < (3, 11), reason="except* is executed by Python 3.11")
def test_except_star_runs_as_python_does() -> None:
    text = """
def f():
    try:
        t(1)
        raise ExceptionGroup("g", [ValueError(1), TypeError(2), KeyError(3)] if d() else [ValueError(1)])
    except* ValueError as group:
        t(("values", len(group.exceptions)))
    except* (TypeError, KeyError) as group:
        t(("rest", len(group.exceptions)))
    except* Fault:
        t("fault")
    t("after")
"""
    # A fault outside of a group is wrapped in one by Python; the machine compares the runs without.
    check(text, faults=-1)


# -- generated programs


@st.composite
def suites(draw: st.DrawFn, depth: int, in_loop: bool) -> list[str]:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        lines.extend(draw(one_statement(depth, in_loop)))
    return lines


def indent(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


SIMPLE = ["t({n})", "x = t({n})", "t(x)", "if d(): t({n})", "x = t({n}) if d() else x", "x = d() and t({n}) or x"]
JUMPS = ["return t({n})", "return x", "raise Other({n})", "if d(): return {n}", "if d(): raise Other({n})"]
LOOP_JUMPS = ["break", "continue", "if d(): break", "if d(): continue"]


@st.composite
def one_statement(draw: st.DrawFn, depth: int, in_loop: bool) -> list[str]:
    n = draw(st.integers(0, 99))
    simple = SIMPLE + JUMPS + (LOOP_JUMPS if in_loop else [])
    kind = draw(
        st.sampled_from(["simple"] * 2 + (["try", "try", "with", "for", "while", "if", "match"] if depth else []))
    )

    def suite(loop: bool = in_loop) -> list[str]:
        return indent(draw(suites(depth - 1, loop)))

    if kind == "simple":
        return [draw(st.sampled_from(simple)).format(n=n)]
    if kind == "with":
        heads = ["with c({n}):", "with c({n}, True) as x:", "with c({n}), c({n}, d()) as y:"]
        return [draw(st.sampled_from(heads)).format(n=n), *suite()]
    if kind == "for":
        rest = ["else:", *suite()] if draw(st.booleans()) else []
        return [f"for x in range({draw(st.integers(0, 2))}):", *suite(True), *rest]
    if kind == "while":
        rest = ["else:", *suite()] if draw(st.booleans()) else []
        return [f"while {draw(st.sampled_from(['d()', 'd() and d()', 'd() or d()', 'not d()']))}:", *suite(True), *rest]
    if kind == "if":
        rest = ["else:", *suite()] if draw(st.booleans()) else []
        return ["if d() and not d():", *suite(), *rest]
    if kind == "match":
        return ["match t(x):", "    case None | [] if d():", *indent(suite()), "    case y:", *indent(suite())]
    lines = ["try:", *suite()]
    shape = draw(st.sampled_from(["except", "finally", "both", "all"]))
    if shape != "finally":
        # Its name is read inside only: the unbinding of it when an exception leaves the clause is not lowered.
        heads = ["except Fault:", "except Other as e:", "except (Fault, Other) as e:", "except Exception:", "except:"]
        head = draw(st.sampled_from(heads))
        lines += [head, *(indent([draw(st.sampled_from(["t(e)", "x = e"]))] if " as " in head else [])), *suite()]
        if draw(st.booleans()):
            lines += indent(["raise"])
        if shape == "all":
            lines += ["else:", *suite()]
    if shape != "except":
        lines += ["finally:", *suite()]
    return lines


def _ordered(lines: list[str]) -> str:
    return "\n".join(["def f():", "    x = None", *indent(lines)]) + "\n"


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(suites(3, False), st.integers(0, 2**24))
def test_generated_programs_run_as_python_does(lines: list[str], bits: int) -> None:
    check(_ordered(lines), bits=(bits,), faults=25)
