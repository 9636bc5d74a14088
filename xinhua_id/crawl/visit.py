"""The Visit: one lease on its way through the pipelines, from the captured page to its one outcome.

A Visit is made by the spider's callback or errback, changed by the stages and acknowledged by `store`. Knows
nothing of how a page is fetched, separated or kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from xinhua_id.crawl.discovery import Link
from xinhua_id.crawl.frontier.lease import Lease
from xinhua_id.items import Article, Outcome, Page
from xinhua_id.sources import Source


@dataclass
class Visit:
    """What is known of one lease so far. ``outcome`` None: still to be decided by the stages ahead.

    ``page`` is None where no response came; ``links`` reach the frontier with the acknowledgement, not before.
    ``requisites`` are what the story's page needs to look like it did; they become links where the story is kept.
    """

    lease: Lease
    page: Page | None
    source: Source | None
    links: Sequence[Link] = ()
    aside: Sequence[Link] = ()
    requisites: Sequence[Link] = ()
    article: Article | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    detail: str | None = None
    retry_at: dt.datetime | None = None
    published: dt.datetime | None = None
    digest: str | None = None
    aliases: Sequence[str] = ()

    def end(self, outcome: Outcome, reason: str | None = None, detail: str | None = None) -> Visit:
        """Decide the outcome; a Visit that ends otherwise than as a story carries no article on. Return self."""
        self.outcome, self.reason, self.detail = outcome, reason, detail
        if outcome is not Outcome.STORY:
            self.article = None
        return self

    def __str__(self) -> str:
        """One line for Scrapy's log, instead of a whole page."""
        outcome = self.outcome.value if self.outcome else "under way"
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.lease.url}: {outcome}{why}"

    __repr__ = __str__
