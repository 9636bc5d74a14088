"""A run: one crawl of one site, with its files and the manifest that accounts for them.

    archives/<name>/runs/<run>.json     created exclusively at the start, rewritten whole at the end
    archives/<name>/runs/<run>.log      Scrapy's log, where the command line keeps it
    archives/<name>/items/<run>.jsonl   written by the committer
    archives/<name>/warc/               written by the committer
    archives/<name>/lock                held while the run goes on; so is the site's tenure, in a shared catalogue

Knows nothing of Scrapy or of what stands in the files.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import platform
import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.archive.lock import SiteLock
from xinhua_id.archive.recover import fixity
from xinhua_id.crawl.tenure import Tenure, Watch
from xinhua_id.errors import RunExists, UsageError
from xinhua_id.warc.file import replacing

_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_VERSIONS = ("xinhua-id", "scrapy", "twisted", "lxml", "beautifulsoup4", "pydantic", "warcio", "fastwarc")


@dataclass(frozen=True, slots=True)
class Shared:
    """The catalogue that several workers share, by its URL, and what this one saw of the others."""

    url: str
    watch: Watch = field(default_factory=Watch)


@dataclass(frozen=True, slots=True)
class Run:
    """One run under way. ``home`` is the site's folder in the archive."""

    home: Path
    name: str
    begun: dt.datetime
    about: dict[str, Any]
    lock: SiteLock | None = None
    tenure: Tenure | None = None

    @property
    def manifest(self) -> Path:
        """Where the run is accounted for."""
        return self.home / "runs" / f"{self.name}.json"

    @property
    def log(self) -> Path:
        """Where Scrapy's log goes when the command line keeps it."""
        return self.home / "runs" / f"{self.name}.log"

    @property
    def items(self) -> Path:
        """Where the items lie once the run is closed."""
        return self.home / "items" / f"{self.name}.jsonl"

    @property
    def warc(self) -> Path:
        """The folder of the WARC files."""
        return self.home / "warc"

    @classmethod
    def begin(
        cls,
        archive: Path,
        site: str,
        *,
        name: str | None = None,
        about: Mapping[str, Any],
        now: dt.datetime,
        shared: Shared | None = None,
    ) -> Run:
        """Create the run and its folders, and nobody else's.

        ``name`` is opaque; without one the run is called after site and time. ``about`` is what was asked for
        (seeds, range, limit) and goes into the manifest. ``shared`` is the catalogue that several workers share.
        Raises `InUse` where the site is being crawled already, `RunExists`, `CannotWrite`, `CatalogueError`, or
        `UsageError` for a name that is none.
        """
        if name is not None and not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} is no name for a run", now="Use 1 to 100 letters, digits, dots, dashes or underscores."
            )
        home = archive / site
        own = f"{site}-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
        lock = SiteLock.take(home, name or own, now)
        tenure = None
        try:
            chosen = _new_name(home, name, own)
            # A run that died within this second has the name that the lock was taken by.
            lock.hold_for(chosen, now)
            if shared is not None:
                tenure = Tenure.take(archive, shared.url, site, chosen, now, shared.watch)
            for folder in ("warc", "items", "runs"):
                (home / folder).mkdir(parents=True, exist_ok=True)
            run = cls(home, chosen, now, dict(about), lock, tenure)
            with run.manifest.open("x", encoding="utf-8") as file:
                file.write(run._as_json({"outcome": "running"}))
            return run
        except BaseException as error:
            lock.release()
            if tenure is not None:
                tenure.give_up()
            if isinstance(error, OSError):
                raise cannot_write(error, home) from error
            raise

    def beating(self) -> AbstractContextManager[None]:
        """Keep the site's tenure, where there is one, while something long goes on (`Tenure.beating`)."""
        return self.tenure.beating() if self.tenure is not None else nullcontext()

    def note(self, key: str, what: object) -> None:
        """Let the manifest say something more under ``key``; it is written when the run ends."""
        self.about[key] = what

    def end(
        self,
        outcome: str,
        *,
        now: dt.datetime,
        stats: Mapping[str, Any],
        settings: Mapping[str, Any],
        files: Iterable[Path],
        error: str | None = None,
    ) -> None:
        """Rewrite the manifest whole: what came of the run, and the fixity of its files; give the site's lock back.

        Raises `CannotWrite`.
        """
        account = {
            "outcome": outcome,
            "error": error,
            "ended_at": now.astimezone(dt.UTC).isoformat(),
            "stats": dict(sorted(stats.items())),
            "settings": dict(sorted(settings.items())),
            "files": [fixity(path, self.home) for path in files if path.is_file()],
        }
        try:
            with replacing(self.manifest) as file:
                file.write(self._as_json(account).encode())
        except OSError as failure:
            raise cannot_write(failure, self.home) from failure
        finally:
            if self.tenure is not None:
                self.tenure.give_up()
            if self.lock is not None:
                self.lock.release()

    def _as_json(self, account: Mapping[str, Any]) -> str:
        whole = {
            "run": self.name,
            "begun_at": self.begun.astimezone(dt.UTC).isoformat(),
            **self.about,
            "versions": versions(),
            **account,
        }
        return json.dumps(whole, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _new_name(home: Path, name: str | None, own: str) -> str:
    """Return the name of a run that is not there yet: the one it was given, or its own with a number."""
    if name is not None:
        if (manifest := home / "runs" / f"{name}.json").exists():
            raise RunExists(f"a run called {name!r} exists", where=str(manifest), now="Give this one another name.")
        return name
    for candidate in (own, *(f"{own}-{number}" for number in range(2, 100))):
        if not (home / "runs" / f"{candidate}.json").exists():
            return candidate
    raise RunExists(f"too many runs of {home.name} began within one second", where=str(home), now="Wait a moment.")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that shape what a run writes."""
    found = {"python": platform.python_version()}
    for package in _VERSIONS:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value)
