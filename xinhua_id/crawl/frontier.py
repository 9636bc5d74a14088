"""The frontier: which URLs are still to be visited, which are out on lease, and what became of them.

It owns what Scrapy leaves to middlewares: a redirect comes back as a link, a retry as a moment. Knows nothing of
Scrapy, of pages or of files. `MemoryFrontier` lives as long as its process; a durable one keeps the same Protocol.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from xinhua_id import paging, urls
from xinhua_id.crawl.discovery import BELONGING, Kind, Link
from xinhua_id.items import Outcome

#: A URL is asked for this often before it counts as failed for this run.
MAX_TRIES = 3
#: A chain of redirects longer than this leads nowhere (RFC 9110 §15.4 asks clients to detect loops).
MAX_REDIRECTS = 10
#: No wait, whoever asks for it, is longer than this within one run.
LONGEST_WAIT = dt.timedelta(hours=1)

# What belongs to a story begun comes first, its parts before its pictures and styles, so that a crawl that is
# interrupted has whole stories; then stories, so that `--limit` ends early and the queue stays short; then what leads
# to many stories at once.
_RANK = {
    Kind.PART: 0, Kind.REQUISITE: 1, Kind.STORY: 2, Kind.FEED: 3, Kind.REST: 3, Kind.LISTING: 3, Kind.SITEMAP: 3,
    Kind.PAGE: 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lease:
    """One URL handed out to be visited; it stays the frontier's until it is acknowledged."""

    url: str
    kind: Kind
    published: dt.datetime | None = None
    depth: int = 0
    tries: int = 1
    redirects: int = 0
    nesting: int = 0
    not_before: dt.datetime | None = None


class Frontier(Protocol):
    """What the scheduler, the politeness middleware and the store stage ask of a frontier."""

    def add(self, links: Iterable[Link], *, depth: int = 0) -> int:
        """Take up the links that were never seen; return how many."""

    def lease(self) -> Lease | None:
        """Hand out the next URL, or None where there is nothing to hand out now."""

    def acknowledge(
        self,
        lease: Lease,
        outcome: Outcome,
        *,
        reason: str | None = None,
        links: Iterable[Link] = (),
        retry_at: dt.datetime | None = None,
    ) -> int:
        """End a lease: its links are taken up, a retry is put back; return how many links were new."""

    def release(self, lease: Lease) -> None:
        """Take a lease back unvisited: the crawl ends before its turn came."""

    def begin_no_story(self) -> None:
        """Hand out nothing any more but what belongs to stories already begun: their parts, their requisites."""

    def parts_due(self) -> int:
        """How much that belongs to stories begun is still to come: not handed out yet, or out on lease."""

    def pending(self) -> bool:
        """Whether `lease` would hand out a URL."""

    def waiting(self) -> int:
        """How many URLs are not handed out yet."""


