"""From what a record or an item line says to its row in the catalogue.

The commit of a crawl and whatever reads the files again (recovery, rebuild, import) make their rows here, so that a
catalogue that was lost and one rebuilt are equal. Knows nothing of where rows go.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from xinhua_id.catalogue.rows import ArticleRow, CaptureRow, RunRow, TombstoneRow, ValidatorRow, VisitRow
from xinhua_id.errors import BadPayload, BadRecord
from xinhua_id.items import Article
from xinhua_id.warc import payload, record
from xinhua_id.warc.reader import Record

#: The types of record that are captures; a metadata record may be a visit.
CAPTURES = frozenset({"response", "revisit", "resource"})

_IDENTICAL = "identical-payload-digest"
_LONGEST_VALIDATOR = 4096
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f]")

Headers = Sequence[tuple[str, str]]


class Place(NamedTuple):
    """Where a record or line lies: ``file`` under its final name, ``offset`` and ``length`` of the member or line."""

    site: str
    run: str
    file: str
    offset: int
    length: int


class Rows(NamedTuple):
    """The rows of one record: any of the three, or none."""

    capture: CaptureRow | None = None
    visit: VisitRow | None = None
    validator: ValidatorRow | None = None


def rows_of(found: Record, place: Place) -> Rows:
    """Return the rows that a record makes; raise `BadRecord` where its header lacks what it must have."""
    if found.type in CAPTURES:
        http = head_of(found)
        return Rows(capture_row(found.headers, http, place), validator=validator_row(found.headers, http, place))
    if found.type == "metadata" and is_visit(found.content):
        return Rows(visit=visit_row(found.headers, found.content, place))
    return Rows()


def head_of(found: Record) -> payload.Head | None:
    """Return the head of the HTTP response in a record; None where it holds none."""
    if found.type not in {"response", "revisit"}:
        return None
    try:
        return payload.head_and_body(found.pieces())[0]  # of a long block only the beginning
    except BadPayload:
        return None


def capture_row(headers: Headers, http: payload.Head | None, place: Place) -> CaptureRow:
    """Return the row of a response, revisit or resource record; ``http`` is the head in its block, None if it has none.

    Raises `BadRecord` where the WARC header lacks what it must have.
    """
    said = _Said(headers, place)
    profile, date = said.get("warc-profile"), said.get("warc-refers-to-date")
    return CaptureRow(
        record_id=said["warc-record-id"],
        **place._asdict(),
        type=said["warc-type"],
        url=said.url(),
        captured_at=said.moment("warc-date"),
        status=http.status if http else None,
        mime=_mime(said, http),
        payload_digest=said.get("warc-payload-digest"),
        truncated=said.get("warc-truncated"),
        profile=profile.rstrip("/").rpartition("/")[2] if profile else None,
        refers_to=said.get("warc-refers-to"),
        refers_to_uri=said.url("warc-refers-to-target-uri") if "warc-refers-to-target-uri" in said else None,
        refers_to_date=said.moment("warc-refers-to-date") if date else None,
    )


def validator_row(headers: Headers, http: payload.Head | None, place: Place) -> ValidatorRow | None:
    """Return what a later request for the URL may carry; None for all but a whole answer of status 200 that says it.

    A revisit with an identical payload counts: the original holds what its validators stand for.
    """
    said = _Said(headers, place)
    kind, profile = said["warc-type"], said.get("warc-profile") or ""
    revisit = kind == "revisit" and profile.rstrip("/").endswith(_IDENTICAL)
    whole = kind == "response" and "warc-truncated" not in said
    if http is None or http.status != 200 or not http.whole or not (whole or revisit):
        return None
    record_id = said["warc-record-id"] if whole else said.get("warc-refers-to")
    etag, last_modified = (_validator(http, name) for name in ("etag", "last-modified"))
    if record_id is None or not (etag or last_modified):
        return None
    return ValidatorRow(
        url=said.url(),
        site=place.site,
        etag=etag,
        last_modified=last_modified,
        record_id=record_id,
        payload_digest=said.get("warc-payload-digest"),
        captured_at=said.moment("warc-date"),
    )


def is_visit(block: bytes) -> bool:
    """Whether the block of a metadata record says how a visit ended."""
    return block.startswith(b"outcome:")


def visit_row(headers: Headers, fields_block: bytes, place: Place) -> VisitRow:
    """Return the row of a visit from its metadata record; raise `BadRecord` where it lacks what it must have."""
    said, fields = _Said(headers, place), record.fields_of(fields_block)
    return VisitRow(
        record_id=said["warc-record-id"],
        site=place.site,
        run=place.run,
        url=said.url(),
        kind=fields.get("kind", "page"),
        outcome=fields.get("outcome", ""),
        reason=fields.get("reason"),
        detail=fields.get("detail"),
        capture_id=said.get("warc-refers-to"),
        item_id=fields.get("item"),
        visited_at=said.moment("warc-date"),
    )


def article_row(item: Article | Mapping[str, Any], place: Place) -> ArticleRow:
    """Return the row of an item: the Article, or its line as JSON has it; ``place`` is that of the line.

    Raises `BadRecord` where a line is no item.
    """
    if isinstance(item, Article):
        kept = item.capture
        record_id, captured_at = (kept.record_id, kept.captured_at) if kept else ("", None)
        return _article(item, record_id, item.date_published, captured_at, place)
    try:
        said = item["capture"]
        record_id, when = (str(said["record_id"]), _moment(said["captured_at"])) if said else ("", None)
        return _article(_Line(item), record_id, _moment(item["date_published"]), when, place)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadRecord(
            f"the line is no item: {error!r}", where=f"{place.file}, offset {place.offset}", now="Look at the line."
        ) from error


def run_row(manifest: Mapping[str, Any], site: str) -> RunRow:
    """Return the row of a run from its manifest; raise `BadRecord` where that does not say what it must."""
    try:
        return RunRow(
            name=str(manifest["run"]),
            site=site,
            source=str(manifest.get("source") or site),
            begun_at=_sure(manifest["begun_at"]),
            ended_at=_moment(manifest.get("ended_at") or manifest.get("recovered_at")),
            outcome=str(manifest["outcome"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRecord(f"the manifest is none: {error!r}", where=site, now="Look at the file.") from error


def tombstone_row(said: Mapping[str, Any], site: str) -> TombstoneRow:
    """Return the row of a line of a site's ``redactions.jsonl``; raise `BadRecord` where it lacks what it must have."""
    try:
        names = ("record_id", "url", "file", "reason", "replaced_by")
        return TombstoneRow(
            site=site, redacted_at=_sure(said["redacted_at"]), **{name: str(said[name]) for name in names}
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRecord(f"the line is no redaction: {error!r}", where=site, now="Look at the line.") from error


class _Said(dict[str, str]):
    """What a WARC header says, by name in lower case; of a repeated field the first."""

    def __init__(self, headers: Headers, place: Place) -> None:
        super().__init__((name.lower(), value) for name, value in reversed(headers))
        self._where = f"{place.file}, offset {place.offset}"

    def __missing__(self, name: str) -> str:
        raise BadRecord(f"the record has no {name}", where=self._where, now="It is no WARC 1.0 or 1.1 record.")

    def url(self, name: str = "warc-target-uri") -> str:
        """Return a URL; wget writes it in angle brackets, as the grammar of WARC 1.0 has it."""
        return self[name].removeprefix("<").removesuffix(">")

    def moment(self, name: str) -> dt.datetime:
        """Return a date."""
        try:
            return record.moment(self[name]).astimezone(dt.UTC)
        except (ValueError, OverflowError) as error:
            raise BadRecord(
                f"{name} is no date: {self[name]!r}", where=self._where, now="Mend the record's header."
            ) from error


class _Line:
    """An item's line with its keys as attributes."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self.id, self.content_digest, self.headline = item["id"], item["content_digest"], item["headline"]
        self.url, self.canonical_url = item["url"], item["canonical_url"]
        if not (isinstance(self.id, str) and isinstance(self.content_digest, str) and isinstance(self.headline, str)):
            raise TypeError("id, content_digest or headline is no text")


def _article(
    item: Article | _Line,
    record_id: str,
    date_published: dt.datetime | None,
    captured_at: dt.datetime | None,
    place: Place,
) -> ArticleRow:
    return ArticleRow(
        item_id=item.id,
        record_id=record_id,
        **place._asdict(),
        content_digest=item.content_digest,
        url=item.url,
        canonical_url=item.canonical_url,
        headline=item.headline,
        date_published=_utc(date_published),
        captured_at=_utc(captured_at),
    )


def _mime(said: _Said, http: payload.Head | None) -> str | None:
    """Return the media type, without parameters: the response's, or the record's own where it holds no response."""
    if http is not None:
        said_to_be = next((value for name, value in http.headers if name.lower() == "content-type"), None)
    else:
        said_to_be = said.get("content-type") if said["warc-type"] == "resource" else None
    return (said_to_be or "").partition(";")[0].strip().lower().replace("\0", "")[:255] or None


def _validator(http: payload.Head, wanted: str) -> str | None:
    """Return a validator that a request may carry; an absurd one is none."""
    found = next((value for name, value in http.headers if name.lower() == wanted), None)
    return found if found and len(found) <= _LONGEST_VALIDATOR and not _UNSENDABLE.search(found) else None


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else record.moment(text)


def _sure(text: str) -> dt.datetime:
    return record.moment(text).astimezone(dt.UTC)


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a moment in UTC; None for one that UTC's calendar does not reach, as a page may claim."""
    try:
        return None if moment is None else moment.astimezone(dt.UTC)
    except OverflowError:
        return None
