# ruff: noqa: E501  (a line of markup is as long as it is)
"""Kabar Nusa: a WordPress site that no source describes, with a tagDiv-like theme and a plain one.

It carries the wire in the forms small sites use, and its readers write comments that read like articles. Some stories
are only in the sitemap, some only in the REST collection, some only in the feed. Knows nothing of other sites.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

from xinhua_id.demo import calendar_id, documents
from xinhua_id.demo.content import Answer, Commission, Content, Entry
from xinhua_id.demo.gold import GoldDateline, GoldImage, GoldStory
from xinhua_id.demo.markup import Body, Pen, attribute, compose, css
from xinhua_id.demo.newsroom import Newsroom
from xinhua_id.demo.sites import wordpress
from xinhua_id.items import Origin

NAME = "kabarnusa"
ACCENT = "#7a3b00"
#: Every so-many-th story is found by this document alone.
ONLY = {"sitemap": 9, "rest": 13, "feed": 17}
_STYLES = (
    ("caps", Origin.WIRE), ("selesai", Origin.WIRE), ("bracket", Origin.WIRE), ("caps", Origin.WIRE), ("own", Origin.SITE),
    ("selesai", Origin.WIRE), ("cited", Origin.CITED), ("plain", Origin.SITE),
)  # fmt: skip


def commission(newsroom: Newsroom, count: int, shared: Sequence[Commission]) -> list[Commission]:
    """Return ``count`` stories for the site, the shared ones among them."""
    found = list(shared)
    for at in range(count - len(found)):
        moment = dt.datetime(2024, 8, 1, 11, 20, 9, tzinfo=calendar_id.WITA) + dt.timedelta(
            hours=29 * at, minutes=17 * at
        )
        style, origin = _STYLES[at % len(_STYLES)]
        story = newsroom.write(
            moment, cites=style == "cited", region="indonesia" if style in ("own", "plain") else None
        )
        found.append(Commission(story, "tagdiv" if at % 3 else "plain", style, origin))
    return found


def story_path(number: int, words: str) -> str:
    """Return an address that looks like a story's."""
    return f"/2024/09/{words}-{number}/"


def build(content: Content, commissions: Sequence[Commission], seed: int) -> None:
    """Serve all pages of the site."""
    rng = random.Random(f"{NAME}/{seed}")
    taken: set[str] = set()
    ordered = sorted(commissions, key=lambda one: one.story.moment, reverse=True)
    entries = [
        Entry(
            f"/{one.story.moment:%Y/%m}/{wordpress.slug(one.story.headline, taken)}/",
            one.story.headline,
            one.story,
            one.story.blocks[0].text[:120],
        )
        for one in ordered
    ]
    content.entries = [entry for at, entry in enumerate(entries) if not _hidden(at)]
    for at, one in enumerate(ordered):
        related = rng.sample(content.entries, min(6, len(content.entries)))
        gold, html = _page(content.base, one, entries[at].path, related, random.Random(f"{seed}/{entries[at].path}"))
        content.gold.append(gold)
        content.page(entries[at].path, html)
    _discovery(content, entries)


def _hidden(at: int) -> str | None:
    """Return the name of the only document that knows the entry, or None: the listings do."""
    return next((name for name, turn in ONLY.items() if at % turn == turn - 1), None)


def _dateline(one: Commission) -> GoldDateline | None:
    story = one.story
    city, date = story.city.upper(), f"{story.moment.day} {calendar_id.month(story.moment)}"
    return {
        "caps": GoldDateline(f"{city} –", city, None, ()),
        "selesai": GoldDateline(f"{city}, {date} (Xinhua) --", city, None, ("Xinhua",), date),
        "bracket": GoldDateline(f"{story.city}, {story.country} (Xinhua) –", story.city, story.country, ("Xinhua",)),
        "own": GoldDateline(f"{story.city} (Kabar Nusa) –", story.city, None, ("Kabar Nusa",)),
        "cited": GoldDateline("Denpasar (Kabar Nusa) –", "Denpasar", None, ("Kabar Nusa",)),
    }.get(one.style)


