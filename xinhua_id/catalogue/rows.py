"""tmp"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileRow:
    name: str
    site: str
    run: str
    committed: int
    closed: bool
    sha256: str | None


@dataclass(frozen=True, slots=True)
class CaptureRow:
    record_id: str
    site: str
    run: str
    file: str
    offset: int
    length: int
    type: str
    url: str
    captured_at: dt.datetime
    status: int | None
    mime: str | None
    payload_digest: str | None
    truncated: str | None
    profile: str | None
    refers_to: str | None
    refers_to_uri: str | None
    refers_to_date: dt.datetime | None


@dataclass(frozen=True, slots=True)
class VisitRow:
    record_id: str
    site: str
    run: str
    url: str
    kind: str
    outcome: str
    reason: str | None
    detail: str | None
    capture_id: str | None
    item_id: str | None
    visited_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ArticleRow:
    item_id: str
    record_id: str
    site: str
    run: str
    file: str
    offset: int
    length: int
    content_digest: str
    url: str | None
    canonical_url: str | None
    headline: str
    date_published: dt.datetime | None
    captured_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ValidatorRow:
    url: str
    site: str
    etag: str | None
    last_modified: str | None
    record_id: str
    payload_digest: str | None
    captured_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RunRow:
    name: str
    site: str
    source: str
    begun_at: dt.datetime
    ended_at: dt.datetime | None
    outcome: str
