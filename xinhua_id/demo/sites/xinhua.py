# ruff: noqa: E501  (a line of markup is as long as it is)
"""Xinhua's own Indonesian edition, in the template its sibling editions use: everything is the wire.

Captions stand as ordinary paragraphs, the story ends with ``■``, and times are Beijing's. Knows nothing of other sites.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Sequence

from xinhua_id.demo import calendar_id, documents
from xinhua_id.demo.content import Commission, Content, Entry
from xinhua_id.demo.gold import GoldDateline, GoldImage, GoldStory
from xinhua_id.demo.markup import Body, Pen, attribute, compose, css
from xinhua_id.demo.newsroom import Caption, Newsroom
from xinhua_id.demo.sites import wordpress
from xinhua_id.items import Origin

NAME = "xinhua"
ACCENT = "#14418b"
BEIJING = dt.timezone(dt.timedelta(hours=8))


def commission(newsroom: Newsroom, count: int, shared: Sequence[Commission]) -> list[Commission]:
    """Return ``count`` stories for the site, the shared ones among them."""
    found = list(shared)
    for at in range(count - len(found)):
        moment = dt.datetime(2024, 11, 4, 7, 45, 38, tzinfo=BEIJING) + dt.timedelta(
            hours=37 * at, minutes=11 * at, seconds=3 * at
        )
        found.append(Commission(newsroom.write(moment), "dated-header" if at % 2 else "info-line", "wire", Origin.WIRE))
    return found


def story_path(number: int, words: str) -> str:
    """Return an address that looks like a story's."""
    return f"/20250102/{hashlib.md5(f'{number}{words}'.encode(), usedforsecurity=False).hexdigest()}/c.html"


def build(content: Content, commissions: Sequence[Commission], seed: int) -> None:
    """Serve all pages of the site."""
    rng = random.Random(f"{NAME}/{seed}")
    ordered = sorted(commissions, key=lambda one: one.story.moment, reverse=True)
    content.entries = [
        Entry(_path(one), one.story.headline, one.story, one.story.blocks[0].text[:120]) for one in ordered
    ]
    for one in ordered:
        related = rng.sample(content.entries, min(6, len(content.entries)))
        gold, html = _page(content.base, one, related, random.Random(f"{seed}/{_path(one)}"))
        content.gold.append(gold)
        content.page(_path(one), html)
    _discovery(content)


def _path(one: Commission) -> str:
    name = hashlib.md5(f"{NAME}/{one.story.number}".encode(), usedforsecurity=False).hexdigest()
    section = "/asia" if one.story.region in ("asia", "indonesia") else ""
    return f"{section}/{one.story.moment:%Y%m%d}/{name}/c.html"


def _image(caption: Caption, rng: random.Random) -> GoldImage:
    if rng.random() < 0.15:
        return GoldImage(caption.text, "Xinhua", None)
    return GoldImage(caption.text, f"Xinhua/{caption.photographer}", caption.photographer)


