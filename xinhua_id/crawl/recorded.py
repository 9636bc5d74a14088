"""Pages that a crawl which died had captured, read from their records instead of fetched again.

Their visits go the ordinary way: the page leads where it led, and the lease ends. Knows nothing of how it is told that
a page was recorded (`crawl.rounds`).
"""

from __future__ import annotations

import logging
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from xinhua_id.archive.pages import file_in, page_in, revisited
from xinhua_id.archive.revisits import OriginalRecords
from xinhua_id.catalogue.rows import CaptureRow
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.lease import Lease
from xinhua_id.errors import BadRecord
from xinhua_id.items import Page
from xinhua_id.warc import reader

logger = logging.getLogger(__name__)


class RecordedMiddleware:
    """Answers a lease that was recorded with its record; where that is not at hand, the request goes on to the site."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """Return the recorded answer, if there is one."""
        lease: Lease | None = request.meta.get("lease")
        if lease is None or lease.recorded is None:
            return None
        captures = Captures.of(self.crawler)
        page = self._page(captures, lease.recorded.capture)
        if page is None:
            self.crawler.stats.inc_value("frontier/refetched")
            return None
        captures.keep(request, page)
        self.crawler.stats.inc_value("frontier/read-from-records")
        return Response(request.url, status=page.status, request=request)

    def _page(self, captures: Captures, row: CaptureRow) -> Page | None:
        if captures.committer is None:
            return None
        folder = captures.committer.home / "warc"
        try:
            path = file_in(folder, row.file)
            found = reader.record_at(path, row.offset, row.length)
            if found.type == "response":
                return page_in(found, path)
            return revisited(found, path, OriginalRecords(folder).of)
        except BadRecord as error:
            logger.warning("%s is fetched again: %s", row.url, error)
            return None
