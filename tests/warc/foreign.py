"""Records as other people's tools write them, made by hand."""

from __future__ import annotations

import gzip
import io

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>panen</p>"
WHEN = "2023-09-21T01:02:03Z"


def foreign(
    block: bytes = PAGE,
    *,
    version: str = "1.0",
    kind: str = "response",
    uri: str | None = "https://contoh.example/a",
    ident: str | None = "<urn:uuid:00000000-0000-4000-8000-000000000001>",
    date: str | None = WHEN,
    length: str | None = None,
    end: bytes = b"\r\n\r\n",
    line: str = "\r\n",
    more: tuple[str, ...] = (),
) -> bytes:
    """One record, not compressed; ``length`` is what it says of its block."""
    lines = [
        f"WARC/{version}",
        f"WARC-Type: {kind}",
        *([f"WARC-Target-URI: {uri}"] if uri is not None else []),
        *([f"WARC-Date: {date}"] if date is not None else []),
        *([f"WARC-Record-ID: {ident}"] if ident is not None else []),
        *more,
        f"Content-Length: {len(block) if length is None else length}",
        "",
        "",
    ]
    return line.join(lines).encode() + block + end


def members(*records: bytes) -> bytes:
    """Each record in a gzip member of its own."""
    return b"".join(gzip.compress(record, 6, mtime=0) for record in records)


def by_warcio(version: str, *, compressed: bool, pages: int = 3) -> bytes:
    """A file by the library that pywb, browsertrix and many others write with."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compressed, warc_version=version)
    writer.write_record(writer.create_warcinfo_record("contoh.warc.gz", {"software": "warcio"}))
    for number in range(pages):
        body = b"<p>panen %d</p>" % number * 50
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                f"http://contoh.example/{number}", "response", payload=io.BytesIO(body), http_headers=headers
            )
        )
    return out.getvalue()
