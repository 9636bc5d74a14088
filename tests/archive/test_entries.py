"""From records, item lines and manifests to rows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from tests.items import any_article, article
from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.archive import entries
from xinhua_id.archive.entries import Place
from xinhua_id.catalogue.rows import RunRow, TombstoneRow, VisitRow
from xinhua_id.errors import BadRecord
from xinhua_id.items import Article
from xinhua_id.warc import payload, record
from xinhua_id.warc.reader import Record, records
from xinhua_id.warc.writer import WarcWriter

PLACE = Place("contoh", "lari", "contoh.warc.gz", 7, 70)
HEAD = payload.read_head(SAID)
URL = "http://contoh.id/panen"
RESPONSE = (
    ("WARC-Type", "response"),
    ("WARC-Record-ID", "<urn:uuid:1>"),
    ("WARC-Target-URI", URL),
    ("WARC-Date", "2026-01-09T05:30:15.123456Z"),
    ("WARC-Payload-Digest", "sha1:PANEN"),
)
REVISIT = (
    ("WARC-Type", "revisit"),
    *RESPONSE[1:],
    ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
    ("WARC-Refers-To", "<urn:uuid:0>"),
    ("WARC-Refers-To-Target-URI", "http://contoh.id/lama"),
    ("WARC-Refers-To-Date", "2026-01-08T05:30:15Z"),
    ("WARC-Truncated", "length"),
)


def head(*lines: str, status: int = 200) -> payload.Head:
    return payload.read_head("\r\n".join([f"HTTP/1.1 {status} Apa", *lines, "", ""]).encode("latin-1"))


def test_a_record_that_was_written_makes_the_row_of_its_capture(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, source="contoh@00", info={}, clock=lambda: WHEN)
    writer.write(exchange(SAID.replace(b"\r\n\r\n", b'\r\nETag: "panen"\r\n\r\n', 1)))
    writer.close()
    made = [
        entries.rows_of(found, Place("contoh", "lari", writer.path.name, found.offset, found.length))
        for found in records(writer.path)
    ]
    response = next(found for found in records(writer.path) if found.type == "response")
    (rows,) = [rows for rows in made if rows.capture]
    assert rows.capture is not None
    assert (rows.capture.record_id, rows.capture.payload_digest) == (
        response.header("WARC-Record-ID"),
        response.header("WARC-Payload-Digest"),
    )
    assert (rows.capture.offset, rows.capture.length) == (response.offset, response.length)
    assert (rows.capture.type, rows.capture.status, rows.capture.mime) == ("response", 200, "text/html")
    assert (rows.capture.url, rows.capture.captured_at) == (URL, WHEN)
    assert rows.validator is not None
    assert (rows.validator.etag, rows.validator.record_id) == ('"panen"', rows.capture.record_id)


def test_a_revisit_says_what_it_stands_for() -> None:
    row = entries.capture_row(REVISIT, HEAD, PLACE)
    assert (row.type, row.profile, row.status) == ("revisit", "identical-payload-digest", 200)
    assert (row.refers_to, row.refers_to_uri) == ("<urn:uuid:0>", "http://contoh.id/lama")
    assert row.refers_to_date == dt.datetime(2026, 1, 8, 5, 30, 15, tzinfo=dt.UTC)
    assert (row.file, row.offset, row.length, row.truncated) == ("contoh.warc.gz", 7, 70, "length")


@pytest.mark.parametrize(
    ("said", "mime"),
    [
        ("Content-Type: TEXT/HTML; Charset=UTF-8", "text/html"),
        ("content-type:  application/xml ", "application/xml"),
        ("Content-Type: ;", None),
        ("X-Lain: 1", None),
        ("Content-Type: teks/\x00panjang" + "g" * 999, ("teks/panjang" + "g" * 999)[:255]),
    ],
)
def test_the_media_type_has_no_parameters(said: str, mime: str | None) -> None:
    assert entries.capture_row(RESPONSE, head(said), PLACE).mime == mime


def test_a_resource_has_the_type_of_its_record_and_bytes_that_are_no_response_have_none() -> None:
    typed = (*RESPONSE[1:], ("Content-Type", "application/json; charset=utf-8"))
    assert entries.capture_row((("WARC-Type", "resource"), *typed), None, PLACE).mime == "application/json"
    bare = entries.capture_row((("WARC-Type", "response"), *typed), None, PLACE)
    assert (bare.mime, bare.status) == (None, None)


def test_the_first_of_repeated_fields_counts_whatever_its_case() -> None:
    said = (*((name.upper(), value) for name, value in RESPONSE), ("warc-record-id", "<urn:uuid:lain>"))
    assert entries.capture_row(said, HEAD, PLACE).record_id == "<urn:uuid:1>"


def test_a_url_in_angle_brackets_is_a_url() -> None:
    said = (("WARC-Target-URI", f"<{URL}>"), *RESPONSE)
    assert entries.capture_row(said, HEAD, PLACE).url == URL


@pytest.mark.parametrize("missing", [name for name, _ in RESPONSE[:4]])
def test_a_header_that_lacks_something_is_named(missing: str) -> None:
    said = [(name, value) for name, value in RESPONSE if name != missing]
    with pytest.raises(BadRecord, match=f"no {missing.lower()}.*contoh.warc.gz, offset 7"):
        entries.capture_row(said, HEAD, PLACE)


@pytest.mark.parametrize("date", ["kemarin", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+07:00", ""])
def test_a_date_that_is_none_is_named(date: str) -> None:
    said = [*((name, value) for name, value in RESPONSE if name != "WARC-Date"), ("WARC-Date", date)]
    with pytest.raises(BadRecord, match="warc-date is no date"):
        entries.capture_row(said, HEAD, PLACE)


def test_a_validator_leads_to_the_record_that_holds_the_payload() -> None:
    said = head('ETag: W/"a"', "Last-Modified: Fri, 09 Jan 2026 05:30:15 GMT")
    own = entries.validator_row(RESPONSE, said, PLACE)
    assert own is not None
    assert (own.etag, own.last_modified) == ('W/"a"', "Fri, 09 Jan 2026 05:30:15 GMT")
    assert (own.record_id, own.payload_digest, own.captured_at) == ("<urn:uuid:1>", "sha1:PANEN", WHEN)
    revisited = entries.validator_row(REVISIT, said, PLACE)
    assert revisited is not None
    assert (revisited.record_id, revisited.url) == ("<urn:uuid:0>", URL)


NOT_MODIFIED = tuple(
    (name, value.replace("identical-payload-digest", "server-not-modified")) for name, value in REVISIT
)


@pytest.mark.parametrize(
    ("headers", "http"),
    [
        (RESPONSE, head("X: y")),
        (RESPONSE, head('ETag: "a"', status=404)),
        (RESPONSE, None),
        (RESPONSE, head('ETag: "a\x01"')),
        (RESPONSE, head("ETag: " + "a" * 5000)),
        (RESPONSE, payload.read_head(b'HTTP/1.1 200 OK\r\nETag: "a"\r\nX-Put')),
        ((*RESPONSE, ("WARC-Truncated", "disconnect")), head('ETag: "a"')),
        (NOT_MODIFIED, head('ETag: "a"')),
    ],
)
def test_what_is_no_whole_page_with_a_validator_gives_none(headers: entries.Headers, http: payload.Head | None) -> None:
    assert entries.validator_row(headers, http, PLACE) is None


VISIT = (*(("WARC-Type", "metadata"), *RESPONSE[1:4]), ("WARC-Refers-To", "<urn:uuid:0>"))


def test_a_visit_says_how_it_ended() -> None:
    block = record.warc_fields(
        [
            ("outcome", "no-article"),
            ("reason", "soft-404"),
            ("detail", "judul: tidak\u2028ditemukan"),
            ("kind", "story"),
            ("outlink", "http://contoh.id/a story"),
        ]
    )
    assert entries.visit_row(VISIT, block, PLACE) == VisitRow(
        record_id="<urn:uuid:1>", site="contoh", run="lari", url=URL, kind="story", outcome="no-article",
        reason="soft-404", detail="judul: tidak ditemukan", capture_id="<urn:uuid:0>", item_id=None, visited_at=WHEN,
    )  # fmt: skip


def test_metadata_beside_a_request_is_no_visit() -> None:
    beside = Record("metadata", VISIT, 0, 9, b"noResponse: time\r\n")
    assert entries.rows_of(beside, PLACE) == entries.Rows()
    assert entries.rows_of(Record("request", RESPONSE, 0, 9, b""), PLACE) == entries.Rows()
    ended = entries.rows_of(Record("metadata", VISIT, 0, 9, b"outcome: story\r\nitem: a1\r\n"), PLACE)
    assert ended.visit is not None
    assert (ended.visit.item_id, ended.visit.capture_id) == ("a1", "<urn:uuid:0>")


@given(any_article())
def test_an_item_and_its_line_make_the_same_row(item: Article) -> None:
    row = entries.article_row(item, PLACE)
    assert row == entries.article_row(json.loads(item.to_json()), PLACE)
    assert (row.item_id, row.headline, row.date_published) == (item.id, item.headline, item.date_published)
    assert row.record_id == (item.capture.record_id if item.capture else "")
    assert (row.file, row.offset, row.length) == ("contoh.warc.gz", 7, 70)


def test_a_day_that_no_calendar_reaches_is_no_date() -> None:
    line = {**json.loads(article().to_json()), "date_published": "0001-01-01T00:00:00+07:00"}
    assert entries.article_row(line, PLACE).date_published is None


@pytest.mark.parametrize("line", [{}, {"id": "a"}, [], 7, None, {**json.loads(article().to_json()), "headline": 7}])
def test_a_line_that_is_no_item_is_named(line: Any) -> None:
    with pytest.raises(BadRecord, match=r"no item.*contoh.warc.gz, offset 7"):
        entries.article_row(line, PLACE)


def test_a_manifest_makes_the_row_of_its_run() -> None:
    manifest = {"run": "lari", "source": "contoh@00", "begun_at": "2026-01-09T05:30:15.123456+00:00"}
    began = RunRow("lari", "contoh", "contoh@00", WHEN, None, "running")
    assert entries.run_row({**manifest, "outcome": "running"}, "contoh") == began
    ended = entries.run_row({**manifest, "outcome": "died", "recovered_at": "2026-01-10T00:00:00+00:00"}, "contoh")
    assert ended.ended_at == dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    with pytest.raises(BadRecord, match="manifest is none"):
        entries.run_row({"run": "lari"}, "contoh")


def test_a_redaction_makes_a_tombstone() -> None:
    line = {
        "record_id": "<urn:uuid:1>", "url": URL, "file": "a.warc.gz", "reason": "permintaan",
        "redacted_at": "2026-01-09T05:30:15.123456Z", "replaced_by": "b.warc.gz",
    }  # fmt: skip
    row = TombstoneRow("<urn:uuid:1>", "contoh", URL, "a.warc.gz", "permintaan", WHEN, "b.warc.gz")
    assert entries.tombstone_row(line, "contoh") == row
    with pytest.raises(BadRecord, match="no redaction"):
        entries.tombstone_row({"url": URL}, "contoh")
