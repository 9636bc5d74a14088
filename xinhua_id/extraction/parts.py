"""Which part of a story a page is, and where the other parts stand: its pager, ``rel=next``, its own address.

    Halaman 1 2 3 Selanjutnya        Halaman 2 dari 3        Lihat semua

A link counts where it leads to another page of the same address; the numbers of a listing, of comments or of a list of
related stories do not. Pure: an element tree and an address in. Knows nothing of paragraphs, nor of how parts are
joined.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from xinhua_id import paging, urls
from xinhua_id.extraction import variants
from xinhua_id.items import Article, StoryPart
from xinhua_id.text import clean

_Element = etree._Element


@dataclass(frozen=True, slots=True)
class Parts:
    """A page's place in a story of several pages.

    ``total`` is None where the page does not say; then at least one page follows. ``others`` are the other pages as
    they are linked, by their number.
    """

    number: int
    total: int | None
    others: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Link:
    """A link to another page of a series.

    ``said`` is the number that a reader sees; ``step`` is 1 where the link leads on, -1 back, 0 where it does not say.
    """

    url: str
    number: int
    sure: bool
    said: int | None
    step: int
    element: _Element


def read(root: _Element, url: str) -> Parts | None:
    """Return which part of a story the page at ``url`` is, or None where it is all of it."""
    own = paging.numbered(url)
    if paging.whole_of(url) is not None:
        return None
    if own is None or not own.sure:
        links = _story_links(root, _links(root, url, None, with_first=False), 1)
        if links:
            return _placed(1, links)
    if own is not None:
        links = _story_links(root, _links(root, url, own.base, with_first=True), own.number)
        if links and (own.sure or any(link.said is not None or link.step for link in links)):
            return _placed(_own_number(own.number, links), links)
    return None


def whole_page(root: _Element, url: str) -> str | None:
    """Return the address under which the story's page shows it whole (``Lihat semua``), or None."""
    base = _base_of(root, url)
    story = paging.first_of(url)
    for element in root.iter("a"):
        href = element.get("href") or ""
        if _ALL.search(href) and (there := urls.absolute(base, href)) and paging.whole_of(there) == story:
            return there
    return None


def place(article: Article, root: _Element) -> Article:
    """Return the article with its part of a story, and under the address and the id that are its own.

    A variant (AMP, print) gets those of its story. A later part keeps an address of its own where ``rel=canonical``
    names page 1, and so does a page that holds all parts.
    """
    if article.url is None or article.canonical_url is None:
        return article
    address = variants.original(root, article.url, article.canonical_url)
    found = read(root, article.url)
    story = _story(article.url, address)
    part = None
    if found is not None:
        own = paging.numbered(article.url)
        address = own.on(story) if own is not None and found.number > 1 else story
        part = StoryPart(story_id=urls.url_id(story), number=found.number, total=found.total)
    elif paging.whole_of(article.url) is not None:
        address = paging.whole_on(story, article.url)
    elif paging.whole_of(address) is not None:
        address = story
    if part is None and address == article.canonical_url:
        return article
    return article.model_copy(update={"id": urls.url_id(address), "canonical_url": address, "part": part})


def _story(url: str, address: str) -> str:
    """Return the canonical address of page 1, given that of a page: without its number, where ``url`` has one too."""
    if whole := paging.whole_of(address):
        return whole
    own, declared = paging.numbered(url), paging.numbered(address)
    if declared is not None and own is not None and declared.number == own.number:
        return declared.base
    return paging.first_of(address) if declared is not None and declared.sure else address


