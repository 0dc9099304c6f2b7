"""The budget of the project around a module that builds a pool, for the check of that module."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from leaklint.capacity.model import Budget, Pool
from leaklint.capacity.pools import pools_of
from leaklint.capacity.project import project_budget
from leaklint.capacity.servers import family_of_library
from leaklint.catalog import Catalog
from leaklint.config import Settings
from leaklint.ir import ModuleIR
from leaklint.ownership.analysis import Analysis

_MOST_MODULES = 200
_known: WeakKeyDictionary[Analysis, dict[str, list[Pool]]] = WeakKeyDictionary()


def module_pools(analysis: Analysis, module: ModuleIR) -> list[Pool]:
    """The pools that a module builds; looked for once."""
    by_module = _known.setdefault(analysis, {})
    trace, key = analysis.program.trace, ("pools", module.path)
    if module.path in by_module:
        trace.used(analysis.rests, key)
    else:
        by_module[module.path] = trace.answer(analysis.rests, key, lambda: _pools_in(analysis, module))
    return by_module[module.path]


def _pools_in(analysis: Analysis, module: ModuleIR) -> list[Pool]:
    building = analysis.program.says(module, building_words(analysis.catalog))
    return pools_of(analysis, module) if building else []


def budget_around(analysis: Analysis, module: ModuleIR, settings: Settings) -> Budget | None:
    """The budget of the project that the module belongs to; None where the module builds no pool. The other modules'
    pools are looked for only where the project states its capacity: it takes reading them all."""
    if not module_pools(analysis, module):
        return None
    return project_budget(settings, analysis, _project_pools(analysis, module, whole=bool(settings.capacity)))


def _project_pools(analysis: Analysis, module: ModuleIR, *, whole: bool) -> Sequence[Pool]:
    names: dict[str, None] = {module.module: None}
    for word in building_words(analysis.catalog) if whole else ():
        names.update(dict.fromkeys(sorted(analysis.program.holding(word))))
    found: dict[tuple[str, int, int], Pool] = {}
    for name in list(names)[:_MOST_MODULES]:
        other = module if name == module.module else analysis.program.module(name)
        counts = other is not None and (name == module.module or not is_test(other.path))
        for pool in module_pools(analysis, other) if other is not None and counts else ():
            found[(pool.place.path, pool.place.line, pool.place.column)] = pool
    return [found[key] for key in sorted(found)]


def is_test(path: str) -> bool:
    """Whether a file belongs to the tests, whose pools never meet those of the program that runs."""
    parts = path.split("/")
    return bool({"tests", "test", "testing"} & set(parts[:-1])) or parts[-1].startswith(("test_", "conftest."))


@functools.cache
def building_words(catalog: Catalog) -> tuple[str, ...]:
    """The last names of the calls that build pools of databases."""
    words = {"DATABASES"}
    for library in catalog.libraries:
        if family_of_library(library.name) is None:
            continue
        for resource in library.resource:
            if resource.pool is not None:
                words.update(call.rpartition(".")[2] for call in resource.acquire)
        words.update(factory.call.rpartition(".")[2] for factory in library.factory if factory.pool is not None)
    return tuple(sorted(words - {"__call__"}))
