# ruff: noqa: E501  (a line of markup is as long as it is)
"""ANTARA: three generations of layout, the agency's own stories, Xinhua's, those that cite it, and press releases.

Class names are those of the real site at the time; the rest is invented. Knows nothing of other sites.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from functools import partial

from xinhua_id.demo import calendar_id, documents
from xinhua_id.demo.content import Commission, Content, Entry
from xinhua_id.demo.gold import GoldDateline, GoldImage, GoldStory
from xinhua_id.demo.markup import attribute, css
from xinhua_id.demo.names import PROVINCES
from xinhua_id.demo.newsroom import Caption, Newsroom
from xinhua_id.demo.sites import antaranews_pages, wordpress
from xinhua_id.items import Origin

NAME = "antaranews"
ACCENT = "#b3001b"
LAYOUTS = {
    "2023": dt.datetime(2023, 2, 1, 7, 41, 3, tzinfo=calendar_id.WIB),
    "2019": dt.datetime(2020, 3, 2, 10, 15, 27, tzinfo=calendar_id.WIB),
    "2015": dt.datetime(2015, 11, 5, 14, 56, 43, tzinfo=calendar_id.WIB),
}
_STYLES = (("wire", Origin.WIRE),) * 5 + (
    ("cited", Origin.CITED), ("cited", Origin.CITED), ("release", Origin.PRESS_RELEASE), ("empty", Origin.UNKNOWN),
    ("own", Origin.SITE), ("own", Origin.SITE),
)  # fmt: skip
_REGION = {"own": "indonesia", "cited": "china"}


def commission(newsroom: Newsroom, count: int, shared: Sequence[Commission]) -> list[Commission]:
    """Return ``count`` stories for the site, the shared ones among them."""
    found = list(shared)
    for at in range(count - len(found)):
        layout, start = list(LAYOUTS.items())[at % 3]
        moment = start + dt.timedelta(hours=41 * at, minutes=13 * at, seconds=at)
        style, origin = _STYLES[at // 3 % len(_STYLES)]
        found.append(
            Commission(newsroom.write(moment, cites=style == "cited", region=_REGION.get(style)), layout, style, origin)
        )
    return found


def story_path(number: int, words: str) -> str:
    """Return an address that looks like a story's."""
    return f"/berita/{number}/{words}"


def gold(one: Commission, path: str, sections: bool) -> GoldStory:
    """Return what the page of this story holds; ``sections``: whether it shows its section."""
    story, line = one.story, _dateline(one)
    byline = {"wire": "Xinhua", "own": story.reporter, "release": "PR Wire"}.get(one.style)
    return GoldStory(
        site=NAME, layout=one.layout, path=path, headline=story.headline,
        paragraphs=(f"{line.raw} {story.blocks[0].text}", *(block.text for block in story.blocks[1:])),
        lead=_lead(one), dateline=line, byline=byline, authors=(story.reporter,) if one.style == "own" else (),
        editor=None if one.style == "release" else story.editor,
        translator=story.translator if one.style == "cited" else None,
        images=tuple(_image(one, caption) for caption in story.captions[:1]), date_published=story.moment,
        section=story.section if sections else None, tags=story.tags, origin=one.origin,
        shared_with=one.shared_with, fault=one.fault,
    )  # fmt: skip


def build(content: Content, commissions: Sequence[Commission], seed: int) -> None:
    """Serve all pages of the site."""
    rng = random.Random(f"{NAME}/{seed}")
    ordered = sorted(commissions, key=lambda one: one.story.moment, reverse=True)
    paths = {one.story.number: story_path(_id(one), wordpress.slug(one.story.headline, set())) for one in ordered}
    content.entries = [
        Entry(paths[one.story.number], one.story.headline, one.story, one.story.blocks[0].text[:140]) for one in ordered
    ]
    for one in ordered:
        path = paths[one.story.number]
        truth = gold(one, path, one.layout != "2015")
        related = rng.sample(content.entries, min(8, len(content.entries)))
        page = antaranews_pages.PAGES[one.layout](content.base, one, truth, related, random.Random(f"{seed}/{path}"))
        content.gold.append(truth)
        content.page(path, page)
    _discovery(content)


