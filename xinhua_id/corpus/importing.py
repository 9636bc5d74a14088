"""Import a file into the archive and read its stories, as the crawl reads its own. Knows nothing of how it is told."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from xinhua_id.archive.imports.incoming import Incoming, Taken
from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.catalogue import captures
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.corpus.reextract import Reread, reread
from xinhua_id.crawl.known import KnownStories
from xinhua_id.items import Outcome
from xinhua_id.sources import Source
from xinhua_id.warc.opening import Where


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of one file. ``stats`` counts outcomes; ``skipped`` are WARCs of a WACZ that were there before."""

    manifest: Path
    taken: list[Taken]
    skipped: dict[str, str]
    stats: Counter[str]

    @property
    def stories(self) -> int:
        """How many items were written."""
        return self.stats[f"outcome/{Outcome.STORY.value}"]


def import_file(
    archive: Path,
    where: Where,
    catalogue: Catalogue,
    *,
    name: str,
    now: dt.datetime,
    source: Source | None = None,
    extracted: bool = True,
) -> Imported:
    """Import a WARC, ARC or WACZ into ``archives/imports-<name>``, all of it or nothing.

    ``source`` decides the layouts; without it the one that owns each URL's host. Raises `AlreadyThere`, `BadRecord`
    where nothing can be read from it, `UsageError`, `InUse`, `CannotWrite`.
    """
    with Incoming.begin(archive, name, catalogue, now) as incoming:
        taken = incoming.take(where)
        stats: Counter[str] = Counter()
        if extracted:
            stats = _write_items(incoming, catalogue, source)
        manifest = incoming.commit(
            catalogue, now=dt.datetime.now(dt.UTC), source=source.label if source else None, stats=stats
        )
        return Imported(manifest, taken, incoming.skipped, stats)


def _write_items(incoming: Incoming, catalogue: Catalogue, source: Source | None) -> Counter[str]:
    """Write the stories of what was taken in; one that the same folder holds unchanged is not written again."""
    stats: Counter[str] = Counter()
    known = KnownStories.of(incoming.home / "items")
    try:
        with incoming.items.open("xb") as lines:
            for one in incoming.taken:
                for result in reread(one.warc, source, known):
                    if _is_elsewhere(result, catalogue):
                        stats["records/known"] += 1
                        continue
                    stats[f"outcome/{result.outcome.value}"] += 1
                    if result.reason:
                        stats[f"reason/{result.reason}"] += 1
                    if result.article is not None and result.outcome is Outcome.STORY:
                        lines.write(result.article.to_json().encode("utf-8", "replace") + b"\n")
    except OSError as error:
        raise cannot_write(error, incoming.items) from error
    return stats


def _is_elsewhere(result: Reread, catalogue: Catalogue) -> bool:
    """Whether another file of the archive holds the very record: its story was read from there."""
    capture = result.page.capture
    if capture is None:
        return False
    with catalogue.reading() as connection:
        row = captures.by_record_id(connection, capture.record_id)
    return row is not None and row.file != capture.file
