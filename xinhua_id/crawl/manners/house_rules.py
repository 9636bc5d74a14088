"""What is asked of a site before anything else of it: what robots.txt allows, and what tdmrep.json reserves.

The rules slow the site down, and name sitemaps for the frontier. Knows nothing of when a request leaves.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from xinhua_id.crawl import outcomes
from xinhua_id.crawl.discovery import Kind, Rules, links
from xinhua_id.crawl.frontier import Frontier
from xinhua_id.crawl.manners.gate import Pause
from xinhua_id.crawl.manners.robots import Robots, robots_of
from xinhua_id.crawl.manners.robots_cache import RobotsCache
from xinhua_id.crawl.manners.robots_fetch import RobotsFetcher
from xinhua_id.crawl.manners.site import Site
from xinhua_id.crawl.manners.tdm_fetch import NAME as TDMREP
from xinhua_id.crawl.manners.tdm_fetch import TdmFetcher
from xinhua_id.crawl.recorded import recent_page
from xinhua_id.items import Page

# The robots.txt of a run that died counts for so long; then one that is fetched counts for the rest of a day.
_RECENT = dt.timedelta(hours=1)

logger = logging.getLogger(__name__)


class Denied(IgnoreRequest):
    """The request was not sent; ``reason`` is short and countable: ``robots``, ``robots-unreachable``.

    ``because`` is what kept robots.txt from us, by the reasons of `crawl.outcomes`: ``dns``, ``tls``, ``timeout``.
    """

    def __init__(self, reason: str, what: str, because: str | None = None) -> None:
        super().__init__(what)
        self.reason = reason
        self.because = because


class HouseRules:
    """The rules of every site that a crawl asks. ``site_of`` gives the site of a URL, ``now`` the time, aware.

    ``pause`` waits, ``backoff`` gives the seconds before the second try to a URL.
    """

    def __init__(
        self,
        crawler: Crawler,
        pause: Pause,
        backoff: Callable[[str], float],
        site_of: Callable[[str], Site],
        now: Callable[[], dt.datetime],
    ) -> None:
        self.crawler = crawler
        self.settings = crawler.settings
        self._site_of = site_of
        self._now = now
        self._fetcher = RobotsFetcher(crawler, pause, backoff=backoff)
        self._robots = RobotsCache(
            self._learn,
            time.monotonic,
            fresh=self.settings.getfloat("XINHUA_ID_ROBOTS_HOURS", 24.0) * 3600,
            again=self.settings.getfloat("XINHUA_ID_ROBOTS_AGAIN", 600.0),
        )
        self._tdm = TdmFetcher(crawler)

    @property
    def rules(self) -> Rules | None:
        """What the crawl may follow; None where the spider is somebody else's."""
        return getattr(self.crawler.spider, "rules", None)

    @property
    def frontier(self) -> Frontier | None:
        """The crawl's frontier; None before its run has begun."""
        return getattr(self.crawler, "frontier", None)

    async def ask(self, request: Request, live: bool) -> None:
        """Learn what the site allows and what it reserves, unless that is what the request is for.

        Raises `Denied` where it does not allow the request. Only a live site is asked for its reservations.
        """
        if request.meta.get("robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        robots = await self._robots.of(origin)
        if (reason := robots.refusal(request.url)) is not None:
            raise Denied(reason, f"{reason}: {request.url}", robots.unreachable)
        if request.meta.get(TDMREP) or is_requisite(request) or not live:
            return
        if self.settings.getbool("XINHUA_ID_TDMREP", True):
            await self._tdm.ask(origin)

    async def _learn(self, origin: str) -> Robots:
        """Fetch the rules, slow the site's gate down to them, and hand their sitemaps on."""
        robots, page = self._recorded_robots(origin) or await self._fetcher.fetch(origin)
        longest = self.settings.getfloat("XINHUA_ID_LONGEST_CRAWL_DELAY", 60.0)
        if robots.delay > longest:
            logger.warning(
                "%s/robots.txt asks for %.0f s between requests; %.0f s are kept. XINHUA_ID_LONGEST_CRAWL_DELAY "
                "sets the bound.", origin, robots.delay, longest,
            )  # fmt: skip
        if robots.delay:
            self._site_of(origin).slow_down(min(robots.delay, longest))
        if page is not None:
            self._hand_on_sitemaps(page)
        return robots

    def _recorded_robots(self, origin: str) -> tuple[Robots, Page | None] | None:
        """Return the rules that this round has captured already, where it goes on after a death (RFC 9309 §2.4)."""
        frontier = self.frontier
        if frontier is None or not frontier.resumed:
            return None
        since = max(frontier.round.begun_at, self._now() - _RECENT)
        page = recent_page(self.crawler, f"{origin}/robots.txt", since)
        robots = robots_of(page) if page is not None and page.status not in outcomes.REDIRECTS else None
        if robots is None:
            return None
        self.crawler.stats.inc_value("frontier/read-from-records")
        return robots, page if robots.rules else None

    def _hand_on_sitemaps(self, page: Page) -> None:
        """Give the frontier the sitemaps that robots.txt names, if the crawl is of the whole site."""
        rules = self.rules
        if rules is not None and self.frontier is not None and rules.whole_site:
            self.frontier.start(links(page, Kind.PAGE, rules))


def is_requisite(request: Request) -> bool:
    """Whether a request is for what belongs to a story's page: a picture, a style, a font."""
    return getattr(request.meta.get("lease"), "kind", None) is Kind.REQUISITE