#: Relative addresses that need not name the story: ``?page=2``, ``2/``, ``./3``, or its own without a number.
_IS_BESIDE = re.compile(
    r"\s*(?:\?|\.{0,2}/?(?:(?:page|halaman|hal)[/-])?\d{1,2}/?(?:[?#]|$)|\.{0,2}/?$)", re.IGNORECASE
)
_EXTENSION = re.compile(r"\.\w+$")
#: No pager has more links; what has is a page made to hold up its readers.
_MOST_LINKS = 400
_ALL = re.compile(r"=(?:all|semua|full|1|true)\b", re.IGNORECASE)
_SAID = re.compile(r"(?:halaman|hal\.?|page)?\s*(\d{1,2})", re.IGNORECASE)
_OF = re.compile(r"\b(\d{1,2})\s*(?:dari|of|/)\s*(\d{1,2})\b", re.IGNORECASE)
_ON = re.compile(
    r"\b(?:selanjutnya|berikut(?:nya)?|lanjut(?:kan)?|next)\b|^\s*[»›>→]+\s*$|\bhalaman\s+depan\b", re.IGNORECASE
)
_BACK = re.compile(r"\b(?:sebelumnya|kembali|prev(?:ious)?)\b|^\s*[«‹<←]+\s*$", re.IGNORECASE)
_ABOUT_COMMENTS = re.compile(r"#(?:comment|komentar|respond)", re.IGNORECASE)
#: Whole class or id tokens of what has pages of its own beside the story.
_ELSEWHERE = re.compile(
    r"(?:comments?|komentar|disqus_thread|respond|fb-comments)(?:[-_]?(?:list|area|section|box|wrap(?:per)?|body|pembaca|"
    r"content|thread|nav(?:igation)?|pagination|pages?))?|commentlist|(?:list|box|kolom|daftar)-?komentar|"
    r"related(?:[-_]\w+)*|terkait|berita-?(?:terkait|lainnya|terbaru|terpopuler)|artikel-?terkait|popular|terpopuler|"
    r"trending|latest(?:[-_]\w+)*|recommend\w*|rekomendasi|sidebar|widget(?:-area)?",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comments?|komentar|commentlist|disqus", re.IGNORECASE)
#: So many linked headings, or long links in a row, are a list of other stories.
_A_LIST = 4


def _links(root: _Element, url: str, series: str | None, *, with_first: bool) -> Iterator[_Link]:
    """Yield the links to other pages of a series; ``with_first``: to page 1 under its bare address as well.

    ``series`` is the canonical address of page 1, None where that is the page at ``url``.
    """
    name = _EXTENSION.sub("", urls.where(series or url).partition("?")[0].rstrip("/").rpartition("/")[2])
    if "%" in name or not name.isascii():  # a page may write such a name in several ways
        name = ""
    base = None
    looked_at = 0
    for element in root.iter("a", "link", "option"):
        href = element.get("href") or (element.get("value") if element.tag == "option" else "") or ""
        if not (name in href or _IS_BESIDE.match(href)):
            continue
        counts = paging.may_count(href)
        if not (counts or with_first) or _ABOUT_COMMENTS.search(href):
            continue
        looked_at += 1
        if looked_at > _MOST_LINKS:
            return
        label = clean(" ".join(map(str, element.itertext()))[:80]) or clean(element.get("aria-label") or "")
        said, step = _SAID.fullmatch(label), _step(element, label)
        is_first = with_first and (step < 0 or (said is not None and int(said[1]) == 1))
        if not (counts or is_first):
            continue
        base = base or _base_of(root, url)
        series = series or urls.canonical(url)
        if (there := urls.absolute(base, href)) is None:
            continue
        found = paging.numbered(there) if counts else None
        if found is not None and found.base == series:
            yield _Link(there, found.number, found.sure, int(said[1]) if said else None, step, element)
        elif is_first and urls.canonical(there) == series:
            yield _Link(there, 1, False, int(said[1]) if said else None, step, element)


def _step(element: _Element, label: str) -> int:
    relations = (element.get("rel") or "").lower().split()
    if "next" in relations or (element.tag != "link" and _ON.search(label)):
        return 1
    return -1 if "prev" in relations or "previous" in relations or _BACK.search(label) else 0


def _story_links(root: _Element, found: Iterator[_Link], own: int) -> list[_Link]:
    """Return the links that are the story's: each says what it is, and none stands among comments or other stories."""
    said = [link for link in found if _says_so(link, own)]
    if not said:
        return []
    if any(link.element.tag == "link" for link in said):
        return [link for link in said if link.element.tag == "link" or not _is_elsewhere(link.element, frozenset())]
    return _in_place(root, said)


def _says_so(link: _Link, own: int) -> bool:
    if link.element.tag == "link":
        return link.step != 0 and link.number == own + link.step
    if link.said is not None:
        return True
    if link.step:
        return link.number == own + link.step
    return link.sure


def _in_place(root: _Element, links: Sequence[_Link]) -> list[_Link]:
    """Return the links that stand with the story: before its comments, and before any list of other stories."""
    wanted = {link.element: link for link in links}
    title = next(root.iter("h1"), None)
    around = frozenset(title.iterancestors()) if title is not None else frozenset()
    kept: list[_Link] = []
    begun, headings, run = title is None, 0, 0
    for element in root.iter():
        if element is title:
            begun, headings, run = True, 0, 0
        if not begun:
            continue
        if element in wanted:
            if headings < _A_LIST and run < _A_LIST and not _is_elsewhere(element, around):
                kept.append(wanted[element])
        elif element.tag == "a":
            text = "".join(map(str, element.itertext()))
            run += len(text) > 25
            headings += len(text) > 25 and _in_heading(element)
        elif _COMMENTS.match(_names(element)) and element not in around and _is_elsewhere(element, around):
            break
        if (
            len((element.text or "").strip() if element.tag != "a" else "") > 80
            or len((element.tail or "").strip()) > 80
        ):
            run = 0
    return kept


def _in_heading(link: _Element) -> bool:
    inside = any(child.tag in ("h2", "h3", "h4", "h5") for child in link)
    parent = link.getparent()
    return inside or (parent is not None and parent.tag in ("h2", "h3", "h4", "h5"))


def _is_elsewhere(element: _Element, around: frozenset[_Element]) -> bool:
    """Whether an element, or one above it that is not above the headline, is comments, related stories or a sidebar."""
    at: _Element | None = element
    while at is not None and at.tag not in ("body", "html", "head", "main"):
        if at.tag == "aside" or any(_ELSEWHERE.fullmatch(name) for name in _names(at).split()):
            if at not in around:
                return True
        at = at.getparent()
    return False


def _names(element: _Element) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}".strip()


