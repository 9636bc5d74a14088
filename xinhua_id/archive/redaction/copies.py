"""What was made from a record, and what else holds a copy of it: items, packages, foreign originals, torn tails.

Nothing is changed here.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from xinhua_id.archive.redaction.ledger import Ledger
from xinhua_id.archive.redaction.wanted import Wanted
from xinhua_id.catalogue.store import NAME as CATALOGUE
from xinhua_id.errors import BadRecord
from xinhua_id.warc import reader
from xinhua_id.warc.arc import ArcFrames, is_arc
from xinhua_id.warc.file import OPEN

#: Every record that a line of items names.
IDS = re.compile(rb'"record_id": ?"([^"]+)"')
_MEMBER = b"\x1f\x8b\x08"
_START = 1 << 16
_PIECE = 1 << 20


class Item(NamedTuple):
    """A line of items that goes."""

    home: Path
    path: Path
    id: str
    record_id: str
    headline: str


class Copy(NamedTuple):
    """A file that holds a copy, and goes whole: it is derived, or cannot be written anew."""

    home: Path
    path: Path
    kind: Literal["package", "original", "torn", "catalogue"]

    @property
    def again(self) -> str | None:
        """How it is made again, where it can be."""
        if self.kind != "package":
            return None
        if (self.home / "runs" / f"{self.path.stem}.json").exists():
            return f"xinhua-id archive package --run {self.path.stem}"
        days = "" if self.path.stem == self.home.name else " --since … --until … (the days in its name)"
        return f"xinhua-id archive package --source {self.home.name}{days}"


def item_files(home: Path) -> list[Path]:
    """Return the closed files of items of a site."""
    return sorted((home / "items").glob("*.jsonl"))


def items(home: Path, wanted: Wanted, ids: Collection[str]) -> Iterator[Item]:
    """Yield the items made from records that go, or that say they are of the URL."""
    for path in item_files(home):
        with path.open("rb") as lines:
            for line in lines:
                if (said := goes(line, wanted, ids)) is not None:
                    capture = said.get("capture") or {}
                    yield Item(
                        home, path, str(said.get("id")), str(capture.get("record_id", "")), str(said.get("headline"))
                    )


def goes(line: bytes, wanted: Wanted | None, ids: Collection[str]) -> dict[str, Any] | None:
    """Return what a line of items says if it goes; None if it stays."""
    named = any(found.decode("utf-8", "replace") in ids for found in IDS.findall(line))
    if not named and (wanted is None or (wanted.url.encode() not in line and not wanted.variants)):
        return None
    try:
        said = json.loads(line)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    return said if named or (wanted is not None and wanted.takes(str(said.get("url") or "-"))) else None


def holding(
    archive: Path, homes: Iterable[Path], wanted: Wanted, ids: Collection[str], names: Collection[str]
) -> Iterator[Copy]:
    """Yield the copies of what goes; ``names`` are the WARC files concerned."""
    for home in homes:
        yield from packages(home, {*names, *Ledger.of(home).replaced})
        for path in sorted((home / "originals").glob("*")):
            if _is_in_original(path, wanted):
                yield Copy(home, path, "original")
        for path in sorted([*(home / "warc").glob("*.torn*"), *(home / "items").glob("*.torn*")]):
            if _mentions(path, [wanted.url.encode(), *(one.encode() for one in ids)]):
                yield Copy(home, path, "torn")
    for path in sorted(archive.glob(f"{CATALOGUE}.*")):
        if path.is_file() and _mentions(path, [wanted.url.encode(), *(one.encode() for one in ids)]):
            yield Copy(archive, path, "catalogue")


def packages(home: Path, names: Collection[str]) -> Iterator[Copy]:
    """Yield the packages that hold one of some WARC files; one that cannot be read may."""
    for path in sorted((home / "packages").glob("*.wacz")):
        try:
            with zipfile.ZipFile(path) as package:
                held = {one.rpartition("/")[2].replace("-part.warc", ".warc") for one in package.namelist()}
        except (OSError, zipfile.BadZipFile):
            held = set(names)
        if held & set(names):
            yield Copy(home, path, "package")


def _is_in_original(path: Path, wanted: Wanted) -> bool:
    """Whether a foreign file from which a copy was derived holds the URL."""
    try:
        with path.open("rb") as file:
            if is_arc(file.read(_START)):
                frames = ArcFrames(file, str(path))
                while (head := frames.begin()) is not None:
                    if wanted.takes(head.url):
                        return True
                    frames.end()
                return False
        faults: list[BadRecord] = []
        return any(wanted.takes(found.target_uri or "-") for found in reader.records(path, skipped=faults))
    except (BadRecord, OSError):
        return False


def _mentions(path: Path, needles: list[bytes]) -> bool:
    """Whether a file's bytes, or the beginning of any gzip member in it, hold one of some words."""
    longest = max(map(len, needles))
    with path.open("rb") as file:
        before, at = b"", 0
        while piece := file.read(_PIECE):
            window = before + piece
            if any(one in window for one in needles) or any(one in head for head in _heads(window) for one in needles):
                return True
            before, at = window[-max(longest, _START) :], at + len(piece)
    return False


def _heads(data: bytes) -> Iterator[bytes]:
    found = data.find(_MEMBER)
    while found >= 0:
        try:
            yield zlib.decompressobj(31).decompress(data[found : found + _START], _START)
        except zlib.error:
            yield b""
        found = data.find(_MEMBER, found + 1)


def run_of(path: Path) -> str:
    """Return the run of a file of items."""
    return path.name.removesuffix(OPEN).removesuffix(".jsonl")
