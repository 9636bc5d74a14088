"""Sitemaps (sitemaps.org 0.9): an index of sitemaps, a list of pages, Google's news dates, or plain text.

Knows nothing of feeds or HTML.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from xinhua_id import urls
from xinhua_id.crawl.discovery.link import Kind, Link
from xinhua_id.crawl.discovery.moments import END_OF_DAY, moment
from xinhua_id.crawl.discovery.rules import Rules
from xinhua_id.crawl.discovery.xml import name_of, read_each, text_of

_ROOTS = frozenset({"urlset", "sitemapindex"})
_ENTRIES = ("{*}sitemap", "{*}url")


def sitemap_links(body: bytes, base: str, rules: Rules, skipped: Counter[str]) -> list[Link] | None:
    """Return the sitemaps of an index, or the pages of a sitemap; None where the document is neither."""
    counted = Counter[str]()
    found, root = read_each(body, _ENTRIES, lambda entry, faults: _link(entry, base, rules, faults), counted)
    if root not in _ROOTS:
        return None
    skipped.update(counted)
    return found


def _link(entry: etree._Element, base: str, rules: Rules, skipped: Counter[str]) -> Link | None:
    written = text_of(entry, "loc")
    url = urls.absolute(base, written) if written else None
    if url is None:
        skipped["bad-url"] += 1
        return None
    changed = text_of(entry, "lastmod")
    modified = moment(changed, rules.zone, day_means=END_OF_DAY)
    if changed and modified is None:
        skipped["bad-date"] += 1
    if name_of(entry) == "sitemap":
        return Link(url, Kind.SITEMAP, modified=modified)
    return Link(url, rules.kind(url), _news_date(entry, rules, skipped), modified)


def text_links(body: bytes, base: str, rules: Rules, skipped: Counter[str]) -> Iterator[Link]:
    """Yield the pages of a sitemap in plain text, one URL a line."""
    for line in body.decode("utf-8-sig", "replace").splitlines():
        if not line.strip():
            continue
        url = urls.absolute(base, line) if line.strip().startswith(("http://", "https://")) else None
        if url is None:
            skipped["bad-url"] += 1
        else:
            yield Link(url, rules.kind(url))


def _news_date(entry: etree._Element, rules: Rules, skipped: Counter[str]) -> dt.datetime | None:
    for news in entry.iter("{*}news"):
        written = text_of(news, "publication_date")
        found = moment(written, rules.zone)
        if written and found is None:
            skipped["bad-date"] += 1
        return found
    return None
