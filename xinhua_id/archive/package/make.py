"""A WACZ 1.1.1 file, streamed: whatever goes in is hashed on its way, and nothing is held whole.

    archive/*.warc.gz           stored, byte for byte
    indexes/index.cdx.gz, .idx  CDXJ in blocks, with the first key of each (ZipNum)
    pages/pages.jsonl           the stories
    datapackage.json            what is in it, each with its SHA-256; datapackage-digest.json has that of this file

It is called ``.open`` until it is whole and durable. Knows nothing of what is chosen.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import itertools
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from xinhua_id import __version__
from xinhua_id.archive.index.sort import in_order
from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.archive.package.members import Members
from xinhua_id.archive.package.selection import Selection, stories
from xinhua_id.errors import InUse, UsageError
from xinhua_id.warc.file import OPEN, fsync_directory

WACZ_VERSION = "1.1.1"
# Lines in a block of the index, as many as cdxj-indexer puts there.
_BLOCK = 300


@dataclass(slots=True)
class Packaged:
    """A package that was made. ``torn`` and ``lost`` as in `Members`."""

    path: Path
    bytes: int = 0
    files: int = 0
    lines: int = 0
    pages: int = 0
    torn: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def package(selection: Selection, out: Path | None = None) -> Packaged:
    """Write the package of a selection to ``out``, by default below the site's ``packages``; return what is in it.

    A package that was there is replaced once the new one is whole. Raises `UsageError` where nothing is chosen,
    `InUse` where another process makes it, `CannotWrite` where it cannot be written.
    """
    if not selection.files:
        raise UsageError("there is no closed WARC to package", where=str(selection.home), now="Crawl first.")
    path = out or selection.home / "packages" / f"{selection.name}.wacz"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _beside(path) as (beside, file):
            made = _written(selection, file, path)
            file.flush()
            os.fsync(file.fileno())
            if made.lines == 0:
                what = "no capture lies in that range" if selection.is_part else "there is no capture to package"
                raise UsageError(what, where=str(selection.home), now="Choose more.")
            made.bytes = os.fstat(file.fileno()).st_size
            beside.replace(path)
            fsync_directory(path.parent)
    except OSError as error:
        raise cannot_write(error, path) from error
    return made


@contextmanager
def _beside(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Give the file that becomes the package, empty; it goes where anything fails. Raises `InUse`.

    What a death left there is written over; what another process is writing is not.
    """
    beside = path.with_name(path.name + OPEN)
    handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    with os.fdopen(handle, "r+b") as file:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # It may have become the package between the two calls.
            if not _is(beside, handle):
                raise BlockingIOError
        except BlockingIOError as error:
            raise InUse(
                "the package is being made already", where=str(path), now="Wait until it is, or name another: --out."
            ) from error
        file.truncate()
        try:
            yield beside, file
        except BaseException:
            if _is(beside, handle):
                beside.unlink()
            raise


def _is(path: Path, handle: int) -> bool:
    """Whether an open file is the one that is found at a path now."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _written(selection: Selection, file: BinaryIO, path: Path) -> Packaged:
    made = Packaged(path)
    with (
        tempfile.TemporaryFile(dir=path.parent) as lines,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as zipped,
    ):
        entries = _Entries(zipped)
        members = Members(selection, lines)
        for warc in selection.files:
            name = _part(warc.name) if selection.is_part else warc.name
            pieces = members.chosen(warc, name) if selection.is_part else members.whole(warc)
            made.files += entries.add(f"archive/{name}", pieces)
        name = _free(f"{selection.name}-originals", {one.rpartition("/")[2] for one in zipped.namelist()})
        made.files += entries.add(f"archive/{name}", members.originals(name))
        lines.seek(0)
        with in_order(lines, path.parent) as ordered:
            made.lines = _index(entries, ordered)
        made.pages = _pages(entries, selection)
        _describe(entries, selection)
        made.torn, made.lost = members.torn, members.lost
    return made


def _part(name: str) -> str:
    """Return what a file is called of which some records are copied; it stays compressed, or not."""
    stem = name.removesuffix(".gz").removesuffix(".warc")
    return f"{stem}-part{name.removeprefix(stem)}"


def _free(stem: str, taken: Collection[str]) -> str:
    names = (f"{stem}{f'-{number}' if number else ''}.warc.gz" for number in itertools.count())
    return next(name for name in names if name not in taken)


class _Entries:
    """The entries of a ZIP file, each hashed while it is written."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zipped = zipped
        self._now = dt.datetime.now(dt.UTC)
        self.resources: list[dict[str, object]] = []

    def add(self, path: str, pieces: Iterable[bytes]) -> bool:
        """Store an entry; nothing is stored, and False returned, where there is no piece of it."""
        coming = iter(pieces)
        first = next(coming, None)
        if first is None:
            return False
        sha256, length = hashlib.sha256(), 0
        with self._zipped.open(self._info(path), "w", force_zip64=True) as entry:
            while first is not None:
                sha256.update(first)
                length += len(first)
                entry.write(first)
                first = next(coming, None)
        name = path.rpartition("/")[2]
        self.resources.append(
            {"name": name.lower(), "path": path, "hash": f"sha256:{sha256.hexdigest()}", "bytes": length}
        )
        return True

    def _info(self, path: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, self._now.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        return info


def _index(entries: _Entries, lines: Iterable[bytes]) -> int:
    """Store the index in blocks of their own gzip member, and the first key of each; return how many lines it has."""
    keys = [b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n']
    count = 0

    def blocks() -> Iterator[bytes]:
        nonlocal count
        offset, block = 0, list[bytes]()
        for line in lines:
            block.append(line)
            count += 1
            if len(block) == _BLOCK:
                offset += yield from _block(block, offset, keys)
                block.clear()
        if block:
            yield from _block(block, offset, keys)

    if entries.add("indexes/index.cdx.gz", blocks()):
        entries.add("indexes/index.idx", keys)
    return count


def _block(block: list[bytes], offset: int, keys: list[bytes]) -> Generator[bytes, None, int]:
    deflate = zlib.compressobj(wbits=31)
    packed = deflate.compress(b"".join(block)) + deflate.flush()
    said = {"offset": offset, "length": len(packed), "digest": f"sha256:{hashlib.sha256(packed).hexdigest()}"}
    keys.append(b" ".join(block[0].split(b" ", 2)[:2]) + b" " + json.dumps(said).encode() + b"\n")
    yield packed
    return len(packed)


def _pages(entries: _Entries, selection: Selection) -> int:
    """Store the list of pages; return how many there are."""
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        yield b'{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}\n'
        for story in stories(selection):
            count += 1
            yield (json.dumps(story, ensure_ascii=False) + "\n").encode()

    entries.add("pages/pages.jsonl", lines())
    return count


def _describe(entries: _Entries, selection: Selection) -> None:
    first = next(stories(selection), None)
    described = {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "title": selection.title,
        "created": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "software": f"xinhua_id/{__version__}",
        **({"mainPageUrl": first["url"], "mainPageDate": first["ts"]} if first else {}),
        "resources": list(entries.resources),
    }
    block = (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()
    entries.add("datapackage.json", [block])
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(block).hexdigest()}"}
    entries.add("datapackage-digest.json", [(json.dumps(digest, indent=2) + "\n").encode()])
