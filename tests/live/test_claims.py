"""Every claim of every row that can be run here, against the real library and a real server."""

from __future__ import annotations

import asyncio
import contextlib
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import pytest

from leaklint.catalog import builtin_libraries, load_catalog
from leaklint.catalog.loader import for_versions
from leaklint.catalog.schema import Resource
from tests.live.bench import Bench
from tests.live.benches import all_benches
from tests.live.checks import CHECKS
from tests.live.claims import Claim, claims_of
from tests.live.conftest import missing
from tests.live.servers import Missing, Server, need
from tests.live.trial import Trial


def installed() -> dict[str, str]:
    """Distribution -> its version here; the standard library's modules have Python's."""
    found = {"sqlite3": platform.python_version()}
    for library in builtin_libraries():
        for name in library.distributions:
            with contextlib.suppress(PackageNotFoundError):
                found[name] = version(name)
    return found


pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("ignore")]

INSTALLED = installed()
LIBRARIES = [for_versions(library, INSTALLED) for library in builtin_libraries()]
CATALOG = load_catalog(extra=[library.name for library in LIBRARIES], versions=INSTALLED)
BENCHES = all_benches()


def _with_rows() -> dict[str, tuple[Bench, Resource | None]]:
    found: dict[str, tuple[Bench, Resource | None]] = {}
    for call, bench in BENCHES.items():
        row = CATALOG.acquisition(call) or CATALOG.holding(call)
        found[call] = (bench, row.resource if row is not None else None)
    return found


def bench_for(claim: Claim) -> Bench | None:
    """An acquiring call's claim needs that call's bench, and a pool's size what is taken from the pool; the others hold
    for whatever call took the object."""
    if claim.what in ("pool", "pool-default"):
        return next((bench for bench in BENCHES.values() if _is_taken_from(bench, claim.row)), None)
    calls = (claim.subject,) if claim.what == "acquire" else claim.row.acquire
    return next((BENCHES[call] for call in calls if call in BENCHES), None)


def _is_taken_from(bench: Bench, pool: Resource) -> bool:
    row = WITH_ROWS[bench.call][1]
    return bench.owner in pool.acquire and bench.observe == "slot" and row is not None and not row.lazy


WITH_ROWS = _with_rows()


def runnable() -> list[Claim]:
    """The claims that have a bench and can be tried on it."""
    return [claim for claim in claims_of(LIBRARIES) if claim.what in CHECKS and _can_be_tried(claim)]


def _can_be_tried(claim: Claim) -> bool:
    bench = bench_for(claim)
    if bench is None or {claim.what, f"{claim.what}:{claim.subject}"} & set(bench.cannot):
        return False
    if claim.what == "use-after-release":
        return bench.touch is not None
    if claim.what == "double-release" and claim.row.double_release == "harms":
        return bool(bench.roomier)
    return claim.what != "unless" or claim.subject in bench.unless or claim.subject.endswith(("=True", "=False"))


RUNNABLE = runnable()


# The claims about one server are tried in one process, so that it starts once. They mostly wait: two processes do that,
# and the others compute meanwhile.
BY_SERVER = [
    pytest.param(
        claim,
        id=claim.name,
        marks=pytest.mark.xdist_group("live postgresql" if bench.server == "postgresql" else "live"),
    )
    for claim in RUNNABLE
    if (bench := bench_for(claim)) is not None
]


@pytest.mark.parametrize("claim", BY_SERVER)
def test_claim(claim: Claim, server: Callable[[str], Server]) -> None:
    bench = bench_for(claim)
    assert bench is not None
    for module in (bench.call.partition(".")[0], *bench.needs):
        try:
            need(module)
        except Missing as error:
            missing(error)
    # The object is taken by the bench, whose own row says how: a pool's size is tried by what is taken from it.
    row = WITH_ROWS[bench.call][1]
    asyncio.run(_tried(claim, Trial(row or claim.row, bench, server(bench.server), WITH_ROWS)))


async def _tried(claim: Claim, trial: Trial) -> None:
    named, without = _owner_keywords(claim)
    if claim.what == "double-release" and claim.row.double_release == "harms":
        named = trial.bench.roomier
    try:
        await trial.open(named, without)
        await CHECKS[claim.what](trial, claim)
    finally:
        await trial.finish()


def _owner_keywords(claim: Claim) -> tuple[dict[str, int], tuple[str, ...]]:
    pool = claim.row.pool
    if pool is None or claim.what not in ("pool", "pool-default"):
        return {}, ()
    if claim.what == "pool":
        return {pool.name: 2, **({pool.overflow: 0} if pool.overflow else {})}, ()
    return {}, tuple(name for name in (pool.name, pool.min_name, pool.overflow) if name)


HOW_IT_RELEASES = {"release-awaited", "double-release", "use-after-release"}
"""Claims about a releasing method that do not show that it releases."""


def proven(row: Resource) -> set[str]:
    """The fields, methods and calls of a row that are tried here."""
    tried = [claim for claim in RUNNABLE if claim.row == row]
    shown = [claim.subject for claim in tried if claim.subject and claim.what not in HOW_IT_RELEASES]
    return {claim.what for claim in tried} | {name for one in shown for name in (one, one.rpartition(".")[2])}


@pytest.mark.parametrize("row", list(dict.fromkeys(claim.row for claim in RUNNABLE)), ids=lambda row: row.acquire[0])
def test_a_row_that_runs_says_so(row: Resource) -> None:
    assert row.evidence.how == "ran"
    assert not proven(row) & set(row.evidence.unproven), "tried here, and called unproven"


def test_what_is_not_tried_of_a_row_that_runs_is_called_unproven() -> None:
    silent = []
    for claim in claims_of(LIBRARIES):
        if claim.row.evidence.how != "ran" or claim in RUNNABLE:
            continue
        # How a release is awaited goes with the release, and how large a pool is by default with the pool.
        whole = {"release-awaited": "release", "pool-default": "pool"}.get(claim.what, claim.what)
        if not {whole, claim.what, claim.subject, claim.subject.rpartition(".")[2]} & set(claim.row.evidence.unproven):
            silent.append(claim.name)
    assert silent == []


def test_a_row_that_says_so_runs() -> None:
    """What no test executes is at best `tried`."""
    tried = {claim.row for claim in RUNNABLE}
    said = [row for library in LIBRARIES for row in library.resource if row.evidence.how == "ran"]
    assert [row.acquire[0] for row in said if row not in tried] == []
