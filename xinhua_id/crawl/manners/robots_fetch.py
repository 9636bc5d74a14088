"""Fetching a robots.txt, try after try, until its host gives an answer.

Knows nothing of what its rules mean for anybody's request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from scrapy.crawler import Crawler

from xinhua_id.crawl.counting import count
from xinhua_id.crawl.manners.asking import LEADS_INSIDE, follow
from xinhua_id.crawl.manners.gate import Pause
from xinhua_id.crawl.manners.robots import INSIDE, MAX_REDIRECTS, Robots, robots_of
from xinhua_id.items import Outcome, Page

# Silences that another try within minutes does not end.
_LASTING = frozenset({"dns", "tls", "not-http", "head-too-long", INSIDE, LEADS_INSIDE})

logger = logging.getLogger(__name__)


class RobotsFetcher:
    """Fetches the robots.txt of one host after the other.

    ``pause`` waits, ``backoff`` gives the seconds before the second try to a URL. Setting: ``XINHUA_ID_ROBOTS_TRIES``
    (3). Every try is counted as an outcome, under the reason ``robots``.
    """

    def __init__(self, crawler: Crawler, pause: Pause, backoff: Callable[[str], float]) -> None:
        self.crawler = crawler
        self._pause = pause
        self._backoff = backoff

    async def fetch(self, origin: str) -> tuple[Robots, Page | None]:
        """Return the rules of a host, and its robots.txt where it has one.

        ``origin`` is scheme and host. A host that gives no answer in all tries is closed to us (RFC 9309 §2.3.1.4).
        """
        tries = max(1, self.crawler.settings.getint("XINHUA_ID_ROBOTS_TRIES", 3))
        silence, made = "", 0
        while made < tries and silence not in _LASTING:
            if made:
                await self._pause(self._backoff(origin) * 4 ** (made - 1))
            made += 1
            answer = await follow(self.crawler, f"{origin}/robots.txt", "robots", redirects=MAX_REDIRECTS)
            if isinstance(answer, str):
                silence = answer
            elif (robots := robots_of(answer)) is None:
                silence = f"http-{answer.status}"
            else:
                count(self.crawler.stats, Outcome.LISTING, "robots")
                return robots, replace(answer, url=f"{origin}/robots.txt") if robots.rules else None
            count(self.crawler.stats, Outcome.FAILED, "robots")
        logger.warning(
            "%s/robots.txt gave no answer in %d tries (%s): nothing is fetched from this host until it does "
            "(RFC 9309 §2.3.1.4). If it stays so, run the crawl again when the host is well.", origin, made, silence,
        )  # fmt: skip
        return Robots(unreachable=silence), None
