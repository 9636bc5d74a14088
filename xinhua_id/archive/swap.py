"""A catalogue put in another's place: whole or not at all, with the old one kept aside.

Nobody may crawl meanwhile: a crawl would go on writing into the old one. Knows nothing of how the new one was made.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.archive.lock import SiteLock
from xinhua_id.catalogue.store import NAME, Catalogue
from xinhua_id.errors import CannotWrite, CatalogueError, UsageError
from xinhua_id.warc.file import fsync_directory

#: What SQLite keeps beside a file while it is open, or after a death.
_BESIDE = ("-wal", "-shm", "-journal")


def sites(archive: Path) -> list[Path]:
    """Return the folders of the archive's sites; raise `UsageError` where there is no archive."""
    if not archive.is_dir():
        raise UsageError("there is no archive", where=str(archive), now="Name its folder with --archive.")
    parts = ("warc", "items", "runs")
    return sorted(home for home in archive.iterdir() if any((home / part).is_dir() for part in parts))


@contextmanager
def nobody_crawls(archive: Path, who: str, now: dt.datetime) -> Iterator[list[Path]]:
    """Hold the locks of all sites, and give their folders. Raises `InUse`, which says who crawls."""
    with ExitStack() as held:
        homes = sites(archive)
        for home in homes:
            held.callback(SiteLock.take(home, who, now).release)
        yield homes


def replaced(archive: Path, made: Callable[[Path], None], now: dt.datetime) -> Path | None:
    """Have a new catalogue ``made`` at a path beside, then put it in place; return where the old one is kept.

    Where making it fails nothing has changed. Raises `CannotWrite`, and what ``made`` raises.
    """
    path = archive / NAME
    new = path.with_name(f"{NAME}.new")
    try:
        _remove(new)
        made(new)
        _sync(new)
        kept = _set_aside(path, now) if path.exists() else None
        new.replace(path)
        fsync_directory(archive)
    except OSError as error:
        with contextlib.suppress(OSError):
            _remove(new)
        raise cannot_write(error, path) from error
    except BaseException:
        with contextlib.suppress(OSError):
            _remove(new)
        raise
    return kept


def _set_aside(path: Path, now: dt.datetime) -> Path:
    """Give the old catalogue a second name, with all that was committed to it; the first stays until it is replaced."""
    with contextlib.suppress(CatalogueError, CannotWrite):
        Catalogue.open_file(path).close()  # takes in what a death left beside it, if it can be read at all
    stamp = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    names = itertools.chain([stamp], (f"{stamp}-{number}" for number in itertools.count(2)))
    kept = next(one for name in names if not (one := path.with_name(f"{NAME}.before-{name}")).exists())
    try:
        kept.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, kept)
        _sync(kept)
    # A new file must never meet the old one's log: SQLite would read it as its own.
    for suffix in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(kept.with_name(kept.name + suffix))
    fsync_directory(path.parent)
    return kept


def _remove(path: Path) -> None:
    for suffix in ("", *_BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
