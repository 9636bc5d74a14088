"""Store: the end of every visit. It goes to the committer with its record, item and links, then to the frontier.

It begins the run and accounts for it at the end: the run's files are its own. Nothing is acknowledged that is
not written; a write that fails ends the crawl, and what was written before stays whole.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import BaseSettings

from xinhua_id.archive.commit import Ended
from xinhua_id.corpus.finish import finish
from xinhua_id.crawl.beginning import begin_work, shared_by
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.counting import count
from xinhua_id.crawl.frontier.lease import Settled
from xinhua_id.crawl.run import Run
from xinhua_id.crawl.stopping import end_crawl, error_of
from xinhua_id.crawl.visit import Visit
from xinhua_id.errors import ArchiveError, CannotWrite
from xinhua_id.items import Article, Outcome
from xinhua_id.pipelines.stage import Stage

logger = logging.getLogger(__name__)

#: A run's log goes into its WARC up to so many bytes: its end, which says why the run ended.
LONGEST_LOG = 16 * 2**20
#: Settings that shape what a run fetches and writes; they go into its manifest.
_SHAPING = (
    "USER_AGENT",
    "DEFAULT_REQUEST_HEADERS",
    "CONCURRENT_REQUESTS",
    "DOWNLOAD_TIMEOUT",
    "DOWNLOAD_MAXSIZE",
    "DOWNLOAD_VERIFY_CERTIFICATES",
    "XINHUA_ID_BACKOFF",
    "XINHUA_ID_BREAKER_FAILURES",
    "XINHUA_ID_BREAKER_OPENINGS",
    "XINHUA_ID_BREAKER_REST",
    "XINHUA_ID_BYTES_A_RUN",
    "XINHUA_ID_CONTACT",
    "XINHUA_ID_LOOPBACK_BACKOFF",
    "XINHUA_ID_LOOPBACK_DELAY",
    "XINHUA_ID_LONGEST_DELAY",
    "XINHUA_ID_LONGEST_REST",
    "XINHUA_ID_PAGES_A_RUN",
    "XINHUA_ID_PERMISSIONS",
    "XINHUA_ID_REVISIT",
    "XINHUA_ID_REVISIT_LONGEST_DAYS",
    "XINHUA_ID_REVISIT_SHORTEST_HOURS",
)
#: Scrapy's close reasons after which the next run begins a round of its own.
_ROUND_ENDS = frozenset({"finished", "limit", "budget"})
#: Those that are no success and no failure, in the manifest's words.
_ENDS = {
    "finished": "finished", "limit": "limit-reached", "shutdown": "interrupted", "budget": "budget-reached",
    "outside-hours": "outside-hours", "site-rests": "site-rests", "rests-too-long": "rests-too-long",
}  # fmt: skip


class Store(Stage):
    """Writes the items of one run and acknowledges every visit."""

    name = "store"

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._stories: set[str] = set()
        self._in_parts: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the stage; it ends the run once the crawl is closed."""
        store = super().from_crawler(crawler)
        crawler.signals.connect(store.end_run, signal=signals.spider_closed)
        return store

    def open_spider(self) -> None:
        """Begin the run unless the caller did, and open its files. Raises `CannotWrite`, `RunExists`, `InUse`."""
        spider, settings = self.spider, self.crawler.settings
        run = spider.run or Run.begin(
            Path(settings["XINHUA_ID_ARCHIVE"]),
            spider.target.name,
            name=settings["XINHUA_ID_RUN"] or getattr(spider, "_job", None),
            about=spider.about(),
            now=dt.datetime.now(dt.UTC),
            shared=shared_by(settings),
        )
        spider.run = run
        captures = Captures.of(self.crawler)
        captures.kept_open = True
        with run.beating():
            # To recover what a death left behind may take minutes.
            captures.open(run.home, run.name, spider.target.label, {**run.about, **self._terms()}, finish)
        begin_work(self.crawler, spider.rules, spider.range, run)

    def process_item(self, visit: Visit) -> Visit:
        """Write what is to be written, count the outcome and acknowledge the lease."""
        try:
            if (recorded := visit.lease.recorded) is not None:
                # It was written before the crawl died; its links are taken up now.
                visit.article, visit.outcome, visit.reason = None, recorded.outcome, recorded.reason
            else:
                if visit.outcome is None:
                    self._decide(visit)
                self._write(visit)
            self._acknowledge(visit)
        except ArchiveError as error:
            end_crawl(self.crawler, "archive-cannot-write", error)
            self.spider.frontier.release(visit.lease)
            raise DropItem(f"not written: {visit.lease.url}") from error
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
        visit.end(Outcome.STORY, visit.reason, visit.detail)
        if limit is None:
            return
        self._stories.add(story)
        if len(self._stories) == limit:
            self.spider.frontier.begin_no_story()

    def _write(self, visit: Visit) -> None:
        """Hand the visit to the committer; once a write failed, none is tried again."""
        captures = Captures.of(self.crawler)
        captures.check()
        if fatal := error_of(self.crawler):
            raise CannotWrite(fatal.what, where=fatal.where, now=fatal.now)
        assert captures.committer is not None
        assert visit.outcome is not None
        capture = visit.page.capture if visit.page else None
        captures.committer.visit(
            Ended(
                visit.lease.url,
                visit.lease.kind.value,
                visit.outcome,
                dt.datetime.now(dt.UTC),
                capture_id=capture.record_id if capture else None,
                reason=visit.reason,
                detail=visit.detail,
                links=[(link.url, link.kind.value) for link in visit.links],
                article=visit.article if visit.outcome is Outcome.STORY else None,
            )
        )
        if visit.outcome is Outcome.STORY and visit.article is not None:
            self._count(visit.article)

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
        self.spider.ended(visit)
        stats = self.crawler.stats
        count(stats, visit.outcome, visit.reason)
        if visit.page is not None and visit.page.status < 400:
            stats.inc_value("pages/answered")
        if visit.retry_at is not None:
            stats.inc_value("frontier/retries")
        if visit.outcome is Outcome.FAILED:
            logger.warning("%s: %s", visit, visit.detail or "no details")
        self.spider.frontier.acknowledge(
            Settled(
                visit.lease, visit.outcome, dt.datetime.now(dt.UTC), visit.reason, visit.links, visit.aside,
                visit.aliases, visit.retry_at, visit.published, visit.digest, visit.page.status if visit.page else None,
            )
        )  # fmt: skip
        Captures.of(self.crawler).commit_if_due()
        limit = self.spider.limit
        if limit is not None and len(self._stories) >= limit and not self.spider.frontier.parts_due():
            end_crawl(self.crawler, "limit")

    def _terms(self) -> dict[str, str]:
        """Return what the source says of its terms, for warcinfo."""
        source = self.spider.target.source
        if source is None:
            return {}
        said = {"permission": source.permission, "terms": source.rights.terms_url or source.rights.notice or ""}
        return {name: value for name, value in said.items() if value}

    def end_run(self, reason: str) -> None:
        """Let the WARC explain itself, close the files, and account for the run in its manifest."""
        run = self.spider.run
        if run is None:
            return
        captures = Captures.of(self.crawler)
        outcome = _ENDS.get(reason, reason)
        with contextlib.suppress(ArchiveError):  # kept in `captures.error`, which is told below
            self._explain(captures, run)
        try:
            self._end_work(captures, reason)
        except ArchiveError as lost:
            end_crawl(self.crawler, "archive-cannot-write", lost)  # closed it is; what it says counts all the same
        with contextlib.suppress(ArchiveError):
            captures.close(outcome)
        error = error_of(self.crawler) or captures.error
        files = [run.items] if run.items.exists() else []
        if captures.committer is not None:
            paths = captures.committer.writer.closed_files or [captures.committer.writer.path]
            files += paths
            self.crawler.stats.set_value("warc/paths", [str(path) for path in paths])
        stats: dict[str, Any] = self.crawler.stats.get_stats()
        try:
            run.end(
                "failed" if error else outcome,
                now=dt.datetime.now(dt.UTC),
                stats=stats,
                settings=self._settings(),
                files=files,
                error=str(error) if error else None,
            )
        except CannotWrite as failure:
            end_crawl(self.crawler, "archive-cannot-write", failure)

    def _end_work(self, captures: Captures, reason: str) -> None:
        """Commit what waits, and give the leases back; after a failure the next run finds them as they are."""
        if error_of(self.crawler) is None and captures.error is None and captures.committer is not None:
            captures.commit_now()
            left = self.spider.frontier.end(finished=reason in _ROUND_ENDS)
            self.crawler.stats.set_value("frontier/left", left)

    def _explain(self, captures: Captures, run: Run) -> None:
        """Write the run's log, settings and stats into its WARC, as resource records."""
        committer = captures.committer
        if committer is None or committer.error is not None or captures.error is not None:
            return
        asked = {**run.about, "settings": self._settings()}
        committer.resource("settings", "application/json", _as_json(asked))
        committer.resource("stats", "application/json", _as_json(self.crawler.stats.get_stats()))
        log = self.crawler.settings["LOG_FILE"]
        if log and (text := _end_of(Path(log))):
            committer.resource("log", "text/plain; charset=utf-8", text)

    def _settings(self) -> dict[str, object]:
        return {name: _plain(self.crawler.settings[name]) for name in _SHAPING}


def _as_json(what: Mapping[str, object]) -> bytes:
    return (json.dumps(what, ensure_ascii=False, indent=2, default=str, sort_keys=True) + "\n").encode()


def _end_of(log: Path) -> bytes:
    """Return the last bytes of a log, from the beginning of a line; nothing where it cannot be read."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LONGEST_LOG))
            text = file.read()
    except OSError:
        return b""
    return text if size <= LONGEST_LOG else text.partition(b"\n")[2]


def _plain(value: object) -> object:
    """Return a setting as the manifest can hold it; Scrapy keeps mappings in a class of its own."""
    return value.copy_to_dict() if isinstance(value, BaseSettings) else value
