"""Pages that a crawl which died had captured, read from their records instead of fetched again.

Their visits go the ordinary way: the page leads where it led, and the lease ends. Knows nothing of how it is told that
a page was recorded (`crawl.frontier.rounds`).
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from xinhua_id.archive.commit import Committer
from xinhua_id.archive.pages import page_at
from xinhua_id.archive.revisits import OriginalRecords
from xinhua_id.catalogue import captures as rows
from xinhua_id.catalogue.rows import CaptureRow
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.frontier.lease import Lease
from xinhua_id.errors import BadRecord
from xinhua_id.items import Page
from xinhua_id.warc.exchange import target_uri

logger = logging.getLogger(__name__)


class RecordedMiddleware:
    """Answers a lease that was recorded with its record; where that is not at hand, the request goes on to the site."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._originals: OriginalRecords | None = None

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
        page = self._page(captures.committer, lease.recorded.capture)
        if page is None:
            self.crawler.stats.inc_value("frontier/refetched")
            request.meta["lease"] = replace(lease, recorded=None)  # its visit is one of its own from here on
            return None
        captures.keep(request, page)
        self.crawler.stats.inc_value("frontier/read-from-records")
        return Response(request.url, status=page.status, request=request)

    def _page(self, committer: Committer | None, row: CaptureRow) -> Page | None:
        if committer is None:
            return None
        self._originals = self._originals or _originals(committer)
        return _page(committer, row, self._originals)


def recent_page(crawler: Crawler, url: str, since: dt.datetime) -> Page | None:
    """Return the latest whole answer to a URL since a moment, if it was captured and can be read."""
    committer = Captures.of(crawler).committer
    if committer is None:
        return None
    with committer.catalogue.reading() as connection:
        found = list(rows.at(connection, target_uri(url), since))
    mine = [row for row in found if row.site == committer.home.name and row.truncated is None]
    return _page(committer, mine[-1], _originals(committer)) if mine else None


def _originals(committer: Committer) -> OriginalRecords:
    return OriginalRecords(committer.home / "warc", committer.catalogue.url)


def _page(committer: Committer, row: CaptureRow, originals: OriginalRecords) -> Page | None:
    try:
        return page_at(committer.home / "warc", row, originals.of)
    except BadRecord as error:
        logger.warning("%s is fetched again: %s", row.url, error)
        return None
