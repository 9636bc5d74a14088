# ruff: noqa: E501  (a line of markup is as long as it is)
"""Indonesia Window in two shapes, the older with banners and the newer with glued paragraphs.

Shape A carries Banner pictures and labels and a comment form; the tail of shape B lists shares, comments and related
stories. The theme is invented; the texts round the story are those of the real site. Knows nothing of other sites.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from xinhua_id.demo import calendar_id, documents, markup
from xinhua_id.demo.content import Commission, Content, Entry
from xinhua_id.demo.markup import attribute, css
from xinhua_id.demo.newsroom import Newsroom
from xinhua_id.demo.sites import indonesiawindow_pages as pages
from xinhua_id.demo.sites import wordpress
from xinhua_id.items import Origin

NAME = "indonesiawindow"
ACCENT = "#0b5d4a"
_BEGINS = {
    "shape-a": dt.datetime(2022, 11, 3, 9, 12, 31, tzinfo=calendar_id.WIB),
    "shape-b": dt.datetime(2023, 9, 4, 16, 40, 5, tzinfo=calendar_id.WIB),
}
_STYLES = (("xinhua", Origin.WIRE),) * 11 + (
    ("typo", Origin.WIRE), ("joint", Origin.WIRE), ("own", Origin.SITE), ("own-cites", Origin.CITED),
)  # fmt: skip


def commission(newsroom: Newsroom, count: int, shared: Sequence[Commission]) -> list[Commission]:
    """Return ``count`` stories for the site, the shared ones among them."""
    found = list(shared)
    for at in range(count - len(found)):
        layout = "shape-a" if at % 2 == 0 else "shape-b"
        moment = _BEGINS[layout] + dt.timedelta(hours=31 * at, minutes=7 * at)
        style, origin = _STYLES[at * 7 % len(_STYLES)]
        region = {"own": "indonesia", "typo": "china"}.get(style)
        story = newsroom.write(moment, cites=style == "own-cites", region=region)
        found.append(Commission(story, layout, style, origin))
    return found


def story_path(number: int, words: str) -> str:
    """Return an address that looks like a story's."""
    return f"/{words}-{number}/"


def build(content: Content, commissions: Sequence[Commission], seed: int) -> None:
    """Serve all pages of the site."""
    rng = random.Random(f"{NAME}/{seed}")
    taken: set[str] = set()
    paths = {}
    for one in commissions:
        words = one.story.headline.split()
        paths[one.story.number] = (
            f"/{wordpress.slug(' '.join([*words[:4], one.story.city, one.story.tags[0]]), taken)}/"
        )
    ordered = sorted(commissions, key=lambda one: one.story.moment, reverse=True)
    content.entries = [
        Entry(paths[one.story.number], one.story.headline, one.story, one.story.blocks[0].text[:110]) for one in ordered
    ]
    for one in ordered:
        path, post_id = paths[one.story.number], 30000 + 7 * one.story.number
        related = rng.sample(content.entries, min(6, len(content.entries)))
        write = pages.shape_a if one.layout == "shape-a" else pages.shape_b
        gold, html = write(content.base, one, path, post_id, related, random.Random(f"{seed}/{path}"))
        content.gold.append(gold)
        content.page(path, html)
        content.redirect(f"/?p={post_id}", path)
        content.redirect(path.rstrip("/"), path)
    _discovery(content, rng)


def _discovery(content: Content, rng: random.Random) -> None:
    entries = content.entries
    linked = [  # older links on the site still go by post id
        Entry(f"/?p={30000 + 7 * one.story.number}", one.headline, one.story, one.excerpt)
        if one.story and rng.random() < 0.2 else one for one in content.listed()
    ]  # fmt: skip

    def page(title: str, inner: str) -> str:
        return f'{pages.head(content.base, title, "")}<body class="home blog">{pages.MAST}<div class=page><main id=main>{inner}</main>{pages.sidebar(entries[:5])}</div>{pages.FOOT}</body></html>'

    def card(one: Entry) -> str:
        day = calendar_id.long_date(one.story.moment) if one.story else ""
        return (
            f'<article class="post card"><a href="{one.path}"><img src="/foto/{len(one.headline)}.jpg" alt=""></a><div><h2 class="entry-title">'
            f'<a href="{one.path}" rel="bookmark">{attribute(one.headline)}</a></h2><span class=meta>{day}</span>'
            f'<p>{attribute(one.excerpt)} … <a href="{one.path}">Selengkapnya</a></p></div></article>'
        )

    wordpress.listings(content, linked, "/", lambda n: f"/page/{n}/", page, card, size=12, heading="Berita Terbaru")
    content.document("/feed/", documents.rss("Indonesia Window", content.base, entries[:15]), documents.RSS)
    half = len(entries) // 2
    content.document(
        "/sitemap_index.xml",
        documents.sitemap_index(content.base, ["/post-sitemap1.xml", "/post-sitemap2.xml.gz"]),
        documents.XML,
    )
    content.document("/post-sitemap1.xml", documents.sitemap(content.base, entries[:half]), documents.XML)
    content.document(
        "/post-sitemap2.xml.gz", documents.sitemap(content.base, entries[half:], zipped=True), "application/x-gzip"
    )
    content.document(
        "/robots.txt",
        documents.robots(content.base, ["/wp-admin/", "/arsip-internal/"], ["/sitemap_index.xml"]),
        "text/plain; charset=utf-8",
    )
    content.document("/aset/gaya.css", markup.css_in_two("cetak.css", "huruf.woff2", "latar.png"), "text/css")
    content.document("/aset/cetak.css", css(ACCENT), "text/css")
    content.document("/aset/huruf.woff2", markup.font(), "font/woff2")
    for picture in ("ikon", "latar"):
        content.document(f"/aset/{picture}.png", markup.png(ACCENT), "image/png")
