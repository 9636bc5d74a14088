"""Scrapy's HTTP/1.1 download handler with a tap on the wire: every exchange as the bytes that were sent and received.

The tap sits in the protocol, below everything that parses: header case, order, padding, chunking, 1xx heads and failed
exchanges are kept as they were. One request may be several exchanges, since Twisted tries a stale pooled connection
once more without telling anyone. It stands on private names of Scrapy 2.19 and Twisted, so it is tested against a made
up exchange before the first request: `check_fit`. Knows nothing of files; exchanges go to `Captures`.
"""

# Twisted names its methods in camelCase and types them in part.
# ruff: noqa: N802
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Hashable
from contextvars import ContextVar
from typing import Any

import scrapy
from OpenSSL.SSL import Connection
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IHandshakeListener, ISSLTransport
from twisted.internet.protocol import connectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web._newclient import BODY
from twisted.web.client import HTTPConnectionPool
from twisted.web.http_headers import Headers
from zope.interface import implementer

from xinhua_id.crawl.capture import Captures, cannot_spool
from xinhua_id.crawl.wire.addresses import may_visit
from xinhua_id.crawl.wire.download import Attempt, Download, Tee, truncation_of
from xinhua_id.crawl.wire.limits import CutOff, Limits
from xinhua_id.errors import WireError
from xinhua_id.warc.exchange import Truncation

_HOW_ON = "Install the Scrapy and Twisted of requirements.lock: `make install`."

try:
    from scrapy.core.downloader.handlers.http11 import (
        HTTP11DownloadHandler,
        _LenientHTTP11ClientFactory,
        _LenientHTTP11ClientProtocol,
        _TunnelingTCP4ClientEndpoint,
    )
    from twisted.web._newclient import Request as WireRequest

    from xinhua_id.crawl.wire.guard import GuardedEndpoint, Pace, PrivateAddress, check_peer, guarded
except ImportError as error:
    raise WireError(f"the wire capture does not fit Scrapy {scrapy.__version__}: {error}", now=_HOW_ON) from error