class MemoryFrontier:
    """A frontier in memory: by rank, then first come first served; a retry waits until its moment.

    A link is the same as one seen before when their canonical URLs are equal. The target of a redirect is
    compared letter by letter instead: `/slug` → `/slug/` is a step, not a repetition. A part of a story stands at the
    depth of its story, and page 1 is the same under its number and without. A requisite is known by its address as
    written, scheme aside, and apart from the pages: a page that names a story as a picture does not take it away.
    """

    def __init__(self, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._ready: list[tuple[int, int, Lease]] = []
        self._later: list[tuple[dt.datetime, int, Lease]] = []
        self._leased: dict[tuple[str, bool], Lease] = {}
        self._seen: set[str] = set()
        self._asked: set[str] = set()
        self._requisites: set[str] = set()
        self._no_story = False

    def add(self, links: Iterable[Link], *, depth: int = 0) -> int:
        """Take up the links whose canonical URL was never seen; return how many."""
        fresh = 0
        for link in links:
            if link.kind is Kind.REQUISITE:
                fresh += self._add_requisite(link, max(depth - 1, 0))
                continue
            is_part = link.kind is Kind.PART
            name = paging.first_of(link.url) if is_part else urls.canonical(link.url)
            if name not in self._seen:
                self._seen.add(name)
                self._put(Lease(link.url, link.kind, link.published, max(depth - 1, 0) if is_part else depth))
                fresh += 1
        return fresh

    def lease(self) -> Lease | None:
        """Hand out the next URL; one that has to wait only when nothing else is there, with its `not_before`."""
        now = self._clock()
        while self._later and self._later[0][0] <= now:
            self._put(heapq.heappop(self._later)[2])
        if self._ready:
            lease = heapq.heappop(self._ready)[2]
        elif self._later:
            lease = heapq.heappop(self._later)[2]
        else:
            return None
        self._leased[_key(lease)] = lease
        return lease

    def acknowledge(
        self,
        lease: Lease,
        outcome: Outcome,
        *,
        reason: str | None = None,  # noqa: ARG002 (a frontier that lasts writes it down)
        links: Iterable[Link] = (),
        retry_at: dt.datetime | None = None,
    ) -> int:
        """End a lease: its links are taken up (a redirect's as the next step), a retry is put back."""
        self._leased.pop(_key(lease), None)
        if retry_at is not None and (lease.kind in BELONGING or not self._no_story):
            again = replace(lease, tries=lease.tries + 1, not_before=retry_at)
            heapq.heappush(self._later, (retry_at, next(self._order), again))
        if outcome is Outcome.REDIRECT:
            return sum(self._follow(lease, link) for link in links)
        return self.add(links, depth=lease.depth + 1)

    def release(self, lease: Lease) -> None:
        """Take a lease back unvisited."""
        if self._leased.pop(_key(lease), None) is not None:
            self._put(lease)

    def begin_no_story(self) -> None:
        """Drop all that belongs to no story begun, now and from now on."""
        self._no_story = True
        self._ready = [entry for entry in self._ready if entry[2].kind in BELONGING]
        self._later = [entry for entry in self._later if entry[2].kind in BELONGING]
        heapq.heapify(self._ready)
        heapq.heapify(self._later)

    def parts_due(self) -> int:
        """How many parts and requisites wait or are out on lease."""
        every = (*(entry[2] for entry in (*self._ready, *self._later)), *self._leased.values())
        return sum(lease.kind in BELONGING for lease in every)

    def pending(self) -> bool:
        """Whether there is a URL to hand out."""
        return bool(self._ready or self._later)

    def waiting(self) -> int:
        """How many URLs are not handed out yet."""
        return len(self._ready) + len(self._later)

    def _add_requisite(self, link: Link, depth: int) -> bool:
        name = _without_scheme(link.url)
        if name in self._requisites or link.url in self._asked:
            return False
        self._requisites.add(name)
        self._put(Lease(link.url, link.kind, depth=depth, nesting=link.nesting))
        return True

    def _follow(self, lease: Lease, link: Link) -> bool:
        if lease.kind is Kind.REQUISITE:
            return self._follow_requisite(lease, link.url)
        name = urls.canonical(link.url)
        if link.url in self._asked or (name in self._seen and name != urls.canonical(lease.url)):
            return False
        self._seen.add(name)
        self._put(replace(lease, url=link.url, kind=link.kind, tries=1, redirects=lease.redirects + 1, not_before=None))
        return True

    def _follow_requisite(self, lease: Lease, url: str) -> bool:
        """Take the step, unless it is somebody else's; `http` → `https` is one, and ten of them are a circle."""
        name = _without_scheme(url)
        if url == lease.url or (name in self._requisites and name != _without_scheme(lease.url)):
            return False
        self._requisites.add(name)
        self._put(replace(lease, url=url, tries=1, redirects=lease.redirects + 1, not_before=None))
        return True

    def _put(self, lease: Lease) -> None:
        if lease.kind is not Kind.REQUISITE:
            self._asked.add(lease.url)
        if self._no_story and lease.kind not in BELONGING:
            return
        heapq.heappush(self._ready, (_RANK[lease.kind], next(self._order), lease))


def _key(lease: Lease) -> tuple[str, bool]:
    """Return what tells two leases apart: an address may be out as a page and as a picture of another."""
    return lease.url, lease.kind is Kind.REQUISITE


def _without_scheme(url: str) -> str:
    return url.partition("://")[2]


def next_try(
    lease: Lease, now: dt.datetime, *, backoff: float, retry_after: dt.datetime | None = None, tries: int = MAX_TRIES
) -> dt.datetime | None:
    """Return when a failed URL may be asked for again, or None: its tries are used up.

    ``backoff`` is in seconds and grows fourfold with each try; what the server asks for (``Retry-After``,
    RFC 9110 §10.2.3) counts where it is later. Neither is longer than `LONGEST_WAIT`.
    """
    if lease.tries >= tries:
        return None
    own = now + dt.timedelta(seconds=backoff * 4 ** (lease.tries - 1))
    wanted = max(own, retry_after) if retry_after else own
    return min(wanted, now + LONGEST_WAIT)
