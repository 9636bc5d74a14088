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

from xinhua_id import urls
from xinhua_id.crawl.discovery import backfill
from xinhua_id.crawl.discovery.canonical import declared
from xinhua_id.crawl.discovery.feeds import feed_links
from xinhua_id.crawl.discovery.html import html_links, part_links
from xinhua_id.crawl.discovery.link import BELONGING, LEADING, Found, Kind, Link, bound_of_next_page, each_once
from xinhua_id.crawl.discovery.numbering import follows, is_same_series, page_number
from xinhua_id.crawl.discovery.rest import rest_links
from xinhua_id.crawl.discovery.robots import robots_links
from xinhua_id.crawl.discovery.rules import Rules
from xinhua_id.crawl.discovery.sitemaps import sitemap_links, text_links
from xinhua_id.crawl.discovery.variants import story_address
from xinhua_id.crawl.discovery.xml import name_of, root_of, unzipped
from xinhua_id.crawl.target import Range
from xinhua_id.items import Page

__all__ = [
    "BELONGING", "LEADING", "Found", "Kind", "Link", "Rules", "declared", "discover", "links", "page_number",
]  # fmt: skip

_SITEMAP = re.compile(rb"urlset|sitemapindex", re.IGNORECASE)
_FEED_ROOTS = frozenset({"rss", "rdf", "feed"})
_LOOKS_LIKE_XML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:\?xml|rss|feed|urlset|sitemapindex|[\w-]+:RDF)\b", re.IGNORECASE
)
_XHTML = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def links(page: Page, kind: Kind, rules: Rules) -> list[Link]:
    """Return where a page leads; `discover` also says what was left out."""
    return discover(page, kind, rules).links


def discover(page: Page, kind: Kind, rules: Rules, chosen: Range | None = None) -> Found:
    """Return where a page leads, each address once, none that the rules refuse.

    ``kind`` is what the page was expected to be. A story leads only to its other parts (`Kind.PART`): what stands
    beside it (related, latest) is found by listings, with its order and dates. Where a page proves to be no story, ask
    again with `Kind.LISTING`. With a ``chosen`` range a REST collection is asked for that range only, and date archives
    outside it are left out.
    """
    skipped: Counter[str] = Counter()
    if page.url is None:
        return Found([], skipped)
    body = unzipped(page.body, skipped)
    candidates = [_as_asked_for(link, rules, chosen) for link in _read(page, body, kind, rules, skipped)]
    allowed = []
    for link in each_once(candidates, page.url):
        reason = rules.refusal(link.url, link.kind)
        if reason is None and _is_another_day(link, rules, chosen):
            reason = "out-of-range"
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
    if _SITEMAP.search(body) and (found := sitemap_links(body, base, rules, skipped)) is not None:
        return found
    root = root_of(body, skipped)
    if root is None:
        return ()
    if name_of(root) in _FEED_ROOTS:
        return feed_links(root, base, rules, skipped)
    skipped["unknown-xml"] += 1  # a page that says "not found" with status 200, most often
    return ()


def _from_html(page: Page, kind: Kind, rules: Rules, skipped: Counter[str]) -> list[Link]:
    if kind in {Kind.STORY, Kind.PART}:
        return part_links(page, skipped)
    found = html_links(page, rules, skipped)
    own = page.url or ""
    paging = [link for link in (*found.next_pages, *found.inside) if is_same_series(link.url, own)]
    if kind is Kind.LISTING and rules.story and not any(_leads_to_story(link, rules) for link in found.inside):
        # Some listings number on for ever; one without a story has nothing behind it either.
        numbered = {link.url for link in (*paging, *found.next_pages)}
        skipped["paging-without-stories"] += len(numbered)
        return [*found.machine, *(link for link in found.inside if link.url not in numbered)]
    bound = bound_of_next_page(found.inside)
    inside = [replace(link, follows=True) if follows(link.url, own) else link for link in found.inside]
    following = [
        replace(link, modified=bound, follows=kind is Kind.LISTING or _is_same_list(link.url, own))
        for link in found.next_pages
    ]
    return [*found.machine, *inside, *following]


def _is_same_list(link: str, page: str) -> bool:
    """Whether a next page continues the list on a page, and is no story after a story (`rel=next` names both)."""
    return (
        is_same_series(link, page) or urls.canonical(link).partition("?")[0] == urls.canonical(page).partition("?")[0]
    )


def _as_asked_for(link: Link, rules: Rules, chosen: Range | None) -> Link:
    if link.kind is Kind.REST:
        url = backfill.narrowed(link.url, chosen)
    elif link.kind not in {Kind.STORY, Kind.PAGE}:
        url = urls.without_session(link.url)
    else:
        url = story_address(link.url, rules)
        return link if url == link.url else replace(link, url=url, kind=rules.kind(url))
    return link if url == link.url else replace(link, url=url)


def _is_another_day(link: Link, rules: Rules, chosen: Range | None) -> bool:
    return (
        chosen is not None
        and link.kind in {Kind.LISTING, Kind.PAGE}
        and not backfill.overlaps(link.url, chosen, rules.zone)
    )


def _leads_to_story(link: Link, rules: Rules) -> bool:
    return link.kind is Kind.STORY and rules.allows(link.url)


def _is_json(page: Page, body: bytes) -> bool:
    declared = (page.header("Content-Type") or "").lower()
    return "json" in declared and body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}