def _page(base: str, one: Commission, path: str, related: Sequence[Entry], rng: random.Random) -> tuple[GoldStory, str]:
    story, pen, line = one.story, Pen(rng), _dateline(one)
    writer = story.reporter if one.style in ("own", "plain", "cited") else "Redaksi"
    house = "Kabar Nusa" if one.style in ("own", "plain") else "Xinhua"
    images = [
        GoldImage(caption.text, f"{house}/{caption.photographer}", caption.photographer) for caption in story.captions
    ]
    other = rng.choice(related)
    noise = (
        '<div class="td-a-rec"><span class="td-adspot-title">- Advertisement -</span></div>', "<p>Iklan</p>",
        f'<p>Baca Juga: <a href="{other.path}">{attribute(other.headline)}</a></p>', "<p>SCROLL TO CONTINUE WITH CONTENT</p>",
        f'<div class="baca-juga"><strong>BACA JUGA:</strong><ul><li><a href="{other.path}">{attribute(other.headline)}</a></li></ul></div>',
    )  # fmt: skip
    between = {spot: rng.choice(noise) for spot in rng.sample(range(1, len(story.blocks)), rng.choice((0, 1, 2)))}
    for at, image in enumerate(images[1:], 2):
        between[at] = (
            f'<figure class="wp-block-image"><img src="/foto/{story.number + at}.jpg" alt=""><figcaption>{pen.text(image.caption or "")} (Foto: {image.credit})</figcaption></figure>'
        )
    style = rng.choice((Body.P, Body.P, Body.P, Body.DIV, Body.WORD, Body.BRBR))
    body = compose(
        story.blocks, style, pen, between, first=attribute(line.raw).replace("&#x27;", "'") + " " if line else ""
    )
    if one.style == "caps":
        body = body.rstrip().removesuffix("<br /><br />")
        body = body.removesuffix("</p>") + " [Xinhua]</p>" if body.endswith("</p>") else body + "\n<p>[Xinhua]</p>"
    if one.style == "selesai":
        body += "\n<p>Selesai</p>"
    credit = (
        f"<p>{rng.choice(('Penulis', 'Reporter'))}: {writer}<br>Editor: {story.editor}</p>"
        if writer != "Redaksi"
        else ""
    )
    write = _tagdiv if one.layout == "tagdiv" else _plain
    html = write(base, one, path, related, rng, pen, images[0], body + credit, writer)
    gold = GoldStory(
        site=NAME, layout=one.layout, path=path, headline=story.headline,
        paragraphs=(f"{line.raw} {story.blocks[0].text}" if line else story.blocks[0].text, *(block.text for block in story.blocks[1:])),
        lead=story.lead, dateline=line, byline=writer, authors=(writer,) if credit else (), editor=story.editor if credit else None,
        translator=None, images=tuple(images), date_published=story.moment, section=story.section, tags=story.tags,
        origin=one.origin, shared_with=one.shared_with, fault=one.fault,
    )  # fmt: skip
    return gold, html


def _head(base: str, title: str, more: str = "") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="id"><head><meta charset="UTF-8"><title>{attribute(title)} | Kabar Nusa</title><link rel="stylesheet" href="/aset/gaya.css">\n'
        f'<link rel="alternate" type="application/atom+xml" title="Kabar Nusa Atom" href="{base}/feed/atom/"><link rel="https://api.w.org/" href="{base}/wp-json/">\n{more}</head>\n'
    )


_MAST = '<header class="td-header-wrap masthead"><a href="/">Kabar Nusa</a><nav class="td-main-menu"><a href="/">Beranda</a><a href="/kategori/">Kategori</a><a href="/masuk/">Masuk</a></nav></header>\n'
_FOOT = '<footer class="td-footer-wrapper"><p>Kabar Nusa. Replika berisi cerita rekaan.</p><a href="/tentang-kami/">Tentang Kami</a></footer>'


def _comments(one: Commission, path: str, rng: random.Random) -> str:
    said = wordpress.reader_comments(rng, path, rng.randint(2, 5)) if rng.random() < 0.6 else ""
    if said and rng.random() < 0.2:
        said = f"<details><summary>Tampilkan komentar pembaca</summary>{said}</details>"
    return f'<div class="comments" id="comments">{said}{wordpress.comment_form("Tinggalkan Balasan", one.story.number)}</div>'


