"""One captured page to one article: the only door into this package, with `textdump` for text without markup.

Pure: bytes in, article out; the same bytes give the same article in every process and every year. A source's
layouts are tried first; where none matches, structure and text anchors decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from lxml import etree

from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import (
    blocks,
    boilerplate,
    layouts,
    metadata,
    parts,
    regions,
    separate,
    structure,
    surroundings,
    traits,
    tree,
    verdict,
)
from xinhua_id.extraction.assemble import Findings, assemble
from xinhua_id.extraction.decode import unzipped, utf8
from xinhua_id.extraction.story_trees import odds_of
from xinhua_id.items import Article, Page, Removed
from xinhua_id.sources import Source
from xinhua_id.text import clean, content_digest

_Element = etree._Element
#: No story has as many paragraphs; reading them would hold up a crawl for a minute.
_MOST_BLOCKS = 200_000
#: Two paragraphs so many blocks apart have nothing between them but what belongs to the story or interrupts it.
_NEAR = 8
#: Between two blocks of the story these odds are enough, and for less than such a share of links.
_DOUBT, _LINKED = -0.7, 0.5
#: Behind a block of the story these are enough for a sentence that carries it on, and these for a quoted one.
_SENTENCE, _QUOTED = -1.2, -1.7


@dataclass(slots=True)
class _Read:
    """A page, read once: everything the steps look at."""

    page: Page
    root: _Element
    flat: blocks.Walk
    meta: metadata.Metadata


def extract(page: Page, source: Source | None = None) -> Article:
    """Return the article of a page; raise `NotAnArticle` with the reason, and nothing else, for any bytes."""
    page = replace(page, body=unzipped(page.body))
    verdict.refuse_unreadable(page)
    root = tree.parse(utf8(page.body, page.header("content-type")))
    if root is None:
        raise NotAnArticle("no-body", "the page has no element", where=page.url)
    meta = metadata.read(root, page.url)
    tree.strip_scripts(root)
    flat = blocks.walk(root)
    if len(flat.blocks) > _MOST_BLOCKS:
        raise NotAnArticle("too-large", f"the page has {len(flat.blocks):,} blocks of text", where=page.url)
    read = _Read(page, root, flat, meta)
    structure.lift_capped_rules(read.flat)
    found = _by_layout(read, source) or _by_structure(read)
    if found is None:
        reason = verdict.reason_for_none(page, root, read.flat, read.meta)
        raise NotAnArticle(reason, "no story was found on the page", where=page.url)
    text = "\n\n".join(found.story.paragraphs)
    verdict.refuse_other_kinds(page, root, read.flat, read.meta, found.headline, text)
    return parts.place(assemble(page, source, found), root)


def _by_layout(read: _Read, source: Source | None) -> Findings | None:
    for match in layouts.matches(read.root, read.flat, source, read.page.captured_at) if source else ():
        inside = {at for body in match.body for at in body}
        above = set(range(match.headline_at, match.body[0].start)) - inside - match.claimed
        pieces = [
            separate.Piece(
                read.flat.blocks[at],
                regions.CAPTION
                if at in match.caption_at
                else match.dropped.get(at) or _rule_inside(read.flat, at, match.nodes),
                above=at in above,
            )
            for at in sorted(inside | above)
            if at in above or at not in match.claimed or at in match.caption_at
        ]
        story = separate.separate(pieces, match.headline)
        if not story.paragraphs:
            continue
        for line in match.byline:
            if not story.credits.read(line) and story.credits.byline is None and len(line) < 100:
                story.credits.read(f"Penulis: {line}")
        if not any(at in inside for at in match.caption_at):
            outside = [separate.Picture(url) for url in match.images] or (
                [separate.Picture(None)] if match.captions else []
            )
            for picture, caption in zip(outside, [*match.captions, *[None] * len(outside)], strict=False):
                picture.caption = caption
            story.pictures = [p for p in outside if p.url or p.caption] + [
                p for p in story.pictures if p.url not in {o.url for o in outside} or p.caption
            ]
        _credits_around(read.flat, inside, story)
        return Findings(
            match.headline, story, read.meta, "layout", match.layout.name,
            outside=_outside(read.flat, inside | above | match.claimed),
            date_lines=match.date + _dates_near(read.flat, match.headline_at), section=match.section, tags=match.tags,
            lead=clean(" ".join(match.lead)) or None,
        )  # fmt: skip
    return None


def _by_structure(read: _Read) -> Findings | None:
    flat = read.flat
    ground = structure.survey(flat, read.meta.titles)
    if ground is None:
        return None
    if not read.meta.says_story:
        verdict.refuse_teasers(read.page, flat, ground.wide)
    headline_at = ground.headline
    headline = flat.blocks[headline_at].text if headline_at is not None else _title(read.meta)
    if not headline:
        return None
    kept = _below(headline_at, flat, _kept(flat, ground))
    if len(kept) <= 1:
        kept |= _prose(flat, ground)
    inside = _drawn_together(kept) | set(ground.wide)
    if headline_at is not None:
        inside.discard(headline_at)
        inside.update(range(headline_at + 1, ground.wide.start))
    begin = min(kept & set(ground.wide), default=ground.wide.start)
    story = separate.separate([_piece(flat, at, kept, begin) for at in sorted(inside)], headline)
    if not story.paragraphs or sum(map(len, story.paragraphs)) < 60:
        return None
    if headline_at is not None:
        inside.add(headline_at)
    _credits_around(flat, set(ground.wide) | kept, story)
    around = surroundings.read(read.root)
    return Findings(
        headline, story, read.meta, "structure", None,
        outside=_outside(flat, inside), date_lines=_dates_near(flat, headline_at),
        section=around.sections[:1] if not read.meta.sections else [],
        tags=read.meta.tags or around.tags,
        byline=around.byline,
    )  # fmt: skip


def _piece(flat: blocks.Walk, at: int, kept: set[int], begin: int) -> separate.Piece:
    block = flat.blocks[at]
    return separate.Piece(block, flat.rule_name(block), above=at < begin and at not in kept, unlike=at not in kept)


def _kept(flat: blocks.Walk, ground: structure.Ground) -> set[int]:
    """Return the blocks that are the story's by the trees' odds, and those in doubt that carry it on."""
    odds = {at: odds_of(row) for at, row in traits.read(flat, ground) if at != ground.headline}
    behind = structure.next_story(flat, ground)
    kept = {at for at, value in odds.items() if value > 0 and (at in ground.wide or at not in behind)}
    numbers = [at for at in odds if boilerplate.rule_for(flat.blocks[at].text) is None]
    for before, at, after in zip(numbers, numbers[1:], [*numbers[2:], -1], strict=False):
        if before in kept and at in ground.inner and at not in kept:
            if _carries_on(flat, before, at, odds[at]) or (
                odds[at] > _DOUBT and after in kept and _stands_between(flat.blocks[at])
            ):
                kept.add(at)
    return kept


def _below(headline_at: int | None, flat: blocks.Walk, kept: set[int]) -> set[int]:
    """Return what of the story stands below its headline, unless most of it stands above: then it is another's."""
    if headline_at is None:
        return kept
    above = {at for at in kept if at < headline_at}
    size = sum(len(flat.blocks[at].text) for at in kept)
    return kept - above if 2 * sum(len(flat.blocks[at].text) for at in above) < size else kept


