"""Text of a page to its element tree, without silent loss.

libxml2 is fast and drops what is beyond its limits; where its log says so, BeautifulSoup reads the page
instead. Knows nothing of articles.
"""

from __future__ import annotations

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag
from lxml import etree

_Element = etree._Element

# ERR_RESOURCE_LIMIT (118) and the older ERR_INTERNAL_ERROR (1) it hides behind: depth or size beyond the limits.
_LOSS = frozenset({"ERR_RESOURCE_LIMIT", "ERR_INTERNAL_ERROR", "ERR_NAME_TOO_LONG"})
_INLINE = frozenset("a abbr b bdi cite code em font i mark q s small span strong sub sup time u".split())


def parse(text: str) -> _Element | None:
    """Return the root element, or None where there is no element at all."""
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    data = text.encode("utf-8", "replace")
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if any(entry.type_name in _LOSS for entry in parser.error_log):
        recovered = _from_soup(text)
        if recovered is not None and (root is None or _weight(recovered) > _weight(root)):
            return recovered
    return root


def _weight(root: _Element) -> int:
    return sum(len(part) for part in root.itertext())


def _from_soup(text: str) -> _Element | None:
    """Read the page with html.parser, which has no limit of depth, and copy it without recursion.

    What is nested deeper than 200 is laid flat as paragraphs: order and text stay, and no later step has to
    stand such depth.
    """
    soup = BeautifulSoup(text, "html.parser")
    root = etree.Element("html")
    stack: list[tuple[Tag, _Element, int]] = [(soup, root, 0)]
    while stack:
        tag, into, depth = stack.pop()
        deeper: list[tuple[Tag, _Element, int]] = []
        for child in tag.children:
            if isinstance(child, Tag):
                made = etree.SubElement(into, _name(child.name))
                for key, value in child.attrs.items():
                    joined = value if isinstance(value, str) else " ".join(value or [])
                    _set(made, str(key), joined)
                if depth < 200:
                    deeper.append((child, made, depth + 1))
                else:
                    _lay_flat(child, made)
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                _append(into, _printable(str(child)))
        stack.extend(reversed(deeper))
    return root if len(root) else None


def _lay_flat(tag: Tag, into: _Element) -> None:
    """Append the text below ``tag`` as one paragraph for each element that is not inline."""
    holder: Tag | None = None
    for string in tag.strings:
        parent = string.parent
        while parent is not None and parent is not tag and parent.name in _INLINE:
            parent = parent.parent
        if holder is None or parent is not holder or not len(into):
            etree.SubElement(into, "p")
            holder = parent
        into[-1].text = (into[-1].text or "") + _printable(str(string))


def _name(name: str) -> str:
    return name if name.isascii() and name.isalnum() else "span"


def _printable(text: str) -> str:
    return "".join(c if c >= " " or c in "\t\n\r" else " " for c in text if not "\ud800" <= c <= "\udfff")


def _set(element: _Element, key: str, value: str) -> None:
    try:
        element.set(key, _printable(value))
    except ValueError:
        return  # an attribute name XML cannot hold says nothing of the article


def _append(into: _Element, text: str) -> None:
    if len(into):
        into[-1].tail = (into[-1].tail or "") + text
    else:
        into.text = (into.text or "") + text
