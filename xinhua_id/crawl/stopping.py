"""Ending a crawl early: whether it is ending, and how a stage that cannot go on ends it.

Whoever waits before a request asks `closing` and raises `Stopping`, so that Ctrl-C does not sit out a
Retry-After of an hour. Knows nothing of why a crawl ends.
"""

from __future__ import annotations

import asyncio

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from xinhua_id.errors import XinhuaIdError


class Stopping(IgnoreRequest):
    """The crawl ends before this request's turn came; its lease goes back to the frontier."""


def closing(crawler: Crawler) -> bool:
    """Whether the crawl is on its way to its end: Ctrl-C, a limit reached, an archive that cannot be written.

    Scrapy tells nobody that a spider is about to close before every request is done, so its slot is asked.
    """
    engine = crawler._engine  # noqa: SLF001 (before it is made, reading `engine` raises)
    if engine is None:
        return False
    slot = engine._slot  # noqa: SLF001
    return not engine.running or slot is None or slot.closing is not None


def end_crawl(crawler: Crawler, reason: str, error: XinhuaIdError | None = None) -> None:
    """Let the crawl end once what is under way is done; the first error that ends it is kept for `error_of`."""
    if error is not None and error_of(crawler) is None:
        crawler.fatal = error  # type: ignore[attr-defined]
    if not closing(crawler):
        ending = asyncio.ensure_future(crawler.engine.close_spider_async(reason=reason))
        crawler.ending = ending  # type: ignore[attr-defined]  # a task nobody holds may vanish


def error_of(crawler: Crawler) -> XinhuaIdError | None:
    """Return the error that ended the crawl, if one did."""
    return getattr(crawler, "fatal", None)
