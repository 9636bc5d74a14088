"""A source's layouts put to a page: which of them matches, and what its selectors name.

All layouts of a source are tried; their dates only order them. Knows nothing of text rules.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml.cssselect import CSSSelector

from xinhua_id.extraction.blocks import Kind, Walk
from xinhua_id.sources import Layout, Source
from xinhua_id.text import clean

_Element = etree._Element


@dataclass(slots=True)
class Match:
    """A layout that fits: block numbers of its body, and the texts its other selectors name."""

    layout: Layout
    headline: str
    headline_at: int
    body: list[range]
    nodes: list[int]
    dropped: dict[int, str] = field(default_factory=dict)
    date: list[str] = field(default_factory=list)
    byline: list[str] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    section: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    caption_at: set[int] = field(default_factory=set)
    images: list[str] = field(default_factory=list)
    claimed: set[int] = field(default_factory=set)


def matches(root: _Element, page: Walk, source: Source, captured_at: dt.datetime | None) -> Iterator[Match]:
    """Yield the matches of a source's layouts, the likeliest first."""
    for layout in _ordered(source, captured_at.date() if captured_at else None):
        if found := _match(root, page, layout):
            yield found


def _ordered(source: Source, day: dt.date | None) -> list[Layout]:
    if day is None:
        return list(source.layout)
    return sorted(source.layout, key=lambda layout: abs((layout.seen - day).days) if layout.seen else 10**6)


@functools.lru_cache(maxsize=512)
def _selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def _select(root: _Element, css: str | None) -> list[_Element]:
    """Return the elements a selector names; none where the layout has no such selector."""
    found = _selector(css)(root) if css else []
    return [item for item in found if isinstance(item, _Element)] if isinstance(found, list) else []


def _match(root: _Element, page: Walk, layout: Layout) -> Match | None:
    headline = next((e for e in _select(root, layout.headline) if _text(e)), None)
    bodies = [element for element in _select(root, layout.body) if element in page.index]
    if headline is None or not bodies:
        return None
    ranges: list[range] = []
    nodes: list[int] = []
    for element in bodies:
        blocks = page.range_of(element)
        if blocks and not any(blocks.start < other.stop and other.start < blocks.stop for other in ranges):
            ranges.append(blocks)
            nodes.append(page.index[element])
    if not any(page.blocks[at].kind is not Kind.IMAGE for blocks in ranges for at in blocks):
        return None
    match = Match(layout, _text(headline), _first_block(page, headline), ranges, nodes)
    for drop in layout.drop:
        for element in _select(root, drop.css):
            for at in page.range_of(element):
                match.dropped[at] = drop.rule
    for css, texts in (
        (layout.date, match.date), (layout.byline, match.byline), (layout.lead, match.lead),
        (layout.section, match.section), (layout.tags, match.tags), (layout.caption, match.captions),
    ):  # fmt: skip
        for element in _select(root, css):
            _claim(page, element, texts, match)
    match.caption_at = {at for element in _select(root, layout.caption) for at in page.range_of(element)}
    for element in _select(root, layout.image):
        if url := element.get("data-src") or element.get("src"):
            match.images.append(url)
    return match


def _claim(page: Walk, element: _Element, texts: list[str], match: Match) -> None:
    """Note an element's text and that its blocks are spoken for."""
    blocks = [page.blocks[at] for at in page.range_of(element) if page.blocks[at].kind is not Kind.IMAGE]
    match.claimed.update(page.range_of(element))
    if blocks:
        texts.extend(block.text for block in blocks)
    elif text := _text(element):
        texts.append(text)


def _text(element: _Element) -> str:
    return clean("".join(map(str, element.itertext())))


def _first_block(page: Walk, element: _Element) -> int:
    at: _Element | None = element
    while at is not None:
        if at in page.index:
            return page.nodes[page.index[at]].first
        at = at.getparent()
    return 0
