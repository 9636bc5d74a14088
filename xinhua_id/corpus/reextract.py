"""Read the stories out of WARC files again, as the crawl read them.

Every response record ends in one outcome, by the same rules as in the crawl: an item of the crawl comes out as
the same line, byte for byte, and what was no item is counted. Knows nothing of how a line is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from xinhua_id import sources, urls
from xinhua_id.archive import pages
from xinhua_id.archive.entries import is_visit
from xinhua_id.archive.revisits import OriginalRecords
from xinhua_id.crawl import outcomes
from xinhua_id.crawl.discovery import LEADING, Kind, Rules
from xinhua_id.crawl.discovery.requisites import says_requisite, sort_of
from xinhua_id.crawl.known import DISOWNED, KnownStories, at_its_own_address
from xinhua_id.errors import BadRecord, NotAnArticle, SourceError
from xinhua_id.extraction import extract
from xinhua_id.extraction.textdump import extract_conversion
from xinhua_id.items import Article, Outcome, Page
from xinhua_id.sources import Source
from xinhua_id.warc import reader
from xinhua_id.warc.opening import Where
from xinhua_id.warc.record import fields_of

_DISOWNED = (Outcome.STORY, DISOWNED)
#: Outcomes that a page by itself does not tell.
_BY_THE_CRAWL = frozenset({
    ("duplicate", "unchanged"), ("duplicate", "variant"), ("no-article", "out-of-range"), ("no-article", "over-limit"),
    ("story", DISOWNED),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reread:
    """One response or conversion record, read again. ``article`` is there where the outcome is ``story``.

    ``disowned`` is the address that its page calls its own and that is another story's.
    """

    page: Page
    outcome: Outcome
    reason: str | None = None
    article: Article | None = None
    disowned: str | None = None


def reread(path: Where, source: Source | None = None, known: KnownStories | None = None) -> Iterator[Reread]:
    """Yield every response record of a WARC with its outcome, in order, and every conversion of a WET file.

    ``source`` decides the layouts; without it, the source that the file names, else the one that owns the URL's
    host. ``known`` are the stories that bring nothing new. Raises `BadRecord` where the file tears, after every whole
    record.
    """
    named = source or named_in(path)
    known = known or KnownStories()
    decided = _decided(path)
    # The originals of revisits lie beside the file, and are not looked for far away.
    originals = OriginalRecords(path.parent).of if isinstance(path, Path) else None
    for page in pages.pages(path, originals):
        found = decided.get(page.capture.record_id if page.capture else "")
        if found is not None and found != _DISOWNED:
            yield Reread(page, *found)
            continue
        result = outcome_of(page, named or sources.match(page.url or ""))
        if found == _DISOWNED and result.article is not None:
            result = replace(result, reason=DISOWNED, article=at_its_own_address(result.article))
        yield new_in(result, known)


def new_in(found: Reread, known: KnownStories) -> Reread:
    """Return a reading as it counts beside the stories that are known."""
    if found.article is None:
        return found
    article, repeats, disowned, _ = known.take(found.article)
    if repeats is not None:
        return Reread(found.page, Outcome.DUPLICATE, repeats, disowned=disowned)
    return replace(found, reason=DISOWNED if disowned else found.reason, article=article, disowned=disowned)


def _decided(path: Where) -> dict[str, tuple[Outcome, str | None]]:
    """Return what the crawl decided of its pages by what no page says: what was known, asked for, or one too many.

    And whether a picture was asked for as one, or as a page, which it is none of.

    It stands in the metadata record of the visit, by the id of the page's record.
    """
    found: dict[str, tuple[Outcome, str | None]] = {}
    try:
        for record in reader.records(path):
            if record.type != "metadata" or not is_visit(record.content):
                continue
            said = fields_of(record.content)
            outcome, reason = said["outcome"], said.get("reason")
            as_a_page = said.get("kind") != Kind.REQUISITE and (reason or "").startswith("not-html-")
            is_decided = said.get("kind") == Kind.REQUISITE or (outcome, reason) in _BY_THE_CRAWL or as_a_page
            if is_decided and (page := record.header("WARC-Refers-To")):
                found[page] = Outcome(outcome), reason
    except BadRecord:
        return found  # told when its pages are read
    return found


def named_in(path: Where) -> Source | None:
    """Return the source whose name stands in the file's warcinfo, if it is one we ship."""
    label = pages.source_named_in(path)
    if label is None:
        return None
    try:
        return sources.get(label.partition("@")[0])
    except SourceError:
        return None  # an undescribed site, or a TOML of the operator's own: the URL's host decides


def outcome_of(page: Page, source: Source | None) -> Reread:
    """Return what a page is, by itself: whether its story is known already is another question."""
    if verdict := outcomes.of_status(page):
        return Reread(page, verdict.outcome, verdict.reason)
    url = page.url or ""
    if urls.where(url).partition("?")[0] == "/robots.txt":
        return Reread(page, Outcome.LISTING, "robots")
    if not page.converted and says_requisite(page):
        return Reread(page, Outcome.REQUISITE, sort_of(page))
    # Other people's records hold what no crawl of ours would ask for: such an address leads nowhere.
    if urls.absolute(url, url) is not None and (kind := Rules.of(source, [url]).kind(url)) in LEADING:
        return Reread(page, Outcome.LISTING, kind.value)
    try:
        article = extract_conversion(page, source) if page.converted else extract(page, source)
        return Reread(page, Outcome.STORY, article=article)
    except NotAnArticle as refusal:
        leads = refusal.reason in ("listing", "feed-or-sitemap")
        return Reread(page, Outcome.LISTING if leads else Outcome.NO_ARTICLE, refusal.reason)
