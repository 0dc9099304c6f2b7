"""Starts each server once, when the first test needs it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.live.servers import SERVERS, Missing, Server


def missing(error: Missing) -> None:
    """Skips with the reason; under continuous integration, what it installs must be there."""
    if os.environ.get("CI") == "true" and error.installable:
        pytest.fail(f"not installed: {error}", pytrace=False)
    pytest.skip(f"not installed: {error}")


@pytest.fixture(scope="session")
def server() -> Iterator[Callable[[str], Server]]:
    running: dict[str, Server | Missing] = {}

    def get(name: str) -> Server:
        if name not in running:
            try:
                running[name] = SERVERS[name]()
            except Missing as error:
                running[name] = error
        found = running[name]
        if isinstance(found, Missing):
            missing(found)
            raise found
        return found

    yield get
    for found in running.values():
        if isinstance(found, Server):
            found.stop()