def _next_article(related: Sequence[Entry], rng: random.Random) -> str:
    """Return what a page that scrolls without end appends: the beginning of another story."""
    other = related[0]
    if other.story is None or rng.random() > 0.15:
        return ""
    words = "".join(f"<p>{attribute(block.text)}</p>" for block in other.story.blocks[:3])
    return f'<article class="post next-post"><h2 class="entry-title"><a href="{other.path}">{attribute(other.headline)}</a></h2><div class="entry-summary">{words}<p><a href="{other.path}">Selengkapnya</a></p></div></article>'


def _tagdiv(
    base: str,
    one: Commission,
    path: str,
    related: Sequence[Entry],
    rng: random.Random,
    pen: Pen,
    image: GoldImage,
    body: str,
    writer: str,
) -> str:
    story = one.story
    tags = "".join(f'<li><a href="/tag/{n}/">{tag}</a></li>' for n, tag in enumerate(story.tags))
    near = "".join(
        f'<div class="td_module_related_posts"><h3 class="entry-title td-module-title"><a href="{entry.path}">{attribute(entry.headline)}</a></h3></div>'
        for entry in related[:3]
    )
    lead = f'<p class="td-post-sub-title">{pen.text(story.lead)}</p>' if story.lead else ""
    return f"""{_head(base, story.headline, f'<link rel="canonical" href="{base}{path}"><meta property="article:published_time" content="{story.moment.isoformat()}">')}<body class="post-template-default single single-post td-standard-pack">{_MAST}
<div class="page td-container"><main class="td-main-content"><article class="post type-post status-publish td-post-template">
<div class="td-post-header"><ul class="td-category"><li class="entry-category"><a href="/kategori/">{story.section}</a></li></ul>
<header class="td-post-title"><h1 class="entry-title">{attribute(story.headline)}</h1>{lead}<div class="td-module-meta-info"><div class="td-post-author-name"><div class="td-author-by">Oleh</div> <a href="/author/admin/">{writer}</a><div class="td-author-line"> - </div></div>
<span class="td-post-date"><time class="entry-date updated td-module-date" datetime="{story.moment.isoformat()}">{calendar_id.long_date(story.moment)}</time></span><div class="td-post-comments"><a href="{path}#respond">0</a></div></div></header></div>
<div class="td-post-sharing"><span>Bagikan</span> <a href="https://media-sosial.example/bagikan">Facebook</a></div>
<div class="td-post-content tagdiv-type"><div class="td-post-featured-image"><figure><img class="entry-thumb" src="/foto/{story.number}.jpg" alt=""><figcaption class="wp-caption-text">{pen.text(image.caption or "")} (Foto: {image.credit})</figcaption></figure></div>
{body}
</div>
<footer><div class="td-post-source-tags"><ul class="td-tags td-post-small-box"><li><span>TAGS</span></li>{tags}</ul></div></footer></article>
<div class="td_block_related_posts"><h4 class="td-related-title">ARTIKEL TERKAIT</h4>{near}</div>
{_next_article(related[4:], rng)}{_comments(one, path, rng)}</main><aside class="sidebar td-main-sidebar"><h4>Terbaru</h4>{"".join(f'<p><a href="{entry.path}">{attribute(entry.headline)}</a></p>' for entry in related[3:])}</aside></div>{_FOOT}</body></html>"""


def _plain(
    base: str,
    one: Commission,
    path: str,
    related: Sequence[Entry],
    rng: random.Random,
    pen: Pen,
    image: GoldImage,
    body: str,
    writer: str,
) -> str:
    story = one.story
    tags = ", ".join(f'<a href="/tag/{n}/" rel="tag">{tag}</a>' for n, tag in enumerate(story.tags))
    lead = f'<p class="wp-block-post-excerpt__excerpt">{pen.text(story.lead)}</p>' if story.lead else ""
    return f"""{_head(base, story.headline, f'<link rel="canonical" href="{base}{path}">')}<body class="wp-embed-responsive single">{_MAST}<div class="page wp-site-blocks"><main class="wp-block-group">
<div class="taxonomy-category wp-block-post-terms"><a href="/kategori/" rel="tag">{story.section}</a></div>
<h1 class="wp-block-post-title">{attribute(story.headline)}</h1>
<div class="wp-block-post-date"><time datetime="{story.moment.isoformat()}">{calendar_id.long_date(story.moment)}</time></div> <div class="wp-block-post-author"><p class="wp-block-post-author__name">{writer}</p></div>
<figure class="wp-block-post-featured-image"><img src="/foto/{story.number}.jpg" alt=""><figcaption>{pen.text(image.caption or "")} (Foto: {image.credit})</figcaption></figure>
{lead}<div class="entry-content wp-block-post-content">
{body}
</div>
<div class="taxonomy-post_tag wp-block-post-terms">Tags: {tags}</div>
<nav class="post-navigation"><a rel="prev" href="{related[0].path}">Sebelumnya: {attribute(related[0].headline)}</a></nav>
{_comments(one, path, rng)}</main></div>{_FOOT}</body></html>"""


