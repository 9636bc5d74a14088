"""What was imported before, and under which names files lie in the archive. Knows nothing of records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_ENDS = (".warc.gz", ".warc", ".arc.gz", ".arc")
_LONGEST = 150


def is_import(home: Path) -> bool:
    """Whether a site's folder holds what somebody else captured."""
    return home.name.startswith("imports-")


def known_digests(archive: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that a manifest of the archive accounts for, and where it lies."""
    found: dict[str, str] = {}
    for home, manifest in _manifests(archive):
        for one in (*_dicts(manifest, "files"), *_dicts(manifest, "imported")):
            if digest := one.get("sha256"):
                found.setdefault(str(digest), f"{home}, run {manifest.get('run')}")
    return found


def run_of(home: Path, name: str) -> str | None:
    """Return the run that imported the WARC of this name in a site's folder; None where none did."""
    entry = entry_of(home, name)
    return entry[0] if entry else None


def entry_of(home: Path, name: str) -> tuple[str, str | None] | None:
    """Return the run that imported a WARC, and the SHA-256 that it had; None where none did."""
    for _, manifest in _manifests(home.parent, home.name):
        if manifest.get("kind") == "import":
            for one in _dicts(manifest, "files"):
                if one.get("path") == f"warc/{name}":
                    return str(manifest.get("run")), one.get("sha256")
    return None


def name_for(archive: Path, name: str, sha256: str, taken: set[str]) -> str:
    """Return the name under which a foreign file is kept: its own, if no file of the archive has it.

    Letters that make trouble in a path become dashes, and the name ends as that of every WARC does; a name that is
    taken gets the beginning of the file's digest.
    """
    stem, end = _parted(_ODD.sub("-", name).lstrip(".-") or "file")
    stem = stem[:_LONGEST].removesuffix(".open")
    plain = f"{stem}{end}"
    if plain not in taken and not any(archive.glob(f"*/*/{plain}")):
        return plain
    return f"{stem}-{sha256[:12]}{end}"


def derived_name(name: str) -> str:
    """Return the name of the copy derived from a file."""
    return f"{_parted(name)[0]}.derived.warc.gz"


def _parted(name: str) -> tuple[str, str]:
    """Return stem and ending: ``a.warc.wet.gz`` is ``a.wet`` and ``.warc.gz``."""
    for end in _ENDS:
        if name.endswith(end):
            return name.removesuffix(end), end
    stem = name.removesuffix(".gz")
    if (inner := re.search(r"\.warc(?=\.)", stem)) is not None:
        stem = stem[: inner.start()] + stem[inner.end() :]
    return stem, ".warc.gz" if name.endswith(".gz") else ".warc"


def _manifests(archive: Path, home: str = "*") -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(archive.glob(f"{home}/runs/*.json")):
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue  # `archive verify` names it
        if isinstance(found, dict):
            yield path.parent.parent.name, found


def _dicts(manifest: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = manifest.get(name)
    found = [found] if isinstance(found, dict) else found
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
