"""What stands around a story and speaks of it: classes and link relations, and the lines just above it.

For pages whose head says nothing of byline, section, tags and date, and no layout does. Reads ``rel``, ``itemprop`` and
whole class tokens; of the body it knows the first paragraph, which it is told.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from xinhua_id.extraction import tree
from xinhua_id.text import clean, words_of

_Element = etree._Element

_AUTHOR, _TAGS, _SECTION, _CRUMBS = 1, 2, 4, 8
#: What a class token says of the element that has it.
_ROLES = {
    **dict.fromkeys(
        "td-post-author-name wp-block-post-author__name author-name byline penulis reporter".split(), _AUTHOR
    ),
    **{
        f"{what}{sign}author{end}": _AUTHOR
        for what in ("post", "entry", "article")
        for sign in ("", "-", "_", "__", "-_", "-__")
        for end in ("", "-name", "__name")
    },
    **dict.fromkeys(
        "tag tags td-tags post-tags posttags entry-tags taxonomy-post_tag tagging topik".split(), _TAGS
    ),
    **{
        f"{tags}{sign}{what}": _TAGS
        for tags in ("tag", "tags")
        for sign in ("", "-")
        for what in ("list", "links", "cloud", "widget")
    },
    **dict.fromkeys(
        "entry-category td-category cat-links post-category post-categories taxonomy-category category rubrik kanal "
        "section-name".split(), _SECTION
    ),
    **dict.fromkeys(
        "breadcrumb breadcrumbs crumb crumbs td-crumb-container breadcrumb-list breadcrumblist breadcrumb-nav "
        "breadcrumbnav breadcrumb-wrap breadcrumbwrap".split(), _CRUMBS
    ),
}  # fmt: skip
_TAG_PATH = re.compile(r"(?i)/(?:tags?|topi[kc])/")
_SECTION_PATH = re.compile(r"(?i)/(?:category|kategori|rubrik|kanal|section)/")
_TERM_PATH = re.compile(r"(?i)/(?:tags?|topi[kc]|category|kategori|rubrik|kanal|section)/")
_BYLINES = frozenset({"div", "span", "p", "address"})
_TRAILS = frozenset({"nav", "ul", "ol", "div", "p"})
_MARKED = ("div", "span", "p", "address", "nav", "ul", "ol")
_TRAIL_SIGN = re.compile(r"\w\s*[/›»>]\s*\w")
_FRONT = re.compile(r"(?i)^(beranda|home|depan|halaman depan)$")
_ACCOUNT = re.compile(r"(?i)^(admin(istrator)?|webmaster|root|user\d*|author)$")
_LABEL = re.compile(r"(?i)^(oleh|by|penulis|reporter|ditulis oleh|written by)\s*:?\s*|\s*[-–|]\s*$")


_SEEN = etree.XPath(
    "descendant::text()[not(parent::script or parent::style or parent::noscript or parent::template or "
    "parent::textarea or parent::option or parent::a)]",
    smart_strings=False,
)
#: How many texts above a story may say when it was written.
_NEAR = 12
#: So many characters tell one paragraph from all others.
_ENOUGH = 100


@dataclass(slots=True)
class Surroundings:
    """What was found, first mention first."""

    byline: str | None = None
    sections: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def read(root: _Element) -> Surroundings:
    """Return byline, sections and tags that a page marks as such; one pass over links, one over marked elements."""
    out = Surroundings()
    is_term = _TERM_PATH.search
    for link in root.iter("a"):
        href = link.get("href") or ""
        relations = rel.lower().split() if (rel := link.get("rel")) else ()
        if is_term(href) or "tag" in relations:
            _take_term(link, relations, href, out)
        elif "author" in relations and out.byline is None:
            out.byline = _name(link)
    _read_marked(root, out)
    return out


def above(root: _Element, opening: str) -> list[str]:
    """Return the last texts that a reader sees above the paragraph ``opening``, from far to near; links left out."""
    texts = _seen(root)
    wanted = words_of(opening[:_ENOUGH])
    for at, text in enumerate(texts):
        if len(text) >= 12 and text[0] == opening[0]:
            said = words_of(text[:_ENOUGH])
            if said and (wanted.startswith(said) or said.startswith(wanted)):
                return [clean(line) for line in texts[max(0, at - _NEAR) : at]]
    return []


def with_clock(root: _Element, hour: int, minute: int) -> list[str]:
    """Return the texts that a reader sees with this time in them, each with those just before it: its day."""
    signs = (f"{hour:02}:{minute:02}", f"{hour:02}.{minute:02}")
    texts = _seen(root)
    found = [at for at, text in enumerate(texts) if len(text) < 200 and (signs[0] in text or signs[1] in text)]
    return [clean(" ".join(texts[max(0, at - 2) : at + 1]))[-300:] for at in found[:20]]


def _seen(root: _Element) -> list[str]:
    """Return the texts of a page outside links, in order, as far as one line of them may go."""
    body = next(root.iter("body"), None)
    found = _SEEN(body) if body is not None else []
    return [text for raw in found if (text := str(raw)[:2000].strip())] if isinstance(found, list) else []


def _read_marked(root: _Element, out: Surroundings) -> None:
    """Fill in what no link said: the byline, and as section the last link of the first breadcrumb."""
    no_byline, no_section = out.byline is None, not out.sections
    for element in root.iter(*_MARKED):
        names = element.get("class")
        roles = _roles(names) if names else 0
        if not roles and not (no_byline and element.get("itemprop") == "author"):
            continue
        if no_byline and (roles & _AUTHOR or element.get("itemprop") == "author") and element.tag in _BYLINES:
            out.byline = _name(element)
            no_byline = out.byline is None
        if no_section and roles & _CRUMBS and element.tag in _TRAILS:
            out.sections = _last_of(element)
            no_section = False
        if not (no_byline or no_section):
            return
    if no_section:
        trail = next((nav for nav in root.iter("nav") if _is_trail(nav)), None)
        out.sections = _last_of(trail) if trail is not None else []


def _last_of(trail: _Element) -> list[str]:
    names = [_text(link) for link in trail.iter("a")]
    return [name for name in names if name and len(name) < 40 and not _FRONT.match(name)][-1:]


def _is_trail(element: _Element) -> bool:
    """Whether a nav of no telling class is a breadcrumb: a few links from the front page on, parted by a sign."""
    links = list(islice(element.iter("a"), 6))
    return 2 <= len(links) <= 5 and bool(_FRONT.match(_text(links[0]))) and bool(_TRAIL_SIGN.search(_text(element)))


def _take_term(link: _Element, rel: Sequence[str], href: str, out: Surroundings) -> None:
    text = _text(link)
    if not text or len(text) > 80:
        return
    holders: list[_Element] = []
    parent = link.getparent()
    while parent is not None and len(holders) < 3:
        holders.append(parent)
        parent = parent.getparent()
    said = 0
    for holder in holders:
        said |= _roles(holder.get("class") or "")
    if "category" in rel or said & _SECTION:
        out.sections.append(text)
    elif "tag" in rel or said & _TAGS:
        (out.sections if _SECTION_PATH.search(href) else out.tags).append(text)


@functools.lru_cache(maxsize=4096)
def _roles(names: str) -> int:
    """Return what the whole tokens of a class attribute say."""
    roles = 0
    for token in names.lower().split():
        roles |= _ROLES.get(token, 0)
    return roles


def _name(element: _Element) -> str | None:
    name = _LABEL.sub("", _LABEL.sub("", _text(element))).strip()
    return name if 2 < len(name) <= 60 and ":" not in name and not _ACCOUNT.match(name) else None


def _text(element: _Element) -> str:
    return clean(" ".join(tree.opening(element)))
