"""The records that one exchange makes: their header fields and blocks, and nothing written yet.

A response, or a revisit where its payload is kept already; the request; and metadata where the two cannot say all.
Knows nothing of files, and nothing of where originals are looked up.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol, cast
from urllib.parse import quote_from_bytes

from xinhua_id.errors import BadPayload
from xinhua_id.warc import chunks, payload, record
from xinhua_id.warc.exchange import Exchange, target_uri
from xinhua_id.warc.record import Fields

#: WARC 1.1 §6.7: what a revisit record says of the payload it does not hold.
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

_REQUEST = "application/http; msgtype=request"
_RESPONSE = "application/http; msgtype=response"
_PROXY_SECRET = re.compile(rb"^proxy-authorization:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE)
_PLAIN = "".join(chr(c) for c in range(0x21, 0x7F) if c != 0x25)


class Original(NamedTuple):
    """A response record whose payload another capture has again, and where its member lies."""

    record_id: str
    url: str
    date: dt.datetime
    payload_digest: str
    file: str
    offset: int
    length: int


class Originals(Protocol):
    """Where the writer asks for what is kept already."""

    def of_payload(self, digest: str, url: str, *, chunked: bool) -> Original | None:
        """Return the record whose payload has this digest, and whose block frames it in chunks just as well.

        A revisit has a head of its own and the original's body: replay tools read the one by the other.
        """

    def of_url(self, url: str) -> Original | None:
        """Return the record whose validators (ETag, Last-Modified) the request for ``url`` carried."""


class Draft(NamedTuple):
    """A record to be written. ``head`` is that of the HTTP response in its block, if it holds one."""

    fields: Fields
    length: int
    block: Iterable[bytes | memoryview]
    record_id: str
    head: payload.Head | None = None
    payload_digest: str | None = None
    original: Original | None = None
    framing: bytes | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """What stands at the front of a response: so many bytes of 1xx heads, then its head: None if it is none."""

    interim: int
    head: payload.Head | None


def front_of(exchange: Exchange) -> Front:
    """Return where the final response of an exchange begins, and its head."""
    if not exchange.response_length:
        return Front(0, None)
    file = cast("BinaryIO", exchange.response)
    try:
        head = payload.read_head_of(file, exchange.response_length)
    except BadPayload:
        file.seek(0)
        return Front(payload.interim_length(file.read(record.PIECE)), None)
    return Front(head.start, head)


def drafts(exchange: Exchange, info_id: str, originals: Originals | None) -> Iterator[Draft]:
    """Yield the records of an exchange in the order they are written: what was answered, the request, the rest."""
    front = front_of(exchange)
    request_id = record.new_id()
    common = _common(exchange, info_id, front.head)
    answered = None
    if exchange.response_length > front.interim:
        answered = _answer(exchange, front, common, request_id, originals)
        yield answered
    yield _request(exchange, common, request_id, answered.record_id if answered else None)
    said = _beside(exchange, front.interim, answered)
    if said:
        yield _metadata(exchange, info_id, said, request_id)


def _answer(
    exchange: Exchange, front: Front, common: list[tuple[str, str | None]], request_id: str, originals: Originals | None
) -> Draft:
    block, end, head = _Block(exchange, front.interim), exchange.response_length, front.head
    digest = _payload_digest(block, head) if head else None
    if originals is not None and head is not None and exchange.truncated is None and exchange.method == "GET":
        url = target_uri(exchange.url)
        if head.status == 304 and (original := originals.of_url(url)):
            return _revisit(exchange, front, common, request_id, original, NOT_MODIFIED)
        if (
            head.status == 200
            and digest
            and end > head.body_start
            and (found := originals.of_payload(digest, url, chunked=head.chunked))
        ):
            framing = chunks.framing_of(map(bytes, block.since(head.body_start))) if head.chunked else None
            if framing is not None or not head.chunked:
                return _revisit(exchange, front, common, request_id, found, IDENTICAL)._replace(framing=framing)
    record_id = record.new_id()
    fields: Fields = [
        ("WARC-Type", "response"),
        ("WARC-Record-ID", record_id),
        *common,
        ("WARC-Concurrent-To", request_id),
        ("WARC-Payload-Digest", digest),
        ("WARC-Block-Digest", record.digest(block.since(front.interim))),
        ("WARC-Truncated", exchange.truncated),
        ("Content-Type", _RESPONSE if head else "application/octet-stream"),
    ]
    return Draft(fields, end - front.interim, block.since(front.interim), record_id, head, digest)


class _Block:
    """What came, from ``start`` to its end, read more than once: from memory where it is small, else from its spool."""

    def __init__(self, exchange: Exchange, start: int) -> None:
        self._file, self._start, self._end = cast("BinaryIO", exchange.response), start, exchange.response_length
        self._whole: memoryview | None = None
        if self._end - start <= record.PIECE:
            self._whole = memoryview(b"".join(record.pieces(self._file, start, self._end)))

    def since(self, offset: int) -> Iterable[bytes | memoryview]:
        """Return the bytes from an offset of the spool on, a piece at a time."""
        if self._whole is None:
            return record.pieces(self._file, offset, self._end)
        return (self._whole[offset - self._start :],)


def _revisit(
    exchange: Exchange,
    front: Front,
    common: list[tuple[str, str | None]],
    request_id: str,
    original: Original,
    profile: str,
) -> Draft:
    """Return the revisit of an original: the head verbatim, and of a 304 whatever came behind it as well.

    WARC 1.1 §6.7.2 has ``WARC-Truncated: length`` on a block whose payload was left out.
    """
    assert front.head is not None
    end = front.head.body_start if profile == IDENTICAL else exchange.response_length
    block = b"".join(record.pieces(cast("BinaryIO", exchange.response), front.interim, end))
    record_id = record.new_id()
    fields: Fields = [
        ("WARC-Type", "revisit"),
        ("WARC-Record-ID", record_id),
        *common,
        ("WARC-Profile", profile),
        ("WARC-Refers-To", original.record_id),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", record.date(original.date)),
        ("WARC-Concurrent-To", request_id),
        ("WARC-Payload-Digest", original.payload_digest),
        ("WARC-Block-Digest", record.digest([block])),
        ("WARC-Truncated", "length" if profile == IDENTICAL else None),
        ("Content-Type", _RESPONSE),
    ]
    return Draft(fields, len(block), [block], record_id, front.head, original.payload_digest, original)


def _request(
    exchange: Exchange, common: list[tuple[str, str | None]], record_id: str, concurrent_to: str | None
) -> Draft:
    block = _without_proxy_secret(bytes(exchange.request))
    body = block.partition(b"\r\n\r\n")[2]
    fields: Fields = [
        ("WARC-Type", "request"),
        ("WARC-Record-ID", record_id),
        *common,
        ("WARC-Concurrent-To", concurrent_to),
        ("WARC-Payload-Digest", record.digest([body]) if body else None),
        ("WARC-Block-Digest", record.digest([block])),
        ("Content-Type", _REQUEST),
    ]
    return Draft(fields, len(block), [block], record_id)


def _metadata(exchange: Exchange, info_id: str, said: list[tuple[str, str]], concurrent_to: str) -> Draft:
    record_id = record.new_id()
    named: Fields = [
        ("WARC-Warcinfo-ID", info_id),
        ("WARC-Target-URI", target_uri(exchange.url)),
        ("WARC-Date", record.date(exchange.started_at)),
        ("WARC-Concurrent-To", concurrent_to),
    ]
    fields, block = record.of_fields("metadata", record_id, named, said)
    return Draft(fields, len(block), [block], record_id)


def _common(exchange: Exchange, info_id: str, head: payload.Head | None) -> list[tuple[str, str | None]]:
    protocol, cipher = exchange.tls or (None, None)
    return [
        ("WARC-Warcinfo-ID", info_id),
        ("WARC-Target-URI", target_uri(exchange.url)),
        ("WARC-Date", record.date(exchange.started_at)),
        ("WARC-IP-Address", exchange.peer_ip),
        ("WARC-Protocol", f"http/{head.version if head else '1.1'}"),
        ("WARC-Protocol", protocol and protocol.lower().replace("tlsv", "tls/")),
        ("WARC-Cipher-Suite", cipher),
    ]


def _payload_digest(block: _Block, head: payload.Head) -> str | None:
    """Return the digest over the dechunked body (WARC 1.1 §5.9); None where the chunking is broken."""
    body = block.since(head.body_start)
    try:
        return record.digest(payload.dechunked(map(bytes, body)) if head.chunked else body)
    except BadPayload:
        return None


def _beside(exchange: Exchange, interim: int, answered: Draft | None) -> list[tuple[str, str]]:
    """Return what the records themselves cannot say."""
    said: list[tuple[str, str]] = []
    if answered is None:
        said.append(("noResponse", exchange.truncated or "unspecified"))
    if interim:
        heads = b"".join(record.pieces(cast("BinaryIO", exchange.response), 0, interim))
        # Percent-encoded, so that the bytes come back exactly.
        said.append(("interimResponses", quote_from_bytes(heads, safe=_PLAIN)))
    if answered is not None and answered.framing is not None:
        said.append(("chunkFraming", quote_from_bytes(answered.framing, safe=_PLAIN)))
    return said


def _without_proxy_secret(request: bytes) -> bytes:
    """Return the request without its Proxy-Authorization: a secret between us and the proxy, never the site's."""
    head, empty_line, body = request.partition(b"\r\n\r\n")
    return _PROXY_SECRET.sub(b"", head + b"\r\n")[:-2] + empty_line + body if empty_line else request
