"""Fetching a robots.txt through the engine, so that it is captured like every page: tries, redirects, outcomes.

Knows nothing of what its rules mean for anybody's request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from xinhua_id.crawl import outcomes
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.counting import count
from xinhua_id.crawl.gate import Pause
from xinhua_id.crawl.robots import INSIDE, MAX_REDIRECTS, Robots, robots_of
from xinhua_id.crawl.stopping import Stopping
from xinhua_id.errors import XinhuaIdError
from xinhua_id.items import Outcome, Page

# The host itself is a public one, so its pages are refused for want of a robots.txt.
_LEADS_INSIDE = f"redirect-to-{INSIDE}"
# Silences that another try within minutes does not end.
_LASTING = frozenset({"dns", "tls", "not-http", "head-too-long", INSIDE, _LEADS_INSIDE})

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
            answer = await self._follow(f"{origin}/robots.txt")
            if isinstance(answer, str):
                silence = answer
            elif (robots := robots_of(answer)) is None:
                silence = f"http-{answer.status}"
            else:
                count(self.crawler.stats, Outcome.LISTING, "robots")
                return robots, replace(answer, url=f"{origin}/robots.txt") if robots.rules else None
            count(self.crawler.stats, Outcome.FAILED, "robots")
        logger.warning(
            "%s/robots.txt gave no answer in %d tries (%s): nothing is fetched from this host in this run (RFC 9309 "
            "§2.3.1.4). Run the crawl again when the host is well.", origin, made, silence,
        )  # fmt: skip
        return Robots(unreachable=silence), None

    async def _follow(self, url: str) -> Page | str:
        """Return the answer at the end of the redirects; where there is none, the reason."""
        for step in range(MAX_REDIRECTS + 1):
            answer = await self._ask(url)
            if answer == INSIDE and step:
                return _LEADS_INSIDE
            if isinstance(answer, str) or answer.status not in outcomes.REDIRECTS:
                return answer
            count(self.crawler.stats, Outcome.REDIRECT, "robots")
            target = outcomes.target_of(answer)
            if target is None:
                break
            url = target
        return Page(url, status=404)  # a chain without end is no robots.txt

    async def _ask(self, url: str) -> Page | str:
        request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta={"robots_txt": True})
        captures = Captures.of(self.crawler)
        try:
            response = await self.crawler.engine.download_async(request)
        except (Stopping, XinhuaIdError):
            raise
        except Exception as error:  # noqa: BLE001  whatever the wire raises: there is no answer
            captures.page(request)
            verdict = outcomes.of_failure(error)
            logger.info("%s: %s (%s)", url, verdict.reason, verdict.detail)
            return verdict.reason
        return captures.page(request) or page_of_response(response)


def page_of_response(response: Response) -> Page:
    """Return what Scrapy knows of an answer, for a crawl that keeps no archive; its body may still be coded."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Page(response.url, response.status, headers, response.body)