def _discovery(content: Content, entries: Sequence[Entry]) -> None:
    def page(title: str, inner: str) -> str:
        return f'{_head(content.base, title)}<body class="home blog">{_MAST}<div class="page"><main>{inner}</main></div>{_FOOT}</body></html>'

    def card(one: Entry) -> str:
        return f'<div class="td_module_10 td_module_wrap card"><div class="item-details"><h3 class="entry-title td-module-title"><a href="{one.path}" rel="bookmark">{attribute(one.headline)}</a></h3><div class="td-excerpt">{attribute(one.excerpt)}...</div></div></div>'

    wordpress.listings(
        content, content.listed(), "/", lambda n: f"/page/{n}/", page, card, size=10, heading="Berita", only_next=True
    )
    mapped = [one for at, one in enumerate(entries) if _hidden(at) in (None, "sitemap")]
    half = len(mapped) // 2
    content.document(
        "/wp-sitemap.xml",
        documents.sitemap_index(content.base, ["/wp-sitemap-posts-1.xml", "/wp-sitemap-posts-2.xml.gz"]),
        documents.XML,
    )
    content.document("/wp-sitemap-posts-1.xml", documents.sitemap(content.base, mapped[:half]), documents.XML)
    content.document(
        "/wp-sitemap-posts-2.xml.gz", documents.sitemap(content.base, mapped[half:], zipped=True), "application/gzip"
    )
    fed = [one for at, one in enumerate(entries) if _hidden(at) == "feed" or at < 8]
    content.document("/feed/atom/", documents.atom("Kabar Nusa", content.base, fed), documents.ATOM)
    content.asked["/wp-json/wp/v2/posts"] = _rest(
        content.base, [one for at, one in enumerate(entries) if _hidden(at) in (None, "rest")]
    )
    index = '{"name":"Kabar Nusa","namespaces":["wp/v2"],"routes":{"/wp/v2/posts":{"methods":["GET"]}}}'
    content.document("/wp-json/", index, documents.JSON)
    robots = documents.robots(
        content.base, ["/wp-admin/", "/arsip-internal/"], ["/wp-sitemap.xml"], delay=content.crawl_delay
    )
    content.document("/robots.txt", robots, "text/plain")
    content.document("/aset/gaya.css", css(ACCENT), "text/css")


def _rest(base: str, entries: Sequence[Entry]) -> Callable[[str], Answer]:
    def answer(query: str) -> Answer:
        asked = parse_qs(query)
        size = min(100, max(1, int(asked.get("per_page", ["10"])[0])))
        number = max(1, int(asked.get("page", ["1"])[0]))
        pages = max(1, -(-len(entries) // size))
        if number > pages:
            refusal = (
                b'{"code":"rest_post_invalid_page_number","message":"Nomor halaman tidak sahih.","data":{"status":400}}'
            )
            return Answer(refusal, 400, content_type=documents.JSON)
        some = entries[(number - 1) * size : number * size]
        headers = [("X-WP-Total", str(len(entries))), ("X-WP-TotalPages", str(pages))]
        if number < pages:
            headers.append(("Link", f'<{base}/wp-json/wp/v2/posts?per_page={size}&page={number + 1}>; rel="next"'))
        return Answer(
            documents.posts(base, some, 100 * number).encode(), content_type=documents.JSON, headers=tuple(headers)
        )

    return answer
