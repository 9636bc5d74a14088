"""Finish the pages that a crawl had captured and not read to their end before it died.

They are read from their records, by the rules of the crawl, instead of being fetched again: the item comes out as the
crawl would have written it. Knows nothing of how files are made whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from xinhua_id import sources
from xinhua_id.archive.commit import Committer, Ended
from xinhua_id.archive.pages import page_at
from xinhua_id.archive.revisits import OriginalRecords
from xinhua_id.catalogue.rows import CaptureRow
from xinhua_id.corpus.reextract import Reread, new_in, outcome_of
from xinhua_id.crawl.discovery import Kind, Rules
from xinhua_id.crawl.known import KnownStories
from xinhua_id.crawl.target import Range
from xinhua_id.errors import SourceError
from xinhua_id.items import Outcome
from xinhua_id.sources import Source


def finish(committer: Committer, about: Mapping[str, Any], rows: Iterable[CaptureRow]) -> int:
    """Give every captured page its outcome, and every new story its item; return how many items were written.

    ``about`` is the run's manifest: its source, range of dates and limit count here as well. Pages that broke off are
    left out, since the next crawl asks for them again.
    """
    known = KnownStories.of(committer.items.path.parent)
    source, chosen, limit = _source(about), _range(about), about.get("limit")
    originals = OriginalRecords(committer.home / "warc", committer.catalogue.url)
    before = stories = _stories(committer)
    for row in rows:
        page = page_at(committer.home / "warc", row, originals.of)
        if page is None or page.incomplete is not None:
            continue
        found = outcome_of(page, source or sources.match(row.url))
        if found.outcome is Outcome.FAILED:
            continue
        found = _new_in(found, known, chosen, limit is not None and stories >= int(limit))
        stories += found.outcome is Outcome.STORY
        committer.visit(_ended(row, found, source))
        if committer.due():
            committer.commit()
    return stories - before


def _stories(committer: Committer) -> int:
    with committer.items.path.open("rb") as lines:
        return sum(1 for _ in lines)


def _ended(row: CaptureRow, found: Reread, source: Source | None) -> Ended:
    article = found.article if found.outcome is Outcome.STORY else None
    is_requisite = found.outcome is Outcome.REQUISITE
    kind = Kind.REQUISITE if is_requisite else Rules.of(source, [row.url]).kind(row.url)
    return Ended(
        row.url, kind.value, found.outcome, dt.datetime.now(dt.UTC), capture_id=row.record_id, reason=found.reason,
        detail=found.disowned or "read from its record after the crawl had died", article=article,
    )  # fmt: skip


def _new_in(found: Reread, known: KnownStories, chosen: Range, full: bool) -> Reread:
    """Return a reading as the crawl counts it: a story may be known, out of range, or one too many."""
    if found.article is None:
        return found
    if not chosen.holds(found.article.date_published):
        return Reread(found.page, Outcome.NO_ARTICLE, "out-of-range")
    counted = new_in(found, known)
    return Reread(found.page, Outcome.NO_ARTICLE, "over-limit") if full and counted.article is not None else counted


def _source(about: Mapping[str, Any]) -> Source | None:
    try:
        found = sources.get(str(about.get("source") or "").partition("@")[0])
    except SourceError:
        return None
    base = about.get("base")
    return found.at(str(base)) if base and base != found.base else found


def _range(about: Mapping[str, Any]) -> Range:
    since, until = (about.get(name) for name in ("since", "until"))
    return Range(*(dt.datetime.fromisoformat(str(one)) if one else None for one in (since, until)))
