"""The lines below a dump's headline to the pieces of its story: where the story ends, and what stands inside it.

A page says with elements where its comments and its related stories are; a dump has only labels, credits and the run of
its lines. Knows nothing of headlines or of how lines were joined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xinhua_id.extraction import boilerplate, dates, newswire, regions, separate
from xinhua_id.extraction.blocks import Block, Kind
from xinhua_id.extraction.boilerplate import Reach
from xinhua_id.extraction.credit_lines import Credits
from xinhua_id.extraction.dump_lines import Line
from xinhua_id.extraction.separate import Piece

#: What stands below the story's end and under no label.
BELOW = "below-the-story"

_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*(?:\s*(?:[■◼□]|\[\w+\]))?$")
_COMMENTS = re.compile(
    r"(?i)^(?:\d{1,5}|satu|dua|tiga)\s+(?:komentar|tanggapan|balasan|comments?)\b[^.]{0,60}$|^.{1,40}\sberkata:$|"
    r"^tampilkan komentar.{0,60}|^komentar\s+(?:pembaca|anda|warga)\W{0,3}$"
)
_NEIGHBOUR = re.compile(
    r"(?i)^(?:(?:berita |artikel )?(?:sebelumnya|selanjutnya|berikutnya)|baca berikutnya|previous|next)\s*[:：»«]"
)
#: Labels without a word behind them, whose lines follow.
_BARE = re.compile(
    r"(?i)^\W{0,4}(?:(?P<tags>tags?|topik|label|kata kunci)|"
    r"(?:baca|simak|lihat|read|also)\s+(?:juga|pula|also|read))\s*[:：]?$"
)
_CREDITED = re.compile(r"[.!?”\"]\s*[(\[][^()\[\]]{2,80}[)\]]$")
_OWN_CREDIT = re.compile(r"[(\[][^()\[\]/]{2,40}/[A-Z][^()\[\]/]{2,40}[)\]]$")
_BYLINE = re.compile(
    r"(?i:oleh|by|penulis)\s+(?P<name>[A-Z][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){0,4})(?:\s*[-–|,].{0,60}|\s+\d.{0,40})?$"
)
_BY = re.compile(r"(?i)oleh|by|penulis")
_NAME = re.compile(r"Redaksi|[A-Z][a-z'’]+(?:\s+[A-Z][\w.'’-]*){1,3}$")
_TEASER = re.compile(r"(?:…|\.\.\.)\W*(?:selengkapnya|baca selengkapnya|read more|more)?\W*$", re.IGNORECASE)
_PROSE = 80
#: So many headlines, and hardly a sentence between them, are an index.
_LISTED = 5
#: So many paragraphs in a row, nearly, are a story.
_RUN = 4
_SHORT = 60
#: How many lines a box of other stories inside a story may have.
_BOX = 8
#: How far below the headline its date may stand, with a lead between them, in lines.
_DATE_WITHIN = 7


def pieces(lines: Sequence[Line], headline: str) -> list[Piece]:
    """Return the lines below the headline as pieces in order, with the rule of those that their words cannot name."""
    parted = (part for at, line in enumerate(lines) for part in _parted(line, headline, dated=at < _DATE_WITHIN))
    lines = [part for part in parted if part.text]
    end = _closing(lines)
    last = next((at for at in range(min(end, len(lines)) - 1, -1, -1) if _is_prose(lines[at])), 0)
    sure = end if end < len(lines) and Credits().read(lines[end].text) else last
    above = _standfirst(lines)
    ruled = _captions(lines[:last]) | _boxed(lines[:end]) | _listed(lines) | _below(lines, end)
    out = []
    for at, line in enumerate(lines):
        # What stands above the story's last sentence or its credits is no trailing fragment.
        kind = Kind.ITEM if line.item or at < sure else Kind.TEXT
        out.append(Piece(Block(kind, line.text, -1), line.rule or ruled.get(at), above=at in above))
    return out


def is_listing(lines: Sequence[Line]) -> bool:
    """Whether the lines below a headline are those of an index: teasers, or headlines with hardly a sentence."""
    lines = lines[: _labelled(lines[: _closing(lines)])]
    if any(newswire.dateline(line.text) and _is_prose(line) and not _TEASER.search(line.text) for line in lines[:6]):
        return False
    if _longest_run([_is_prose(line) and not _TEASER.search(line.text) for line in lines]) >= _RUN:
        return False
    teasers = sum(len(line.text) >= _PROSE and _TEASER.search(line.text) is not None for line in lines)
    told = sum(len(line.text) >= 40 and _SENTENCE.search(line.text) is not None for line in lines) - teasers
    heads = sum(len(line.text) >= 20 and len(line.text.split(None, 3)) == 4 and _is_headlike(line) for line in lines)
    return (teasers >= 3 and teasers >= told) or (heads >= _LISTED and heads > 2 * told)


def _labelled(lines: Sequence[Line]) -> int:
    """Return where a tail's label stands below a story's paragraphs; the number of lines where none does."""
    told = 0
    for at, line in enumerate(lines):
        rule = boilerplate.rule_for(line.text)
        if told >= _RUN - 2 and rule is not None and rule.reach is Reach.TAIL:
            return at
        told += _is_prose(line) and not _TEASER.search(line.text)
    return len(lines)


def _longest_run(told: Sequence[bool]) -> int:
    """Return how many paragraphs follow each other, with one other line between two of them at most."""
    longest = run = apart = 0
    for is_told in told:
        apart = 0 if is_told else apart + 1
        run = run + 1 if is_told else run if apart < 2 else 0
        longest = max(longest, run)
    return longest


def is_byline(text: str) -> bool:
    """Whether a line is a name behind ``Oleh``, a date beside it at most."""
    return _BYLINE.fullmatch(text) is not None


def byline(lines: Sequence[Line]) -> str | None:
    """Return the name that stands beside the date under the headline, where no credit line tells one."""
    for at, line in enumerate(lines[:_DATE_WITHIN]):
        if newswire.dateline(line.text) is not None:
            break
        if match := _BYLINE.fullmatch(line.text):
            return match["name"]
        above = lines[at - 1].text if at else ""
        if (separate.is_date_line(above) and _NAME.fullmatch(line.text)) or (
            _BY.fullmatch(above) and _BYLINE.fullmatch(f"{above} {line.text}")
        ):
            return line.text
    return None


def _parted(line: Line, headline: str, *, dated: bool) -> list[Line]:
    """Part what a tool ran together: a picture's alternative text, which repeats the headline, and its caption.

    ``dated``: the line stands where the date does, which may have the page's furniture behind it.
    """
    text = line.text
    if line.rule is not None or len(text) > 400:
        return [line]
    rest = text.removeprefix(headline)
    if len(rest) < len(text) and (rest[:1].isspace() or rest[:1].isupper() or rest[:1] in '"“'):
        return [Line(headline, gap=line.gap), Line(rest.strip())]
    found = dates.find(text[:80]) if dated and not _SENTENCE.search(text) else None
    if found is not None and len(found) > 10 and text.startswith(found) and len(found) < len(text):
        return [Line(found, gap=line.gap), Line(text[len(found) :].strip())]
    return [line]


def _is_prose(line: Line) -> bool:
    return len(line.text) >= _PROSE and line.rule is None and _SENTENCE.search(line.text[-24:]) is not None


def _is_headlike(line: Line) -> bool:
    return line.rule is None and not line.item and len(line.text) <= 160 and not _SENTENCE.search(line.text)


def _is_fragment(line: Line) -> bool:
    return len(line.text) < _SHORT and not _SENTENCE.search(line.text)


def _closing(lines: Sequence[Line]) -> int:
    """Return where stands what closes the story: credits, tags, a neighbour's headline; else the number of lines.

    They close what has been told only where less is told below them before the next label.
    """
    said = 0
    below = list(_told_below(lines))
    for at, line in enumerate(lines):
        if _is_prose(line):
            said += len(line.text)
        elif said > below[at] and (_closes(line.text) or _ends_prose(line.text)):
            return at
    return len(lines)


def _closes(text: str) -> bool:
    return len(text) <= 240 and (
        _NEIGHBOUR.match(text) is not None
        or ((match := _BARE.match(text)) is not None and match["tags"] is not None)
        or Credits().read(text)
    )


def _ends_prose(text: str) -> bool:
    """Whether a line is the label of a tail: comments, other stories."""
    rule = boilerplate.rule_for(text)
    return (rule is not None and rule.reach is Reach.TAIL and rule.name != "related") or bool(_COMMENTS.match(text))


def _told_below(lines: Sequence[Line]) -> list[int]:
    """Return for each line how much is told below it before the next label that ends a story, in characters."""
    out = [0] * len(lines)
    told = 0
    for at in range(len(lines) - 1, -1, -1):
        out[at] = told
        rule = boilerplate.rule_for(lines[at].text)
        if (rule is not None and rule.reach is Reach.TAIL) or _COMMENTS.match(lines[at].text):
            told = 0
        elif _is_prose(lines[at]):
            told += len(lines[at].text)
    return out


def _below(lines: Sequence[Line], end: int) -> dict[int, str]:
    """Return the rule of each line below the story's end: that of the label above it, comments as comments."""
    out: dict[int, str] = {}
    label = BELOW
    for at in range(end, len(lines)):
        text = lines[at].text
        named = boilerplate.rule_for(text)
        if named is not None:
            label = named.name if named.reach is Reach.TAIL else label
        elif _COMMENTS.match(text):
            label = out[at] = regions.COMMENTS
        elif _NEIGHBOUR.match(text):
            out[at] = "pagination"
        elif not Credits().read(text):
            out[at] = label
    return out


