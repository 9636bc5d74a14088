"""Short selectors that may outlive the day: by microdata, by id and class in words, never by what a build made up.

Knows nothing of articles.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from lxml import etree
from lxml.cssselect import CSSSelector

_Element = etree._Element
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{2,40}")
#: What build tools make up, and what says something of one page or of one moment.
_MADE_UP = re.compile(
    r"(?:css|sc|jsx|jss|svelte|emotion|styled|astro)-|(?:category|kategori|tag|status|type|format|has|is|no|js)-|.*__[A-Za-z]*[A-Z][a-z]*[A-Z]|[^aeiou]+$",
)
#: Words of a layout kit: they say how something looks, not what it is.
_LOOKS = re.compile(
    r"(?:[mp][tblrxy]?|col|row|d|w|h|text|bg|font|border|rounded|flex|grid|float|pull|align|order|justify|position|list"
    r"|img|lazy|btn|fade|visible|hidden|small|large|left|right|center|clearfix|container|wrapper|active|show|single|updated)"
    r"(?:-.*|$)"
)
_TELLING = re.compile(
    r"(?i)(?<![a-z])(?:title|judul|headline|content|konten|isi|body|article|artikel|entry|post|detail|berita|news|read"
    r"|baca|story|date|tanggal|time|waktu|author|penulis|byline|caption|lead|excerpt|tags?|breadcrumbs?|category"
    r"|kategori|rubrik|foto|photo|image)(?![a-z])"
)
_TAGS = {"h1": 3, "article": 3, "main": 3, "time": 7, "figcaption": 6, "blockquote": 5}
#: What a bare tag costs by itself, and below an element that has a name; a word of looks is never taken alone.
_BARE, _SCOPED, _LOOK = 8, 3, 9
_DEEPEST = 5


def candidates(element: _Element) -> list[str]:
    """Return selectors that name ``element`` (and maybe others), the shortest-lived last."""
    own = list(_simple(element))
    found = [(cost, css) for cost, css in own if cost < _BARE]
    above = element.getparent()
    for distance in range(_DEEPEST):
        if above is None or above.tag in ("body", "html"):
            break
        for cost, css in sorted(_simple(above))[:3]:
            if cost < _BARE:
                found += [
                    (cost + distance + 1 + min(inner, _SCOPED), f"{css} {part}") for inner, part in sorted(own)[:4]
                ]
        above = above.getparent()
    return list(dict.fromkeys(css for _, css in sorted(found, key=lambda one: (one[0], len(one[1]), one[1]))))


def own_names(element: _Element) -> list[str]:
    """Return selectors that name ``element`` by a name of its own, the best first; none for one without."""
    return [css for cost, css in sorted(_simple(element)) if cost < _BARE and not css.isalnum()]


def select(root: _Element, css: str) -> list[_Element]:
    """Return the elements that a selector names, in page order."""
    found = _compiled(css)(root)
    return [one for one in found if isinstance(one, _Element)] if isinstance(found, list) else []


@functools.lru_cache(maxsize=2048)
def _compiled(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def _simple(element: _Element) -> Iterator[tuple[int, str]]:
    """Yield selectors of the element alone with what each costs: 1 is made to last, 8 is its bare tag."""
    tag = str(element.tag)
    if (prop := element.get("itemprop")) and _WORD.fullmatch(prop):
        yield 1, f"{tag}[itemprop={prop}]"
    if (name := element.get("id")) and _lasts(name):
        yield 2 if _TELLING.search(name) else 4, f"#{name}"
    lasting = [name for name in dict.fromkeys((element.get("class") or "").split()) if _lasts(name)][:6]
    for name in lasting:
        yield (_LOOK if _LOOKS.match(name) else 2 if _TELLING.search(name) else 4), f"{tag}.{name}"
    if len(lasting) > 1:
        best = sorted(lasting, key=lambda name: (bool(_LOOKS.match(name)), not _TELLING.search(name)))[:2]
        yield 5, f"{tag}." + ".".join(best)
    if tag.isalnum():
        yield _TAGS.get(tag, _BARE), tag


def _lasts(name: str) -> bool:
    return bool(_WORD.fullmatch(name)) and not _MADE_UP.match(name) and name[-1].isalpha()
