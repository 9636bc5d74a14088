"""Exchanges into a WARC 1.1 file: warcinfo, then a response and a request record for each, verbatim.

The file is called ``.open`` until `WarcWriter.close` has made it durable. A write that fails takes its half-written
record away again, so that what was written before stays valid. Knows nothing of Scrapy or of how a source is crawled.

What came before the final response (heads with a 1xx status), and why there was no response at all, stands in a
metadata record of ``application/warc-fields`` beside the request: replay reads a response record from its first byte.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote_from_bytes

from xinhua_id import __version__
from xinhua_id.errors import BadPayload, CannotWrite
from xinhua_id.items import Capture
from xinhua_id.warc import payload, record
from xinhua_id.warc.exchange import Exchange, target_uri

_CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_REQUEST = "application/http; msgtype=request"
_RESPONSE = "application/http; msgtype=response"
_PROXY_SECRET = re.compile(rb"^proxy-authorization:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE)
_PLAIN = "".join(chr(c) for c in range(0x21, 0x7F) if c != 0x25)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class WarcWriter:
    """One WARC file under ``directory``, begun at once with its warcinfo.

    ``source`` is the label of what is captured (``name@digest``); ``info`` holds further fields of warcinfo
    (``robots``, ``operator``, ``isPartOf``, …). Raises `CannotWrite` where the file
    cannot be made or a record cannot be written.
    """

    def __init__(
        self, directory: Path, *, source: str, info: Mapping[str, str], clock: Callable[[], dt.datetime] = _now
    ) -> None:
        self.records = 0
        self.bytes = 0
        self.closed = False
        self._torn = False
        started = clock()
        with self._writing(directory):
            directory.mkdir(parents=True, exist_ok=True)
            self.path, self._file = _created(directory, source, started)
        self.name = self.path.name.removesuffix(".open")
        self._info_id = record.new_id()
        fields = {
            "software": f"xinhua_id/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": _CONFORMS_TO,
            "hostname": socket.gethostname(),
            "source": source,
            **info,
        }
        block = record.warc_fields(fields.items())
        head: list[tuple[str, str | None]] = [
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", self._info_id),
            ("WARC-Date", record.date(started)),
            ("WARC-Filename", self.name),
            ("WARC-Block-Digest", record.digest([block])),
            ("Content-Type", "application/warc-fields"),
        ]
        try:
            self._append(record.member(head, len(block), [block]))
        except CannotWrite:
            self._file.close()
            self.path.unlink()
            raise

    def write(self, exchange: Exchange) -> Capture | None:
        """Write an exchange: response, request and, where there is more to say, metadata.

        Returns where the response lies, or None where no byte of one came: the request is recorded all the same.
        """
        interim, head = _front(exchange)
        request_id, capture = record.new_id(), None
        if exchange.response_length > interim:
            capture = self._response(exchange, interim, head, request_id)
        self._request(exchange, request_id, capture.record_id if capture else None, head)
        said = _beside(exchange, interim, answered=capture is not None)
        if said:
            self._metadata(exchange, said, request_id)
        return capture

    def flush(self) -> None:
        """Make durable what was written so far."""
        with self._writing(self.path):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Make the file durable and give it its final name; doing it twice is fine.

        A file whose last record could not be taken back keeps the name ``.open``.
        """
        if self.closed:
            return
        self.closed = True
        with self._writing(self.path), self._file:
            os.fsync(self._file.fileno())
            if not self._torn:
                self.path = self.path.rename(self.path.with_name(self.name))
                _fsync_directory(self.path.parent)

    def _response(self, exchange: Exchange, start: int, head: payload.Head | None, concurrent_to: str) -> Capture:
        file, end = cast("BinaryIO", exchange.response), exchange.response_length
        payload_digest = _payload_digest(file, head, end) if head else None
        record_id = record.new_id()
        fields = [
            ("WARC-Type", "response"),
            *self._common(exchange, record_id, head),
            ("WARC-Concurrent-To", concurrent_to),
            ("WARC-Payload-Digest", payload_digest),
            ("WARC-Block-Digest", record.digest(record.pieces(file, start, end))),
            ("WARC-Truncated", exchange.truncated),
            ("Content-Type", _RESPONSE if head else "application/octet-stream"),
        ]
        offset, length = self._append(record.member(fields, end - start, record.pieces(file, start, end)))
        return Capture(
            file=self.name,
            offset=offset,
            length=length,
            record_id=record_id,
            payload_digest=payload_digest,
            captured_at=exchange.started_at.astimezone(dt.UTC),
            status=head.status if head else 0,
        )

    def _request(
        self, exchange: Exchange, record_id: str, concurrent_to: str | None, head: payload.Head | None
    ) -> None:
        block = _without_proxy_secret(bytes(exchange.request))
        body = block.partition(b"\r\n\r\n")[2]
        fields = [
            ("WARC-Type", "request"),
            *self._common(exchange, record_id, head),
            ("WARC-Concurrent-To", concurrent_to),
            ("WARC-Payload-Digest", record.digest([body]) if body else None),
            ("WARC-Block-Digest", record.digest([block])),
            ("Content-Type", _REQUEST),
        ]
        self._append(record.member(fields, len(block), [block]))

    def _metadata(self, exchange: Exchange, said: list[tuple[str, str]], concurrent_to: str) -> None:
        block = record.warc_fields(said)
        fields = [
            ("WARC-Type", "metadata"),
            ("WARC-Record-ID", record.new_id()),
            ("WARC-Warcinfo-ID", self._info_id),
            ("WARC-Target-URI", target_uri(exchange.url)),
            ("WARC-Date", record.date(exchange.started_at)),
            ("WARC-Concurrent-To", concurrent_to),
            ("WARC-Block-Digest", record.digest([block])),
            ("Content-Type", "application/warc-fields"),
        ]
        self._append(record.member(fields, len(block), [block]))

    def _common(self, exchange: Exchange, record_id: str, head: payload.Head | None) -> list[tuple[str, str | None]]:
        protocol, cipher = exchange.tls or (None, None)
        return [
            ("WARC-Record-ID", record_id),
            ("WARC-Warcinfo-ID", self._info_id),
            ("WARC-Target-URI", target_uri(exchange.url)),
            ("WARC-Date", record.date(exchange.started_at)),
            ("WARC-IP-Address", exchange.peer_ip),
            ("WARC-Protocol", f"http/{head.version if head else '1.1'}"),
            ("WARC-Protocol", protocol and protocol.lower().replace("tlsv", "tls/")),
            ("WARC-Cipher-Suite", cipher),
        ]

    def _append(self, member: Iterable[bytes]) -> tuple[int, int]:
        """Write one member behind the last; return its offset and length."""
        if self.closed or self._torn:
            raise CannotWrite("the WARC takes no more records", where=str(self.path), now="Start the crawl again.")
        offset = self.bytes
        with self._writing(self.path):
            try:
                for piece in member:
                    self.bytes += _write_all(self._file, piece)
            except BaseException:
                self._take_back(offset)
                raise
        self.records += 1
        return offset, self.bytes - offset

    def _take_back(self, offset: int) -> None:
        """Cut the file to where its last whole record ends; if even that fails the file stays ``.open``."""
        self.bytes = offset
        self._torn = True
        with suppress(OSError):
            self._file.truncate(offset)
            self._file.seek(offset)
            self._torn = False

    @contextmanager
    def _writing(self, where: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CannotWrite(
                f"cannot write the WARC: {error.strerror or error}",
                where=str(where),
                now="Make room or mend the permissions, then start the crawl again; what was written before is whole.",
            ) from error


def _created(directory: Path, source: str, started: dt.datetime) -> tuple[Path, BinaryIO]:
    """Create the first free ``.open`` file of this second; no file is ever opened twice or written over."""
    label = re.sub(r"[^A-Za-z0-9._-]+", "-", source.partition("@")[0]) or "site"
    host = re.sub(r"[^A-Za-z0-9._-]+", "-", socket.gethostname()) or "localhost"
    second = started.astimezone(dt.UTC).strftime("%Y%m%d%H%M%S")
    serial = 0
    while True:
        final = directory / f"xinhua-id-{label}-{second}-{serial:05}-{host}.warc.gz"
        path = final.with_name(final.name + ".open")
        serial += 1
        try:
            # Unbuffered: a write that fails must fail here, not when a buffer is flushed later.
            file = path.open("xb", buffering=0)
        except FileExistsError:
            continue
        if final.exists():
            file.close()
            path.unlink()
            continue
        _fsync_directory(directory)
        return path, cast("BinaryIO", file)


def _write_all(file: BinaryIO, data: bytes) -> int:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
    return len(data)


def _fsync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _front(exchange: Exchange) -> tuple[int, payload.Head | None]:
    """Return how many bytes of 1xx heads stand before the response, and its head: None if it is none."""
    if not exchange.response_length:
        return 0, None
    file = cast("BinaryIO", exchange.response)
    try:
        head = payload.read_head_of(file, exchange.response_length)
    except BadPayload:
        file.seek(0)
        return payload.interim_length(file.read(record.PIECE)), None
    return head.start, head


def _payload_digest(file: BinaryIO, head: payload.Head, end: int) -> str | None:
    """Return the digest over the dechunked body (WARC 1.1 §5.9); None where the chunking is broken."""
    body = record.pieces(file, head.body_start, end)
    try:
        return record.digest(payload.dechunked(body) if head.chunked else body)
    except BadPayload:
        return None


def _beside(exchange: Exchange, interim: int, *, answered: bool) -> list[tuple[str, str]]:
    """Return what the records themselves cannot say."""
    said: list[tuple[str, str]] = []
    if not answered:
        said.append(("noResponse", exchange.truncated or "unspecified"))
    if interim:
        heads = b"".join(record.pieces(cast("BinaryIO", exchange.response), 0, interim))
        # Percent-encoded, so that the bytes come back exactly.
        said.append(("interimResponses", quote_from_bytes(heads, safe=_PLAIN)))
    return said


def _without_proxy_secret(request: bytes) -> bytes:
    """Return the request without its Proxy-Authorization: a secret between us and the proxy, never the site's."""
    head, empty_line, body = request.partition(b"\r\n\r\n")
    return _PROXY_SECRET.sub(b"", head + b"\r\n")[:-2] + empty_line + body if empty_line else request
