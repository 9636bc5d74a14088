"""From the bytes of a response to a Page: the one function that the live crawl and the archive both use.

So an article extracted from a WARC years later stands on the same bytes as the one of the crawl's own day. Knows
nothing of articles.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import BinaryIO

from xinhua_id.errors import BadPayload
from xinhua_id.items import Capture, Page
from xinhua_id.warc import payload


def page_of(
    url: str,
    http: bytes | BinaryIO,
    captured_at: dt.datetime,
    capture: Capture | None,
    *,
    truncated: str | None = None,
    limit: int = payload.LIMIT,
    head: payload.Head | None = None,
) -> Page:
    """Return the Page that the bytes of a response make; ``http`` begins with its head (1xx heads are skipped).

    ``truncated`` is the reason of WARC-Truncated; ``head`` is that of the response, where it was read already. Never
    raises for what the bytes hold: where they are no response, or do not decode, the Page has what could be read and
    ``incomplete`` says why it is not whole.
    """
    file = io.BytesIO(http) if isinstance(http, bytes) else http
    length = file.seek(0, io.SEEK_END)
    try:
        head = head or payload.read_head_of(file, length)
    except BadPayload:
        return Page(url, 0, (), b"", captured_at, capture, incomplete=truncated or "head")
    file.seek(head.body_start)
    incomplete = truncated
    try:
        body = payload.decode_body(head, file.read(), limit=limit)
    except BadPayload as error:
        body, incomplete = error.partial, truncated or "payload"
    return Page(url, head.status, head.headers, body, captured_at, capture, incomplete=incomplete)
