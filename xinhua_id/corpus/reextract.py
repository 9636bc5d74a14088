"""Read the stories out of WARC files again, as the crawl read them.

Every response record ends in one outcome, by the same rules as in the crawl: an item of the crawl comes out as
the same line, byte for byte, and what was no item is counted. Knows nothing of how a line is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from xinhua_id import sources
from xinhua_id.archive import pages
from xinhua_id.crawl import outcomes
from xinhua_id.crawl.discovery import LEADING, Rules
from xinhua_id.crawl.known import KnownStories
from xinhua_id.errors import NotAnArticle, SourceError
from xinhua_id.extraction import extract
from xinhua_id.extraction.textdump import extract_conversion
from xinhua_id.items import Article, Outcome, Page
from xinhua_id.sources import Source


@dataclass(frozen=True, slots=True)
class Reread:
    """One response or conversion record, read again. ``article`` is there where the outcome is ``story``."""

    page: Page
    outcome: Outcome
    reason: str | None = None
    article: Article | None = None


def reread(path: Path, source: Source | None = None) -> Iterator[Reread]:
    """Yield every response record of a WARC with its outcome, in order, and every conversion of a WET file.

    ``source`` decides the layouts; without it, the source that the file names, else the one that owns the URL's
    host. Raises `BadRecord` where the file tears, after every whole record.
    """
    named = source or named_in(path)
    known = KnownStories()
    for page in pages.pages(path):
        result = _read(page, named or sources.match(page.url or ""))
        if (article := result.article) is None:
            yield result
        elif reason := known.repeats(article):
            yield Reread(page, Outcome.DUPLICATE, reason)
        else:
            yield result


def named_in(path: Path) -> Source | None:
    """Return the source whose name stands in the file's warcinfo, if it is one we ship."""
    label = pages.source_named_in(path)
    if label is None:
        return None
    try:
        return sources.get(label.partition("@")[0])
    except SourceError:
        return None  # an undescribed site, or a TOML of the operator's own: the URL's host decides


def _read(page: Page, source: Source | None) -> Reread:
    if verdict := outcomes.of_status(page):
        return Reread(page, verdict.outcome, verdict.reason)
    url = page.url or ""
    if urlsplit(url).path == "/robots.txt":
        return Reread(page, Outcome.LISTING, "robots")
    kind = Rules.of(source, [url]).kind(url)
    if kind in LEADING:
        return Reread(page, Outcome.LISTING, kind.value)
    try:
        article = extract_conversion(page, source) if page.converted else extract(page, source)
        return Reread(page, Outcome.STORY, article=article)
    except NotAnArticle as refusal:
        leads = refusal.reason in ("listing", "feed-or-sitemap")
        return Reread(page, Outcome.LISTING if leads else Outcome.NO_ARTICLE, refusal.reason)
