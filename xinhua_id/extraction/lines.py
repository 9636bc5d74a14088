"""The text of one block element to paragraphs: at line breaks, and where two were glued.

Line breaks part paragraphs on some pages and wrap lines on others; which it is shows in how the lines end. Knows
nothing of elements: `blocks` writes `BREAK` for a ``<br>`` and `JOINT` where an inline element ends.
"""

from __future__ import annotations

import html
import re

from xinhua_id.extraction import boilerplate
from xinhua_id.text import clean

#: LINE SEPARATOR stands for ``<br>`` until a block is split, PARAGRAPH SEPARATOR for the end of an inline element
#: with nothing between it and what follows; pages use neither, and both are white space.
BREAK = "\u2028"
JOINT = "\u2029"

_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,5});", re.IGNORECASE)
_DOUBLE = re.compile(rf"{BREAK}[\s{JOINT}]*{BREAK}[\s{BREAK}{JOINT}]*")
_SINGLE = re.compile(rf"{BREAK}[\s{JOINT}]*")
_ENDED = re.compile(r"[.!?…:][\"'”’)\]]*\s*$")
_LABELLED = re.compile(r"(?:[A-Z]\w{2,14}(?: \w{2,12})?\s?:|©|(?i:copyright)\b)")
_GLUED = re.compile(rf"(?<=[a-z0-9)%][.!?])([\"”’]?){JOINT}+(?=[\"“‘]?[A-Z])")


def pieces(raw: str) -> list[str]:
    """Return the paragraphs of a block's text, cleaned; none of them is empty.

    Entities that were escaped twice are read once more: ``&amp;quot;`` on the page is a quotation mark.
    """
    if "&" in raw and _ENTITY.search(raw):
        raw = html.unescape(raw)
    if BREAK in raw:
        return [text for piece in _split(raw) if (text := clean(piece))]
    if JOINT in raw:
        if _GLUED.search(raw):
            return [text for piece in _unglued(raw) if (text := clean(piece.replace(JOINT, "")))]
        raw = raw.replace(JOINT, "")
    text = clean(raw)
    return [text] if text else []


def _split(raw: str) -> list[str]:
    """Split a block at its line breaks and at glued joints.

    Two breaks in a row part paragraphs. A single one parts them behind the end of a sentence, unless the text is
    wrapped by hand, where most lines end anywhere; a line that opens with a label (``Editor: …``) stands alone.
    """
    out: list[str] = []
    parts = _DOUBLE.split(raw)
    wrapped = len(parts) > 1 and _is_wrapped(parts)
    for part in parts:
        for paragraph in _lines_to_paragraphs(_SINGLE.split(part), wrapped):
            out += _unglued(paragraph)
    return [part.replace(JOINT, "") for part in out]


def _unglued(text: str) -> list[str]:
    """Split at joints where two paragraphs were glued: ``…setempat.</span><span>Kota…``."""
    return _GLUED.sub("\\1\f", text).split("\f") if JOINT in text else [text]


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
        parted = (not wrapped and (ended or heads)) or _announces(text)
    return [" ".join(parts) for parts in paragraphs]


def _announces(text: str) -> bool:
    """Whether a line is a bare label of the headline under it: ``Baca juga``."""
    rule = boilerplate.rule_for(text) if len(text) < 60 else None
    return rule is not None and rule.reach is boilerplate.Reach.NEXT


def _opens(text: str) -> bool:
    """Whether a line reads like a paragraph: a capital or a quotation mark first, and a sentence or some length."""
    begins = text[:1].isupper() or text.startswith(('"', "“", "‘", "'"))
    return begins and (len(text) > 60 or _is_ended(text))
