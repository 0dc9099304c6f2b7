"""What acquires, what releases, what each costs: the facts about libraries, as data.

`load_catalog()` gives the index that the analysis asks; `data/*.toml` hold the facts, `schema` says what they mean.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leaklint.catalog.index import Acquired, Catalog, Shape
    from leaklint.catalog.loader import PROJECT, builtin_libraries, builtin_modules, load_catalog
    from leaklint.catalog.schema import Resource

__all__ = [
    "PROJECT",
    "Acquired",
    "Catalog",
    "Shape",
    "builtin_libraries",
    "builtin_modules",
    "load_catalog",
    "resources_from_table",
]
_HOMES = {"Acquired": "index", "Catalog": "index", "Shape": "index"}


def __getattr__(name: str) -> Any:
    """Loaded when asked for: a run that finds all its answers kept needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'loader')}"), name)


def resources_from_table(tables: Any, locate: Any, path: str = "pyproject.toml") -> tuple[Resource, ...]:
    """See `leaklint.catalog.validation.resources_from_table`, which a run without declared resources never imports."""
    from leaklint.catalog.validation import resources_from_table as read

    return read(tables, locate, path)
