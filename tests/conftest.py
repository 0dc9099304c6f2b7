"""The end of every run that looked at the fixtures says how many known gaps they hold."""

from __future__ import annotations

import sys

import pytest
from hypothesis import settings

# The same examples each time and no time limit an example: a busy machine must not fail a run. Set
# `--hypothesis-profile=default` to search further.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line, whatever the verbosity."""
    fixtures = sys.modules.get("tests.test_fixtures")
    if fixtures is not None:
        terminalreporter.write_line(fixtures.summary())
