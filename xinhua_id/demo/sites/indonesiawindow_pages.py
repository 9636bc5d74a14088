# ruff: noqa: E501  (a line of markup is as long as it is)
"""The story pages of Indonesia Window, in both shapes, and what each holds.

Some pages of either shape come in a theme whose class names mean nothing. Knows nothing of which stories there are.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence

from xinhua_id.demo import calendar_id
from xinhua_id.demo.content import Commission, Entry
from xinhua_id.demo.gold import GoldDateline, GoldImage, GoldStory
from xinhua_id.demo.markup import Body, Pen, attribute, compose
from xinhua_id.demo.newsroom import Caption, Story
from xinhua_id.demo.sites import wordpress


def _dateline(one: Commission) -> GoldDateline:
    """Return the dateline the site would open the story with."""
    story = one.story
    if one.style.startswith("own"):
        return GoldDateline("Jakarta (Indonesia Window) –", "Jakarta", None, ("Indonesia Window",))
    country = "Chuna" if one.style == "typo" else story.country
    agencies = ("Xinhua", "Indonesia Window") if one.style == "joint" else ("Xinhua",)
    return GoldDateline(f"{story.city}, {country} ({'/'.join(agencies)}) –", story.city, country, agencies)


def head(base: str, title: str, more: str) -> str:
    """Return a page's head; ``more`` is what stands at its end."""
    return (
        f'<!DOCTYPE html>\n<html lang="id-ID">\n<head>\n<meta charset="UTF-8">\n<title>{attribute(title)} – Indonesia Window</title>\n'
        f'<link rel="stylesheet" href="/aset/gaya.css">\n<link rel="alternate" type="application/rss+xml" title="Indonesia Window &raquo; Umpan" href="{base}/feed/">\n<link rel="icon" href="/aset/ikon.png">\n{more}</head>\n'
    )


MAST = (
    '<header id="masthead" class="masthead"><a href="/">Indonesia Window</a><nav><a href="/">Beranda</a>'
    '<a href="/page/2/">Arsip</a><a href="/?s=banjir">Cari</a><a href="https://media-sosial.example/indonesiawindow">Ikuti kami</a></nav></header>\n'
)
FOOT = '<footer class="site-footer"><p>Indonesia Window. Hak cipta dilindungi.</p><p><a href="/tentang-kami/">Tentang Kami</a> <a href="/pedoman-media-siber/">Pedoman Media Siber</a></p></footer>'


def sidebar(related: Sequence[Entry]) -> str:
    """Return the column of popular stories."""
    items = "".join(f'<li><a href="{one.path}">{attribute(one.headline)}</a></li>' for one in related)
    return f'<aside class="sidebar widget-area"><section class="widget"><h2 class="widget-title">Terpopuler</h2><ul>{items}</ul></section><div class="iklan">Iklan</div></aside>'


def _credit(one: Commission, caption: Caption, rng: random.Random) -> GoldImage:
    house = "Indonesia Window" if one.style == "own" else "Xinhua"
    if rng.random() < 0.12:
        return GoldImage(caption.text, house, None)
    return GoldImage(caption.text, f"{house}/{caption.photographer}", caption.photographer)


def _gold(
    one: Commission, path: str, images: Sequence[GoldImage], lead: str | None, byline: bool, **shown: object
) -> GoldStory:
    story, line = one.story, _dateline(one)
    date, section, tags = shown.get("date"), shown.get("section"), shown.get("tags")
    return GoldStory(
        site="indonesiawindow", layout=one.layout, path=path, headline=story.headline,
        paragraphs=(f"{line.raw} {story.blocks[0].text}", *(block.text for block in story.blocks[1:])),
        lead=lead, dateline=line, byline="Redaksi" if byline else None, authors=(), editor=None, translator=None,
        images=tuple(images), date_published=story.moment if date else None, section=story.section if section else None,
        tags=story.tags if tags else (), origin=one.origin, shared_with=one.shared_with, fault=one.fault,
    )  # fmt: skip


