"""The chunk framing of a body apart from its data: what a revisit must say so that the bytes of its body come back.

Two answers with one payload may be cut into chunks in two ways (RFC 9112 §7.1): the original's record holds the
payload, not this answer's size lines, extensions and trailers. Knows nothing of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xinhua_id.errors import BadPayload
from xinhua_id.warc.payload import chunk_size

#: More framing than this is no bargain: thousands of chunks of a few bytes each.
LIMIT = 64 * 1024


def framing_of(body: Iterable[bytes], limit: int = LIMIT) -> bytes | None:
    """Return a chunked body without its data: size lines, line ends, trailers.

    None where that is longer than ``limit``, or where the framing breaks.
    """
    kept, waiting, skip, last = bytearray(), b"", 0, False
    for piece in body:
        waiting += piece
        while waiting and not last:
            if skip:
                taken = min(skip, len(waiting))
                waiting, skip = waiting[taken:], skip - taken
                continue
            line, newline, rest = waiting.partition(b"\n")
            if not newline or len(kept) > limit:
                break
            kept += line + newline
            waiting = rest
            # Behind a chunk's data stands an empty line; `framed` reads it the same way.
            if line.rstrip(b"\r"):
                try:
                    skip = chunk_size(line)
                except BadPayload:
                    return None
                last = not skip
        if len(kept) + (0 if skip else len(waiting)) > limit:
            return None
        if last:
            kept, waiting = kept + waiting, b""
    return bytes(kept) if last and len(kept) <= limit else None


def framed(framing: bytes, payload: bytes) -> Iterator[bytes]:
    """Yield the body that `framing_of` took the framing of; raise `BadPayload` where the two do not fit."""
    at = taken = 0
    while True:
        end = framing.find(b"\n", at) + 1
        if not end:
            raise BadPayload("the framing does not end", now="Look at the revisit's metadata record.")
        line, at = framing[at:end], end
        yield line
        if not line.rstrip(b"\r\n"):
            continue
        size = chunk_size(line.rstrip(b"\n"))
        if not size:
            break
        yield payload[taken : taken + size]
        taken += size
    if taken != len(payload):
        raise BadPayload("the framing is not of this payload", now="Look at the revisit's metadata record.")
    yield framing[at:]
