"""What a page's head and its microdata say of the story: JSON-LD, Open Graph, meta, ``itemprop``, ``link``.

Every value is a claim, kept with where it was found; which claim is believed is decided in `assemble`. Broken
JSON-LD is mended where that is safe and counted where it is not. Knows nothing of the body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from xinhua_id import urls
from xinhua_id.extraction import tree
from xinhua_id.text import clean

_Element = etree._Element
_STORY_TYPES = re.compile(
    r"(?:News|Report|Analysis|Opinion|Review|Backgrounder|Satirical|Scholarly|Tech|Advertiser\w*)?Article$|"
    r"BlogPosting$|LiveBlogPosting$"
)

#: No head says a thing more often with anything to gain from it.
_MOST = 20
_AFTER_SITE = re.compile(r" ?(?:::|[|»]) ?| [–—-] |: ")
_WRAPPING = re.compile(r"^\s*(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>\s*$|^\s*<!--|-->\s*$")
_BROKEN_STORY = re.compile(r'"@type"\s*:\s*"\w*Article"')
_BROKEN_STRING = re.compile(r'"(headline|datePublished|dateModified)"\s*:\s*"((?:[^"\\\n]|\\.){4,300})"')


@dataclass(slots=True)
class Metadata:
    """The claims, each list in order of trust and each value as the page writes it."""

    titles: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    canonical: str | None = None
    language: str | None = None
    site_name: str | None = None
    tdm_reservation: int | None = None
    kinds: set[str] = field(default_factory=set)
    head_title: str | None = None
    broken_json: int = 0
    #: The page itself, for what is only looked for where the head leaves it open; None for a text dump.
    root: _Element | None = None

    @property
    def says_story(self) -> bool:
        """Whether the head calls the page an article."""
        return "article" in self.kinds


_META = {
    "og:title": "titles", "twitter:title": "titles", "headline": "titles", "title": "titles", "dc.title": "titles",
    "article:published_time": "published", "datepublished": "published", "publishdate": "published",
    "pubdate": "published", "publish-date": "published", "og:published_time": "published", "date": "published",
    "dc.date": "published", "content_publisheddate": "published", "parsely-pub-date": "published",
    "article:modified_time": "modified", "datemodified": "modified", "og:updated_time": "modified",
    "lastmod": "modified",
    "author": "authors", "article:author": "authors", "content_author": "authors", "dc.creator": "authors",
    "content_editor": "editors", "editor": "editors",
    "article:section": "sections", "section": "sections", "content_category": "sections",
}  # fmt: skip
#: What else a meta element says: of the page's tags, its kind, its site, and whether it may be mined.
_OTHER_META = frozenset({
    "keywords", "news_keywords", "article:tag", "content_tag", "og:type", "og:site_name", "tdm-reservation",
})  # fmt: skip


def read(root: _Element, base: str | None) -> Metadata:
    """Return the claims of a page; ``base`` is its URL, against which links are resolved."""
    out = Metadata(
        language=clean(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "") or None,
        root=root,
    )
    for node in _ld_stories(root, out):
        _take_ld(node, out)
    for element in root.iter("meta", "link", "title"):
        if element.tag == "meta":
            _take_meta(element, out)
        elif element.tag == "link":
            if "canonical" in (element.get("rel") or "").lower().split() and (href := element.get("href")):
                out.canonical = out.canonical or _joined(base, href)
        elif out.head_title is None and ((parent := element.getparent()) is None or parent.tag != "svg"):
            out.head_title = clean("".join(map(str, element.itertext()))) or None
    _take_microdata(root, out)
    if out.head_title:
        out.titles.append(out.head_title)
    titles = (clean(title[:500]) for title in dict.fromkeys(out.titles[:_MOST]))
    out.titles = [form for title in dict.fromkeys(titles) if title for form in _forms(title, out.site_name, base)]
    out.titles = list(dict.fromkeys(out.titles))
    return out


def is_site_name(text: str, site_name: str | None, base: str | None) -> bool:
    """Whether a text is no more than the name of the site: what its head calls it, or what its host is made of."""
    letters = _letters(text)
    if len(letters) < 4:
        return False
    return (site_name is not None and letters == _letters(site_name)) or letters in _letters(urls.host(base or ""))


def _forms(title: str, site_name: str | None, base: str | None) -> list[str]:
    """Return a title without the name of the site in front of it, where it stands there, and as it is."""
    sign = _AFTER_SITE.search(title)
    if sign and len(title) - sign.end() >= 12 and is_site_name(title[: sign.start()], site_name, base):
        return [title[sign.end() :], title]
    return [title]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _joined(base: str | None, href: str) -> str | None:
    try:
        joined = urljoin(base or "", href.strip())
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None


def _take_meta(element: _Element, out: Metadata) -> None:
    said = element.get("property") or element.get("name") or element.get("itemprop")
    if not said:
        return
    name = said.strip().lower()
    target = _META.get(name)
    if target is None and name not in _OTHER_META:
        return
    content = clean(element.get("content") or "")
    if not content:
        return
    if target:
        getattr(out, target).append(content)
    elif name == "article:tag":
        out.tags.append(content)
    elif name == "og:type":
        out.kinds.add(content.lower())
    elif name == "og:site_name":
        out.site_name = content
    elif name == "tdm-reservation":
        if content in ("0", "1"):
            out.tdm_reservation = int(content)
    else:
        out.tags.extend(tag for part in content.split(",") if (tag := part.strip()) and len(tag) < 80)


def _take_microdata(root: _Element, out: Metadata) -> None:
    for element in root.iter("time", "span", "div", "p"):
        prop = element.get("itemprop")
        if prop is None:
            continue
        if prop in ("datePublished", "dateModified") and (value := element.get("datetime") or element.get("content")):
            (out.published if prop == "datePublished" else out.modified).append(clean(value))
        elif prop == "editor" and (text := clean("".join(tree.opening(element)))) and len(text) < 80:
            out.editors.append(text)


def _ld_stories(root: _Element, out: Metadata) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        data = _json(script.text)
        if data is None:
            out.broken_json += 1
            _salvage(script.text, out)
            continue
        for node in _nodes(data):
            kinds = node.get("@type")
            names = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
            out.kinds.update(str(name).lower() for name in names)
            if any(_STORY_TYPES.search(str(name)[-80:]) for name in names):
                out.kinds.add("article")
                yield node


def _json(text: str) -> Any:
    """Return what JSON says, mended where it is wrapped for old browsers or has a comma too many; None if broken."""
    for mend in (_unchanged, _unwrapped, _without_commas):
        try:
            return json.loads(mend(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _unchanged(text: str) -> str:
    return text


def _unwrapped(text: str) -> str:
    return _WRAPPING.sub("", text.strip())


def _without_commas(text: str) -> str:
    return re.sub(r",\s*([}\]])", r"\1", _unwrapped(text))


def _salvage(text: str, out: Metadata) -> None:
    """Take single strings out of JSON-LD that is cut off or broken: 41 of 1,641 real blocks are."""
    if not _BROKEN_STORY.search(text):
        return
    out.kinds.add("article")
    for key, value in _BROKEN_STRING.findall(text):
        target = {"headline": out.titles, "datePublished": out.published, "dateModified": out.modified}[key]
        if said := clean(value.replace('\\"', '"')):
            target.append(said)


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a document: itself, a list's, an ``@graph``'s; bounded, never deep."""
    todo = [data]
    for _ in range(500):
        if not todo:
            return
        at = todo.pop(0)
        if isinstance(at, list):
            todo.extend(at[:200])
        elif isinstance(at, dict):
            yield at
            todo.extend(
                value
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(value := at.get(key), (list, dict))
            )


def _take_ld(node: dict[str, Any], out: Metadata) -> None:
    for key, target in (
        ("headline", out.titles),
        ("name", out.titles),
        ("datePublished", out.published),
        ("dateModified", out.modified),
    ):
        if isinstance(value := node.get(key), str) and clean(value):
            target.append(clean(value))
    # One real ANTARA page has the editor as author and the reporter as creator.
    out.editors.extend(_names(node.get("editor")))
    creators, authors = list(_names(node.get("creator"))), list(_names(node.get("author")))
    out.authors.extend(creators or authors)
    out.sections.extend(_strings(node.get("articleSection")))
    out.tags.extend(
        tag for part in _strings(node.get("keywords")) for tag in (t.strip() for t in part.split(",")) if tag
    )
    if isinstance(language := node.get("inLanguage"), str):
        out.language = out.language or clean(language) or None


def _names(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        for text in name if isinstance(name, list) else [name]:
            if isinstance(text, str) and 1 < len(clean(text)) < 120:
                yield clean(text)


def _strings(value: Any) -> Iterable[str]:
    return [
        clean(item) for item in (value if isinstance(value, list) else [value]) if isinstance(item, str) and clean(item)
    ]
