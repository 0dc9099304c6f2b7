"""What a rule is: a code, its documentation, and a function from what was seen at one site to a verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from leaklint.ownership.events import SiteReport, Step

if TYPE_CHECKING:
    from leaklint.rules.inspection import Sighting, View


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a rule says of a site: the message, the path, and one sentence on what to do."""

    message: str
    steps: tuple[Step, ...]
    help: str


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule. `summary` completes "This rule reports ..."; `why`, `bad`, `good` make its page; `bad` and `good` are
    whole modules that the tests analyse (`bad` must raise this code on the line that ends in `# expect: CODE`, `good`
    nothing). `check` looks at a site, `inspect` at a module; both are None where another stage reports the rule.
    `weight` orders the rules about leaks: of those that hold at a site, the heaviest is reported; a rule of weight 0
    may stand beside it. `alone` says that it may not. `fixes` names the repairs that answer it, best first.
    """

    code: str
    name: str
    summary: str
    why: str
    bad: str
    good: str
    check: Callable[[SiteReport], Verdict | None] | None = None
    inspect: Callable[[View], Iterable[Sighting]] | None = None
    weight: int = 0
    alone: bool = False
    default: bool = True
    fixes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
