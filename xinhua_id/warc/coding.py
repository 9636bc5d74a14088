"""Content codings: gzip, deflate and br taken off a body, up to a limit, keeping what decoded before a break.

Knows nothing of heads or records.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

import brotli
from zlib_ng import zlib_ng

from xinhua_id.errors import BadPayload

#: What we advertise and can decode (RFC 9110 §8.4). zstd is left out: replay tools cannot read it.
SUPPORTED = ("gzip", "deflate", "br")

_FOREIGN = frozenset({"zstd", "compress", "x-compress", "dcb", "dcz", "lzma", "xz", "bzip2"})
_PIECE = 64 * 1024
_STEP = 128
# The stub of zlib-ng says its error is an exception, not a class of them.
_Broken = cast("type[Exception]", zlib_ng.error)
_MAGIC = b"\x1f\x8b"


def decoded(name: str, body: bytes, *, limit: int) -> bytes:
    """Return ``body`` without the content coding ``name``.

    A word that names no compression (``identity``, ``utf-8``, ``none``) changes nothing, and neither does ``gzip`` on a
    body that is not gzip: servers say both. Raises `BadPayload` with ``partial``.
    """
    if name in _FOREIGN:
        raise _broken(f"the content coding {name!r} is none of {', '.join(SUPPORTED)}", b"")
    if not body:
        return b""
    if name in {"gzip", "x-gzip"}:
        return _gunzipped(body, limit) if body.startswith(_MAGIC) else body
    if name == "deflate":
        return _inflated(body, limit)
    if name == "br":
        return _unbrotlied(body, limit)
    return body


class _Inflate(Protocol):
    unconsumed_tail: bytes
    unused_data: bytes
    eof: bool

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Output:
    """What decoded so far, never more than ``limit`` + 1 bytes: the one byte says that there was more."""

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self._parts: list[bytes] = []
        self._length = 0

    @property
    def room(self) -> int:
        return self.limit + 1 - self._length

    def add(self, part: bytes) -> None:
        self._length += len(part)
        if (over := self._length - self.limit) > 0:
            self._parts.append(part[:-over])
            raise _broken(f"the body decodes to more than {self.limit} bytes", self.whole())
        self._parts.append(part)

    def whole(self) -> bytes:
        return b"".join(self._parts)

    def broken(self, what: str) -> BadPayload:
        return _broken(f"{self.name}: {what}", self.whole())


def _gunzipped(body: bytes, limit: int) -> bytes:
    """Return the contents of all members; what follows the last one and is no member is padding."""
    out = _Output("gzip", limit)
    while body.startswith(_MAGIC):
        body = _one_stream(body, lambda: zlib_ng.decompressobj(16 + zlib_ng.MAX_WBITS), out)
    return out.whole()


def _inflated(body: bytes, limit: int) -> bytes:
    """Return a deflate body: zlib's wrapper as the RFC has it, or the bare stream many servers send."""
    wrapped = body[0] & 0x0F == 8 and int.from_bytes(body[:2].ljust(2, b"\0"), "big") % 31 == 0
    out = _Output("deflate", limit)
    _one_stream(body, lambda: zlib_ng.decompressobj(zlib_ng.MAX_WBITS if wrapped else -zlib_ng.MAX_WBITS), out)
    return out.whole()


def _one_stream(body: bytes, new: Callable[[], _Inflate], out: _Output) -> bytes:
    """Inflate one stream into ``out``; return what follows it."""
    inflate = new()
    for start in range(0, len(body), _PIECE):
        try:
            _feed(inflate, body[start : start + _PIECE], out)
        except _Broken as error:
            _again_by_the_byte(body, start, new(), out)
            raise out.broken(str(error)) from error
        if inflate.eof:
            return inflate.unused_data + body[start + _PIECE :]
    raise out.broken("the stream ends too early")


def _feed(inflate: _Inflate, piece: bytes, out: _Output) -> None:
    """Hand over one piece; nothing of it reaches ``out`` if it breaks."""
    parts = [inflate.decompress(piece, out.room)]
    room = out.room - len(parts[0])
    while inflate.unconsumed_tail and not inflate.eof and room > 0:
        parts.append(inflate.decompress(inflate.unconsumed_tail, room))
        room -= len(parts[-1])
    out.add(b"".join(parts))


def _again_by_the_byte(body: bytes, broken: int, inflate: _Inflate, out: _Output) -> None:
    """Add what the broken piece holds before its break: zlib forgets the output of the call that fails."""
    seen = _Output(out.name, out.limit)
    for start in range(0, broken, _PIECE):
        _feed(inflate, body[start : start + _PIECE], seen)
    for at in range(broken, min(broken + _PIECE, len(body))):
        try:
            _feed(inflate, body[at : at + 1], out)
        except _Broken:
            return


def _unbrotlied(body: bytes, limit: int) -> bytes:
    out = _Output("br", limit)
    stream = brotli.Decompressor()
    # The output of the call that fails is lost; small steps keep the loss small.
    for at in range(0, len(body), _STEP):
        try:
            out.add(stream.process(body[at : at + _STEP], output_buffer_limit=_PIECE))
            while not stream.can_accept_more_data():
                out.add(stream.process(b"", output_buffer_limit=_PIECE))
        except brotli.error as error:
            raise out.broken("the stream does not decode") from error
        if stream.is_finished():
            return out.whole()
    raise out.broken("the stream ends too early")


def _broken(what: str, partial: bytes) -> BadPayload:
    error = BadPayload(what, now="The record keeps the bytes as they came; what decoded before is in `partial`.")
    error.partial = partial
    return error
