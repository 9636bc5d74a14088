"""Discovery: where a page leads. A Page and the rules in, links out; whatever the bytes are, it does not raise.

HTML pages, sitemaps, feeds, WordPress REST answers and robots.txt are told apart by what they are, not only by what
was expected: a feed behind a listing's address is read as a feed. Knows nothing of Scrapy, of the frontier, or of
what makes a page a story.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from xinhua_id.crawl.discovery.feeds import feed_links
from xinhua_id.crawl.discovery.html import html_links, is_same_series, part_links
from xinhua_id.crawl.discovery.link import BELONGING, LEADING, Found, Kind, Link, each_once, oldest_if_newest_first
from xinhua_id.crawl.discovery.rest import rest_links
from xinhua_id.crawl.discovery.robots import robots_links
from xinhua_id.crawl.discovery.rules import Rules, page_number
from xinhua_id.crawl.discovery.sitemaps import sitemap_links, text_links
from xinhua_id.crawl.discovery.xml import name_of, root_of, unzipped
from xinhua_id.items import Page

__all__ = ["BELONGING", "LEADING", "Found", "Kind", "Link", "Rules", "discover", "links", "page_number"]

_SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
_FEED_ROOTS = frozenset({"rss", "rdf", "feed"})
_LOOKS_LIKE_XML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:\?xml|rss|feed|urlset|sitemapindex|[\w-]+:RDF)\b", re.IGNORECASE
)
_XHTML = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def links(page: Page, kind: Kind, rules: Rules) -> list[Link]:
    """Return where a page leads; `discover` also says what was left out."""
    return discover(page, kind, rules).links


def discover(page: Page, kind: Kind, rules: Rules) -> Found:
    """Return where a page leads, each address once, none that the rules refuse.

    ``kind`` is what the page was expected to be. A story leads only to its other parts (`Kind.PART`): what stands
    beside it (related, latest) is found by listings, with its order and dates. Where a page proves to be no story, ask
    again with `Kind.LISTING`.
    """
    skipped: Counter[str] = Counter()
    if page.url is None:
        return Found([], skipped)
    body = unzipped(page.body, skipped)
    candidates = list(_read(page, body, kind, rules, skipped))
    allowed = []
    for link in each_once(candidates, page.url):
        reason = rules.refusal(link.url, link.kind)
        if reason is None:
            allowed.append(link)
        else:
            skipped[reason] += 1
    return Found(allowed, skipped)


def _read(page: Page, body: bytes, kind: Kind, rules: Rules, skipped: Counter[str]) -> Iterable[Link]:
    base = page.url or ""
    if urlsplit(base).path == "/robots.txt":
        return robots_links(body, base, skipped)
    if kind is Kind.REST or _is_json(page, body):
        return rest_links(Page(page.url, page.status, page.headers, body), base, rules, skipped)
    if kind in {Kind.SITEMAP, Kind.FEED} or (_LOOKS_LIKE_XML.match(body) and not _XHTML.search(body[:2048])):
        return _from_xml(body, base, kind, rules, skipped)
    return _from_html(Page(page.url, page.status, page.headers, body), kind, rules, skipped)


def _from_xml(body: bytes, base: str, kind: Kind, rules: Rules, skipped: Counter[str]) -> Iterable[Link]:
    if kind is Kind.SITEMAP and body.strip() and b"<" not in body[:1024]:
        return text_links(body, base, rules, skipped)
    root = root_of(body, skipped)
    if root is None:
        return ()
    if name_of(root) in _SITEMAP_ROOTS:
        return sitemap_links(root, base, rules, skipped)
    if name_of(root) in _FEED_ROOTS:
        return feed_links(root, base, rules, skipped)
    skipped["unknown-xml"] += 1  # a page that says "not found" with status 200, most often
    return ()


def _from_html(page: Page, kind: Kind, rules: Rules, skipped: Counter[str]) -> list[Link]:
    if kind in {Kind.STORY, Kind.PART}:
        return part_links(page, skipped)
    found = html_links(page, rules, skipped)
    paging = [link for link in (*found.next_pages, *found.inside) if is_same_series(link.url, page.url or "")]
    if kind is Kind.LISTING and rules.story and not any(_leads_to_story(link, rules) for link in found.inside):
        # Some listings number on for ever; one without a story has nothing behind it either.
        numbered = {link.url for link in (*paging, *found.next_pages)}
        skipped["paging-without-stories"] += len(numbered)
        return [*found.machine, *(link for link in found.inside if link.url not in numbered)]
    newest = oldest_if_newest_first(found.inside)
    return [*found.machine, *found.inside, *(replace(link, modified=newest) for link in found.next_pages)]


def _leads_to_story(link: Link, rules: Rules) -> bool:
    return link.kind is Kind.STORY and rules.allows(link.url)


def _is_json(page: Page, body: bytes) -> bool:
    declared = (page.header("Content-Type") or "").lower()
    return "json" in declared and body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}
