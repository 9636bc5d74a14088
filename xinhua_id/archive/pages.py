"""The pages of a WARC file, as the crawl saw them. Knows nothing of what is done with them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from xinhua_id.catalogue.rows import CaptureRow
from xinhua_id.errors import BadPayload, BadRecord
from xinhua_id.items import Capture, Page
from xinhua_id.warc import payload, reader, record
from xinhua_id.warc.opening import Where, name_of
from xinhua_id.warc.pages import page_of
from xinhua_id.warc.reader import Record

_PAGES = frozenset({"response", "conversion"})
#: More of a block is not looked at: a body is cut at `payload.LIMIT`, and its head is no longer than this.
_LONGEST = payload.LIMIT + 2**20

_ALGORITHMS = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512", "md5"})

#: Finds the response that a revisit refers to; None where it is not at hand.
FindOriginal = Callable[[Record], Record | None]


def pages(where: Where, original: FindOriginal | None = None) -> Iterator[Page]:
    """Yield every response record as a Page with its capture, in order, incomplete ones too (`Page.incomplete`).

    And every conversion record, the text that a tool made of a page (`Page.converted`), as WET files hold them; and
    every revisit whose ``original`` is found. A record to which no offset leads gives a Page without a capture. Raises
    `BadRecord` where the file tears, after every whole record.
    """
    for found in reader.records(where):
        try:
            if found.type in _PAGES:
                yield page_in(found, where)
            elif found.type == "revisit" and original is not None and (page := revisited(found, where, original)):
                yield page
        except BadRecord:  # its header: of other people's records one may be wrong and the next is right
            yield Page(found.target_uri, 0, incomplete="record")


def revisited(found: Record, where: Where, original: FindOriginal) -> Page | None:
    """Return the page that was seen at a revisit: its own head, unless it was a 304, and the original's body."""
    kept = original(found)
    if kept is None:
        return None
    whole = page_in(kept, where)
    seen = page_in(found, where)
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


def page_at(folder: Path, row: CaptureRow, original: FindOriginal) -> Page | None:
    """Return the page of a capture, that of a revisit with its ``original``'s body; None where that is not at hand.

    ``folder`` is the site's folder of WARC files. Raises `BadRecord` where the record cannot be read.
    """
    path = file_in(folder, row.file)
    found = reader.record_at(path, row.offset, row.length)
    return page_in(found, path) if found.type == "response" else revisited(found, path, original)


def page_in(found: Record, path: Where) -> Page:
    """Return the Page that a record makes; raise `BadRecord` where its WARC header lacks what it must have."""
    url, date, record_id = found.target_uri, found.header("WARC-Date"), found.header("WARC-Record-ID")
    where = f"{path}, offset {found.offset}"
    if not url or date is None or not record_id:
        raise BadRecord("the record lacks its URI, date or id", where=where, now="It is no WARC 1.0 or 1.1 record.")
    try:
        captured_at = record.moment(date)
    except ValueError as error:
        raise BadRecord(f"WARC-Date is no date: {date!r}", where=where, now="Mend the record's header.") from error
    truncated = found.header("WARC-Truncated")
    block, cut = _beginning(found)
    if converted := found.type == "conversion":
        headers = (("Content-Type", found.header("Content-Type") or ""),)
        page = Page(url, headers=headers, body=block, incomplete=truncated)
    else:
        page = page_of(url, block, captured_at, None, truncated=truncated)
    capture = Capture(
        file=name_of(path).removesuffix(".open"),
        offset=found.offset,
        length=found.length,
        record_id=record_id,
        payload_digest=digest_said(found),
        captured_at=captured_at,
        status=None if converted else page.status,
    )
    return Page(
        page.url, page.status, page.headers, page.body, captured_at, capture if found.addressable else None,
        incomplete=page.incomplete or cut, converted=converted,
    )  # fmt: skip


def _beginning(found: Record) -> tuple[bytes, str | None]:
    """Return as much of a block as a page may be long, and ``payload`` where that is not all."""
    if found.block_length <= _LONGEST:
        return found.content, None
    parts, length = [], 0
    for piece in found.pieces():
        parts.append(piece)
        length += len(piece)
        if length >= _LONGEST:
            break
    return b"".join(parts), "payload"


def digest_said(found: Record) -> str | None:
    """Return the payload digest that a record says; a conversion's block is its payload, and often only it has one."""
    said = found.header("WARC-Payload-Digest")
    return said or found.header("WARC-Block-Digest") if found.type == "conversion" else said


def source_named_in(where: Where) -> str | None:
    """Return the ``source`` field of the file's warcinfo (``name@digest``), or None where it names none."""
    first = next(reader.records(where), None)
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


def payload_is(found: Record, said: str) -> bool:
    """Whether the payload of a record has the digest ``said``, as any tool may say it.

    Base32 or hexadecimal digits, over the body after dechunking or, as Heritrix and many others have it, before.
    """
    name, _, value = said.partition(":")
    name = name.lower().replace("-", "")
    if name not in _ALGORITHMS:
        return False
    for dechunk in (True, False):
        digest = hashlib.new(name, usedforsecurity=False)
        try:
            for piece in _payload(found, dechunk=dechunk):
                digest.update(piece)
        except BadPayload:
            continue
        found_out = digest.digest()
        if value.lower() == found_out.hex() or value.upper().rstrip("=") == _base32(found_out):
            return True
    return False


def _payload(found: Record, *, dechunk: bool) -> Iterator[bytes]:
    if found.type != "response":
        return found.pieces()
    head, body = payload.head_and_body(found.pieces())
    return payload.dechunked(body) if dechunk and head.chunked else body


def _base32(value: bytes) -> str:
    return base64.b32encode(value).decode("ascii").rstrip("=")


def payload_digest(found: Record) -> str | None:
    """Return the digest over a response's dechunked body, computed again; None where its framing is broken.

    Over a conversion's block, which is its payload.
    """
    if found.type == "conversion":
        return record.digest(found.pieces())
    try:
        head, body = payload.head_and_body(found.pieces())
        return record.digest(payload.dechunked(body) if head.chunked else body)
    except BadPayload:
        return None
