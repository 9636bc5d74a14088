"""Deduplicate: an unchanged story is not written twice; a changed one is a new line.

What this site's earlier runs wrote is read once, at the start. Sources never meet here: the same wire story on
two sites is two items.
"""

from __future__ import annotations

from xinhua_id.crawl.known import KnownStories
from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Outcome
from xinhua_id.pipelines.stage import Stage


class Deduplicate(Stage):
    """End a Visit as ``duplicate`` whose story brings nothing new: ``unchanged``, or a ``variant`` of its page."""

    name = "deduplicate"
    _known: KnownStories | None = None

    def advance(self, visit: Visit) -> None:
        """Compare the article with the latest version of its story."""
        article = visit.article
        assert article is not None
        reason = self.known().repeats(article)
        if reason is not None:
            visit.end(Outcome.DUPLICATE, reason)

    def known(self) -> KnownStories:
        """Return what this site's runs wrote so far, read once."""
        if self._known is None:
            assert self.spider.run is not None
            self._known = KnownStories.of(self.spider.run.items.parent)
            if self._known.unreadable:
                self.crawler.stats.inc_value("items/unreadable", self._known.unreadable)
        return self._known
