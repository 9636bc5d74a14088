"""What a crawl that died left behind, made whole and entered in the catalogue.

Whole records and whole items are kept, torn tails are moved aside, and what the catalogue has not seen is read from the
files: they are the truth, it is the index, so a catalogue older than its files never shortens them. Pages that were
captured but not read to their end are handed to whoever reads pages (``finish``), instead of being fetched again.
Whoever calls holds the site's lock. Knows nothing of extraction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from xinhua_id.archive.commit import Committer
from xinhua_id.archive.enter import enter, enter_articles, info_of, run_of
from xinhua_id.archive.item_lines import ItemLines, cannot_write
from xinhua_id.archive.lock import run_in
from xinhua_id.archive.redaction.ledger import Ledger
from xinhua_id.archive.salvage import Salvaged, salvage_lines, salvage_warc
from xinhua_id.catalogue import articles, captures, files, runs, visits
from xinhua_id.catalogue.rows import CaptureRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import BadRecord
from xinhua_id.warc.file import OPEN, WARCS, WarcFile, replacing

#: How a run whose process died is called in its manifest once its files are whole again.
DIED = "died"

#: Reads the pages of a run that were captured and have no outcome yet; returns how many items it wrote.
Finish = Callable[[Committer, Mapping[str, Any], Iterable[CaptureRow]], int]


@dataclass(slots=True)
class Recovered:
    """What was found and done in one site's folder; ``faults`` are what could not be read of closed files."""

    site: str
    salvaged: list[Salvaged] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    items: int = 0
    faults: list[BadRecord] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether there was something to recover."""
        return bool(self.salvaged or self.entered or self.runs)

    def lines(self) -> Iterator[str]:
        """Yield what was found and done, a sentence each."""
        for one in self.salvaged:
            moved = f", {one.moved} of them from behind a hole" if one.moved else ""
            aside = f"; {one.torn_bytes} torn bytes lie in {one.torn.name}" if one.torn else ""
            what = "lines" if ".jsonl" in one.path.name else "records"
            yield f"{one.path.name}: {one.whole} whole {what} kept{moved}{aside}"
        for name in self.entered:
            yield f"{name}: entered in the catalogue from the file"
        for run in self.runs:
            yield f"run {run} had died: its files are closed"
        if self.items:
            many = "stories were read from their records" if self.items > 1 else "story was read from its record"
            yield f"{self.items} {many} instead of being fetched again"
        for fault in self.faults:
            yield f"not entered: {fault}"


def leftovers(home: Path) -> list[Path]:
    """Return the files of a site that are still ``.open``."""
    return sorted([*(home / "warc").glob(f"*{OPEN}"), *(home / "items").glob(f"*{OPEN}")])


def recover(home: Path, catalogue: Catalogue, finish: Finish | None = None) -> Recovered:
    """Make a site's files whole, enter in the catalogue what it lacks, and end the runs that died.

    Raises `BadRecord` where a file cannot be read, `CannotWrite` where nothing can be moved or entered.
    """
    report = Recovered(home.name)
    died: dict[str, list[Path]] = {}
    for path in sorted((home / "warc").glob(f"*{OPEN}")):
        report.salvaged.append(salvage_warc(path))
        if path.stat().st_size == 0:
            path.unlink()  # nothing was ever in it, or all of it lies in `.torn`
            continue
        died.setdefault(run_of(path, catalogue), []).append(path)
    entered = set()
    for path in _unknown(home, catalogue):
        entered.add(enter(path, home, catalogue, report.faults))
        report.entered.append(path.name.removesuffix(OPEN))
    for path in sorted((home / "items").glob(f"*{OPEN}")):
        report.salvaged.append(salvage_lines(path, _backed(catalogue)))
        died.setdefault(path.name.removesuffix(f".jsonl{OPEN}"), [])
    for run in entered - died.keys():
        if (closed := home / "items" / f"{run}.jsonl").exists():
            enter_articles(closed, home, catalogue, report.faults)
    for run, warcs in died.items():
        report.items += _end(home, run, warcs, catalogue, finish, report.faults)
        report.runs.append(run)
    for run in _without_end(home, catalogue):
        _end(home, run, [], catalogue, None, report.faults)
        report.runs.append(run)
    return report


def _unknown(home: Path, catalogue: Catalogue) -> Iterator[Path]:
    """Yield the WARC files that the catalogue does not know as closed, and whole."""
    with catalogue.reading() as connection:
        known = {row.name: row for row in files.of_site(connection, home.name)}
    withdrawn = Ledger.of(home).unfinished()  # another file holds what is left of them
    for path in sorted((home / "warc").glob("*")):
        name = path.name.removesuffix(OPEN)
        if not name.endswith(WARCS) or name in withdrawn:
            continue
        row = known.get(name)
        if path.name.endswith(OPEN) or row is None or not row.closed or row.committed != path.stat().st_size:
            yield path


def _backed(catalogue: Catalogue) -> Callable[[dict[str, Any]], bool]:
    """Return what tells whether an item's record lies where the item says."""

    def is_backed(item: dict[str, Any]) -> bool:
        capture = item.get("capture")
        if not isinstance(capture, dict):
            return False
        with catalogue.reading() as connection:
            row = captures.by_record_id(connection, str(capture.get("record_id")))
        return row is not None and (row.file, row.offset) == (capture.get("file"), capture.get("offset"))

    return is_backed


