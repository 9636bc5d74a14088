"""A run of blocks to a story and what is not the story: every block ends in exactly one place.

Body, lead, caption, credit, date, or removed under a rule's name. Pages and text dumps go through the same
door. Knows nothing of elements beyond the rule names blocks carry, and nothing of files or URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from xinhua_id.extraction import boilerplate, dates, newswire, regions
from xinhua_id.extraction.blocks import Block, Kind
from xinhua_id.extraction.credit_lines import Credits
from xinhua_id.items import Removed
from xinhua_id.text import content_digest, words_of

_LONGEST_KEPT = 500
_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*$")
#: A heading that has comments under it and nothing else; ``Tanggapan warga`` may be the story's own.
_COMMENTS_BEGIN = re.compile(r"\d|^Komentar(?: pembaca)?\W*$", re.IGNORECASE)
#: No story says more often when it was written.
_MOST_DATES = 40
_ADDRESS = re.compile(r"^(?:https?://|www\.)\S+$|^[^\s@]++@[^\s@]++$", re.IGNORECASE)
_END_MARK = re.compile(r"\s*(?:[■◼□]|##+|\*\*\*+|\(\*+\)|\([a-z]{2,4}/\d{1,3}\))\s*$")
_TOLD_OF_A_DAY = re.compile(r"\s*:\s*[^\W\d_]")
_END_TAG = re.compile(r"\s*\[[A-Z]\w+\]\s*$")
_CLOSING_TAG = re.compile(r"\s(?P<tag>\[(?:Xinhua|ANTARA|Antara)\])$")
_END_AGENCY = re.compile(r"(?<=[.!?\"”’])\s*(?P<tag>[\[(](?:Xinhua|ANTARA|Antara)[\])])\s*\.?$")
_SOURCED = re.compile(r"©\s*\S{3,}")
_ICON = re.compile(r"(?i)icon|logo|avatar|gravatar|pixel|spacer|blank\.|emoji|/ads?/|sprite|loading|favicon")


@dataclass(slots=True)
class Picture:
    """A picture as the page places it; the caption with its credit still in it."""

    url: str | None
    caption: str | None = None


@dataclass(slots=True)
class Separated:
    """What became of the blocks."""

    paragraphs: list[str] = field(default_factory=list)
    lead: str | None = None
    pictures: list[Picture] = field(default_factory=list)
    credits: Credits = field(default_factory=Credits)
    date_lines: list[str] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    end_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One block on its way: the rule its element carries, and whether it stands above the body's element.

    ``unlike``: by how it is made and where it stands it is not the story's; it still may be a credit or a date.
    None where nobody judged it.
    """

    block: Block
    rule: str | None = None
    above: bool = False
    unlike: bool | None = None


def separate(pieces: Iterable[Piece], headline: str | None, *, dump: bool = False, ragged: bool = False) -> Separated:
    """Return the story in ``pieces``, which are in page order.

    ``dump``: text without markup. ``ragged``: nobody described the element, so that it may end in fragments
    that are not the story.
    """
    return _Separation(headline, dump, ragged).run(list(pieces))


