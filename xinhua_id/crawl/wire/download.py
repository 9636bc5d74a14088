"""One download as the wire sees it: the attempts at a request, each an exchange, and how they ended.

One request may be several attempts, since Twisted tries a stale pooled connection once more. Knows nothing of
protocols; `handler` fills them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError

from xinhua_id.crawl.wire.limits import CutOff, Limits
from xinhua_id.warc.exchange import Exchange, Truncation


class Attempt:
    """An exchange while it goes on. ``sent``: whether its request could leave; behind TLS, only after the handshake.

    ``lost``: the other side, or the network, ended the connection.
    """

    def __init__(self, exchange: Exchange, *, sent: bool) -> None:
        self.exchange = exchange
        self.sent = sent
        self.lost = False
        self.ended_by_close = False


class Download:
    """The attempts at one request. ``cut``: why we hung up, if we did."""

    def __init__(self, url: str, limits: Limits | None = None, *, proxied: bool = False) -> None:
        self.url = url
        self.limits = limits or Limits()
        self.proxied = proxied
        self.attempts: list[Attempt] = []
        self.stopped = False
        self.cut: CutOff | None = None
        self.spool_error: OSError | None = None

    def begin(self, method: str, peer_ip: str | None, *, sent: bool) -> Attempt:
        """Begin an attempt now; ``sent`` is that of `Attempt`."""
        exchange = Exchange(self.url, method, dt.datetime.now(dt.UTC), None if self.proxied else peer_ip)
        attempt = Attempt(exchange, sent=sent)
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


def truncation_of(error: Exception) -> Truncation:
    """Return the reason of WARC-Truncated for what Scrapy ended a download with."""
    if isinstance(error, DownloadTimeoutError):
        return "time"
    # Scrapy cancels for one reason only: the body is longer than DOWNLOAD_MAXSIZE.
    return "length" if isinstance(error, DownloadCancelledError) else "unspecified"


class Tee:
    """A transport that shows what is written to it."""

    def __init__(self, transport: Any, record: Callable[[bytes], None]) -> None:
        self._transport = transport
        self._record = record

    def write(self, data: bytes) -> None:
        """Show and send."""
        self._record(data)
        self._transport.write(data)

    def writeSequence(self, parts: Any) -> None:  # noqa: N802 (Twisted's name)
        """Show and send."""
        self.write(b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
