"""The inside of an HTTP response: its head, and its body without chunking and content coding.

Reads what servers really send: LF-only and folded heads, latin-1, lines without a colon, ``Chunked`` with a capital,
chunk extensions and trailers, several gzip members, deflate with and without its wrapper. Knows nothing of records.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from xinhua_id.errors import BadPayload
from xinhua_id.warc import coding

#: A decoded body beyond this many bytes is cut: no story is 64 MiB long, a decompression bomb is.
LIMIT = 64 * 2**20
#: Codings upon codings beyond these are refused: each may be a bomb of its own that takes its time (curl's bound, too).
MOST_CODINGS = 5

_STATUS = re.compile(rb"HTTP/(\d\.\d) +(\d{3})(?: (.*))?$", re.DOTALL)
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?$", re.DOTALL)
_LONGEST_LINE = 64 * 1024
_FIRST_READ = 64 * 1024
# Small, so that thousands of tiny chunks in one body are not copied thousands of times.
_SLICE = 16 * 1024


class Head(NamedTuple):
    """The head of the final response. ``start`` is where it begins: heads with a 1xx status stand before it.

    ``body_start`` is where the body begins. ``whole`` is False where the bytes end inside the head.
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    start: int
    body_start: int
    version: str
    whole: bool

    def values(self, name: str) -> list[str]:
        """Return every value of a header, whatever its case, split at commas, in lower case."""
        lists = (value.split(",") for key, value in self.headers if key.lower() == name)
        return [token.strip().lower() for values in lists for token in values if token.strip()]

    @property
    def chunked(self) -> bool:
        """Whether the body is framed in chunks."""
        return self.values("transfer-encoding")[-1:] == ["chunked"]


def read_head(raw: bytes) -> Head:
    """Return the head of the first response in ``raw`` whose status is not 1xx; raise `BadPayload` if there is none."""
    start = 0
    while True:
        head = _one_head(raw, start)
        if not 100 <= head.status < 200:
            return head
        if not head.whole or head.body_start == len(raw):
            raise BadPayload(f"no response follows the interim {head.status}", now="Fetch the page again.")
        start = head.body_start


def read_head_of(file: BinaryIO, length: int) -> Head:
    """Return `read_head` of a file of ``length`` bytes, reading no further into it than the head goes."""
    size = _FIRST_READ
    while True:
        file.seek(0)
        raw = file.read(min(size, length))
        try:
            head = read_head(raw)
        except BadPayload:
            if len(raw) >= length or not raw.startswith(b"HTTP/"):
                raise
        else:
            if head.whole or len(raw) >= length:
                return head
        size *= 4


def head_and_body(pieces: Iterable[bytes]) -> tuple[Head, Iterator[bytes]]:
    """Return `read_head` of a response that comes in pieces, and its body as it comes; raise `BadPayload`."""
    raw, coming = b"", iter(pieces)
    size = _FIRST_READ
    for piece in coming:
        raw += piece
        if len(raw) < size and len(piece) < size:
            continue
        size *= 4
        if not raw.startswith(b"HTTP/") or ((head := _head_if_any(raw)) is not None and head.whole):
            break
    found = read_head(raw)
    return found, itertools.chain([raw[found.body_start :]], coming)


def _head_if_any(raw: bytes) -> Head | None:
    try:
        return read_head(raw)
    except BadPayload:
        return None


def interim_length(raw: bytes) -> int:
    """Return how many bytes of whole heads with a 1xx status stand at the front of ``raw``."""
    start = 0
    while start < len(raw):
        try:
            head = _one_head(raw, start)
        except BadPayload:
            break
        if not (100 <= head.status < 200 and head.whole):
            break
        start = head.body_start
    return start


