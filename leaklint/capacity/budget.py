"""The sum: servers x processes x pool maximum, against the limit less its reserve."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leaklint.capacity.model import Budget, Deployment, Figure, Place, Pool, Share
from leaklint.capacity.servers import Family, families

DEFAULT_FAMILY = "postgresql"


def counted_family(pools: Sequence[Pool], chosen: str = "") -> str:
    """The family that is counted: the one chosen, else the SQL database that most pools lead to, else what they do."""
    if chosen:
        return chosen
    known = [pool.server for pool in pools if pool.server]
    databases = [name for name in known if families()[name].sql]
    if not databases and (not known or any(not pool.server for pool in pools)):
        return DEFAULT_FAMILY
    counted = databases or known
    return max(sorted(set(counted)), key=lambda name: (name == DEFAULT_FAMILY, counted.count(name)))


def budget(pools: Sequence[Pool], deployment: Deployment, server: str, threads: Figure | None = None) -> Budget:
    """Add up the pools that lead to `server`, those among them of which nothing says where they lead."""
    family = families()[server]
    here = ("", server) if family.sql else (server,)
    mine = [_with_threads(pool, threads) for pool in pools if pool.server in here]
    runs = deployment.servers.value * deployment.processes.value
    available = deployment.limit.value - deployment.reserved.value
    total = sum(runs * pool.maximum for pool in mine if pool.maximum is not None)
    shares = tuple(
        Share(
            pool,
            runs * pool.maximum if pool.maximum is not None else None,
            _largest(pool, runs, total, deployment.ceiling),
        )
        for pool in mine
    )
    fits, advice = _judge(family, deployment, shares, total, runs)
    return Budget(
        server=server,
        deployment=deployment,
        shares=shares,
        elsewhere=tuple(pool for pool in pools if pool.server not in here),
        total=total,
        available=available,
        left=deployment.limit.value - total,
        fits=fits,
        unknown=sum(pool.maximum is None for pool in mine),
        advice=tuple(advice),
        assumed=tuple(_assumed(family, deployment, mine)),
    )


def _with_threads(pool: Pool, threads: Figure | None) -> Pool:
    if pool.kind != "django" or threads is None or pool.maximum is None:
        return pool
    note = f"{threads.value} thread{'' if threads.value == 1 else 's'} a process ({_origin(threads)})"
    return msgspec.structs.replace(pool, maximum=threads.value, notes=(*pool.notes, note))


def _largest(pool: Pool, runs: int, total: int, ceiling: int) -> int | None:
    others = total - runs * (pool.maximum or 0)
    largest = (ceiling - others) // runs
    return largest if largest > 0 else None


def _judge(
    family: Family, deployment: Deployment, shares: Sequence[Share], total: int, runs: int
) -> tuple[bool, list[str]]:
    ceiling = deployment.ceiling
    bouncer = deployment.bouncer
    unlimited = [share.pool for share in shares if share.pool.unlimited]
    advice = [f"{_named(pool)} has no upper limit ({pool.written}): give it one" for pool in unlimited]
    fits = total <= ceiling and not unlimited
    if total > ceiling:
        advice += _smaller(shares, runs, ceiling)
        if bouncer is not None:
            advice.append(f"or raise max_client_conn to {total} in {bouncer.place.path}")
        else:
            advice.append(_raise_limit(family, deployment, total))
    if bouncer is not None:
        available = deployment.limit.value - deployment.reserved.value
        if bouncer.server_connections > available:
            fits = False
            advice.append(
                f"PgBouncer may open {bouncer.server_connections} connections to the database, which has {available}: "
                f"lower default_pool_size, or set max_db_connections ({bouncer.place})"
            )
    return fits, advice


def _smaller(shares: Sequence[Share], runs: int, ceiling: int) -> list[str]:
    """Which number to change to what: the largest pool that fits, or one size for all where no single one helps."""
    sized = [share for share in shares if share.pool.maximum]
    single = [share for share in sized if share.largest is not None and share.largest < (share.pool.maximum or 0)]
    if single:
        chosen = max(single, key=lambda share: share.total or 0)
        return [_change(chosen.pool, chosen.largest or 0)]
    even = ceiling // (runs * max(len(sized), 1))
    if even:
        return [f"set each pool to at most {even} for one process"]
    return [
        f"even one connection for each of {runs} processes is more than {ceiling}: run fewer, or put a pooler between"
    ]


def _change(pool: Pool, largest: int) -> str:
    where = f"{_named(pool)} ({pool.place})"
    if not pool.overflow or pool.size is None:
        return f"set {pool.change} of {where} to at most {largest} (now {pool.maximum})"
    if pool.size <= largest:
        return f"set max_overflow of {where} to at most {largest - pool.size} (now {pool.overflow})"
    return (
        f"set {pool.change} of {where} to {largest} and its overflow to 0 "
        f"(now {pool.size} + {pool.overflow} = {pool.maximum})"
    )


def _raise_limit(family: Family, deployment: Deployment, total: int) -> str:
    wanted = total + deployment.reserved.value
    more = wanted - deployment.limit.value
    return (
        f"or raise {family.limit_name} to {wanted}: this {family.restart}, and each connection in use costs the server "
        f"about {family.memory_mb} MB beside what its queries use: up to {more * family.memory_mb} MB more"
    )


def _named(pool: Pool) -> str:
    return f"`{pool.name}`" if pool.name else f"the {pool.builds} pool"


def _assumed(family: Family, deployment: Deployment, pools: Sequence[Pool]) -> list[str]:
    told = []
    for name, figure in (
        ("application servers", deployment.servers),
        ("processes on each", deployment.processes),
        (family.limit_name, deployment.limit),
        ("reserved", deployment.reserved),
    ):
        if figure.how == "assumed":
            told.append(f"{name} = {figure.value}: {figure.why}")
    told += [f"{pool.place}: {note}" for pool in pools for note in pool.notes]
    told += [
        f"{pool.place}: counted for {family.title}, as nothing says where it leads" for pool in pools if not pool.server
    ]
    return [*told, *deployment.notes]


def _origin(figure: Figure) -> str:
    if figure.place != Place():
        return str(figure.place)
    return figure.why if figure.how != "assumed" else f"assumed; {figure.why}"
