"""A small archive with a record of every kind that replay must show, and the headline that each page carries."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
import pytest

from tests.items import article
from xinhua_id.archive.replay import process as replay
from xinhua_id.errors import ArchiveError
from xinhua_id.items import Capture
from xinhua_id.warc import record
from xinhua_id.warc.exchange import Exchange
from xinhua_id.warc.writer import WarcWriter

BEGUN = dt.datetime(2026, 1, 9, 5, 30, 15, tzinfo=dt.UTC)
HOST = "http://contoh.example"
RUN = "contoh-20260109T053015Z"
_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


@dataclass(frozen=True)
class Kept:
    """One capture: its address, when, and what a reader must find there."""

    kind: str
    url: str
    at: dt.datetime
    headline: str

    @property
    def timestamp(self) -> str:
        return self.at.strftime("%Y%m%d%H%M%S")

    @property
    def path(self) -> str:
        """Where replay shows it."""
        return f"/archive/{self.timestamp}/{self.url}"


@dataclass
class Shelf:
    """An archive that is being filled: one site, one WARC, its items."""

    root: Path
    site: str = "contoh"
    writer: WarcWriter = field(init=False)
    kept: dict[str, Kept] = field(default_factory=dict)
    _minutes: int = 0
    _items: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = self.root / self.site
        self.writer = WarcWriter(
            self.home / "warc", source=f"{self.site}@0123456789ab", info={"isPartOf": RUN}, clock=lambda: BEGUN
        )

    def response(
        self, kind: str, path: str, headline: str, head: str = "", body: bytes | None = None, *, status: str = "200 OK"
    ) -> Capture:
        """Keep a response; without a body of its own it is the page of a story."""
        content = page(headline) if body is None else body
        return self._wrote(kind, path, headline, _message(status, head, content))

    def revisit(self, kind: str, path: str, headline: str, original: Capture, *, profile: str, head: bytes) -> None:
        """Keep a revisit record of ``original``, as WARC 1.1 §6.7 has it."""
        at, url = self._next(), HOST + path
        was = next(one for one in self.kept.values() if one.at == original.captured_at)
        fields = [
            ("WARC-Type", "revisit"),
            ("WARC-Record-ID", record.new_id()),
            ("WARC-Target-URI", url),
            ("WARC-Date", record.date(at)),
            ("WARC-Profile", _PROFILE + profile),
            ("WARC-Refers-To", original.record_id),
            ("WARC-Refers-To-Target-URI", was.url),
            ("WARC-Refers-To-Date", record.date(original.captured_at)),
            ("WARC-Payload-Digest", original.payload_digest),
            ("WARC-Block-Digest", record.digest([head])),
            ("WARC-Truncated", "length" if profile.startswith("identical") else None),
            ("Content-Type", "application/http; msgtype=response"),
        ]
        self.writer._file.append(record.member(fields, len(head), [head]))
        self.kept[kind] = Kept(kind, url, at, headline)

    def resource(self, uri: str, mime: str, block: bytes) -> None:
        """Keep a resource record."""
        at = self._next()
        fields = [
            ("WARC-Type", "resource"),
            ("WARC-Record-ID", record.new_id()),
            ("WARC-Target-URI", uri),
            ("WARC-Date", record.date(at)),
            ("WARC-Payload-Digest", record.digest([block])),
            ("WARC-Block-Digest", record.digest([block])),
            ("Content-Type", mime),
        ]
        self.writer._file.append(record.member(fields, len(block), [block]))
        self.kept[uri] = Kept(uri, uri, at, block.decode())

    def item(self, kind: str, capture: Capture, **changes: Any) -> None:
        """Keep the story of a capture as an item."""
        kept = self.kept[kind]
        line = article(
            ident=f"{len(self._items):032x}", headline=kept.headline, url=kept.url, canonical_url=kept.url,
            site=self.site, capture=capture, **changes,
        )  # fmt: skip
        self._items.append(line.to_json())

    def close(self) -> Path:
        """Close the WARC and write the items; return the archive."""
        self.writer.close()
        items = self.home / "items" / f"{RUN}.jsonl"
        items.parent.mkdir(exist_ok=True)
        items.write_text("".join(f"{line}\n" for line in self._items), encoding="utf-8")
        runs = self.home / "runs" / f"{RUN}.json"
        runs.parent.mkdir(exist_ok=True)
        runs.write_text(json.dumps({"run": RUN}), encoding="utf-8")
        return self.root

    def _wrote(self, kind: str, path: str, headline: str, raw: bytes) -> Capture:
        exchange = Exchange(HOST + path, "GET", self._next(), "192.0.2.7")
        exchange.request.extend(f"GET {path} HTTP/1.1\r\nHost: contoh.example\r\n\r\n".encode())
        exchange.receive(raw)
        exchange.complete()
        capture = self.writer.write(exchange)
        assert capture is not None
        self.kept[kind] = Kept(kind, HOST + path, exchange.started_at, headline)
        return capture

    def _next(self) -> dt.datetime:
        self._minutes += 1
        return BEGUN + dt.timedelta(minutes=self._minutes)


#: Every kind of record that shows a page.
KINDS = (
    "plain response", "chunked", "chunked, spelt otherwise", "gzip", "chunked, gzip", "br",
    "charset in the header only",
    "redirect to a story", "404", "revisit of the same URL", "revisit of another URL",
    "revisit, plain, of a chunked original", "revisit, chunked, of a plain original", "before the 304",
    "the newest capture is a 304",
)  # fmt: skip


def every_kind(root: Path) -> Shelf:
    """Return an archive, closed, with every kind of record."""
    shelf = Shelf(root)
    plain = shelf.response("plain response", "/panen", "Petani Kunming memanen teh pertama tahun ini")
    shelf.item("plain response", plain, date_published=BEGUN)
    chunked_head = "Transfer-Encoding: chunked\r\n"
    gzip_head = "Content-Encoding: gzip\r\n"
    headline = "Warga desa Guizhou menanam kembali bambu di lereng"
    chunked = shelf.response("chunked", "/bambu", headline, chunked_head, framed(page(headline)))
    headline = "Pasar terapung Suzhou kembali ramai sejak fajar"
    shelf.response(
        "chunked, spelt otherwise", "/pasar", headline, "transfer-encoding: Chunked\r\n", framed(page(headline), ";a=b")
    )
    headline = "Perajin Jingdezhen melukis seribu mangkuk porselen"
    shelf.response("gzip", "/porselen", headline, gzip_head, gzip.compress(page(headline)))
    headline = "Kereta malam dari Lhasa membawa kiriman wol"
    shelf.response("chunked, gzip", "/wol", headline, chunked_head + gzip_head, framed(gzip.compress(page(headline))))
    headline = "Perahu naga kampung Foshan berlomba di kanal"
    shelf.response("br", "/perahu", headline, "Content-Encoding: br\r\n", brotli.compress(page(headline)))
    headline = "Kedai mi “Lanzhou” buka – sampai tengah malam"
    said = page(headline).decode().replace("<meta charset='utf-8'>", "").encode("windows-1252")
    shelf.response(
        "charset in the header only", "/mi", headline, "Content-Type: text/html; charset=windows-1252\r\n", said
    )
    moved = "HTTP/1.1 301 Moved Permanently\r\nLocation: /panen\r\nContent-Length: 0\r\n\r\n"
    shelf._wrote("redirect to a story", "/lama", shelf.kept["plain response"].headline, moved.encode())
    headline = "Halaman tidak ditemukan"
    shelf.response("404", "/hilang", headline, status="404 Not Found")
    same, cross = b"HTTP/1.1 200 OK\r\n" + _TYPE + b"X-Visit: kedua\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + _TYPE + b"\r\n"
    identical = "identical-payload-digest"
    headline = shelf.kept["plain response"].headline
    shelf.revisit("revisit of the same URL", "/panen", headline, plain, profile=identical, head=same)
    shelf.revisit("revisit of another URL", "/panen?amp=1", headline, plain, profile=identical, head=cross)
    headline = shelf.kept["chunked"].headline
    shelf.revisit(
        "revisit, plain, of a chunked original", "/bambu?amp=1", headline, chunked, profile=identical, head=cross
    )
    framing = b"HTTP/1.1 200 OK\r\n" + _TYPE + chunked_head.encode() + b"\r\n"
    headline = shelf.kept["plain response"].headline
    shelf.revisit(
        "revisit, chunked, of a plain original", "/panen?cetak=1", headline, plain, profile=identical, head=framing
    )
    headline = "Peternak Hulun Buir menghitung anak domba musim dingin"
    lamb = shelf.response("before the 304", "/domba", headline, 'ETag: "a"\r\n')
    unchanged = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'
    shelf.revisit(
        "the newest capture is a 304", "/domba", headline, lamb, profile="server-not-modified", head=unchanged
    )
    shelf.resource(f"urn:xinhua-id:{RUN}:log", "text/plain", b"INFO: 12 cerita")
    shelf.item("before the 304", lamb)
    shelf.close()
    return shelf


def page(headline: str) -> bytes:
    """Return the page of a story."""
    return (
        f"<!doctype html><html lang='id'><head><meta charset='utf-8'><title>{headline}</title>"
        "<style>body{font:18px Georgia;max-width:40em;margin:2em auto}</style></head>"
        f"<body><article><h1>{headline}</h1><p>Kunming, China (Xinhua) – Mereka bergiliran sejak fajar, kata kepala "
        "kampung setempat pada Senin (9/1).</p><p><a href='/bambu'>Bambu</a></p></article></body></html>"
    ).encode()


def framed(body: bytes, extension: str = "") -> bytes:
    """Return a body in chunks."""
    step = 300
    parts = (body[at : at + step] for at in range(0, len(body), step))
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension.encode(), part) for part in parts) + b"0\r\n\r\n"


_TYPE = b"Content-Type: text/html; charset=utf-8\r\n"


def _message(status: str, head: str, body: bytes) -> bytes:
    lines = head.lower()
    kind = "" if "content-type" in lines else _TYPE.decode()
    length = "" if "transfer-encoding" in lines else f"Content-Length: {len(body)}\r\n"
    return f"HTTP/1.1 {status}\r\n{kind}{head}{length}\r\n".encode() + body


#: Asks past every proxy.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def got(address: str, headers: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Return status, text and final address."""
    try:
        with DIRECT.open(urllib.request.Request(address, headers=headers or {}), timeout=20) as answer:
            return answer.status, answer.read().decode(answer.headers.get_content_charset() or "utf-8"), answer.url
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8", "replace"), error.url


def needs_pywb() -> None:
    """Skip a test, with the reason, where replay is not installed."""
    try:
        replay.replay_python()
    except ArchiveError as error:
        pytest.skip(f"NO REPLAY TEST: {error}")
