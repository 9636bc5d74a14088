"""Feeds: RSS 0.9x, 1.0 and 2.0, and Atom (RFC 4287), with the next page of a paged feed (RFC 5005).

Knows nothing of sitemaps or HTML.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import etree

from xinhua_id import urls
from xinhua_id.crawl.discovery.link import Kind, Link, bound_of_next_page
from xinhua_id.crawl.discovery.moments import moment
from xinhua_id.crawl.discovery.numbering import page_number
from xinhua_id.crawl.discovery.rules import Rules
from xinhua_id.crawl.discovery.xml import name_of, text_of

# RFC 5005: the next page of a paged feed, the older document of an archived one.
_NEXT = frozenset({"next", "prev-archive"})
_WORDPRESS = re.compile(r"^https?://wordpress\.org/", re.IGNORECASE)


def feed_links(root: etree._Element, base: str, rules: Rules, skipped: Counter[str]) -> Iterator[Link]:
    """Yield the story of every entry, and the feed's next page."""
    entries = []
    for entry in root.iter("{*}item", "{*}entry"):
        written = _address(entry, rules)
        url = urls.absolute(base, written) if written else None
        if url is None:
            skipped["bad-url"] += 1
            continue
        published = _date(entry, ("pubdate", "published", "date", "issued"), rules, skipped)
        modified = _date(entry, ("updated", "modified"), rules, skipped)
        entries.append(Link(url, rules.kind(url), published, modified))
    yield from entries
    oldest = bound_of_next_page(entries)
    named = [
        url
        for link in root.iter("{*}link")
        if link.get("rel") in _NEXT and (url := urls.absolute(base, link.get("href", "")))
    ]
    for url in named or (_next_of_wordpress(root, base) if entries else ()):
        yield Link(url, Kind.FEED, modified=oldest, guessed=not named, follows=True)


def _next_of_wordpress(root: etree._Element, base: str) -> Iterator[str]:
    """Yield the next page of WordPress's own feed, which pages on without saying so; past its end it answers 404."""
    generators = (element for element in root.iter("{*}generator"))
    if any(_WORDPRESS.match((one.text or "").strip()) or _WORDPRESS.match(one.get("uri", "")) for one in generators):
        parts = urlsplit(base)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        query["paged"] = str((page_number(base) or 1) + 1)
        yield urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def _address(entry: etree._Element, rules: Rules) -> str | None:
    """Return where an entry stands: Atom's alternate link, RSS's link, or a guid that is an address.

    A link to a counting service (FeedBurner) gives way to the original beside it, where that is the site's own.
    """
    original = text_of(entry, "origlink")
    if original and urls.host(original) in rules.hosts:
        return original
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
