"""Whether a page carries a story at all, and what it is instead.

Every refusal has a short, countable name. Knows nothing of how the story was found.
"""

from __future__ import annotations

import re

from lxml import etree

from xinhua_id import urls
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction.blocks import Block, Kind, Walk
from xinhua_id.extraction.decode import utf8
from xinhua_id.extraction.metadata import Metadata
from xinhua_id.extraction.structure import is_prose
from xinhua_id.items import Page
from xinhua_id.text import clean, words_of

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
#: What opens a page rather than a text that has a ``<`` in it.
_MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|div|p|article|h1|meta|title|table|br|main|section|form|center|font)\b", re.IGNORECASE
)
_JSON = re.compile(rb"\A\s*+(?:\{\s*+[\"}]|\[\s*+[\[{\"\]])")
_BLANK = re.compile(rb"\A[\0\s\xef\xbb\xbf]*+\Z")
#: Titles, in lower case, of what is no story.
_WORDS = (
    ("soft-404", r"\b404\b|\b(?:halaman|artikel|berita|konten)(?: (?:yang|anda|kamu|ini|itu|cari|tuju|minta|buka|"
     r"dicari|dituju|dimaksud|diminta|tersebut|sedang))*+ tidak (?:dapat )?(?:ditemukan|tersedia)|"
     r"page not found|not found|page (?:can[’']t|cannot|could not) be found|"
     r"halaman (?:ini )?sudah (?:dihapus|tidak ada)"),
    ("blocked", r"access denied|akses ditolak|captcha|just a moment|attention required|"
     r"verify you are (?:a )?human|are you a robot|"
     r"403 forbidden|request blocked|pemeriksaan keamanan"),
    ("login", r"^(?:log ?in|masuk|sign in|login anggota|masuk ke akun.{0,40})\b|silakan (?:masuk|"
     r"login) (?:untuk|terlebih)"),
    ("search", r"hasil pencarian|search results?|pencarian\s*:|kata kunci\s*:"),
    ("listing", r"^(?:arsip|archives?|kategori|category|tag|topik|indeks|label|kumpulan berita|berita terkini|"
     r"terkini)\b\s*[:–-]|"
     r"^(?:indeks(?: berita)?|terkini|berita terkini|arsip)$"),
)  # fmt: skip
_PATTERNS = {name: re.compile(pattern) for name, pattern in _WORDS}
#: A headline may hold such words too (``Peserta nomor 404 menangi lomba``): these have to be next to all it says.
_NOTICES = ("soft-404", "blocked", "login")
_TITLE_PARTS = re.compile(r" [|–—·»-]{1,3} | ?:: ?")
_FILLING = frozenset(
    "anda beranda error halaman ini kembali maaf oops page silakan sorry situs the this ups yang you".split()
)
_LISTING_PATH = re.compile(
    r"(?i)^/?$|/(?:tag|tags|topik|category|kategori|author|penulis|page|search|indeks|arsip|terkini)(?:/|$)|[?&]s="
)


def refuse_unreadable(page: Page) -> None:
    """Raise `NotAnArticle` for what is no page to read: an error status, an empty body, a PDF, a feed."""
    where = page.url
    if page.status >= 300:
        raise NotAnArticle(f"http-{page.status}", f"the server answered {page.status}", where=where)
    body = page.body
    start = body if len(body) <= _START else body[:_START]
    if b"\0" in body[:512]:  # UTF-16 has no markup that the patterns below would see
        start = utf8(start)
    if _BLANK.match(start) and (len(body) <= _START or _BLANK.match(body)):
        raise NotAnArticle("empty", "the body is empty", where=where)
    for magic, name in _MAGIC:
        if body.startswith(magic):
            raise NotAnArticle(f"not-html-{name}", f"the body is no page but {name} data", where=where)
    if _FEED.match(start, 0, 4096):
        raise NotAnArticle("feed-or-sitemap", "the body is a feed or a sitemap", where=where)
    kind = (page.header("content-type") or "").split(";")[0].strip().lower()
    if is_json(start) or (kind in ("application/json", "application/ld+json") and not is_markup(start)):
        raise NotAnArticle("not-html-json", "the body is JSON", where=where)
    if not is_markup(start):
        if kind.startswith(("image/", "video/", "audio/", "font/")):
            raise NotAnArticle("not-html-media", f"the body is {kind}", where=where)
        raise NotAnArticle(
            "not-html-text", "the body has no markup", where=where, now="A text dump is read by `extract FILE.txt`."
        )


def is_markup(start: bytes) -> bool:
    """Whether the first bytes of a body, in UTF-8, are a page's: a tag in them, and a ``<`` early on."""
    return 0 <= start.find(b"<") < 4096 and _MARKUP.search(start) is not None


def is_json(start: bytes) -> bool:
    """Whether a body opens as JSON does, whatever markup its strings hold."""
    return _JSON.match(start) is not None


def reason_for_none(page: Page, root: _Element, flat: Walk, meta: Metadata) -> str:
    """Return the name for a page on which no story was found."""
    titles = _titles(flat, meta.head_title)
    for name, pattern in _PATTERNS.items():
        if any(pattern.search(title) for title in titles):
            return name
    if _asks_password(root):
        return "login"
    if _is_listing(page, flat, 0):
        return "listing"
    if any(True for _ in root.iter("video", "iframe", "audio")) or "videoobject" in meta.kinds:
        return "video-only"
    return "no-body"


