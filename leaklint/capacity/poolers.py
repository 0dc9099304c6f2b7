"""Whether connections go to a pooler that changes the server session between transactions."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from leaklint.capacity.constants import UNKNOWN_PART
from leaklint.capacity.described import files_of
from leaklint.capacity.pgbouncer import read_bouncer
from leaklint.capacity.servers import transaction_hosts
from leaklint.config import near
from leaklint.ownership.analysis import Analysis

_LISTENS = 6432
_known: WeakKeyDictionary[Analysis, dict[str, Pooler | None]] = WeakKeyDictionary()


class Pooler(NamedTuple):
    """A transaction pooler. databases: the names that it pools so, None for all. prepared: whether it carries the
    protocol's prepared statements over ("kept"), does not ("lost"), or that depends on its version (None)."""

    name: str
    databases: tuple[str, ...] | None
    prepared: Literal["kept", "lost"] | None


def pooler_around(analysis: Analysis, root: str) -> Pooler | None:
    """The transaction pooler that a pgbouncer.ini below `root` sets up; None for none."""
    analysis.program.trace.note(("deployment", root))
    by_root = _known.setdefault(analysis, {})
    if root not in by_root:
        by_root[root] = _read(root)
    return by_root[root]


def _read(root: str) -> Pooler | None:
    for path in files_of(root):
        if os.path.basename(path) != "pgbouncer.ini":
            continue
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        found = read_bouncer(text, near(path))
        if found.pool_mode == "session" and not found.transaction_databases:
            return None
        written = "max_prepared_statements" in text
        kept: Literal["kept", "lost"] | None = None
        if written:
            kept = "kept" if found.max_prepared_statements else "lost"
        names = found.transaction_databases
        every = not names or "*" in names
        return Pooler(f"PgBouncer in transaction mode ({found.place})", None if every else names, kept)
    return None


def pooler_of_url(url: str, around: Pooler | None) -> Pooler | None:
    """The transaction pooler that a URL leads to: by its host and port, or the project's own."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return around
    for pattern in transaction_hosts():
        wanted, _, at = pattern.partition(":")
        if fnmatchcase(host, wanted) and (not at or str(port) == at):
            return Pooler(f"the transaction pooler at {wanted.lstrip('*.')}", None, "lost")
    if around is None:
        return None
    database = parts.path.strip("/")
    if around.databases is not None and UNKNOWN_PART not in database and database not in around.databases:
        return None
    goes_there = UNKNOWN_PART in parts.netloc or "bouncer" in host or port == _LISTENS
    return around if goes_there else None
