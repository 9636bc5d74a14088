"""A redaction carried out, in an order that a death at any instant leaves whole or to be completed.

The ledger first, then new files beside the old, manifests, items, the catalogue's one transaction, copies, the index;
the old WARC files go last of all, and are what tells that something is left to do. Every step can be done twice.
Whoever calls holds the locks of the sites. Knows nothing of how what goes was found.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from xinhua_id.archive import index
from xinhua_id.archive.enter import info_of
from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.archive.redaction import catalogued, copies, rewrite
from xinhua_id.archive.redaction.copies import Copy
from xinhua_id.archive.redaction.ledger import WITHDRAWN, Ledger, Redaction
from xinhua_id.archive.redaction.plan import Hit, Plan, homes_of
from xinhua_id.archive.redaction.rewrite import Moved
from xinhua_id.archive.redaction.wanted import Wanted
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import UsageError
from xinhua_id.warc.file import fsync_directory

#: Hears of every step before it is taken.
Step = Callable[[str], None]


@dataclass(slots=True)
class Done:
    """What was done: old files and those in their place, items withdrawn, copies removed."""

    replaced: dict[str, str] = field(default_factory=dict)
    records: int = 0
    items: int = 0
    copies: list[Copy] = field(default_factory=list)
    indexed: list[Path] = field(default_factory=list)


@dataclass(slots=True)
class _Site:
    """The work at one site: ``pairs`` lead from an old file to its new one, ``ids`` are the records that go."""

    home: Path
    ledger: Ledger
    pairs: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    moved: dict[str, Moved] = field(default_factory=dict)
    items: list[Path] = field(default_factory=list)
    beside: dict[Path, Path] = field(default_factory=dict)
    gone: list[Copy] = field(default_factory=list)

    def about(self, name: str) -> dict[str, str]:
        """Return what a manifest says of a file's redaction: what the ledger says of it, or else what it said last."""
        of_file = [one for one in self.ledger.lines if one.file == Path(name).name]
        said = (of_file or list(self.ledger.lines))[-1:]
        return {"reason": said[0].reason, "redacted_at": said[0].redacted_at} if said else {}


def unfinished(archive: Path) -> dict[Path, dict[str, str]]:
    """Return, by site, the files of a redaction that a death broke off after their new file was whole."""
    found = {home: Ledger.of(home).unfinished() for home in homes_of(archive)}
    return {home: pairs for home, pairs in found.items() if pairs}


def complete(archive: Path, catalogue: Catalogue, homes: Iterable[Path], *, step: Step = lambda _: None) -> Done:
    """Complete what a death broke off at some sites, but for what was not begun. Raises `CannotWrite`."""
    sites = []
    for home, pairs in unfinished(archive).items():
        if home in set(homes):
            ledger = Ledger.of(home)
            sites.append(_Site(home, ledger, pairs, {one.record_id for one in ledger.lines}))
    for site in sites:
        site.gone = list(copies.packages(site.home, {*site.pairs, *site.ledger.replaced}))
    return _finish(archive, sites, catalogue, None, step) if sites else Done()


def redact(
    archive: Path, found: Plan, wanted: Wanted, catalogue: Catalogue, *, reason: str, now: dt.datetime,
    step: Step = lambda _: None,
) -> Done:  # fmt: skip
    """Remove what a plan names. Raises `CannotWrite`, `BadRecord`, and `UsageError` for a reason that is none."""
    reason = " ".join(reason.split())
    if not reason:
        raise UsageError("a redaction needs a reason", now="Say why with --reason; it is kept in the archive.")
    forgotten = f"urn:xinhua-id:redacted:{uuid.uuid4()}" if wanted.forget else None
    step("ledger")
    sites = [
        _entered(home, found, _Why(reason, now.astimezone(dt.UTC).isoformat(), forgotten))
        for home in found.homes
        if home != archive
    ]
    for site in sites:
        for name, new in site.pairs.items():
            step(f"new file {new}")
            gone = {one.record_id: one for one in site.ledger.lines if one.file == name}
            rewrite.write_warc(site.home / "warc" / name, site.home / "warc" / new, gone)
    done = _finish(archive, sites, catalogue, wanted, step, [one for one in found.copies if one.home == archive])
    done.records = len(found.hits)
    return done


class _Why(NamedTuple):
    """What the ledger says of every record of one redaction."""

    reason: str
    redacted_at: str
    forgotten: str | None


