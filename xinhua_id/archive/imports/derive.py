"""A derived WARC beside a foreign file that cannot be indexed as it is: its records, each in a gzip member of its own.

The head and block of a WARC record go over byte for byte; only line ends that are LF alone, and an id that is missing,
are mended, since other tools fail on them. An ARC's records become WARC/1.1. The first record says what the file was
made from, and why. Knows nothing of where files lie.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from zlib_ng import zlib_ng

from xinhua_id.archive.imports.scan import Scan, unusable
from xinhua_id.errors import BadPayload, BadRecord
from xinhua_id.warc import payload, record
from xinhua_id.warc.arc import ArcFrames, ArcHead
from xinhua_id.warc.exchange import target_uri
from xinhua_id.warc.framing import Frames, Head
from xinhua_id.warc.reader import KEPT

_GZIP = 16 + zlib_ng.MAX_WBITS


class Derived:
    """The WARC under way: an empty open file, and what its first record says (``derivedFrom``, ``sha256``, …)."""

    def __init__(self, out: BinaryIO, name: str, said: Mapping[str, str], date: str) -> None:
        self._out = out
        self._origin = said.get("sha256", name)
        fields, block = record.warcinfo(self.id_at("derived"), date, name, said.items())
        self._own(fields, len(block), [block])

    def take_warc(self, path: Path) -> None:
        """Copy every record of a WARC that can be used; what cannot be read was told by the scan."""
        with path.open("rb") as file:
            frames = Frames(file, str(path))
            while True:
                begin = self._out.tell()
                try:
                    head = frames.begin()
                    if head is None:
                        return
                    if unusable(head.type, head.fields) is None:
                        self._compressed(self._verbatim(head, frames))
                    frames.end()
                except BadRecord:
                    self._back_to(begin)
                    if not frames.resume():
                        return

    def take_arc(self, path: Path, scan: Scan) -> None:
        """Turn every whole record of an ARC into one of a WARC, and count them; a tear ends it."""
        with path.open("rb") as file:
            frames = ArcFrames(file, str(path))
            begin = self._out.tell()
            try:
                while head := frames.begin():
                    kind = self._from_arc(head, frames, scan)
                    frames.end()
                    begin = self._out.tell()
                    scan.counts[kind] += 1
            except BadRecord as error:
                self._back_to(begin)
                scan.fault(BadRecord(error.what, where=(error.where or "").removeprefix(f"{path}, ")))

    def id_at(self, place: str) -> str:
        """Return the id of a record that has none: the same whenever the same file is derived."""
        return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:sha256:{self._origin}#{place}')}>"

    def _verbatim(self, head: Head, frames: Frames) -> Iterator[bytes]:
        raw = head.raw if b"\r\n" in head.raw else head.raw.replace(b"\n", b"\r\n")
        if not any(name.lower() == "warc-record-id" and value for name, value in head.fields):
            ident = self.id_at(str(frames.position))
            raw = raw.removesuffix(b"\r\n") + f"WARC-Record-ID: {ident}\r\n\r\n".encode()
        yield raw
        yield from frames.pieces()
        yield b"\r\n\r\n"

    def _from_arc(self, head: ArcHead, frames: ArcFrames, scan: Scan) -> str:
        """Write one record; a long block gets no digests, which stand before it."""
        first = _first(frames.pieces())
        kind, content_type = _kind(head, first)
        if head.is_filedesc:
            scan.tool = _origin(first)
        fields: list[tuple[str, str | None]] = [
            ("WARC-Type", kind),
            ("WARC-Record-ID", self.id_at(str(head.offset))),
            ("WARC-Date", head.date.strftime("%Y-%m-%dT%H:%M:%SZ")),
            ("WARC-Target-URI", target_uri(head.url)),
            ("WARC-IP-Address", head.ip if head.ip.strip("0.") and not head.is_filedesc else None),
        ]
        if kind == "response" and head.size == len(first):
            fields.append(("WARC-Payload-Digest", _payload_digest(first)))
        if head.size == len(first):
            fields.append(("WARC-Block-Digest", record.digest([first])))
        self._own([*fields, ("Content-Type", content_type)], head.size, _chain(first, frames.pieces()))
        return kind

    def _own(self, fields: record.Fields, size: int, block: Iterable[bytes]) -> None:
        for piece in record.member(fields, size, block):
            self._out.write(piece)

    def _compressed(self, pieces: Iterable[bytes]) -> None:
        deflate = zlib_ng.compressobj(6, zlib_ng.DEFLATED, _GZIP)
        for piece in pieces:
            self._out.write(deflate.compress(piece))
        self._out.write(deflate.flush())

    def _back_to(self, offset: int) -> None:
        self._out.seek(offset)
        self._out.truncate()


def _origin(version_block: bytes) -> str | None:
    """Return who wrote an ARC: ``1 0 InternetArchive`` stands in its first line, after the version."""
    words = version_block.partition(b"\n")[0].decode("utf-8", "replace").split()
    return f"{' '.join(words[2:])} (ARC {'.'.join(words[:2])})" if len(words) > 2 else None


def _first(pieces: Iterator[bytes]) -> bytes:
    """Return a block, or as much of a long one as may be in memory."""
    taken = b""
    while len(taken) < KEPT and (piece := next(pieces, b"")):
        taken += piece
    return taken


def _kind(head: ArcHead, first: bytes) -> tuple[str, str]:
    if head.is_filedesc:
        return "metadata", "text/plain"
    if first.startswith(b"HTTP/") and head.url.lower().startswith(("http:", "https:")):
        return "response", "application/http; msgtype=response"
    return "resource", head.mime if "/" in head.mime else "application/octet-stream"


def _payload_digest(block: bytes) -> str | None:
    try:
        head, body = payload.head_and_body([block])
        return record.digest(payload.dechunked(body) if head.chunked else body)
    except BadPayload:
        return None


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
