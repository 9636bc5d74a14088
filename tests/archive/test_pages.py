"""Pages out of a WARC."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.archive.pages import pages, source_named_in
from xinhua_id.errors import BadRecord
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
