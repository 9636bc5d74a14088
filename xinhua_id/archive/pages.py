"""The pages of a WARC file, as the crawl saw them. Knows nothing of what is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xinhua_id.errors import BadPayload, BadRecord
from xinhua_id.items import Capture, Page
from xinhua_id.warc import payload, reader, record
from xinhua_id.warc.pages import page_of
from xinhua_id.warc.reader import Record


def pages(path: Path) -> Iterator[Page]:
    """Yield every response record as a Page with its capture, in order, incomplete ones too (`Page.incomplete`).

    Raises `BadRecord` where the file tears, after every whole record.
    """
    return (page_in(found, path) for found in reader.records(path) if found.type == "response")


def page_in(found: Record, path: Path) -> Page:
    """Return the Page that a response record makes; raise `BadRecord` where its WARC header lacks what it must have."""
    url, date, record_id = (found.header(name) for name in ("WARC-Target-URI", "WARC-Date", "WARC-Record-ID"))
    where = f"{path}, offset {found.offset}"
    url = url and url.removeprefix("<").removesuffix(">")  # wget writes it so, as the grammar of WARC 1.0 has it
    if url is None or date is None or record_id is None:
        raise BadRecord("the record lacks its URI, date or id", where=where, now="It is no WARC 1.0 or 1.1 record.")
    try:
        captured_at = record.moment(date)
    except ValueError as error:
        raise BadRecord(f"WARC-Date is no date: {date!r}", where=where, now="Mend the record's header.") from error
    page = page_of(url, found.content, captured_at, None, truncated=found.header("WARC-Truncated"))
    capture = Capture(
        file=path.name.removesuffix(".open"),
        offset=found.offset,
        length=found.length,
        record_id=record_id,
        payload_digest=found.header("WARC-Payload-Digest"),
        captured_at=captured_at,
        status=page.status,
    )
    return Page(page.url, page.status, page.headers, page.body, captured_at, capture, incomplete=page.incomplete)


def source_named_in(path: Path) -> str | None:
    """Return the ``source`` field of the file's warcinfo (``name@digest``), or None where it names none."""
    first = next(reader.records(path), None)
    if first is None or first.type != "warcinfo":
        return None
    lines = first.content.decode("utf-8", "replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("source:")), None)


def payload_digest(found: Record) -> str | None:
    """Return the digest over a response's dechunked body, computed again; None where its framing is broken."""
    try:
        head = payload.read_head(found.content)
        body = found.content[head.body_start :]
        return record.digest(payload.dechunked([body]) if head.chunked else [body])
    except BadPayload:
        return None
