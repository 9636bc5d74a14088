"""What goes into a package: whole WARC files of a run or a site, or the records of a range of dates.

Knows nothing of how a package is written.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xinhua_id.archive.enter import info_of
from xinhua_id.archive.index import warcs_of
from xinhua_id.archive.lock import is_held, run_in
from xinhua_id.archive.recover import manifest_of
from xinhua_id.archive.sites import sites_in
from xinhua_id.errors import BadRecord, UsageError
from xinhua_id.warc import record


@dataclass(frozen=True, slots=True)
class Selection:
    """``files`` are packaged whole, or only their records from ``since`` to ``until`` where one of both is given.

    ``items`` are the files whose stories become the list of pages. ``name`` is that of the package.
    ``catalogue_url`` is the catalogue's database, where it is no file of the archive.
    """

    home: Path
    name: str
    title: str
    files: tuple[Path, ...]
    items: tuple[Path, ...]
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    catalogue_url: str | None = None

    @property
    def is_part(self) -> bool:
        """Whether records are chosen, not files."""
        return self.since is not None or self.until is not None

    def holds(self, moment: dt.datetime) -> bool:
        """Whether a moment lies in the range; both ends belong to it."""
        return not ((self.since and moment < self.since) or (self.until and moment > self.until))


def of_run(archive: Path, run: str) -> Selection:
    """Return the files of a run; raise `UsageError` where there is no such run, or it still goes on."""
    # Not a glob of its name: what an operator types may hold a star.
    is_name = Path(run).name == run != ""
    homes = sorted(path.parent for path in archive.glob("*/runs") if is_name and (path / f"{run}.json").is_file())
    if not homes:
        raise UsageError(
            f"no run {run!r} in the archive", where=str(archive), now="Its name is that of a file in <site>/runs/."
        )
    if len(homes) > 1:
        raise UsageError(
            f"several sites have a run {run!r}: {', '.join(home.name for home in homes)}", where=str(archive),
            now="Package a site: --source.",
        )  # fmt: skip
    (home,) = homes
    if is_held(home) and run_in(home) == run:
        raise UsageError(f"run {run} still goes on", where=str(home), now="Package it when it has ended.")
    files = tuple(path for path in warcs_of(home).values() if _run_of(path) == run)
    files = files or _named_in_manifest(home, run)
    items = home / "items" / f"{run}.jsonl"
    return Selection(home, run, f"{home.name}, run {run}", files, (items,) if items.exists() else ())


def of_site(archive: Path, site: str, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Selection:
    """Return the closed files of a site; raise `UsageError` where there is no such site."""
    there = [home.name for home in sites_in(archive)]
    if site not in there:
        raise UsageError(
            f"no site {site!r} in the archive", where=str(archive), now=f"There are: {', '.join(there) or 'none'}."
        )
    home = archive / site
    ends = [f"{moment:%Y%m%d}" if moment else "" for moment in (since, until)]
    name = site if not any(ends) else f"{site}-{ends[0]}-{ends[1]}".rstrip("-")
    items = tuple(sorted((home / "items").glob("*.jsonl")))
    return Selection(home, name, name, tuple(warcs_of(home).values()), items, since, until)


def stories(selection: Selection) -> Iterator[dict[str, str]]:
    """Yield the stories as entries of a list of pages (WACZ, ``pages/pages.jsonl``), in the order of the items."""
    for path in selection.items:
        with path.open("rb") as lines:
            for line in lines:
                try:
                    item = json.loads(line)
                    when = record.moment(item["capture"]["captured_at"])
                    entry = {
                        "id": str(item["id"]),
                        "url": item["url"],
                        "ts": record.date(when),
                        "title": str(item["headline"] or item["url"]),
                    }
                except (ValueError, KeyError, TypeError, RecursionError):
                    continue  # no item, or one without a record: verify names it
                if entry["url"] and selection.holds(when):
                    yield entry


def _run_of(path: Path) -> str | None:
    """Return the run that a file says it is part of; None where it cannot be read, as another run's file may not."""
    try:
        return info_of(path).get("isPartOf")
    except BadRecord:
        return None


def _named_in_manifest(home: Path, run: str) -> tuple[Path, ...]:
    """Return the WARC files that a run's manifest names: those of an import carry no run of ours."""
    named = [home / one["path"] for one in manifest_of(home, run).get("files", []) if isinstance(one, dict)]
    return tuple(path for path in named if path.parent.name == "warc" and path.exists())
