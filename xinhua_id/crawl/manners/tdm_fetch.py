"""Asking each origin once a run for its tdmrep.json, and writing down what it says: manifest, stats.

Whatever goes wrong is counted and blocks nothing. Knows nothing of the file's form (`tdm`).
"""

from __future__ import annotations

import logging
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler

from xinhua_id.crawl import outcomes
from xinhua_id.crawl.counting import count
from xinhua_id.crawl.manners import tdm
from xinhua_id.crawl.manners.asking import follow
from xinhua_id.crawl.run import Run
from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Outcome, Page

#: The name under which the request and its outcome are known.
NAME = "tdmrep"
# A chain of more redirects than this leads to no file; a browser would follow twenty, robots.txt follows five.
_MAX_REDIRECTS = 5
# Why it was not asked for, rather than asked for in vain.
_DENIED = frozenset({"robots", "robots-unreachable", "rests-too-long", "site-rests", "no-contact"})

logger = logging.getLogger(__name__)


class TdmFetcher:
    """Asks an origin (scheme and host) when it is first told of it.

    The run's manifest gets ``rights.tdmrep.<origin>``: the answer's status or the reason that there is none, and the
    rules. Stats: ``tdm/origins-asked``, ``tdm/rules``, ``tdm/rules-reserved``, and of the stories' own pages
    ``tdm/stories-reserved`` and ``tdm/stories-not-reserved``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._said: dict[str, dict[str, Any]] = {}
        crawler.signals.connect(self.story_kept, signal=signals.item_scraped)

    async def ask(self, origin: str) -> None:
        """Ask, unless that was done. Raises only what ends the crawl: `Stopping`, `CannotWrite`."""
        if origin in self._said:
            return
        self._said[origin] = {}
        answer = await follow(self.crawler, origin + tdm.PATH, NAME, redirects=_MAX_REDIRECTS, stays=True)
        self.crawler.stats.inc_value("tdm/origins-asked")
        self._said[origin] = self._refused(answer) if isinstance(answer, str) else self._read(origin, answer)
        run: Run | None = getattr(self.crawler.spider, "run", None)
        if run is not None:
            run.note("rights", {NAME: {name: said for name, said in self._said.items() if said}})

    def story_kept(self, item: object) -> None:
        """Count what a story's own page says."""
        if isinstance(item, Visit) and item.article is not None:
            tdm.count_story(self.crawler.stats, item.article)

    def _refused(self, reason: str) -> dict[str, Any]:
        count(self.crawler.stats, Outcome.DENIED if reason in _DENIED else Outcome.FAILED, reason)
        return {"answer": reason}

    def _read(self, origin: str, page: Page) -> dict[str, Any]:
        stats, answer = self.crawler.stats, f"http-{page.status}"
        if (verdict := outcomes.of_status(page)) is not None:
            count(stats, verdict.outcome, verdict.reason)
            return {"answer": answer}
        found = tdm.read(page.body)
        count(stats, *((Outcome.NO_ARTICLE, "tdmrep-unreadable") if found.fault else (Outcome.LISTING, NAME)))
        stats.inc_value("tdm/rules", len(found.rules))
        reserved = sum(rule.reserved for rule in found.rules)
        stats.inc_value("tdm/rules-reserved", reserved)
        if reserved:
            logger.warning(
                "%s reserves text and data mining: %s%s; the run's manifest has it", origin, origin, tdm.PATH
            )
        return {"answer": answer, **found.as_json()}