class _Separation:
    def __init__(self, headline: str | None, dump: bool, ragged: bool) -> None:
        self.out = Separated()
        self.headline = words_of(headline or "")
        self.longest_headline = 2 * len(self.headline) + 40  # signs between the words counted in
        self.dump = dump
        self.ragged = ragged
        self.tail: str | None = None
        self.tail_ends = False  # a heading over comments: what follows is prose, and never the story's
        self.label: str | None = None  # a bare label such as ``Baca juga``, waiting for its line
        self.label_before: str | None = None
        self.standfirst: list[str] = []
        self.comments: list[str] = []
        self.dateline: str | None = None  # alone in its element, waiting for the paragraph it opens
        self.kinds: list[Kind] = []  # of each paragraph
        self.held: tuple[Removed, str] | None = None  # a sentence behind a label, in doubt
        self.comments_at = 0
        self.picture_last = self.under_picture = False

    def run(self, pieces: list[Piece]) -> Separated:
        for piece in pieces:
            self._take(piece)
        if self.comments:
            text = "\n".join(self.comments)
            self.out.removed.append(
                Removed(
                    rule=regions.COMMENTS,
                    text=None,
                    position=self.comments_at,
                    characters=len(text),
                    digest=content_digest(text),
                )
            )
        self._drop_dateline()
        if self.ragged:
            self._trim_fragments()
        self._part_lead()
        self._strip_end_marks()
        self._place_removed()
        return self.out

    def _place_removed(self) -> None:
        """Put what was removed in page order, at positions that the kept paragraphs have."""
        last = len(self.out.paragraphs)
        placed = [r if (r.position or 0) <= last else r.model_copy(update={"position": last}) for r in self.out.removed]
        self.out.removed = sorted(placed, key=lambda removed: removed.position or 0)

    def _take(self, piece: Piece) -> None:
        """Put a piece in its place; what its element says goes before what its text says."""
        self.label_before, self.label = self.label, None
        self.under_picture, self.picture_last = self.picture_last, piece.block.kind is Kind.IMAGE
        if not self._taken_by_element(piece) and not self._taken_by_rule(piece) and not self._taken_as_data(piece):
            if self._may_be_dateline(piece):
                self._drop_dateline()
                self.dateline = piece.block.text
            elif piece.above:
                self._above(piece)
            elif piece.unlike:
                self._remove("unlike-the-story", piece.block.text)
            else:
                self._keep(piece.block)

    def _keep(self, block: Block) -> None:
        text = block.text
        if self.dateline is not None:
            if newswire.dateline(whole := f"{self.dateline} {text}"):
                text, self.dateline = whole, None
            self._drop_dateline()
        self.out.paragraphs.append(text)
        self.kinds.append(block.kind)

    def _may_be_dateline(self, piece: Piece) -> bool:
        """Whether a line that would go could be a dateline that markup parted: ``<b>Jakarta</b> - <p>``."""
        text = piece.block.text
        gone = piece.above or bool(piece.unlike)
        return gone and not self.out.paragraphs and len(text) <= 80 and text.endswith(("-", "–", "—"))

    def _drop_dateline(self) -> None:
        if self.dateline is not None:
            self._remove("above-the-story", self.dateline)
            self.dateline = None

    def _taken_by_element(self, piece: Piece) -> bool:
        block = piece.block
        if piece.rule == regions.COMMENTS:
            if block.text and block.kind is not Kind.IMAGE:
                if not self.comments:
                    self.comments_at = len(self.out.paragraphs)
                self.comments.append(block.text)
        elif block.kind is Kind.IMAGE:
            self._picture(piece)
        elif piece.rule == regions.CAPTION or block.kind is Kind.CAPTION:
            self._caption(block.text)
        elif piece.rule is not None:
            self._remove(piece.rule, block.text)
        else:
            return False
        return True

    def _taken_by_rule(self, piece: Piece) -> bool:
        text = piece.block.text
        if rule := boilerplate.rule_for(text):
            self._remove(rule.name, text)
            if tag := _CLOSING_TAG.search(text):
                self.out.end_tag = tag["tag"]  # an ad label may stand between the story and the agency's tag
            if rule.reach is boilerplate.Reach.NEXT:
                self.label = rule.name
            elif rule.reach is boilerplate.Reach.TAIL and self.out.paragraphs:
                self.tail = rule.name
                heads = piece.block.kind is Kind.HEADING or piece.block.bold
                self.tail_ends = rule.name == "comment-form" and heads and bool(_COMMENTS_BEGIN.search(text))
        elif self.tail is not None and not self._story_resumes(piece.block):
            if self.held is None or self.held[1] is not text:
                if not self._taken_as_credit(text):
                    self._remove(self.tail, text)
        elif self.label_before is not None and not _SENTENCE.search(text) and len(text) < 200:
            self._remove(self.label_before, text)
        else:
            return False
        return True

    def _taken_as_data(self, piece: Piece) -> bool:
        text = piece.block.text
        if self._taken_as_credit(text):
            return True
        if self.headline and len(text) < self.longest_headline and words_of(text) == self.headline:
            self._remove("headline-repeated", text)
        elif piece.unlike is None and _is_linked_headline(piece.block):
            self._remove("linked-headline", text)
        elif self._reads_like_caption(text):
            self._caption(text)
        elif is_date_line(text):
            if len(self.out.date_lines) < _MOST_DATES:
                self.out.date_lines.append(text)
            self._remove("date-line", text)
        else:
            return False
        return True

    def _taken_as_credit(self, text: str) -> bool:
        """Take in a line of credits; one that says more than the item can tell is accounted for as removed."""
        if not self.out.credits.read(text):
            return False
        if not self.out.credits.told:
            self._remove("credit-line", text)
        return True

    def _reads_like_caption(self, text: str) -> bool:
        """Whether a line ends in a photo credit, or names its source right under a picture."""
        placed = self.under_picture or not self.out.paragraphs
        if newswire.is_caption(text, placed=placed) or (placed and newswire.ends_in_credit(text)):
            return newswire.dateline(text) is None
        return self.under_picture and bool(_SOURCED.search(text)) and not _SENTENCE.search(text)

    def _story_resumes(self, block: Block) -> bool:
        """Whether running text after a label shows that the label stood inside the story, and lift the tail."""
        reads_on = (
            not self.dump
            and not self.tail_ends
            and self.tail in ("related", "comment-form")
            and block.tag in ("p", "div")
            and block.link_share < 0.3
            and len(block.text) >= 50
            and bool(_SENTENCE.search(block.text))
        )
        if reads_on and (len(block.text) >= 120 or self.held is not None):
            self.tail = None
            if self.held is not None:  # one sentence may belong to the box; the second one shows that it did not
                self.out.removed.remove(self.held[0])
                self.out.paragraphs.append(self.held[1])
                self.kinds.append(Kind.TEXT)
                self.held = None
            return True
        if reads_on:
            self._remove(self.tail or "", block.text)
            self.held = (self.out.removed[-1], block.text)
        else:
            self.held = None
        return False

    def _above(self, piece: Piece) -> None:
        """Sort what stands between headline and body's element: a standfirst, or the page's furniture."""
        block = piece.block
        if block.kind is Kind.QUOTE or (len(block.text) >= 60 and block.link_share < 0.3):
            self.standfirst.append(block.text)
        else:
            self._remove("above-the-story", block.text)

    def _picture(self, piece: Piece) -> None:
        block = piece.block
        rule = boilerplate.rule_for(block.text) if block.text else None
        if piece.rule not in (None, regions.CAPTION):
            if block.text:
                self._remove(piece.rule or "", block.text)
        elif rule is not None and rule.name in ("banner", "ad-label"):
            self._remove(rule.name, block.text)
        elif self.tail is None and block.url and not _ICON.search(block.url):
            self.out.pictures.append(Picture(block.url))

    def _caption(self, text: str) -> None:
        if rule := boilerplate.rule_for(text):
            self._remove(rule.name, text)
            return
        pictures = self.out.pictures
        if any(picture.caption == text for picture in pictures):
            return
        if pictures and pictures[-1].caption is None:
            pictures[-1].caption = text
        else:
            pictures.append(Picture(None, text))

    def _remove(self, rule: str, text: str) -> None:
        self.out.removed.append(
            Removed(
                rule=rule,
                text=text[:_LONGEST_KEPT],
                position=len(self.out.paragraphs),
                characters=len(text),
                digest=None,
            )
        )

    def _trim_fragments(self) -> None:
        """Take off what hangs on behind the last sentence: boxes, labels, names; contacts of a release stay.

        Four fragments in a row end the story if half as much or less is said after them; list items are no
        fragments.
        """
        paragraphs = self.out.paragraphs
        short = [_is_fragment(text) for text in paragraphs]
        said = list(
            accumulate((0 if is_short else len(t) for t, is_short in zip(paragraphs, short, strict=True)), initial=0)
        )
        fragments = [is_short and kind is Kind.TEXT for is_short, kind in zip(short, self.kinds, strict=True)]
        for at in range(len(paragraphs) - 3):
            if all(fragments[at : at + 4]) and said[at] > 2 * (said[-1] - said[at]):
                cuts = paragraphs[at:]
                del paragraphs[at:]
                for cut in cuts:
                    self._remove("trailing-fragment", cut)
                break
        while len(paragraphs) > 1 and (text := paragraphs[-1]):
            if self.kinds[len(paragraphs) - 1] is Kind.ITEM or not _is_fragment(text) or is_sentence(text):
                return
            paragraphs.pop()
            self._remove("trailing-fragment", text)

    def _part_lead(self) -> None:
        """Take what stands before the dateline's paragraph as the lead: a pull quote, never part of the body."""
        out = self.out
        at = next((n for n, text in enumerate(out.paragraphs[:4]) if _opens_story(text, n)), 0)
        before = [*self.standfirst, *out.paragraphs[:at]]
        if at:
            out.paragraphs = out.paragraphs[at:]
            out.removed = [r.model_copy(update={"position": max(0, (r.position or 0) - at)}) for r in out.removed]
        out.lead = " ".join(before) or None

    def _strip_end_marks(self) -> None:
        """Take the end mark and the agency's tag off the last paragraph; the tag is evidence of whose story it is."""
        paragraphs = self.out.paragraphs
        if not paragraphs:
            return
        text = paragraphs[-1]
        if mark := _END_MARK.search(text, max(0, len(text) - 40)):
            self._remove("end-mark", mark[0].strip())
            text = text[: mark.start()]
        if tag := _END_AGENCY.search(text, max(0, len(text) - 40)):
            self.out.end_tag = tag["tag"]
            self._remove("end-tag", tag["tag"])
            text = text[: tag.start()].rstrip()
        paragraphs[-1] = text
        if not text:
            paragraphs.pop()


