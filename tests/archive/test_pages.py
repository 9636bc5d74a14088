"""Pages out of a WARC."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.archive.pages import pages, source_named_in
from xinhua_id.archive.trace import trace
from xinhua_id.errors import BadRecord
from xinhua_id.items import Article
from xinhua_id.warc import record
from xinhua_id.warc.writer import WarcWriter


@pytest.fixture
def out(tmp_path: Path) -> WarcWriter:
    return WarcWriter(tmp_path, source="contoh@0123456789ab", info={})


def test_every_response_is_a_page_with_its_capture(out: WarcWriter) -> None:
    zipped = gzip.compress(b"<p>panen</p>")
    captures = [
        out.write(exchange(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX-A: b\r\n\r\n" + zipped)),
        out.write(exchange(b"", truncated="disconnect")),
        out.write(exchange(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Tidak Ada\r\n\r\n")),
    ]
    out.close()
    found = list(pages(out.path))
    assert [page.capture for page in found] == [captures[0], captures[2]]
    assert [(page.status, page.body, page.incomplete) for page in found] == [
        (200, b"<p>panen</p>", None),
        (404, b"", None),
    ]
    assert found[0].headers == (("Content-Encoding", "gzip"), ("X-A", "b"))
    assert found[0].captured_at == WHEN


def test_pages_that_are_not_whole_say_why(out: WarcWriter) -> None:
    out.write(exchange(SAID[:-2], truncated="time"))
    out.write(exchange(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(SAID)[:-3]))
    out.write(exchange(b"apa ini?"))
    out.close()
    found = list(pages(out.path))
    assert [(page.status, page.incomplete) for page in found] == [(200, "time"), (200, "payload"), (0, "head")]
    assert [page.body for page in found] == [b"pan", SAID, b""]


def test_the_address_is_read_as_wget_writes_it(tmp_path: Path) -> None:
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-11-23T08:00:00Z\r\n"
    path = tmp_path / "wget.warc"
    path.write_bytes(
        head
        + b"WARC-Target-URI: <https://contoh.example/a>\r\nContent-Length: %d\r\n\r\n" % len(SAID)
        + SAID
        + b"\r\n\r\n"
    )
    assert [page.url for page in pages(path)] == ["https://contoh.example/a"]


def test_an_open_file_is_read_under_the_name_it_will_have(out: WarcWriter) -> None:
    capture = out.write(exchange())
    (page,) = pages(out.path)
    assert page.capture == capture
    assert out.path.name.endswith(".open")


def test_a_torn_tail_costs_no_page_before_it(out: WarcWriter) -> None:
    out.write(exchange())
    out.close()
    out.path.write_bytes(out.path.read_bytes() + b"\x1f\x8b\x08\x00")
    found = pages(out.path)
    assert next(found).status == 200
    with pytest.raises(BadRecord, match="torn"):
        next(found)


def test_the_source_is_named_by_warcinfo(out: WarcWriter, tmp_path: Path) -> None:
    out.close()
    assert source_named_in(out.path) == "contoh@0123456789ab"
    empty = tmp_path / "kosong.warc.gz"
    empty.write_bytes(b"")
    assert source_named_in(empty) is None


def conversion(text: bytes, kind: bytes = b"text/plain") -> bytes:
    """A record as WET files hold them: the text of a page, one gzip member each."""
    head = (
        b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://contoh.example/a\r\n"
        b"WARC-Date: 2023-09-21T01:02:03Z\r\nWARC-Record-ID: <urn:uuid:2>\r\nWARC-Refers-To: <urn:uuid:1>\r\n"
        b"WARC-Block-Digest: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    ) % (record.digest([text]).encode(), kind, len(text))
    return gzip.compress(head + text + b"\r\n\r\n")


def test_a_conversion_is_a_page_without_a_status(tmp_path: Path) -> None:
    path = tmp_path / "CC-MAIN.warc.wet.gz"
    path.write_bytes(conversion(b"panen") + conversion(b"lagi"))
    first, second = pages(path)
    assert (first.url, first.body, first.converted, first.headers) == (
        "https://contoh.example/a", b"panen", True, (("Content-Type", "text/plain"),),
    )  # fmt: skip
    assert first.capture is not None
    assert second.capture is not None
    assert first.capture.status is None
    assert first.capture.payload_digest == record.digest([b"panen"])
    assert (first.capture.offset, second.capture.offset) == (0, first.capture.length)
    assert first.captured_at == dt.datetime(2023, 9, 21, 1, 2, 3, tzinfo=dt.UTC)


def test_an_item_of_a_conversion_leads_back_to_it(tmp_path: Path) -> None:
    path = tmp_path / "CC-MAIN.warc.wet.gz"
    path.write_bytes(conversion(b"panen"))
    (page,) = pages(path)
    known: dict[str, Any] = {"id": "a", "url": page.url, "capture": page.capture}
    item = Article.model_construct(**known)
    assert trace(item, tmp_path).content == b"panen"
    path.write_bytes(conversion(b"paNen"))
    with pytest.raises(BadRecord):
        trace(item, tmp_path)
