"""One kind of leak, alone, in a process of its own: a hundred requests, or until three are refused.

`python -m demo.measure FILE SERVICE_DSN ADMIN_DSN` prints one JSON object.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from types import ModuleType
from typing import Any

import psycopg

REQUESTS = 100
REFUSALS = 3
SETTLING_S = 1.5


def load(path: str) -> ModuleType:
    """The module in a file."""
    spec = importlib.util.spec_from_file_location("kind", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def slots(shared: Any) -> int | None:
    """Connections that a pool has handed out and not got back; None for what is no pool."""
    pool = shared[0] if isinstance(shared, tuple) else shared
    if hasattr(pool, "getconn") and hasattr(pool, "_used"):
        return len(pool._used)
    if hasattr(pool, "get_idle_size"):
        return int(pool.get_size() - pool.get_idle_size())
    if hasattr(pool, "dispose"):
        return int(pool.pool.checkedout())
    return None


def sessions(watching: psycopg.Connection[tuple[int]]) -> int:
    """The service's sessions that stay on the server: one that was closed is still listed until its process has ended,
    so the count is the last of those taken until none is left, or for a while."""
    until = time.monotonic() + SETTLING_S
    while True:
        row = watching.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'").fetchone()
        assert row is not None
        if row[0] == 0 or time.monotonic() > until:
            return row[0]
        time.sleep(0.02)


def measure(path: str, service: str, admin: str) -> dict[str, Any]:
    """What a hundred requests cost: `served` of them, `lost` slots (or sessions, where there is no pool), the first
    `refusal` in the driver's words, and how many were served `before_refusal`."""
    watching = psycopg.connect(admin, autocommit=True)
    kind = load(path)
    shared = kind.setup(service)
    served, refused, refusal, before = 0, 0, "", None
    for number in range(1, REQUESTS + 1):
        try:
            kind.handle(shared, number)
            served += 1
        except ValueError:
            served += 1
        except Exception as error:
            if before is None:
                before, refusal = served, " ".join(f"{type(error).__name__}: {error}".split())[:200]
            refused += 1
            if refused == REFUSALS:
                break
    taken = slots(shared)
    lost = taken if taken is not None else sessions(watching)
    watching.close()
    return {
        "served": served,
        "refused": refused,
        "before_refusal": before,
        "refusal": refusal,
        "lost": lost,
        "of": "slots" if taken is not None else "sessions",
    }


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:4])))
