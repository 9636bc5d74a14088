"""What a file that is to be imported is: a WARC, an ARC, or a WACZ, which is a zip that holds WARC files.

A WACZ is held against the digests in its ``datapackage.json`` first. Knows nothing of records or of the archive.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from xinhua_id.errors import BadRecord
from xinhua_id.warc import arc
from xinhua_id.warc.file import WARCS

#: No ``datapackage.json`` is longer.
_LONGEST_JSON = 64 << 20
_PIECE = 1 << 20
_CAPTURES = (*WARCS, ".arc.gz", ".arc")

#: What a zip that is broken, encrypted or packed in an odd way raises.
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError,
    OverflowError,
)  # fmt: skip

Kind = Literal["warc", "arc", "wacz"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A WARC or ARC to be taken in: its own name, how many bytes it has, and what opens it."""

    name: str
    size: int
    opened: Callable[[], BinaryIO]


def kind_of(path: Path) -> Kind:
    """Return what a file is, by its first bytes; what is none of the others is a WARC, or is refused as one later."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "wacz"
    return "arc" if arc.is_arc(start) else "warc"


class Wacz:
    """An open WACZ. ``said`` is what its ``datapackage.json`` says of itself, files left out. Raises `BadRecord`."""

    def __init__(self, file: BinaryIO, where: str) -> None:
        self._where = where
        try:
            self._zip = zipfile.ZipFile(file)
            package = self._package()
        except BROKEN as error:
            raise self._bad(f"the WACZ cannot be read: {error}") from error
        listed = package.get("resources")
        listed = listed if isinstance(listed, list) else []
        self._resources = {str(one["path"]): one for one in listed if isinstance(one, dict) and one.get("path")}
        self.said = {name: value for name, value in package.items() if name not in {"resources", "profile"}}

    def entries(self) -> Iterator[Entry]:
        """Yield its WARC files. Raises `BadRecord` where there are none."""
        infos = [info for info in self._zip.infolist() if self._is_warc(info)]
        if not infos:
            nested = any(info.filename.endswith(".wacz") for info in self._zip.infolist())
            raise self._bad(
                "the zip holds no archive/*.warc.gz",
                "It holds WACZ files: take them out and import those." if nested else "It is no WACZ.",
            )
        for info in infos:
            yield Entry(Path(info.filename).name, info.file_size, partial(self._open, info))

    def _open(self, info: zipfile.ZipInfo) -> BinaryIO:
        return cast("BinaryIO", self._zip.open(info))

    def check(self) -> int:
        """Hold every file against its digest in ``datapackage.json``; return how many have one. Raises `BadRecord`."""
        names = set(self._zip.namelist())
        for path, said in self._resources.items():
            if path not in names:
                raise self._bad(f"{path} stands in datapackage.json and is not there")
            name, _, value = str(said.get("hash") or "").partition(":")
            if name not in {"sha256", "md5"}:
                continue
            if self._digest(path, name) != value.lower():
                raise self._bad(
                    f"{path} is not what datapackage.json says: its {name} is another",
                    "Fetch the WACZ again; to import it all the same, unzip it and name its WARC files.",
                )
        unsaid = [info.filename for info in self._zip.infolist() if self._is_warc(info)]
        return sum(path in self._resources for path in unsaid)

    def _package(self) -> dict[str, Any]:
        try:
            info = self._zip.getinfo("datapackage.json")
        except KeyError:
            raise self._bad(
                "the zip has no datapackage.json", "It is no WACZ; unzip it and import its files."
            ) from None
        if info.file_size > _LONGEST_JSON:
            raise self._bad("its datapackage.json is too long")
        found = json.loads(self._zip.read(info))
        if not isinstance(found, dict):
            raise self._bad("its datapackage.json is no object")
        return found

    def _is_warc(self, info: zipfile.ZipInfo) -> bool:
        return info.filename.startswith("archive/") and info.filename.endswith(_CAPTURES) and info.file_size > 0

    def _digest(self, path: str, name: str) -> str:
        digest = hashlib.new(name, usedforsecurity=False)
        try:
            with self._zip.open(path) as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
        except BROKEN as error:
            raise self._bad(f"{path} cannot be read: {error}") from error
        return digest.hexdigest()

    def _bad(self, what: str, now: str = "Fetch the WACZ again.") -> BadRecord:
        return BadRecord(what, where=self._where, now=now)
