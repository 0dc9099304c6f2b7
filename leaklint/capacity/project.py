"""From a project's files to its budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from leaklint.capacity.budget import budget, counted_family
from leaklint.capacity.constants import Constants
from leaklint.capacity.deployment import Claims, collect, deployment, threads
from leaklint.capacity.model import Budget, Figure, Pool
from leaklint.capacity.pools import pools_of
from leaklint.capacity.servers import families
from leaklint.capacity.settings import configured
from leaklint.config import Settings
from leaklint.ownership.analysis import Analysis
from leaklint.resolve.definitions import MODULE_BODY

_known: WeakKeyDictionary[Analysis, dict[str, Claims]] = WeakKeyDictionary()


def pools_in(analysis: Analysis, paths: Iterable[str]) -> list[Pool]:
    """The pools that the modules in these files build, by place."""
    found: list[Pool] = []
    for path in paths:
        module = analysis.program.module_at(Path(path))
        if module is not None:
            found += pools_of(analysis, module)
    return sorted(found, key=lambda pool: pool.place)


def project_budget(settings: Settings, analysis: Analysis, pools: Sequence[Pool], *, root: str = "") -> Budget:
    """The budget of a project whose pools are known. Raises LeaklintError for numbers that cannot be."""
    given = configured(settings)
    server = counted_family(pools, given.database)
    claims = _claims(analysis, root or settings.root)
    found = deployment(claims, given, families()[server])
    per_process: Figure | None = None
    if any(pool.kind == "django" for pool in pools):
        per_process = threads(claims, given)
    return budget(pools, found, server, per_process)


def _claims(analysis: Analysis, root: str) -> Claims:
    """What the files below a directory say of the deployment; read once for all modules of a program that ask."""
    known = _known.setdefault(analysis, {})
    trace, key = analysis.program.trace, ("deployment", root)
    if root in known:
        trace.used(analysis.rests, key)
    else:
        known[root] = trace.answer(analysis.rests, key, lambda: _collect(analysis, root))
    return known[root]


def _collect(analysis: Analysis, root: str) -> Claims:
    analysis.program.trace.note(("deployment", root))
    return collect(root, lambda path, name: _global_number(analysis, path, name))


def _global_number(analysis: Analysis, path: str, name: str) -> int | None:
    module = analysis.program.module_at(Path(path))
    constants = Constants(analysis)
    scope = constants.scope(module, MODULE_BODY) if module is not None else None
    found = constants.number(scope, name) if scope is not None else None
    return found.value if found is not None and isinstance(found.value, int) else None
