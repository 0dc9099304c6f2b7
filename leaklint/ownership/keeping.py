"""Resources that a method leaves on its own object: in a field, or in a container that a field holds."""

from __future__ import annotations

from leaklint.ownership import asking as questions
from leaklint.ownership.asking import Asking
from leaklint.ownership.events import Leak, Site, Step
from leaklint.ownership.machine import Machine
from leaklint.ownership.sharing import is_shared
from leaklint.ownership.values import Value
from leaklint.ownership.words import KEPT_KINDS
from leaklint.ownership.world import World
from leaklint.resolve.refs import Function

EXITING = frozenset({"__exit__", "__aexit__"})
MOST_MODULES = 40
LONG_LIVED = frozenset({"engine", "pool", "client"})


def keep_in_container(m: Machine, w: World, container: str, value: Value) -> None:
    """`self.container.append(value)`: what the value holds stays with the object. container: an operand."""
    place = m.text(container)
    if place.count(".") == 1 and place.partition(".")[0] == m.self_name:
        for rid in w.held_by(value):
            m.kept.setdefault(w.resources[rid].site, set()).add(f"{place}[]")


def keep_on_holder(m: Machine, w: World, holder: str, name: str, value: Value) -> None:
    """`g.name = value`, `request["name"] = value`: note it where the holder ends with a request. holder: an operand."""
    held = w.held_by(value)
    if held and any(m.ask(questions.is_short_lived, ref) for ref in m.refs(holder)):
        *above, last = m.text(holder).split(".")
        words = (name, last) if above or holder not in m.parameters else (name,)
        for rid in held:
            m.on_holders.setdefault(w.resources[rid].site, words)


def held_by_request(m: Machine, key: int, site: Site) -> tuple[Leak, ...]:
    """The loss of what is kept on an object that ends with a request, where no code of the program that names it there
    names a release."""
    words = m.on_holders.get(key)
    if (
        words is None
        or site.resource.kind not in KEPT_KINDS
        or m.ledger.releases.get(key)
        or m.ask(released_by_name, *words)
    ):
        return ()
    step = Step(site.path, site.span, f"kept as `{words[0]}` for one request or task, and released by nobody")
    return (Leak("owner", site.span, (*site.origin, step)),)


def released_by_name(asking: Asking, name: str, *more: str) -> bool:
    """Whether some function that has these words in it names a release too: in this module or in those that have the
    first word. True where these are too many to look at."""
    program, own = asking.resolver.program, asking.module
    names = {own.module, *program.holding(name)}
    if len(names) > MOST_MODULES:
        return True
    for one in sorted(names):
        module = own if one == own.module else program.module(one)
        for qualified, signature in module.signatures.items() if module is not None else ():
            if module is not None and all(program.mentions(module, signature.span, word) for word in (name, *more)):
                if asking.knowledge.mentions_release(Function(module.module, qualified)):
                    return True
    return False


def forsaken(m: Machine, key: int) -> tuple[Leak, ...]:
    """The loss of a resource that a method takes into a field of its own object for as long as it runs: it gives it
    back whenever it ends normally, and leaves it there when something raises, where no other method releases it."""
    place, leak = m.abandoned.get(key, ("", None))
    head, _, name = place.partition(".")
    enclosing = m.enclosing_class()
    if leak is None or enclosing is None or head != m.self_name or key in m.kept or not m.ledger.releases.get(key):
        return ()
    if m.class_finalizes or not EXITING.isdisjoint(enclosing[1].methods):
        return ()
    elsewhere = m.ask(questions.releasing, enclosing[0], name) - {f"{name} in {m.procedure.name}"}
    return () if leak.how != "yield" and elsewhere else (leak,)


def ownerless(m: Machine, site: Site, place: str) -> bool:
    """Whether a resource kept on a field of the method's own object can never be given back."""
    head, _, field = place.partition(".")
    name = field.removesuffix("[]")
    row = site.resource
    enclosing = m.enclosing_class()
    if enclosing is None or head != m.self_name or "." in name:
        return False
    if row.kind not in KEPT_KINDS and row.kind not in LONG_LIVED:
        return False
    owner = site.expression.removeprefix(f"{head}.").rpartition(".")[0]
    entries = (name, f"with {name}", f"async with {name}", f"passed {name}", f"drops {name}", owner)
    released = m.ask(questions.released, enclosing[0], *entries)
    if row.kind in LONG_LIVED and not m.recurring:
        if f"drops {name}" not in released or row.dropped in ("closed", "harmless"):
            return False
    if name != field and f"passed {name}" in released:
        return False
    if row.ends_with_owner and owner in released:
        return False
    entered = (f"with {name}" in released and row.with_ == "closes") or (
        f"async with {name}" in released and row.async_with == "closes"
    )
    return name not in released and not entered and not m.ask(is_shared, enclosing[0])
