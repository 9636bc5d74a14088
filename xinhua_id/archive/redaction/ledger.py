"""The ledger of what was taken down at a site: ``redactions.jsonl``, a line a record, written before it is removed.

It says which file holds the other records of a file now, so that an older reference to one of them is still followed.
Knows nothing of how a record is removed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.warc.file import fsync_directory

#: The ledger's name in a site's folder.
NAME = "redactions.jsonl"
#: Behind the name of a WARC that was replaced and is about to be deleted: nothing reads it any more.
WITHDRAWN = ".withdrawn"


@dataclass(frozen=True, slots=True)
class Redaction:
    """One record that was taken down. ``replaced_by`` is the file that holds the other records of ``file``.

    A copy that was removed whole has a line as well, with an id made from its digest, and is replaced by nothing.
    """

    record_id: str
    url: str
    file: str
    type: str
    payload_digest: str | None
    reason: str
    redacted_at: str
    replaced_by: str
    old_sha256: str
    old_bytes: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was taken down at one site, in order. ``home`` is the site's folder."""

    home: Path
    lines: tuple[Redaction, ...]

    @classmethod
    def of(cls, home: Path) -> Ledger:
        """Read a site's ledger; nothing where there is none. A line that was never finished does not count."""
        try:
            raw = (home / NAME).read_bytes().splitlines(keepends=True)
        except OSError:
            return cls(home, ())
        found = (_read(line) for line in raw if line.endswith(b"\n"))
        return cls(home, tuple(one for one in found if one is not None))

    @property
    def records(self) -> dict[str, Redaction]:
        """Every record that was taken down, by its id."""
        return {one.record_id: one for one in self.lines}

    @property
    def replaced(self) -> dict[str, str]:
        """Every file that was replaced, and by which; a copy that was removed whole is replaced by none."""
        return {one.file: one.replaced_by for one in self.lines if one.replaced_by}

    def current(self, name: str) -> str | None:
        """Return the file that holds the records of a replaced file now; None where it was not replaced, or is lost."""
        replaced, seen = self.replaced, {name}
        while (following := replaced.get(name)) is not None and following not in seen:
            if (self.home / "warc" / following).exists():
                return following
            seen.add(following)
            name = following
        return None

    def unfinished(self) -> dict[str, str]:
        """Return the replaced files that are still there, and the file that replaces each: the work of a death."""
        found = {name: self.current(name) for name in self.replaced if self.old(name) is not None}
        return {name: new for name, new in found.items() if new is not None}

    def old(self, name: str) -> Path | None:
        """Return where a replaced file still lies; None once it is deleted."""
        folder = self.home / "warc"
        return next((path for path in (folder / name, folder / f"{name}{WITHDRAWN}") if path.exists()), None)

    def append(self, lines: Iterable[Redaction]) -> Ledger:
        """Write lines, durably; return the ledger with them. Raises `CannotWrite`."""
        added = tuple(lines)
        path = self.home / NAME
        try:
            with path.open("a+b") as file:
                file.seek(0)
                whole = file.read().rfind(b"\n") + 1
                file.truncate(whole)  # what a death left of a line was never acted upon
                file.seek(whole)
                file.writelines(json.dumps(asdict(one), ensure_ascii=False).encode() + b"\n" for one in added)
                file.flush()
                os.fsync(file.fileno())
            fsync_directory(self.home)
        except OSError as error:
            raise cannot_write(error, path) from error
        return Ledger(self.home, (*self.lines, *added))


def _read(line: bytes) -> Redaction | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    if not isinstance(said, Mapping):
        return None
    try:
        return Redaction(**{one.name: said[one.name] for one in fields(Redaction)})
    except KeyError:
        return None
