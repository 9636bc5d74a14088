# ruff: noqa: E501  (a line of markup is as long as it is)
"""From paragraphs to markup, in the ways real content systems do it.

A page's `Pen` is seeded, so a page is the same each time. Nothing here changes what is said: all that it adds,
a reader's eye or `xinhua_id.text.clean` takes away again. Knows nothing of any one site.
"""

from __future__ import annotations

import html
import random
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from enum import StrEnum

from xinhua_id.demo.newsroom import Block, Kind


class Body(StrEnum):
    """How paragraphs are told apart in the markup."""

    P = "p"
    MINIFIED = "minified"  # <p><span>…</span></p> without a blank between
    WORD = "word"  # pasted from a word processor: MsoNormal, nested spans, nbsp paragraphs
    UNCLOSED = "unclosed"  # <p> that nobody closes
    DIV = "div"
    BLOCK_SPAN = "block-span"  # <span style="display:block">
    BR = "br"  # one line break
    BRBR = "brbr"  # two line breaks, indented text


class Pen:
    """Writes text as HTML; about half of the pages carry one habit that a careless reader of markup trips over."""

    def __init__(self, rng: random.Random, *, plain: bool = False) -> None:
        self.rng = rng
        habits = ["plain"] * 6 + ["double", "nbsp", "invisible", "entities", "wrapped", "dropcap"]
        self.habit = "plain" if plain else rng.choice(habits)

    def text(self, text: str) -> str:
        """Return escaped text without inline elements."""
        escaped = html.escape(text, quote=False)
        if self.habit == "double":
            # The entity was escaped once by the editor and once more by the template.
            return html.escape(text).replace("&#x27;", "'").replace("&", "&amp;")
        if self.habit == "entities":
            return escaped.replace('"', "&quot;").replace("–", "&ndash;").replace("°", "&deg;")
        if self.habit == "nbsp":
            return re.sub(r"(\d) (?=\w)", r"\1&nbsp;", escaped)
        if self.habit == "invisible":
            return re.sub(r"\b(\w{5})(\w{5,})", self._broken, escaped)
        if self.habit == "wrapped":
            return re.sub(r"((?:\S+ ){9}\S+) ", "\\1\n\t\t\t", escaped)
        return escaped

    def _broken(self, found: re.Match[str]) -> str:
        return found[1] + self.rng.choice(("&shy;", "\u200b", "", "", "")) + found[2]

    def rich(self, text: str, *, opening: bool = False) -> str:
        """Return text with the inline elements that editors put in: emphasis, links, spans, comments."""
        if self.habit == "dropcap" and opening and text[0].isalpha():
            return f'<span class="dropcap">{text[0]}</span>{self.text(text[1:])}'
        words = text.split(" ")
        if len(words) < 9 or self.rng.random() < 0.62:
            return self.text(text)
        at = self.rng.randint(2, len(words) - 4)
        upto = at + self.rng.randint(1, 3)
        inner = self.text(" ".join(words[at:upto]))
        wrap = self.rng.choice(
            ("<strong>{}</strong>", "<em>{}</em>", '<a href="/tag/sorotan/">{}</a>', "<b><i>{}</i></b>",
             '<span style="font-weight: 400;">{}</span>', "{}<!-- sunting -->", "<font color=navy>{}</font>")
        )  # fmt: skip
        return f"{self.text(' '.join(words[:at]))} {wrap.format(inner)} {self.text(' '.join(words[upto:]))}"


def compose(blocks: Sequence[Block], style: Body, pen: Pen, between: Mapping[int, str], first: str = "") -> str:
    """Return the body's markup. ``between`` is what stands before a block by its number; ``first`` opens paragraph 1."""
    out: list[str] = []
    at = 0
    while at < len(blocks):
        if at in between:
            out.append(between[at])
        block = blocks[at]
        if block.kind is Kind.ITEM:
            upto = at
            while upto < len(blocks) and blocks[upto].kind is Kind.ITEM:
                upto += 1
            tag = pen.rng.choice(("ul", "ol"))
            items = "\n".join(f"<li>{pen.rich(one.text)}</li>" for one in blocks[at:upto])
            out.append(f"<{tag}>\n{items}\n</{tag}>")
            out.extend(between[skipped] for skipped in range(at + 1, upto) if skipped in between)
            at = upto
            continue
        out.append(_block(block, style, pen, first if at == 0 else ""))
        at += 1
    out.extend(what for spot, what in sorted(between.items()) if spot >= len(blocks))
    glue = "" if style in (Body.MINIFIED, Body.BLOCK_SPAN, Body.BR) else "\n"
    return glue.join(out)


