"""Where the exchanges of a crawl go: to its committer, and as Pages to whoever asked for them.

One `Captures` a crawl. A record that cannot be written or committed ends the crawl: nothing may be crawled that is not
kept. Knows nothing of connections or of what a page says.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import importlib.metadata
import logging
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.settings import BaseSettings
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred

from xinhua_id import __version__
from xinhua_id.archive.commit import Committer, Kept, Policy
from xinhua_id.archive.originals import Deduplication
from xinhua_id.archive.pages import file_in
from xinhua_id.archive.recover import Finish, recover
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.counting import count
from xinhua_id.errors import ArchiveError, CannotWrite, UsageError, WireError, XinhuaIdError
from xinhua_id.items import Outcome, Page
from xinhua_id.warc import reader
from xinhua_id.warc.exchange import Exchange, target_uri
from xinhua_id.warc.pages import page_of

#: The reasons a crawl closes with when its archive takes no more, and when the wire capture does not fit.
CANNOT_WRITE = "archive-cannot-write"
CANNOT_CAPTURE = "wire-does-not-fit"
#: The outcome of an exchange on a pooled connection that the server had closed; Twisted asked once more by itself.
STALE = "stale-connection"
_ATTRIBUTE = "_xinhua_id_captures"

logger = logging.getLogger(__name__)


class Captures:
    """The captures of one crawl. ``error`` is what ended it, if writing did; ``committer`` is None before `open`.

    ``kept_open``: somebody else closes it, who still has something to add when the spider is closed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.committer: Committer | None = None
        self.error: XinhuaIdError | None = None
        self.kept_open = False
        self.catalogue: Catalogue | None = None
        self._pages: WeakKeyDictionary[Request, Page] = WeakKeyDictionary()
        self._truncated: WeakKeyDictionary[Request, str] = WeakKeyDictionary()
        self._wire: WeakKeyDictionary[Request, tuple[int, int]] = WeakKeyDictionary()
        self._closing: Deferred[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        crawler.signals.connect(self._spider_closed, signals.spider_closed)

    @classmethod
    def of(cls, crawler: Crawler) -> Captures:
        """Return the captures of a crawl, the same for everyone who asks."""
        captures = vars(crawler).setdefault(_ATTRIBUTE, None) or cls(crawler)
        setattr(crawler, _ATTRIBUTE, captures)
        return cast("Captures", captures)

    def open(
        self,
        home: Path,
        run: str,
        source: str,
        about: Mapping[str, object] | None = None,
        finish: Finish | None = None,
    ) -> None:
        """Begin the files of a run below ``home``, the site's folder; call it from the ``spider_opened`` signal.

        ``source`` is the label of what is crawled, ``about`` what is said of the run. What an earlier run left behind
        is recovered first; ``finish`` reads the pages it had captured. Where the files cannot be made, or the wire
        capture does not fit (`error` says which), raises `CloseSpider`, which ends the crawl before its first request.
        """
        about = about or {}
        terms = {name: str(about[name]) for name in ("terms", "permission") if about.get(name)}
        try:
            self.check()
            self.catalogue = Catalogue.open(home.parent, self.crawler.settings.get("XINHUA_ID_CATALOGUE"))
            self._recover(home, finish)
            info = {**self._info(), **terms}
            policy = policy_of(self.crawler.settings)
            self.committer = Committer(home, run, self.catalogue, source=source, info=info, policy=policy)
            self.committer.begin(about)
            # What is loaded by now stays: the collector need not walk through it again and again.
            gc.freeze()
        except XinhuaIdError as error:
            self.error = error
            raise CloseSpider(_reason(error)) from error

    def check(self) -> None:
        """Raise what ended the crawl, if anything did."""
        if self.error is not None:
            raise self.error

    async def record(self, request: Request, exchanges: Sequence[Exchange]) -> None:
        """Write the exchanges of one request, in order, and keep the Page of the last; their spools are given back.

        A write that fails closes the crawl and raises `CannotWrite`, now and for every later request.
        """
        self._wire[request] = len(exchanges), sum(len(one.request) + one.response_length for one in exchanges)
        try:
            self.check()
            for exchange in exchanges:
                self._write(request, exchange)
            for _ in exchanges[:-1]:  # the last one's outcome is the visit's
                count(self.crawler.stats, Outcome.FAILED, STALE)
        except XinhuaIdError as error:
            self.fail(error)
            raise
        except Exception as error:
            # A fault of ours in the writing: going on would lose exchanges under the name of a broken connection.
            fault = WireError(
                f"an exchange could not be kept: {type(error).__name__}: {error}",
                where=request.url,
                now="Please report it.",
            )
            self.fail(fault)
            raise fault from error
        finally:
            for exchange in exchanges:
                exchange.close()

    def page(self, request: Request) -> Page | None:
        """Return, and forget, the Page of the last exchange of a request; None if no byte of a response came."""
        return self._pages.pop(request, None)

    def keep(self, request: Request, page: Page) -> None:
        """Take a page that was captured before for the answer to a request."""
        self._pages[request] = page

    def truncated(self, request: Request) -> str | None:
        """Return why the last exchange of a request broke off (a reason of WARC-Truncated); None if it did not."""
        return self._truncated.get(request)

    def wire(self, request: Request) -> tuple[int, int]:
        """Return, and forget, how many exchanges a request was, and how many bytes went and came in them."""
        return self._wire.pop(request, (0, 0))

    def conditions(self, url: str) -> dict[str, str]:
        """Return the headers of a conditional request for ``url``; none where nothing of it is kept."""
        if self.committer is None or not self.crawler.settings.getbool("XINHUA_ID_CONDITIONAL", True):
            return {}
        try:
            found = self.committer.validators_of(target_uri(url))
        except ArchiveError as error:  # a server that is gone: the crawl ends, and this request is not kept
            self.fail(error)
            return {}
        return found.headers() if found else {}

    def commit_if_due(self) -> None:
        """Commit the group if it is large or old enough, else see to it that it is once it is old.

        A failure closes the crawl and raises `CannotWrite`.
        """
        if self.committer is None:
            return
        if self.committer.due():
            self._commit()
        elif self.committer.waiting and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.committer.policy.seconds, self._commit_late)

    def commit_now(self) -> None:
        """Commit what waits: somebody has nothing to do before it is durable. Raises as `commit_if_due`."""
        self.check()
        if self.committer is not None:
            self._commit()

    def close(self, outcome: str | None = None) -> None:
        """Commit what waits and give the files their final names; doing it twice is fine. Raises `CannotWrite`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            if self.committer is not None:
                self.committer.close(outcome)
        except ArchiveError as error:
            self.error = self.error or error
            raise
        finally:
            if self.committer is not None:
                self.error = self.error or self.committer.error
            if self.catalogue is not None:
                self.catalogue.close()

    def fail(self, error: XinhuaIdError) -> None:
        """Keep the first error and close the crawl with it; one that has not begun ends in `open`."""
        if self.error is not None:
            return
        self.error = error
        if self.committer is not None:
            self._closing = deferred_from_coro(self.crawler.engine.close_spider_async(reason=_reason(error)))

    def _recover(self, home: Path, finish: Finish | None) -> None:
        assert self.catalogue is not None
        found = recover(home, self.catalogue, finish)
        for line in found.lines():
            logger.warning("%s", line)
        if found.runs:
            self.crawler.stats.set_value("recovered/runs", found.runs)
            self.crawler.stats.set_value("recovered/items", found.items)

    def _commit(self) -> None:
        assert self.committer is not None
        try:
            self.committer.commit()
        except ArchiveError as error:
            self.fail(error)
            raise

    def _commit_late(self) -> None:
        self._timer = None
        if self.error is None and self.committer is not None and self.committer.waiting:
            try:
                self._commit()
            except ArchiveError:
                return  # it closes the crawl

    def _write(self, request: Request, exchange: Exchange) -> None:
        if self.committer is None:
            raise WireError(
                "no archive is open for what was fetched",
                now="Call Captures.of(crawler).open(…) when the spider opens.",
            )
        writer = self.committer.writer
        before = writer.records, writer.written
        try:
            kept = self.committer.exchange(exchange)
        except OSError as error:
            # The writer turns its own into CannotWrite: this one is the spool's.
            raise cannot_spool(error) from error
        self._count(exchange, writer.records - before[0], writer.written - before[1])
        self._pages.pop(request, None)
        self._truncated.pop(request, None)
        if exchange.truncated:
            self._truncated[request] = exchange.truncated
        if kept.capture is not None:
            self._pages[request] = self._page(exchange, kept)
        self.commit_if_due()

    def _page(self, exchange: Exchange, kept: Kept) -> Page:
        """Return what was answered; for a 304 the page that the server says is still the same."""
        assert kept.capture is not None
        assert self.committer is not None
        url, when = target_uri(exchange.url), kept.capture.captured_at
        if (original := kept.unmodified) is None:
            http = cast("BinaryIO", exchange.response)
            return page_of(url, http, when, kept.capture, truncated=exchange.truncated, head=kept.head)
        self.crawler.stats.inc_value("warc/not-modified")
        path = file_in(self.committer.home / "warc", original.file)
        found = reader.record_at(path, original.offset, original.length)
        return page_of(url, found.content, when, kept.capture)

    def _count(self, exchange: Exchange, records: int, length: int) -> None:
        stats = self.crawler.stats
        stats.inc_value("warc/exchanges")
        stats.inc_value("warc/records", records)
        stats.inc_value("warc/bytes", length)
        if exchange.truncated:
            stats.inc_value(f"warc/truncated/{exchange.truncated}")

    def _info(self) -> dict[str, str]:
        """Return what the crawl's settings say about the capture, for warcinfo (WARC 1.1 §6.2)."""
        settings = self.crawler.settings
        versions = [f"{name}/{importlib.metadata.version(name)}" for name in ("scrapy", "twisted", "zlib-ng")]
        verified = settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        info = {
            "software": " ".join([f"xinhua_id/{__version__}", *versions, ssl.OPENSSL_VERSION.replace(" ", "/", 1)]),
            "robots": "obey",
            "http-header-user-agent": settings.get("USER_AGENT") or "",
            "operator": settings.get("XINHUA_ID_CONTACT") or "",
            "tls-certificates": "verified" if verified else "not verified",
        }
        return {name: value for name, value in info.items() if value}

    def _spider_closed(self) -> None:
        if not self.kept_open:
            self.close()


