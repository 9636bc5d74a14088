"""An element tree to a list of blocks in page order, in one pass.

A block is what a reader sees as one piece: a paragraph, a heading, a list item, a caption, a picture. Each
remembers the element that holds it, so that rules and scores can speak of subtrees. Knows nothing of what is
story and what is not, but asks `regions` for the name of an element's rule while it passes.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from enum import StrEnum

from lxml import etree

from xinhua_id.extraction import regions
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
    index: dict[_Element, int] = field(default_factory=dict)
    #: ``<time datetime>`` outside ruled elements: the number of the next block, and the value.
    times: list[tuple[int, str]] = field(default_factory=list)

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
_KINDS = {
    "li": Kind.ITEM, "dd": Kind.ITEM, "dt": Kind.ITEM, "figcaption": Kind.CAPTION, "caption": Kind.CAPTION,
    "blockquote": Kind.QUOTE, "q": Kind.QUOTE,
    **{f"h{n}": Kind.HEADING for n in range(1, 7)},
}  # fmt: skip
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,5});", re.IGNORECASE)
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item|table)", re.IGNORECASE)
_BREAK = "\u2028"  # LINE SEPARATOR stands for <br> until a block is split; pages do not use it
_JOINT = "\u2029"  # PARAGRAPH SEPARATOR: one inline element ended and the next begins, with nothing between
_DOUBLE = re.compile(rf"{_BREAK}[\s{_JOINT}]*{_BREAK}[\s{_BREAK}{_JOINT}]*")
_SINGLE = re.compile(rf"{_BREAK}[\s{_JOINT}]*")
_ENDED = re.compile(r"[.!?…:][\"'”’)\]]*\s*$")
_LABELLED = re.compile(r"(?:[A-Z]\w{2,14}(?: \w{2,12})?\s?:|©|(?i:copyright)\b)")
_GLUED = re.compile(rf"(?<=[a-z0-9)%][.!?])([\"”’]?){_JOINT}+(?=[\"“‘]?[A-Z])")


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
        self.in_link = 0
        self.in_bold = 0
        self.holder = [-1]  # indices of open block elements
        self.kind: list[tuple[Kind, int]] = [(Kind.TEXT, 0)]
        self.rules = [-1]

    def run(self, root: _Element) -> Walk:
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            tag = element.tag
            if not isinstance(tag, str):
                if event == "start":
                    events.skip_subtree()
                else:
                    self._say(element.tail)
                continue
            if event == "start":
                if tag in _SKIPPED:
                    events.skip_subtree()
                else:
                    self._enter(element, tag)
            else:
                if tag not in _SKIPPED:
                    self._leave(element, tag)
                if element is not root:
                    self._say(element.tail)
        self._flush()
        return self.page

    def _enter(self, element: _Element, tag: str) -> None:
        page = self.page
        if tag == "br":
            self.buffer.append(_BREAK)
            return
        if tag == "time" and (value := element.get("datetime")) and self.rules[-1] < 0:
            page.times.append((len(page.blocks), value))
        if tag == "img" or tag == "amp-img":
            self._image(element)
            return
        if tag in _INLINE and not _shown_as_block(element):
            rule = regions.rule_of(element, tag) if element.attrib else -1
            if rule < 0:
                if tag == "a":
                    self.in_link += 1
                    self.anchors += 1
                elif tag in ("b", "strong"):
                    self.in_bold += 1
                self._say(element.text)
                return
        else:
            rule = regions.rule_of(element, tag)
        self._flush()
        at = len(page.nodes)
        node = Node(element, self.holder[-1], len(page.blocks), rule=rule)
        page.nodes.append(node)
        page.index[element] = at
        self.holder.append(at)
        outer = self.kind[-1]
        level = int(tag[1]) if tag in ("h1", "h2", "h3", "h4", "h5", "h6") else outer[1]
        self.kind.append((_KINDS.get(tag, outer[0]), level))
        # The innermost rule names it, but readers' comments own all that is in them.
        above = self.rules[-1]
        keep_above = above >= 0 and (rule < 0 or regions.NAMES[page.nodes[above].rule] == regions.COMMENTS)
        self.rules.append(above if keep_above or rule < 0 else at)
        self._say(element.text)

    def _leave(self, element: _Element, tag: str) -> None:
        if tag in ("br", "img", "amp-img"):
            return
        at = self.page.index.get(element)
        if at is None:
            if tag == "a":
                self.in_link -= 1
            elif tag in ("b", "strong"):
                self.in_bold -= 1
            if tag != "a":
                self.buffer.append(_JOINT)
            return
        self._flush()
        self.page.nodes[at].last = len(self.page.blocks)
        self.holder.pop()
        self.kind.pop()
        self.rules.pop()

    def _say(self, text: str | None) -> None:
        if not text:
            return
        self.buffer.append(text)
        if self.in_link or self.in_bold:
            length = len(text.strip())
            if self.in_link:
                self.links += length
            if self.in_bold:
                self.bold += length

    def _image(self, element: _Element) -> None:
        url = next(
            (
                v
                for k in ("data-src", "data-lazy-src", "data-original", "src")
                if (v := element.get(k)) and v[:5] != "data:"
            ),
            None,
        )
        self.page.blocks.append(
            Block(Kind.IMAGE, clean(element.get("alt") or ""), self.holder[-1], self.rules[-1], url=url, tag="img")
        )

    def _flush(self) -> None:
        if not self.buffer:
            return
        raw, links, anchors, bold = "".join(self.buffer), self.links, self.anchors, self.bold
        self.buffer.clear()
        self.links = self.anchors = self.bold = 0
        if not raw.strip(f"{_BREAK}{_JOINT} \t\r\n\xa0"):
            return
        pieces = [text for piece in _pieces(_unescaped(raw)) if (text := clean(piece))]
        kind, level = self.kind[-1]
        whole = sum(map(len, pieces))
        for text in pieces:
            share = len(text) / whole
            block = Block(
                kind, text, self.holder[-1], self.rules[-1],
                links=links if len(pieces) == 1 else round(links * share), anchors=anchors, level=level,
                tag=str(self.page.nodes[self.holder[-1]].element.tag) if self.holder[-1] >= 0 else "",
                bold=bool(bold) and bold >= 0.9 * whole,
            )  # fmt: skip
            self.page.blocks.append(block)


def _unescaped(text: str) -> str:
    """Return text whose entities were escaped twice, read once more: ``&amp;quot;`` on the page is a quotation mark."""
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text


def _shown_as_block(element: _Element) -> bool:
    """Whether an inline element's own style makes it a block: ``<span style="display:block">``."""
    style = element.get("style")
    return bool(style and _BLOCK_STYLE.search(style))


