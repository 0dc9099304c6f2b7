"""The catalog in words, for people: one line for each library, or all that is known of one."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from leaklint.catalog.schema import Evidence, Framework, Library, PoolSize, Resource, VersionFact
from leaklint.model import LeaklintError

_LABEL = 19

_LEAVING = {
    "closes": "gives it back",
    "transaction": "ends the transaction only; it stays open",
    "nothing": "gives nothing back",
    "error": "not supported",
}
_DROPPED = {
    "closed": "CPython's reference counting gives it back; other interpreters later or never",
    "late": "only the cyclic garbage collector gives it back, at some later time",
    "leaked": "nothing gives it back while the process lives",
    "slot-lost": "the pool never gets its slot back",
    "harmless": "nothing was held",
}
_TWICE = {"ok": "nothing happens", "raises": "raises", "harms": "damages the pool"}
_COSTS = {"slot": "the pool's slot stays taken", "nothing": "no effect", "raises": "raises"}
_AWAITED = {
    "yes": "must be awaited: without await nothing happens",
    "no": "",
    "either": "works with and without await",
}
_HOW = {
    "ran": "proven by tests that run it",
    "tried": "tried by hand; no test repeats it",
    "read": "read, not run",
}


def find_library(name: str, libraries: Sequence[Library]) -> Library:
    """The library of that name, import name or distribution, in any case. Raises LeaklintError naming the nearest."""
    wanted = name.casefold().replace("_", "-")
    names: dict[str, Library] = {}
    for library in libraries:
        for known in (*library.distributions, *library.modules):
            names.setdefault(known.casefold().replace("_", "-"), library)
    for library in libraries:
        names[library.name.casefold().replace("_", "-")] = library
    if wanted in names:
        return names[wanted]
    near = difflib.get_close_matches(wanted, names, 1, 0.6)
    mend = f"did you mean '{names[near[0]].name}'?" if near else "'leaklint catalog' lists what there is"
    raise LeaklintError(f"the catalog has no library '{name}': {mend}")


def library_named(name: str) -> Library:
    """The library of exactly that name. Raises LeaklintError naming the nearest."""
    from leaklint.catalog.loader import builtin_libraries

    libraries = builtin_libraries()
    for library in libraries:
        if library.name == name:
            return library
    found = find_library(name, libraries)
    raise LeaklintError(f"the catalog has no library '{name}': did you mean '{found.name}'?")


def overview(libraries: Iterable[Library]) -> str:
    """One line for each library, and the count of rows by evidence."""
    shown = [library for library in libraries if library.resource or library.distributions]
    rows = [(library.name, _proof(library.resource), _summary(library)) for library in shown]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines = [f"{name:<{first}}  {proof:<{second}}  {summary}" for name, proof, summary in rows]
    resources = [resource for library in shown for resource in library.resource]
    ran, tried, read = (sum(row.evidence.how == how for row in resources) for how in _HOW)
    lines += ["", f"{len(shown)} libraries, {len(resources)} resources: {ran} proven by tests that run the library,"]
    lines.append(f"{tried} tried by hand, which no test repeats, {read} read from its source or documentation")
    return "\n".join(lines) + "\n"


def _summary(library: Library) -> str:
    names = list(dict.fromkeys(resource.name for resource in library.resource))
    text = ", ".join(names) if names else "no resource of its own"
    return text if library.default else f"{text} (off by default)"


def _proof(resources: Sequence[Resource]) -> str:
    if not resources:
        return ""
    counts = {how: sum(resource.evidence.how == how for resource in resources) for how in _HOW}
    found = [(how, count) for how, count in counts.items() if count]
    return found[0][0] if len(found) == 1 else ", ".join(f"{count} {how}" for how, count in found)


def describe(library: Library, width: int = 100) -> str:
    """All that the catalog knows of one library."""
    lines = [library.name]
    lines += _pairs(
        [
            ("imported as", ", ".join(library.modules)),
            ("distributions", ", ".join(library.distributions)),
            ("in force", "" if library.default else "only when it is asked for"),
            ("note", library.note),
        ],
        width,
    )
    for resource in library.resource:
        lines += ["", resource.name, *_pairs(_facts(resource), width)]
    lines += _others(library, width)
    return "\n".join(lines) + "\n"


def _others(library: Library, width: int) -> Iterator[str]:
    foreign = [f"{name} is {target}" for name, target in library.aliases.items() if not library.resource]
    groups = [
        ("other names", foreign),
        ("borrow it", [f"{name}" for name in library.borrowers]),
        ("also known", [f"{row.call}() returns a {row.returns}" for row in library.factory]),
    ]
    pairs = [(label, value) for label, values in groups for value in values]
    if pairs:
        yield ""
        yield from _pairs(pairs, width)
    for framework in library.framework:
        yield from ("", framework.name, *_pairs(_framework_facts(framework), width))


def _facts(row: Resource) -> list[tuple[str, str]]:
    facts = [("taken by", _call(call, row)) for call in row.acquire]
    facts.append(("there", _span(row.since, row.before) if row.since or row.before else ""))
    facts += [("given back by", text) for text in _releases(row)]
    facts += [(label, value) for label, value in _leaving(row) if value]
    facts += [("not given back by", f".{bad.method}(): {bad.note or _COSTS[bad.costs]}") for bad in row.wrong_release]
    facts.append(("opens", "at its first use" if row.opens == "first-use" else ""))
    facts.append(("shared", "a function answers for it only as far as it gives it back itself" if row.shared else ""))
    facts.append(("dropped", _DROPPED[row.dropped]))
    facts.append(("answered for", "" if row.obliges else "by nobody: it ends by itself"))
    if row.release or row.release_to:
        facts.append(("given back twice", _TWICE[row.double_release]))
    facts.append(("takes nothing", ", ".join(map(_without, row.unless))))
    facts.append(("nobody lacks it", ", ".join(map(_without, row.slight))))
    facts.append(("takes one", ", ".join(f"only {_without(fact)}" for fact in row.only)))
    if row.pool is not None:
        facts.append(("upper limit", _pool(row.pool)))
    facts += [("other versions", _version(fact)) for fact in row.version]
    facts += [("evidence", _evidence(row.evidence)), ("note", row.note)]
    return facts


def _call(call: str, row: Resource) -> str:
    text = f"{call}()".replace(".__call__()", " instances, called")
    if row.lazy:
        return f"`{'async with' if row.async_with == 'closes' else 'with'} {text}`; the call alone takes nothing"
    if row.taken == "receiver":
        text += ", of the object that it is called on"
    if row.gives:
        text += f", which gives a tuple: its members {', '.join(map(str, row.gives))}"
    return f"await {text}" if row.awaited else text


def _without(fact: str) -> str:
    """`poolclass=NullPool`, `0=sqlite://` (the first argument) or `given:Class` (an object of it is given)."""
    name, equals, value = fact.partition("=")
    if fact.startswith("given:"):
        return f"when it is given a {fact[6:]}"
    return f"with {value} as argument {int(name) + 1}" if equals and name.isdecimal() else f"with {fact}"


def _releases(row: Resource) -> Iterator[str]:
    for name in row.release:
        plain = name in row.release_plain
        manner = "a plain call" if plain else _AWAITED[row.release_awaited]
        then = f", then await .{row.release_completed}()" if row.release_completed else ""
        yield f".{name}()" + (f" ({manner})" if manner else "") + then
    for name in row.ended_by:
        yield f".{name}(), together with what else that does"
    for name in row.release_to:
        manner = _AWAITED[row.release_awaited]
        yield f".{name}(it) on what it was taken from" + (f" ({manner})" if manner else "")
    for name in row.release_functions:
        yield f"{name}(it)"
    for name in row.release_owner:
        manner = _AWAITED[row.release_awaited]
        yield f".{name}() of what it was taken from" + (f" ({manner})" if manner else "")
    if row.ends_with_owner:
        yield "giving back what it was taken from"


def _leaving(row: Resource) -> list[tuple[str, str]]:
    shown: list[tuple[str, str]] = []
    if row.async_with == "error" and not row.awaited:
        shown.append(("with", _LEAVING[row.with_]))
    else:
        shown.append(("async with", _LEAVING[row.async_with]))
        if row.with_ != "error":
            shown.append(("with", _LEAVING[row.with_]))
    if row.call_with:
        word = "async with" if row.awaited else "with"
        shown.append((f"{word} call()", f"{_LEAVING[row.call_with]} (the call written there without await)"))
    return shown


def _pool(pool: PoolSize) -> str:
    default = f"{pool.default} by default" if pool.default != "required" else "required"
    text = f"{pool.name} ({default})"
    if pool.min_name not in ("", pool.name):
        least = f"{pool.min_default} by default" if pool.min_default != "required" else "required"
        text += f", at least {pool.min_name} ({least})"
    if pool.overflow:
        text += f" and {pool.overflow} ({pool.overflow_default} by default) on top"
    if pool.unlimited:
        text += f"; no limit with {', '.join(pool.unlimited)}"
    return f"{text}; {pool.note}" if pool.note else text


def _span(since: str, before: str) -> str:
    return " and ".join(part for part in (f"from {since}" * bool(since), f"before {before}" * bool(before)) if part)


def _version(fact: VersionFact) -> str:
    changes = []
    if fact.lazy is not None:
        changes.append("taken when it is entered" if fact.lazy else "taken by the call")
    for label, value in (("with", fact.with_), ("async with", fact.async_with)):
        if value is not None:
            changes.append(f"{label} {_LEAVING[value]}")
    if fact.dropped is not None:
        changes.append(f"dropped: {_DROPPED[fact.dropped]}")
    if fact.double_release is not None:
        changes.append(f"given back twice: {_TWICE[fact.double_release]}")
    if fact.release is not None:
        changes.append(f"given back by {', '.join(fact.release)}")
    text = "; ".join(changes) or "different"
    return f"{_span(fact.since, fact.before)}: {text}" + (f" ({fact.note})" if fact.note else "")


def _evidence(evidence: Evidence) -> str:
    text = _HOW[evidence.how] + (f": {', '.join(evidence.versions)}" if evidence.versions else "")
    if evidence.detail:
        text += f" ({evidence.detail})"
    return text + (f"; not proven: {', '.join(evidence.unproven)}" if evidence.unproven else "")


def _framework_facts(row: Framework) -> list[tuple[str, str]]:
    return [
        ("imported as", ", ".join(row.modules)),
        ("errors reach yield", ", ".join(row.exceptions_reach_yield)),
        ("they do not", ", ".join(row.exceptions_do_not_reach)),
        ("runs again and again", ", ".join((*row.recurring_decorators, *row.recurring_methods))),
        ("ends with a request", ", ".join(row.short_lived_holders)),
        ("keeps few results", ", ".join(row.bounded_caches)),
        ("the process ends after", ", ".join(row.run_once)),
        ("note", row.note),
    ]


def _pairs(pairs: Iterable[tuple[str, str]], width: int) -> list[str]:
    """Labels and values in two columns; a label is written once for values that follow each other."""
    lines: list[str] = []
    previous = ""
    for label, value in pairs:
        if not value:
            continue
        shown = "" if label == previous else label
        previous = label
        head = f"  {shown:<{_LABEL}}  " if len(shown) <= _LABEL else f"  {shown}  "
        wrapped = textwrap.wrap(value, max(width - _LABEL - 4, 30), break_long_words=False, break_on_hyphens=False)
        for position, part in enumerate(wrapped):
            lines.append((head if position == 0 else " " * (_LABEL + 4)) + part)
    return lines
