"""Where the exchanges of a crawl go: into its WARC, and as Pages to whoever asked for them.

One `Captures` a crawl. A record that cannot be written ends the crawl: nothing may be crawled that is not kept. Knows
nothing of connections or of what a page says.
"""

from __future__ import annotations

import importlib.metadata
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred

from xinhua_id import __version__
from xinhua_id.crawl.visit import count
from xinhua_id.errors import CannotWrite, WireError, XinhuaIdError
from xinhua_id.items import Outcome, Page
from xinhua_id.warc.exchange import Exchange, target_uri
from xinhua_id.warc.pages import page_of
from xinhua_id.warc.writer import WarcWriter

#: The reasons a crawl closes with when its archive takes no more, and when the wire capture does not fit.
CANNOT_WRITE = "archive-cannot-write"
CANNOT_CAPTURE = "wire-does-not-fit"
#: The outcome of an exchange on a pooled connection that the server had closed; Twisted asked once more by itself.
STALE = "stale-connection"
_ATTRIBUTE = "_xinhua_id_captures"


class Captures:
    """The captures of one crawl. ``error`` is what ended it, if writing did; ``writer`` is None before `open`."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.writer: WarcWriter | None = None
        self.error: XinhuaIdError | None = None
        self._pages: WeakKeyDictionary[Request, Page] = WeakKeyDictionary()
        self._truncated: WeakKeyDictionary[Request, str] = WeakKeyDictionary()
        self._closing: Deferred[None] | None = None
        crawler.signals.connect(self._spider_closed, signals.spider_closed)

    @classmethod
    def of(cls, crawler: Crawler) -> Captures:
        """Return the captures of a crawl, the same for everyone who asks."""
        captures = vars(crawler).setdefault(_ATTRIBUTE, None) or cls(crawler)
        setattr(crawler, _ATTRIBUTE, captures)
        return cast("Captures", captures)

    def open(self, directory: Path, source: str, info: Mapping[str, str]) -> None:
        """Begin the WARC below ``directory``; to be called from the ``spider_opened`` signal.

        ``info`` adds to what the crawl's settings say of it. Where the WARC cannot be made, or the wire capture does
        not fit (`error` says which), raises `CloseSpider`, which ends the crawl before its first request.
        """
        try:
            self.check()
            self.writer = WarcWriter(directory, source=source, info={**self._info(), **info})
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

    def truncated(self, request: Request) -> str | None:
        """Return why the last exchange of a request broke off (a reason of WARC-Truncated); None if it did not."""
        return self._truncated.get(request)

    def flush(self) -> None:
        """Make durable what was written so far; a failure closes the crawl and raises `CannotWrite`."""
        if self.writer is not None:
            try:
                self.writer.flush()
            except CannotWrite as error:
                self.fail(error)
                raise

    def close(self) -> None:
        """Close the WARC and give it its final name; doing it twice is fine. Raises `CannotWrite`."""
        if self.writer is not None:
            try:
                self.writer.close()
            except CannotWrite as error:
                self.error = self.error or error
                raise

    def fail(self, error: XinhuaIdError) -> None:
        """Keep the first error and close the crawl with it; one that has not begun ends in `open`."""
        if self.error is not None:
            return
        self.error = error
        if self.writer is not None:
            self._closing = deferred_from_coro(self.crawler.engine.close_spider_async(reason=_reason(error)))

    def _write(self, request: Request, exchange: Exchange) -> None:
        if self.writer is None:
            raise WireError(
                "no archive is open for what was fetched",
                now="Call Captures.of(crawler).open(…) when the spider opens.",
            )
        before = self.writer.records, self.writer.bytes
        try:
            capture = self.writer.write(exchange)
        except OSError as error:
            # The writer turns its own into CannotWrite: this one is the spool's.
            raise cannot_spool(error) from error
        self._count(exchange, self.writer.records - before[0], self.writer.bytes - before[1])
        self._pages.pop(request, None)
        self._truncated.pop(request, None)
        if exchange.truncated:
            self._truncated[request] = exchange.truncated
        if capture is not None:
            http = cast("BinaryIO", exchange.response)
            url, when = target_uri(exchange.url), capture.captured_at
            self._pages[request] = page_of(url, http, when, capture, truncated=exchange.truncated)

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
        self.close()


def _reason(error: XinhuaIdError) -> str:
    return CANNOT_CAPTURE if isinstance(error, WireError) else CANNOT_WRITE


def cannot_spool(error: OSError) -> CannotWrite:
    """Return the error for a response that the temporary directory cannot take."""
    return CannotWrite(
        f"cannot spool a response: {error.strerror or error}",
        where="the temporary directory",
        now="Make room there, or set TMPDIR to a disk that has it, then start the crawl again.",
    )
