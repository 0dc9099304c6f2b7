"""The benches: one module for each library."""

from __future__ import annotations

import importlib
import pkgutil

from tests.live.bench import Bench


def all_benches() -> dict[str, Bench]:
    """Call -> bench, of every module here. They import their library only when they are used."""
    found: dict[str, Bench] = {}
    for module in pkgutil.iter_modules(__path__):
        for bench in importlib.import_module(f"{__name__}.{module.name}").BENCHES:
            assert bench.call not in found, bench.call
            found[bench.call] = bench
    return found
