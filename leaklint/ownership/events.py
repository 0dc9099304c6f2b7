"""What the interpreter reports: for each acquisition site, how the resource fared on the paths through it."""

from __future__ import annotations

import msgspec

from leaklint.catalog.schema import Resource
from leaklint.model import Confidence, Span


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One step of a path, in the file `path`."""

    path: str
    span: Span
    message: str


class Site(msgspec.Struct, frozen=True):
    """Where a resource is acquired: the call expression.

    resource   the catalog's row (for a project class that owns one: a row made from the class).
    function   qualified name of the procedure that the call stands in; module: its dotted module.
    sure       how the call was recognised. derived: the call is of a project function that returns the resource;
               `origin` then holds the steps from the real acquisition to here.
    bound      the name the result is first bound to ("" if never), for messages and fixes.
    test_code  it stands in a project's tests; test_fixture: in a function there that sets up many of them.
    ends_at_exit  the process ends soon after the procedure does.
    """

    path: str
    span: Span
    function: str
    module: str
    resource: Resource
    library: str
    expression: str
    sure: Confidence
    derived: bool = False
    owner: bool = False
    origin: tuple[Step, ...] = ()
    bound: str = ""
    is_async: bool = False
    test_code: bool = False
    test_fixture: bool = False
    ends_at_exit: bool = False


class Leak(msgspec.Struct, frozen=True):
    """One way in which the resource of a site is lost.

    how: exception (an exception skips the release), return, fallthrough (the end is reached), break, continue,
         overwritten (rebound), loop (acquired again while held), deleted, discarded (never bound), yield (lost when a
         generator is closed or thrown into), with (after a `with` that does not close), close-instead-of-return,
         wrong-pool, not-awaited, owner (kept on an object that never gives it back), per-call (a pool built
         on each call).
    at: the place where the path departs (the raising statement, the return ...). steps: the path, acquisition first.
    """

    how: str
    at: Span
    steps: tuple[Step, ...]
    exceptional: bool = False


class Misuse(msgspec.Struct, frozen=True):
    """A release that is wrong without (or beside) a leak.

    how: double-release, use-after-release, release-of-unbound, close-instead-of-return, wrong-pool, not-awaited.
    """

    how: str
    at: Span
    steps: tuple[Step, ...]


class SiteReport(msgspec.Struct, frozen=True):
    """All that was seen of one site. `released`: on some path it is given back or handed on; `releases`: where it is
    given back. `handed_on`: on some path somebody outside the function answers for it. `strange`: the call may as well
    give what its function was given or keeps, which is not its caller's to release."""

    site: Site
    leaks: tuple[Leak, ...] = ()
    misuses: tuple[Misuse, ...] = ()
    released: bool = False
    releases: tuple[Span, ...] = ()
    handed_on: bool = False
    strange: bool = False
