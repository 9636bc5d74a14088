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
from xinhua_id.warc.check.digests import Labelled
from xinhua_id.warc.check.findings import Fault, Seen
from xinhua_id.warc.check.heads import Head
from xinhua_id.warc.check.members import Member, Torn
from xinhua_id.warc.check.plain import Plain
from xinhua_id.warc.check.stream import Stream

_BETWEEN = b"\r\n\r\n"
_ARC = b"filedesc://"
_ZSTD = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
_FRONT = 200
#: So few bytes behind a block are what should be two line ends, if they are line ends at all.
_SHORT = 9
_FOLLOWS = frozenset({b"", b"WARC/"})
_OWN_PAYLOAD = frozenset({"response", "request", "resource", "conversion"})
_MESSAGES = frozenset({"response", "request", "revisit"})


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
        out: list[Seen | Fault] = []
        number = 0
        try:
            if self._arc or (member.offset == 0 and stream.peek(len(_ARC)) == _ARC):
                self._arc = True
                stream.drain()
                return
            while stream.peek(1):
                self._record(stream, member.offset, out)
                number += 1
        except Torn as error:
            self._torn = member.offset
            if not (self._asked.growing and "ends before" in error.why):
                seen = out[-1] if out and isinstance(out[-1], Seen) else None
                yield self._fault("torn", error.why, member.offset, seen)
            yield from out
            return
        if member.header:
            self.headers[member.header] = self.headers.get(member.header, 0) + 1
            self.first.setdefault(member.header, member.offset)
        if number > 1:
            yield self._fault(
                "several-records", f"one gzip member holds {number} records; each has one of its own (Annex D.2)",
                member.offset, now="`warcio recompress` gives each its own.", note=not self._asked.own,
            )  # fmt: skip
        if number and member.end is not None and isinstance(out[-1], Seen):
            out[-1] = out[-1]._replace(length=member.end - member.offset)
        yield from out

    def _record(self, stream: Stream, offset: int, out: list[Seen | Fault]) -> None:
        """Check the record at the front of the stream and take it; what is seen of it comes last."""
        raw = stream.head()
        if raw is None or not raw.startswith(b"WARC/"):
            taken = stream.drain()
            begins = "without an empty line" if raw is None else f"beginning with {raw[:40]!r}"
            size = f"{taken + len(raw or b'')} bytes {begins}"
            out.append(self._fault("no-record", "what lies here begins no WARC record", offset, found=size))
            return
        head = heads.parsed(raw)
        record_id = head.fields.get("WARC-Record-ID")
        for name, what, said, found in heads.problems(head):
            out.append(self._fault(name, what, offset, record_id, said=said, found=found))
        if head.length is None:
            stream.drain()
            out.append(_seen(head, offset, None, b""))
            return
        began = stream.at
        try:
            block = digests.labelled(head.fields.get("WARC-Block-Digest"))
            body = digests.labelled(head.fields.get("WARC-Payload-Digest"))
            came = self._digested(stream, head, head.length, block, body)
            there = stream.at - began
            if there == head.length and stream.peek(4) == _BETWEEN:
                stream.skip(4)
                there = -1 if stream.peek(5) in _FOLLOWS else there + len(_BETWEEN)
            end = self._end(stream, head.length, there, offset, record_id) if there >= 0 else None
        except Torn:
            out.append(_seen(head, offset, None, b""))
            raise
        if block is not None:
            self._digest("block", block, came.block, offset, record_id, out)
        elif self._asked.own:
            out.append(self._fault("missing-digest", "the record has no WARC-Block-Digest", offset, record_id))
        if body is not None:
            self._payload(body, came, head.fields.get("WARC-Type"), offset, record_id, out)
        if end is not None:
            out.append(end)
        out.append(_seen(head, offset, came.status, came.front))

    def _digested(
        self, stream: Stream, head: Head, length: int, block: Labelled | None, body: Labelled | None
    ) -> digests.Computed:
        fields = head.fields
        kind = fields.get("WARC-Type", "")
        http = fields.get("Content-Type", "").lower().startswith("application/http")
        if kind not in _OWN_PAYLOAD or (kind == "request" and not http) or "WARC-Segment-Number" in fields:
            # A revisit's payload is the original's; that of a record in segments is in all of them (§5.9).
            body = None
        if http and kind in _MESSAGES:
            framed = not self._asked.own and body is not None
            return digests.of_message(stream.block(length), block, body, request=kind == "request", framed=framed)
        return digests.of_block(stream.block(length), block, body, front=_FRONT if kind == "metadata" else 0)

    def _payload(
        self,
        said: Labelled,
        came: digests.Computed,
        kind: str | None,
        offset: int,
        record_id: str | None,
        out: list[Seen | Fault],
    ) -> None:
        if came.framed is not None and came.framed != came.payload and said.says(came.framed):
            what = "the payload digest is over the chunks, as Heritrix and wget have it, not over the body in them"
            found = said.of(came.payload) if came.payload else came.why
            out.append(self._fault("digest-of-chunks", what, offset, record_id, said=said.text, found=found, note=True))
        elif came.payload is None and came.why and kind != "revisit":
            what, note = f"the record says a payload digest, and {came.why}", not self._asked.own
            out.append(self._fault("payload-digest", what, offset, record_id, said=said.text, note=note))
        else:
            self._digest("payload", said, came.payload, offset, record_id, out)

    def _digest(
        self,
        name: str,
        said: Labelled,
        found: bytes | None,
        offset: int,
        record_id: str | None,
        out: list[Seen | Fault],
    ) -> None:
        if said.name is None:
            what, note = f"the {name} digest is of an algorithm that is not known here", not self._asked.own
            out.append(self._fault("unknown-digest", what, offset, record_id, said=said.text, note=note))
        elif found is not None and not said.says(found):
            what, there = f"the {name} has another digest than the record says", said.of(found)
            out.append(self._fault(f"{name}-digest", what, offset, record_id, said=said.text, found=there))

    def _end(self, stream: Stream, said: int, there: int, offset: int, record_id: str | None) -> Fault:
        """Return what is wrong where the block does not end as it should; ``there`` bytes of it were taken."""
        rest = stream.peek(_SHORT)
        only_ends = len(rest) < _SHORT and not rest.strip(b"\r\n")
        if there == said and only_ends and not (stream.tail + rest).endswith(_BETWEEN):
            stream.drain()
            return self._fault("record-end", "the record does not end with two line ends", offset, record_id,
                               said=repr(_BETWEEN), found=repr(rest))  # fmt: skip
        there += stream.drain()
        there -= len(_BETWEEN) if stream.tail == _BETWEEN else 0
        return self._fault("length", "Content-Length is not that of the block", offset, record_id,
                           said=f"{said} bytes", found=f"{there} bytes")  # fmt: skip

    def _fault(
        self, kind: str, what: str, offset: int, record: str | Seen | None = None, *, said: str | None = None,
        found: str | None = None, now: str | None = None, note: bool = False,
    ) -> Fault:  # fmt: skip
        record_id = record.record_id if isinstance(record, Seen) else record
        return Fault(kind, what, self._asked.name, offset, record_id or None, said, found, now, note)


def _seen(head: Head, offset: int, status: int | None, front: bytes) -> Seen:
    get = head.fields.get
    return Seen(
        offset, 0, get("WARC-Record-ID", ""), get("WARC-Type", ""), get("WARC-Target-URI"), get("WARC-Date"),
        get("WARC-Payload-Digest"), status, get("WARC-Truncated"), get("WARC-Profile"), get("WARC-Refers-To"),
        get("WARC-Refers-To-Target-URI"), get("WARC-Refers-To-Date"), " ".join(head.concurrent_to),
        get("WARC-Warcinfo-ID"), get("WARC-Filename"),
        front.partition(b"\r\n")[0].decode("utf-8", "replace") if front else None,
    )  # fmt: skip
