"""The lines below a dump's headline to the pieces of its story: where the story ends, and what stands inside it.

A page says with elements where its comments and its related stories are; a dump has only labels, credits and the run of
its lines. Knows nothing of headlines or of how lines were joined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xinhua_id.extraction import boilerplate, newswire, regions, separate
from xinhua_id.extraction.blocks import Block, Kind
from xinhua_id.extraction.boilerplate import Reach
from xinhua_id.extraction.credit_lines import Credits
from xinhua_id.extraction.dump_lines import Line
from xinhua_id.extraction.separate import Piece

#: What stands below the story's closing credits and under no label.
AFTER_CREDITS = "after-the-credits"

_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*(?:\s*[■◼□])?$")
_COMMENTS = re.compile(
    r"(?i)^(?:\d{1,5}|satu|dua|tiga)\s+(?:komentar|tanggapan|balasan|comments?)\b.{0,60}$|^.{1,40}\sberkata:$|"
    r"^komentar\s+(?:pembaca|anda|warga)\W{0,3}$"
)
_PROSE = 80
#: How many lines a box of other stories inside a story may have.
_BOX = 8
#: How far below the headline its date may stand, with a lead between them, in lines.
_DATE_WITHIN = 7


def pieces(lines: Sequence[Line], headline: str) -> list[Piece]:
    """Return the lines below the headline as pieces in order, with the rule of those that labels cannot name."""
    lines = [part for line in lines for part in _parted(line, headline)]
    end = _closing(lines)
    standfirst = _standfirst(lines)
    boxed = _boxed(lines[:end])
    out: list[Piece] = []
    commented = False
    label: str | None = None
    for at, line in enumerate(lines):
        named = boilerplate.rule_for(line.text) if line.rule is None else None
        if line.rule is not None:
            rule: str | None = line.rule
        elif named is not None:
            rule = None
            if named.reach is Reach.TAIL:
                label, commented = named.name, commented and named.name != "related"
        else:
            commented = commented or (at > 2 and _COMMENTS.match(line.text) is not None)
            rule = regions.COMMENTS if commented else boxed.get(at)
            if rule is None and at > end and not Credits().read(line.text):
                rule = label or AFTER_CREDITS
        kind = Kind.ITEM if line.item else Kind.HEADING if line.level else Kind.TEXT
        out.append(Piece(Block(kind, line.text, -1), boxed.get(at, rule), above=at in standfirst))
    return out


def _parted(line: Line, headline: str) -> list[Line]:
    """Part a picture's alternative text from its caption where a tool ran them together: it repeats the headline."""
    rest = line.text.removeprefix(headline)
    if rest is line.text or not rest[:1].isspace() or line.rule is not None:
        return [line]
    return [Line(headline, gap=line.gap), Line(rest.strip())]


def _is_prose(line: Line) -> bool:
    return len(line.text) >= _PROSE and line.rule is None and _SENTENCE.search(line.text[-20:]) is not None


def _closing(lines: Sequence[Line]) -> int:
    """Return where the credits stand that close the story; the number of lines where none do.

    Credits close what has been told, if less is told below them before the next label.
    """
    said = 0
    for at, line in enumerate(lines):
        if _is_prose(line):
            said += len(line.text)
        elif said and len(line.text) <= 240 and Credits().read(line.text) and said > _told_below(lines, at):
            return at
    return len(lines)


def _told_below(lines: Sequence[Line], at: int) -> int:
    told = 0
    for line in lines[at + 1 :]:
        rule = boilerplate.rule_for(line.text)
        if (rule is not None and rule.reach is Reach.TAIL) or _COMMENTS.match(line.text):
            break
        told += len(line.text) if _is_prose(line) else 0
    return told


def _standfirst(lines: Sequence[Line]) -> range:
    """Return the lines between headline and date, where a date stands below the headline and prose below it."""
    for at, line in enumerate(lines[:_DATE_WITHIN]):
        if newswire.dateline(line.text) is not None:
            break
        if separate.is_date_line(line.text):
            told = any(_is_prose(after) for after in lines[at + 1 : at + 12])
            return range(at) if told else range(0)
    return range(0)


def _boxed(lines: Sequence[Line]) -> dict[int, str]:
    """Return the lines of boxes inside the story, with the rule: a label and headlines, then two lines of prose again."""
    out: dict[int, str] = {}
    for at, line in enumerate(lines):
        rule = boilerplate.rule_for(line.text)
        if rule is None or rule.name != "related":
            continue
        end = next((n for n in range(at + 1, min(len(lines), at + 2 + _BOX)) if _is_prose(lines[n])), None)
        if end is not None and any(map(_is_prose, lines[:at])) and all(map(_is_prose, lines[end : end + 2])):
            if end + 1 < len(lines):
                out |= dict.fromkeys(range(at, end), rule.name)
    return out