def _id(one: Commission) -> int:
    return {"2023": 3342000, "2019": 1340000, "2015": 527000}[one.layout] + 11 * one.story.number


def _lead(one: Commission) -> str | None:
    # 2015 and 2023 show the pull quote; 2019 has no place for it.
    return one.story.lead if one.layout != "2019" else None


def _dateline(one: Commission) -> GoldDateline:
    story = one.story
    if one.style == "release":
        date = calendar_id.long_date(story.moment)
        agency = "ANTARA/PRNewswire" if one.layout != "2015" else "Antara/Xinhua-AsiaNet"
        city = story.city.upper()
        return GoldDateline(f"{city}, {date} ({agency}) --", city, None, tuple(agency.split("/")), date)
    agency = "ANTARA News" if one.layout == "2015" else "ANTARA"
    if one.style == "own":
        region = PROVINCES.get(story.city)
        opening = f"{story.city}, {region}" if region else story.city
        return GoldDateline(f"{opening} ({agency}) -", story.city, region, (agency,))
    place = "Jakarta" if one.style != "wire" or story.number % 3 else story.city
    return GoldDateline(f"{place} ({agency}) -", place, None, (agency,))


def _image(one: Commission, caption: Caption) -> GoldImage:
    house = {"wire": "Xinhua", "cited": "Xinhua", "release": "PRNewswire"}.get(
        one.style, "ANTARA FOTO" if one.story.number % 2 else "ANTARA"
    )
    return GoldImage(caption.text, f"{house}/{caption.photographer}", caption.photographer)


def _discovery(content: Content) -> None:
    entries, listed = content.entries, content.listed()

    def page(title: str, inner: str) -> str:
        return antaranews_pages.frame(
            title, "", f'<main class="col-md-8">{inner}</main>{antaranews_pages.sidebar(entries[:5])}'
        )

    def card(one: Entry) -> str:
        day = calendar_id.full(one.story.moment) if one.story else ""
        return (
            f'<article class="simple-post simple-big clearfix card card__post"><div class="card__post__content"><h3><a href="{one.path}?utm_source=antaranews&amp;utm_medium=desktop&amp;'
            f'utm_campaign=terkini" title="{attribute(one.headline)}">{attribute(one.headline)}</a></h3><p class="simple-share">{day}</p><p>{attribute(one.excerpt)}</p></div></article>'
        )

    wordpress.listings(
        content, listed, "/terkini", lambda n: f"/terkini?page={n}", page, card, size=15, heading="Berita Terkini"
    )
    content.redirect("/terkini?page=1", "/terkini")
    front = "".join(card(one) for one in entries[:10])
    content.page("/", page("Beranda", f'<h1>ANTARA</h1>{front}<p><a class="btn" href="/terkini">Lihat Semua</a></p>'))
    for name in ("terkini", "top-news"):
        some = entries[:20] if name == "terkini" else entries[20::5]
        content.document(f"/rss/{name}.xml", documents.rss("ANTARA News", content.base, some), documents.RSS)
    wire = [one for one in entries if one.path in {story.path for story in content.gold if story.byline == "Xinhua"}]
    wordpress.listings(
        content, wire, "/tag/xinhua", "/tag/xinhua/{}".format, page, card, size=15, heading="Tag: xinhua"
    )
    for tag in sorted({tag for one in entries if one.story for tag in one.story.tags}):
        tagged = [one for one in entries if one.story and tag in one.story.tags]
        base = f"/tag/{tag.replace(' ', '-')}"
        wordpress.listings(
            content, tagged, base, partial("{}/{}".format, base), page, card, size=15, heading=f"Tag: {tag}"
        )
    content.document(
        "/sitemap-news.xml", documents.news_sitemap(content.base, "ANTARA News", entries[:40]), documents.XML
    )
    content.document(
        "/robots.txt",
        documents.robots(content.base, ["/search", "/arsip-internal/", "/ajax/"], ["/sitemap-news.xml"]),
        "text/plain",
    )
    content.document("/aset/gaya.css", css(ACCENT), "text/css")
