"""What a story's page needs to look like it did: pictures, style sheets, fonts; and what an answer to such a link is.

Pages and sheets in, addresses out, the most needed first. Scripts, frames, films and sound are not among them. Knows
nothing of which hosts may be asked, or of how many.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from xinhua_id import urls
from xinhua_id.crawl.discovery import css, srcset
from xinhua_id.crawl.discovery.closed import LONGEST_URL
from xinhua_id.crawl.discovery.css import Sort
from xinhua_id.crawl.discovery.html import base_of, tree_of
from xinhua_id.items import Article, Page

#: No more is looked for on one page.
MOST = 5000

# Where lazily loaded pictures wait for a script, which names them differently from theme to theme.
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original")
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_OF_THE_PAGE = frozenset({"og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"})
_ICONS = frozenset({"icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"})
_PRELOADED = {"style": Sort.STYLE, "font": Sort.FONT, "image": Sort.IMAGE}
_REGION = ("article", "main")
_MOST_REGIONS = 8
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href")

_MAGIC = (
    (b"\x89PNG\r\n", Sort.IMAGE), (b"\xff\xd8\xff", Sort.IMAGE), (b"GIF8", Sort.IMAGE),
    (b"\x00\x00\x01\x00", Sort.IMAGE), (b"wOF2", Sort.FONT), (b"wOFF", Sort.FONT), (b"OTTO", Sort.FONT),
    (b"ttcf", Sort.FONT), (b"\x00\x01\x00\x00", Sort.FONT),
)  # fmt: skip
_FONT_TYPES = re.compile(r"font/|application/(?:x-)?font|application/vnd\.ms-fontobject")
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


class Requisite(NamedTuple):
    """One thing that a page or a sheet names, absolute."""

    url: str
    sort: Sort


def of_page(page: Page, article: Article, *, everything: bool, skipped: Counter[str]) -> list[Requisite]:
    """Return what a story's page needs, each once, the most needed first: the story's own pictures, then styles.

    ``everything``: styles, fonts and every picture of the page; else the pictures of the story alone, which are those
    of the item and what stands inside the element of its text.
    """
    own = (_absolute(page.url or "", image.url or "", skipped) for image in article.images)
    pictures = [Requisite(url, Sort.IMAGE) for url in own if url]
    root = tree_of(page, skipped)
    if root is None:
        return _each_once(pictures, skipped)
    base = base_of(root, page.url or "")
    if not everything:
        inside = _pictures(_region(root, article), base, skipped)
        return _each_once([*pictures, *inside], skipped)
    return _each_once(itertools.chain(pictures, _styles(root, base, skipped), _pictures(root, base, skipped)), skipped)


def of_sheet(page: Page, skipped: Counter[str]) -> list[Requisite]:
    """Return what a style sheet names, each once, what it imports first."""
    found = _of_css(_text(page), page.url or "", skipped)
    return sorted(_each_once(found, skipped), key=lambda one: one.sort is not Sort.STYLE)


def sort_of(page: Page) -> Sort | None:
    """Return what an answer is that was asked for as a requisite; None where it is none of them: a page, most often."""
    declared = _declared(page)
    if declared == "text/css" and not _PAGE.match(page.body):
        return Sort.STYLE
    if (found := _by_magic(page.body)) is not None:
        return found
    if _PAGE.match(page.body, 0, 65_536):
        return None
    if declared.startswith("image/"):
        return Sort.IMAGE
    if _FONT_TYPES.match(declared):
        return Sort.FONT
    path = (page.url or "").partition("?")[0].lower()
    return Sort.STYLE if path.endswith(".css") and declared in {"", "text/plain", "application/octet-stream"} else None


def says_requisite(page: Page) -> bool:
    """Whether an answer says of itself that it is a picture, a style or a font, and looks like one."""
    declared = _declared(page)
    says = declared == "text/css" or declared.startswith("image/") or bool(_FONT_TYPES.match(declared))
    return says and sort_of(page) is not None


def _pictures(root: etree._Element, base: str, skipped: Counter[str]) -> Iterator[Requisite]:
    """Yield the pictures below an element: first what it shows, then what a browser may show instead."""
    instead: list[str] = []
    for element in root.iter():
        shown = _shown(element)
        instead += _instead(element)
        for url in _absolute_each(base, shown, skipped):
            yield Requisite(url, Sort.IMAGE)
        style = element.get("style")
        if style and "url(" in style.lower():
            yield from _of_css(style, base, skipped)
    for url in _absolute_each(base, instead, skipped):
        yield Requisite(url, Sort.IMAGE)


def _shown(element: etree._Element) -> list[str | None]:
    """Return the pictures that an element shows, as they are written."""
    match element.tag:
        case "img":
            return [element.get(name) for name in _SOURCES]
        case "input" if (element.get("type") or "").lower() == "image":
            return [element.get("src")]
        case "video":
            return [element.get("poster"), element.get("data-poster")]
        case "image":
            return [element.get(name) for name in _HREFS]
        case _:
            return [element.get("background")]


def _instead(element: etree._Element) -> list[str]:
    """Return the pictures that a browser may show in place of another, or outside the page: sizes, icons, previews."""
    match element.tag:
        case "img" | "source":
            return [url for name in _SETS for url in srcset.candidates(element.get(name) or "")]
        case "link" if _ICONS.intersection((element.get("rel") or "").lower().split()):
            return [element.get("href") or ""]
        case "meta" if (element.get("property") or element.get("name") or "").lower() in _OF_THE_PAGE:
            return [element.get("content") or ""]
        case _:
            return []


def _styles(root: etree._Element, base: str, skipped: Counter[str]) -> Iterator[Requisite]:
    """Yield the sheets of a page, what its own styles name, and what it preloads."""
    for element in root.iter("link", "style"):
        if element.tag == "style":
            yield from _of_css(element.text or "", base, skipped)
            continue
        relations = (element.get("rel") or "").lower().split()
        sort = Sort.STYLE if "stylesheet" in relations and "alternate" not in relations else None
        if sort is None and "preload" in relations:
            sort = _PRELOADED.get((element.get("as") or "").lower())
        if sort is not None and (url := _absolute(base, element.get("href") or "", skipped)):
            yield Requisite(url, sort)


def _of_css(text: str, base: str, skipped: Counter[str]) -> Iterator[Requisite]:
    for written, sort in css.named_in(text):
        if url := _absolute(base, written, skipped):
            yield Requisite(url, sort)


def _region(root: etree._Element, article: Article) -> etree._Element:
    """Return the element that holds the story, by the words of its first paragraph; the page where none does."""
    opening = "".join(article.paragraphs[0].split())[:40] if article.paragraphs else ""
    for tag in _REGION:
        for element in itertools.islice(root.iter(tag), _MOST_REGIONS):
            if opening in "".join("".join(map(str, element.itertext())).split()):
                return element
    return root


def _each_once(found: Iterable[Requisite], skipped: Counter[str]) -> list[Requisite]:
    seen: dict[str, Requisite] = {}
    for number, one in enumerate(found):
        if number >= MOST:
            skipped["too-many"] += 1
            break
        seen.setdefault(one.url, one)
    return list(seen.values())


def _absolute_each(base: str, written: Iterable[str | None], skipped: Counter[str]) -> Iterator[str]:
    return (url for one in written if one and (url := _absolute(base, one, skipped)))


def _absolute(base: str, written: str, skipped: Counter[str]) -> str | None:
    """Return an address that may be asked for; what stands in the page itself (``data:``) needs no asking."""
    start = written[:32].lstrip()
    if not start or start.startswith("#") or start.lower().startswith(("data:", "blob:", "about:", "javascript:")):
        return None
    if len(written) > LONGEST_URL:
        skipped["long-url"] += 1
        return None
    url = urls.absolute(base, written)
    if url is None:
        skipped["bad-url"] += 1
    return url


def _text(page: Page) -> str:
    body = page.body[: css.LONGEST * 2]
    found = _CHARSET.search(page.header("Content-Type") or "")
    try:
        return body.decode(found[1] if found else "utf-8-sig", "replace")
    except LookupError:
        return body.decode("utf-8-sig", "replace")


def _by_magic(body: bytes) -> Sort | None:
    if body[8:12] == b"WEBP" or body[4:12] in {b"ftypavif", b"ftypavis", b"ftypmif1"}:
        return Sort.IMAGE
    return next((sort for magic, sort in _MAGIC if body.startswith(magic)), None)


def _declared(page: Page) -> str:
    return (page.header("Content-Type") or "").partition(";")[0].strip().lower()
