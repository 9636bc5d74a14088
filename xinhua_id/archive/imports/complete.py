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
from pathlib import Path
from typing import Any

from xinhua_id.archive import entries
from xinhua_id.archive.enter import enter, enter_articles
from xinhua_id.catalogue import runs
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.warc.file import fsync_directory

_MANIFEST = "manifest.json"


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
            enter(path, home, catalogue, None, (run, one["sha256"]))
        elif path.parent.name == "items":
            enter_articles(path, home, catalogue, None)
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


def _fixity(path: Path, staging: Path, known: dict[str, str]) -> dict[str, Any]:
    name = str(path.relative_to(staging))
    if (digest := known.get(name)) is None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
    return {"path": name, "bytes": path.stat().st_size, "sha256": digest}
