"""What a running PostgreSQL says of itself: its limit, its reserve, its sessions. The session is read-only."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from leaklint.capacity.model import Budget
from leaklint.model import LeaklintError
from leaklint.source.problem import printable

_TIMEOUT_S = 10
_FULL = re.compile("too many clients|connection slots are reserved")
_SETTINGS = """
SELECT name, setting FROM pg_settings
WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')
"""
_SESSIONS = """
SELECT pid, coalesce(application_name, ''), coalesce(state, ''), coalesce(usename, ''),
       coalesce(extract(epoch FROM now() - state_change), 0)::bigint
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
ORDER BY state_change NULLS LAST, pid
"""


class Session(msgspec.Struct, frozen=True):
    """One client's session. since: seconds in its state."""

    pid: int
    application: str
    state: str
    user: str
    since: int


class Live(msgspec.Struct, frozen=True):
    """reserved: superuser_reserved_connections and reserved_connections together."""

    max_connections: int
    reserved: int
    sessions: tuple[Session, ...]

    @property
    def by_application(self) -> dict[tuple[str, str], int]:
        """Sessions counted by application and state."""
        found: dict[tuple[str, str], int] = {}
        for one in self.sessions:
            key = (one.application or "(no name)", one.state or "(not visible)")
            found[key] = found.get(key, 0) + 1
        return dict(sorted(found.items()))

    @property
    def idle(self) -> tuple[Session, ...]:
        """Sessions that hold a connection and do nothing, the longest idle first."""
        waiting = [one for one in self.sessions if one.state.startswith("idle")]
        return tuple(sorted(waiting, key=lambda one: (-one.since, one.pid)))


def ask(dsn: str) -> Live:
    """Ask the server at a DSN. Raises LeaklintError where there is none, or no driver to ask it with."""
    try:
        import psycopg
    except ImportError as error:
        raise LeaklintError("--dsn needs psycopg: pip install 'psycopg[binary]' (the extra [pg])") from error
    try:
        with psycopg.connect(dsn, connect_timeout=_TIMEOUT_S, autocommit=True, application_name="leaklint") as conn:
            conn.read_only = True
            conn.execute(f"SET statement_timeout = '{_TIMEOUT_S}s'")
            settings = {str(name): int(value) for name, value in conn.execute(_SETTINGS).fetchall()}
            rows = conn.execute(_SESSIONS).fetchall()
    except psycopg.Error as error:
        reason = printable(" ".join(str(error).split())) or type(error).__name__
        way_in = "; the reserved connections are open to a superuser's DSN" if _FULL.search(reason) else ""
        raise LeaklintError(f"--dsn: no answer from the server: {reason}{way_in}") from error
    return Live(
        max_connections=settings["max_connections"],
        reserved=settings.get("superuser_reserved_connections", 0) + settings.get("reserved_connections", 0),
        sessions=tuple(Session(int(r[0]), printable(r[1]), str(r[2]), printable(r[3]), int(r[4])) for r in rows),
    )


def comparison(live: Live, budget: Budget, text: str, output_format: str) -> str:
    """The rendered budget with what the server said beside it. A picture stays as it is."""
    if output_format == "json":
        data: dict[str, Any] = json.loads(text)
        data["live"] = {
            **msgspec.to_builtins(live),
            "by_application": [
                {"application": name, "state": state, "sessions": count}
                for (name, state), count in live.by_application.items()
            ],
            "end": _ending(live),
        }
        return json.dumps(data, indent=2) + "\n"
    if output_format != "text":
        return text
    total = len(live.sessions)
    lines = ["", f"On the server now: {total} sessions of {live.max_connections}; the code may open {budget.total}"]
    lines += [f"  {count:>4}  {state:<20} {name}" for (name, state), count in live.by_application.items()]
    if live.idle:
        lines += ["", "Idle sessions, the longest first, and what would end them (nothing was executed):"]
        lines += [
            f"  {sql}  -- {one.state} for {one.since} s, {one.application or 'no name'}, user {one.user}"
            for sql, one in zip(_ending(live), live.idle)
        ]
    return text + "\n".join(lines) + "\n"


def _ending(live: Live) -> list[str]:
    return [f"SELECT pg_terminate_backend({one.pid});" for one in live.idle]
