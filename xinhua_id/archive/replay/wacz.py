"""A WACZ alone, replayed where it lies: its WARCs are read inside the ZIP, at the places its own index names.

Knows the format of WACZ 1.1.1 as far as replay needs it, and trusts nothing that stands in a file that may be
anybody's: of an index line only what leads to a record of this file is kept.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from xinhua_id.archive.replay.stories import Story, of_pages_list
from xinhua_id.errors import BadRecord

_LOCAL_HEADER = 30
_FIELDS = ("url", "mime", "status", "digest", "length", "offset")


def read(path: Path, folder: Path) -> tuple[list[str], dict[str, str], list[Story]]:
    """Return the index lines of a WACZ, where the file of each line lies, and the pages it lists.

    WARCs that are compressed inside the ZIP, against the standard, are taken out into ``folder``. Raises `BadRecord`.
    """
    try:
        with zipfile.ZipFile(path) as wacz:
            places, files = _warcs(wacz, path, folder)
            lines = list(_lines(wacz, places))
            if not lines:
                raise BadRecord(
                    "the WACZ has no index of its records", where=str(path),
                    now="`wb-manager add --unpack-wacz` takes its WARCs out; give one of them.",
                )  # fmt: skip
            return lines, files, list(_pages(wacz))
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadRecord(f"cannot read the WACZ: {error}", where=str(path), now="Check that it came whole.") from error


def _warcs(wacz: zipfile.ZipFile, path: Path, folder: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Return where in its file each WARC begins, and that file."""
    begins: dict[str, int] = {}
    files: dict[str, str] = {}
    for number, entry in enumerate(wacz.infolist()):
        name = entry.filename.rpartition("/")[2]
        if not entry.filename.startswith("archive/") or not name:
            continue
        if entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 1:
            begins[name], files[name] = _begins(path, entry), str(path.absolute())
        else:
            out = folder / f"{number}.warc"
            with wacz.open(entry) as packed, out.open("wb") as file:
                shutil.copyfileobj(packed, file)
            begins[name], files[name] = 0, str(out)
    return begins, files


def _begins(path: Path, entry: zipfile.ZipInfo) -> int:
    """Return where an entry's bytes begin: behind its local header, whose lengths are its own."""
    with path.open("rb") as file:
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_HEADER)
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    if header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"no entry begins at byte {entry.header_offset}")
    return entry.header_offset + _LOCAL_HEADER + lengths


def _lines(wacz: zipfile.ZipFile, begins: dict[str, int]) -> Iterator[str]:
    for name in wacz.namelist():
        if not name.startswith("indexes/") or not name.endswith((".cdxj", ".cdx", ".cdxj.gz", ".cdx.gz")):
            continue
        with wacz.open(name) as packed:
            plain = gzip.GzipFile(fileobj=packed) if name.endswith(".gz") else packed
            for line in io.TextIOWrapper(plain, "utf-8", "replace"):
                if moved := _moved(line, begins):
                    yield moved


def _moved(line: str, begins: dict[str, int]) -> str | None:
    """Return an index line whose offset counts from the beginning of the ZIP; None where it leads nowhere."""
    key, _, rest = line.strip().partition(" ")
    timestamp, _, block = rest.partition(" ")
    try:
        said = json.loads(block)
        name = said["filename"].rpartition("/")[2]
        offset = int(said["offset"]) + begins[name]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if said.get("status") == "304" or not timestamp.isdecimal():
        return None
    kept = {field: str(said[field]) for field in _FIELDS if field in said}
    return f"{key} {timestamp} {json.dumps({**kept, 'offset': str(offset), 'filename': name})}"


def _pages(wacz: zipfile.ZipFile) -> Iterator[Story]:
    if "pages/pages.jsonl" in wacz.namelist():
        with wacz.open("pages/pages.jsonl") as file:
            yield from of_pages_list(io.TextIOWrapper(file, "utf-8", "replace"))
