"""Bytes of a page to its element tree, without silent loss.

libxml2 is fast and gives up where elements are nested deeper than it allows, and all that follows is lost. Its log
says so; the page is then read again with the wrappers of the deepest levels taken out. Knows nothing of articles.
"""

from __future__ import annotations

import re
import threading
from itertools import islice

from lxml import etree

_Element = etree._Element


def parse(page: bytes) -> _Element | None:
    """Return the root element of a page in UTF-8, or None where there is no element at all; linear in its size.

    Order and text of the page are kept however deep it is. Below the depth of `_DEEPEST` an element that only wraps
    others is read as a break between paragraphs, or as nothing where it is inline.
    """
    page = page.translate(_SPACED, _UNWRITTEN)
    if len(page) > _LONG:  # libxml2 compares each attribute of a tag with all before it
        page = _ENDLESS.sub(b"<p>", page)
    root, lost = _read(page)
    if lost:
        root, lost = _read(_shallow(page, _DEEPEST, _WRAPPERS))
    if lost:  # not wrappers, then: lists in lists, or quotes in quotes
        root, _ = _read(_shallow(page, 0, None))
    if root is not None:
        root.getroottree().docinfo.clear()  # a page that calls itself XHTML would be written out by other rules
        _free_swallowed(root)
    return root


def strip_scripts(root: _Element) -> None:
    """Take out what is half of many a page, and neither text nor claim: scripts, styles and drawings."""
    etree.strip_elements(root, "script", "style", "svg", with_tail=False)


def opening(element: _Element, most: int = 400) -> list[str]:
    """Return the texts in an element in order, of a long one only so many that they show it to be long.

    Nested elements that are each asked for their text would otherwise cost the square of their depth.
    """
    texts: list[str] = []
    length = 0
    for text in element.itertext():
        texts.append(str(text)[:most])
        length += len(texts[-1])
        if length > most or len(texts) > 100:
            break
    return texts


_LONG = 300_000
_ENDLESS = re.compile(rb"<[a-zA-Z][^<>]{100000,}+>?")
#: Control characters that XML has no way to write: some are white space, the others nothing.
_SPACED = bytes.maketrans(b"\x0b\x0c\x1c\x1d\x1e\x1f", b" " * 6)
_UNWRITTEN = bytes({*range(1, 9), *range(0x0E, 0x1C)})
#: libxml2 allows 2,048 open elements; those that are not counted below stand between those that are.
_DEEPEST = 500
_INLINE = frozenset(
    b"a abbr b bdi big cite code em font i ins label mark nobr q s small span strike strong sub sup tt u".split()
)
_WRAPPERS = _INLINE | frozenset(
    b"div center section article main aside header footer nav table tbody form fieldset details object".split()
)
_VOID = frozenset(b"area base br col embed frame hr img input link meta param source track wbr amp-img".split())
#: What a page holds beside its text, and what never stands in it.
_CLOSED = ("button", "noscript", "object", "select", "video")
_NEVER_INSIDE = ("main", "article", "footer")
_RAW = frozenset(b"script style textarea title xmp iframe noembed noframes".split())
_TAG = re.compile(rb"<(?:!--|(/?)([a-zA-Z][^\s/<>]*)(?:(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>|[^<>]*+>?))")


class _Parser(threading.local):
    """One parser a thread: making one takes as long as a short page, and the log belongs to the page read last."""

    def __init__(self) -> None:
        self.html = etree.HTMLParser(
            huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False, encoding="utf-8"
        )


_PARSER = _Parser()


def _read(page: bytes) -> tuple[_Element | None, bool]:
    """Return the root, and whether libxml2 gave up before the end; of its errors only that one is fatal."""
    parser = _PARSER.html
    try:
        root = etree.fromstring(page, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    return root, bool(parser.error_log) and len(parser.error_log.filter_from_fatals()) > 0


def _free_swallowed(root: _Element) -> None:
    """Make a plain ``div`` of a button, or of its like, that holds the rest of the page.

    ``<button><div></button>``: the HTML standard (§13.2.6.4.7) ends the button there, whatever is open in it; libxml2
    takes no notice of the end tag and reads all that follows as the button's. What none of them may hold shows it.
    """
    for element in root.iter(*_CLOSED):
        if len(element) and (
            next(element.iter(*_NEVER_INSIDE), None) is not None
            or (element.tag in ("button", "select") and sum(1 for _ in islice(element.iter("p"), 3)) == 3)
        ):
            element.tag = "div"


def _shallow(page: bytes, deepest: int, counted: frozenset[bytes] | None) -> bytes:
    """Return the page with those tags of ``counted`` (None: of all elements) that are nested deeper taken out.

    Where a block began or ended, ``<p>`` stays, which HTML needs no end of.
    """
    out: list[bytes] = []
    names: list[bytes] = []
    open_now: dict[bytes, int] = {}
    at = 0
    while (tag := _TAG.search(page, at)) is not None:
        name = (tag[2] or b"").lower()
        out.append(page[at : tag.start()])
        at = tag.end()
        if not name:  # a comment, to its end or to that of the page
            end = page.find(b"-->", at)
            at = len(page) if end < 0 else end + 3
            continue
        said = tag[0]
        if name not in _VOID and name not in _RAW and (counted is None or name in counted):
            depth = len(names) + 1
            if not tag[1]:
                names.append(name)
                open_now[name] = open_now.get(name, 0) + 1
            elif open_now.get(name):
                while names[-1] != name:
                    open_now[names.pop()] -= 1
                depth = len(names)
                open_now[names.pop()] -= 1
            if depth > deepest:
                said = b"" if name in _INLINE else b"<p>"
        out.append(said)
        if name in _RAW and not tag[1]:
            end = _end_of(name, page, at)
            out.append(page[at:end])
            at = end
    out.append(page[at:])
    return b"".join(out)


def _end_of(name: bytes, page: bytes, at: int) -> int:
    """Return where the text of a script, or of its like, ends: before its end tag, or with the page."""
    end = re.compile(rb"</" + name, re.IGNORECASE).search(page, at)
    return end.start() if end else len(page)
