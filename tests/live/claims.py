"""What the rows of the catalog claim, each claim as one fact that can be tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from leaklint.catalog.schema import Library, Resource


class Claim(msgspec.Struct, frozen=True):
    """One fact. what: the field of the row that states it; subject: the method or call that it is about."""

    library: str
    row: Resource
    what: str
    subject: str = ""

    @property
    def name(self) -> str:
        return f"{self.row.acquire[0]}:{self.what}" + (f":{self.subject}" if self.subject else "")


def claims_of(libraries: Iterable[Library]) -> list[Claim]:
    """All facts about what is taken and given back, in order of libraries and rows."""
    return [
        Claim(library.name, row, what, subject)
        for library in libraries
        for row in library.resource
        for what, subject in _facts(row)
    ]


def _facts(row: Resource) -> Iterator[tuple[str, str]]:
    for call in row.acquire:
        yield "acquire", call
    if row.type:
        yield "type", ""
    yield ("lazy" if row.lazy else "opens"), ""
    if row.shared:
        yield "shared", ""
    yield from _releases(row)
    if row.taken == "receiver" and {row.with_, row.async_with} == {"error"}:
        pass  # what it was taken from has a row of its own, and says it there
    elif not row.lazy:
        yield "with", ""
        yield "async-with", ""
    else:
        yield ("async-with" if row.async_with != "error" else "with"), ""
    if row.call_with or (row.awaited and not row.lazy and row.taken == "result"):
        yield "call-with", ""
    for misuse in row.wrong_release:
        yield "wrong-release", misuse.method
    yield "dropped", ""
    for fact in row.unless:
        yield "unless", fact
    if row.pool is not None:
        yield "pool", row.pool.name
        if isinstance(row.pool.default, int):
            yield "pool-default", row.pool.name
    for name in row.returns_self:
        yield "returns-self", name


def _releases(row: Resource) -> Iterator[tuple[str, str]]:
    for name in row.release:
        yield "release", name
    for name in row.release_to:
        yield "release-to", name
    for name in row.release_functions:
        yield "release-functions", name
    for name in row.release_owner:
        yield "release-owner", name
    for name in row.ended_by:
        yield "ended-by", name
    if row.lazy or not (row.release or row.release_to):
        return
    for name in (*row.release, *row.release_to):
        if name not in row.release_plain:
            yield "release-awaited", name
    if row.release_completed:
        yield "release-completed", row.release_completed
    yield "double-release", (*row.release_to, *row.release)[0]
    if row.ends_with_owner:
        yield "ends-with-owner", ""
    if row.release:
        yield "use-after-release", row.release[0]
        for name in row.after_release:
            yield "after-release", name
        if row.kind != "pooled-connection" and (row.open_tests or row.closed_tests):
            yield "open-tests", ""
