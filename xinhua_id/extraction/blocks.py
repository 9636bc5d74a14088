"""An element tree to a list of blocks in page order, in one pass.

A block is what a reader sees as one piece: a paragraph, a heading, a list item, a caption, a picture. Each
remembers the element that holds it, so that rules and scores can speak of subtrees. Knows nothing of what is
story and what is not, but asks `regions` for the name of an element's rule while it passes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from lxml import etree

from xinhua_id.extraction import lines, regions
from xinhua_id.text import clean

_Element = etree._Element


class Kind(StrEnum):
    """What a block is."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    CAPTION = "caption"
    QUOTE = "quote"
    IMAGE = "image"


@dataclass(slots=True)
class Node:
    """One element of the walk: its place in the tree and the range of blocks below it."""

    element: _Element
    tag: str
    parent: int
    first: int
    last: int = 0
    rule: int = -1


@dataclass(slots=True)
class Block:
    """One piece of the page. ``node`` is the index of the element that holds it; ``rule`` that of a ruled ancestor.

    ``links`` counts characters inside links, ``anchors`` the links. ``url`` is a picture's address as written.
    """

    kind: Kind
    text: str
    node: int
    rule: int = -1
    links: int = 0
    anchors: int = 0
    url: str | None = None
    level: int = 0
    tag: str = ""
    bold: bool = False

    @property
    def link_share(self) -> float:
        """The share of the text that stands in links, 0 to 1."""
        return self.links / len(self.text) if self.text else 0.0


@dataclass(slots=True)
class Walk:
    """The page, flat: nodes in document order, blocks in document order."""

    nodes: list[Node] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    #: ``<time datetime>`` outside ruled elements: the number of the next block, and the value.
    times: list[tuple[int, str]] = field(default_factory=list)
    _index: dict[_Element, int] = field(default_factory=dict)

    @property
    def index(self) -> dict[_Element, int]:
        """The number of each element that the walk entered as a block; made when a layout first asks."""
        if not self._index:
            self._index = {node.element: at for at, node in enumerate(self.nodes)}
        return self._index

    def range_of(self, element: _Element) -> range:
        """Return the block numbers below an element; empty where the walk did not enter it."""
        at = self.index.get(element)
        return range(0) if at is None else range(self.nodes[at].first, self.nodes[at].last)

    def rule_name(self, block: Block) -> str | None:
        """Return the name of the rule whose element holds the block, if it still stands."""
        return regions.NAMES[self.nodes[block.rule].rule] if block.rule >= 0 else None


_SKIPPED = frozenset(
    "script style template noscript svg math head iframe object embed applet canvas audio video map select option "
    "textarea input button datalist progress meter".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr o q rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr amp-img".split()
)
_IMAGES = frozenset({"img", "amp-img"})
_SOURCES = ("data-src", "data-lazy-src", "data-original", "src")
_KINDS = {
    "li": Kind.ITEM, "dd": Kind.ITEM, "dt": Kind.ITEM, "figcaption": Kind.CAPTION, "caption": Kind.CAPTION,
    "blockquote": Kind.QUOTE, "q": Kind.QUOTE,
    **{f"h{n}": Kind.HEADING for n in range(1, 7)},
}  # fmt: skip
_LEVELS = {f"h{n}": n for n in range(1, 7)}
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item|table)", re.IGNORECASE)
_LINK, _BOLD = 1, 2
_INSIDE = {"a": _LINK, "b": _BOLD, "strong": _BOLD}


#: Python stops at a thousand calls in each other; what lies deeper is read as a row of blocks.
_DEEPEST = 300


def walk(root: _Element) -> Walk:
    """Return the flat page; linear in its size, deep or wide."""
    return _Walker().run(root)


