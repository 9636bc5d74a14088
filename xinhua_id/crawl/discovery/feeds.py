"""Feeds: RSS 0.9x, 1.0 and 2.0, and Atom (RFC 4287), with the next page of a paged feed (RFC 5005).

Knows nothing of sitemaps or HTML.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from xinhua_id import urls
from xinhua_id.crawl.discovery.link import Kind, Link
from xinhua_id.crawl.discovery.moments import moment
from xinhua_id.crawl.discovery.rules import Rules
from xinhua_id.crawl.discovery.xml import name_of, text_of


def feed_links(root: etree._Element, base: str, rules: Rules, skipped: Counter[str]) -> Iterator[Link]:
    """Yield the story of every entry, and the feed's next page."""
    for entry in root.iter("{*}item", "{*}entry"):
        written = _address(entry)
        url = urls.absolute(base, written) if written else None
        if url is None:
            skipped["bad-url"] += 1
            continue
        published = _date(entry, ("pubdate", "published", "date", "issued"), rules, skipped)
        modified = _date(entry, ("updated", "modified"), rules, skipped)
        yield Link(url, rules.kind(url), published, modified)
    for link in root.iter("{*}link"):
        if link.get("rel") == "next" and (url := urls.absolute(base, link.get("href", ""))):
            yield Link(url, Kind.FEED)


def _address(entry: etree._Element) -> str | None:
    """Return where an entry stands: Atom's alternate link, RSS's link, or a guid that is an address."""
    for child in entry:
        if name_of(child) == "link" and child.get("href") and child.get("rel", "alternate") == "alternate":
            return child.get("href")
    if written := text_of(entry, "link"):
        return written
    guid = text_of(entry, "guid", "id")
    return guid if guid and guid.startswith(("http://", "https://")) else None


def _date(entry: etree._Element, names: tuple[str, ...], rules: Rules, skipped: Counter[str]) -> dt.datetime | None:
    written = text_of(entry, *names)
    found = moment(written, rules.zone)
    if written and found is None:
        skipped["bad-date"] += 1
    return found
