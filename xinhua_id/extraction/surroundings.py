"""What classes and link relations around a story say of it: its byline, its section, its tags.

For pages whose head says nothing of them, and no layout does. Reads ``rel``, ``itemprop`` and whole class tokens;
knows nothing of the body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from xinhua_id.text import clean

_Element = etree._Element

_AUTHOR = re.compile(
    r"(?i)(td-post-author-name|wp-block-post-author__name|(post|entry|article)-?_?_?author(-name|__name)?|author-name|"
    r"byline|penulis|reporter)"
)
_TAGS = re.compile(
    r"(?i)(tags?|tags?-?(list|links|cloud|widget)|td-tags|post-?tags|entry-tags|taxonomy-post_tag|tagging|topik)"
)
_SECTION = re.compile(
    r"(?i)(entry-category|td-category|cat-links|post-categor(y|ies)|taxonomy-category|category|rubrik|kanal|section-name)"
)
_TAG_PATH = re.compile(r"(?i)/(tags?|topik|topic)/")
_SECTION_PATH = re.compile(r"(?i)/(category|kategori|rubrik|kanal|section)/")
_BREADCRUMB = re.compile(r"(?i)breadcrumbs?|breadcrumb-?(list|nav|wrap)|crumbs?|td-crumb-container")
_TRAIL_SIGN = re.compile(r"\w\s*[/›»>]\s*\w")
_FRONT = re.compile(r"(?i)^(beranda|home|depan|halaman depan)$")
_ACCOUNT = re.compile(r"(?i)^(admin(istrator)?|webmaster|root|user\d*|author)$")
_LABEL = re.compile(r"(?i)^(oleh|by|penulis|reporter|ditulis oleh|written by)\s*:?\s*|\s*[-–|]\s*$")


@dataclass(slots=True)
class Surroundings:
    """What was found, first mention first."""

    byline: str | None = None
    sections: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def read(root: _Element) -> Surroundings:
    """Return byline, sections and tags that a page marks as such; one pass over links and marked elements."""
    out = Surroundings()
    for link in root.iter("a"):
        rel = (link.get("rel") or "").lower().split()
        href = link.get("href") or ""
        if "tag" in rel or _TAG_PATH.search(href) or _SECTION_PATH.search(href):
            _take_term(link, rel, href, out)
        elif "author" in rel and out.byline is None:
            out.byline = _name(link)
    if out.byline is None:
        for element in root.iter("div", "span", "p", "address"):
            if element.get("itemprop") == "author" or _has(element, _AUTHOR):
                out.byline = _name(element)
                if out.byline:
                    break
    if not out.sections:
        out.sections = _crumbs(root)
    return out


def _crumbs(root: _Element) -> list[str]:
    """Return the last link of the first breadcrumb that is not the front page."""
    for element in root.iter("nav", "ul", "ol", "div", "p"):
        if _has(element, _BREADCRUMB) or (element.tag == "nav" and _is_trail(element)):
            names = [_text(link) for link in element.iter("a")]
            return [name for name in names if name and len(name) < 40 and not _FRONT.match(name)][-1:]
    return []


def _is_trail(element: _Element) -> bool:
    """Whether a nav of no telling class is a breadcrumb: a few links from the front page on, parted by a sign."""
    names = [_text(link) for link in element.iter("a")]
    return 2 <= len(names) <= 5 and bool(_FRONT.match(names[0])) and bool(_TRAIL_SIGN.search(_text(element)))


def _take_term(link: _Element, rel: list[str], href: str, out: Surroundings) -> None:
    text = _text(link)
    if not text or len(text) > 80:
        return
    holders: list[_Element] = []
    parent = link.getparent()
    while parent is not None and len(holders) < 3:
        holders.append(parent)
        parent = parent.getparent()
    if "category" in rel or any(_has(holder, _SECTION) for holder in holders):
        out.sections.append(text)
    elif "tag" in rel or any(_has(holder, _TAGS) for holder in holders):
        (out.sections if _SECTION_PATH.search(href) else out.tags).append(text)


def _has(element: _Element, pattern: re.Pattern[str]) -> bool:
    names = element.get("class")
    return bool(names) and any(pattern.fullmatch(token) for token in str(names).split())


def _name(element: _Element) -> str | None:
    name = _LABEL.sub("", _LABEL.sub("", _text(element))).strip()
    return name if 2 < len(name) <= 60 and ":" not in name and not _ACCOUNT.match(name) else None


def _text(element: _Element) -> str:
    """Return the text of an element; of a long one only enough to see that it is long."""
    parts, length = [], 0
    for part in element.itertext():
        parts.append(str(part)[:200])
        length += len(parts[-1])
        if length > 400:
            break
    return clean(" ".join(parts))