class WireDownloadHandler(HTTP11DownloadHandler):
    """Fetch http and https, and hand every exchange to the crawl's `Captures` before the response goes on.

    Set it in DOWNLOAD_HANDLERS. Raises what HTTP11DownloadHandler raises, `CannotWrite` once the archive takes no more,
    and `WireError` where the capture does not fit the installed Scrapy.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._captures = Captures.of(crawler)
        self._limits = Limits.of(crawler.settings)
        try:
            check_fit()
        except WireError as error:
            self._captures.fail(error)
        pool = _TappedPool(self._pool._reactor, persistent=True)
        pool.maxPersistentPerHost = self._pool.maxPersistentPerHost
        self._pool = pool

    async def download_request(self, request: Request) -> Response:
        """Return the response to a request, its exchanges written; also when it fails, they are written first.

        Raises `PrivateAddress` before any look-up where the URL names an address that is not for this crawl.
        """
        self._captures.check()
        rules = getattr(self.crawler.spider, "rules", None)
        if not may_visit(request.url, getattr(rules, "hosts", None)):
            raise PrivateAddress(f"it names this machine or a private network: {request.url}")
        limits = self._limits.with_body(request.meta.get("download_maxsize"))
        download = Download(request.url, limits, proxied=bool(request.meta.get("proxy")))
        # Read by the pool in this very call, before anything is awaited.
        _current.set(download)
        why: Truncation = "unspecified"
        try:
            response = await super().download_request(request)
            download.stopped = "download_stopped" in response.flags
            if download.cut is not None:
                # A body that the connection's end delimits looks whole to Scrapy.
                raise download.cut
            return response
        except Exception as error:
            why, download.stopped = truncation_of(error), isinstance(error, StopDownload)
            if download.cut is not None and error is not download.cut:
                raise download.cut from error
            raise
        finally:
            _current.set(None)
            await self._hand_over(request, download, why)

    async def _hand_over(self, request: Request, download: Download, why: Truncation) -> None:
        exchanges = download.settled(why)
        if len(exchanges) < len(download.attempts):
            self.crawler.stats.inc_value("warc/never_sent", len(download.attempts) - len(exchanges))
        if download.spool_error is not None:
            failed = cannot_spool(download.spool_error)
            self._captures.fail(failed)
            for exchange in exchanges:
                exchange.close()
            raise failed from download.spool_error
        await self._captures.record(request, exchanges)


def check_fit() -> None:
    """Run a made up exchange through the tap; raise `WireError` where it does not come out byte for byte."""
    sent = b"GET /uji HTTP/1.1\r\nHost: contoh.id\r\n\r\n"
    answer = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 oK\r\ncontent-LENGTH:  4\r\n\r\nisi\n"
    try:
        pool: list[object] = []
        protocol = _TappedProtocol(pool.append)
        protocol.makeConnection(StringTransport())
        download = Download("http://contoh.id/uji")
        request = WireRequest(b"GET", b"/uji", Headers({b"Host": [b"contoh.id"]}), None, persistent=True)
        _TappedConnection(protocol, download).request(request)
        protocol.dataReceived(answer + b"lebih")
        (attempt,) = download.attempts
        attempt.exchange.response.seek(0)
        received = attempt.exchange.response.read()
        fits = attempt.exchange.request == sent and received == answer and attempt.exchange.settled and not pool
        attempt.exchange.close()
    except Exception as error:
        raise WireError(_unfit(f"{type(error).__name__}: {error}"), now=_HOW_ON) from error
    if not fits:
        raise WireError(_unfit("an exchange does not come out byte for byte"), now=_HOW_ON)


def _unfit(why: str) -> str:
    return f"the wire capture does not fit Scrapy {scrapy.__version__}: {why}"


#: The download whose connection is being asked for: how the pool, deep inside Twisted's Agent, learns of it.
_current: ContextVar[Download | None] = ContextVar("download", default=None)


@implementer(IHandshakeListener)
class _TappedProtocol(_LenientHTTP11ClientProtocol):
    """One connection. Between two requests it has no attempt, and what comes then ends it, as in Twisted itself."""

    _attempt: Attempt | None = None
    _download: Download | None = None
    _tls: tuple[str, str] | None = None
    _lost: Failure | None = None
    _pace: Pace | None = None

    def handshakeCompleted(self) -> None:
        handle = self.transport.getHandle() if self.transport else None
        if isinstance(handle, Connection):
            self._tls = (handle.get_protocol_version_name(), handle.get_cipher_name() or "")
        if self._attempt is not None:
            self._attempt.sent = True
            self._attempt.exchange.tls = self._tls

    def request(self, request: WireRequest) -> Deferred[Any]:
        self._download = getattr(request, "download", None)
        if self._download is not None and self.state == "QUIESCENT":
            plain = not ISSLTransport.providedBy(self.transport)
            transport: Any = self.transport
            peer = getattr(transport.getPeer(), "host", None)
            self._attempt = self._download.begin(
                request.method.decode("ascii"), peer, sent=plain or self._tls is not None
            )
            self._attempt.exchange.tls = self._tls
            record = self._attempt.exchange.request.extend
            # On the instance, over the class's: a request that is tried again is tapped again.
            request.writeTo = lambda to: type(request).writeTo(request, Tee(to, record))  # type: ignore[method-assign]
        answered: Deferred[Any] = super().request(request)
        if self._attempt is not None and self._download is not None:
            guarded(self._parser, self._download.limits)
        return answered

    def dataReceived(self, data: bytes) -> None:
        attempt = self._attempt
        if attempt is None or attempt.exchange.settled:
            # A settled exchange is written already: what comes while the connection goes down is no part of it.
            super().dataReceived(data)
            return
        try:
            attempt.exchange.receive(data)
        except OSError as error:
            if self._download is not None:
                self._download.spool_error = error
            self.transport.abortConnection()  # type: ignore[union-attr]
            return
        if self._download is not None and 0 < self._download.limits.wire < attempt.exchange.response_length:
            self._hang_up(self._download.limits.too_large())
            return
        super().dataReceived(data)
        if self._parser is None and not attempt.exchange.settled:
            # Twisted cannot read it and hangs up.
            attempt.exchange.cut("unspecified")
        elif self._attempt is attempt and getattr(self._parser, "state", None) == BODY and self._pace is None:
            self._watch(attempt)

    def _watch(self, attempt: Attempt) -> None:
        """Hang up where the body, whose first bytes are here, comes in drops."""
        from twisted.internet import reactor

        if self._download is not None:
            clock: Any = reactor
            self._pace = Pace(clock, self._download.limits, lambda: attempt.exchange.response_length, self._hang_up)

    def _hang_up(self, cut: CutOff) -> None:
        """End the exchange here, with what came."""
        if self._attempt is not None and self._download is not None and not self._attempt.exchange.settled:
            self._attempt.exchange.cut(cut.why)
            self._download.cut = cut
        self.transport.abortConnection()  # type: ignore[union-attr]

    def _giveUp(self, reason: Failure) -> None:
        if isinstance(reason.value, CutOff):
            self._hang_up(reason.value)
        super()._giveUp(reason)

    def _unwatch(self) -> None:
        if self._pace is not None:
            self._pace.end()
        self._pace = None

    def _finishResponse(self, rest: bytes) -> None:
        attempt, self._attempt = self._attempt, None
        self._unwatch()
        if attempt is not None and not attempt.exchange.settled:
            if self._lost is None:
                attempt.exchange.complete(len(rest))
            elif self._lost.check(ConnectionDone):
                attempt.ended_by_close = True
                attempt.exchange.complete()
        request = self._currentRequest
        if request is not None and (rest or request.method == b"HEAD"):
            # What a server sends beyond its response, as many do after HEAD, would be read as the head of the next.
            request.persistent = False
        super()._finishResponse(rest)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._lost = reason
        self._unwatch()
        if self._attempt is not None and not reason.check(ConnectionAborted):
            self._attempt.lost = True
        # First: a body that ends with the connection is finished in there.
        super().connectionLost(reason)
        self._attempt = None


class _TappedFactory(_LenientHTTP11ClientFactory):
    """Makes a protocol once a connection stands, before TLS begins on it; ``host`` None: behind a proxy."""

    host: str | None = None

    def buildProtocol(self, addr: object) -> _TappedProtocol:
        check_peer(self.host, addr)
        return _TappedProtocol(self._quiescentCallback)


class _TappedPool(HTTPConnectionPool):
    """A pool whose connections know whose request they carry, on a new connection after a stale one too."""

    _factory = _TappedFactory

    def getConnection(self, key: Hashable, endpoint: Any) -> Deferred[Any]:
        download = _current.get()
        connection: Deferred[Any] = super().getConnection(key, endpoint)
        return connection.addCallback(_TappedConnection, download)

    def _newConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:
        scheme, host = key[:2]
        # Where a proxy connects to is for the proxy to know, and where it stands for the operator.
        if scheme in {b"http", b"https"} and not isinstance(endpoint, _TunnelingTCP4ClientEndpoint):
            endpoint = GuardedEndpoint(endpoint, host.decode("ascii", "replace"))
        connection: Deferred[Any] = super()._newConnection(key, endpoint)
        return connection


class _TappedConnection:
    """A connection for one request, which carries its download along to every protocol it is tried on."""

    def __init__(self, connection: Any, download: Download | None) -> None:
        self._connection = connection
        self._download = download

    def request(self, request: WireRequest) -> Deferred[Any]:
        request.download = self._download  # type: ignore[attr-defined]
        answered: Deferred[Any] = self._connection.request(request)
        return answered
