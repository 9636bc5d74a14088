"""Foreign files for the tests of importing: an invented story in each tool's own way of writing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path

from tests.extraction.stories import article
from tests.warc.foreign import foreign, members
from xinhua_id.warc import record


def story(number: int = 1) -> bytes:
    """The response that carries a story; each number has a text of its own."""
    body = article().replace("</h1>", f" {number}</h1>").replace("</p>", f" Nomor {number}.</p>").encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body)
    return head + body


def ident(number: int) -> str:
    return f"<urn:uuid:00000000-0000-4000-8000-{number:012}>"


def info(software: str, number: int = 900) -> bytes:
    fields = f"software: {software}\r\nformat: WARC File Format 1.0\r\nisPartOf: basic\r\n".encode()
    return foreign(
        fields, kind="warcinfo", uri=None, ident=ident(number), more=("Content-Type: application/warc-fields",)
    )


def chunked(block: bytes) -> bytes:
    head, _, body = block.partition(b"\r\n\r\n")
    head = head.rpartition(b"\r\n")[0] + b"\r\nTransfer-Encoding: chunked"
    return head + b"\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"


def heritrix() -> bytes:
    """Heritrix 3: WARC/1.0, request and metadata beside it, and a payload digest over the chunks."""
    block = chunked(story())
    raw = record.digest([block.partition(b"\r\n\r\n")[2]])
    uri = "https://kabar.example.id/berita/1"
    return members(
        info("Heritrix/3.4.0 http://crawler.archive.org"),
        foreign(block, uri=uri, ident=ident(1), more=(
            "WARC-IP-Address: 192.0.2.7", f"WARC-Payload-Digest: {raw}",
            "Content-Type: application/http; msgtype=response",
        )),
        foreign(b"GET /berita/1 HTTP/1.0\r\n\r\n", kind="request", uri=uri, ident=ident(2), more=(
            f"WARC-Concurrent-To: {ident(1)}", "Content-Type: application/http; msgtype=request",
        )),
        foreign(b"via: https://kabar.example.id/\r\n", kind="metadata", uri=uri, ident=ident(3), more=(
            f"WARC-Concurrent-To: {ident(1)}", "Content-Type: application/warc-fields",
        )),
    )  # fmt: skip


def common_crawl() -> bytes:
    """Common Crawl: the body unpacked, with what its head said of it renamed."""
    block = story().replace(
        b"Content-Length:", b"X-Crawl-Content-Encoding: gzip\r\nX-Crawl-Content-Length: 99\r\nContent-Length:"
    )
    body = block.partition(b"\r\n\r\n")[2]
    return members(
        info("Apache Nutch 1.19 (modified, https://github.com/commoncrawl/nutch/)"),
        foreign(block, uri="https://kabar.example.id/berita/1", ident=ident(1), more=(
            f"WARC-Payload-Digest: {record.digest([body])}", f"WARC-Block-Digest: {record.digest([block])}",
            "WARC-Identified-Payload-Type: text/html", "Content-Type: application/http; msgtype=response",
        )),
    )  # fmt: skip


def wet() -> bytes:
    """A WET file: the text of a page, as a tool made it."""
    from tests.extraction.stories import BODY, HEADLINE

    text = "\n".join([HEADLINE, *BODY]).encode()
    return members(
        info("ia-web-commons"),
        foreign(text, kind="conversion", uri="https://kabar.example.id/berita/1", ident=ident(1), more=(
            f"WARC-Refers-To: {ident(9)}", f"WARC-Block-Digest: {record.digest([text])}", "Content-Type: text/plain",
        )),
    )  # fmt: skip


def arc(*, compressed: bool, version: int = 1) -> bytes:
    """An ARC of the Internet Archive's kind."""
    about = b"%d 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n" % version

    def one(url: str, mime: str, block: bytes) -> bytes:
        more = " 200 ABCDEF - 1234 lama.arc" if version == 2 else ""
        return f"{url} 192.0.2.7 20090110053015 {mime}{more} {len(block)}\n".encode() + block + b"\n"

    parts = [
        one("filedesc://lama.arc", "text/plain", about),
        one("dns:kabar.example.id", "text/dns", b"20090110053015\nkabar.example.id. 300 IN A 192.0.2.7\n"),
        one("https://kabar.example.id/berita/1 dua", "text/html", story()),
        one("https://kabar.example.id/x.png", "image/png", chunked(story(2))),
    ]
    return b"".join(gzip.compress(part, mtime=0) if compressed else part for part in parts)


def wacz(files: dict[str, bytes], *, wrong: str | None = None, deflated: bool = False) -> bytes:
    """A WACZ as browsertrix makes it; ``wrong`` is a file that is not what its digest says."""
    out = io.BytesIO()
    inside = {f"archive/{name}": content for name, content in files.items()}
    inside["pages/pages.jsonl"] = b'{"format": "json-pages-1.0"}\n'
    resources = [
        {
            "name": Path(path).name,
            "path": path,
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        }
        for path, content in inside.items()
    ]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED) as file:
        for path, content in inside.items():
            file.writestr(path, content + b"x" if path == wrong else content)
        file.writestr("datapackage.json", json.dumps({
            "profile": "data-package", "wacz_version": "1.1.1", "software": "Browsertrix-Crawler 1.5.0",
            "resources": resources,
        }))  # fmt: skip
    return out.getvalue()


def plain(data: bytes) -> bytes:
    return gzip.decompress(data)
