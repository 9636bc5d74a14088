"""Good manners: who we say we are, what robots.txt allows, and how long to wait before a request.

Everything is awaited here, in an async downloader middleware, before the request leaves. Knows nothing of what is
crawled or why; of the frontier it only knows that sitemaps can be added to it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings

from xinhua_id import urls
from xinhua_id.crawl import outcomes
from xinhua_id.crawl.addresses import is_loopback
from xinhua_id.crawl.discovery import Kind, Rules, links
from xinhua_id.crawl.gate import Gate, RestsTooLong
from xinhua_id.crawl.robots import Robots
from xinhua_id.crawl.robots_fetch import RobotsFetcher, page_of_response
from xinhua_id.crawl.stopping import Stopping, closing
from xinhua_id.errors import ContactNeeded, PermissionNeeded
from xinhua_id.items import Page
from xinhua_id.sources import Source

#: Seconds between two requests to a live site, whatever the settings say.
LIVE_DELAY = 2.0
#: Statuses by which a server asks for rest (RFC 6585 §4, RFC 9110 §15.6.4).
ASKS_FOR_REST = frozenset({429, 503})
# Whoever waits looks up this often whether the crawl is ending, seconds.
_LOOK_UP = 0.5

logger = logging.getLogger(__name__)


class Denied(IgnoreRequest):
    """The request was not sent; ``reason`` is short and countable: ``robots``, ``robots-unreachable``.

    ``because`` is what kept robots.txt from us, by the reasons of `crawl.outcomes`: ``dns``, ``tls``, ``timeout``.
    """

    def __init__(self, reason: str, what: str, because: str | None = None) -> None:
        super().__init__(what)
        self.reason = reason
        self.because = because


class PolitenessMiddleware:
    """Asks robots.txt, then holds each request back until its site may be asked again.

    Settings: ``XINHUA_ID_LOOPBACK_DELAY``; ``XINHUA_ID_BACKOFF``, the rest of a live site that answered 429 without
    saying how long; ``XINHUA_ID_LONGEST_CRAWL_DELAY`` (60 s: no Crawl-delay slows a site down further);
    ``XINHUA_ID_LONGEST_REST`` (3600 s: a site that asks for more is left for another run).
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.settings = crawler.settings
        self._gates: dict[str, Gate] = {}
        self._robots: dict[str, Robots] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._inside: dict[Request, Gate] = {}
        self._fetcher = RobotsFetcher(crawler, self._pause, backoff=self._backoff)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Return when the request may leave; raise `Denied` where it may not, `Stopping` where the crawl ends."""
        if not is_loopback(request.url) and not _contact(self.settings):
            raise Denied("no-contact", f"no live host is asked without a contact: {request.url}")
        gate = self._gate(request.url)
        try:
            gate.check()
            await self._until(request.meta.get("not_before"))
            if not request.meta.get("robots_txt"):
                await self._ask_robots(request.url)
            request.meta["download_slot"] = urls.site(urls.host(request.url))
            await gate.enter()
        except RestsTooLong as error:
            raise Denied("rests-too-long", f"{request.url}: {error}") from error
        self._inside[request] = gate

    async def process_response(self, request: Request, response: Response) -> Response:
        """Let the site rest if it asks for it, then let the next request in."""
        if response.status in ASKS_FOR_REST and request in self._inside:
            self._rest(self._inside[request], response)
        self._leave(request)
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002
        """Let the next request in."""
        self._leave(request)

    def delay_of(self, url: str) -> float:
        """Return the seconds between two requests to the site of ``url``, before its robots.txt is known."""
        own = self.settings.getfloat("DOWNLOAD_DELAY")
        if is_loopback(url):
            return max(own, self.settings.getfloat("XINHUA_ID_LOOPBACK_DELAY"))
        rules: Rules | None = getattr(self.crawler.spider, "rules", None)
        return max(own, LIVE_DELAY, rules.delay if rules else 0.0)

    def places_at(self, url: str) -> int:
        """Return how many requests to the site of ``url`` may be under way at once."""
        return max(1, self.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")) if is_loopback(url) else 1

    def _gate(self, url: str) -> Gate:
        """Return the gate of a URL's site: `m.` and `www.` share one, ports of a loopback address do not."""
        site = urls.site(urls.host(url))
        if site not in self._gates:
            longest = self.settings.getfloat("XINHUA_ID_LONGEST_REST", 3600.0)
            self._gates[site] = Gate(self.delay_of(url), self.places_at(url), longest, time.monotonic, self._pause)
        return self._gates[site]

    def _leave(self, request: Request) -> None:
        gate = self._inside.pop(request, None)
        if gate is not None:
            gate.leave()

    def _rest(self, gate: Gate, response: Response) -> None:
        now = dt.datetime.now(dt.UTC)
        wanted = outcomes.retry_after(page_of_response(response), now)
        if wanted is not None:
            seconds = (wanted - now).total_seconds()
        else:
            seconds = self._backoff(response.url) if response.status == 429 else 0.0
        if seconds > 0:
            logger.info("%s answered %d: the site rests for %.1f s", response.url, response.status, seconds)
            self.crawler.stats.inc_value("politeness/rests")
            gate.rest(seconds)

    async def _ask_robots(self, url: str) -> None:
        """Raise `Denied` where robots.txt does not allow a URL; it is fetched once a run, whoever else waits for it."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        async with self._asking[origin]:
            if origin not in self._robots:
                self._robots[origin] = await self._learn(origin)
        robots = self._robots[origin]
        if (reason := robots.refusal(url)) is not None:
            raise Denied(reason, f"{reason}: {url}", robots.unreachable)

    async def _learn(self, origin: str) -> Robots:
        """Fetch the rules, slow the site's gate down to them, and hand their sitemaps on."""
        robots, page = await self._fetcher.fetch(origin)
        longest = self.settings.getfloat("XINHUA_ID_LONGEST_CRAWL_DELAY", 60.0)
        if robots.delay > longest:
            logger.warning(
                "%s/robots.txt asks for %.0f s between requests; %.0f s are kept. XINHUA_ID_LONGEST_CRAWL_DELAY "
                "sets the bound.", origin, robots.delay, longest,
            )  # fmt: skip
        if robots.delay:
            self._gate(origin).slow_down(min(robots.delay, longest))
        if page is not None:
            self._hand_on_sitemaps(page)
        return robots

    def _hand_on_sitemaps(self, page: Page) -> None:
        """Give the frontier the sitemaps that robots.txt names, if the crawl is of the whole site."""
        rules: Rules | None = getattr(self.crawler.spider, "rules", None)
        frontier: Any = getattr(self.crawler, "frontier", None)
        if rules is not None and frontier is not None and rules.whole_site:
            frontier.start(links(page, Kind.PAGE, rules))

    async def _until(self, moment: dt.datetime | None) -> None:
        while moment is not None and (left := (moment - dt.datetime.now(dt.UTC)).total_seconds()) > 0:
            await self._pause(left)

    async def _pause(self, seconds: float) -> None:
        """Sleep; raise `Stopping` soon after the crawl began to end."""
        end = time.monotonic() + seconds
        while not closing(self.crawler):
            left = end - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(left, _LOOK_UP))
        raise Stopping("the crawl ends")

    def _backoff(self, url: str) -> float:
        """Return the seconds before a second try."""
        name = "XINHUA_ID_LOOPBACK_BACKOFF" if is_loopback(url) else "XINHUA_ID_BACKOFF"
        return self.settings.getfloat(name, 15.0)


