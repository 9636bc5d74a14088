# ruff: noqa: E501  (a line of markup is as long as it is)
"""Kabar Nusa's long reports: a story in two or three pages, numbered in each of the usual ways, with AMP and a print page.

Every page carries the headline again, some the lead or the paragraph before; the credits stand on the last. Knows nothing
of the site's other stories.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import random
from collections.abc import Callable, Sequence

from xinhua_id.demo import calendar_id
from xinhua_id.demo.content import Content, Entry
from xinhua_id.demo.gold import GoldDateline, GoldImage, GoldStory
from xinhua_id.demo.markup import Body, Pen, attribute, compose
from xinhua_id.demo.newsroom import Block, Kind, Newsroom, Story
from xinhua_id.demo.sites import wordpress
from xinhua_id.items import Origin

LAYOUT = "long"
#: Characters of prose that a page has at the least.
_LEAST = 900
_FORMS: tuple[Callable[[str, int], str], ...] = (
    lambda path, number: f"{path}?page={number}",
    lambda path, number: f"{path}{number}/",
    lambda path, number: f"{path}halaman/{number}/",
    lambda path, number: f"{path}?halaman={number}",
)


def write(newsroom: Newsroom, count: int) -> list[Story]:
    """Return ``count`` reports of the site's own: two or three stories of the newsroom in one."""
    found: list[Story] = []
    moment = dt.datetime(2024, 11, 2, 8, 30, 12, tzinfo=calendar_id.WITA)
    while len(found) < count:
        moment += dt.timedelta(hours=53, minutes=19)
        several = [newsroom.write(moment, region="indonesia") for _ in range(2 + len(found) % 2)]
        story = dataclasses.replace(several[0], blocks=tuple(block for one in several for block in one.blocks))
        if _cut(story.blocks, 2):
            found.append(story)
    return found


def _cut(blocks: Sequence[Block], total: int) -> list[Sequence[Block]]:
    """Return the blocks as ``total`` pages, as even as can be; none where a page would hold too little.

    A list stays whole, and a sub-heading with what it heads.
    """
    places = [
        at for at in range(1, len(blocks))
        if blocks[at].kind is not Kind.ITEM and blocks[at - 1].kind is not Kind.SUBHEADING
        and not (at + 1 < len(blocks) and blocks[at + 1].kind is Kind.ITEM)
    ]  # fmt: skip
    ways = [[0, *chosen, len(blocks)] for chosen in itertools.combinations(places, total - 1)]
    pages = [[blocks[begin:end] for begin, end in itertools.pairwise(way)] for way in ways]
    even = sorted(pages, key=lambda way: max(map(len, way)))
    return next((way for way in even if all(_prose(page) >= _LEAST for page in way)), [])


def _prose(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks if block.kind is Kind.PARAGRAPH)


def build(content: Content, stories: Sequence[Story], seed: int) -> None:
    """Serve the reports, each with its pages, its AMP and its print page, and list their first pages."""
    taken: set[str] = set()
    for at, story in enumerate(stories):
        path = f"/laporan/{wordpress.slug(story.headline, taken)}/"
        rng = random.Random(f"{seed}/{path}")
        _Report(content, story, path, at % len(_FORMS), rng).serve()
        content.litter.append(Entry(path, story.headline))