def _opens_story(text: str, before: int) -> bool:
    """Whether a paragraph opens the story although ``before`` others stand above it: its dateline must be sure.

    Above one paragraph, which may be a pull quote, any dateline counts; above more only one that names an agency.
    """
    line = newswire.dateline(text)
    return line is not None and (before <= 1 or bool(line.agencies))


def is_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, whatever mark or tag closes the story behind it."""
    return bool(_SENTENCE.search(_without_end(text)))


def _without_end(text: str) -> str:
    """Return a paragraph without the end mark and the agency's tag that may close a story."""
    head, end = text[:-40], text[-40:]
    return head + _END_TAG.sub("", _END_MARK.sub("", end))


def _is_fragment(text: str) -> bool:
    """Whether a line is short and no sentence, nor an address or contact such as press releases end with."""
    text = _without_end(text)
    return len(text) < 80 and not text.endswith((".", ".”", '."', ":")) and "@" not in text and not _ADDRESS.match(text)


def _is_linked_headline(block: Block) -> bool:
    """Whether a block is one link that reads like a headline; a paragraph full of links ends like a sentence."""
    return (
        block.anchors >= 1
        and block.link_share > 0.85
        and not is_sentence(block.text)
        and not _ADDRESS.match(block.text)
    )


def is_date_line(text: str) -> bool:
    """Whether a line is a date and next to nothing else: ``Kamis, 5 November 2015 14:56 WIB | 1.229 Views``."""
    if len(text) > 120:
        return False
    found = dates.find(text)
    if found is not None and _TOLD_OF_A_DAY.match(text.rpartition(found)[2]):
        return False  # a timeline: the day, and what happened on it
    return found is not None and len(text) - len(found) <= max(22, len(found) // 2) and not _SENTENCE.search(text)
