"""Scrapy's scheduler, sitting on the frontier: the engine takes its requests from leases.

The frontier decides what comes next; this class only turns a lease into the spider's request. A delay never
happens here: a `next_request` that returns None while URLs are pending waits for the engine's 5 s heartbeat,
so a URL that has to wait is handed out with its ``not_before`` and waits in the politeness middleware.
"""

from __future__ import annotations

from typing import Protocol, Self, cast

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler

from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.frontier import Frontier, Lease, MemoryFrontier


class Leasing(Protocol):
    """What the scheduler needs of a spider."""

    def request(self, lease: Lease) -> Request:
        """Return the request that visits a lease."""


def frontier_of(crawler: Crawler) -> Frontier:
    """Return the frontier of a crawl: one for each crawler, made when it is first asked for."""
    found = getattr(crawler, "frontier", None)
    if found is None:
        found = MemoryFrontier()
        crawler.frontier = found  # type: ignore[attr-defined]
    return cast(Frontier, found)


class FrontierScheduler(BaseScheduler):
    """Hands the engine one request for each lease."""

    def __init__(self, frontier: Frontier) -> None:
        self.frontier = frontier
        self._spider: Leasing | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Sit on the crawler's frontier."""
        return cls(frontier_of(crawler))

    def open(self, spider: Spider) -> None:
        """Remember whose requests the leases become."""
        self._spider = cast(Leasing, spider)

    def has_pending_requests(self) -> bool:
        """Whether the frontier has a URL to hand out."""
        return self.frontier.pending()

    def enqueue_request(self, request: Request) -> bool:
        """Take up the link of a request (``meta["link"]``, else its URL as a page); False where it was seen before."""
        link = request.meta.get("link") or Link(request.url, Kind.PAGE)
        return self.frontier.add([link]) == 1

    def next_request(self) -> Request | None:
        """Lease the next URL and return the request that visits it."""
        lease = self.frontier.lease()
        if lease is None or self._spider is None:
            return None
        return self._spider.request(lease)
