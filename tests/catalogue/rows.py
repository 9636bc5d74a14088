"""Rows made by hand, for the tests of the catalogue."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xinhua_id.catalogue.rows import ArticleRow, CaptureRow, FileRow, RunRow, TombstoneRow, ValidatorRow, VisitRow

WHEN = dt.datetime(2026, 1, 9, 5, 30, 15, 123456, tzinfo=dt.UTC)
URL = "http://contoh.id/panen"


def later(seconds: float) -> dt.datetime:
    return WHEN + dt.timedelta(seconds=seconds)


def capture(number: int = 0, **changed: Any) -> CaptureRow:
    row: dict[str, Any] = {
        "record_id": f"<urn:uuid:{number}>",
        "site": "contoh",
        "run": "lari",
        "file": "contoh.warc.gz",
        "offset": number * 1000,
        "length": 1000,
        "type": "response",
        "url": URL,
        "captured_at": later(number),
        "status": 200,
        "mime": "text/html",
        "payload_digest": "sha1:PANEN",
        "truncated": None,
        "profile": None,
        "refers_to": None,
        "refers_to_uri": None,
        "refers_to_date": None,
    }
    return CaptureRow(**{**row, **changed})


def revisit(number: int, **changed: Any) -> CaptureRow:
    return capture(
        number,
        **{
            "type": "revisit",
            "truncated": "length",
            "profile": "identical-payload-digest",
            "refers_to": "<urn:uuid:0>",
            "refers_to_uri": URL,
            "refers_to_date": WHEN,
            **changed,
        },
    )


def visit(number: int = 0, **changed: Any) -> VisitRow:
    row: dict[str, Any] = {
        "record_id": f"<urn:uuid:visit-{number}>",
        "site": "contoh",
        "run": "lari",
        "url": URL,
        "kind": "story",
        "outcome": "story",
        "reason": None,
        "detail": None,
        "capture_id": f"<urn:uuid:{number}>",
        "item_id": "a1",
        "visited_at": later(number),
    }
    return VisitRow(**{**row, **changed})


def article(item_id: str = "a1", number: int = 0, **changed: Any) -> ArticleRow:
    row: dict[str, Any] = {
        "item_id": item_id,
        "record_id": f"<urn:uuid:{number}>",
        "site": "contoh",
        "run": "lari",
        "file": "lari.jsonl",
        "offset": number * 100,
        "length": 100,
        "content_digest": "sha256:00",
        "url": URL,
        "canonical_url": "https://contoh.id/panen",
        "headline": "Warga rawat mata air",
        "date_published": None,
        "captured_at": later(number),
    }
    return ArticleRow(**{**row, **changed})


def validator(**changed: Any) -> ValidatorRow:
    row: dict[str, Any] = {
        "url": URL,
        "site": "contoh",
        "etag": '"satu"',
        "last_modified": None,
        "record_id": "<urn:uuid:0>",
        "payload_digest": "sha1:PANEN",
        "captured_at": WHEN,
    }
    return ValidatorRow(**{**row, **changed})


def file(name: str = "contoh.warc.gz", **changed: Any) -> FileRow:
    row: dict[str, Any] = {"site": "contoh", "run": "lari", "committed": 0, "closed": False, "sha256": None}
    return FileRow(name, **{**row, **changed})


def run(name: str = "lari", **changed: Any) -> RunRow:
    row: dict[str, Any] = {
        "site": "contoh", "source": "contoh@00", "begun_at": WHEN, "ended_at": None, "outcome": "running",
    }  # fmt: skip
    return RunRow(name, **{**row, **changed})


def tombstone(number: int = 0, **changed: Any) -> TombstoneRow:
    row: dict[str, Any] = {
        "site": "contoh", "url": URL, "file": "contoh.warc.gz", "reason": "permintaan", "redacted_at": WHEN,
        "replaced_by": "baru.warc.gz",
    }  # fmt: skip
    return TombstoneRow(f"<urn:uuid:{number}>", **{**row, **changed})