def policy_of(settings: BaseSettings) -> Policy:
    """Return how the settings want groups, files and revisits; raise `UsageError` for what is none."""
    deduplication = str(settings.get("XINHUA_ID_DEDUPLICATE") or "any")
    if deduplication not in {"any", "url", "none"}:
        raise UsageError(f"XINHUA_ID_DEDUPLICATE: {deduplication!r}", now="Set it to any, url or none.")
    hours, usual = settings.getfloat("XINHUA_ID_WARC_HOURS", 0.0), Policy()
    return Policy(
        records=max(1, settings.getint("XINHUA_ID_COMMIT_RECORDS", usual.records)),
        seconds=settings.getfloat("XINHUA_ID_COMMIT_SECONDS", usual.seconds),
        roll_bytes=max(1, settings.getint("XINHUA_ID_WARC_BYTES", usual.roll_bytes)),
        roll_after=dt.timedelta(hours=hours) if hours > 0 else None,
        deduplication=cast("Deduplication", deduplication),
    )


def _reason(error: XinhuaIdError) -> str:
    return CANNOT_CAPTURE if isinstance(error, WireError) else CANNOT_WRITE


def cannot_spool(error: OSError) -> CannotWrite:
    """Return the error for a response that the temporary directory cannot take."""
    return CannotWrite(
        f"cannot spool a response: {error.strerror or error}",
        where="the temporary directory",
        now="Make room there, or set TMPDIR to a disk that has it, then start the crawl again.",
    )
