"""Good manners: what robots.txt allows, when a site may be asked, and how long to wait before a request.

Everything is awaited here, in an async downloader middleware, before the request leaves. What is learned of a site is
kept in its `Site`. Knows nothing of what is crawled or why; of the frontier it only knows that sitemaps can be added.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Callable
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Response

from xinhua_id import urls
from xinhua_id.crawl import outcomes
from xinhua_id.crawl.manners import site
from xinhua_id.crawl.manners.asking import page_of_response
from xinhua_id.crawl.manners.breaker import Breaker
from xinhua_id.crawl.manners.gate import Gate, RestsTooLong
from xinhua_id.crawl.manners.hours import HoursKept, Windows
from xinhua_id.crawl.manners.house_rules import Denied, HouseRules, is_requisite
from xinhua_id.crawl.manners.permission import check_contact, check_permission, check_user_agent, contact_of
from xinhua_id.crawl.manners.site import Site, Verdict, recently_visited, visits_told
from xinhua_id.crawl.stopping import Stopping, closing, end_crawl
from xinhua_id.crawl.wire.addresses import is_loopback
from xinhua_id.errors import XinhuaIdError
from xinhua_id.sources import Source

__all__ = [
    "Denied", "PolitenessMiddleware", "check_contact", "check_permission", "check_user_agent",
    "recently_visited",
]  # fmt: skip

#: Seconds between two requests to a live site, whatever the settings say.
LIVE_DELAY = 2.0
#: Statuses by which a server asks for rest (RFC 6585 §4, RFC 9110 §15.6.4).
ASKS_FOR_REST = frozenset({429, 500, 502, 503, 504})
# A host of pictures that rests longer is not waited for, seconds.
_ASIDE = 10.0
# Whoever waits looks up this often whether the crawl is ending, seconds.
_LOOK_UP = 0.5

logger = logging.getLogger(__name__)


class PolitenessMiddleware:
    """Asks robots.txt, then holds each request back until its site may be asked again.

    Its settings stand in `docs/crawl-manners.md`. A loopback host is spared what teaches manners towards live ones (an
    adaptive delay, the breaker, hours, tdmrep.json) unless ``XINHUA_ID_LOOPBACK_MANNERS`` is set.
    """

    def __init__(self, crawler: Crawler, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self.crawler = crawler
        self.settings = crawler.settings
        self._now = now
        self._sites: dict[str, Site] = {}
        self._inside: dict[Request, tuple[Site, int]] = {}
        self._house_rules = HouseRules(crawler, self._pause, self._backoff, self._site, now)
        self._hours = self._hours_of(getattr(getattr(crawler.spider, "target", None), "source", None))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of one crawl."""
        return cls(crawler)

    def hold(self, url: str, seconds: float) -> None:
        """Let nobody ask the site of ``url`` for so many seconds; a longer rest stays."""
        self._site(url).gate.rest(seconds)

    async def process_request(self, request: Request) -> None:
        """Return when the request may leave; raise `Denied` where it may not, `Stopping` where the crawl ends."""
        if not is_loopback(request.url) and not contact_of(self.settings):
            raise Denied("no-contact", f"no live host is asked without a contact: {request.url}")
        one = self._site(request.url)
        try:
            one.gate.check()
            await self._until(request.meta.get("not_before"))
            await self._in_hours(request.url)
            await self._house_rules.ask(request, self._as_live(request.url))
            request.meta["download_slot"] = urls.site(urls.host(request.url))
            self._inside[request] = one, await self._enter(one, request.url)
        except RestsTooLong as error:
            if not self._is_own(request.url):
                raise Denied("rests-too-long", f"{request.url}: {error}") from error
            logger.warning("%s asks for a longer rest than this run waits (%s): the crawl ends", request.url, error)
            end_crawl(self.crawler, "rests-too-long")
            raise Stopping(f"{request.url}: {error}") from error

    async def process_response(self, request: Request, response: Response) -> Response:
        """Let the site rest if it asks for it, then let the next request in."""
        if request in self._inside:
            if response.status in ASKS_FOR_REST:
                self._rest(self._inside[request][0].gate, response)
            verdict: Verdict | None = site.of_status(response.status)
            if verdict is not Verdict.WELL and self._is_beside(request):
                verdict = None  # pictures are often refused to whoever comes from nowhere
            self._leave(request, verdict, f"http-{response.status}")
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """Take note of what it says of the site, and let the next request in."""
        if isinstance(exception, IgnoreRequest | XinhuaIdError | StopDownload):
            self._leave(request, None)  # it is ours
        else:
            reason = outcomes.of_failure(exception).reason
            self._leave(request, None if self._is_beside(request) else site.of_reason(reason), reason)

    def delay_of(self, url: str) -> float:
        """Return the seconds between two requests to the site of ``url``, before its robots.txt is known."""
        own = self.settings.getfloat("DOWNLOAD_DELAY")
        if is_loopback(url):
            return max(own, self.settings.getfloat("XINHUA_ID_LOOPBACK_DELAY"))
        return max(own, LIVE_DELAY, self._house_rules.rules.delay if self._house_rules.rules else 0.0)

    def places_at(self, url: str) -> int:
        """Return how many requests to the site of ``url`` may be under way at once."""
        return max(1, self.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")) if is_loopback(url) else 1

    def _as_live(self, url: str) -> bool:
        return not is_loopback(url) or self.settings.getbool("XINHUA_ID_LOOPBACK_MANNERS")

    def _site(self, url: str) -> Site:
        """Return a URL's site: `m.` and `www.` are one, ports of a loopback address are not."""
        name = urls.site(urls.host(url))
        if name not in self._sites:
            delay, places, live = self.delay_of(url), self.places_at(url), self._as_live(url)
            self._sites[name] = site.of_settings(
                self.settings, delay=delay, places=places, live=live, pause=self._pause, clock=time.monotonic
            )
            if (moment := visits_told(self.crawler).get(name)) is not None:
                self._sites[name].gate.visited(moment)
        return self._sites[name]

    async def _enter(self, one: Site, url: str) -> int:
        """Wait for the site's gate, and again where its hours end meanwhile."""
        while True:
            if not self._is_own(url) and max(one.breaker.rests_for(), one.gate.rests_for() - one.gate.delay) > _ASIDE:
                raise Denied("site-rests", f"its host rests, and the crawl does not wait for it: {url}")
            ticket = await one.enter()
            if self._hours is None or not self._as_live(url) or self._hours.open():
                return ticket
            one.leave(ticket, None)
            await self._hours.wait()

    def _leave(self, request: Request, verdict: Verdict | None, reason: str = "") -> None:
        one, ticket = self._inside.pop(request, (None, 0))
        if one is None:
            return
        opened = one.leave(ticket, verdict, reason, request.meta.get("download_latency"))
        if self._house_rules.frontier is not None and self._is_own(request.url):
            self._house_rules.frontier.pace = one.gate.delay
        if one.slowest > self.delay_of(request.url):
            self.crawler.stats.max_value("politeness/slowest-delay", round(one.slowest, 1))
        if opened:
            self._opened(one.breaker, request.url)

    def _opened(self, breaker: Breaker, url: str) -> None:
        """Say that a site rests, and end the crawl where it has rested in vain too often."""
        stats, host = self.crawler.stats, urls.host(url)
        why = ", ".join(f"{reason} {number}" for reason, number in breaker.reasons.most_common())
        stats.inc_value("politeness/breaker-opened")
        if not breaker.exhausted or not self._is_own(url):
            logger.warning(
                "%s: %s in a row. The site rests for %.0f s; then one request is sent to see.", host, why,
                breaker.rests_for(),
            )  # fmt: skip
            return
        if breaker.blocked:
            stats.set_value("politeness/blocked-by", host)
            logger.error("%s refuses us (%s). The crawl ends: write to the site's operator before the next.", host, why)
        else:
            stats.set_value("politeness/gave-up-on", host)
            logger.error("%s is still unwell (%s). The crawl ends; what is left stays for another run.", host, why)
        end_crawl(self.crawler, "site-rests")

    def _is_beside(self, request: Request) -> bool:
        """Whether a request is for a picture on a host that is not the crawl's: its troubles are not the site's."""
        rules = self._house_rules.rules
        return is_requisite(request) and rules is not None and urls.host(request.url) not in rules.hosts

    def _is_own(self, url: str) -> bool:
        """Whether a URL's site is the crawl's, and not one where a story's pictures lie."""
        rules = self._house_rules.rules
        return rules is None or urls.site(urls.host(url)) in {urls.site(host) for host in rules.hosts}

    def _rest(self, gate: Gate, response: Response) -> None:
        now = self._now()
        wanted = outcomes.retry_after(page_of_response(response), now)
        if wanted is not None:
            seconds = (wanted - now).total_seconds()
        else:
            seconds = self._backoff(response.url) if response.status == 429 else 0.0
        if seconds > 0:
            logger.info("%s answered %d: the site rests for %.1f s", response.url, response.status, seconds)
            self.crawler.stats.inc_value("politeness/rests")
            gate.rest(seconds)
            if self._house_rules.frontier is not None and self._is_own(response.url):
                self._house_rules.frontier.rests_until = now + dt.timedelta(seconds=seconds)

    def _hours_of(self, source: Source | None) -> HoursKept | None:
        if source is None or not source.discovery.hours:
            return None
        windows = Windows.of(source.discovery.hours, source.timezone)
        longest = self.settings.getfloat("XINHUA_ID_HOURS_WAIT", 3600.0)
        return HoursKept(self.crawler, windows, longest, self._pause, self._now)

    async def _in_hours(self, url: str) -> None:
        if self._hours is not None and self._as_live(url):
            await self._hours.wait()

    async def _until(self, moment: dt.datetime | None) -> None:
        while moment is not None and (left := (moment - self._now()).total_seconds()) > 0:
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
