"""What the stages share: a Visit that is decided passes through; a stage that breaks costs one page, not a crawl.

Knows nothing of what the stages do.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self, cast

from scrapy.crawler import Crawler

from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Outcome

if TYPE_CHECKING:
    from xinhua_id.spiders.news import NewsSpider

logger = logging.getLogger(__name__)


class Stage:
    """One step of the way from page to item. ``advance`` works on Visits whose outcome is still open."""

    name = "stage"

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the stage for one crawl."""
        return cls(crawler)

    @property
    def spider(self) -> NewsSpider:
        """The spider of the crawl."""
        return cast("NewsSpider", self.crawler.spider)

    def process_item(self, visit: Visit) -> Visit:
        """Advance the Visit; whatever breaks becomes its outcome, ``failed/<stage>-broke``."""
        if visit.outcome is not None:
            return visit
        try:
            self.advance(visit)
        except Exception as error:
            logger.exception("%s broke on %s", self.name, visit.lease.url)
            visit.end(Outcome.FAILED, f"{self.name}-broke", f"{type(error).__name__}: {error}")
        return visit

    def advance(self, visit: Visit) -> None:
        """Do the stage's work: set the article, or end the Visit."""
