"""A budget as people and programs read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from leaklint.capacity.model import Budget, Figure, Pool
from leaklint.capacity.servers import families

_NOTHING = "No pool or engine was found. Connections that are opened one by one are not counted."


def as_text(budget: Budget) -> str:
    """The table, the sum, what to change, and what was assumed."""
    deployed = budget.deployment
    family = families()[budget.server]
    lines = [_table(budget)] if budget.shares else [_NOTHING]
    runs = f"{_count(deployed.servers.value, 'server')} x {_count(deployed.processes.value, 'process')}"
    lines += [
        "",
        f"{'runs':<12}{runs}  ({origin(deployed.servers)}; {origin(deployed.processes)})",
        f"{'limit':<12}{deployed.limit.value}  {family.limit_name} ({origin(deployed.limit)})",
        f"{'reserve':<12}{deployed.reserved.value}  ({origin(deployed.reserved)})",
        "",
        verdict(budget),
    ]
    if deployed.bouncer is not None:
        one = deployed.bouncer
        lines.append(
            f"PgBouncer ({one.place.path}, {one.pool_mode} pooling): {budget.total} clients of max_client_conn = "
            f"{one.max_client_conn}; it opens up to {one.server_connections} connections to the database"
        )
    lines += _listed("To change", budget.advice)
    lines += _listed("Assumed", budget.assumed)
    lines += _listed("Not understood", deployed.not_understood)
    if budget.elsewhere:
        lines += _listed("To other servers, not counted", [_elsewhere(pool) for pool in budget.elsewhere])
    return "\n".join(lines) + "\n"


def verdict(budget: Budget) -> str:
    """The sum in one line."""
    deployed = budget.deployment
    limit, reserved = deployed.limit.value, deployed.reserved.value
    unknown = f", and {_count(budget.unknown, 'pool')} of no known size" if budget.unknown else ""
    product = f"{budget.total} connections of {limit}"
    one = next((share for share in budget.shares if share.total is not None), None)
    if one is not None and len(budget.shares) == 1:
        product = (
            f"{deployed.servers.value} x {deployed.processes.value} x {one.pool.maximum} = {budget.total} of {limit}"
        )
    if budget.total > budget.available and deployed.bouncer is None:
        over = budget.total - budget.available
        return f"OVER: {product}{unknown}: {over} more than the {budget.available} that are to be had"
    if not budget.fits:
        return f"OVER: {product}{unknown}"
    left = f"{budget.left} left" + (f", {reserved} of them reserved" if reserved else "")
    return f"{'fits' if not budget.unknown else 'fits so far'}: {product}{unknown}: {left}"


def as_json(budget: Budget) -> str:
    """The same as data: {"server", "fits", "total", "limit", "reserved", "available", "left", "servers", "processes",
    "pools", "elsewhere", "pgbouncer", "advice", "assumed", "not_understood"}."""
    deployed = budget.deployment
    data: dict[str, Any] = {
        "server": budget.server,
        "fits": budget.fits,
        "total": budget.total,
        "limit": _figure(deployed.limit),
        "reserved": _figure(deployed.reserved),
        "available": budget.available,
        "left": budget.left,
        "servers": _figure(deployed.servers),
        "processes": _figure(deployed.processes),
        "pools": [{**_pool(s.pool), "total": s.total, "largest_that_fits": s.largest} for s in budget.shares],
        "elsewhere": [_pool(pool) for pool in budget.elsewhere],
        "pgbouncer": msgspec.to_builtins(deployed.bouncer),
        "verdict": verdict(budget),
        "advice": list(budget.advice),
        "assumed": list(budget.assumed),
        "not_understood": list(deployed.not_understood),
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"


def origin(figure: Figure) -> str:
    """Where a figure comes from, in few words."""
    place = str(figure.place)
    if figure.how == "assumed":
        return f"assumed: {figure.why}"
    return ", ".join(part for part in (figure.why, place) if part) or figure.how


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "how": figure.how,
        "why": figure.why,
        "path": figure.place.path,
        "line": figure.place.line,
    }


def _pool(pool: Pool) -> dict[str, Any]:
    return {
        "name": pool.name,
        "library": pool.library,
        "builds": pool.builds,
        "path": pool.place.path,
        "line": pool.place.line,
        "column": pool.place.column,
        "function": pool.function,
        "server": pool.server,
        "maximum": pool.maximum,
        "unlimited": pool.unlimited,
        "written": pool.written,
        "notes": list(pool.notes),
    }


def _table(budget: Budget) -> str:
    rows = [("pool", "where", "library", "size", "a process", "in all")]
    for share in budget.shares:
        pool = share.pool
        each = "no limit" if pool.unlimited else "?" if pool.maximum is None else str(pool.maximum)
        rows.append(
            (
                pool.name or pool.builds,
                str(pool.place),
                pool.library,
                pool.written,
                each,
                "?" if share.total is None else str(share.total),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = []
    for row in rows:
        left = "  ".join(cell.ljust(width) for cell, width in zip(row[:4], widths))
        lines.append(f"{left}  {row[4].rjust(widths[4])}  {row[5].rjust(widths[5])}".rstrip())
    return "\n".join(lines)


def _listed(title: str, items: Sequence[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {item}" for item in dict.fromkeys(items))] if items else []


def _elsewhere(pool: Pool) -> str:
    size = "no limit" if pool.unlimited else "?" if pool.maximum is None else str(pool.maximum)
    title = families()[pool.server].title if pool.server else "a database"
    return f"{pool.name or pool.builds} ({pool.place}): {title}, {size} a process"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{'es' if noun.endswith('s') else 's'}"
