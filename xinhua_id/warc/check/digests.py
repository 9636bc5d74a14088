"""The digests of one record, computed while its block goes by: of the block, and of the payload inside it.

The payload of ``application/http`` is the entity body with any transfer-coding removed (WARC 1.1 §5.9, §6.3.2): the
body after dechunking. Of every other block that has a payload it is the block, which is hashed once then. Knows nothing
of files.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from xinhua_id.errors import BadPayload
from xinhua_id.warc import payload

_ALGORITHMS = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512", "md5", "blake2b", "blake2s"})
#: A head of HTTP beyond this many bytes is taken for none.
_LONGEST_HEAD = 8 << 20
_EMPTY_LINES = (b"\r\n\r\n", b"\n\n", b"\n\r\n")


class Labelled(NamedTuple):
    """A digest as a record says it: ``sha1:BASE32``. ``name`` is hashlib's; ``value`` is None where it is none."""

    text: str
    name: str | None
    value: bytes | None


class Computed(NamedTuple):
    """What came of a block: its length, the digests asked for, and the status of the response in it.

    ``payload`` is None where there is none; ``why`` says why, where there ought to be one. ``front`` are its first
    bytes.
    """

    length: int
    block: bytes | None
    payload: bytes | None
    status: int | None
    why: str | None
    front: bytes


def labelled(text: str) -> Labelled:
    """Return a labelled digest, its value in base32 or in hexadecimal digits, as both are in use."""
    label, _, said = text.partition(":")
    name = label.lower().replace("-", "")
    if name not in _ALGORITHMS:
        return Labelled(text, None, None)
    size = hashlib.new(name, usedforsecurity=False).digest_size
    try:
        value = bytes.fromhex(said) if len(said) == 2 * size else base64.b32decode(_padded(said), casefold=True)
    except (ValueError, binascii.Error):
        return Labelled(text, name, None)
    return Labelled(text, name, value if len(value) == size else None)


def as_said(said: Labelled, value: bytes) -> str:
    """Return a computed digest in the form of the one that was said."""
    label, _, text = said.text.partition(":")
    if said.value is not None and len(text) == 2 * len(said.value):
        return f"{label}:{value.hex()}"
    return f"{label}:{base64.b32encode(value).decode('ascii').rstrip('=')}"


def computed(
    pieces: Iterable[memoryview], block: Labelled | None, body: Labelled | None, *, http: str | None, front: int = 0
) -> Computed:
    """Return what a block comes to.

    ``http`` is ``response`` or ``request`` where the block is a message of HTTP whose head is to be read. ``front``
    is how many of the first bytes are wanted back.
    """
    of_block = _new(block)
    if http is None:
        of_payload = of_block if body is not None and block is not None and body.name == block.name else _new(body)
        length, kept = 0, b""
        for piece in pieces:
            if len(kept) < front:
                kept += piece[: front - len(kept)]
            length += len(piece)
            if of_block is not None:
                of_block.update(piece)
            if of_payload is not None and of_payload is not of_block:
                of_payload.update(piece)
        return Computed(length, _end(of_block), _end(of_payload), None, None, kept)
    going = _Going(pieces, of_block)
    found = _message(going, _new(body), http)
    going.drain()
    return Computed(going.length, _end(of_block), *found, b"")


class _Going:
    """The pieces of a block, hashed as they go by."""

    def __init__(self, pieces: Iterable[memoryview], digest: Any) -> None:
        self.length = 0
        self._pieces = iter(pieces)
        self._digest = digest

    def __iter__(self) -> Iterator[memoryview]:
        for piece in self._pieces:
            self.length += len(piece)
            if self._digest is not None:
                self._digest.update(piece)
            yield piece

    def drain(self) -> None:
        for _ in self:
            pass


def _message(going: _Going, digest: Any, kind: str) -> tuple[bytes | None, int | None, str | None]:
    """Return the digest over the body, the status, and why there is no digest."""
    raw = b""
    for piece in going:
        raw = raw + piece if raw else bytes(piece)
        if _has_end(raw) or len(raw) > _LONGEST_HEAD:
            head = _head(raw, kind)
            if head is None or head.whole:
                break
    else:
        head = _head(raw, kind)
    if head is None:
        return None, None, "the block holds no head of HTTP"
    status = head.status if kind == "response" else None
    if digest is None:
        return None, status, None
    body = _body(raw, head.body_start, going)
    try:
        for part in payload.dechunked(map(bytes, body)) if head.chunked else body:
            digest.update(part)
    except BadPayload as error:
        return None, status, f"its chunking is broken: {error.what}"
    return digest.digest(), status, None


def _body(raw: bytes, start: int, going: _Going) -> Iterator[memoryview]:
    yield memoryview(raw)[start:]
    yield from going


def _has_end(raw: bytes) -> bool:
    return any(end in raw for end in _EMPTY_LINES)


def _head(raw: bytes, kind: str) -> payload.Head | None:
    if kind == "request":
        # The same fields, under another first line.
        line, newline, rest = raw.partition(b"\n")
        stand_in = b"HTTP/1.1 200"
        if not newline:
            return None
        raw = stand_in + b"\n" + rest
        shift = len(line) - len(stand_in)
    else:
        shift = 0
    try:
        head = payload.read_head(raw)
    except BadPayload:
        return None
    return head._replace(body_start=head.body_start + shift) if shift else head


def _new(said: Labelled | None) -> Any:
    if said is None or said.name is None:
        return None
    return hashlib.new(said.name, usedforsecurity=False)


def _end(digest: Any) -> bytes | None:
    found: bytes | None = None if digest is None else digest.digest()
    return found


def _padded(text: str) -> str:
    return text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 8)
