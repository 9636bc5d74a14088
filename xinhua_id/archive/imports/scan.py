"""What a foreign WARC holds, and whether it can stand in the archive as it is.

It can where an offset leads to every byte: whole records without a gap, a gzip member each or none at all, and each
says what it must. Else the archive keeps it aside and works on a derived copy. Knows nothing of where files lie.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from xinhua_id.errors import BadRecord
from xinhua_id.warc import reader, record
from xinhua_id.warc.framing import Fields

#: Types that need no WARC-Target-URI (WARC 1.1 §5.12).
_WITHOUT_URI = frozenset({"warcinfo", "metadata"})
#: Faults beyond these are counted, not kept.
_MANY = 100


@dataclass(slots=True)
class Scan:
    """What was found. ``why`` says why the file cannot stand as it is, in words; empty where it can."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0
    why: list[str] = field(default_factory=list)
    tool: str | None = None

    def fault(self, error: BadRecord) -> None:
        """Take note of bytes or of a record that cannot be used."""
        self.fault_count += 1
        if len(self.faults) < _MANY:
            self.faults.append(f"{error.what} ({error.where})" if error.where else error.what)


def scan(path: Path) -> Scan:
    """Return what a WARC holds; raise `BadRecord` where no record of it can be read."""
    found, faults = Scan(), list[BadRecord]()
    end, why = 0, Counter[str]()
    for one in reader.records(path, skipped=faults):
        found.counts[one.type] += 1
        if found.tool is None and one.type == "warcinfo" and one.block_length <= reader.KEPT:
            found.tool = record.fields_of(one.content).get("software")
        if not one.addressable:
            why["several records share a gzip member"] += 1
        elif one.offset != end:
            why["there are bytes between records"] += 1
        end = one.offset + one.length if one.addressable else end
        if fault := unusable(one.type, one.headers):
            found.fault(BadRecord(fault, where=f"offset {one.offset}"))
            why["records lack what they must say"] += 1
        elif not one.header("WARC-Record-ID"):
            why["records have no id"] += 1
    if not found.counts:
        raise faults[0] if faults else BadRecord("the file is empty", where=str(path), now="Fetch it again.")
    for error in faults:
        found.fault(BadRecord(error.what, where=(error.where or "").removeprefix(f"{path}, ")))
    if faults:
        why["parts of it cannot be read"] += len(faults)
    elif not why and end != path.stat().st_size:
        why["there are bytes behind the last record"] += 1
    found.why = list(why)
    return found


def unusable(kind: str, fields: Fields) -> str | None:
    """Return what a record lacks without which nothing can be done with it; None where it lacks nothing."""
    said = {name.lower(): value for name, value in reversed(fields)}
    if not said.get("warc-date"):
        return "the record has no WARC-Date"
    try:
        record.moment(said["warc-date"])
    except ValueError:
        return f"WARC-Date is no date: {said['warc-date'][:80]!r}"
    if kind not in _WITHOUT_URI and not said.get("warc-target-uri", "").strip("<>"):
        return "the record has no WARC-Target-URI"
    return None
