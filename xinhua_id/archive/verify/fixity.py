"""The files of a site against the manifests of its runs: paths, lengths, SHA-256; and what was left behind.

Knows nothing of what stands in the files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from xinhua_id.archive.verify.scope import Site, run_files
from xinhua_id.warc.check.findings import Fault
from xinhua_id.warc.file import OPEN

_RECOVER = "xinhua-id archive recover {}"
_PIECE = 1 << 20

Named = Callable[[Path], str]


class Fixity:
    """What the manifests of one site say of its files: `begin` reads them and hands the hashing on, `faults` tells."""

    def __init__(self, site: Site, named: Named) -> None:
        self.died: set[str] = set()
        self._site = site
        self._named = named
        self._said: dict[Path, list[tuple[str, dict[str, Any]]]] = {}
        self._faults: list[Fault] = []
        self._digests: dict[Path, Future[str] | str] = {}
        self._running = False

    def begin(self, pool: Executor | None) -> None:
        """Read the manifests, and begin to hash the files they name."""
        for path in self._site.manifests():
            try:
                said = json.loads(path.read_text("utf-8"))
            except (OSError, ValueError) as error:
                self._say("manifest", f"the manifest cannot be read: {error}", path)
                continue
            if not isinstance(said, dict) or "outcome" not in said:
                self._say("manifest", "the manifest does not say how its run ended", path)
                continue
            self._manifest(path, said)
        for file in self._said:
            if file.is_file():
                self._digests[file] = pool.submit(sha256_of, file) if pool is not None else file.name

    def _manifest(self, path: Path, said: dict[str, Any]) -> None:
        files = run_files(said)
        if said["outcome"] == "running":
            if self._site.busy:
                self._running = True
            else:
                self._say("run-died", "the run ended without an account of its files", path,
                          now=f"`{_RECOVER.format(self._site.name)}` closes them.")  # fmt: skip
        if said["outcome"] == "died":
            self.died.update(Path(str(one.get("path"))).name for one in files)
        for one in files:
            where = Path(str(one.get("path", "")))
            if where.is_absolute() or ".." in where.parts or not where.parts:
                self._say("manifest", "a path of the manifest leads out of the site's folder", path, said=str(where))
                continue
            self._said.setdefault(self._site.home / where, []).append((self._named(path), one))

    def faults(self) -> Iterator[Fault]:
        """Yield what does not hold."""
        yield from self._faults
        for file, entries in self._said.items():
            for manifest, one in entries:
                yield from self._one(file, manifest, one)
        yield from self._unaccounted()
        yield from self._left()

    def _one(self, file: Path, manifest: str, said: dict[str, Any]) -> Iterator[Fault]:
        name = self._named(file)
        if not file.is_file():
            yield Fault("file-missing", f"the file that {manifest} accounts for is not there", name,
                        now="Restore it from a backup.")  # fmt: skip
            return
        size = file.stat().st_size
        if size != said.get("bytes"):
            yield Fault("fixity", f"the file is not as long as {manifest} says", name,
                        said=f"{said.get('bytes')} bytes", found=f"{size} bytes")  # fmt: skip
            return
        digest = self._digests[file]
        if isinstance(digest, Future):
            digest = digest.result()
        elif digest == file.name:
            digest = self._digests[file] = sha256_of(file)
        if digest != said.get("sha256"):
            yield Fault("fixity", f"the file is not the one that {manifest} accounts for", name,
                        said=f"sha256 {said.get('sha256')}", found=f"sha256 {digest}")  # fmt: skip

    def _unaccounted(self) -> Iterator[Fault]:
        files = (*self._site.warcs(), *self._site.items())
        if not self._site.manifests():
            if files:
                yield Fault("no-manifest", "no run has a manifest here: the files' fixity is not checked",
                            self._named(self._site.home), note=True)  # fmt: skip
            return
        for path in files:
            if path not in self._said and not path.name.endswith(OPEN) and not self._running:
                yield Fault("unaccounted", "no run's manifest accounts for the file", self._named(path),
                            now=f"`{_RECOVER.format(self._site.name)}` does, where its crawl died.")  # fmt: skip

    def _left(self) -> Iterator[Fault]:
        for path in (*self._site.warcs(), *self._site.items()):
            if not path.name.endswith(OPEN):
                continue
            if self._site.busy:
                what = "a crawl writes the file at this moment: its end is not checked"
                yield Fault("being-written", what, self._named(path), note=True)
            else:
                yield Fault("left-open", "its crawl died: the file is not closed", self._named(path),
                            now=f"`{_RECOVER.format(self._site.name)}` makes it whole.")  # fmt: skip
        if (importing := self._site.home / "importing").is_dir():
            yield Fault("left-import", "an import goes on, or died", self._named(importing), note=True,
                        now="The next import into this folder completes it, or takes it away.")  # fmt: skip
        for path in self._site.torn():
            what = f"{path.stat().st_size} torn bytes that recovery set aside"
            yield Fault("torn-tail", what, self._named(path), note=True)

    def _say(self, kind: str, what: str, path: Path, said: str | None = None, now: str | None = None) -> None:
        self._faults.append(Fault(kind, what, self._named(path), said=said, now=now))


def redactions(site: Site, named: Named) -> Iterator[str | Fault]:
    """Yield the ids of the records that the site's own account says were taken down; and lines of it that are none."""
    path = site.home / "redactions.jsonl"
    if not path.is_file():
        return
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        yield Fault("unreadable", f"the account of what was taken down cannot be read: {error.strerror}", named(path))
        return
    for line in lines:
        try:
            yield str(json.loads(line)["record_id"])
        except (ValueError, KeyError, TypeError) as error:
            yield Fault("redactions", f"a line of the account of what was taken down is none: {error!r}", named(path))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits, or why there is none."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        return f"unreadable: {error.strerror or error}"
    return digest.hexdigest()
