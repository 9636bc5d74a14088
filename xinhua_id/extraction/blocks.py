"""An element tree to a list of blocks in page order, in one pass.

A block is what a reader sees as one piece: a paragraph, a heading, a list item, a caption, a picture. Each
remembers the element that holds it, so that rules and scores can speak of subtrees. Knows nothing of what is
story and what is not, but asks `regions` for the name of an element's rule while it passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    """One element that holds blocks: how it is written, its place in the tree, and the range of blocks below it.

    ``names`` are its classes, or what it calls itself instead; ``number`` counts the elements of the page from 0.
    """

    tag: str
    names: str
    markup: str
    number: int
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

    root: _Element
    nodes: list[Node] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    #: ``<time datetime>`` outside ruled elements: the number of the next block, and the value.
    times: list[tuple[int, str]] = field(default_factory=list)
    _index: dict[_Element, int] = field(default_factory=dict)

    @property
    def index(self) -> dict[_Element, int]:
        """The number of each element that the walk entered as a block; made when a layout first asks."""
        if not self._index:
            elements = list(self.root.iter("*"))
            self._index = {elements[node.number]: at for at, node in enumerate(self.nodes)}
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
_ATTRIBUTE = re.compile(r' ([^\s="]+)="([^"]*)"')
#: The attributes that name an element to `regions` and `traits`, as a tree writes them.
_NAMING = re.compile(r' (class|id|style|hidden|role|data-component|data-testid)="([^"]*)"')
#: What may end a paragraph that is glued to the next one.
_ENDS = frozenset('.!?"”’')

#: What a tag asks for. Of those up to `_SKIP` neither name nor rule counts.
_END, _IMAGE, _BREAK, _SKIP, _BLOCK, _PLAIN, _LINK, _BOLD, _TIME = range(9)
_CODES = {
    **dict.fromkeys(_INLINE, _PLAIN), **dict.fromkeys(_SKIPPED, _SKIP), **dict.fromkeys(_IMAGES, _IMAGE),
    "a": _LINK, "b": _BOLD, "strong": _BOLD, "time": _TIME, "br": _BREAK,
}  # fmt: skip
#: Of what is open around a text.
_IN_LINK, _IN_BOLD = 1, 2


def walk(root: _Element) -> Walk:
    """Return the flat page; linear in its size, deep or wide.

    The tree is written out once and read tag by tag: no call in a call, however deep the page.
    """
    return _Walker(root).run()


#: What the walk does at one tag, however often the page has it: its code, whether it is closed at once, its name,
#: the number of its rule, and its classes.
_Tag = tuple[int, bool, str, int, str]
_ENDING: _Tag = (_END, False, "", -1, "")


def _read_tag(markup: str) -> _Tag:
    """Return what a tag asks for, given all that stands between its brackets."""
    if markup[0] == "/":
        return _ENDING
    closed = markup[-1] == "/"
    tag = markup.partition(" ")[0]
    if closed and tag[-1] == "/":
        tag = tag[:-1]
    code = _CODES.get(tag, _BLOCK)
    if code <= _SKIP:
        return code, closed, tag, -1, ""
    said = dict(_NAMING.findall(markup))
    if "&" in markup:  # a line break between two classes is written as its number
        said = {name: _plain(value) for name, value in said.items()}
    rule = regions.rule_of(tag, said) if said or code == _BLOCK else -1
    if rule >= 0 or ("style" in said and _BLOCK_STYLE.search(said["style"])):
        code = _BLOCK
    names = said.get("class") or said.get("data-component") or said.get("data-testid") or "" if said else ""
    return code, closed, tag, rule, names


class _Walker:
    def __init__(self, root: _Element) -> None:
        self.page = Walk(root)
        self.buffer: list[str] = []
        self.links = 0
        self.anchors = 0
        self.bold = 0
        self.inside = 0
        # What the innermost open block element hands down to its text.
        self.holder = -1
        self.kind = Kind.TEXT
        self.level = 0
        self.rule = -1

    def run(self) -> Walk:  # noqa: C901 - one loop: half of the time would go into calls
        """Read the page; what is open is a stack: of an inline element what was open around it, of a block all that."""
        source = etree.tostring(self.page.root, encoding="unicode", with_tail=False)
        pieces = iter(source.split("<"))
        next(pieces)
        buffer, known, number = self.buffer, dict[str, _Tag](), -1
        open_now: list[int | tuple[int, int, Kind, int, int]] = []
        for piece in pieces:
            markup, ended, text = piece.partition(">")
            while not ended:  # the name of an attribute may hold the sign that everything else escapes
                further, ended, text = next(pieces, ">").partition(">")
                markup = f"{markup}<{further}"
            if markup in known:
                code, closed, tag, rule, names = known[markup]
            else:
                code, closed, tag, rule, names = known[markup] = _read_tag(markup)
            if code == _END:
                before = open_now.pop()
                if isinstance(before, tuple):
                    self._leave(before)
                else:
                    self.inside = before
                    if buffer and markup != "/a" and buffer[-1][-1:] in _ENDS:
                        buffer.append(lines.JOINT)
            else:
                number += 1
                if code == _BLOCK:
                    if buffer:
                        self._flush()
                    outside = self.inside, self.holder, self.kind, self.level, self.rule
                    self._enter(Node(tag, names, markup, number, self.holder, len(self.page.blocks), 0, rule))
                    if closed:
                        self._leave(outside)
                    else:
                        open_now.append(outside)
                elif code == _SKIP:
                    if not closed:
                        text, below = _skipped(tag, pieces)
                        number += below
                else:
                    if not closed:
                        open_now.append(self.inside)
                    if code != _PLAIN:
                        self._open(code, markup, closed)
            if text and not text.isspace():
                if "&" in text:
                    text = _plain(text)
                if self.inside:
                    self._count(text)
                buffer.append(text)
            elif text and buffer:
                buffer.append(" ")
        if buffer:
            self._flush()
        return self.page

    def _enter(self, node: Node) -> None:
        """Begin a block element: its text is its own, and what it hands down ends with it."""
        nodes = self.page.nodes
        at = self.holder = len(nodes)
        nodes.append(node)
        tag = node.tag
        if tag in _KINDS:
            self.kind = _KINDS[tag]
            if tag in _LEVELS:
                self.level = _LEVELS[tag]
        if node.rule >= 0:
            if not at:
                node.rule = -1
            # The innermost rule names it, but readers' comments own all that is in them.
            elif self.rule < 0 or nodes[self.rule].rule != _COMMENTS:
                self.rule = at

    def _leave(self, before: tuple[int, int, Kind, int, int]) -> None:
        if self.buffer:
            self._flush()
        self.page.nodes[self.holder].last = len(self.page.blocks)
        self.inside, self.holder, self.kind, self.level, self.rule = before

    def _open(self, code: int, markup: str, closed: bool) -> None:
        """Begin an inline element that is more than type: a break, a picture, a link, bold type, a time."""
        if code == _BREAK:
            self.buffer.append(lines.BREAK)
        elif code == _IMAGE:
            self._image(markup)
        elif code == _TIME:
            if self.rule < 0 and (value := _attributes(markup).get("datetime")):
                self.page.times.append((len(self.page.blocks), value))
        else:
            self.anchors += code == _LINK
            if not closed:
                self.inside |= _IN_LINK if code == _LINK else _IN_BOLD

    def _count(self, text: str) -> None:
        length = len(text.strip())
        if self.inside & _IN_LINK:
            self.links += length
        if self.inside & _IN_BOLD:
            self.bold += length

    def _image(self, markup: str) -> None:
        said = _attributes(markup)
        url = next((v for k in _SOURCES if (v := said.get(k)) and v[:5] != "data:"), None)
        alt = said.get("alt")
        block = Block(Kind.IMAGE, clean(alt) if alt else "", self.holder, self.rule, 0, 0, url, 0, "img")
        self.page.blocks.append(block)

    def _flush(self) -> None:
        """End the block that is open, if it says anything."""
        buffer = self.buffer
        raw = "".join(buffer) if len(buffer) > 1 else buffer[0]
        links, anchors, bold = self.links, self.anchors, self.bold
        buffer.clear()
        self.links = self.anchors = self.bold = 0
        if raw.isspace():
            return
        tag = self.page.nodes[self.holder].tag if self.holder >= 0 else ""
        pieces = lines.pieces(raw if tag != "pre" else raw.replace("\n", lines.BREAK))
        whole = sum(map(len, pieces))
        is_bold = bool(bold) and bold >= 0.9 * whole
        for text in pieces:
            share = links if len(pieces) == 1 else round(links * len(text) / whole)
            self.page.blocks.append(
                Block(self.kind, text, self.holder, self.rule, share, anchors, None, self.level, tag, is_bold)
            )


_COMMENTS = regions.NUMBER[regions.COMMENTS]


def _skipped(tag: str, pieces: Iterator[str]) -> tuple[str, int]:
    """Pass over what stands in an element, itself begun; return the text behind it, and how many elements it held."""
    end, depth, number, begins = f"/{tag}>", 1, 0, True
    for piece in pieces:
        begins, is_tag = ">" in piece, begins
        if not is_tag:
            continue
        if piece[:1] != "/":
            number += 1
            if piece.startswith(tag):
                markup = piece.partition(">")[0]
                depth += markup.partition(" ")[0] == tag and markup[-1] != "/"
        elif piece.startswith(end):
            depth -= 1
            if not depth:
                return piece[len(end) :], number
    return "", number


def _attributes(markup: str) -> dict[str, str]:
    return {name: _plain(value) if "&" in value else value for name, value in _ATTRIBUTE.findall(markup)}


def _plain(text: str) -> str:
    """Return a text without the escapes of XML, which are all that the tree is written out with."""
    if "&#" in text:
        text = _NUMBERED.sub(_signed, text)
    for escaped, sign in _ESCAPES:
        text = text.replace(escaped, sign)
    return text


def _signed(escaped: re.Match[str]) -> str:
    code = int(escaped[2], 16 if escaped[1] else 10)
    return chr(code) if code != _NO_SIGN else ""


#: What a tree writes for ``&#1;`` and its like; the sign itself it writes as it is.
_NO_SIGN = 0xFFFD


_NUMBERED = re.compile(r"&#(x?)([0-9A-Fa-f]+);")
#: The ampersand last: what it begins in the text is text.
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