def dechunked(body: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the payload of a chunked body (RFC 9112 §7.1); extensions, trailers and what follows them are dropped.

    A body that ends inside a chunk yields what there is. Raises `BadPayload` where the framing is none.
    """
    waiting, left, state = b"", 0, "size"
    for piece in body:
        # Read by position: a piece of many small chunks is copied once, not once a chunk.
        waiting, at = waiting + piece if waiting else piece, 0
        while at < len(waiting):
            if state == "data":
                taken = min(left, len(waiting) - at)
                yield waiting[at : at + taken]
                at, left = at + taken, left - taken
                state = "data" if left else "end"
                continue
            newline = waiting.find(b"\n", at)
            if newline < 0:
                if len(waiting) - at > _LONGEST_LINE:
                    raise _broken("a chunk's size line does not end")
                break
            line, at = waiting[at:newline], newline + 1
            if state == "end":
                if line.rstrip(b"\r"):
                    raise _broken("a chunk is longer than it says")
                state = "size"
                continue
            left = chunk_size(line)
            if left == 0:
                return
            state = "data"
        waiting = waiting[at:]


def chunk_size(line: bytes) -> int:
    """Return what the first line of a chunk says; raise `BadPayload` where it does not say a size."""
    found = _CHUNK_SIZE.match(line.rstrip(b"\r"))
    if found is None:
        raise _broken("a chunk does not say its size")
    return int(found[1], 16)


def decode_body(head: Head, raw_body: bytes, *, limit: int = LIMIT) -> bytes:
    """Return the body without chunking and content coding (gzip, deflate, br), at most ``limit`` bytes.

    Raises `BadPayload` with what decoded so far in ``partial``: for framing or coding that breaks, for a coding that is
    not ours, for too many codings, and for a body that grows beyond the limit. An empty body (HEAD, 304) is empty
    whatever the head says.
    """
    if not raw_body:
        return b""
    codings = head.values("content-encoding") + [name for name in head.values("transfer-encoding") if name != "chunked"]
    if len(codings) > MOST_CODINGS:
        raise _broken(f"{len(codings)} content codings, one upon the other")
    body, broken = _unframed(raw_body) if head.chunked else (raw_body, None)
    for name in reversed(codings):
        try:
            body = coding.decoded(name, body, limit=limit)
        except BadPayload as error:
            broken, body = broken or error, error.partial
    if len(body) > limit:
        broken = broken or _broken(f"the body is longer than {limit} bytes")
    if broken is not None:
        broken.partial = body[:limit]
        raise broken
    return body


def _unframed(raw_body: bytes) -> tuple[bytes, BadPayload | None]:
    """Return the payload of a chunked body, as far as its framing holds, and what broke it."""
    payload = bytearray()  # not a list: a million chunks of two bytes would be a million objects
    try:
        for piece in dechunked(_slices(raw_body)):
            payload += piece
    except BadPayload as error:
        return bytes(payload), error
    return bytes(payload), None


def _slices(body: bytes) -> Iterator[bytes]:
    return (body[at : at + _SLICE] for at in range(0, len(body), _SLICE))


def _one_head(raw: bytes, start: int) -> Head:
    status_line, at = _line(raw, start)
    found = _STATUS.match(status_line) if at is not None else None
    if found is None or at is None:
        raise BadPayload("the bytes are no HTTP response", now="The record keeps them; nothing can be read from them.")
    headers: list[tuple[str, str]] = []
    whole = False
    while True:
        line, after = _line(raw, at)
        if after is None:
            at = len(raw)
            break
        at = after
        if not line:
            whole = True
            break
        _take(line.decode("latin-1"), headers)
    reason = (found[3] or b"").decode("latin-1")
    version = found[1].decode("ascii")
    # A line without a colon is kept in the record and is no header (browsers skip it too).
    named = tuple((name, value) for name, value in headers if name)
    return Head(int(found[2]), reason, named, start, at, version, whole)


def _take(line: str, headers: list[tuple[str, str]]) -> None:
    if line[0] in " \t" and headers:
        name, value = headers[-1]
        # obs-fold: the line break counts as a space (RFC 9112 §5.2).
        headers[-1] = (name, f"{value} {line.strip()}".strip())
        return
    name, colon, value = line.partition(":")
    headers.append((name.strip(), value.strip()) if colon else ("", ""))


def _line(raw: bytes, start: int) -> tuple[bytes, int | None]:
    """Return the line at ``start`` without its end, and where the next begins: None where the bytes end first."""
    end = raw.find(b"\n", start)
    if end < 0:
        return raw[start:], None
    return raw[start:end].removesuffix(b"\r"), end + 1


def _broken(what: str) -> BadPayload:
    return BadPayload(what, now="The record keeps the bytes as they came; what decoded before is in `partial`.")
