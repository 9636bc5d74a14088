"""What the frontier's tests share: a frontier over a catalogue in a file, at a moment that stands still or is moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.frontier import Frontier, rounds
from xinhua_id.crawl.frontier.lease import Lease, Settled
from xinhua_id.items import Outcome

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SITE = "http://contoh.example"


@dataclass
class Clock:
    """A clock that goes on when it is told to."""

    now: dt.datetime = NOON

    def __call__(self) -> dt.datetime:
        return self.now

    def passes(self, **time: float) -> None:
        """Let some time pass."""
        self.now += dt.timedelta(**time)


def page(path: str, kind: Kind = Kind.PAGE, **more: Any) -> Link:
    """Return a link to a path of the site."""
    return Link(SITE + path, kind, **more)


def opened(
    catalogue: Catalogue, clock: Clock, *, site: str = "contoh", scope: str = "", asked: str = "", **more: Any
) -> Frontier:
    """Return the frontier of a run that begins now, as a crawl opens it."""
    begun = rounds.begin(catalogue, site, scope, asked, clock())
    made = Frontier(catalogue, begun.round, recorded=begun.recorded, clock=clock, **more)
    if not begun.resumed:
        made.recall_leading()
    return made


def leased(queue: Frontier) -> Lease:
    """Return the next lease; there is one."""
    lease = queue.lease()
    assert lease is not None
    return lease


def settle(queue: Frontier, lease: Lease, outcome: Outcome = Outcome.STORY, **more: Any) -> None:
    """End a lease now."""
    queue.acknowledge(Settled(lease, outcome, queue._clock(), **more))


def drained(queue: Frontier, outcome: Outcome = Outcome.STORY) -> list[str]:
    """Visit all that there is, and return the paths in their order."""
    found = []
    while lease := queue.lease():
        found.append(lease.url.removeprefix(SITE))
        settle(queue, lease, outcome)
    return found


def offered(queue: Frontier, *links: Link) -> Frontier:
    """Take up links; return the frontier."""
    queue.add(links)
    return queue


def paths(leases: Iterable[Lease]) -> list[str]:
    """Return the paths of leases."""
    return [lease.url.removeprefix(SITE) for lease in leases]
