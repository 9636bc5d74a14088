"""WARC files made record by record, each as it should be, for the tests that then break one thing."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.warc.exchanges import SAID, exchange
from xinhua_id.warc import record
from xinhua_id.warc.check.file import check_file
from xinhua_id.warc.check.findings import Fault, Seen
from xinhua_id.warc.check.ledger import Ledger
from xinhua_id.warc.check.part import Asked
from xinhua_id.warc.reader import records
from xinhua_id.warc.writer import WarcWriter

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npanen\r\n5;a=b\r\n raya\r\n0\r\nX: 1\r\n\r\n"
RESPONSE = "application/http; msgtype=response"

Fields = dict[str, str | None]


class Made:
    """One record: its fields, which a test may change, and its block."""

    def __init__(self, fields: Iterable[tuple[str, str | None]], block: bytes) -> None:
        self.fields: list[tuple[str, str | None]] = list(fields)
        self.block = block

    def of(self, name: str) -> str | None:
        return next((value for key, value in self.fields if key == name), None)

    def put(self, name: str, value: str | None) -> None:
        self.fields = [(key, value if key == name else old) for key, old in self.fields]
        if all(key != name for key, _ in self.fields):
            self.fields.append((name, value))

    def blocked(self, block: bytes) -> None:
        """Change the block, and say so."""
        self.block = block
        self.put("WARC-Block-Digest", record.digest([block]))

    def plain(self) -> bytes:
        lines = ["WARC/1.1", *(f"{name}: {value}" for name, value in self.fields if value is not None)]
        if self.of("Content-Length") is None:
            lines.append(f"Content-Length: {len(self.block)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.block + b"\r\n\r\n"

    def member(self) -> bytes:
        return b"".join(record.member(self.fields, len(self.block), [self.block]))


def crawl(*said: bytes) -> list[Made]:
    """Return what the writer makes of some responses: warcinfo, then response and request of each."""
    with tempfile.TemporaryDirectory() as folder:
        out = WarcWriter(Path(folder), source="contoh@0123456789ab", info={"isPartOf": "lari"})
        for number, one in enumerate(said or (SAID, CHUNKED)):
            out.write(exchange(one, url=f"http://contoh.id/{number}"))
        out.close()
        return [
            Made([pair for pair in one.headers if pair[0] != "Content-Length"], one.content)
            for one in records(out.path)
        ]


def revisit(original: Made, request: Made) -> Made:
    """Return a revisit of a response, beside ``request``."""
    block = original.block.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    record_id = record.new_id()
    request.put("WARC-Concurrent-To", record_id)
    return Made(
        [
            ("WARC-Type", "revisit"),
            ("WARC-Record-ID", record_id),
            ("WARC-Target-URI", request.of("WARC-Target-URI")),
            ("WARC-Date", request.of("WARC-Date")),
            ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
            ("WARC-Refers-To", original.of("WARC-Record-ID")),
            ("WARC-Refers-To-Target-URI", original.of("WARC-Target-URI")),
            ("WARC-Refers-To-Date", original.of("WARC-Date")),
            ("WARC-Concurrent-To", request.of("WARC-Record-ID")),
            ("WARC-Payload-Digest", original.of("WARC-Payload-Digest")),
            ("WARC-Block-Digest", record.digest([block])),
            ("WARC-Truncated", "length"),
            ("Content-Type", RESPONSE),
        ],
        block,
    )


def resource(block: bytes = b'{"pages": 3}') -> Made:
    digest = record.digest([block])
    return Made(
        [
            ("WARC-Type", "resource"),
            ("WARC-Record-ID", record.new_id()),
            ("WARC-Target-URI", "urn:xinhua-id:lari:stats"),
            ("WARC-Date", "2026-01-09T05:30:15.123456Z"),
            ("WARC-Payload-Digest", digest),
            ("WARC-Block-Digest", digest),
            ("Content-Type", "application/json"),
        ],
        block,
    )


def written(folder: Path, made: Iterable[Made], name: str | None = None) -> Path:
    """Write the records into a file that has the name which its warcinfo says."""
    every = list(made)
    path = folder / (name or next((said for one in every if (said := one.of("WARC-Filename"))), "a.warc.gz"))
    path.write_bytes(b"".join(one.member() if path.suffix == ".gz" else one.plain() for one in every))
    return path


def faults(path: Path, *, own: bool = True, growing: bool = False) -> list[Fault]:
    """Return all that is wrong with a file, and with its records together; notes too."""
    return checked(path, own=own, growing=growing)[1]


def checked(path: Path, *, own: bool = True, growing: bool = False) -> tuple[list[Seen], list[Fault]]:
    seen: list[Seen] = []
    found: list[Fault] = []
    with Ledger() as ledger:
        account = ledger.file("contoh", path.name, path.name.removesuffix(".open"), own=own, broken=growing)
        for batch in check_file(path, Asked(path.name, own, growing)):
            these = [one for one in batch if isinstance(one, Seen)]
            ledger.add(account, these)
            seen += these
            found += [one for one in batch if isinstance(one, Fault)]
        found += ledger.faults()
    return seen, found


def kinds(path: Path, *, own: bool = True, growing: bool = False) -> list[str]:
    """Return the kinds of what is wrong; notes in brackets."""
    return [f"({one.kind})" if one.note else one.kind for one in faults(path, own=own, growing=growing)]


def inflated(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())