def _block(block: Block, style: Body, pen: Pen, first: str) -> str:
    if block.kind is Kind.LINK:
        inner = f'<a href="https://arsip.lembaga.example/{pen.rng.randint(100, 999)}">{pen.text(block.text)}</a>'
    else:
        inner = first + pen.rich(block.text, opening=bool(first))
    if block.kind is Kind.SUBHEADING:
        return pen.rng.choice(_SUBHEADING[style]).replace("{}", inner)
    if block.kind is Kind.QUOTE and style not in (Body.BR, Body.BRBR):
        return f"<blockquote><p>{inner}</p></blockquote>"
    blank = _BLANK_OF_WORD if style is Body.WORD and pen.rng.random() < 0.5 else ""
    return blank + _PARAGRAPH[style].replace("{}", inner)


_PARAGRAPH = {
    Body.P: "<p>{}</p>",
    Body.MINIFIED: "<p><span>{}</span></p>",
    Body.WORD: (
        '<p class="MsoNormal" style="text-align:justify"><span lang="IN" style="font-size:12.0pt;line-height:150%">{}'
        "<o:p></o:p></span></p>"
    ),
    Body.UNCLOSED: "<p>{}",
    Body.DIV: '<div dir="auto">{}</div>',
    Body.BLOCK_SPAN: '<span style="display:block">{}</span>',
    Body.BR: "{}<br>",
    Body.BRBR: "     {}<br /><br />",
}
_SUBHEADING = {
    **dict.fromkeys(Body, ("<h3>{}</h3>",)),
    Body.P: ("<h2>{}</h2>", "<h3>{}</h3>", "<p><strong>{}</strong></p>"),
    Body.BLOCK_SPAN: ('<span style="display:block"><b>{}</b></span>',),
    Body.BR: ("<b>{}</b><br>",),
    Body.BRBR: ("<b>{}   </b><br /><br />",),
}
_BLANK_OF_WORD = '<p class="MsoNormal"><span style="font-size:12.0pt">&nbsp;</span></p>\n'


def attribute(text: str) -> str:
    """Return text for use inside a double-quoted attribute."""
    return html.escape(text)


def css(accent: str) -> str:
    """Return the style sheet of a site in its colour."""
    return (
        f":root{{--accent:{accent}}}body{{margin:0;font:17px/1.65 Georgia,serif;color:#222;background:#f4f5f7}}"
        "header.masthead,.masthead{background:var(--accent);color:#fff;padding:14px 24px;font:700 22px/1.2 Arial,sans-serif}"
        ".masthead a{color:#fff;text-decoration:none;margin-right:18px}.masthead nav a{font-size:14px;font-weight:400}"
        ".page{display:flex;gap:32px;max-width:1080px;margin:24px auto;padding:0 16px}"
        ".page>main,.page>.primary{flex:1;min-width:0;background:#fff;padding:24px 32px;border-radius:6px}"
        "aside,.sidebar{width:280px;font:14px/1.5 Arial,sans-serif}h1{font-size:32px;line-height:1.2}"
        "img{max-width:100%;border-radius:4px}figcaption,.wp-caption-text,.caption{font:13px/1.4 Arial;color:#666}"
        "blockquote{border-left:4px solid var(--accent);margin:0 0 16px;padding:4px 16px;font-style:italic}"
        ".iklan,.ads,.ad-slot{background:#eee;text-align:center;color:#999;padding:10px;margin:14px 0;font:12px Arial}"
        ".meta,.byline,time{color:#777;font:14px Arial}.card{display:flex;gap:14px;border-bottom:1px solid #ddd;padding:12px 0}"
        ".card img{width:150px;height:90px;object-fit:cover}.pagination a,.pagination span{padding:4px 10px;border:1px solid #ccc}"
        "footer{background:#222;color:#bbb;padding:24px;font:13px Arial}.comment{border-top:1px solid #ddd;padding:10px 0}"
        "textarea,input{width:100%;box-sizing:border-box;margin:4px 0}.dropcap{font-size:1.4em;font-weight:700}"
    )


def css_in_two(imported: str, font: str, background: str) -> str:
    """Return a style sheet that has another do the work, and names a font and a picture of its own."""
    return (
        f'@import url("{imported}");@font-face{{font-family:Huruf;src:url({font}) format("woff2")}}'
        f"h1{{font-family:Huruf,Georgia,serif}}body{{background:url('{background}')}}"
    )


def png(colour: str) -> bytes:
    """Return a small picture in one colour."""
    row = b"\0" + bytes.fromhex(colour.removeprefix("#")) * 16
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * 16)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def font() -> bytes:
    """Return what opens like a WOFF2 font; no browser draws with it."""
    return b"wOF2\0\1\0\0" + struct.pack(">I", 64) + bytes(52)
