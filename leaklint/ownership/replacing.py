"""Places of the process that get a new connection while they may still hold the last one: a module global that a
function fills whatever it holds, a cache that has room for a few."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from leaklint.ownership.asking import Asking
from leaklint.ownership.conditions import SEPARATOR
from leaklint.ownership.events import Leak, Site, Step
from leaklint.ownership.keeping import released_by_name
from leaklint.ownership.machine import Machine
from leaklint.ownership.summary import Outcome
from leaklint.ownership.values import Ref
from leaklint.ownership.words import KEPT_KINDS
from leaklint.resolve.refs import Function

_BOUND = re.compile(r"\(\s*(?:(?P<name>\w+)\s*=\s*)?(?P<size>\d+)\s*[,)]")


def replaced(m: Machine, key: int, site: Site, outcomes: Iterable[Outcome]) -> Iterator[Leak]:
    """Losses of what a function puts in such a place. outcomes: how the function ends."""
    if site.resource.kind not in KEPT_KINDS or m.procedure.kind == "module":
        return
    for place in sorted(m.kept.get(key, ())):
        if not _is_global(place):
            continue
        name = place.rpartition(":")[2]
        if m.recurring:
            if any(_fills_anew(one, place) for one in outcomes) and not m.ask(released_by_name, name):
                yield _leak(site, f"`{name}` is bound here for each request, test or task, whatever it holds")
        elif any(_fills_anew(one, place) and one.value == Ref(place) for one in outcomes) and not m.ask(_called_once):
            # A function that returns it too is called whenever somebody wants one.
            yield _leak(site, f"`{name}` is bound here whatever it holds, on each call")
    if key in m.returned and m.evicts and any(p.name != m.self_name for p in m.procedure.parameters):
        yield _leak(site, f"`{m.evicts}` drops the last ones to make room, and closes none")


def _is_global(place: str) -> bool:
    return place[0] == "$" and "." not in place.rpartition(":")[2]


def _fills_anew(outcome: Outcome, place: str) -> bool:
    """Whether a function fills a global, and asks neither for what stands there nor releases it."""
    if outcome.fault is not None or place not in dict(outcome.stores):
        return False
    looked = any(path.partition(SEPARATOR)[0] == place for path, _ in outcome.assume)
    return not looked and all(operation.path != place for operation in outcome.operations)


def _called_once(asking: Asking) -> bool:
    """Whether the module itself calls the function at one place: it sets the program up."""
    calls = 0
    for place, caller, call in asking.resolver.flow.sites(asking.module, asking.procedure.name):
        module = asking.resolver.program.module(place)
        procedure = module.procedures.get(caller) if module is not None else None
        if module is not None and procedure is not None:
            named = asking.resolver.refs(module, procedure, call.func)
            calls += Function(asking.module.module, asking.procedure.name) in named
    return calls == 1


def bounded_cache(m: Machine, caches: Iterable[str], resolved: Iterable[str]) -> str:
    """The decorator, as written, that keeps a small number of a function's results; "" for none. caches: decorators
    that have such a limit, with its parameter ("functools.lru_cache:maxsize"); resolved: the names of its own."""
    limits = dict(cache.split(":") for cache in caches)
    if not set(resolved) & set(limits):
        return ""
    for decorator in m.procedure.decorators:
        found = _BOUND.search(decorator.text)
        if found is not None and (found["name"] or "") in ("", *limits.values()):
            return decorator.text
    return ""


def _leak(site: Site, text: str) -> Leak:
    return Leak("overwritten", site.span, (*site.origin, Step(site.path, site.span, text)))
