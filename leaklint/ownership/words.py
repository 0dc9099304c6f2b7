"""What the rows of a catalog say together: words that mean something wherever they stand."""

from __future__ import annotations

from collections import Counter

from leaklint.catalog import Catalog

OWNER_KINDS = frozenset({"pool", "engine"})
KEPT_KINDS = frozenset({"connection", "pooled-connection", "session"})
"""What an object must be able to give back. Engines, pools and clients are meant to live as long as their object."""
COMMONLY_CALM = 5
"""Rows that must call a method harmless before it counts as harmless on an object of unknown class."""


class Words:
    """The words of a catalog, and how strictly they are taken.

    release_to: methods of an owner that take back what it gave. release_on: methods of what is released. owner: those
    of pools and their like. ending: those that give back what a class keeps. calm: methods that do not raise. passing:
    methods that only a `with` makes take something, which closes it: they leave nothing behind in what they were
    called on.
    open_tests: what tells whether something is open -> whether it is then. reach: decorators of generators -> whether
    the exceptions of the body arrive at `yield`. coroutines: decorators that make a coroutine of a generator. bounded:
    caches that let go of what they hold.
    """

    def __init__(self, catalog: Catalog, *, strict: bool) -> None:
        self.strict = strict
        rows = [row for library in catalog.libraries for row in library.resource]
        self.release_to = frozenset(word for row in rows for word in row.release_to)
        self.release_on = frozenset(word for row in rows for word in row.release)
        self.owner = frozenset(word for row in rows if row.kind in OWNER_KINDS for word in row.release)
        ending = (row for row in rows if row.kind in KEPT_KINDS)
        self.ending = frozenset(word for row in ending for word in (*row.release, *row.release_to))
        passing = (row for row in rows if row.lazy and row.kind == "connection")
        self.passing = frozenset(name.rpartition(".")[2] for row in passing for name in row.acquire)
        calm = Counter(word for row in rows for word in row.no_raise)
        self.calm = frozenset({word for word, count in calm.items() if count >= COMMONLY_CALM} | {"log"})
        self.open_tests = {
            **{word: True for row in rows for word in row.open_tests},
            **{word: False for row in rows for word in row.closed_tests},
        }
        self.reach = {
            **{name: True for f in catalog.frameworks for name in f.exceptions_reach_yield},
            **{name: False for f in catalog.frameworks for name in f.exceptions_do_not_reach},
        }
        self.coroutines = frozenset(name for f in catalog.frameworks for name in f.coroutine_decorators)
        self.bounded = tuple(name for f in catalog.frameworks for name in f.bounded_caches)
        self._library_of = {module: library.name for library in catalog.libraries for module in library.modules}

    def library_of(self, name: str) -> str:
        """The library whose call `name` is; "" for any other."""
        return self._library_of.get(name.partition(".")[0], "")