class _Walker:
    def __init__(self) -> None:
        self.page = Walk()
        self.buffer: list[str] = []
        self.links = 0
        self.anchors = 0
        self.bold = 0
        # What the innermost open block element hands down to its text.
        self.holder = -1
        self.kind = Kind.TEXT
        self.level = 0
        self.rule = -1

    def run(self, root: _Element) -> Walk:
        self._enter(root, root.tag, -1, 0, 0)
        self._flush()
        return self.page

    def _below(self, element: _Element, inside: int, depth: int) -> None:
        """Read the children of an element; ``inside`` says whether a link or bold type is open."""
        buffer = self.buffer
        for child in element:
            tag = child.tag
            if tag in _SKIPPED:
                pass
            elif tag == "br":
                buffer.append(lines.BREAK)
            elif tag in _IMAGES:
                self._image(child)
            else:
                rule = regions.rule_of(child, tag)
                if rule < 0 and tag in _INLINE and not _shown_as_block(child):
                    self._inline(child, tag, inside, depth)
                else:
                    self._enter(child, tag, rule, inside, depth)
            if tail := child.tail:
                self._say(tail, inside)

    def _inline(self, element: _Element, tag: str, inside: int, depth: int) -> None:
        if tag == "time" and self.rule < 0 and (value := element.get("datetime")):
            self.page.times.append((len(self.page.blocks), value))
        link = tag == "a"
        self.anchors += link
        within = inside | _INSIDE.get(tag, 0)
        if text := element.text:
            self._say(text, within)
        if len(element):
            self._below(element, within, depth + 1) if depth < _DEEPEST else self._flat(element, within)
        if not link:
            self.buffer.append(lines.JOINT)

    def _enter(self, element: _Element, tag: str, rule: int, inside: int, depth: int) -> None:
        """Read a block element: its text is its own, and what it hands down ends with it."""
        if self.buffer:
            self._flush()
        page = self.page
        outer = self.holder, self.kind, self.level, self.rule
        at = len(page.nodes)
        node = Node(element, tag, self.holder, len(page.blocks), 0, rule)
        page.nodes.append(node)
        self.holder = at
        self.kind = _KINDS.get(tag, self.kind)
        self.level = _LEVELS.get(tag, self.level)
        # The innermost rule names it, but readers' comments own all that is in them.
        if rule >= 0 and (self.rule < 0 or page.nodes[self.rule].rule != regions.NUMBER[regions.COMMENTS]):
            self.rule = at
        if text := element.text:
            self._say(text, inside)
        if len(element):
            self._below(element, inside, depth + 1) if depth < _DEEPEST else self._flat(element, inside)
        if self.buffer:
            self._flush()
        node.last = len(page.blocks)
        self.holder, self.kind, self.level, self.rule = outer

    def _flat(self, element: _Element, inside: int) -> None:
        """Read what is nested too deeply to follow: each element but inline ones ends a block, and no more."""
        events = etree.iterwalk(element, events=("start", "end"))
        for event, below in events:
            if below is element:
                continue
            skipped = below.tag in _SKIPPED
            if event == "start" and skipped:
                events.skip_subtree()
            if below.tag not in _INLINE:
                self._flush()
            if event == "end":
                self._say(below.tail or "", inside)
            elif not skipped:
                self._say(below.text or "", inside)

    def _say(self, text: str, inside: int) -> None:
        self.buffer.append(text)
        if inside:
            length = len(text.strip())
            if inside & _LINK:
                self.links += length
            if inside & _BOLD:
                self.bold += length

    def _image(self, element: _Element) -> None:
        url = next((v for k in _SOURCES if (v := element.get(k)) and v[:5] != "data:"), None)
        alt = element.get("alt")
        block = Block(Kind.IMAGE, clean(alt) if alt else "", self.holder, self.rule, 0, 0, url, 0, "img")
        self.page.blocks.append(block)

    def _flush(self) -> None:
        """End the block that is open, if it says anything."""
        buffer = self.buffer
        if not buffer:
            return
        raw = "".join(buffer) if len(buffer) > 1 else buffer[0]
        links, anchors, bold = self.links, self.anchors, self.bold
        buffer.clear()
        self.links = self.anchors = self.bold = 0
        if raw.isspace():
            return
        pieces = lines.pieces(raw)
        whole = sum(map(len, pieces))
        tag = self.page.nodes[self.holder].tag if self.holder >= 0 else ""
        is_bold = bool(bold) and bold >= 0.9 * whole
        for text in pieces:
            share = links if len(pieces) == 1 else round(links * len(text) / whole)
            self.page.blocks.append(
                Block(self.kind, text, self.holder, self.rule, share, anchors, None, self.level, tag, is_bold)
            )


def _shown_as_block(element: _Element) -> bool:
    """Whether an inline element's own style makes it a block: ``<span style="display:block">``."""
    style = element.get("style")
    return bool(style and _BLOCK_STYLE.search(style))