def _entered(home: Path, found: Plan, why: _Why) -> _Site:
    """Write into the ledger what is going to be removed at a site."""
    ledger = Ledger.of(home)
    known, lines, pairs = {(one.record_id, one.file) for one in ledger.lines}, list[Redaction](), dict[str, str]()
    by_file: dict[Path, list[Hit]] = defaultdict(list)
    for hit in found.hits:
        if hit.home == home:
            by_file[hit.path].append(hit)
    for path, hits in sorted(by_file.items()):
        taken = {*ledger.replaced, *ledger.replaced.values(), *pairs.values()}
        new = pairs[path.name] = ledger.replaced.get(path.name) or rewrite.new_name(home, path.name, taken)
        sha256, size = rewrite.sha256_of(path), path.stat().st_size
        lines += [
            _line(why, one.record_id, one.url, one.type, path.name, new, sha256, size, one.payload_digest)
            for one in hits
        ]
    gone = [one for one in found.copies if one.home == home]
    for copy in gone:
        sha256, size = rewrite.sha256_of(copy.path), copy.path.stat().st_size
        made_up = f"<urn:sha256:{sha256}>"
        lines.append(_line(why, made_up, found.url, copy.kind, copy.path.name, "", sha256, size))
    records = {one.record_id for one in found.hits}
    for item in found.items:
        if item.home == home and item.record_id not in records:
            record_id = item.record_id or f"<urn:xinhua-id:item:{item.id}>"
            lines.append(_line(why, record_id, found.url, "item", item.path.name, "", "", 0))
    if fresh := [one for one in lines if (one.record_id, one.file) not in known]:  # else of one that died here
        ledger = ledger.append(fresh)
    return _Site(home, ledger, pairs, {one.record_id for one in ledger.lines}, gone=gone)


def _line(
    why: _Why, record_id: str, url: str, kind: str, file: str, new: str, sha256: str, size: int,
    payload_digest: str | None = None,
) -> Redaction:  # fmt: skip
    return Redaction(
        record_id, why.forgotten or url, file, kind, payload_digest, why.reason, why.redacted_at, new, sha256, size
    )


def _finish(
    archive: Path,
    sites: list[_Site],
    catalogue: Catalogue,
    wanted: Wanted | None,
    step: Step,
    aside: Iterable[Copy] = (),
) -> Done:
    """Do everything that follows once the new WARC files are whole."""
    done = Done()
    try:
        for site in sites:
            _items_and_manifests(site, wanted, done, step)
        step("catalogue")
        catalogued.enter(
            catalogue,
            [catalogued.Changed(one.home, one.pairs, one.ids, one.ledger.lines, one.items) for one in sites],
        )
        step("copies")
        for copy in [*(one for site in sites for one in site.gone), *aside]:
            copy.path.unlink(missing_ok=True)
            fsync_directory(copy.path.parent)
            done.copies.append(copy)
        for site in sites:
            _withdraw(site, done, step)
        step("compact")
        catalogue.compact()
        step("old files")
        for site in sites:
            for name in site.pairs:
                (site.home / "warc" / f"{name}{WITHDRAWN}").unlink(missing_ok=True)
            fsync_directory(site.home / "warc")
            done.replaced |= site.pairs
    except OSError as error:
        raise cannot_write(error, archive) from error
    return done


def _items_and_manifests(site: _Site, wanted: Wanted | None, done: Done, step: Step) -> None:
    warc = site.home / "warc"
    for new in site.pairs.values():
        site.moved |= rewrite.records_in(warc / new)
    runs = {run for name in site.pairs.values() if (run := info_of(warc / name).get("isPartOf"))}
    step("items beside")
    for path in copies.item_files(site.home):
        fresh, withdrawn = rewrite.write_items(path, site.moved, site.ids, wanted)
        if fresh is not None:
            site.beside[path] = fresh
        if fresh is not None or copies.run_of(path) in runs or rewrite.names_any(path, site.pairs.values()):
            site.items.append(path)
        done.items += withdrawn
    step("manifests")
    replaced: dict[str, Path | None] = {f"warc/{old}": warc / new for old, new in site.pairs.items()}
    replaced |= {str(path.relative_to(site.home)): site.beside.get(path, path) for path in site.items}
    replaced |= {str(one.path.relative_to(site.home)): None for one in site.gone}
    about = {name: site.about(name) for name in replaced}
    for path in sorted((site.home / "runs").glob("*.json")):
        rewrite.write_manifest(path, replaced, about)
    step("items")
    for path, fresh in site.beside.items():
        fresh.replace(path)
        fsync_directory(path.parent)


def _withdraw(site: _Site, done: Done, step: Step) -> None:
    """Take the old files out of sight, and their lines out of the index."""
    folder = site.home / "warc"
    step("withdraw")
    for name in site.pairs:
        if (old := folder / name).exists():
            old.rename(folder / f"{name}{WITHDRAWN}")
    fsync_directory(folder)
    step("index")
    if (site.home / index.NAME).exists():
        index.update(site.home)
        done.indexed.append(site.home)
