"""What the interpreter writes down of the sites of one procedure, for the reports."""

from __future__ import annotations

from leaklint.model import Span
from leaklint.ownership.events import Leak, Misuse, Site, Step
from leaklint.ownership.world import Event, World

MOST_LEAKS = 60
"""Ways to lose one resource that are written down: findings name the first of a kind."""


class Ledger:
    """Collects what is seen of each acquisition site of one procedure. path: of its file, as shown."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.sites: dict[int, Site] = {}
        self.leaks: dict[int, dict[tuple[str, Span], Leak]] = {}
        self.misuses: dict[int, dict[tuple[str, Span], Misuse]] = {}
        self.releases: dict[int, dict[Span, None]] = {}
        self.given: set[int] = set()
        self.strange: set[int] = set()
        self._numbers: dict[int, dict[str, int]] = {}

    def number(self, at: int, kind: str) -> int:
        """The number of the site at instruction `at` that takes this kind of resource; one call may hand over two."""
        kinds = self._numbers.setdefault(at, {})
        if kind not in kinds:
            kinds[kind] = -1 - sum(map(len, self._numbers.values())) if kinds else at
        return kinds[kind]

    def wants(self, site: int, how: str, at: Span) -> bool:
        """Whether a leak would add to what is known of a site."""
        known = self.leaks.get(site, {})
        return (how, at) not in known and len(known) < MOST_LEAKS

    def leak(self, site: int, leak: Leak) -> None:
        """Keep the first leak of each kind and place."""
        self.leaks.setdefault(site, {}).setdefault((leak.how, leak.at), leak)

    def misuse(self, site: int, misuse: Misuse) -> None:
        """Keep the first misuse of each kind and place."""
        self.misuses.setdefault(site, {}).setdefault((misuse.how, misuse.at), misuse)

    def release(self, site: int, span: Span) -> None:
        """The resource of `site` is given back at `span` on some path."""
        self.releases.setdefault(site, {})[span] = None

    def steps(self, world: World, rid: str, last: tuple[Span, str] | None = None) -> tuple[Step, ...]:
        """The path of a resource in a world: its acquisition, what happened to it, and how the path departed."""
        events: list[Event] = []
        later = rid.count("'")
        for event in world.events():
            events.append(event)
            if event.kind == "acquire" and event.rid == rid.rstrip("'"):
                if not later:
                    break
                later -= 1
        site = self.sites.get(site_key(rid)) if rid else None
        chosen = list(site.origin) if site is not None else []
        events.reverse()
        relevant = [e for e in events if not e.rid or e.rid.rstrip("'") == rid.rstrip("'")]
        if chosen:
            relevant = [e for e in relevant if e.kind != "acquire"]
        if len(relevant) > 9:
            relevant = relevant[:1] + relevant[-8:]
        chosen += [Step(self._path, e.span, e.text) for e in relevant if e.text]
        if last is not None and not (chosen and chosen[-1].span == last[0] and chosen[-1].message == last[1]):
            chosen.append(Step(self._path, last[0], last[1]))
        return tuple(chosen)


def site_key(rid: str) -> int:
    """The site number of a resource id."""
    return int(rid.rstrip("'").partition(".")[0])