def _prose(flat: blocks.Walk, ground: structure.Ground) -> set[int]:
    """Return the prose of the best element and of boxes beside it made alike: where the trees find next to nothing.

    A short story may have each paragraph in a box of its own. Boxes under linked headings are teasers. What is made of
    it is judged again: few words below a notice are no story.
    """
    first = next((at for at in ground.inner if ground.prose[at]), None)
    if first is None:
        return set()
    made = _made(flat, first)
    begin = ground.inner.start if ground.headline is None else ground.headline
    alike = {at for at in range(begin, len(flat.blocks)) if ground.prose[at] and _made(flat, at) == made}
    span = flat.blocks[begin + 1 : max(alike, default=begin)]
    if any(block.level and block.link_share > _LINKED for block in span):
        alike = set()
    alike |= {at for at in ground.inner if ground.prose[at]}
    return {at for at in alike if boilerplate.rule_for(flat.blocks[at].text) is None}


def _made(flat: blocks.Walk, at: int) -> tuple[str, str, str, int]:
    """Return how a block and the box around it are made, and in which element that box stands."""
    block = flat.blocks[at]
    over = flat.nodes[block.node].parent
    box = flat.nodes[over] if over >= 0 else flat.nodes[0]
    return block.tag, box.tag, box.names, box.parent


