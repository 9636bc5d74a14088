"""The end of an import: from where it was gathered into the archive, and on again where a death broke it off.

The manifest is the first thing that is durable; what it names is then moved to its place, entered in the catalogue, and
the manifest itself goes last. Every step can be done twice. Knows nothing of foreign formats.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from xinhua_id.archive import entries
from xinhua_id.archive.enter import batched, enter_articles
from xinhua_id.archive.entries import CAPTURES, Place
from xinhua_id.catalogue import captures, files, runs, validators
from xinhua_id.catalogue.rows import CaptureRow, FileRow, ValidatorRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import BadPayload
from xinhua_id.warc import payload, reader
from xinhua_id.warc.file import fsync_directory
from xinhua_id.warc.reader import Record

_MANIFEST = "manifest.json"
_BATCH = 500


def account(staging: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, with the fixity of every file gathered: the import counts from here on. Raises `OSError`."""
    gathered = sorted(path for folder in ("warc", "originals", "items") for path in (staging / folder).iterdir())
    known = {f"{one['kept']}": one["sha256"] for one in manifest["warcs"]}
    manifest["files"] = [_fixity(path, staging, known) for path in gathered]
    beside = staging / f"{_MANIFEST}.new"
    with beside.open("w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=False, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    for folder in ("warc", "originals", "items"):
        fsync_directory(staging / folder)
    beside.replace(staging / _MANIFEST)
    fsync_directory(staging)


def is_accounted(staging: Path) -> bool:
    """Whether an import counts."""
    return (staging / _MANIFEST).exists()


def complete(home: Path, staging: Path, catalogue: Catalogue) -> Path:
    """Move an import that counts to its place and enter it in the catalogue; return its manifest's path."""
    manifest = json.loads((staging / _MANIFEST).read_text("utf-8"))
    run = str(manifest["run"])
    for one in manifest["files"]:
        path = home / one["path"]
        path.parent.mkdir(exist_ok=True)
        if (gathered := staging / one["path"]).exists():
            gathered.rename(path)
            fsync_directory(path.parent)
    for one in manifest["files"]:
        path = home / one["path"]
        if path.parent.name == "warc":
            _enter(path, home.name, run, one["sha256"], catalogue)
        elif path.parent.name == "items":
            enter_articles(path, home, catalogue, [])
    with catalogue.begin() as connection:
        runs.put(connection, [entries.run_row(manifest, home.name)])
    final = home / "runs" / f"{run}.json"
    final.parent.mkdir(exist_ok=True)
    (staging / _MANIFEST).rename(final)
    fsync_directory(final.parent)
    remove(staging)
    return final


def leftovers(home: Path, catalogue: Catalogue) -> None:
    """Complete the imports that count and were broken off, and remove those that never came so far."""
    for staging in sorted((home / "importing").glob("*")):
        if is_accounted(staging):
            complete(home, staging, catalogue)
        else:
            remove(staging)


def remove(staging: Path) -> None:
    """Remove what was gathered, and the folder for it where it is the last."""
    shutil.rmtree(staging, ignore_errors=True)
    with contextlib.suppress(OSError):  # another one lies there
        staging.parent.rmdir()


def _enter(path: Path, site: str, run: str, sha256: str, catalogue: Catalogue) -> None:
    """Enter a WARC's captures; a record that another file of the archive holds stays that file's."""
    name = path.name
    with catalogue.begin() as connection:
        captures.drop_file(connection, name)
        for batch in batched(_rows(path, Place(site, run, name, 0, 0)), _BATCH):
            fresh = [rows for rows in batch if captures.by_record_id(connection, rows.capture.record_id) is None]
            captures.add(connection, [rows.capture for rows in fresh])
            validators.put(connection, [rows.validator for rows in fresh if rows.validator])
        files.put(connection, [FileRow(name, site, run, path.stat().st_size, closed=True, sha256=sha256)])


class _Rows(NamedTuple):
    capture: CaptureRow
    validator: ValidatorRow | None


def _rows(path: Path, place: Place) -> Iterator[_Rows]:
    for found in reader.records(path):
        if found.type in CAPTURES:
            head, here = _head(found), place._replace(offset=found.offset, length=found.length)
            yield _Rows(
                entries.capture_row(found.headers, head, here), entries.validator_row(found.headers, head, here)
            )


def _head(found: Record) -> payload.Head | None:
    if found.type not in {"response", "revisit"}:
        return None
    try:
        return payload.head_and_body(found.pieces())[0]
    except BadPayload:
        return None


def _fixity(path: Path, staging: Path, known: dict[str, str]) -> dict[str, Any]:
    name = str(path.relative_to(staging))
    if (digest := known.get(name)) is None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
    return {"path": name, "bytes": path.stat().st_size, "sha256": digest}
