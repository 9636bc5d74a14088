"""One attempt on one connection, as it went over the wire: the bytes sent, the bytes received, and how it ended.

Whoever holds the connection fills an Exchange; the writer turns it into records. A request that was tried twice is
two exchanges. Knows nothing of Scrapy, of WARC's format, or of what the bytes mean.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, urldefrag

#: Why a response is not whole: the reasons of WARC-Truncated (WARC 1.1 §5.13).
Truncation = Literal["disconnect", "time", "length", "unspecified"]

#: Responses beyond this many bytes wait on disk, so that a body of any size keeps memory flat.
SPOOL_LIMIT = 1 << 20


@dataclass(slots=True, eq=False)
class Exchange:
    """One attempt on one connection.

    ``started_at`` is aware, the moment the request was handed to the connection. ``peer_ip`` is None behind a proxy.
    ``tls`` is (protocol, cipher suite) as OpenSSL names them. ``response`` holds ``response_length`` bytes: all that
    came, heads with a 1xx status included. ``truncated`` is None for a response that came whole.
    """

    url: str
    method: str
    started_at: dt.datetime
    peer_ip: str | None = None
    tls: tuple[str, str] | None = None
    request: bytearray = field(default_factory=bytearray)
    response: tempfile.SpooledTemporaryFile[bytes] = field(
        default_factory=lambda: tempfile.SpooledTemporaryFile(max_size=SPOOL_LIMIT)  # noqa: SIM115 (`close` closes it)
    )
    response_length: int = 0
    truncated: Truncation | None = None
    settled: bool = False

    def receive(self, data: bytes) -> None:
        """Keep what came; raise `OSError` where the spool cannot take it."""
        self.response.write(data)
        self.response_length += len(data)

    def complete(self, excess: int = 0) -> None:
        """The response came whole; its last ``excess`` bytes belong to no response and are dropped."""
        if excess:
            self.response_length -= excess
            self.response.seek(self.response_length)
            self.response.truncate()
        self.settled = True

    def cut(self, why: Truncation) -> None:
        """The exchange ended before the response was whole, or is counted so."""
        self.truncated = why
        self.settled = True

    def close(self) -> None:
        """Give the spool back."""
        self.response.close()


@lru_cache(maxsize=256)  # every record of an exchange asks
def target_uri(url: str) -> str:
    """Return ``url`` as WARC-Target-URI has it: no fragment, spaces and non-ASCII percent-encoded (WARC 1.1 §5.12)."""
    try:
        url = urldefrag(url)[0]
    except ValueError:  # brackets that do not close, in other people's records
        url = url.partition("#")[0]
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~-._")
