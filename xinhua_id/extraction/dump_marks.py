"""The marks that a tool leaves in a text dump: link numbers and references, Markdown, line numbers, page marks.

Looks at the dump's lines one by one, after a first look at all of them; knows nothing of sentences or stories.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

#: What stands on the item for a mark that takes a whole line.
PAGE_MARK = "page-mark"
REFERENCES = "references"

_REFERENCES = re.compile(r"(?i)^\s*(?:references|visible links:?|hidden links:?|referensi|daftar tautan)\s*$")
_REFERENCE = re.compile(r"^\s*(?:\d{1,4}[.:]|\[\d{1,4}\]:?)\s*\S{1,2000}\s*$|^\s*(?:visible|hidden) links:?\s*$", re.I)
LINK_MARK = re.compile(r"\[(\d{1,4})\](?=\S)")
_PICTURE_MARK = re.compile(
    r"\[[\w%.-]{1,80}\.(?:jpe?g|png|gif|webp|svg)\]|\[(?:IMG|IMAGE|INLINE|LINK|BUTTON)\]|\(BUTTON\)"
)
_FIELD = re.compile(r"_{5,}|\[\s{3,}\]")
_MD_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,300})\]\((?:<[^<>\n]{0,2000}>|[^()\s]{0,2000})(?:\s+\"[^\"\n]{0,300}\")?\)")
_MD_STRONG = re.compile(r"\*\*([^*\n]{1,300})\*\*")
_MD_SUBHEADING = re.compile(r"(?:^|(?<=[.!?”\"]))\s?\*\*([A-Z][^*\n.]{1,88}[\w!?)])\s?\*\*\s?(?=[\"“]?[A-Z])")
_MD_EMPHASIS = re.compile(r"(?<![\w_])_(?=\S)([^_\n]{1,300}?)(?<=\S)_(?![\w_])")
_MD_HEADING = re.compile(r"^(#{1,6})\s+(?=\S)")
_MD_ESCAPE = re.compile(r"\\([-\\`*_{}\[\]()#+.!>~|])")
_BULLET = re.compile(r"^\s*(?:[•·▪●○◦‣∙*+]|[-–](?=\s+\S))\s+(?=\S)")
_NUMBER = re.compile(r"^\s*(\d{1,6})(?:[:.)\]|]\s?|\t|\s{1,4})(?=\s*\S|$)")
PAGE = re.compile(
    r"(?i)^[\s\f]*(?:[-–—=*_]{2,}\s*(?:page|halaman|hal\.?|p\.)\s*\d{0,4}(?:\s*(?:of|dari|/)\s*\d{1,4})?\s*[-–—=*_]{2,}"
    r"|(?:page|halaman)\s+\d{1,4}\s+(?:of|dari)\s+\d{1,4}|[-–—=*_]{2,}\s*\d{1,4}\s*[-–—=*_]{2,})\s*$"
)


@dataclass(frozen=True, slots=True)
class Marked:
    """One line of the file. ``starts``: a heading or list item, which joins no line above it.

    ``raw`` has bullets and hashes blanked out, so that its columns stay; link marks still stand in it.
    """

    raw: str
    level: int = 0
    item: bool = False
    starts: bool = False
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Unmarked:
    """The lines, and what is still to be done to a paragraph once its lines are joined: marks may be broken too.

    ``inline`` may part a paragraph with a line break.
    """

    lines: list[Marked]
    inline: Callable[[str], str]


def unmarked(lines: list[str]) -> Unmarked:
    """Return the lines of a dump without the marks that take a line or open one."""
    lines = _unnumbered(lines)
    end = _references_at(lines)
    sample = "\n".join(lines[:end])
    linked = end < len(lines) or _counts_up([int(n) for n in LINK_MARK.findall(sample)])
    markdown = "](" in sample and _MD_LINK.search(sample) is not None
    out = [_line(line) for line in lines[:end]]
    out += [Marked(line, rule=REFERENCES) for line in lines[end:] if line.strip()]
    return Unmarked(out, lambda text: _inline(text, linked=linked, markdown=markdown))


def _line(line: str) -> Marked:
    if PAGE.match(line):
        return Marked(line.strip(), rule=PAGE_MARK)
    if heading := _MD_HEADING.match(line):
        return Marked(line[heading.end() :].rstrip("# "), level=len(heading[1]), starts=True)
    if bullet := _BULLET.match(line):
        return Marked(" " * bullet.end() + line[bullet.end() :], item=True, starts=True)
    return Marked(line)


def _inline(text: str, *, linked: bool, markdown: bool) -> str:
    """Take the marks out of a paragraph. A bold run between sentences was a sub-heading: it stands alone again."""
    text = _FIELD.sub(" ", _PICTURE_MARK.sub(" ", text))
    if linked:
        text = LINK_MARK.sub("", text)
    if markdown:
        text = _MD_LINK.sub(lambda link: "\n" if link[1] else link[2], text)
        text = _MD_SUBHEADING.sub("\n\\1\n", text)
        text = _MD_EMPHASIS.sub("\\1", _MD_STRONG.sub("\\1", text))
        text = _MD_ESCAPE.sub("\\1", text)
    return text


def _counts_up(numbers: list[int]) -> bool:
    """Whether link marks are numbered through; ``[2]`` in a text that has few such is a footnote."""
    return len(numbers) >= 3 and numbers[:3] in ([1, 2, 3], [2, 3, 4]) and numbers == sorted(numbers)


def _references_at(lines: list[str]) -> int:
    """Return where a list of references begins, the number of lines where there is none."""
    for at in range(len(lines) - 1, -1, -1):
        if not lines[at].strip() or _REFERENCE.match(lines[at]):
            continue
        return at if _REFERENCES.match(lines[at]) and at + 1 < len(lines) else len(lines)
    return len(lines)


def _unnumbered(lines: list[str]) -> list[str]:
    """Return lines without their numbers, where all but a few of the lines count up from the first."""
    found = [(at, int(match[1]), match.end()) for at, line in enumerate(lines) if (match := _NUMBER.match(line))]
    written = sum(bool(line.strip()) for line in lines)
    if len(found) < 5 or len(found) < 0.8 * written or found[0][1] > 1:
        return lines
    numbers = [number for _, number, _ in found]
    if any(after != before + 1 for before, after in pairwise(numbers)):
        return lines
    out = list(lines)
    for at, _, end in found:
        out[at] = out[at][end:]
    return out
