"""Where code stands: in a test, or in a program that ends right after it. What such code leaves open ends with it."""

from __future__ import annotations

from leaklint import ir
from leaklint.ownership.asking import Asking

_DIRECTORIES = frozenset({"test", "tests", "testing"})
MAIN = frozenset({"main", "_main"})
_FILE = "file:"


def in_tests(path: str) -> bool:
    """Whether a file belongs to a project's tests, as the test runners find them."""
    *directories, name = path.replace("\\", "/").split("/")
    stem = name.removesuffix(".py")
    named = stem.startswith("test_") or stem.endswith("_test") or stem == "conftest"
    return named or not _DIRECTORIES.isdisjoint(directories)


def is_fixture(procedure: ir.Procedure) -> bool:
    """Whether a test runner calls the function before each of many tests: pytest's fixtures, unittest's setUp."""
    return "setup" in procedure.name.lower() or any("fixture" in one.name for one in procedure.decorators)


def runs_once(asking: Asking) -> bool:
    """Whether the process ends soon after the procedure does: a script's body, its `main`, a command-line command."""
    module, procedure = asking.module, asking.procedure
    if procedure.kind == "module" or procedure.name in MAIN:
        return True
    signs = {one.name.rpartition(".")[2] for one in procedure.decorators}
    signs.add(_FILE + module.path.replace("\\", "/").rpartition("/")[2])
    imported = {entry.module.partition(".")[0] for entry in module.imports}
    return any(
        not signs.isdisjoint(framework.run_once) and not imported.isdisjoint(framework.modules)
        for framework in asking.catalog.frameworks
    )
