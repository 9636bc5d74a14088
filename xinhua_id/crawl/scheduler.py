"""Scrapy's scheduler, sitting on the frontier: the engine takes its requests from leases.

The frontier decides what comes next; this class only turns a lease into the spider's request. A delay never
happens here: a `next_request` that returns None while URLs are pending waits for the engine's 5 s heartbeat,
so a URL that has to wait is handed out with its ``not_before`` and waits in the politeness middleware.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol, Self, cast

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler

from xinhua_id.crawl.capture import CANNOT_WRITE
from xinhua_id.crawl.counting import count
from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.frontier import Frontier
from xinhua_id.crawl.frontier.lease import Lease, Settled
from xinhua_id.crawl.frontier.revisit import BY_RULES
from xinhua_id.crawl.stopping import closing, end_crawl
from xinhua_id.errors import ArchiveError, UsageError
from xinhua_id.items import Outcome


class Leasing(Protocol):
    """What the scheduler needs of a spider."""

    def request(self, lease: Lease) -> Request:
        """Return the request that visits a lease."""

    def refuses(self, lease: Lease) -> bool:
        """Whether the rules of today do not let a lease's URL in."""


def frontier_of(crawler: Crawler) -> Frontier:
    """Return the frontier of a crawl, which is there once its run has begun; raise `UsageError` before."""
    found = getattr(crawler, "frontier", None)
    if found is None:
        raise UsageError(
            "the crawl has no frontier yet",
            now="Keep xinhua_id.pipelines.store.Store among ITEM_PIPELINES: it begins the run.",
        )
    return cast(Frontier, found)


class FrontierScheduler(BaseScheduler):
    """Hands the engine one request for each lease. The frontier is there once the pipelines are open."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._spider: Leasing | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the scheduler of a crawl."""
        return cls(crawler)

    @property
    def frontier(self) -> Frontier:
        """The crawl's frontier."""
        return frontier_of(self._crawler)

    def open(self, spider: Spider) -> None:
        """Remember whose requests the leases become."""
        self._spider = cast(Leasing, spider)

    def has_pending_requests(self) -> bool:
        """Whether the frontier may have a URL to hand out."""
        return self.frontier.pending()

    def enqueue_request(self, request: Request) -> bool:
        """Take up the link of a request (``meta["link"]``, else its URL as a page); one that is known is not asked."""
        self.frontier.add([request.meta.get("link") or Link(request.url, Kind.PAGE)])
        return True

    def next_request(self) -> Request | None:
        """Lease the next URL and return the request that visits it; a frontier that cannot be asked ends the crawl."""
        if closing(self._crawler):
            return None
        if self._spider is None:
            return None
        try:
            while (lease := self.frontier.lease()) is not None and self._spider.refuses(lease):
                # It was let in by other rules: a `deny` of today counts for what was found before it.
                count(self._crawler.stats, Outcome.DENIED, BY_RULES)
                self.frontier.acknowledge(Settled(lease, Outcome.DENIED, dt.datetime.now(dt.UTC), BY_RULES))
        except ArchiveError as error:
            end_crawl(self._crawler, CANNOT_WRITE, error)
            return None
        return self._spider.request(lease) if lease is not None else None
