"""Files written anew without what goes: a WARC, the items of a run, a manifest; each whole beside the old one, first.

Every other member of a WARC is copied byte for byte. Knows nothing of the order in which the new files are taken.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from xinhua_id import __version__
from xinhua_id.archive.enter import info_of
from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.archive.recover import fixity
from xinhua_id.archive.redaction import copies
from xinhua_id.archive.redaction.ledger import Redaction
from xinhua_id.archive.redaction.wanted import Wanted
from xinhua_id.errors import BadRecord
from xinhua_id.warc import reader, record
from xinhua_id.warc.file import NEW, replacing
from xinhua_id.warc.reader import Record

#: Behind the name of a file that is not whole yet. Not ``.open``: recovery would take it for what a crawl left.
_PIECE = 1 << 20


class Moved(NamedTuple):
    """Where a record lies now."""

    file: str
    offset: int
    length: int


def new_name(home: Path, name: str, taken: Collection[str]) -> str:
    """Return the first free ``<stem>-r<N>`` of a WARC; ``taken`` are names that a ledger knows."""
    stem, _, end = name.partition(".warc")
    base, dash, number = stem.rpartition("-r")
    first = 1
    if dash and number.isdigit() and name in taken:
        stem, first = base, int(number) + 1
    while (found := f"{stem}-r{first}.warc{end}") in taken or (home / "warc" / found).exists():
        first += 1
    return found


def write_warc(old: Path, new: Path, gone: Mapping[str, Redaction]) -> None:
    """Write a WARC without the records ``gone``, each replaced by one that says so; durable when this returns.

    Raises `CannotWrite`, and `BadRecord` where the old file cannot be read to its end.
    """
    beside = new.with_name(new.name + NEW)
    with old.open("rb") as raw:
        gzip = raw.read(2) == b"\x1f\x8b"
        kept: list[str | None] = []
        with _written(new) as out:
            info = _Info(old, new.name, [*gone.values()])
            info.write(out, gzip=gzip)
            for found in reader.records(old):
                if (one := gone.get(found.header("WARC-Record-ID") or "")) is not None:
                    out.writelines(_member(*_stub(found, one, info.record_id), gzip=gzip))
                    kept.append(None)
                else:
                    _copy(raw, found, out)
                    kept.append(found.header("WARC-Record-ID"))
            out.flush()
            _refuse_other(beside, kept, gone)


def write_items(
    old: Path, moved: Mapping[str, Moved], ids: Collection[str], wanted: Wanted | None
) -> tuple[Path | None, int]:
    """Write a file of items beside, without those that go, the others with the place of their record.

    Returns where it lies, None where nothing of it changes, and how many items go. ``moved`` is where records lie now,
    by their id. Raises `CannotWrite`.
    """
    beside = old.with_name(old.name + NEW)
    changed, withdrawn = False, 0
    try:
        with old.open("rb") as lines, beside.open("wb") as out:
            for line in lines:
                goes = copies.goes(line, wanted, ids) is not None
                fresh = b"" if goes else _placed(line, moved)
                changed, withdrawn = changed or fresh != line, withdrawn + goes
                out.write(fresh)
            out.flush()
            os.fsync(out.fileno())
        if not changed:
            beside.unlink()
        return beside if changed else None, withdrawn
    except OSError as error:
        raise cannot_write(error, beside) from error


def names_any(path: Path, names: Collection[str]) -> bool:
    """Whether a file of items names one of some WARC files."""
    wanted = [name.encode() for name in names]
    with path.open("rb") as lines:
        return any(name in line for line in lines for name in wanted)


def write_manifest(path: Path, replaced: Mapping[str, Path | None], about: Mapping[str, Mapping[str, Any]]) -> None:
    """Account in a manifest for files written anew; durable when this returns, and nothing where it names none.

    ``replaced`` leads from a path below the site's folder to the file that has its place now, None where none has;
    ``about`` says of each what is said of its redaction. Raises `CannotWrite`.
    """
    home = path.parent.parent
    try:
        said = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return  # `archive verify` names it
    entries = said.get("files") if isinstance(said, dict) else None
    if not isinstance(entries, list):
        return
    files, redactions = [], list(said.get("redactions") or [])
    for one in entries:
        name = str(one.get("path")) if isinstance(one, dict) else ""
        if name not in replaced:
            files.append(one)
            continue
        fresh = _fresh(replaced[name], home)
        if fresh is not None and fresh["sha256"] == one.get("sha256"):
            files.append(one)
            continue
        if fresh is not None:
            files.append(fresh)
        redactions.append({**one, "replaced_by": fresh["path"] if fresh else None, **about[name]})
    if files == entries:
        return
    text = json.dumps({**said, "files": files, "redactions": redactions}, ensure_ascii=False, indent=2) + "\n"
    with _written(path) as out:
        out.write(text.encode())


def records_in(path: Path) -> dict[str, Moved]:
    """Return where each record of a WARC lies, by its id."""
    return {
        found.header("WARC-Record-ID") or "": Moved(path.name, found.offset, found.length)
        for found in reader.records(path)
    }


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Info:
    """The warcinfo of a new file."""

    def __init__(self, old: Path, name: str, gone: list[Redaction]) -> None:
        before = info_of(old)
        self.record_id = record.new_id()
        self._name = name
        self._said = [
            ("software", f"xinhua_id/{__version__}"),
            *record.FORMAT,
            *((one, before[one]) for one in ("source", "isPartOf") if before.get(one)),
            (
                "description",
                "another file without the records that were taken down; all others are copied as they were",
            ),
            ("redaction-of", gone[0].file),
            ("redaction-of-sha256", gone[0].old_sha256),
            ("redaction-of-bytes", str(gone[0].old_bytes)),
            ("redacted-records", str(len(gone))),
            *(("redacted-at", one) for one in dict.fromkeys(one.redacted_at for one in gone)),
            *(("reason", one) for one in dict.fromkeys(one.reason for one in gone)),
        ]
        self._when = record.moment(gone[-1].redacted_at)

    def write(self, out: BinaryIO, *, gzip: bool) -> None:
        head, block = record.warcinfo(self.record_id, record.date(self._when), self._name, self._said)
        out.writelines(_member(head, block, gzip=gzip))


def _stub(found: Record, said: Redaction, info_id: str) -> tuple[record.Fields, bytes]:
    """Return the record that stands for one that was taken down."""
    fields = [
        ("redacted", said.type),
        ("reason", said.reason),
        ("redacted-at", said.redacted_at),
        *([("payload-digest", said.payload_digest)] if said.payload_digest else []),
    ]
    named = [
        ("WARC-Warcinfo-ID", info_id),
        ("WARC-Target-URI", said.url),
        ("WARC-Date", found.header("WARC-Date") or record.date(dt.datetime.now(dt.UTC))),
        ("WARC-Refers-To", said.record_id),
    ]
    return record.of_fields("metadata", record.new_id(), named, fields)


def _member(fields: record.Fields, block: bytes, *, gzip: bool) -> Iterable[bytes]:
    return record.member(fields, len(block), [block]) if gzip else [record.plain(fields, block)]


def _copy(raw: BinaryIO, found: Record, out: BinaryIO) -> None:
    for piece in record.pieces(raw, found.offset, found.offset + found.length):
        out.write(piece)


def _refuse_other(beside: Path, kept: Iterable[str | None], gone: Collection[str]) -> None:
    """Raise `BadRecord` where a new file does not read as it was meant: nothing was removed yet."""
    there = [found.header("WARC-Record-ID") for found in reader.records(beside)][1:]
    meant = list(kept)
    if len(there) != len(meant) or any(
        said in gone if wanted is None else said != wanted for said, wanted in zip(there, meant, strict=True)
    ):
        raise BadRecord(
            "the new file does not hold what it was meant to", where=str(beside),
            now="The old file is untouched; look at it with `xinhua-id archive verify`.",
        )  # fmt: skip


def _placed(line: bytes, moved: Mapping[str, Moved]) -> bytes:
    """Return a line of items with the new places of the records it names; the same bytes where none moved."""
    if not any(found.decode("utf-8", "replace") in moved for found in copies.IDS.findall(line)):
        return line
    said = json.loads(line)
    if not _move(said, moved):
        return line
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _move(said: Any, moved: Mapping[str, Moved]) -> bool:
    """Change every capture in what a line says; return whether one changed."""
    if isinstance(said, list):
        return sum(_move(one, moved) for one in said) > 0  # every one of them
    if not isinstance(said, dict):
        return False
    changed = sum(_move(one, moved) for one in said.values()) > 0
    place = moved.get(str(said.get("record_id")))
    if place is not None and "offset" in said:
        fresh = place._asdict()
        changed = changed or any(said.get(name) != value for name, value in fresh.items())
        said.update(fresh)
    return changed


def _fresh(path: Path | None, home: Path) -> dict[str, Any] | None:
    if path is None:
        return None
    found = fixity(path, home)
    return {**found, "path": found["path"].removesuffix(NEW)}


@contextmanager
def _written(final: Path) -> Iterator[BinaryIO]:
    """Give a file to write as `replacing` does. Raises `CannotWrite`."""
    try:
        with replacing(final) as out:
            yield out
    except OSError as error:
        raise cannot_write(error, final) from error