def _pieces(raw: str) -> list[str]:
    """Split a block at its line breaks and at glued joints.

    Two breaks in a row part paragraphs. A single one parts them behind the end of a sentence, unless the text is
    wrapped by hand, where most lines end anywhere; a line that opens with a label (``Editor: …``) stands alone.
    ``…setempat.</span><span>Kota…`` is a joint where two paragraphs were glued.
    """
    if _BREAK not in raw and _JOINT not in raw:
        return [raw]
    out = []
    parts = _DOUBLE.split(raw)
    wrapped = len(parts) > 1 and _is_wrapped(parts)
    for part in parts:
        for paragraph in _lines_to_paragraphs(_SINGLE.split(part), wrapped):
            out.extend(_GLUED.sub("\\1\f", paragraph).split("\f") if _JOINT in paragraph else [paragraph])
    return [part.replace(_JOINT, "") for part in out]


def _is_wrapped(parts: list[str]) -> bool:
    """Whether single breaks wrap lines: three or more of the longer ones, and three in ten, end in mid-sentence."""
    lines = [line for part in parts for line in _SINGLE.split(part)[:-1] if len(line) > 40]
    broken = sum(not _is_ended(line) for line in lines)
    return broken >= 3 and broken > 0.3 * len(lines)


def _is_ended(line: str) -> bool:
    return bool(_ENDED.search(clean(line[-40:])))


def _lines_to_paragraphs(lines: list[str], wrapped: bool) -> list[str]:
    """Join lines parted by single breaks into paragraphs; a sub-heading between sentences stands alone."""
    paragraphs: list[list[str]] = []
    parted = True
    for number, line in enumerate(lines):
        text = clean(line) if len(line) < 400 else line
        if parted or _LABELLED.match(text):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
        ended = _is_ended(line)
        follows = clean(lines[number + 1][:400]) if number + 1 < len(lines) else ""
        heads = parted and not ended and 3 < len(text) < 90 and text[:1].isupper() and _opens(follows)
        parted = not wrapped and (ended or heads)
    return [" ".join(parts) for parts in paragraphs]


def _opens(text: str) -> bool:
    """Whether a line reads like a paragraph: a capital or a quotation mark first, and a sentence or some length."""
    begins = text[:1].isupper() or text.startswith(('"', "“", "‘", "'"))
    return begins and (len(text) > 60 or _is_ended(text))
