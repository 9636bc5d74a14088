"""Exchanges made by hand, for the tests of writing and reading."""

from __future__ import annotations

import datetime as dt

from xinhua_id.warc.exchange import Exchange, Truncation

WHEN = dt.datetime(2026, 1, 9, 5, 30, 15, 123456, tzinfo=dt.UTC)
ASKED = b"GET /panen HTTP/1.1\r\nHost: contoh.id\r\n\r\n"
SAID = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\npanen"


def exchange(
    response: bytes = SAID,
    *,
    request: bytes = ASKED,
    url: str = "http://contoh.id/panen",
    truncated: Truncation | None = None,
    tls: tuple[str, str] | None = None,
) -> Exchange:
    made = Exchange(url, "GET", WHEN, "192.0.2.7", tls)
    made.request.extend(request)
    if response:
        made.receive(response)
    if truncated:
        made.cut(truncated)
    else:
        made.complete()
    return made
