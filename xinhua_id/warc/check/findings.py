"""What a check finds: each record as it was seen, and each fault with the exact place, what was said and what is there.

Knows nothing of how either is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it should be.

    ``kind`` is a short, countable name. ``offset`` is where the record (its gzip member) or the line begins, in bytes.
    ``said`` is what a header, line or row says, ``found`` what is there instead. A ``note`` is worth knowing and no
    fault: it leaves the exit code alone.
    """

    kind: str
    what: str
    file: str
    offset: int | None = None
    record_id: str | None = None
    said: str | None = None
    found: str | None = None
    now: str | None = None
    note: bool = False

    def __str__(self) -> str:
        where = self.file + (f", offset {self.offset}" if self.offset is not None else "")
        record = f", record {self.record_id}" if self.record_id else ""
        pair = "".join(
            f"; {label} {text}" for label, text in (("said:", self.said), ("found:", self.found)) if text is not None
        )
        return f"{where}{record}: {self.kind}: {self.what}{pair}"


class Seen(NamedTuple):
    """One record as it stands in its file. ``offset`` and ``length`` are those of the gzip member.

    ``length`` is 0 where the member is torn. ``payload_digest`` is what the record says; ``status`` that of an HTTP
    response. ``concurrent_to`` holds the ids, joined by spaces. ``says`` is the first line in the block of a metadata
    record.
    """

    offset: int
    length: int
    record_id: str
    type: str
    uri: str | None
    date: str | None
    payload_digest: str | None
    status: int | None
    truncated: str | None
    profile: str | None
    refers_to: str | None
    refers_to_uri: str | None
    refers_to_date: str | None
    concurrent_to: str
    warcinfo_id: str | None
    filename: str | None
    says: str | None
