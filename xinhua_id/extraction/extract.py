"""One captured page to one article: the only door into this package, with `textdump` for text without markup.

Pure: bytes in, article out; the same bytes give the same article in every process and every year. A source's
layouts are tried first; where none matches, structure and text anchors decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import (
    blocks,
    layouts,
    metadata,
    parts,
    regions,
    separate,
    structure,
    surroundings,
    tree,
    verdict,
)
from xinhua_id.extraction.assemble import Findings, assemble
from xinhua_id.extraction.decode import unzipped, utf8
from xinhua_id.items import Article, Page, Removed
from xinhua_id.sources import Source
from xinhua_id.text import clean, content_digest

_Element = etree._Element
#: No story has as many paragraphs; reading them would hold up a crawl for a minute.
_MOST_BLOCKS = 200_000


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
    flat = blocks.walk(root)
    if len(flat.blocks) > _MOST_BLOCKS:
        raise NotAnArticle("too-large", f"the page has {len(flat.blocks):,} blocks of text", where=page.url)
    read = _Read(page, root, flat, metadata.read(root, page.url))
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
    region = structure.find(read.flat, read.meta.titles)
    if region is None:
        return None
    if not read.meta.says_story:
        verdict.refuse_teasers(read.page, read.flat, region.body)
    flat = read.flat
    headline_at = region.headline
    headline = flat.blocks[headline_at].text if headline_at is not None else _title(read.meta)
    if not headline:
        return None
    begin = region.body.start
    above: set[int] = set()
    if headline_at is not None and headline_at < begin:
        above = set(range(headline_at + 1, begin))
    pieces = [separate.Piece(flat.blocks[at], flat.rule_name(flat.blocks[at]), True) for at in sorted(above)]
    pieces += [separate.Piece(flat.blocks[at], flat.rule_name(flat.blocks[at])) for at in _from(region, headline_at)]
    story = separate.separate(pieces, headline, ragged=True)
    if not story.paragraphs or sum(map(len, story.paragraphs)) < 60:
        return None
    inside = set(region.body) | above | ({headline_at} if headline_at is not None else set())
    _credits_around(flat, inside, story)
    around = surroundings.read(read.root)
    return Findings(
        headline, story, read.meta, "structure", None,
        outside=_outside(flat, inside), date_lines=_dates_near(flat, headline_at),
        section=around.sections[:1] if not read.meta.sections else [],
        tags=read.meta.tags or around.tags,
        byline=around.byline,
    )  # fmt: skip


def _from(region: structure.Region, headline_at: int | None) -> range:
    """Return the body's blocks, from behind the headline where it stands inside the body's element."""
    if headline_at is not None and headline_at in region.body:
        return range(headline_at + 1, region.body.stop)
    return region.body


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
    """Return the visible dates within a few blocks of the headline."""
    if headline_at is None:
        return []
    near = range(max(0, headline_at - 4), min(headline_at + 8, len(flat.blocks)))
    return [value for at, value in flat.times if at in near] + [
        flat.blocks[at].text for at in near if separate.is_date_line(flat.blocks[at].text)
    ]


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
