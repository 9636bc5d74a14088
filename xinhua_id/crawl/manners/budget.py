"""A run's budget: how many requests it sends at the most, and how many bytes come and go on the wire.

A request is counted when it is let go, so that those under way at once never exceed the bound; a download that would go
beyond the bytes is cut off. `Budget` counts, `BudgetMiddleware` ends the crawl. Knows nothing of what is fetched.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.settings import BaseSettings

from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.counting import count
from xinhua_id.crawl.stopping import Stopping, closing, end_crawl
from xinhua_id.errors import UsageError
from xinhua_id.items import Outcome
from xinhua_id.sources import Source, written

logger = logging.getLogger(__name__)


@dataclass
class Budget:
    """What one run may spend: ``pages`` requests and ``size`` bytes; 0 is no bound.

    Every exchange is a page here: robots.txt, redirects, pictures, failures.
    """

    pages: int = 0
    size: int = 0
    begun: int = field(init=False, default=0)
    _done: int = field(init=False, default=0)
    _under_way: dict[Hashable, int] = field(init=False, default_factory=dict)

    @classmethod
    def of(cls, settings: BaseSettings, source: Source | None) -> Self:
        """Return the operator's bounds, and the source's where the operator sets none; raise `UsageError`."""
        known = source.discovery if source else None
        pages = settings.getint("XINHUA_ID_PAGES_A_RUN") or (known.pages_a_run if known else 0) or 0
        size = bytes_of(settings.get("XINHUA_ID_BYTES_A_RUN")) or written.size(known.bytes_a_run if known else "")
        return cls(max(0, pages), size)

    @property
    def bytes(self) -> int:
        """What has come and gone so far, downloads under way included."""
        return self._done + sum(self._under_way.values())

    @property
    def spent(self) -> bool:
        """Whether nothing more may be begun."""
        return bool((self.pages and self.begun >= self.pages) or (self.size and self.bytes >= self.size))

    def begin(self, request: Hashable) -> bool:
        """Count a request that is let go; False where it may not go."""
        if self.spent:
            return False
        self.begun += 1
        self._under_way[request] = 0
        return True

    def receives(self, request: Hashable, number: int) -> bool:
        """Count bytes of a download under way; False where it goes beyond the bound."""
        if request in self._under_way:
            self._under_way[request] += number
        return not self.size or self.bytes <= self.size

    def fits(self, number: int) -> bool:
        """Whether so many bytes more stay within the bound."""
        return not self.size or self.bytes + number <= self.size

    def end(self, request: Hashable, number: int, exchanges: int = 1) -> None:
        """Take the exact ``number`` of bytes of a request that is done, sent ones too, instead of what was counted.

        One request may have been several ``exchanges``: Twisted tries a connection that had gone stale once more.
        """
        counted = self._under_way.pop(request, 0)
        self._done += max(counted, number)
        self.begun += max(0, exchanges - 1)


def bytes_of(said: object) -> int:
    """Return a number of bytes as it is set, 0 where it is not; raise `UsageError` for what is none."""
    try:
        return written.size(str(said or ""))
    except ValueError as error:
        raise UsageError(f"XINHUA_ID_BYTES_A_RUN: {error}", now="Set it to 500MB, 2GB or 0.") from error


class OverBudget(StopDownload, Stopping):
    """A download goes beyond the bytes of the run: it is cut off, and its lease goes back to the frontier."""


class BudgetMiddleware:
    """Keeps one run within its budget, and ends it with the reason ``budget`` where that is spent.

    It stands behind the politeness middleware: whoever comes here is about to be sent. Stats: ``wire/requests`` and
    ``wire/bytes``, what went and came in HTTP, inside TLS.
    """

    def __init__(self, crawler: Crawler, budget: Budget | None = None) -> None:
        self.crawler = crawler
        source: Source | None = getattr(getattr(crawler.spider, "target", None), "source", None)
        self.budget = budget or Budget.of(crawler.settings, source)
        crawler.signals.connect(self.headers_received, signal=signals.headers_received)
        crawler.signals.connect(self.bytes_received, signal=signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of one crawl; raise `UsageError` where its bounds are written wrongly."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Count a request that is sent; raise `Stopping` where it would be one too many."""
        if not self.budget.begin(request):
            self._end()
            raise Stopping("the budget of the run is spent")

    async def process_response(self, request: Request, response: Response) -> Response:
        """Count what it took."""
        self._account(request, len(response.body))
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """Count what it took all the same."""
        if isinstance(exception, OverBudget):
            # An exchange that is on the wire and in the archive; the URL is asked for again in another run.
            count(self.crawler.stats, Outcome.FAILED, "over-budget")
        self._account(request, 0)

    def headers_received(self, body_length: object, request: Request) -> None:
        """Raise `OverBudget` where the length that is announced does not fit."""
        announced = body_length if isinstance(body_length, int) else 0
        if request.method != "HEAD" and not self.budget.fits(announced):
            self._end()
            raise OverBudget

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Raise `OverBudget` where what came is more than the run may take."""
        if not self.budget.receives(request, len(data)):
            self._end()
            raise OverBudget

    def _account(self, request: Request, length: int) -> None:
        exchanges, size = Captures.of(self.crawler).wire(request)
        self.budget.end(request, max(size, length), exchanges)
        self.crawler.stats.set_value("wire/requests", self.budget.begun)
        self.crawler.stats.set_value("wire/bytes", self.budget.bytes)

    def _end(self) -> None:
        if not closing(self.crawler):
            logger.info(
                "the budget of the run is spent (%d requests, %d bytes): the rest stays for the next run",
                self.budget.begun, self.budget.bytes,
            )  # fmt: skip
        end_crawl(self.crawler, "budget")
