"""Good manners: who we say we are, what robots.txt allows, and how long to wait before a request.

Everything is awaited here, in an async downloader middleware, before the request leaves. Knows nothing of what is
crawled or why; of the frontier it only knows that sitemaps can be added to it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings

from xinhua_id import urls
from xinhua_id.crawl import outcomes
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.discovery import Kind, Rules, links
from xinhua_id.crawl.gate import Gate
from xinhua_id.crawl.robots import DENY_ALL, MAX_REDIRECTS, Robots, robots_of
from xinhua_id.crawl.stopping import Stopping, closing
from xinhua_id.crawl.visit import count
from xinhua_id.errors import ContactNeeded, PermissionNeeded, XinhuaIdError
from xinhua_id.items import Outcome, Page
from xinhua_id.sources import Source

#: Seconds between two requests to a live site, whatever the settings say.
LIVE_DELAY = 2.0
#: Statuses by which a server asks for rest (RFC 6585 §4, RFC 9110 §15.6.4).
ASKS_FOR_REST = frozenset({429, 503})
# Whoever waits looks up this often whether the crawl is ending, seconds.
_LOOK_UP = 0.5

logger = logging.getLogger(__name__)


class Denied(IgnoreRequest):
    """The request was not sent; ``reason`` is short and countable: ``robots``, ``robots-unreachable``."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


class PolitenessMiddleware:
    """Asks robots.txt, then holds each request back until its site may be asked again.

    Settings: ``XINHUA_ID_LOOPBACK_DELAY``, ``XINHUA_ID_BACKOFF`` and ``XINHUA_ID_LOOPBACK_BACKOFF`` (seconds before
    robots.txt is asked for again), ``XINHUA_ID_ROBOTS_TRIES`` (3), ``XINHUA_ID_LONGEST_CRAWL_DELAY`` (60 s: no
    Crawl-delay slows a site down further), ``XINHUA_ID_LONGEST_REST`` (3600 s: a site that asks for more is left
    for another run).
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.settings = crawler.settings
        self._gates: dict[str, Gate] = {}
        self._robots: dict[str, Robots] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._inside: dict[Request, Gate] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Return when the request may leave; raise `Denied` where it may not, `Stopping` where the crawl ends."""
        if not is_loopback(request.url) and not _contact(self.settings):
            raise Denied("no-contact", f"no live host is asked without a contact: {request.url}")
        await self._until(request.meta.get("not_before"))
        if not request.meta.get("robots_txt"):
            robots = await self._robots_for(request.url)
            if (reason := robots.refusal(request.url)) is not None:
                raise Denied(reason, f"{reason}: {request.url}")
        gate = self._gate(request.url)
        longest = self.settings.getfloat("XINHUA_ID_LONGEST_REST", 3600.0)
        if gate.rests_for() > max(longest, gate.delay):
            raise Denied("rests-too-long", f"the site asked for {gate.rests_for():.0f} s of rest: {request.url}")
        request.meta["download_slot"] = urls.site(urls.host(request.url))
        await gate.enter()
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
            self._gates[site] = Gate(self.delay_of(url), self.places_at(url), time.monotonic, self._pause)
        return self._gates[site]

    def _leave(self, request: Request) -> None:
        gate = self._inside.pop(request, None)
        if gate is not None:
            gate.leave()

    def _rest(self, gate: Gate, response: Response) -> None:
        now = dt.datetime.now(dt.UTC)
        wanted = outcomes.retry_after(_as_page(response), now)
        if wanted is not None:
            seconds = (wanted - now).total_seconds()
        else:
            seconds = 0.0 if is_loopback(response.url) else self.settings.getfloat("XINHUA_ID_BACKOFF", 15.0)
        if seconds > 0:
            logger.info("%s answered %d: the site rests for %.1f s", response.url, response.status, seconds)
            self._count("politeness/rests")
            gate.rest(seconds)

    async def _robots_for(self, url: str) -> Robots:
        """Return the rules of a URL's host; they are fetched once a run, whoever else waits for them."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        async with self._asking[origin]:
            if origin not in self._robots:
                self._robots[origin] = await self._learn(origin)
        return self._robots[origin]

    async def _learn(self, origin: str) -> Robots:
        tries = max(1, self.settings.getint("XINHUA_ID_ROBOTS_TRIES", 3))
        backoff = "XINHUA_ID_LOOPBACK_BACKOFF" if is_loopback(origin) else "XINHUA_ID_BACKOFF"
        for attempt in range(tries):
            if attempt:
                await self._pause(self.settings.getfloat(backoff, 15.0) * 4 ** (attempt - 1))
            page = await self._follow(f"{origin}/robots.txt")
            robots = robots_of(page) if page is not None else None
            if page is not None and robots is not None:
                count(self._stats, Outcome.LISTING, "robots")
                self._slow_down(origin, robots)
                self._hand_on_sitemaps(replace(page, url=f"{origin}/robots.txt"))
                return robots
            count(self._stats, Outcome.FAILED, "robots")
        logger.warning(
            "%s/robots.txt gave no answer in %d tries: nothing is fetched from this host in this run (RFC 9309 "
            "§2.3.1.4). Run the crawl again when the host is well.", origin, tries,
        )  # fmt: skip
        return DENY_ALL

    async def _follow(self, url: str) -> Page | None:
        """Return the answer at the end of the redirects; None where there is no answer."""
        for _ in range(MAX_REDIRECTS + 1):
            page = await self._ask(url)
            if page is None or page.status not in outcomes.REDIRECTS:
                return page
            count(self._stats, Outcome.REDIRECT, "robots")
            target = outcomes.target_of(page)
            if target is None:
                break
            url = target
        return Page(url, status=404)  # a chain without end is no robots.txt

    async def _ask(self, url: str) -> Page | None:
        request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta={"robots_txt": True})
        try:
            response = await self.crawler.engine.download_async(request)
        except (Stopping, XinhuaIdError):
            raise
        except Exception as error:  # noqa: BLE001  whatever the wire raises: there is no answer
            verdict = outcomes.of_failure(error)
            logger.info("%s: %s (%s)", url, verdict.reason, verdict.detail)
            Captures.of(self.crawler).page(request)
            return None
        return Captures.of(self.crawler).page(request) or _as_page(response)

    def _slow_down(self, origin: str, robots: Robots) -> None:
        longest = self.settings.getfloat("XINHUA_ID_LONGEST_CRAWL_DELAY", 60.0)
        if robots.delay > longest:
            logger.warning(
                "%s/robots.txt asks for %.0f s between requests; %.0f s are kept. XINHUA_ID_LONGEST_CRAWL_DELAY "
                "sets the bound.", origin, robots.delay, longest,
            )  # fmt: skip
        if robots.delay:
            self._gate(origin).slow_down(min(robots.delay, longest))

    def _hand_on_sitemaps(self, page: Page) -> None:
        """Give the frontier the sitemaps that robots.txt names, if the crawl is of the whole site."""
        rules: Rules | None = getattr(self.crawler.spider, "rules", None)
        frontier: Any = getattr(self.crawler, "frontier", None)
        if rules is not None and frontier is not None and rules.whole_site and page.status < 300:
            frontier.add(links(page, Kind.PAGE, rules))

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

    @property
    def _stats(self) -> Any:
        return self.crawler.stats

    def _count(self, key: str) -> None:
        self._stats.inc_value(key)


def is_loopback(url: str) -> bool:
    """Whether a URL stands on this machine by its very name; no name is looked up."""
    name = (urlsplit(url).hostname or "").rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


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


def _as_page(response: Response) -> Page:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Page(response.url, response.status, headers, response.body)

