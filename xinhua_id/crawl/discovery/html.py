"""The links of an HTML page: what stands in it, its next page, its feeds and its WordPress API.

Knows nothing of which of them lead to stories (`rules`) or of the page's text.
"""

from __future__ import annotations

import codecs
import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html

from xinhua_id import urls
from xinhua_id.crawl.discovery import header, scripted
from xinhua_id.crawl.discovery.link import Kind, Link
from xinhua_id.crawl.discovery.moments import moment
from xinhua_id.crawl.discovery.rest import collection
from xinhua_id.crawl.discovery.rules import Rules
from xinhua_id.extraction import parts
from xinhua_id.items import Page

_API = "https://api.w.org/"
_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
})  # fmt: skip
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_REFRESH = re.compile(r"^\s*\d+(?:\.\d*)?\s*[;,]\s*url\s*=\s*[\"']?([^\"']+)", re.IGNORECASE)
# What the way to older stories is called where nothing else marks it, arrows aside.
_NEXT_WORDS = re.compile(
    r"[^a-z]*+(?:(?:(?:halaman|laman)[^a-z]+)?(?:selanjutnya|berikutnya)|(?:next|older)(?:\s+(?:page|posts))?"
    r"|(?:berita|artikel|pos|tulisan)\s+(?:lama|terdahulu)|lebih\s+lama)[^a-z]*+",
    re.IGNORECASE,
)
# How far above a <time> the card of its story may begin.
_CARD_DEPTH = 4
# And how many elements a card has at most: a page of nothing but <time> must not cost its square.
_CARD_SIZE = 100


@dataclass(frozen=True, slots=True)
class Anchors:
    """The links of one page by what they are for. ``next_pages`` are those that the page marks as its next."""

    inside: list[Link]
    next_pages: list[Link]
    machine: list[Link]


def html_links(page: Page, rules: Rules, skipped: Counter[str]) -> Anchors:
    """Return all links of an HTML page, whether the rules allow them or not."""
    base = page.url or ""
    root = tree_of(page, skipped)
    announced = [Link(collection(url), Kind.REST) for url in _header_links(page, base, _API)]
    following = [_next_page(url, rules) for url in _header_links(page, base, "next")]
    if root is None:
        return Anchors([], following, announced)
    own = urls.canonical(base)
    base = base_of(root, base)
    dates = _card_dates(root, rules)
    inside: list[Link] = []
    for element in root.iter("a", "area"):
        url = _target(element, base, skipped)
        if url is None:
            continue
        if "next" in _relations(element) or _says_next(element, url, own):
            following.append(_next_page(url, rules))
        else:
            inside.append(Link(url, rules.kind(url), dates.get(element)))
    inside.extend(Link(url, rules.kind(url)) for url in (*_refreshes(root, base), *scripted.addresses(root, base)))
    machine = [*announced]
    for element in root.iter("link"):
        if (link := _machine_link(element, base)) is not None:
            machine.append(link)
        elif "next" in _relations(element) and (url := _target(element, base, skipped)):
            following.append(_next_page(url, rules))
    return Anchors(inside, following, machine)


def part_links(page: Page, skipped: Counter[str]) -> list[Link]:
    """Return the other parts of the story on a page; the page that holds it whole where it names no part."""
    root = tree_of(page, skipped)
    if root is None or page.url is None:
        return []
    found = parts.read(root, page.url)
    if found is not None:
        return [Link(url, Kind.PART) for _, url in found.others]
    whole = parts.whole_page(root, page.url)
    return [Link(whole, Kind.PART)] if whole else []


def tree_of(page: Page, skipped: Counter[str]) -> etree._Element | None:
    """Return the root of a page, read in the charset that its head declares; None where there is nothing to read."""
    body = page.body if page.body[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else page.body.replace(b"\0", b"")
    if not body.strip():
        skipped["empty"] += 1
        return None
    parser = lxml_html.HTMLParser(
        huge_tree=True, remove_comments=True, remove_pis=True, no_network=True, encoding=_declared(page)
    )
    try:
        root = lxml_html.document_fromstring(body, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        skipped["not-html"] += 1
        return None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        skipped["too-deep"] += 1
    return root


def _declared(page: Page) -> str | None:
    found = _CHARSET.search(page.header("Content-Type") or "")
    if not found:
        return None
    try:
        name = codecs.lookup(found[1]).name
        lxml_html.HTMLParser(encoding=name)
    except LookupError:
        return None
    return name


def base_of(root: etree._Element, base: str) -> str:
    """Return what the links of a page are relative to: its own address, or what ``<base>`` names instead."""
    for element in root.iter("base"):
        href = element.get("href")
        if href:
            return urls.absolute(base, href) or base
    return base


def _target(element: etree._Element, base: str, skipped: Counter[str]) -> str | None:
    href = (element.get("href") or "").strip()
    if not href or href.startswith("#"):
        return None
    url = urls.absolute(base, href)
    if url is None:
        skipped["not-a-page"] += 1
    return url


def _relations(element: etree._Element) -> list[str]:
    return (element.get("rel") or "").lower().split()


def _next_page(url: str, rules: Rules) -> Link:
    kind = rules.kind(url)
    return Link(url, Kind.LISTING if kind is Kind.PAGE and rules.story else kind)


def _machine_link(element: etree._Element, base: str) -> Link | None:
    """Return the feed or the REST collection that a ``<link>`` names."""
    relations = _relations(element)
    url = urls.absolute(base, element.get("href") or "") if element.get("href") else None
    if url is None:
        return None
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    if _API in relations:
        return Link(collection(url), Kind.REST)
    if "alternate" in relations and kind in _FEED_TYPES:
        return Link(url, Kind.FEED)
    if "sitemap" in relations:
        return Link(url, Kind.SITEMAP)
    return None


def _header_links(page: Page, base: str, relation: str) -> Iterator[str]:
    """Yield what the Link header names; WordPress announces its API there."""
    for written in header.named(page, relation):
        if (url := urls.absolute(base, written)) is not None:
            yield url


def _says_next(element: etree._Element, url: str, own: str) -> bool:
    """Whether an anchor leads to the next piece of the same list, whose address differs in its query only.

    ``?mulai=20`` has no page number to tell it by. ``own`` is the canonical address of the page.
    """
    there = urls.canonical(url)
    if there == own or there.partition("?")[0] != own.partition("?")[0] or len(element) > 3:
        return False
    text = "".join(map(str, element.itertext()))
    return len(text) < 60 and _NEXT_WORDS.fullmatch(text) is not None


def _refreshes(root: etree._Element, base: str) -> Iterator[str]:
    for element in root.iter("meta"):
        if (element.get("http-equiv") or "").lower() == "refresh":
            found = _REFRESH.match(element.get("content") or "")
            url = urls.absolute(base, found[1]) if found else None
            if url:
                yield url


def _card_dates(root: etree._Element, rules: Rules) -> dict[etree._Element, dt.datetime]:
    """Return the date of every anchor whose card carries one ``<time datetime>``: a listing dates its stories so."""
    found: dict[etree._Element, dt.datetime] = {}
    for time in root.iter("time"):
        date = moment(time.get("datetime"), rules.zone)
        card: etree._Element | None = time
        for _ in range(_CARD_DEPTH):
            card = card.getparent() if card is not None else None
            if date is None or card is None:
                break
            anchors = [one for one in itertools.islice(card.iter(), _CARD_SIZE) if one.tag == "a" and one.get("href")]
            if anchors:
                if len({anchor.get("href") for anchor in anchors}) == 1:
                    found.update(dict.fromkeys(anchors, date))
                break
    return found
