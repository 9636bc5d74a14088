"""The digests of one record, computed while its block goes by: of the block, and of the payload inside it.

The payload of ``application/http`` is the entity body with any transfer-coding removed (WARC 1.1 §5.9, §6.3.2): the
body after dechunking. Of every other block that has a payload it is the block, which is hashed once then. Knows nothing
of files.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from xinhua_id.errors import BadPayload
from xinhua_id.warc import payload

_ALGORITHMS = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512", "md5", "blake2b", "blake2s"})
#: A head of HTTP beyond this many bytes is taken for none.
_LONGEST_HEAD = 8 << 20
_FIRST_LOOK = 4096
_STATUS_LINE = re.compile(rb"HTTP/\d\.\d +([2-9]\d\d)(?: [^\n]*)?\r?\n")
#: From the digits of base32 to those that Python counts with; what is none of base32's becomes none of Python's.
_DIGITS = {
    **{ord(character): "!" for character in "0189_ +-"},
    **dict(zip(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), "0123456789abcdefghijklmnopqrstuv", strict=True)),
}
_NO_HEAD = "the block holds no head of HTTP"


class Labelled(NamedTuple):
    """A digest as a record says it: ``sha1:BASE32``. ``name`` is hashlib's, None where the algorithm is not known."""

    text: str
    name: str | None

    def says(self, value: bytes) -> bool:
        """Whether it is said of these bytes, in base32 or in hexadecimal digits, as both are in use."""
        said = self.text.partition(":")[2]
        if len(said) * 5 == len(value) * 8:
            # base64.b32encode takes eight times as long as this.
            try:
                return int(said.upper().translate(_DIGITS), 32).to_bytes(len(value), "big") == value
            except ValueError:
                return False
        return said.lower() == value.hex() or said.upper().rstrip("=") == _base32(value)

    def of(self, value: bytes) -> str:
        """Return the digest ``value`` in the form of this one."""
        label, _, said = self.text.partition(":")
        return f"{label}:{value.hex() if len(said) == 2 * len(value) else _base32(value)}"


class Computed(NamedTuple):
    """What came of a block: the digests asked for, and the status of the response in it.

    ``payload`` is None where there is none; ``why`` says why, where there ought to be one. ``framed`` is the digest
    over a chunked body as it came, where that was asked for. ``front`` are as many first bytes as were asked for.
    """

    block: bytes | None
    payload: bytes | None
    status: int | None = None
    why: str | None = None
    framed: bytes | None = None
    front: bytes = b""


def labelled(text: str | None) -> Labelled | None:
    """Return the digest that a header says."""
    if text is None:
        return None
    name = "sha1" if text.startswith("sha1:") else text.partition(":")[0].lower().replace("-", "")
    return Labelled(text, name if name in _ALGORITHMS else None)


def of_block(
    pieces: Iterable[memoryview], block: Labelled | None, body: Labelled | None, *, front: int = 0
) -> Computed:
    """Return what a block comes to whose payload, if it has one, is the block; ``front`` first bytes are given back."""
    first = _new(block)
    second = first if body is not None and block is not None and body.name == block.name else _new(body)
    kept = b""
    for piece in pieces:
        if len(kept) < front:
            kept += piece[: front - len(kept)]
        if first is not None:
            first.update(piece)
        if second is not None and second is not first:
            second.update(piece)
    return Computed(_end(first), _end(second), front=kept)


def of_message(
    pieces: Iterable[memoryview],
    block: Labelled | None,
    body: Labelled | None,
    *,
    request: bool = False,
    framed: bool = False,
) -> Computed:
    """Return what a block comes to that is a message of HTTP; ``framed`` asks for the digest over the chunks too."""
    first, second = _new(block), _new(body)
    third = _new(body) if framed else None
    going = _passing(pieces, first)
    found = _message(going, second, third, request)
    for piece in going:
        if third is not None:
            third.update(piece)
    return Computed(_end(first), *found, framed=_end(third))


def framing(raw: bytes | memoryview) -> tuple[int, int, bool] | None:
    """Return the status of the response in ``raw``, where its body begins and whether that is chunked.

    The answers of `payload.read_head`, got at a fifth of its cost for most heads; None where that must look.
    """
    front = bytes(raw[:_FIRST_LOOK])
    end = front.find(b"\n\r\n")
    other = front.find(b"\n\n", 0, end + 1 if end >= 0 else len(front))
    end = other + 2 if other >= 0 else end + 3
    status = _STATUS_LINE.match(front)
    if end < len(b"\n\n") or status is None or status.end() > end:
        return None
    if b"transfer-" in front[:end].lower():
        head = payload.read_head(front[:end])
        return head.status, head.body_start, head.chunked
    return int(status[1]), end, False


def _passing(pieces: Iterable[memoryview], digest: Any) -> Iterator[memoryview]:
    """Yield the pieces of a block, hashed as they go by."""
    for piece in pieces:
        if digest is not None:
            digest.update(piece)
        yield piece


def _message(
    going: Iterator[memoryview], digest: Any, framed: Any, request: bool
) -> tuple[bytes | None, int | None, str | None]:
    """Return the digest over the body, the status, and why there is no digest."""
    piece = next(going, None)
    if piece is None:
        return None, None, _NO_HEAD
    if request and digest is None:
        return None, None, None
    found = None if request else framing(piece)
    if found is None:
        piece, found = _read(piece, going, request)
        if found is None:
            return None, None, _NO_HEAD
    status, start, chunked = found
    said = None if request else status
    if digest is None:
        return None, said, None
    try:
        body = _passing(_body(piece[start:], going), framed if chunked else None)
        for part in payload.dechunked(map(bytes, body)) if chunked else body:
            digest.update(part)
    except BadPayload as error:
        return None, said, f"its chunking is broken: {error.what}"
    return digest.digest(), said, None


def _body(first: memoryview, going: Iterator[memoryview]) -> Iterator[memoryview]:
    yield first
    yield from going


def _read(
    piece: memoryview, going: Iterator[memoryview], request: bool
) -> tuple[memoryview, tuple[int, int, bool] | None]:
    """Read a head line by line, taking more pieces while it goes on; return the bytes taken and what `framing` says."""
    raw = bytes(piece)
    while True:
        head = _head(raw, request)
        if (head is not None and head.whole) or len(raw) > _LONGEST_HEAD:
            break
        following = next(going, None)
        if following is None:
            break
        raw += following
    return memoryview(raw), head and (head.status, head.body_start, head.chunked)


def _head(raw: bytes, request: bool) -> payload.Head | None:
    shift = 0
    if request:
        # The same fields, under another first line.
        line, newline, rest = raw.partition(b"\n")
        if not newline:
            return None
        raw, shift = b"HTTP/1.1 200\n" + rest, len(line) - len(b"HTTP/1.1 200")
    try:
        head = payload.read_head(raw)
    except BadPayload:
        return None
    return head._replace(body_start=head.body_start + shift)


def _new(said: Labelled | None) -> Any:
    if said is None or said.name is None:
        return None
    if said.name == "sha1":
        return hashlib.sha1(usedforsecurity=False)
    return hashlib.new(said.name, usedforsecurity=False)


def _end(digest: Any) -> bytes | None:
    found: bytes | None = None if digest is None else digest.digest()
    return found


def _base32(value: bytes) -> str:
    return base64.b32encode(value).decode("ascii").rstrip("=")