def shape_a(
    base: str, one: Commission, path: str, post_id: int, related: Sequence[Entry], rng: random.Random
) -> tuple[GoldStory, str]:
    """Return what a page of the older shape holds, and the page."""
    story, pen = one.story, Pen(rng)
    images = [_credit(one, caption, rng) for caption in story.captions]
    dated, byline, tagged = rng.random() < 0.5, rng.random() < 0.9, rng.random() < 0.5
    style = rng.choice((Body.P, Body.P, Body.P, Body.WORD, Body.DIV, Body.UNCLOSED, Body.BRBR))
    between = _banners(story, related, rng)
    for at, image in enumerate(images[1:2], 3):
        between[at] = between.get(at, "") + _figure(image, pen, post_id + at, rng.choice(("figure", "div", "p")))
    gallery = "".join(_figure(image, pen, post_id + 9, "figure") for image in images[2:])
    raw = _dateline(one).raw
    bold = rng.choice(("<strong>{}</strong> ", "<strong>{} </strong>", "{} ", "<b>{}</b>&nbsp;"))
    body = compose(story.blocks, style, pen, between, first=bold.format(attribute(raw).replace("&#x27;", "'")))
    lead = ""
    if story.lead:
        lead = rng.choice(
            (
                "<blockquote><p>{}</p></blockquote>",
                "<blockquote>{}</blockquote>",
                "<p><em>{}</em></p>",
                '<p class="lead"><strong>{}</strong></p>',
            )
        ).format(pen.text(story.lead))
    time = (
        f'<div class="entry-meta"><span class="posted-on"><time class="entry-date published" datetime="{story.moment.isoformat()}">{calendar_id.long_date(story.moment)}</time></span> <span class="byline">oleh <a href="/author/admin/">admin</a></span></div>'
        if dated
        else ""
    )
    tags = (
        '<footer class="entry-footer"><span class="cat-links"><a rel="category tag" href="/kategori/">'
        + story.section
        + '</a></span> <span class="tags-links">'
        + ", ".join(f'<a rel="tag" href="/tag/{n}/">{tag}</a>' for n, tag in enumerate(story.tags))
        + "</span></footer>"
        if tagged
        else ""
    )
    top = rng.choice(
        (
            '<div class="ad-slot"><img src="/aset/iklan1.jpg" alt="Banner"></div>',
            "<p>Banner</p>",
            '<a href="https://pengiklan.example/"><img class="banner" src="/aset/iklan.png" alt="Banner"></a>',
        )
    )
    comments = wordpress.reader_comments(rng, path, rng.randint(1, 3)) if rng.random() < 0.3 else ""
    html = f"""{head(base, story.headline, f'<link rel="canonical" href="{base}{path}">{chr(10)}<link rel="shortlink" href="{base}/?p={post_id}">{chr(10)}')}<body class="post-template-default single single-post postid-{post_id} has-sidebar">
{MAST}<div class="page"><main id="primary" class="content-area">
{top}
<article id="post-{post_id}" class="post-{post_id} post type-post status-publish format-standard has-post-thumbnail comment-status-open hentry">
<header class="entry-header"><h1 class="entry-title">{attribute(story.headline)}</h1>{time}</header>
{_figure(images[0], pen, post_id, rng.choice(("figure", "div")))}
<div class="entry-content">
{lead}
<p>&nbsp;</p>
{body}
{gallery and f'<div class="gallery gallery-columns-2">{gallery}</div>'}
{"<p>Laporan: Redaksi</p>" if byline else ""}
{rng.choice(('<div class="sharedaddy"><h3 class="sd-title">Bagikan ini:</h3><ul><li><a href="https://media-sosial.example/bagikan">Facebook</a></li><li><a href="https://media-sosial.example/cuit">Twitter</a></li></ul></div>', "", ""))}
</div>
{tags}
</article>
<div id="comments" class="comments-area">{comments}
{wordpress.comment_form(rng.choice(("Tinggalkan Komentar", "Tinggalkan Balasan", "Tinggalkan sebuah Komentar")), post_id, older=rng.random() < 0.2)}</div>
<div class="ad-slot"><img src="/aset/iklan2.jpg" alt="Banner"></div>
<p class="iklan">Iklan</p>
</main>{sidebar(related)}</div>
{FOOT}</body></html>"""
    return _gold(one, path, images, story.lead, byline, date=dated, section=tagged, tags=tagged), _themed(html, rng)


def _banners(story: Story, related: Sequence[Entry], rng: random.Random) -> dict[int, str]:
    other = rng.choice(related)
    noise = (
        "<p>Banner</p>", '<p><img src="/aset/iklan3.jpg" alt="Banner"></p>', '<div class="code-block"><img alt="Banner" src="/aset/iklan4.jpg"></div>',
        '<div class="iklan"><span>Iklan</span><img src="/aset/iklan5.jpg" alt=""></div>', "<p><strong>Banner</strong></p>",
        f'<p><strong>Baca juga:</strong> <a href="{other.path}">{attribute(other.headline)}</a></p>',
        '<p style="text-align:center">ADVERTISEMENT</p>',
    )  # fmt: skip
    spots = rng.sample(range(1, len(story.blocks)), min(rng.randint(1, 3), len(story.blocks) - 1))
    return {spot: rng.choice(noise) for spot in sorted(spots)}


