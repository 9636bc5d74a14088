"""Store: the end of every visit. Record first, then the item, then the acknowledgement.

It begins the run and accounts for it at the end: the run's files are its own. Nothing is acknowledged that is
not written; a write that fails ends the crawl, and what was written before stays whole.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import logging
import os
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import BaseSettings

from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.run import Run, cannot_write
from xinhua_id.crawl.stopping import end_crawl, error_of
from xinhua_id.crawl.visit import Visit, count
from xinhua_id.errors import CannotWrite
from xinhua_id.items import Article, Outcome
from xinhua_id.pipelines.stage import Stage

logger = logging.getLogger(__name__)

#: Visits between two fsyncs. The record is in its file before the item is in its own, and both are made durable in
#: that order; one fsync a visit would cost half the speed.
SYNC_EVERY = 50
#: Settings that shape what a run fetches and writes; they go into its manifest.
_SHAPING = (
    "USER_AGENT",
    "DEFAULT_REQUEST_HEADERS",
    "CONCURRENT_REQUESTS",
    "DOWNLOAD_TIMEOUT",
    "DOWNLOAD_MAXSIZE",
    "DOWNLOAD_VERIFY_CERTIFICATES",
    "XINHUA_ID_BACKOFF",
    "XINHUA_ID_CONTACT",
    "XINHUA_ID_LOOPBACK_BACKOFF",
    "XINHUA_ID_LOOPBACK_DELAY",
    "XINHUA_ID_PERMISSIONS",
)
#: Scrapy's close reasons that are no success and no failure, in the manifest's words.
_ENDS = {"finished": "finished", "limit": "limit-reached", "shutdown": "interrupted"}


class Store(Stage):
    """Writes the items of one run and acknowledges every visit."""

    name = "store"

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._items: io.FileIO | None = None
        self._open: Path | None = None
        self._stories: set[str] = set()
        self._in_parts: set[str] = set()
        self._since_sync = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the stage; it ends the run once the crawl is closed."""
        store = super().from_crawler(crawler)
        crawler.signals.connect(store.end_run, signal=signals.spider_closed)
        return store

    def open_spider(self) -> None:
        """Begin the run unless the caller did, and open its items and its WARC. Raises `CannotWrite`, `RunExists`."""
        spider, settings = self.spider, self.crawler.settings
        run = spider.run or Run.begin(
            Path(settings["XINHUA_ID_ARCHIVE"]),
            spider.target.name,
            name=settings["XINHUA_ID_RUN"] or getattr(spider, "_job", None),
            about=spider.about(),
            now=dt.datetime.now(dt.UTC),
        )
        spider.run = run
        self._open = run.items.with_name(run.items.name + ".open")
        try:
            self._items = self._open.open("xb", buffering=0)
        except OSError as error:
            raise cannot_write(error, self._open) from error
        Captures.of(self.crawler).open(run.warc, spider.target.label, {"isPartOf": run.name})

    def process_item(self, visit: Visit) -> Visit:
        """Write what is to be written, count the outcome and acknowledge the lease."""
        if visit.outcome is None:
            self._decide(visit)
        try:
            self._write(visit)
        except CannotWrite as error:
            end_crawl(self.crawler, "archive-cannot-write", error)
            self.spider.frontier.release(visit.lease)
            raise DropItem(f"not written: {visit.lease.url}") from error
        self._acknowledge(visit)
        return visit

    def _decide(self, visit: Visit) -> None:
        """Take the story, unless the limit is reached; a further part of a story that was taken belongs to it."""
        limit = self.spider.limit
        assert visit.article is not None
        story = visit.article.part.story_id if visit.article.part else visit.article.id
        if limit is not None and len(self._stories) >= limit and story not in self._stories:
            visit.links = []
            visit.end(Outcome.NO_ARTICLE, "over-limit")
            return
        visit.end(Outcome.STORY)
        self._stories.add(story)
        if len(self._stories) == limit:
            self.spider.frontier.begin_no_story()

    def _write(self, visit: Visit) -> None:
        """Write the record to its file, then the story's item; once a write failed, none is tried again."""
        captures = Captures.of(self.crawler)
        captures.check()
        if fatal := error_of(self.crawler):
            raise CannotWrite(fatal.what, where=fatal.where, now=fatal.now)
        self._since_sync += 1
        if self._since_sync >= SYNC_EVERY:
            captures.flush()
            self._sync()
        if visit.outcome is Outcome.STORY and visit.article is not None:
            self._append((visit.article.to_json() + "\n").encode())
            self._count(visit.article)

    def _append(self, line: bytes) -> None:
        """Append one line whole; a line that does not fit any more is taken back."""
        assert self._items is not None
        assert self._open is not None
        begin, rest = self._items.tell(), memoryview(line)
        try:
            while rest:
                rest = rest[self._items.write(rest) or 0 :]
        except OSError as error:
            with contextlib.suppress(OSError):
                self._items.truncate(begin)
            raise cannot_write(error, self._open) from error

    def _sync(self) -> None:
        assert self._items is not None
        assert self._open is not None
        try:
            os.fsync(self._items.fileno())
        except OSError as error:
            raise cannot_write(error, self._open) from error
        self._since_sync = 0

    def _count(self, article: Article) -> None:
        stats = self.crawler.stats
        for removed in article.removed:
            stats.inc_value(f"removed/{removed.rule}")
            stats.inc_value(f"removed-characters/{removed.rule}", removed.characters)
        stats.inc_value(f"origin/{article.origin.value}")
        stats.inc_value(f"method/{article.extraction.method}")
        if article.part is not None:
            stats.inc_value("parts/items")
            if article.part.story_id not in self._in_parts:
                self._in_parts.add(article.part.story_id)
                stats.inc_value("parts/stories")

    def _acknowledge(self, visit: Visit) -> None:
        assert visit.outcome is not None
        stats = self.crawler.stats
        count(stats, visit.outcome, visit.reason)
        if visit.page is not None and visit.page.status < 400:
            stats.inc_value("pages/answered")
        if visit.retry_at is not None:
            stats.inc_value("frontier/retries")
        if visit.outcome is Outcome.FAILED:
            logger.warning("%s: %s", visit, visit.detail or "no details")
        fresh = self.spider.frontier.acknowledge(
            visit.lease, visit.outcome, reason=visit.reason, links=visit.links, retry_at=visit.retry_at
        )
        stats.inc_value("frontier/links", fresh)
        limit = self.spider.limit
        if limit is not None and len(self._stories) >= limit and not self.spider.frontier.parts_due():
            end_crawl(self.crawler, "limit")

    def close_spider(self) -> None:
        """Make the items durable and give them their final name."""
        if self._items is None or self._open is None or self.spider.run is None:
            return
        with contextlib.suppress(CannotWrite):  # kept in `captures.error`; the items that have a record stay
            Captures.of(self.crawler).flush()
        try:
            os.fsync(self._items.fileno())
            self._items.close()
            self._open.replace(self.spider.run.items)
        except OSError as error:
            end_crawl(self.crawler, "archive-cannot-write", cannot_write(error, self._open))

    def end_run(self, reason: str) -> None:
        """Close the WARC and account for the run in its manifest."""
        run = self.spider.run
        if run is None:
            return
        captures = Captures.of(self.crawler)
        with contextlib.suppress(CannotWrite):  # kept in `captures.error`, which is told below
            captures.close()
        error = error_of(self.crawler) or captures.error
        files = [run.items] if run.items.exists() else []
        if captures.writer is not None:
            files.append(captures.writer.path)
            self.crawler.stats.set_value("warc/paths", [str(captures.writer.path)])
        stats: dict[str, Any] = self.crawler.stats.get_stats()
        try:
            run.end(
                "failed" if error else _ENDS.get(reason, reason),
                now=dt.datetime.now(dt.UTC),
                stats=stats,
                settings={name: _plain(self.crawler.settings[name]) for name in _SHAPING},
                files=files,
                error=str(error) if error else None,
            )
        except CannotWrite as failure:
            end_crawl(self.crawler, "archive-cannot-write", failure)


def _plain(value: object) -> object:
    """Return a setting as the manifest can hold it; Scrapy keeps mappings in a class of its own."""
    return value.copy_to_dict() if isinstance(value, BaseSettings) else value