def _end(
    home: Path, run: str, warcs: list[Path], catalogue: Catalogue, finish: Finish | None, faults: list[BadRecord]
) -> int:
    """Finish what a run that died had captured, close its files, and account for it; return the items written."""
    about = manifest_of(home, run)
    for path in warcs[:-1]:
        WarcFile.reopen(path).close()
    warc = None
    if warcs:
        warc = WarcFile.reopen(warcs[-1]), info_of(warcs[-1]).get("id")
    items = _reopened_items(home, run)
    enter_articles(items.path, home, catalogue, faults)
    unfinished, written = _unfinished(home, run, catalogue) if finish else [], 0
    if warc is None and not unfinished:
        items.close()
    else:
        source = str(about.get("source") or home.name)
        committer = Committer(home, run, catalogue, source=source, info={}, warc=warc, items=items)
        written = finish(committer, about, unfinished) if finish else 0
        committer.close()
    _account(home, run, about, items.final, catalogue)
    with catalogue.begin() as connection:
        runs.end(connection, home.name, run, dt.datetime.now(dt.UTC), DIED)
    return written


def _without_end(home: Path, catalogue: Catalogue) -> list[str]:
    """Return the runs whose manifest says that they go on, and that left no open file.

    They died before they had one, or after their files were closed and before they were accounted for.
    """
    with catalogue.reading() as connection:
        ended = [row.name for row in runs.of_site(connection, home.name) if row.ended_at is not None]
    # Of the runs that ended only the last may lack its account; one that died at once is in no ledger.
    looked_at = {*ended[:-1], run_in(home)}
    names = (path.stem for path in sorted((home / "runs").glob("*.json")) if path.stem not in looked_at)
    return [name for name in names if manifest_of(home, name).get("outcome") == "running"]


def _reopened_items(home: Path, run: str) -> ItemLines:
    final = home / "items" / f"{run}.jsonl"
    path = final.with_name(final.name + OPEN)
    if final.exists() and not path.exists():
        final.rename(path)  # its WARC was not closed yet: its lines are whole, more may come
    return ItemLines.reopen(path) if path.exists() else ItemLines.create(final)


def _unfinished(home: Path, run: str, catalogue: Catalogue) -> list[CaptureRow]:
    """Return the whole pages of a run that have no outcome, or whose story is not among the items.

    What broke off is asked for again by the next crawl, and so is robots.txt.
    """
    with catalogue.reading() as connection:
        pages = [row for row in captures.of_run(connection, home.name, run) if row.type in {"response", "revisit"}]
        ended = {row.capture_id: row for row in visits.of_run(connection, home.name, run)}
        stored = {row.record_id for row in articles.of_run(connection, home.name, run)}
    return [
        row
        for row in pages
        if row.record_id not in stored
        and (row.record_id not in ended or ended[row.record_id].outcome == "story")
        and (row.truncated is None or row.type == "revisit")
        and urlsplit(row.url).path != "/robots.txt"
    ]


def manifest_of(home: Path, run: str) -> dict[str, Any]:
    """Return what a run's manifest says; nothing where there is none that can be read."""
    try:
        found = json.loads((home / "runs" / f"{run}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _account(home: Path, run: str, about: Mapping[str, Any], items: Path, catalogue: Catalogue) -> None:
    """Write the manifest of a run that died: every file of it, with its fixity."""
    with catalogue.reading() as connection:
        paths = [items, *(home / "warc" / row.name for row in files.of_run(connection, home.name, run))]
    account = {
        **about,
        "run": run,
        "outcome": DIED,
        "error": about.get("error") or "the process ended without closing its files; they were recovered",
        "recovered_at": dt.datetime.now(dt.UTC).isoformat(),
        "files": [fixity(path, home) for path in paths if path.is_file()],
    }
    path = home / "runs" / f"{run}.json"
    try:
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as file:
            file.write((json.dumps(account, ensure_ascii=False, indent=2) + "\n").encode())
    except OSError as error:
        raise cannot_write(error, path) from error


def fixity(path: Path, home: Path) -> dict[str, Any]:
    """Return a file's entry in a manifest: its path below the site's folder, its length and its SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": str(path.relative_to(home)), "bytes": path.stat().st_size, "sha256": digest}