def refuse_other_kinds(page: Page, root: _Element, flat: Walk, meta: Metadata, headline: str, text: str) -> None:
    """Raise `NotAnArticle` where what was found as a story is an error, a login, or a list of teasers.

    What was found is judged, not the page: below a short story may stand any number of teasers.
    """
    named = _named(_titles(flat, meta.head_title, headline), text)
    if named in ("soft-404", "blocked") and len(text) < (_SHORT if meta.says_story else 900):
        raise NotAnArticle(named, f"the page says {headline!r}", where=page.url)
    if meta.says_story:
        return
    told = _told(flat, headline, text) if len(text) < 4 * _STORY else len(text)
    is_list = _is_listing(page, flat, told)
    if named in ("login", "search", "listing") and (len(text) < 600 or is_list):
        raise NotAnArticle(named, f"the page is headed {headline!r}", where=page.url)
    if is_list:
        raise NotAnArticle("listing", "the page lists stories", where=page.url)
    if len(text) < 400 and _asks_password(root):
        raise NotAnArticle("login", "the page asks for a password", where=page.url)


def refuse_teasers(page: Page, flat: Walk, body: range) -> None:
    """Raise `NotAnArticle` where the region is a run of linked headings, each with a line or two."""
    blocks = [flat.blocks[at] for at in body]
    heads = [at for at in body if _is_linked_heading(flat.blocks[at])]
    if len(heads) < 4:
        return
    prose = [b for b in blocks if b.rule < 0 and is_prose(b)]
    if _is_told_at_length(prose, len(heads)) or _introduced(flat, heads[0]) >= _STORY:
        return
    if len(prose) <= 2 * len(heads) and all(len(b.text) < 500 for b in prose):
        title = next(flat.root.iter("title"), None)
        named = _named(_titles(flat, clean(title.text or "") if title is not None else None), "")
        raise NotAnArticle(named or "listing", f"the page lists {len(heads)} stories", where=page.url)


def _is_told_at_length(prose: list[Block], heads: int) -> bool:
    """Whether a list is itself the story: of meetings or of books, each told of in sentences that end."""
    ended = sum(len(block.text) for block in prose if block.text.endswith(_ENDS))
    return ended >= 6000 and sum(len(block.text) for block in prose) > 250 * heads


def _introduced(flat: Walk, end: int) -> int:
    """Return how many characters of prose stand between the last main heading before ``end`` and that block."""
    size = 0
    for at in range(end - 1, -1, -1):
        block = flat.blocks[at]
        if block.rule < 0 and is_prose(block):
            size += len(block.text)
        if block.level == 1:
            return size
    return 0


#: How many bytes say what a body is.
_START = 262_144
#: So many characters of prose, not under linked headings, are a story, whatever is listed below it.
_STORY = 500
#: What says that it is a story, and is no shorter, is none of a server's notices.
_SHORT = 300
_ENDS = (".", "!", "?", '"', "”", ")")


def _titles(flat: Walk, *said: str | None) -> list[str]:
    """Return what a page is called, in lower case: by its head, by its first headings."""
    heads = [block.text for block in flat.blocks if block.level == 1 and block.rule < 0][:3]
    return list(dict.fromkeys(title[:200].strip().lower() for title in [*said, *heads] if title))


def _named(titles: list[str], text: str) -> str | None:
    """Return what the titles call the page, where the text, a story perhaps, does not make it an accident."""
    for name, pattern in _PATTERNS.items():
        for title in titles:
            if pattern.search(title):
                if name not in _NOTICES or _is_notice(title, pattern):
                    return name
                if 0 < len(text) < 400 and pattern.search(text.lower()):
                    return name
    return None


def _is_notice(title: str, pattern: re.Pattern[str]) -> bool:
    """Whether the words are all that a title, or a part of it, says but for one or two."""
    for part in _TITLE_PARTS.split(title):
        rest, found = pattern.subn(" ", part)
        if found and len(set(re.findall(r"\w{3,}", rest)) - _FILLING) <= 2:
            return True
    return False


def _asks_password(root: _Element) -> bool:
    return any((element.get("type") or "").lower() == "password" for element in root.iter("input"))


def _is_linked_heading(block: Block) -> bool:
    return block.kind is Kind.HEADING and block.rule < 0 and block.link_share > 0.7


def _told(flat: Walk, headline: str, text: str) -> int:
    """Return how many characters of prose were found that are no teasers: a line or two under a linked heading."""
    teasers: set[str] = set()
    run: list[str] | None = None
    own = words_of(headline)
    for block in flat.blocks:
        if block.kind is Kind.HEADING:
            _take_teasers(teasers, run)
            run = [] if _is_linked_heading(block) and words_of(block.text) != own else None
        elif run is not None and block.rule < 0 and is_prose(block):
            run.append(block.text)
    _take_teasers(teasers, run)
    found = [part for part in text.split("\n\n") if part not in teasers]
    return sum(len(part) for part in found if len(part) >= 80 or part.endswith(_ENDS))


def _take_teasers(teasers: set[str], run: list[str] | None) -> None:
    if run and len(run) <= 2 and sum(map(len, run)) < _STORY:
        teasers.update(run)


def _is_listing(page: Page, flat: Walk, told: int) -> bool:
    """Whether links outweigh prose as on an index: by address and weight, or by weight alone where it is plain.

    ``told`` is how many characters of the story found are its own.
    """
    if told >= 2 * _STORY:
        return False
    prose = links = heads = 0
    for block in flat.blocks:
        if block.rule < 0 and block.kind is not Kind.IMAGE:
            links += block.links
            heads += _is_linked_heading(block)
            if is_prose(block):
                prose += len(block.text) - block.links
    if page.url is not None and _LISTING_PATH.search(urls.where(page.url)):
        return heads >= 3 or links > prose or (heads > 0 and not told)
    if 0 < heads < 3 and prose and not told:  # the last page of an index has a card or two
        return True
    return told < _STORY and heads >= 6 and links > 1.5 * prose
