"""What a server may send before a crawl hangs up on it, and the error that says it did.

Pure: settings in, numbers out. Knows nothing of connections; `guard` measures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from scrapy.settings import BaseSettings

from xinhua_id.warc.exchange import Truncation


class CutOff(Exception):
    """We hung up on a server. ``reason`` is countable, ``why`` the reason of WARC-Truncated.

    ``again``: whether another try may do better.
    """

    def __init__(self, reason: str, why: Truncation, what: str, *, again: bool = False) -> None:
        super().__init__(what)
        self.reason = reason
        self.why = why
        self.again = again


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one response.

    ``head``: bytes of all its heads together, those with a 1xx status included; ``lines``: their lines. ``rate``: bytes
    a second that a body must come with, measured over ``seconds`` at a time; 0 where it may take its time. ``body``:
    bytes of the body as Scrapy counts it (DOWNLOAD_MAXSIZE); 0 for any number.
    """

    head: int = 256 * 1024
    lines: int = 2000
    rate: float = 200.0
    seconds: float = 15.0
    body: int = 0

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        """Return what the settings say."""
        usual = cls()
        return cls(
            head=settings.getint("XINHUA_ID_LARGEST_HEAD", usual.head),
            rate=settings.getfloat("XINHUA_ID_LEAST_RATE", usual.rate),
            seconds=settings.getfloat("XINHUA_ID_LEAST_RATE_SECONDS", usual.seconds),
            body=settings.getint("DOWNLOAD_MAXSIZE"),
        )

    def with_body(self, largest: object) -> Self:
        """Return the same limits for a request with a body limit of its own (``download_maxsize``); None: without."""
        return self if largest is None else replace(self, body=int(str(largest)))

    @property
    def wire(self) -> int:
        """Bytes of a response in all, 0 for any number: chunk sizes, extensions and trailers are not in ``body``.

        As much framing as body is more than any server needs: the smallest chunks that are met hold hundreds of bytes.
        """
        return 2 * self.body + self.head if self.body else 0

    def head_too_long(self, what: str) -> CutOff:
        """Return the error for a head beyond the limits."""
        return CutOff("head-too-long", "length", f"the head of the response does not end: {what}")

    def too_large(self) -> CutOff:
        """Return the error for a response beyond the limits."""
        return CutOff("too-large", "length", f"the response is longer than {self.wire} bytes, most of them no body")

    def too_slow(self, came: int) -> CutOff:
        """Return the error for a body that came in drops."""
        what = f"{came} bytes in {self.seconds:g} s, where {self.rate:g} a second are the least"
        return CutOff("too-slow", "time", what, again=True)
