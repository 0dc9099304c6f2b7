"""LK302: a pool without an upper limit."""

from __future__ import annotations

from collections.abc import Iterator

from leaklint.capacity.around import module_pools
from leaklint.model import Span
from leaklint.rules.base import Rule
from leaklint.rules.inspection import Sighting, View


def inspect(view: View) -> Iterator[Sighting]:
    """The pools of this module that grow without end."""
    for pool in module_pools(view.analysis, view.module):
        if pool.unlimited:
            yield Sighting(
                span=Span(pool.place.line, pool.place.column, pool.end_line, pool.end_column),
                message=f"this pool has no upper limit ({pool.written})",
                help=f"Give it one that fits what the database admits: `{pool.change}`.",
                function=pool.function,
                library=pool.library,
                resource="pool",
            )


RULE = Rule(
    code="LK302",
    name="unbounded-pool",
    summary="a pool that may open any number of connections.",
    why="""\
Under load every waiting request becomes one more connection, until the database refuses all of its clients, this
program's own administration among them. A limit turns that into requests that wait a moment for a connection.""",
    bad="""\
from sqlalchemy import create_engine

engine = create_engine("postgresql:///shop", pool_size=10, max_overflow=-1)  # expect: LK302
""",
    good="""\
from sqlalchemy import create_engine

engine = create_engine("postgresql:///shop", pool_size=10, max_overflow=5)
""",
    inspect=inspect,
    references=("https://docs.sqlalchemy.org/en/20/core/pooling.html",),
)
