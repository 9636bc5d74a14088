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

import datetime as dt
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any

import scrapy
from OpenSSL.SSL import Connection
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, StopDownload
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IHandshakeListener, ISSLTransport
from twisted.internet.protocol import connectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.client import HTTPConnectionPool
from twisted.web.http_headers import Headers
from zope.interface import implementer

from xinhua_id.crawl.capture import Captures, cannot_spool
from xinhua_id.errors import WireError
from xinhua_id.warc.exchange import Exchange, Truncation

_HOW_ON = "Install the Scrapy and Twisted of requirements.lock: `make install`."

try:
    from scrapy.core.downloader.handlers.http11 import (
        HTTP11DownloadHandler,
        _LenientHTTP11ClientFactory,
        _LenientHTTP11ClientProtocol,
    )
    from twisted.web._newclient import Request as WireRequest
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
        try:
            check_fit()
        except WireError as error:
            self._captures.fail(error)
        pool = _TappedPool(self._pool._reactor, persistent=True)
        pool.maxPersistentPerHost = self._pool.maxPersistentPerHost
        self._pool = pool

    async def download_request(self, request: Request) -> Response:
        """Return the response to a request, its exchanges written; also when it fails, they are written first."""
        self._captures.check()
        download = _Download(request.url, proxied=bool(request.meta.get("proxy")))
        # Read by the pool in this very call, before anything is awaited.
        _current.set(download)
        why: Truncation = "unspecified"
        try:
            response = await super().download_request(request)
            download.stopped = "download_stopped" in response.flags
            return response
        except DownloadTimeoutError:
            why = "time"
            raise
        except DownloadCancelledError:
            # Scrapy cancels for one reason only: the body is longer than DOWNLOAD_MAXSIZE.
            why = "length"
            raise
        except StopDownload:
            download.stopped = True
            raise
        finally:
            _current.set(None)
            await self._hand_over(request, download, why)

    async def _hand_over(self, request: Request, download: _Download, why: Truncation) -> None:
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
        download = _Download("http://contoh.id/uji")
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


class _Attempt:
    """An exchange while it goes on. ``sent``: whether its request could leave; behind TLS, only after the handshake.

    ``lost``: the other side, or the network, ended the connection.
    """

    def __init__(self, exchange: Exchange, *, sent: bool) -> None:
        self.exchange = exchange
        self.sent = sent
        self.lost = False
        self.ended_by_close = False


class _Download:
    """The attempts at one request."""

    def __init__(self, url: str, *, proxied: bool = False) -> None:
        self.url = url
        self.proxied = proxied
        self.attempts: list[_Attempt] = []
        self.stopped = False
        self.spool_error: OSError | None = None

    def begin(self, method: str, peer_ip: str | None, *, sent: bool) -> _Attempt:
        exchange = Exchange(self.url, method, dt.datetime.now(dt.UTC), None if self.proxied else peer_ip)
        attempt = _Attempt(exchange, sent=sent)
        self.attempts.append(attempt)
        return attempt

    def settled(self, why: Truncation) -> list[Exchange]:
        """Return the exchanges that took place, each settled: ``why`` is how the download itself ended."""
        for attempt in self.attempts:
            if not attempt.exchange.settled:
                attempt.exchange.cut("disconnect" if attempt.lost else why)
            elif self.stopped and attempt.ended_by_close:
                # It looks whole because we hung up.
                attempt.exchange.cut("unspecified")
        for attempt in self.attempts:
            if not attempt.sent:
                attempt.exchange.close()
        return [attempt.exchange for attempt in self.attempts if attempt.sent]


#: The download whose connection is being asked for: how the pool, deep inside Twisted's Agent, learns of it.
_current: ContextVar[_Download | None] = ContextVar("download", default=None)


@implementer(IHandshakeListener)
class _TappedProtocol(_LenientHTTP11ClientProtocol):
    """One connection. Between two requests it has no attempt, and what comes then ends it, as in Twisted itself."""

    _attempt: _Attempt | None = None
    _download: _Download | None = None
    _tls: tuple[str, str] | None = None
    _lost: Failure | None = None

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
            request.writeTo = lambda to: type(request).writeTo(request, _Tee(to, record))  # type: ignore[method-assign]
        return super().request(request)

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
        super().dataReceived(data)
        if self._parser is None and not attempt.exchange.settled:
            # Twisted cannot read it and hangs up.
            attempt.exchange.cut("unspecified")

    def _finishResponse(self, rest: bytes) -> None:
        attempt, self._attempt = self._attempt, None
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
        if self._attempt is not None and not reason.check(ConnectionAborted):
            self._attempt.lost = True
        # First: a body that ends with the connection is finished in there.
        super().connectionLost(reason)
        self._attempt = None


class _TappedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: object) -> _TappedProtocol:  # noqa: ARG002
        return _TappedProtocol(self._quiescentCallback)


class _TappedPool(HTTPConnectionPool):
    """A pool whose connections know whose request they carry, on a new connection after a stale one too."""

    _factory = _TappedFactory

    def getConnection(self, key: Hashable, endpoint: Any) -> Deferred[Any]:
        download = _current.get()
        connection: Deferred[Any] = super().getConnection(key, endpoint)
        return connection.addCallback(_TappedConnection, download)


class _TappedConnection:
    """A connection for one request, which carries its download along to every protocol it is tried on."""

    def __init__(self, connection: Any, download: _Download | None) -> None:
        self._connection = connection
        self._download = download

    def request(self, request: WireRequest) -> Deferred[Any]:
        request.download = self._download  # type: ignore[attr-defined]
        answered: Deferred[Any] = self._connection.request(request)
        return answered


class _Tee:
    """A transport that shows what is written to it."""

    def __init__(self, transport: Any, record: Callable[[bytes], None]) -> None:
        self._transport = transport
        self._record = record

    def write(self, data: bytes) -> None:
        self._record(data)
        self._transport.write(data)

    def writeSequence(self, parts: Any) -> None:
        self.write(b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
