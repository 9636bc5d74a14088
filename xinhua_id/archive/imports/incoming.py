"""One import under way: foreign files copied into the archive and accounted for, all of them or nothing.

    archives/imports-<name>/importing/<run>/   where everything is gathered; never read as part of the archive
    archives/imports-<name>/warc/              foreign files that stand as they are, and derived copies of the others
    archives/imports-<name>/originals/         the foreign files from which copies were derived
    archives/imports-<name>/items/<run>.jsonl  what was extracted, by whoever imports
    archives/imports-<name>/runs/<run>.json    where each file came from, its digest, its tool, what it holds

The manifest is written last; from then on the import counts, and one that a death broke off behind it is completed by
the next. Before it, it is as if nothing had happened. Knows nothing of extraction.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import platform
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from xinhua_id import __version__
from xinhua_id.archive.imports import complete, intake, ledger
from xinhua_id.archive.imports.derive import Derived
from xinhua_id.archive.imports.scan import Scan, scan
from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.archive.lock import SiteLock
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import BadRecord, CannotWrite, UsageError
from xinhua_id.warc import record
from xinhua_id.warc.opening import Where, is_url, name_of, opened, place

_NAME = re.compile(r"[A-Za-z0-9._-]{1,60}")
_PIECE = 1 << 20


class AlreadyThere(UsageError):
    """The file was imported before, byte for byte."""


@dataclass(slots=True)
class Taken:
    """A foreign WARC or ARC that was taken in. ``warc`` is what the archive works on, under ``importing`` for now."""

    name: str
    kept: str
    sha256: str
    size: int
    warc: Path
    scan: Scan
    derived: bool


@dataclass(slots=True)
class Incoming:
    """Use it as a context manager: `take`, then write the items, then `commit`; without that nothing stays."""

    archive: Path
    home: Path
    run: str
    begun: dt.datetime
    lock: SiteLock
    said: dict[str, Any] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    @classmethod
    def begin(cls, archive: Path, name: str, catalogue: Catalogue, now: dt.datetime) -> Self:
        """Lock ``archives/imports-<name>`` and begin; what an import left that died is completed or removed.

        Raises `UsageError` for a name that is none, `InUse`, `CannotWrite`.
        """
        if not _NAME.fullmatch(name) or name.startswith("."):
            raise UsageError(
                f"--as: {name!r} is no name", now="Use 1 to 60 letters, digits, dots, dashes or underscores."
            )
        home = archive / f"imports-{name}"
        run = f"{home.name}-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
        lock = SiteLock.take(home, run, now)
        try:
            complete.leftovers(home, catalogue)
            begun = cls(archive, home, _free(home, run), now, lock)
            for folder in ("warc", "originals", "items"):
                (begun.staging / folder).mkdir(parents=True)
        except BaseException as error:
            lock.release()
            if isinstance(error, OSError):
                raise cannot_write(error, home) from error
            raise
        return begun

    @property
    def staging(self) -> Path:
        """Where the import is gathered."""
        return self.home / "importing" / self.run

    @property
    def items(self) -> Path:
        """Where the items are to be written, a line each; a file that is not there, or empty, counts as none."""
        return self.staging / "items" / f"{self.run}.jsonl"

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave nothing half, and give the lock back."""
        if not complete.is_accounted(self.staging):
            complete.remove(self.staging)
        self.lock.release()

    def take(self, where: Where) -> list[Taken]:
        """Copy a file in: a WARC or ARC, or every one in a WACZ. Returns what is new.

        Raises `AlreadyThere` where nothing is, `BadRecord` where nothing can be read from it, `CannotWrite`.
        """
        path = self.staging / "input"
        where = place(where)
        with self._reading(where) as file:
            size, sha256 = self._copied(file, path, file.seek(0, os.SEEK_END))
        known = ledger.known_digests(self.archive)
        if sha256 in known:
            raise AlreadyThere("the file is in the archive already", where=str(where), now=f"See {known[sha256]}.")
        name, kind = name_of(where), intake.kind_of(path)
        self.said = {"from": _whence(where), "name": name, "bytes": size, "sha256": sha256, "format": kind}
        try:
            if kind == "wacz":
                self._take_wacz(path, where, known)
            else:
                self.taken.append(self._taken(path, name, sha256, size))
        except BadRecord as error:
            raise BadRecord(
                error.what, where=(error.where or "").replace(str(path), str(where)), now=error.now
            ) from error
        except OSError as error:
            raise cannot_write(error, self.home) from error
        finally:
            path.unlink(missing_ok=True)
        if not self.taken:
            raise AlreadyThere(
                "every WARC in it is in the archive already", where=str(where), now="Nothing was changed."
            )
        return self.taken

    def commit(self, catalogue: Catalogue, *, now: dt.datetime, source: str | None, stats: Mapping[str, int]) -> Path:
        """Make it part of the archive, files, catalogue and manifest; return the manifest's path.

        Raises `CannotWrite`.
        """
        try:
            if self.items.exists() and not self.items.stat().st_size:
                self.items.unlink()
            complete.account(self.staging, self._manifest(now, source, stats))
            return complete.complete(self.home, self.staging, catalogue)
        except OSError as error:
            raise cannot_write(error, self.home) from error

    def _take_wacz(self, path: Path, where: Where, known: Mapping[str, str]) -> None:
        with path.open("rb") as file:
            wacz = intake.Wacz(file, str(where))
            self.said |= {"wacz": wacz.said, "files_with_digest": wacz.check()}
            for number, entry in enumerate(wacz.entries()):
                inner = self.staging / f"input-{number}"
                with entry.opened() as source:
                    size, sha256 = self._copied(source, inner, entry.size)
                if sha256 in known:
                    self.skipped[entry.name] = known[sha256]
                    inner.unlink()
                    continue
                self.taken.append(self._taken(inner, entry.name, sha256, size))

    def _taken(self, path: Path, name: str, sha256: str, size: int) -> Taken:
        """Give a copied file its place and, where it cannot stand as it is, a derived copy."""
        is_arc = intake.kind_of(path) == "arc"
        found = Scan(why=["it is an ARC"]) if is_arc else scan(path)
        used = {one.kept.rpartition("/")[2] for one in self.taken} | {one.warc.name for one in self.taken}
        kept = ledger.name_for(self.archive, name, sha256, used)
        if not found.why:
            final = path.rename(self.staging / "warc" / kept)
            return Taken(name, f"warc/{kept}", sha256, size, final, found, derived=False)
        original = path.rename(self.staging / "originals" / kept)
        derived = self.staging / "warc" / ledger.name_for(
            self.archive, ledger.derived_name(kept), sha256, used | {kept}
        )  # fmt: skip
        about = {
            "software": f"xinhua_id/{__version__}", "format": "WARC File Format 1.1", "isPartOf": self.run,
            "description": "derived from another file, since " + "; ".join(found.why),
            "derivedFrom": name, "originalFile": f"originals/{kept}", "sha256": sha256,
        }  # fmt: skip
        with derived.open("xb") as out:
            making = Derived(out, derived.name, about, record.date(self.begun))
            if is_arc:
                making.take_arc(original, found)
            else:
                making.take_warc(original)
        if is_arc and not found.counts:
            raise BadRecord("no record of the ARC can be read", where=str(path), now="; ".join(found.faults))
        return Taken(name, f"originals/{kept}", sha256, size, derived, found, derived=True)

    @contextlib.contextmanager
    def _reading(self, where: Where) -> Iterator[BinaryIO]:
        try:
            file = opened(where)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            why = error.strerror if isinstance(error, OSError) else error
            raise UsageError(f"cannot read the file: {why}", where=str(where), now="Check the path.") from error
        with file:
            yield file

    def _copied(self, file: BinaryIO, path: Path, size: int) -> tuple[int, str]:
        """Copy a file, durably; return its length and SHA-256."""
        free = shutil.disk_usage(self.staging).free
        if size > free:
            raise CannotWrite(
                f"the file has {size} bytes, and the archive's disk has room for {free}",
                where=str(self.home), now="Make room, or choose another place with --archive.",
            )  # fmt: skip
        digest, length = hashlib.sha256(), 0
        if file.seekable():
            file.seek(0)
        with path.open("xb") as out:
            while piece := _read(file, path):
                digest.update(piece)
                length += len(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        return length, digest.hexdigest()

    def _manifest(self, now: dt.datetime, source: str | None, stats: Mapping[str, int]) -> dict[str, Any]:
        return {
            "run": self.run,
            "kind": "import",
            "begun_at": self.begun.astimezone(dt.UTC).isoformat(),
            "ended_at": now.astimezone(dt.UTC).isoformat(),
            "outcome": "finished",
            "source": source,
            "imported": {**self.said, "skipped": self.skipped},
            "warcs": [_account(one) for one in self.taken],
            "stats": dict(sorted(stats.items())),
            "versions": {"python": platform.python_version(), "xinhua-id": __version__},
        }


def _account(one: Taken) -> dict[str, Any]:
    return {
        "name": one.name, "kept": one.kept, "sha256": one.sha256, "bytes": one.size,
        "warc": f"warc/{one.warc.name}", "derived_because": one.scan.why, "tool": one.scan.tool,
        "records": dict(sorted(one.scan.counts.items())),
        "faults": one.scan.fault_count, "first_faults": one.scan.faults,
    }  # fmt: skip


def _read(file: BinaryIO, path: Path) -> bytes:
    """Read a piece of the input; what fails there is no fault of the archive's disk."""
    try:
        return file.read(_PIECE)
    except intake.BROKEN as error:
        raise BadRecord(f"cannot read the file: {error}", where=str(path), now="Fetch it again.") from error


def _whence(where: Where) -> str:
    return str(where) if is_url(where) else str(Path(where).resolve())


def _free(home: Path, run: str) -> str:
    """Return a name that no run has."""
    names = (run if number == 1 else f"{run}-{number}" for number in range(1, 1_000_000))
    return next(one for one in names if not (home / "runs" / f"{one}.json").exists())


def manifest_of(path: Path) -> dict[str, Any]:
    """Return what the manifest of an import says."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