def _figure(image: GoldImage, pen: Pen, picture: int, how: str) -> str:
    words = f"{pen.text(image.caption or '')} ({image.credit})"
    if how == "figure":
        return f'<figure class="wp-block-image"><img src="/foto/{picture}.jpg" alt=""><figcaption class="wp-element-caption">{words}</figcaption></figure>\n'
    if how == "div":
        return f'<div id="attachment_{picture}" class="wp-caption aligncenter"><img src="/foto/{picture}.jpg" alt=""><p class="wp-caption-text">{words}</p></div>\n'
    return f'<p><img src="/foto/{picture}.jpg" alt=""></p>\n<p><em>{words}</em></p>\n'


def shape_b(
    base: str, one: Commission, path: str, post_id: int, related: Sequence[Entry], rng: random.Random
) -> tuple[GoldStory, str]:
    """Return what a page of the newer shape holds, and the page."""
    story, pen = one.story, Pen(rng)
    images = [_credit(one, caption, rng) for caption in story.captions]
    byline = rng.random() < 0.9
    style = rng.choice((Body.MINIFIED, Body.MINIFIED, Body.BLOCK_SPAN, Body.BR))
    between = {
        at: f'<figure class="inline"><img src="/foto/{post_id + at}.jpg" alt=""><figcaption>{pen.text(image.caption or "")} ({image.credit})</figcaption></figure>'
        for at, image in enumerate(images[1:], 2)
    }
    body = compose(
        story.blocks, style, pen, between, first=f"{attribute(_dateline(one).raw).replace('&#x27;', chr(39))} "
    )
    lead = f'<div class="standfirst"><p>{pen.text(story.lead)}</p></div>' if story.lead else ""
    iso = story.moment.isoformat()
    meta = f'<link rel="canonical" href="{base}{path}"><meta property="og:type" content="article"><meta property="og:title" content="{attribute(story.headline)}">'
    if rng.random() < 0.7:
        meta += f'<meta property="article:published_time" content="{iso}">'
    else:
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.headline,
            "datePublished": iso,
            "author": {"@type": "Organization", "name": "Indonesia Window"},
        }
        meta += f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'

    def tail(title: str, some: Sequence[Entry]) -> str:
        lines = "".join(
            f'<li><a href="{entry.path}">{attribute(entry.headline)}</a><div><span>{entry.story.section}</span><span>•</span><span>{calendar_id.english_short(entry.story.moment)}</span></div></li>'
            for entry in some if entry.story
        )  # fmt: skip
        return f'<section class="story-list"><h4>{title}</h4><ul>{lines}</ul></section>'

    html = f"""{head(base, story.headline, meta)}<body class="article-page"><div id="app">{MAST}<div class="page"><main>
<nav class="breadcrumb"><a href="/">Beranda</a> / <a href="/kategori/" class="current">{story.section}</a></nav>
<h1 class="article-title">{attribute(story.headline)}</h1><div class="article-info"><span>{story.section}</span><span>•</span><time>{calendar_id.english_short(story.moment)}</time></div>
<figure class="hero"><img src="/foto/{post_id}.jpg" alt="{attribute(story.headline)}"><figcaption>{pen.text(images[0].caption or "")} ({images[0].credit})</figcaption></figure>
{lead}<div class="article-text">{body}{"<p>Laporan: Redaksi</p>" if byline else ""}</div>
<div class="share"><h4>Bagikan</h4><a href="https://media-sosial.example/bagikan">Facebook</a><a href="https://media-sosial.example/wa">WhatsApp</a></div>
<div class="talk"><h4>Komentar</h4><p>Belum ada komentar. Jadilah yang pertama.</p><textarea placeholder="Tulis komentar Anda"></textarea></div>
{tail("Berita Terkait", related[:3])}{tail("Berita Terbaru", related[3:])}
</main></div>{FOOT}</div></body></html>"""
    return _gold(one, path, images, story.lead, byline, date=True, section=True), _themed(html, rng)


_NAMED = (
    "entry-content",
    "entry-title",
    "article-title",
    "article-text",
    "article-info",
    "standfirst",
    "hero",
    "breadcrumb",
    "story-list",
    "content-area",
    "entry-meta",
)


def _themed(html: str, rng: random.Random) -> str:
    """Return the page as it is, or with class names that a build tool made up: nothing but structure is left to go by."""
    if rng.random() < 0.6:
        return html
    hashed = {name: f"css-{rng.getrandbits(32):07x}" for name in _NAMED}
    return re.sub(r'(?<=class=")[^"]+', lambda found: " ".join(hashed.get(one, one) for one in found[0].split()), html)
