"""The end of every run that looked at the fixtures or at real servers says what was found there."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# The same examples each time and no time limit an example: a busy machine must not fail a run. Set
# `--hypothesis-profile=default` to search further.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """`-n auto`: three processes more than there are processors, because the tests with servers mostly wait."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return min((os.cpu_count() or 1) + 3, 12)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line each, whatever the verbosity. The tests may have run in other processes: only their names are here."""
    ran = [report.nodeid for reports in terminalreporter.stats.values() for report in reports if _is_call(report)]
    if any("test_fixtures.py" in name for name in ran):
        from tests.test_fixtures import summary

        terminalreporter.write_line(summary())
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", ())]
    tried = sum("live/test_claims.py::test_claim[" in name for name in passed)
    if tried:
        from leaklint.catalog import builtin_libraries
        from tests.live.claims import claims_of

        stated = claims_of(builtin_libraries())
        terminalreporter.write_line(f"live: {tried} of the catalog's {len(stated)} claims held against real servers")


def _is_call(report: object) -> bool:
    return isinstance(report, pytest.TestReport) and report.when == "call"