def _listed(lines: Sequence[Line]) -> dict[int, str]:
    """Return the short lines under a bare label, ``TAGS`` or ``BACA JUGA:``, with that label's rule."""
    out: dict[int, str] = {}
    for at, line in enumerate(lines):
        match = _BARE.match(line.text)
        if match is None:
            continue
        rule, most = ("tags", 12) if match["tags"] else ("read-also", 1)
        for n in range(at + 1, min(len(lines), at + 1 + most)):
            text = lines[n].text
            if len(text) > 200 or _SENTENCE.search(text) or boilerplate.rule_for(text) or _COMMENTS.match(text):
                break
            if Credits().read(text):
                break
            out[n] = rule
    return out


def _captions(lines: Sequence[Line]) -> dict[int, str]:
    """Return the lines inside the story that end in a sentence and a credit, as captions do and paragraphs do not."""
    return {
        at: regions.CAPTION
        for at, line in enumerate(lines)
        if _CREDITED.search(line.text[-90:])
        and (newswire.credited(line.text[-200:]).credit or _OWN_CREDIT.search(line.text[-90:]))
        and newswire.dateline(line.text) is None
    }


def _standfirst(lines: Sequence[Line]) -> range:
    """Return the lines above the story: a lead with the date below it, and the short lines that surround the date.

    A blank paragraph parts lead and story too, where it is the only one.
    """
    spaced = [at for at, line in enumerate(lines[:_DATE_WITHIN]) if line.spaced]
    if len(spaced) == 1 and 0 < spaced[0] <= 3:
        return range(spaced[0])
    top = 0
    for at, line in enumerate(lines[:_DATE_WITHIN]):
        if newswire.dateline(line.text) is not None:
            break
        if separate.is_date_line(line.text) or _BYLINE.fullmatch(line.text) or (_is_fragment(line) and at == top):
            top = at + 1
    told = any(_is_prose(after) for after in lines[top : top + 12])
    return range(top) if told else range(0)


def _boxed(lines: Sequence[Line]) -> dict[int, str]:
    """Return the lines of boxes inside the story, with the rule: a label and headlines, then prose again."""
    out: dict[int, str] = {}
    prose = [_is_prose(line) for line in lines]
    for at, line in enumerate(lines):
        rule = boilerplate.rule_for(line.text)
        if rule is None or rule.name != "related":
            continue
        end = next((n for n in range(at + 1, min(len(lines), at + 2 + _BOX)) if prose[n]), None)
        if end is not None and any(prose[:at]) and prose[end : end + 2] == [True, True]:
            out |= dict.fromkeys(range(at, end), rule.name)
    return out