def _placed(number: int, links: Sequence[_Link]) -> Parts:
    others: dict[int, str] = {}
    for link in sorted(links, key=lambda one: (one.said is None, one.element.tag == "link")):
        others.setdefault(link.number if link.said is None else link.said, link.url)
    others.pop(number, None)
    counted = {link.said for link in links if link.said is not None}
    last = max([number, *others])
    of, goes_on = _said_around(links)
    known = last == number or last in counted
    total = max(of, last) if of else last if known and not goes_on else None
    return Parts(number, total, tuple(sorted(others.items())))


def _own_number(written: int, links: Sequence[_Link]) -> int:
    """Return the number of a page whose address says ``written``: addresses may count from 0, or count paragraphs.

    A page that does not exist is often answered with page 1, and its pager says so.
    """
    unlinked = _unlinked(links)
    if all(link.said in (None, link.number) for link in links):
        first_is_linked = any(link.number == 1 for link in links)
        return 1 if unlinked == {1} and not first_is_linked else written
    said = {link.said for link in links}
    if len(unlinked) == 1:
        return next(iter(unlinked))
    return next(number for number in range(1, paging.MOST_PAGES + 2) if number not in said)


def _unlinked(links: Sequence[_Link]) -> set[int]:
    pager = _pager(links)
    if pager is None:
        return set()
    words = Counter(_words(pager))
    for link in pager.iter("a"):
        words -= Counter(_words(link))
    return {int(word) for word in words if word.isdecimal() and len(word) < 3}


def _words(element: _Element) -> list[str]:
    return " ".join(map(str, element.itertext())).split()


def _said_around(links: Sequence[_Link]) -> tuple[int, bool]:
    """Return the total that the pager names (``2 dari 3``), or 0, and whether its numbers end in dots."""
    pager = _pager(links)
    text = " ".join(map(str, pager.itertext())) if pager is not None else ""
    of = _OF.search(text)
    goes_on = re.search(r"\d\s*(?:…|\.\.\.)\s*(?:[^\d\s]|$)", text)
    return (int(of[2]) if of and int(of[1]) <= int(of[2]) <= paging.MOST_PAGES else 0), goes_on is not None


def _pager(links: Sequence[_Link]) -> _Element | None:
    """Return the element that holds the pager: as far above a numbered link as there is little other text."""
    found = next((link.element for link in links if link.said is not None and link.element.tag == "a"), None)
    if found is None:
        return None
    for above in list(found.iterancestors())[:4]:
        if above.tag in ("body", "html") or sum(len(str(text).strip()) for text in above.itertext()) > 120:
            break
        found = above
    return found


def _base_of(root: _Element, url: str) -> str:
    for element in root.iter("base"):
        if href := element.get("href"):
            return urls.absolute(url, href) or url
    return url
