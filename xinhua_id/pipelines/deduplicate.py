"""Deduplicate: an unchanged story is not written twice; a changed one is a new line.

What this site's earlier runs wrote is read once, at the start. Sources never meet here: the same wire story on
two sites is two items.
"""

from __future__ import annotations

import logging

from xinhua_id.crawl.discovery import Link
from xinhua_id.crawl.known import DISOWNED, KnownStories
from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Article, Outcome
from xinhua_id.pipelines.stage import Stage

logger = logging.getLogger(__name__)


class Deduplicate(Stage):
    """End a Visit as ``duplicate`` whose story brings nothing new: ``unchanged``, or a ``variant`` of its page."""

    name = "deduplicate"
    _known: KnownStories | None = None

    def advance(self, visit: Visit) -> None:
        """Compare the article with the latest version of its story."""
        article = visit.article
        assert article is not None
        known = self.known().take(article)
        if known.disowned is not None:
            self._disown(visit, known.article, known.disowned)
        if known.displaced is not None:
            logger.info("%s was taken for this story, and is read again: %s", known.displaced, visit.lease.url)
            visit.links = [*visit.links, Link(known.displaced, self.spider.rules.kind(known.displaced), again=True)]
        if known.repeats is not None:
            visit.end(Outcome.DUPLICATE, known.repeats, visit.detail)

    def _disown(self, visit: Visit, article: Article, address: str) -> None:
        """Let the story stand at its own address, and see that the other is asked for if this page alone named it."""
        logger.info("%s calls %s its canonical address, which is another story's", visit.lease.url, address)
        visit.article, visit.reason, visit.detail = article, DISOWNED, address
        rules = self.spider.rules
        visit.links = [*visit.links, *(Link(one, rules.kind(one), disowned=True) for one in visit.aliases)]
        visit.aliases = []

    def known(self) -> KnownStories:
        """Return what this site's runs wrote so far, read once."""
        if self._known is None:
            run = self.spider.run
            assert run is not None
            with run.beating():
                # Of a large site this takes a minute, in which nothing else happens.
                self._known = KnownStories.of(run.items.parent)
            if self._known.unreadable:
                self.crawler.stats.inc_value("items/unreadable", self._known.unreadable)
        return self._known
