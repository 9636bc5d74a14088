"""One WARC 1.1 record: its header lines, its digests and its gzip member, around a block that is never touched.

Blocks are streamed, so that a record of any size keeps memory flat. Knows nothing of HTTP, and nothing of files' names.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from zlib_ng import zlib_ng

VERSION = "WARC/1.1"
#: What the warcinfo of a file of ours says of its format.
FORMAT = (
    ("format", "WARC File Format 1.1"),
    ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
)
_END = b"\r\n\r\n"
#: How much of a block is in memory at a time, in bytes.
PIECE = 256 * 1024

_GZIP = 16 + zlib_ng.MAX_WBITS
# Level 3 of zlib-ng takes half the time of 6 for 3 to 5 percent more room: deflate is what capturing costs most.
_LEVEL = 3

Fields = Sequence[tuple[str, str | None]]


def new_id() -> str:
    """Return a fresh WARC-Record-ID."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def date(moment: dt.datetime) -> str:
    """Return WARC-Date: UTC with microseconds, which only WARC 1.1 allows (§5.4)."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> dt.datetime:
    """Return the aware moment a WARC-Date names, with or without a fraction; raise `ValueError` for anything else."""
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def digest(pieces: Iterable[bytes | memoryview]) -> str:
    """Return ``sha1:`` in base32 over the pieces, the form replay and CDXJ tools compare."""
    sha1 = hashlib.sha1(usedforsecurity=False)
    for piece in pieces:
        sha1.update(piece)
    return "sha1:" + base64.b32encode(sha1.digest()).decode("ascii")


def pieces(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes ``start`` to ``end`` of a file, a piece at a time."""
    file.seek(start)
    left = end - start
    while left > 0 and (piece := file.read(min(PIECE, left))):
        left -= len(piece)
        yield piece


def warc_fields(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return a block of ``application/warc-fields``, white space in values on one line: a break starts a field."""
    block = io.BytesIO()
    for name, value in fields:  # a sitemap has 50,000 of them: no list of them is made
        block.write(f"{name}: {' '.join(value.split())}\r\n".encode())
    return block.getvalue()


def of_fields(kind: str, record_id: str, named: Fields, said: Iterable[tuple[str, str]]) -> tuple[Fields, bytes]:
    """Return header and block of a record whose block are fields of ours; ``named`` are the header's own fields."""
    block = warc_fields(said)
    head: Fields = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id),
        *named,
        ("WARC-Block-Digest", digest([block])),
        ("Content-Type", "application/warc-fields"),
    ]
    return head, block


def warcinfo(record_id: str, when: str, file: str, said: Iterable[tuple[str, str]]) -> tuple[Fields, bytes]:
    """Return header and block of a warcinfo (WARC 1.1 §6.1); ``when`` is its WARC-Date, ``file`` its WARC-Filename."""
    return of_fields("warcinfo", record_id, [("WARC-Date", when), ("WARC-Filename", file)], said)


def fields_of(block: bytes) -> dict[str, str]:
    """Return the fields of a block of ``application/warc-fields``; of a repeated one the first."""
    found: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").replace("\0", "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found


def plain(fields: Fields, block: bytes) -> bytes:
    """Return one record uncompressed."""
    return _head(fields, len(block)) + block + _END


def member(fields: Fields, length: int, block: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Yield one record as one gzip member: ``fields`` (None is left out), then ``length`` bytes of block, verbatim."""
    head = _head(fields, length)
    if length <= PIECE:
        # Nearly every record: deflated and written in one call each.
        whole = b"".join((head, *block, _END))
        _check(length, len(whole) - len(head) - len(_END))
        yield zlib_ng.compress(whole, _LEVEL, _GZIP)
        return
    deflate = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, _GZIP)
    written = 0
    yield deflate.compress(head)
    for piece in block:
        written += len(piece)
        yield deflate.compress(piece)
    _check(length, written)
    yield deflate.compress(_END) + deflate.flush()


def _head(fields: Fields, length: int) -> bytes:
    lines = [f"{name}: {value}" for name, value in fields if value is not None]
    return "\r\n".join([VERSION, *lines, f"Content-Length: {length}", "", ""]).encode()


def _check(announced: int, came: int) -> None:
    if came != announced:
        raise ValueError(f"a block of {announced} bytes was announced, {came} came")
