"""Functions that a framework calls for what they give (`Depends(get_db)`), on each request. Nobody gives it back then:
the framework hands a generator's value out and ends the generator, and knows nothing of what a function returns."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from leaklint import ir
from leaklint.catalog import Catalog
from leaklint.ownership.asking import Asking
from leaklint.resolve.definitions import MODULE_BODY
from leaklint.resolve.refs import External, Function

_MOST_MODULES = 40
_CALL = re.compile(r"([\w.]+)\(\s*(?:dependency\s*=\s*)?([\w.]+)\s*[,)]")


def is_injected(asking: Asking) -> bool:
    """Whether the procedure is given to a framework that calls it for each request: in a parameter's default or
    annotation, a decorator, or a name for such an annotation, in any module that mentions it."""
    wanted = Function(asking.module.module, asking.procedure.name)
    simple = wanted.name.rpartition(".")[2]
    program, injectors = asking.resolver.program, _injectors(asking.catalog)
    names = {asking.module.module, *sorted(program.holding(simple))[:_MOST_MODULES]}
    for name in sorted(names):
        place = asking.module if name == asking.module.module else program.module(name)
        if place is None or not program.says(place, sorted({one.rpartition(".")[2] for one in injectors})):
            continue
        for injector, provider in _injections(asking, place, simple):
            if provider == wanted and injector in injectors:
                return True
    return False


@functools.cache
def _injectors(catalog: Catalog) -> frozenset[str]:
    """What takes a function to call it for each request, and resumes it afterwards if it is a generator."""
    return frozenset(name for row in catalog.frameworks for name in row.entry_points)


def _injections(asking: Asking, place: ir.ModuleIR, simple: str) -> Iterator[tuple[str, Function]]:
    """What a module passes functions of this name to as the first argument: the name of that, and the function."""
    body = place.procedures.get(MODULE_BODY)
    found = asking.resolver.names.definitions(place.module, MODULE_BODY)
    if body is not None and found is not None:
        for call in found.calls_naming.get(simple, ()):
            providers = asking.resolver.refs(place, body, call.args[0]) if call.args else ()
            for caller in asking.resolver.refs(place, body, call.func):
                for provider in providers:
                    if isinstance(caller, External) and isinstance(provider, Function):
                        yield caller.name, Function(provider.module, provider.name)
    for signature in place.signatures.values():
        for text in {one.annotation for one in signature.parameters if simple in one.annotation}:
            for match in _CALL.finditer(text):
                providers = asking.resolver.annotation_refs(place, None, match[2])
                for caller in asking.resolver.annotation_refs(place, None, match[1]):
                    for provider in providers:
                        if isinstance(caller, External) and isinstance(provider, Function):
                            yield caller.name, Function(provider.module, provider.name)