class _Report:
    """One report. ``form`` is the way its pages are numbered (into `_FORMS`)."""

    def __init__(self, content: Content, story: Story, path: str, form: int, rng: random.Random) -> None:
        self.content, self.story, self.path, self.form, self.rng = content, story, path, form, rng
        self.pages = _cut(story.blocks, 3) or _cut(story.blocks, 2)
        self.total = len(self.pages)
        self.addresses = [path, *(_FORMS[form](path, number) for number in range(2, self.total + 1))]
        self.line = GoldDateline(f"{story.city} (Kabar Nusa) –", story.city, None, ("Kabar Nusa",))

    def serve(self) -> None:
        """Put the pages and their gold into the content."""
        for number, blocks in enumerate(self.pages, 1):
            before = self.pages[number - 2][-1:] if self.form == 2 and number > 1 else ()
            self.content.page(self.addresses[number - 1], self._page(number, [*before, *blocks]))
        self.content.answers[f"{self.path}comment-page-1/"] = self.content.answers[self.path]
        if self.form == 0:
            self.content.page(f"{self.path}?page=all", self._page(None, self.story.blocks))
        self.content.page(f"{self.path}amp/", self._variant("<html amp lang=id>"))
        self.content.page(f"/cetak{self.path}", self._variant("<html lang=id>", "<script>window.print()</script>"))
        self.content.in_parts.append(self._gold())

    def _gold(self) -> GoldStory:
        story = self.story
        caption = story.captions[0]
        return GoldStory(
            site=self.content.name, layout=LAYOUT, path=self.path, headline=story.headline,
            paragraphs=(f"{self.line.raw} {story.blocks[0].text}", *(block.text for block in story.blocks[1:])),
            lead=story.lead, dateline=self.line, byline=story.reporter, authors=(story.reporter,), editor=story.editor,
            translator=None, images=(GoldImage(caption.text, f"Kabar Nusa/{caption.photographer}", caption.photographer),),
            date_published=story.moment, section=story.section, tags=story.tags, origin=Origin.SITE, parts=self.total,
        )  # fmt: skip

    def _page(self, number: int | None, blocks: Sequence[Block]) -> str:
        """Return one page of the report; None: the page that holds all."""
        story, opens, ends = self.story, number in (1, None), number in (self.total, None)
        lead = f'<p class="standfirst">{attribute(story.lead)}</p>' if story.lead and (opens or self.form == 3) else ""
        picture = (
            f'<figure><img src="/foto/{story.number}.jpg" alt=""><figcaption>{attribute(story.captions[0].text)} (Foto: Kabar Nusa/{story.captions[0].photographer})</figcaption></figure>'
            if opens else ""
        )  # fmt: skip
        tags = ", ".join(f'<a href="/tag/{at}/" rel="tag">{tag}</a>' for at, tag in enumerate(story.tags))
        return f"""<!DOCTYPE html>
<html lang="id"><head><meta charset="UTF-8"><title>{attribute(story.headline)}{f" - Halaman {number}" if number not in (1, None) else ""} | Kabar Nusa</title><link rel="stylesheet" href="/aset/gaya.css">
{self._links(number)}</head>
<body class="single single-laporan"><header class="masthead"><a href="/">Kabar Nusa</a><nav><a href="/">Beranda</a><a href="/kategori/">Kategori</a></nav></header>
<div class="page"><main><article class="laporan"><ul class="breadcrumb"><li><a href="/">Beranda</a></li><li><a href="/kategori/">{story.section}</a></li></ul>
<h1 class="entry-title">{attribute(story.headline)}</h1>{lead}
<div class="td-post-author-name"><div class="td-author-by">Oleh</div> <a href="/author/admin/">{story.reporter}</a></div> <div class="post-date"><time datetime="{story.moment.isoformat()}">{calendar_id.long_date(story.moment)}</time></div>
{picture}<div class="entry-content">
{self._body(blocks, opens, ends)}
{self._pager(number)}</div>
<p class="alat"><a href="/cetak{self.path}">Versi cetak</a></p><div class="tags-links">Tags: {tags}</div></article>
<div class="comments" id="comments">{wordpress.reader_comments(self.rng, self.path, 2)}<nav class="comment-navigation"><a href="{self.path}comment-page-1/#comments">1</a></nav></div></main></div>
<footer><p>Kabar Nusa. Replika berisi cerita rekaan.</p></footer></body></html>"""

    def _body(self, blocks: Sequence[Block], opens: bool, ends: bool) -> str:
        body = compose(blocks, Body.P, Pen(self.rng, plain=True), {}, first=f"{self.line.raw} " if opens else "")
        return body + (f"\n<p>Penulis: {self.story.reporter}<br>Editor: {self.story.editor}</p>" if ends else "")

    def _links(self, number: int | None) -> str:
        """Return what the head says: page 1 as canonical (as many sites do), the neighbours, the AMP page."""
        own = self.addresses[number - 1] if number and self.form in (1, 2) else self.path
        found = [
            f'<link rel="canonical" href="{self.content.base}{own}">',
            f'<link rel="amphtml" href="{self.path}amp/">',
        ]
        if number and self.form == 2:
            near = (("prev", number - 1), ("next", number + 1))
            found += [
                f'<link rel="{name}" href="{self.addresses[at - 1]}">' for name, at in near if 1 <= at <= self.total
            ]
        return "\n".join(found)

    def _pager(self, number: int | None) -> str:
        if number is None:
            return ""
        on = f'<a href="{self.addresses[number]}">Selanjutnya</a>' if number < self.total else ""
        if self.form == 2:
            back = f'<a href="{self.addresses[number - 2]}">Sebelumnya</a>' if number > 1 else ""
            return f'<div class="nav-links">{back} {on}</div>'
        numbers = " ".join(
            f"<span>{at}</span>" if at == number else f'<a href="{address}">{at}</a>'
            for at, address in enumerate(self.addresses, 1)
        )
        every = f' <a href="{self.path}?page=all">Tampilkan semua</a>' if self.form == 0 else ""
        said = f"Halaman {number} dari {self.total}" if self.form == 3 else "Halaman:"
        return f'<div class="page-links">{said} {numbers} {on}{every}</div>'

    def _variant(self, opening: str, head: str = "") -> str:
        return (
            f'<!DOCTYPE html>\n{opening}<head><meta charset="UTF-8"><title>{attribute(self.story.headline)}</title>{head}<link rel="canonical" href="{self.content.base}{self.path}"></head>'
            f"<body><article><h1>{attribute(self.story.headline)}</h1>{self._body(self.story.blocks, True, True)}</article></body></html>"
        )
