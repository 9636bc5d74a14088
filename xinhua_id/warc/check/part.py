"""The records of one part of a WARC file, each checked by itself: form, boundaries, length and digests.

Hands on what it sees and what is wrong, in order, and never stops at the first fault. Knows nothing of other records:
what binds them is the ledger's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from xinhua_id.warc.check import digests, heads, members, plain
from xinhua_id.warc.check.findings import Fault, Seen
from xinhua_id.warc.check.heads import Head
from xinhua_id.warc.check.members import Member, Torn
from xinhua_id.warc.check.plain import Plain
from xinhua_id.warc.check.stream import Stream

_BETWEEN = b"\r\n\r\n"
_ARC = b"filedesc://"
_ZSTD = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
_FRONT = 16 * 1024
_PAYLOAD_IS_BLOCK = frozenset({"resource", "conversion", "response"})


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be judged.

    ``own``: our own writer made it, so that what we promise is asked of it (digests, one member a record, requests);
    of a file that somebody else made only what it says is checked. ``growing``: it is written at this moment, so that
    a torn end is none. ``name`` is how faults call it.
    """

    name: str
    own: bool = True
    growing: bool = False


class Part:
    """The records that begin from ``start`` to before ``stop``. ``end`` is where the next would begin, once read.

    ``headers`` counts the gzip headers by their bytes; ``found`` has the first place of each.
    """

    def __init__(
        self, path: Path, asked: Asked, start: int, stop: int | None, told: Callable[[int], None] = lambda _: None
    ) -> None:
        self.end = start
        self.headers: dict[bytes, int] = {}
        self.first: dict[bytes, int] = {}
        self._path = path
        self._asked = asked
        self._start = start
        self._stop = stop
        self._told = told
        self._torn = -1
        self._arc = False

    def __iter__(self) -> Iterator[Seen | Fault]:
        """Yield every record and every fault."""
        with self._path.open("rb") as file:
            front = file.read(4)
            if front in _ZSTD:
                yield self._fault("zstd", "the file is compressed with zstd, which few tools can read", 0,
                                  now="Decompress it with `zstd -d`, and check the .warc.")  # fmt: skip
                return
            if not front:
                yield self._fault("empty", "the file holds no record", 0, note=self._asked.growing)
                return
            compressed = self._start or front[:2] == members.MAGIC
            for found in (
                members.members(file, self._start, self._stop, self._told)
                if compressed
                else plain.records(file, self._told)
            ):
                if isinstance(found, range):
                    yield from self._gap(file, found)
                    self.end = found.stop
                    continue
                yield from self._member(found)
                if found.end is not None:
                    self.end = found.end

    def _gap(self, file: BinaryIO, gap: range) -> Iterator[Fault]:
        """Say what lies between two members; nothing, where a torn member was told of already."""
        if gap.start == self._torn:
            return
        file.seek(0, 2)
        last = gap.stop >= file.tell()
        if last and self._asked.growing:
            return
        where = "after the last record" if last else f"before the record at offset {gap.stop}"
        yield self._fault("bytes-between", f"{len(gap)} bytes {where} belong to no record", gap.start)

    def _member(self, member: Member | Plain) -> Iterator[Seen | Fault]:
        stream = Stream(member.pieces())
        seen: Seen | None = None
        number = 0
        try:
            if stream.peek(len(_ARC)) == _ARC:
                self._arc = True
            if self._arc:
                stream.drain()
                return
            while True:
                for found in self._record(stream, member.offset):
                    if isinstance(found, Fault):
                        yield found
                        continue
                    if seen is not None:
                        yield seen
                    seen = found
                    number += 1
                if not stream.peek(1):
                    break
        except Torn as error:
            self._torn = member.offset
            if not (self._asked.growing and "ends before" in error.why):
                yield self._fault("torn", error.why, member.offset, seen)
            if seen is not None:
                yield seen
            return
        self.headers[member.header] = self.headers.get(member.header, 0) + 1
        self.first.setdefault(member.header, member.offset)
        if number > 1:
            yield self._fault(
                "several-records", f"one gzip member holds {number} records; each has one of its own (Annex D.2)",
                member.offset, now="`warcio recompress` gives each its own.", note=not self._asked.own,
            )  # fmt: skip
        if seen is not None and member.end is not None:
            yield seen._replace(length=member.end - member.offset)

    def _record(self, stream: Stream, offset: int) -> Iterator[Seen | Fault]:
        """Check the record at the front of the stream and take it; yields what was seen last."""
        raw = stream.head()
        if raw is None or not raw.startswith(b"WARC/"):
            taken, _ = stream.drain()
            begins = repr((raw or b"")[:40])
            yield self._fault(
                "no-record", "what lies here begins no WARC record", offset, found=f"{taken + len(raw or b'')} bytes, "
                f"beginning with {begins}" if raw else f"{taken} bytes without an empty line",
            )  # fmt: skip
            return
        head = heads.parsed(raw)
        record_id, kind = head.get("warc-record-id") or "", head.get("warc-type") or ""
        for name, what, said, found in heads.problems(head):
            yield self._fault(name, what, offset, record_id, said=said, found=found)
        if head.length is None:
            stream.drain()
            yield _seen(head, offset, None, b"")
            return
        began = stream.at
        try:
            came = self._digested(stream, head, kind)
        except Torn:
            yield _seen(head, offset, None, b"")
            raise
        yield from self._digest_faults(head, came, offset, record_id, kind)
        yield from self._boundary(stream, head.length, stream.at - began, offset, record_id)
        yield _seen(head, offset, came.status, came.front)

    def _digested(self, stream: Stream, head: Head, kind: str) -> digests.Computed:
        block, body = (_labelled(head, name) for name in ("warc-block-digest", "warc-payload-digest"))
        media = (head.get("content-type") or "").partition(";")[0].strip().lower()
        http = kind if media == "application/http" and kind in {"response", "request"} else None
        if kind == "revisit" or (http is None and kind not in _PAYLOAD_IS_BLOCK) or head.get("warc-segment-number"):
            # A revisit's payload is the original's; of a record in segments it is that of all of them (§5.9).
            body = None
        front = _FRONT if kind in {"warcinfo", "metadata"} else 0
        if kind == "revisit" and media == "application/http":
            http = "response"
        return digests.computed(stream.block(head.length or 0), block, body, http=http, front=front)

    def _digest_faults(
        self, head: Head, came: digests.Computed, offset: int, record_id: str, kind: str
    ) -> Iterator[Fault]:
        own = self._asked.own
        for name, found in (("block", came.block), ("payload", came.payload)):
            said = head.get(f"warc-{name}-digest")
            if said is None:
                if own and name == "block":
                    yield self._fault("missing-digest", "the record has no WARC-Block-Digest", offset, record_id)
                continue
            label = digests.labelled(said)
            if label.name is None:
                yield self._fault(
                    "unknown-digest", f"the {name} digest is of an algorithm that is not known here", offset,
                    record_id, said=said, note=not own,
                )  # fmt: skip
            elif found is not None and found != label.value:
                yield self._fault(
                    f"{name}-digest", f"the {name} has another digest than the record says", offset, record_id,
                    said=said, found=digests.as_said(label, found),
                )  # fmt: skip
            elif found is None and name == "payload" and came.why and kind != "revisit":
                yield self._fault(
                    "payload-digest", f"the record says a payload digest, and {came.why}", offset, record_id,
                    said=said, note=not own,
                )  # fmt: skip

    def _boundary(self, stream: Stream, said: int, there: int, offset: int, record_id: str) -> Iterator[Fault]:
        """Two line ends follow the block, and then the next record or the end."""
        if there < said:
            yield self._length(offset, record_id, said, there)
            return
        if stream.peek(4) == _BETWEEN:
            stream.skip(4)
            if stream.peek(5) in {b"", b"WARC/"}:
                return
            there += 4
        more, tail = stream.drain()
        there += more - (4 if tail == _BETWEEN else 0)
        if there == said:
            yield self._fault("record-end", "the record does not end with two line ends", offset, record_id,
                              said=repr(_BETWEEN), found=repr(tail))  # fmt: skip
        else:
            yield self._length(offset, record_id, said, there)

    def _length(self, offset: int, record_id: str, said: int, there: int) -> Fault:
        return self._fault(
            "length", "Content-Length is not that of the block", offset, record_id,
            said=f"{said} bytes", found=f"{there} bytes",
        )  # fmt: skip

    def _fault(
        self, kind: str, what: str, offset: int, record: str | Seen | None = None, *, said: str | None = None,
        found: str | None = None, now: str | None = None, note: bool = False,
    ) -> Fault:  # fmt: skip
        record_id = record.record_id if isinstance(record, Seen) else record
        return Fault(kind, what, self._asked.name, offset, record_id or None, said, found, now, note)


def _labelled(head: Head, name: str) -> digests.Labelled | None:
    said = head.get(name)
    return None if said is None else digests.labelled(said)


def _seen(head: Head, offset: int, status: int | None, front: bytes) -> Seen:
    get = head.fields.get
    return Seen(
        offset, 0, get("warc-record-id", ""), get("warc-type", ""), get("warc-target-uri"), get("warc-date"),
        get("warc-payload-digest"), status, get("warc-truncated"), get("warc-profile"), get("warc-refers-to"),
        get("warc-refers-to-target-uri"), get("warc-refers-to-date"), " ".join(head.concurrent_to),
        get("warc-warcinfo-id"), get("warc-filename"), b"noResponse:" in front,
    )  # fmt: skip
