"""Running crawls in this process: one site after the other, in one Scrapy engine each.

A reactor starts once in a process, so `crawl` may be called once. Knows nothing of terminals: whoever wants to
show progress is told of each crawl when it begins.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from twisted.internet.error import ReactorNotRunning

from xinhua_id.crawl.beginning import shared_by
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.discovery import Kind
from xinhua_id.crawl.requisites import wanted
from xinhua_id.crawl.run import Run, Shared
from xinhua_id.crawl.standing_by import Line
from xinhua_id.crawl.stopping import error_of
from xinhua_id.crawl.target import Target, about, day_range, positive
from xinhua_id.crawl.visit import Visit
from xinhua_id.errors import CannotWrite, InUse
from xinhua_id.items import Outcome
from xinhua_id.spiders.news import NewsSpider, check_manners


@dataclass
class Crawled:
    """What came of one site's crawl.

    ``reason`` is Scrapy's word for its end: ``finished``, ``limit``, ``shutdown``. ``troubles`` has the first visit
    that ended for good in a failure or a refusal, by its reason.
    """

    target: Target
    run: Run
    reason: str = "not-started"
    stats: Mapping[str, Any] = field(default_factory=dict)
    troubles: dict[str, Visit] = field(default_factory=dict)
    error: BaseException | None = None

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C (or a signal) ended it."""
        return self.reason in ("shutdown", "not-started") and self.error is None

    @property
    def fetched(self) -> int:
        """How many pages answered with something other than an error."""
        return int(self.stats.get("pages/answered", 0))


Watch = Callable[[Crawler, Crawled], None]

# How often to look whether a crawl that is to end has opened, seconds.
_LOOK_UP = 0.02


class _Process(AsyncCrawlerProcess):
    """Scrapy's process, which a signal may also end while a crawl is opening.

    Scrapy stops only an engine that runs: a crawl that is just opening would be left as it is, its files open.
    """

    async def stop(self) -> None:
        """Let what is opening open, then end every crawl."""
        for crawler in self.crawlers:
            while crawler.crawling and not _runs(crawler):  # noqa: ASYNC110 (Scrapy has no event for a failed opening)
                await asyncio.sleep(_LOOK_UP)
        await super().stop()


def settings_of(overrides: Mapping[str, Any]) -> Settings:
    """Return the project's settings with overrides on top, without looking for a scrapy.cfg."""
    settings = Settings()
    settings.setmodule("xinhua_id.settings", priority="project")
    settings.setdict(overrides, priority="cmdline")
    return settings


def crawl(
    targets: Sequence[Target],
    *,
    settings: Mapping[str, Any],
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
    watch: Watch | None = None,
    stand_by: bool = False,
) -> list[Crawled]:
    """Crawl the targets one after the other and return what came of each begun one; blocks until all is done.

    ``settings`` are put on top of the project's. ``limit`` counts for each site. The first Ctrl-C ends the
    crawl under way cleanly and begins no other; a second one ends it at once. With ``stand_by`` a site that another
    worker crawls is waited for: it is done when that worker is, and taken over where that one dies. Raises what stands
    against a crawl before it begins: `PermissionNeeded`, `ContactNeeded`, `UsageError`, `CannotWrite`, `RunExists`; and
    `KeyboardInterrupt` where a signal came before the first.
    """
    chosen = settings_of(settings)
    shared = shared_by(chosen)
    for target in targets:
        check_manners(target, chosen)
        day_range(since, until, target.zone)
        wanted(chosen, target.source)
    positive(limit)
    done: list[Crawled] = []
    process = _Process(settings_of({**settings, "LOG_ENABLED": False}))
    loop = asyncio.get_event_loop()

    async def one_after_the_other() -> None:
        line = Line(
            targets, Path(chosen["XINHUA_ID_ARCHIVE"]), shared if stand_by else None, ranged=bool(since or until)
        )
        while (target := line.next()) is not None:
            try:
                crawled = _begin(target, chosen, since, until, limit, shared)
            except InUse:
                if not stand_by:
                    raise
                await line.put_off(target)
                continue
            done.append(crawled)
            await _crawl(process, crawled, chosen, {"since": since, "until": until, "limit": limit}, watch)
            if crawled.interrupted or crawled.error is not None:
                return

    driver = loop.create_task(one_after_the_other())
    driver.add_done_callback(lambda _: _stop_reactor())
    process.start(stop_after_crawl=False)
    if driver.done():
        driver.result()
    elif not done:
        raise KeyboardInterrupt  # before the first crawl began
    return done


def _begin(
    target: Target,
    settings: Settings,
    since: str | None,
    until: str | None,
    limit: int | None,
    shared: Shared | None,
) -> Crawled:
    chosen = day_range(since, until, target.zone)
    asked = about(target, chosen, positive(limit), wanted(settings, target.source))
    run = Run.begin(
        Path(settings["XINHUA_ID_ARCHIVE"]),
        target.name,
        name=settings["XINHUA_ID_RUN"] or None,
        about=asked,
        now=dt.datetime.now(dt.UTC),
        shared=shared,
    )
    return Crawled(target, run)


async def _crawl(
    process: AsyncCrawlerProcess,
    crawled: Crawled,
    settings: Settings,
    arguments: Mapping[str, Any],
    watch: Watch | None,
) -> None:
    own = settings.copy()
    own.set("LOG_FILE", str(crawled.run.log), priority="cmdline")
    crawler = Crawler(NewsSpider, own)

    def ended(item: Visit) -> None:
        ended_badly = item.outcome in {Outcome.FAILED, Outcome.DENIED} and item.retry_at is None
        if ended_badly and item.lease.kind is not Kind.REQUISITE:
            crawled.troubles.setdefault(item.reason or "unknown", item)

    crawler.signals.connect(ended, signal=signals.item_scraped)
    if watch is not None:
        watch(crawler, crawled)
    try:
        await process.crawl(crawler, target=crawled.target, run=crawled.run, **arguments)
    except Exception as error:  # noqa: BLE001 (it is shown, and counts as failed)
        crawled.error, crawled.reason = error, "failed"
        with contextlib.suppress(CannotWrite):  # the first error is the one to tell
            crawled.run.end("failed", now=dt.datetime.now(dt.UTC), stats={}, settings={}, files=[], error=str(error))
        return
    crawled.stats = crawler.stats.get_stats()
    crawled.reason = str(crawled.stats.get("finish_reason", "shutdown"))
    crawled.error = error_of(crawler) or Captures.of(crawler).error


def _runs(crawler: Crawler) -> bool:
    engine = crawler._engine  # noqa: SLF001 (before it is made, reading `engine` raises)
    return engine is not None and engine.running


def _stop_reactor() -> None:
    from twisted.internet import reactor

    with contextlib.suppress(ReactorNotRunning):
        reactor.stop()  # type: ignore[misc]
