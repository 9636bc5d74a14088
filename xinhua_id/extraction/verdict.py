"""Whether a page carries a story at all, and what it is instead.

Every refusal has a short, countable name. Knows nothing of how the story was found.
"""

from __future__ import annotations

import re

from lxml import etree

from xinhua_id import urls
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction.blocks import Kind, Walk
from xinhua_id.extraction.decode import utf8
from xinhua_id.extraction.metadata import Metadata
from xinhua_id.extraction.structure import is_prose
from xinhua_id.items import Page

_Element = etree._Element

_MAGIC = (
    (b"%PDF-", "pdf"), (b"\x89PNG", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"RIFF", "media"),
    (b"PK\x03\x04", "archive"), (b"\x1f\x8b", "archive"), (b"\x00\x00\x00", "media"), (b"ID3", "media"),
    (b"\x7fELF", "binary"),
)  # fmt: skip
_FEED = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?(?>(?:<!--(?:(?!-->).)*+-->|<\?(?:(?!\?>).)*+\?>)\s*+)*+<(?:\w+:)?(rss|feed|urlset|sitemapindex|rdf)\b",
    re.IGNORECASE | re.DOTALL,
)
_WORDS = (
    ("soft-404", r"\b404\b|(?:halaman|artikel|berita|konten)\b.{0,40}\btidak (?:dapat )?(?:ditemukan|tersedia)|"
     r"page not found|not found|"
     r"halaman (?:ini )?sudah (?:dihapus|tidak ada)"),
    ("blocked", r"access denied|akses ditolak|captcha|just a moment|attention required|"
     r"verify you are (?:a )?human|are you a robot|"
     r"403 forbidden|request blocked|pemeriksaan keamanan"),
    ("login", r"^(?:log ?in|masuk|sign in|login anggota|masuk ke akun.{0,40})\b|silakan (?:masuk|"
     r"login) (?:untuk|terlebih)"),
    ("search", r"hasil pencarian|hasil pencarian untuk|search results?|pencarian\s*:|kata kunci\s*:"),
    ("listing", r"^(?:arsip|archives?|kategori|category|tag|topik|indeks|label|kumpulan berita|berita terkini|"
     r"terkini)\b\s*[:–-]|"
     r"^(?:indeks(?: berita)?|terkini|berita terkini|arsip)$"),
)  # fmt: skip
_PATTERNS = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _WORDS]
_LISTING_PATH = re.compile(
    r"(?i)^/?$|/(?:tag|tags|topik|category|kategori|author|penulis|page|search|indeks|arsip|terkini)(?:/|$)|[?&]s="
)


def refuse_unreadable(page: Page) -> None:
    """Raise `NotAnArticle` for what is no page to read: an error status, an empty body, a PDF, a feed."""
    where = page.url
    if page.status >= 300:
        raise NotAnArticle(f"http-{page.status}", f"the server answered {page.status}", where=where)
    body = page.body
    if not body.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise NotAnArticle("empty", "the body is empty", where=where)
    for magic, name in _MAGIC:
        if body.startswith(magic):
            raise NotAnArticle(f"not-html-{name}", f"the body is no page but {name} data", where=where)
    body = body[:262_144]
    if b"\0" in body[:512]:  # UTF-16 has no markup that the patterns below would see
        body = utf8(body)
    head = body[:4096]
    if _FEED.match(head):
        raise NotAnArticle("feed-or-sitemap", "the body is a feed or a sitemap", where=where)
    kind = (page.header("content-type") or "").split(";")[0].strip().lower()
    marked = b"<" in head and re.search(
        rb"<(?:!doctype|html|head|body|div|p|article|h1|meta|title|table|br|main|section)\b", body, re.I
    )
    if not marked:
        if kind in ("application/json", "application/ld+json") or head.lstrip()[:1] in (b"{", b"["):
            raise NotAnArticle("not-html-json", "the body is JSON", where=where)
        if kind.startswith(("image/", "video/", "audio/", "font/")):
            raise NotAnArticle("not-html-media", f"the body is {kind}", where=where)
        if kind == "text/plain" or not marked:
            raise NotAnArticle(
                "not-html-text", "the body has no markup", where=where, now="A text dump is read by `extract FILE.txt`."
            )


def reason_for_none(page: Page, root: _Element, flat: Walk, meta: Metadata) -> str:
    """Return the name for a page on which no story was found."""
    if named := _named(flat, meta):
        return named
    if _asks_password(root):
        return "login"
    if _is_listing(page, flat):
        return "listing"
    if any(True for _ in root.iter("video", "iframe", "audio")) or "videoobject" in meta.kinds:
        return "video-only"
    return "no-body"


def refuse_other_kinds(page: Page, root: _Element, flat: Walk, meta: Metadata, headline: str, text: str) -> None:
    """Raise `NotAnArticle` where what was found as a story is an error, a login, or a list of teasers."""
    named = _named(flat, meta, headline)
    if named in ("soft-404", "blocked") and len(text) < 900:
        raise NotAnArticle(named, f"the page says {headline!r}", where=page.url)
    if named in ("login", "search", "listing") and not meta.says_story and (len(text) < 600 or _is_listing(page, flat)):
        raise NotAnArticle(named, f"the page is headed {headline!r}", where=page.url)
    if not meta.says_story and _is_listing(page, flat):
        raise NotAnArticle("listing", "the page lists stories", where=page.url)
    if _asks_password(root) and len(text) < 400 and not meta.says_story:
        raise NotAnArticle("login", "the page asks for a password", where=page.url)


def refuse_teasers(page: Page, flat: Walk, body: range) -> None:
    """Raise `NotAnArticle` where the region is a run of linked headings, each with a line or two."""
    blocks = [flat.blocks[at] for at in body]
    heads = sum(b.kind is Kind.HEADING and b.link_share > 0.7 and b.rule < 0 for b in blocks)
    prose = [b for b in blocks if b.rule < 0 and is_prose(b)]
    if heads >= 4 and len(prose) <= 2 * heads and all(len(b.text) < 500 for b in prose):
        raise NotAnArticle("listing", f"the page lists {heads} stories", where=page.url)


def _named(flat: Walk, meta: Metadata, headline: str = "") -> str | None:
    heads = [b.text for b in flat.blocks if b.level == 1 and b.rule < 0][:3]
    titles = [headline, meta.head_title or "", *heads]
    for name, pattern in _PATTERNS:
        if any(pattern.search(title[:200]) for title in titles if title):
            return name
    return None


def _asks_password(root: _Element) -> bool:
    return any((element.get("type") or "").lower() == "password" for element in root.iter("input"))


def _is_listing(page: Page, flat: Walk) -> bool:
    """Whether links outweigh prose as on an index: by address and weight, or by weight alone where it is plain."""
    prose = links = heads = 0
    for block in flat.blocks:
        if block.rule < 0 and block.kind is not Kind.IMAGE:
            links += block.links
            heads += block.kind is Kind.HEADING and block.link_share > 0.7
            if is_prose(block):
                prose += len(block.text) - block.links
    address = page.url is not None and bool(_LISTING_PATH.search(urls.where(page.url)))
    if address:
        return heads >= 3 or links > prose
    return heads >= 6 and links > 1.5 * prose
