"""What is to be verified: whole sites of an archive, or single files. Knows where things lie, not what is in them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from xinhua_id.archive.imports.ledger import is_import
from xinhua_id.archive.lock import is_held
from xinhua_id.archive.sites import sites_of
from xinhua_id.errors import UsageError
from xinhua_id.warc.file import OPEN, WARCS

_CAPTURES = (*WARCS, ".arc.gz", ".arc")
_OURS = b"software: xinhua_id/"
_FRONT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Site:
    """One site's folder. ``own``: our crawls wrote it. ``busy``: a crawl writes it at this moment."""

    home: Path
    own: bool
    busy: bool

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.home.name

    def warcs(self) -> list[Path]:
        """Return its WARC files, also those that are still written."""
        return [path for path in self._in("warc") if path.name.removesuffix(OPEN).endswith(_CAPTURES)]

    def items(self) -> list[Path]:
        """Return the files of its items."""
        return [path for path in self._in("items") if path.name.removesuffix(OPEN).endswith(".jsonl")]

    def manifests(self) -> list[Path]:
        """Return the accounts of its runs."""
        return [path for path in self._in("runs") if path.suffix == ".json"]

    def packages(self) -> list[Path]:
        """Return its WACZ files."""
        return [path for path in self._in("packages") if path.suffix == ".wacz"]

    def torn(self) -> list[Path]:
        """Return what recovery set aside."""
        return [path for path in (*self._in("warc"), *self._in("items")) if ".torn" in path.name]

    @property
    def index(self) -> Path:
        """Its index for replay."""
        return self.home / "index.cdxj"

    def _in(self, folder: str) -> list[Path]:
        return sorted(path for path in (self.home / folder).glob("*") if path.is_file())


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked for. ``archive`` is None where only single files are."""

    archive: Path | None = None
    sites: list[Site] = field(default_factory=list)
    warcs: list[Path] = field(default_factory=list)
    packages: list[Path] = field(default_factory=list)

    def paths(self) -> Iterator[Path]:
        """Yield every file whose bytes will be read."""
        for site in self.sites:
            yield from (*site.warcs(), *site.items(), *site.packages())
        yield from (*self.warcs, *self.packages)

    def name(self, path: Path) -> str:
        """Return how faults call a file: below the archive, or as it was given."""
        if self.archive is not None and path.is_relative_to(self.archive):
            return str(path.relative_to(self.archive))
        return str(path)


def scope_of(archive: Path, given: Iterable[str] = ()) -> Scope:
    """Return what a command line asks for: sites by name, folders or files by path; the whole archive without any.

    Raises `UsageError` for what is none of them.
    """
    names = list(given)
    if not names:
        return Scope(archive, [_site(home) for home in sites_of(archive)])
    sites: list[Site] = []
    warcs: list[Path] = []
    packages: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_file():
            (packages if path.suffix == ".wacz" else warcs).append(path)
        elif (archive / name / "warc").is_dir() and "/" not in name:
            sites.append(_site(archive / name))
        elif (path / "warc").is_dir():
            archive = path.resolve().parent
            sites.append(_site(path.resolve()))
        elif path.is_dir():
            archive = path
            sites.extend(map(_site, sites_of(path)))
        else:
            known = ", ".join(home.name for home in sites_of(archive)) if archive.is_dir() else "none"
            raise UsageError(
                f"{name!r} is no site of the archive and no file", where=str(archive), now=f"Its sites: {known}."
            )
    return Scope(archive if sites else None, sites, warcs, packages)


def made_by_us(path: Path) -> bool:
    """Whether a WARC's first record says that our writer made it; raise `OSError` where it cannot be read."""
    with path.open("rb") as file:
        front = file.read(_FRONT)
    if front.startswith(b"\x1f\x8b"):
        try:
            front = zlib.decompressobj(31).decompress(front, _FRONT)
        except zlib.error:
            return False
    return _OURS in front


def _site(home: Path) -> Site:
    return Site(home, not is_import(home), is_held(home))


def run_files(said: object) -> list[dict[str, object]]:
    """Return the files that a manifest accounts for."""
    found = cast("object", said.get("files")) if isinstance(said, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