def _page(base: str, one: Commission, related: Sequence[Entry], rng: random.Random) -> tuple[GoldStory, str]:
    story, pen = one.story, Pen(rng)
    city, date = story.city.upper(), f"{story.moment.day} {calendar_id.month(story.moment)}"
    line = GoldDateline(f"{city}, {date} (Xinhua) --", city, None, ("Xinhua",), date)
    images = [_image(caption, rng) for caption in story.captions]
    between: dict[int, str] = {}
    for at, image in enumerate(images):
        spot = min(2 * at, len(story.blocks) - 1)
        between[spot] = between.get(spot, "") + _picture(image, pen, story.number + at, rng)
    blocks = list(story.blocks)
    mark = rng.choice((" ■", "", "</p><p>■"))
    body = compose(
        blocks, rng.choice((Body.P, Body.P, Body.MINIFIED)), pen, between, first=line.raw.replace("&", "&amp;") + " "
    )
    if body.endswith("</p>"):
        body = body.removesuffix("</p>") + mark + "</p>"
    iso = f"{story.moment:%Y-%m-%d %H:%M:%S}"
    if one.layout == "dated-header":
        header = f"""<div class="header domPC"><div class="header-top clearfix"><div class="header-nav left"><a href="/">Xinhua</a> &gt; <a class="curColumn" href="/kategori/">{story.section}</a> &gt; Isi</div></div>
<div class="header-cont clearfix"><div class="header-time left"><span class="year"><em>{story.moment:%Y}</em></span> <span class="day">{story.moment:%m/%d}</span> <span class="time">{story.moment:%H:%M:%S}</span></div>
<div class="source">Sumber: Xinhua</div><div class="head-line clearfix"><h1><span class="title">{attribute(story.headline)}</span> <span class="btn-audio"></span></h1><div class="pageShare"><div class="setFont">Ukuran huruf: <span id="fontSmall">Kecil</span> <span id="fontBig">Besar</span></div><div class="share">Bagikan: <a href="https://media-sosial.example/wb" class="wb"></a></div></div></div></div></div>
<div class="mheader domMobile"><h1><span class="title">{attribute(story.headline)}</span></h1><div class="info">{iso} <span>Sumber: Xinhua</span></div></div>"""
        end = '<div id="articleEdit"><span class="tiyi1 domPC"><a href="javascript:void(0);" class="advise">【Koreksi】</a></span> <span class="editor"> 【Editor: huaxia】 </span></div>'
    else:
        header = f"""<div class="head-line clearfix"><h1><span class="title">{attribute(story.headline)}</span></h1></div>
<div class="info"><p class="source">Source: Xinhua</p><p class="editor">Editor: huaxia</p><p class="time">{iso}</p></div>"""
        end = '<div class="share-bottom">Bagikan</div>'
    near = "".join(f'<li><a href="{entry.path}">{attribute(entry.headline)}</a></li>' for entry in related)
    html = f"""<!DOCTYPE html>
<html lang="id"><head><meta name="source" content="Xinhua"><meta name="publishdate" content="{story.moment:%Y-%m-%d}"><meta name="contentid" content="{story.moment:%Y%m%d}{story.number:024x}">
<meta charset="UTF-8"><title>{attribute(story.headline)}-Xinhua</title><link rel="stylesheet" href="/aset/gaya.css"><meta property="og:url" content="{base}{_path(one)}"></head>
<body><div class="masthead"><a href="/">XINHUA</a><nav><a href="/">Beranda</a> <a href="/tentang-kami/">Tentang Kami</a></nav></div>
{header}
<div class="page"><div class="main clearfix primary"><div class="main-left"><div id="detail"><span id="detailContent">{body}</span>
{end}</div>
<div class="columBox relatedNews"><div class="col-tit">Berita Terkait</div><div class="col-cont"><ul>{near}</ul></div></div>
<div class="nextpage clearfix" style="display:none"><div class="nextpage-tit">Baca berikutnya:</div><div class="nextpage-cont"><a href="{related[0].path}">{attribute(related[0].headline)}</a></div></div></div></div></div>
<div class="lib-foot"><p>Hak cipta © 2000 - 2025 Xinhua. Replika berisi cerita rekaan.</p></div></body></html>"""
    gold = GoldStory(
        site=NAME, layout=one.layout, path=_path(one), headline=story.headline,
        paragraphs=(f"{line.raw} {blocks[0].text}", *(block.text for block in blocks[1:])), lead=None, dateline=line,
        byline=None, authors=(), editor="huaxia", translator=None, images=tuple(images), date_published=story.moment,
        section=story.section if one.layout == "dated-header" else None, tags=(), origin=one.origin,
        shared_with=one.shared_with, fault=one.fault,
    )  # fmt: skip
    return gold, html


def _picture(image: GoldImage, pen: Pen, number: int, rng: random.Random) -> str:
    words = f"{pen.text(image.caption or '')} ({image.credit})"
    dressed = rng.choice(
        ("<p>{}</p>", '<p><font color="navy">{}</font></p>', '<p style="text-align:center">{}</p>')
    ).format(words)
    return f'<p style="text-align: center;" align="center"><img id="foto{number}" src="/foto/{number}.jpg" align="center"></p>\n{dressed}\n'


def _discovery(content: Content) -> None:
    def page(title: str, inner: str) -> str:
        return (
            f'<!DOCTYPE html><html lang="id"><head><meta charset="UTF-8"><title>{title}-Xinhua</title><link rel="stylesheet" href="/aset/gaya.css"></head>'
            f'<body><div class="masthead"><a href="/">XINHUA</a></div><div class="page"><main>{inner}</main></div></body></html>'
        )

    def card(one: Entry) -> str:
        day = f"{one.story.moment:%Y-%m-%d}" if one.story else ""
        return f'<div class="item card"><div class="tit"><a href="{one.path}">{attribute(one.headline)}</a></div><div class="time">{day}</div></div>'

    wordpress.listings(
        content, content.listed(), "/", lambda n: f"/index_{n}.htm", page, card, size=15, heading="Berita Terbaru"
    )
    content.redirect("/index.htm", "/")
    content.document("/sitemap.xml", documents.sitemap(content.base, content.entries), documents.XML)
    content.document(
        "/robots.txt", documents.robots(content.base, ["/arsip-internal/"], ["/sitemap.xml"]), "text/plain"
    )
    content.document("/aset/gaya.css", css(ACCENT), "text/css")
