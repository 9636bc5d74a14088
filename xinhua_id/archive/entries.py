"""tmp"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xinhua_id.catalogue.rows import ArticleRow, CaptureRow, ValidatorRow, VisitRow
from xinhua_id.errors import BadPayload
from xinhua_id.items import Article
from xinhua_id.warc import payload, record

NO_HEAD = BadPayload


class Place(NamedTuple):
    site: str
    run: str
    file: str
    offset: int
    length: int


def capture_row(headers: Sequence[tuple[str, str]], http: payload.Head | None, place: Place) -> CaptureRow:
    said = {name.lower(): value for name, value in reversed(headers)}
    kind = said["warc-type"]
    date = said.get("warc-refers-to-date")
    mime = (
        next((v for k, v in http.headers if k.lower() == "content-type"), None)
        if http
        else (said.get("content-type") if kind == "resource" else None)
    )
    return CaptureRow(
        said["warc-record-id"],
        *place,
        kind,
        said["warc-target-uri"],
        record.moment(said["warc-date"]),
        http.status if http else None,
        mime.partition(";")[0].strip().lower() if mime else None,
        said.get("warc-payload-digest"),
        said.get("warc-truncated"),
        said["warc-profile"].rpartition("/")[2] if "warc-profile" in said else None,
        said.get("warc-refers-to"),
        said.get("warc-refers-to-target-uri"),
        record.moment(date) if date else None,
    )


def validator_row(headers: Sequence[tuple[str, str]], http: payload.Head | None, place: Place) -> ValidatorRow | None:
    said = {name.lower(): value for name, value in reversed(headers)}
    if said["warc-type"] != "response" or http is None or http.status != 200 or "warc-truncated" in said:
        return None
    names = {k.lower(): v for k, v in reversed(http.headers)}
    etag, last = names.get("etag"), names.get("last-modified")
    if not (etag or last):
        return None
    return ValidatorRow(
        said["warc-target-uri"],
        place.site,
        etag,
        last,
        said["warc-record-id"],
        said.get("warc-payload-digest"),
        record.moment(said["warc-date"]),
    )


def visit_row(headers: Sequence[tuple[str, str]], block: bytes, place: Place) -> VisitRow:
    said = {name.lower(): value for name, value in reversed(headers)}
    f = record.fields_of(block)
    return VisitRow(
        said["warc-record-id"],
        place.site,
        place.run,
        said["warc-target-uri"],
        f.get("kind", "page"),
        f["outcome"],
        f.get("reason"),
        f.get("detail"),
        said.get("warc-refers-to"),
        f.get("item"),
        record.moment(said["warc-date"]),
    )


def article_row(article: Article, place: Place) -> ArticleRow:
    a = article
    return ArticleRow(
        a.id,
        a.capture.record_id if a.capture else "",
        *place,
        a.content_digest,
        a.url,
        a.canonical_url,
        a.headline,
        a.date_published,
        a.capture.captured_at if a.capture else None,
    )
