"""The words that messages share: what was taken, what giving it back is called, where a path departs, what to call."""

from __future__ import annotations

from leaklint.ownership.events import Leak, Site, SiteReport

_GIVEN_BACK = {
    "pooled-connection": "given back",
    "engine": "disposed of",
    "lock": "released",
    "transaction": "ended",
    "other": "released",
}

_DEPARTURES = {
    "exception": "when line {line} raises",
    "return": "when line {line} returns",
    "fallthrough": "at the end of the function (line {line})",
    "break": "when line {line} breaks out of the loop",
    "continue": "when line {line} goes on to the next round",
    "overwritten": "when line {line} binds the name again",
    "loop": "when line {line} takes another one in the next round",
    "deleted": "when line {line} deletes the name",
    "discarded": "at the end of the expression on line {line}",
    "yield": "when the generator is closed, or an exception arrives, at the yield on line {line}",
    "with": "after the `with` on line {line}, which does not close it",
    "close-instead-of-return": "when line {line} closes it",
    "wrong-pool": "when line {line} hands it to another pool",
    "not-awaited": "at line {line}, where the release is not awaited",
    "owner": "with the object that keeps it (line {line})",
    "per-call": "after the call, while line {line} builds another one on the next",
}


_STAND_IN = {"session": "session", "pool": "pool", "engine": "engine", "client": "client", "other": "resource"}
"""What an example calls a thing that has no name yet."""


def thing(site: Site) -> str:
    """The resource as a message names it: "`conn` (psycopg2 connection)"."""
    kind = f"{site.library} {site.resource.name}".strip()
    return f"`{site.bound}` ({kind})" if site.bound else f"the {kind} from `{shortened(site.expression)}`"


def shortened(expression: str, limit: int = 48) -> str:
    """An expression on one line, its arguments left out where it would be long."""
    flat = " ".join(expression.split())
    if not flat.endswith(")"):
        flat += "()"
    if len(flat) <= limit:
        return flat
    head = called(flat)
    return f"{head}(...)" if head != flat and len(head) <= limit else flat[: limit - 3] + "..."


def called(expression: str) -> str:
    """What stands before the last pair of parentheses: `pool.getconn` of `pool.getconn(key=1)`."""
    text = expression.strip()
    if not text.endswith(")"):
        return text
    depth = 0
    for index in range(len(text) - 1, -1, -1):
        depth += (text[index] == ")") - (text[index] == "(")
        if depth == 0:
            return text[:index].strip()
    return text


def given_back(site: Site) -> str:
    """The participle for releasing this kind of resource: "closed", "given back", "disposed of"."""
    if site.resource.kind == "pooled-connection" and not site.resource.release_to:
        return "closed"
    return _GIVEN_BACK.get(site.resource.kind, "closed")


def departure(leak: Leak) -> str:
    """Where the path leaves the good ones: "when line 14 raises"."""
    how = "exception" if leak.exceptional and leak.how not in _NEVER_BY_ACCIDENT else leak.how
    return _DEPARTURES.get(how, "at line {line}").format(line=leak.at.line)


# Ways to lose something that say more than the exception that led there.
_NEVER_BY_ACCIDENT = frozenset({"yield", "close-instead-of-return", "wrong-pool", "not-awaited", "owner", "discarded"})


def release_call(site: Site) -> str:
    """The exact call that gives it back: `pool.putconn(conn)`, `await conn.close()`."""
    resource = site.resource
    name = site.bound or _STAND_IN.get(resource.kind, "conn")
    awaited = resource.release_awaited == "yes"
    if resource.release_to:
        owner = called(site.expression).rpartition(".")[0] if not site.derived else ""
        call = f"{owner or 'pool'}.{resource.release_to[0]}({name})"
    elif resource.release:
        call = f"{name}.{resource.release[0]}()"
        awaited = awaited and resource.release[0] not in resource.release_plain
    elif resource.release_functions:
        call = f"{resource.release_functions[0]}({name})"
    else:
        call = f"{name}.close()"
    return f"await {call}" if awaited else call


def on_every_path(report: SiteReport) -> str:
    """One sentence: where the release belongs. What is handed on when all goes well is released only otherwise."""
    site = report.site
    call = release_call(site)
    if not site.bound:
        return f"Bind it to a name and call `{call}` in a `finally:`."
    kept = "." in site.bound and site.resource.taken == "result"
    if kept or (report.released and not report.releases):
        handler = f"`except BaseException:` calls `{call}` and raises again"
        return f"Put what follows line {site.span.line} in a `try:` whose {handler}."
    return f"Call `{call}` in a `finally:` whose `try:` begins right after line {site.span.line}."


def owns_with(site: Site) -> bool:
    """Whether leaving `with` (or `async with`) of the object gives it back."""
    return "closes" in (site.resource.with_, site.resource.async_with)
