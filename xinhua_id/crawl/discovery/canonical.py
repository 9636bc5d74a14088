"""What an HTML page says its own address is, read without building its tree: a frontier asks it of every page.

Knows nothing of what is made of it; the item's address is extraction's.
"""

from __future__ import annotations

import codecs
import html
import re
from urllib.parse import urljoin

from xinhua_id import urls
from xinhua_id.crawl.discovery import header
from xinhua_id.crawl.discovery.link import Kind
from xinhua_id.crawl.discovery.numbering import page_number, series
from xinhua_id.items import Page

#: The head of a page ends within so many bytes; frameworks write long scripts into it.
LONGEST_HEAD = 1024 * 1024
# Comments and scripts hold links that are none. Each alternative, once begun, is taken to its end, closed or not.
_TOKEN = re.compile(
    r"<!--(?:[^-]++|-(?!->))*+(?:-->)?+"
    r"|<(?:script|style|noscript|template|title|textarea)\b(?:[^<]++|<(?!/(?:script|style|noscript|template|title|textarea)\b))*+"
    r"|(?P<end><body\b)"
    r"|<base\b(?P<base>(?:[^>\"']++|\"[^\"]*+\"?+|'[^']*+'?+)*+)"
    r"|<link\b(?P<link>(?:[^>\"']++|\"[^\"]*+\"?+|'[^']*+'?+)*+)",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(?P<name>rel|href)\s*+=\s*+(?:\"(?P<double>[^\"]*+)|'(?P<single>[^']*+)|(?P<bare>[^\s\"'>]++))", re.I
)


def declared(page: Page) -> str | None:
    """Return the address that a page declares by ``rel=canonical`` (RFC 6596), absolute; None where there is none.

    The first link of the head counts, else the ``Link`` header. One on another site does not count, nor does the front
    page unless the page is one: a template that says so on every page would make one story of all. A numbered page that
    declares the first of its series declares nothing: it is another page.
    """
    if page.url is None or not _may_be_html(page):
        return None
    said = _of_head(page.body, page.url) or next(header.named(page, "canonical"), None)
    there = urls.absolute(page.url, said) if said else None
    if there is None or not urls.same_site(page.url, there):
        return None
    if urls.is_front(there) and not urls.is_front(page.url):
        return None
    is_numbered = page_number(page.url, Kind.LISTING) is not None
    return None if is_numbered and urls.canonical(there) == series(page.url) else there


def _may_be_html(page: Page) -> bool:
    said = (page.header("Content-Type") or "").partition(";")[0].strip().lower()
    return said in {"", "text/plain", "application/octet-stream"} or "html" in said


def _of_head(body: bytes, url: str) -> str | None:
    head = body[:LONGEST_HEAD]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = head.decode("utf-16", "replace")
    else:
        text = head.replace(b"\0", b"").decode("utf-8", "replace")
    base = url
    for token in _TOKEN.finditer(text):
        if token["end"] is not None:
            return None
        attributes = _attributes(token["base"] or token["link"] or "")
        href = attributes.get("href")
        if not href:
            continue
        if token["base"] is not None:
            base = urls.absolute(url, href) or url
        elif "canonical" in attributes.get("rel", "").lower().split():
            try:
                return urljoin(base, href)
            except ValueError:
                return None
    return None


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(written):
        value = one["double"] or one["single"] or one["bare"] or ""
        found.setdefault(one["name"].lower(), html.unescape(value).strip())
    return found
