"""What common tools leave of a page when they save its text: lynx, w3m, html2text, a parser's text, a browser, WET.

Each function takes a page's HTML and returns a text dump with that tool's habits: link marks and a list of references,
lines wrapped at 79 columns, Markdown, text nodes glued or parted. Knows nothing of stories, nor of how a dump is read.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from lxml import etree
from lxml import html as lxml_html

_WIDTH = 79
_UNSHOWN = frozenset("script style template noscript svg head iframe object select option".split())
_APART = frozenset("p h1 h2 h3 h4 h5 h6 ul ol blockquote table form figure section article aside header footer".split())
_OWN_LINE = _APART | frozenset("div li main nav figcaption dd dt dl tr address center hr body html details".split())
#: Elements that lynx does not know, so that what stands in them runs into what follows.
_NEW = frozenset("figure figcaption main details".split())
_HEADING = re.compile(r"h[1-6]")
_HIDDEN = re.compile(r"display\s*:\s*none")
_BLOCK = re.compile(r"display\s*:\s*block")


def lynx(html: str) -> str:
    """Return what ``lynx -dump`` gives: marked links, an indent of three, and the references at the end."""
    drawn = _Drawing(links="[{n}]{text}", empty_picture="[{file}]", alts=True, knows=_OWN_LINE - _NEW).draw(html)
    lines: list[str] = []
    for block in drawn.blocks:
        if block.gap and lines:
            lines.append("")
        indent = "" if _HEADING.fullmatch(block.tag) else "     * " if block.tag == "li" else "   "
        lines += _wrapped(block.text, indent, " " * len(indent), _WIDTH - 4)
    references = [f"{n:>4}. {url}" for n, url in enumerate(drawn.urls, 1)]
    return "\n".join([*lines, "", "References", "", *references, ""])


def w3m(html: str) -> str:
    """Return what ``w3m -dump`` gives: wrapped lines, bullets, no links."""
    lines: list[str] = []
    for block in _Drawing(empty_picture="[{file}]", alts=True).draw(html).blocks:
        if block.gap and lines:
            lines.append("")
        bullet = "  • " if block.tag == "li" else ""
        lines += _wrapped(block.text, bullet, " " * len(bullet))
    return "\n".join([*lines, ""])


def html2text(html: str) -> str:
    """Return Markdown as html2text writes it: ``# `` before a headline, ``[text](address)``, ``**bold**``, wrapped."""
    lines: list[str] = []
    for block in _Drawing(links="[{text}]({url})", picture="![{alt}]({url})", marks=True).draw(html).blocks:
        heading = "#" * int(block.tag[1]) + " " if _HEADING.fullmatch(block.tag) else ""
        lead = "  * " if block.tag == "li" else heading
        lines += [f"{lead}{block.text}"] if lead else _wrapped(block.text, "", "")
        lines.append("")
    return "\n".join(lines)


def get_text(html: str) -> str:
    """Return BeautifulSoup's ``get_text()``: text nodes glued, line breaks only where the source has some."""
    return BeautifulSoup(html, "lxml").get_text()


def get_text_lines(html: str) -> str:
    r"""Return BeautifulSoup's ``get_text("\n", strip=True)``: each text node on its own line, sentences broken."""
    return BeautifulSoup(html, "lxml").get_text("\n", strip=True)


def browser(html: str) -> str:
    """Return what a browser puts on the clipboard: what it shows, paragraphs parted by a blank line."""
    lines: list[str] = []
    for block in _Drawing(styled=True).draw(html).blocks:
        if block.gap and lines:
            lines.append("")
        lines.append(block.text)
    return "\n".join(lines)


def wet(html: str) -> str:
    """Return what a crawl archive's text extractor keeps: the title, then every block on one line."""
    title = re.search(r"(?s)<title>(.*?)</title>", html)
    blocks = _Drawing().draw(html).blocks
    head = BeautifulSoup(title[0], "lxml").get_text() if title else ""
    return "\n".join([" ".join(head.split()), *(block.text for block in blocks)]) + "\n"


@dataclass(slots=True)
class _Drawn:
    """One block of text as a tool shows it. ``gap``: an empty line stands above it."""

    tag: str
    text: str
    gap: bool


@dataclass(slots=True)
class _Drawing:
    """A page on its way to blocks; the fields say what the tool makes of links, pictures, emphasis and styles."""

    links: str = "{text}"
    picture: str = ""
    empty_picture: str = ""
    alts: bool = False
    marks: bool = False
    styled: bool = False
    knows: frozenset[str] = _OWN_LINE
    blocks: list[_Drawn] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    gap: bool = False

    def draw(self, html: str) -> _Drawing:
        self._element(
            lxml_html.document_fromstring(
                html.encode(), parser=lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
            ),
            "p",
        )
        self._flush("p")
        return self

    def _element(self, element: etree._Element, outer: str) -> None:
        tag = element.tag
        if tag in _UNSHOWN:
            return
        style = element.get("style") or ""
        if self.styled and _HIDDEN.search(style):
            return
        if tag == "br":
            self._flush(outer)
        elif tag == "img":
            self._picture(element)
        elif tag == "textarea":
            self.buffer.append(" ")
        elif tag in self.knows or (self.styled and _BLOCK.search(style)):
            self._flush(outer)
            self.gap = self.gap or tag in _APART
            inner = outer if tag in ("div", "span", "ul", "ol") and outer == "li" else tag
            self._content(element, inner)
            self._flush(inner)
            self.gap = self.gap or tag in _APART
        else:
            self._inline(element, tag, outer)

    def _inline(self, element: etree._Element, tag: str, outer: str) -> None:
        url = element.get("href") if tag == "a" else None
        mark = {"b": "**", "strong": "**", "i": "_", "em": "_"}.get(tag, "") if self.marks else ""
        if url is not None and self.links != "{text}":
            self.urls.append(url)
            before, _, after = self.links.format(n=len(self.urls), url=url, text="\0").partition("\0")
        else:
            before = after = mark
        self.buffer.append(before)
        self._content(element, outer)
        self.buffer.append(after)

    def _content(self, element: etree._Element, tag: str) -> None:
        self.buffer.append(element.text or "")
        for child in element:
            self._element(child, tag)
            self.buffer.append(child.tail or "")

    def _picture(self, element: etree._Element) -> None:
        alt, url = element.get("alt"), element.get("src") or ""
        if self.picture:
            self.buffer.append(self.picture.format(alt=alt or "", url=url))
        elif alt and self.alts:
            self.buffer.append(f"{alt} ")
        elif alt is None:
            self.buffer.append(self.empty_picture.format(file=url.rsplit("/", 1)[-1]))

    def _flush(self, tag: str) -> None:
        text = " ".join("".join(self.buffer).split())
        self.buffer.clear()
        if text:
            self.blocks.append(_Drawn(tag, text, self.gap))
            self.gap = False


def _wrapped(text: str, first: str, rest: str, width: int = _WIDTH) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
