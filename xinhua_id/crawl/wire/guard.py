"""Guards on the wire: where a connection may lead, how long a head may be, and how slowly a body may come.

They stand below Scrapy, where the peer's real address and the single bytes are known, so robots.txt, redirects and
requisites pass them like pages. Knows nothing of records; `handler` hangs up and says what was kept.
"""

# Twisted names its methods in camelCase and types them in part.
# ruff: noqa: N802
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy.core.downloader.handlers.http11 import _LenientHTTPClientParser
from scrapy.exceptions import IgnoreRequest

from xinhua_id.crawl.wire import addresses
from xinhua_id.crawl.wire.limits import CutOff, Limits


class PrivateAddress(IgnoreRequest):
    """The request was not sent: its URL names, or its host's name led to, an address that is not for this crawl."""

    reason = "private-address"


class GuardedParser(_LenientHTTPClientParser):
    """Scrapy's parser of responses, which reads no more of heads than the limits allow.

    It takes the place of a parser that was made already, so ``limits`` is set from outside.
    """

    limits = Limits()
    _length = 0
    _lines = 0

    def lineReceived(self, line: bytes) -> None:
        """Take one line of a head; all heads of a response count together, so 1xx heads without end do end."""
        self._length += len(line) + 1
        self._lines += 1
        if self._length > self.limits.head:
            raise self.limits.head_too_long(f"more than {self.limits.head} bytes")
        if self._lines > self.limits.lines:
            raise self.limits.head_too_long(f"more than {self.limits.lines} lines")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002 (Twisted hands it over)
        """Say what Twisted would answer with a closed connection and no reason."""
        raise self.limits.head_too_long(f"a line of more than {self.MAX_LENGTH} bytes")


def guarded(parser: Any, limits: Limits) -> None:
    """Make a parser that Twisted made keep the limits."""
    # As Scrapy itself does it: `HTTP11ClientProtocol.request` hard-codes the class.
    parser.__class__ = GuardedParser
    parser.limits = limits
    # A single line may be as long as the whole head: security policies of 16 KiB and more are met.
    parser.MAX_LENGTH = limits.head


class GuardedEndpoint:
    """An endpoint whose connections are dropped, before a byte is sent on them, where they lead astray.

    ``host``: whom the URL names. The look-up that counts is the one that the connection was made with, so a name that
    leads elsewhere the second time (DNS rebinding) is no way around. Connecting raises `PrivateAddress`.
    """

    def __init__(self, endpoint: Any, host: str) -> None:
        self._endpoint = endpoint
        self._host = host

    def connect(self, factory: Any) -> Any:
        """Connect, and hand the host on to the factory, which learns the peer's address before there is a protocol."""
        factory.host = self._host
        return self._endpoint.connect(factory)


def check_peer(host: str | None, peer: object) -> None:
    """Raise `PrivateAddress` where a connection for ``host`` has reached what it must not; None: a proxy knows."""
    address = str(getattr(peer, "host", ""))
    if host is not None and not addresses.may_reach(host, address):
        raise PrivateAddress(f"{host} leads to {address or 'no address'}: nothing is sent there")


class Pace:
    """Watches how fast one body comes. ``received`` says how many bytes came; ``slow`` is told where too few did."""

    def __init__(self, clock: Any, limits: Limits, received: Callable[[], int], slow: Callable[[CutOff], None]) -> None:
        self._clock = clock
        self._limits = limits
        self._received = received
        self._slow = slow
        self._before = received()
        self._next: Any = None
        if limits.rate > 0 and limits.seconds > 0:
            self._wait()

    def end(self) -> None:
        """Stop watching; doing it twice is fine."""
        if self._next is not None and self._next.active():
            self._next.cancel()
        self._next = None

    def _wait(self) -> None:
        self._next = self._clock.callLater(self._limits.seconds, self._look)

    def _look(self) -> None:
        now = self._received()
        came, self._before = now - self._before, now
        if came < self._limits.rate * self._limits.seconds:
            self._slow(self._limits.too_slow(came))
        else:
            self._wait()
