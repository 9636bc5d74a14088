"""The pages of a WARC file, as the crawl saw them. Knows nothing of what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from xinhua_id.errors import BadPayload, BadRecord
from xinhua_id.items import Capture, Page
from xinhua_id.warc import payload, reader, record
from xinhua_id.warc.pages import page_of
from xinhua_id.warc.reader import Record

_PAGES = frozenset({"response", "conversion"})

#: Finds the response that a revisit refers to; None where it is not at hand.
FindOriginal = Callable[[Record], Record | None]


def pages(path: Path, original: FindOriginal | None = None) -> Iterator[Page]:
    """Yield every response record as a Page with its capture, in order, incomplete ones too (`Page.incomplete`).

    And every conversion record, the text that a tool made of a page (`Page.converted`), as WET files hold them; and
    every revisit whose ``original`` is found. Raises `BadRecord` where the file tears, after every whole record.
    """
    for found in reader.records(path):
        if found.type in _PAGES:
            yield page_in(found, path)
        elif found.type == "revisit" and original is not None and (page := revisited(found, path, original)):
            yield page


def revisited(found: Record, path: Path, original: FindOriginal) -> Page | None:
    """Return the page that was seen at a revisit: its own head, unless it was a 304, and the original's body."""
    kept = original(found)
    if kept is None:
        return None
    whole = page_in(kept, path)
    seen = page_in(found, path)
    not_modified = (found.header("WARC-Profile") or "").endswith("server-not-modified")
    return Page(
        seen.url,
        whole.status if not_modified else seen.status,
        whole.headers if not_modified else seen.headers,
        whole.body,
        seen.captured_at,
        seen.capture,
        incomplete=whole.incomplete,
    )


def page_in(found: Record, path: Path) -> Page:
    """Return the Page that a record makes; raise `BadRecord` where its WARC header lacks what it must have."""
    url, date, record_id = (found.header(name) for name in ("WARC-Target-URI", "WARC-Date", "WARC-Record-ID"))
    where = f"{path}, offset {found.offset}"
    url = url and url.removeprefix("<").removesuffix(">")  # wget writes it so, as the grammar of WARC 1.0 has it
    if url is None or date is None or record_id is None:
        raise BadRecord("the record lacks its URI, date or id", where=where, now="It is no WARC 1.0 or 1.1 record.")
    try:
        captured_at = record.moment(date)
    except ValueError as error:
        raise BadRecord(f"WARC-Date is no date: {date!r}", where=where, now="Mend the record's header.") from error
    truncated = found.header("WARC-Truncated")
    if converted := found.type == "conversion":
        headers = (("Content-Type", found.header("Content-Type") or ""),)
        page = Page(url, headers=headers, body=found.content, incomplete=truncated)
    else:
        page = page_of(url, found.content, captured_at, None, truncated=truncated)
    capture = Capture(
        file=path.name.removesuffix(".open"),
        offset=found.offset,
        length=found.length,
        record_id=record_id,
        payload_digest=digest_said(found),
        captured_at=captured_at,
        status=None if converted else page.status,
    )
    return Page(
        page.url, page.status, page.headers, page.body, captured_at, capture,
        incomplete=page.incomplete, converted=converted,
    )  # fmt: skip


def digest_said(found: Record) -> str | None:
    """Return the payload digest that a record says; a conversion's block is its payload, and often only it has one."""
    said = found.header("WARC-Payload-Digest")
    return said or found.header("WARC-Block-Digest") if found.type == "conversion" else said


def source_named_in(path: Path) -> str | None:
    """Return the ``source`` field of the file's warcinfo (``name@digest``), or None where it names none."""
    first = next(reader.records(path), None)
    if first is None or first.type != "warcinfo":
        return None
    lines = first.content.decode("utf-8", "replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("source:")), None)


def file_in(folder: Path, name: str) -> Path:
    """Return where a WARC lies, closed or still ``.open``; raise `BadRecord` if it is not in the folder."""
    for path in (folder / name, folder / f"{name}.open"):
        if path.exists():
            return path
    raise BadRecord("the WARC is not there", where=str(folder / name), now="Restore it from a backup.")


def payload_digest(found: Record) -> str | None:
    """Return the digest over a response's dechunked body, computed again; None where its framing is broken.

    Over a conversion's block, which is its payload.
    """
    if found.type == "conversion":
        return record.digest([found.content])
    try:
        head = payload.read_head(found.content)
        body = found.content[head.body_start :]
        return record.digest(payload.dechunked([body]) if head.chunked else [body])
    except BadPayload:
        return None
