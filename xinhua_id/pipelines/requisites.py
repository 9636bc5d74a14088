"""Requisites: a story that is kept takes along what its page needs to look like it did.

Found while the article is at hand, taken once it is known what became of the story. Which addresses are asked for is
for `crawl.requisites` to say.
"""

from __future__ import annotations

import logging

from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.discovery import Kind
from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Outcome
from xinhua_id.pipelines.stage import Stage
from xinhua_id.warc.exchange import target_uri

logger = logging.getLogger(__name__)


class FindRequisites(Stage):
    """Set the Visit's requisites. A page that breaks it is a story all the same, without them."""

    name = "find-requisites"

    def advance(self, visit: Visit) -> None:
        """Read them from the page, with the article that came out of it."""
        if visit.page is None or visit.article is None:
            return
        try:
            visit.requisites = self.spider.requisites.of_story(visit.page, visit.article)
        except Exception:
            logger.exception("the requisites of %s could not be read", visit.lease.url)
            self.crawler.stats.inc_value("requisites/unread")


class TakeRequisites(Stage):
    """Turn the requisites of a story into links; of an unchanged one, those that were never asked for."""

    name = "take-requisites"

    def process_item(self, visit: Visit) -> Visit:
        """Add the links to those of the Visit, and count what became of a requisite."""
        if visit.lease.kind is Kind.REQUISITE:
            self._count(visit)
        elif visit.requisites and visit.outcome is None:
            visit.links = [*visit.links, *self.spider.requisites.admitted(visit.requisites)]
        elif visit.requisites and (visit.outcome, visit.reason) == (Outcome.DUPLICATE, "unchanged"):
            missing = [link for link in visit.requisites if not self._is_here(link.url)]
            visit.links = [*visit.links, *self.spider.requisites.admitted(missing)]
        return visit

    def _is_here(self, url: str) -> bool:
        committer = Captures.of(self.crawler).committer
        return committer is not None and committer.originals.knows(target_uri(url))

    def _count(self, visit: Visit) -> None:
        if visit.outcome is Outcome.REQUISITE and visit.page is not None:
            self.crawler.stats.inc_value("requisites/captured")
            self.crawler.stats.inc_value("requisites/bytes", len(visit.page.body))
        elif visit.outcome is not Outcome.REDIRECT and visit.retry_at is None:
            self.crawler.stats.inc_value("requisites/missed")