def _carries_on(flat: blocks.Walk, before: int, at: int, odds: float) -> bool:
    """Whether a block is a sentence: one quoted, or made like that before it, beside it; no linked headline is one."""
    one, other = flat.blocks[before], flat.blocks[at]
    if other.kind is blocks.Kind.QUOTE:
        return odds > _QUOTED and separate.is_sentence(other.text)
    beside = one.tag == other.tag and flat.nodes[one.node].parent == flat.nodes[other.node].parent
    return beside and odds > _SENTENCE and separate.is_sentence(other.text)


def _stands_between(block: blocks.Block) -> bool:
    """Whether a block between two of the story is words, not mostly links: a sub-heading, a cry."""
    return block.link_share < _LINKED and any(map(str.isalpha, block.text[:80]))


def _drawn_together(kept: set[int]) -> set[int]:
    """Return blocks of the story and what stands between two of them a few blocks apart: pictures, captions, ads."""
    numbers = sorted(kept)
    together = set(numbers)
    for one, next_one in pairwise(numbers):
        if next_one - one <= _NEAR:
            together.update(range(one + 1, next_one))
    return together


def _title(meta: metadata.Metadata) -> str | None:
    return meta.titles[0] if meta.titles else None


def _rule_inside(flat: blocks.Walk, at: int, bodies: list[int]) -> str | None:
    """Return the rule a block carries from inside the body's element; what stands around the body does not count."""
    block = flat.blocks[at]
    inside = block.rule >= 0 and any(
        flat.nodes[node].first <= at < flat.nodes[node].last and block.rule > node for node in bodies
    )
    return flat.rule_name(block) if inside else None


def _credits_around(flat: blocks.Walk, inside: set[int], story: separate.Separated) -> None:
    """Read credit lines that stand just around the story: a box of ``Penulis: …`` and ``Editor: …`` below it."""
    if not inside:
        return
    end = max(inside) + 1
    for at in [*range(end, min(end + 14, len(flat.blocks))), *range(max(0, min(inside) - 6), min(inside))]:
        block = flat.blocks[at]
        if (
            at not in inside
            and block.text
            and len(block.text) < 200
            and flat.rule_name(block) not in (regions.COMMENTS, "related")
        ):
            story.credits.read(block.text)


def _dates_near(flat: blocks.Walk, headline_at: int | None) -> list[str]:
    """Return the visible dates within a few blocks of the headline, those below it first: above stands today's."""
    if headline_at is None:
        return []
    out: list[str] = []
    above = range(max(0, headline_at - 4), headline_at)
    for near in (range(headline_at, min(headline_at + 8, len(flat.blocks))), above):
        out += [value for at, value in flat.times if at in near]
        out += [flat.blocks[at].text for at in near if separate.is_date_line(flat.blocks[at].text)]
    return out


def _outside(flat: blocks.Walk, inside: set[int]) -> list[Removed]:
    """Return one line a rule for what stands outside the story's region; readers' comments with their digest."""
    counts: dict[str, int] = {}
    comments: list[str] = []
    for at, block in enumerate(flat.blocks):
        if at in inside or not block.text or block.kind is blocks.Kind.IMAGE:
            continue
        rule = flat.rule_name(block) or "outside"
        counts[rule] = counts.get(rule, 0) + len(block.text)
        if rule == regions.COMMENTS:
            comments.append(block.text)
    digest = content_digest("\n".join(comments)) if comments else None
    return [
        Removed(
            rule=rule, text=None, position=None, characters=count, digest=digest if rule == regions.COMMENTS else None
        )
        for rule, count in counts.items()
    ]