def check_contact(settings: BaseSettings, addresses: Iterable[str]) -> None:
    """Raise `ContactNeeded` where a live host would be crawled without saying who we are."""
    live = [urls.host(url) for url in addresses if not is_loopback(url)]
    if live and not _contact(settings):
        raise ContactNeeded(
            "a live host is crawled only with a contact in the User-Agent",
            where=live[0],
            now="Set XINHUA_ID_CONTACT to an address or a page under which the site's operator reaches you.",
        )


def check_permission(source: Source, settings: BaseSettings, addresses: Iterable[str]) -> None:
    """Raise `PermissionNeeded` where the source's terms ask for permission and the operator has not stated it."""
    live = [urls.host(url) for url in addresses if not is_loopback(url)]
    if source.permission != "ask" or not live or source.name in settings.getlist("XINHUA_ID_PERMISSIONS"):
        return
    terms = source.rights.terms_url or source.rights.notice
    raise PermissionNeeded(
        f"{source.title} forbids automated collection without its written permission",
        where=terms or live[0],
        now=f"Ask the publisher. When you have the permission, set XINHUA_ID_PERMISSIONS={source.name}.",
    )


def _contact(settings: BaseSettings) -> str:
    return str(settings.get("XINHUA_ID_CONTACT") or "").strip()
