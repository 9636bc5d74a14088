"""Asking for a file that stands at a known place, outside the frontier: robots.txt, tdmrep.json.

The request goes through the engine, so that it is captured and counted like every page. Knows nothing of what the file
says.
"""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from xinhua_id import urls
from xinhua_id.crawl import outcomes
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.counting import count
from xinhua_id.crawl.manners.robots import INSIDE
from xinhua_id.crawl.stopping import Stopping
from xinhua_id.errors import XinhuaIdError
from xinhua_id.items import Outcome, Page

#: The reason of a redirect into a private network: the host itself is a public one.
LEADS_INSIDE = f"redirect-to-{INSIDE}"

logger = logging.getLogger(__name__)


async def follow(crawler: Crawler, url: str, name: str, *, redirects: int, stays: bool = False) -> Page | str:
    """Return the answer at the end of the redirects, each counted as ``name``; where there is none, the reason.

    With ``stays`` no redirect is followed to another site. A chain of more than ``redirects`` counts as 404. ``meta``
    of the requests says ``name``.
    """
    for step in range(redirects + 1):
        answer = await _ask(crawler, url, {name: True})
        if answer == INSIDE and step:
            return LEADS_INSIDE
        if isinstance(answer, str) or answer.status not in outcomes.REDIRECTS:
            return answer
        count(crawler.stats, Outcome.REDIRECT, name)
        target = outcomes.target_of(answer)
        if target is None or (stays and not urls.same_site(url, target)):
            break
        url = target
    return Page(url, status=404)


async def _ask(crawler: Crawler, url: str, meta: dict[str, Any]) -> Page | str:
    request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta=meta)
    captures = Captures.of(crawler)
    try:
        response = await crawler.engine.download_async(request)
    except (Stopping, XinhuaIdError):
        raise
    except Exception as error:  # noqa: BLE001  whatever the wire raises: there is no answer
        captures.page(request)
        verdict = outcomes.of_failure(error)
        level = logging.DEBUG if isinstance(error, IgnoreRequest) else logging.INFO
        logger.log(level, "%s: %s (%s)", url, verdict.reason, verdict.detail)
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
