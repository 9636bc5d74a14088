# ruff: noqa: E501  (a line of markup is as long as it is)
"""The three layouts of ANTARA's story pages: 2015 (bare text and line breaks), 2019 and 2023.

Knows nothing of which stories there are.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

from xinhua_id.demo import calendar_id
from xinhua_id.demo.content import Commission, Entry
from xinhua_id.demo.gold import GoldStory
from xinhua_id.demo.markup import Body, Pen, attribute, compose

_Page = Callable[[str, Commission, GoldStory, Sequence[Entry], random.Random], str]

_MENU = "".join(
    f'<li><a href="/{slug}">{name}</a></li>'
    for slug, name in (
        ("", "Home"),
        ("terkini", "Terkini"),
        ("top-news", "Top News"),
        ("foto", "Foto"),
        ("video", "Video"),
    )
)
_FOOT = (
    '<footer class="footer"><p>Replika berisi cerita rekaan.</p><p>Copyright &copy; ANTARA</p><p><a href="/tentang-kami/">Tentang Kami</a> '
    '<a href="/pedoman-media-siber/">Pedoman</a></p><p>Download aplikasi ANTARA <a href="https://toko-aplikasi.example/antara">di sini</a></p></footer>'
)


def frame(title: str, head: str, inner: str) -> str:
    """Return a page of the newer layouts."""
    return (
        f'<!DOCTYPE html>\n<html lang="id">\n<head>\n<meta charset="UTF-8">\n<title>{attribute(title)} - ANTARA News</title>\n<link rel="stylesheet" href="/aset/gaya.css">\n'
        f'<link rel="alternate" type="application/rss+xml" title="Terkini" href="/rss/terkini.xml">\n<link rel="alternate" type="application/rss+xml" title="Top News" href="/rss/top-news.xml">\n{head}'
        f'<script>window.dataLayer=window.dataLayer||[];var pesan="<p>Paragraf di dalam skrip bukan berita.</p>";</script>\n</head>\n<body>'
        f'<header class="masthead"><a href="/">ANTARA</a><nav><ul class="navbar-nav">{_MENU}</ul></nav></header>\n<div class="page container">{inner}</div>\n{_FOOT}</body></html>'
    )


def sidebar(entries: Sequence[Entry]) -> str:
    """Return the column of popular stories."""
    cards = "".join(
        f'<div class="card__post card__post-list"><div class="card__post__content"><h6><a href="{one.path}?utm_source=antaranews&amp;utm_medium=desktop&amp;utm_campaign=populer_right">{attribute(one.headline)}</a></h6></div></div>'
        for one in entries
    )
    return f'<aside class="sidebar"><h4 class="border_section">Terpopuler</h4>{cards}<div class="ads-on-body"><div class="ads">Advertisement</div></div></aside>'


def _credits(one: Commission, *, glue: str = "<br>") -> str:
    """Return the lines under the story, as its style has them."""
    story, year = one.story, one.story.moment.year
    lines = {
        "wire": ["Pewarta: Xinhua", f"Editor: {story.editor}"],
        "own": [f"Pewarta: {story.reporter}", f"Editor: {story.editor}"],
        "cited": [f"Penerjemah: {story.translator}", f"Editor: {story.editor}"],
        "release": ["Pewarta: PR Wire"],
        "empty": ["Pewarta: ", f"Editor: {story.editor}"],
    }[one.style]
    return glue.join([*lines, f"Copyright &copy; ANTARA {year}"])


def _between(one: Commission, related: Sequence[Entry], rng: random.Random) -> dict[int, str]:
    """Return read-also lines and advertisements by the block they stand before."""
    count = len(one.story.blocks)
    spots = rng.sample(range(1, count), min(count - 1, rng.choice((0, 1, 1, 2, 3))))
    found = {}
    for spot, other in zip(sorted(spots), related, strict=False):
        link = f'<a href="{other.path}" title="{attribute(other.headline)}">{attribute(other.headline)}</a>'
        found[spot] = rng.choice((
            f'<span class="baca-juga">Baca juga: {link}</span>', f'<p><span class="baca-juga"><b>Baca juga:</b> {link}</span></p>',
            f"<b>Baca juga: {link}</b><br /><br />", '<div class="ads-on-body"><div id="div-gpt-ad-1"></div></div>', '<p class="text-center">ADVERTISEMENT</p>',
            f"<p>BACA JUGA: {link}</p>", '<div class="parallax"><small>SCROLL TO CONTINUE WITH CONTENT</small></div>',
        ))  # fmt: skip
    if rng.random() < 0.6:
        other = related[-1]
        found[count] = (
            f'<span class="baca-juga">Baca juga: <a href="{other.path}">{attribute(other.headline)}</a></span>'
        )
    return found


def _body(one: Commission, truth: GoldStory, pen: Pen, style: Body, between: dict[int, str]) -> str:
    assert truth.dateline is not None
    after = between.pop(len(one.story.blocks), "")
    return (
        compose(one.story.blocks, style, pen, between, first=attribute(truth.dateline.raw).replace("&#x27;", "'") + " ")
        + after
    )


def _page_2023(base: str, one: Commission, truth: GoldStory, related: Sequence[Entry], rng: random.Random) -> str:
    story, pen = one.story, Pen(rng)
    iso = story.moment.isoformat()
    data = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.headline, "datePublished": iso, "dateModified": iso,
        "author": {"@type": "Person", "name": story.editor}, "creator": [story.reporter if one.style == "own" else "Xinhua"] if one.style in ("own", "wire") else [],
        "publisher": {"@type": "Organization", "name": "ANTARA News"},
    }  # fmt: skip
    head = (
        f'<link rel="canonical" href="{base}{truth.path}">\n<meta property="og:type" content="article">\n<meta property="og:title" content="{attribute(story.headline)} - ANTARA News">\n'
        f'<meta property="article:published_time" content="{iso}">\n<script type="application/ld+json">{json.dumps(data)}</script>\n'
    )
    lead = f'<blockquote class="quote"><p>{pen.text(truth.lead)}</p></blockquote>' if truth.lead else ""
    image = truth.images[0]
    style = rng.choice((Body.BRBR, Body.BRBR, Body.P, Body.P, Body.WORD))
    source = f"<p>Sumber: {attribute(story.organisation)}</p>" if one.style == "release" else ""
    tags = "".join(
        f'<li class="list-inline-item"><a href="/tag/{tag.replace(" ", "-")}">{tag}</a></li>' for tag in story.tags
    )
    more = "".join(
        f'<div class="card__post"><div class="card__post__content"><h5><a href="{entry.path}">{attribute(entry.headline)}</a></h5></div></div>'
        for entry in related[:4]
    )
    inner = f"""<main class="col-md-8"><ul class="breadcrumbs"><li class="breadcrumbs__item"><a href="/" class="breadcrumbs__url">Home</a></li><li class="breadcrumbs__item"><a href="/kategori/" class="breadcrumbs__url">{story.section}</a></li></ul>
<div class="wrap__article-detail"><div class="wrap__article-detail-title"><h1>{attribute(story.headline)}</h1></div>
<div class="wrap__article-detail-info"><ul class="list-inline"><li class="list-inline-item mr-2"><span>{calendar_id.full(story.moment)}</span></li></ul></div>
<div class="wrap__article-detail-image mt-4"><figure><picture><img class="img-fluid" src="/foto/{story.number}.jpg" alt="{attribute(story.headline)}"></picture><figcaption class="text-muted mt-2">{pen.text(image.caption or "")} ({image.credit})</figcaption></figure></div>
<div class="wrap__article-detail-content post-content">
{lead}
{_body(one, truth, pen, style, _between(one, related, rng))}
{source}
<p class="text-muted mt-2 small">{_credits(one)}</p></div>
<div class="blog-tags"><ul class="list-inline"><li class="list-inline-item"><i class="fa fa-tags"></i>Tags:</li>{tags}</ul></div></div>
<div class="wrap__article-detail-share"><span>Bagikan</span> <a href="https://media-sosial.example/bagikan">Facebook</a></div>
<section class="related-article"><h4>Berita Terkait</h4>{more}</section>
<div class="form-comment"><h4>Komentar</h4><p>Silakan masuk untuk berkomentar.</p></div></main>{sidebar(related[4:])}"""
    return frame(story.headline, head, inner)


def _page_2019(base: str, one: Commission, truth: GoldStory, related: Sequence[Entry], rng: random.Random) -> str:
    story, pen = one.story, Pen(rng)
    image = truth.images[0]
    style = rng.choice((Body.BRBR, Body.BRBR, Body.P, Body.DIV, Body.BR))
    head = f'<link rel="canonical" href="{base}{truth.path}">\n<meta name="news_keywords" content="{", ".join(story.tags)}">\n'
    if rng.random() < 0.7:
        # Cut off in the middle, as on real pages: a parser of JSON must live without it.
        head += f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{attribute(story.headline)}", "datePublished": "{story.moment:%Y-%m-%d}WIB{story.moment:%H:%M:%S}+07:00",</script>\n'
    source = f"<br />Sumber: {attribute(story.organisation)}<br />" if one.style == "release" else ""
    tags = "".join(f'<li><a href="/tag/{tag.replace(" ", "-")}">{tag}</a></li>' for tag in story.tags)
    more = "".join(f'<li><a href="{entry.path}">{attribute(entry.headline)}</a></li>' for entry in related[:5])
    inner = f"""<main class="main-content"><article class="post-wrapper clearfix"><header class="post-header clearfix"><p class="simple-share"><a href="/kategori/" class="breadcrumbs__item">{story.section}</a></p>
<h1 class="post-title">{attribute(story.headline)}</h1><p class="simple-share"><span class="article-date"><i class="fa fa-clock-o"></i> {calendar_id.full(story.moment)}</span></p></header>
<figure class="image-overlay"><img src="/foto/{story.number}.jpg" alt=""><p class="wp-caption-text caption">{pen.text(image.caption or "")} ({image.credit})</p></figure>
<div class="post-content clearfix">
{_body(one, truth, pen, style, _between(one, related, rng))}
{source}
<p class="text-muted small mt10">{_credits(one)}</p></div>
<footer class="post-meta"><div class="tags-widget clearfix"><h5>Tags</h5><ul class="tags">{tags}</ul></div></footer></article>
<section class="block"><h4>Berita Terkait</h4><ul class="related">{more}</ul></section></main>{sidebar(related[4:])}"""
    return frame(story.headline, head, inner)


def _page_2015(base: str, one: Commission, truth: GoldStory, related: Sequence[Entry], rng: random.Random) -> str:
    story, pen = one.story, Pen(rng)
    image = truth.images[0]
    between = {
        spot: f'<br /><b>Baca juga: <a href="{other.path}">{attribute(other.headline)}</a></b><br /><br />'
        for spot, other in zip(rng.sample(range(1, len(story.blocks)), 1), related, strict=False)
        if rng.random() < 0.5
    }
    style = Body.WORD if one.style == "release" else rng.choice((Body.BRBR, Body.BRBR, Body.BRBR, Body.BR))
    body = _body(one, truth, pen, style, between).removesuffix("<br /><br />")
    writer = {
        "own": f'{rng.choice(("Pewarta:", "Oleh"))} <span itemprop="author">{story.reporter}</span>', "wire": 'Pewarta: <span itemprop="author">Xinhua</span>',
        "cited": f'Penerjemah: <span itemprop="translator">{story.translator}</span>', "release": 'Pewarta: <span itemprop="author">PR Wire</span>', "empty": 'Pewarta: <span itemprop="author"></span>',
    }[one.style]  # fmt: skip
    year = story.moment.year
    editor = (
        "" if one.style == "release" else f'<p class="mt10">Editor: <span itemprop="editor">{story.editor}</span></p>'
    )
    again = (
        f"{rng.choice(('<br />', '<br /><br />'))}Editor: {story.editor}<br />Copyright &copy; ANTARA {year}<br />"
        if editor and rng.random() < 0.2
        else ""
    )
    quote = f'<blockquote>\n\t{pen.text(truth.lead)}\t</blockquote><div class="cl"></div>' if truth.lead else ""
    more = "".join(
        f'<div class="topbox"><a href="{entry.path}?utm_source=related_news"><img src="/foto/k{len(entry.headline)}.jpg" alt=""></a><h3><a href="{entry.path}?utm_source=related_news">{attribute(entry.headline)}</a></h3></div>'
        for entry in related[:6]
    )
    tags = "".join(f'<a href="/tag/{tag.replace(" ", "-")}" rel="tag">{tag}</a> ' for tag in story.tags)
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" lang="id">
<head>
<title>{attribute(story.headline)} - ANTARA News</title>
<meta name="keywords" content="{", ".join(story.tags)}" />
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<link rel="stylesheet" type="text/css" href="/aset/gaya.css">
<link rel="alternate" type="application/rss+xml" title="Terkini" href="/rss/terkini.xml" />
<meta property="og:title" content="{attribute(story.headline)}" />
</head><body>
<div class="hdbox masthead"><a href="{base}/">ANTARA News</a> <ul id="topnav">{_MENU}</ul> <div class="rtgl fr">{calendar_id.weekday(story.moment)}, {calendar_id.long_date(story.moment)}</div></div>
<div class="page"><div class="main primary"><div class="ads_top_728 ads">Iklan</div>
<div class="bjbrt" itemscope itemtype="http://schema.org/NewsArticle">
<h1 class="title" itemprop="headline"><strong>{attribute(story.headline)}</strong></h1>
<div class="date mt10"><time itemprop="datePublished" datetime="{story.moment.isoformat()}">{calendar_id.full(story.moment)}</time> | {rng.randint(1, 9)}.{rng.randint(100, 999)} Views</div>
<span itemprop="inLanguage" style="display:none">id</span><span itemprop="keywords" style="display:none">{", ".join(story.tags)}</span>
<div class="byline">{writer}</div>
<div class="pbrt"><div id="image_news"><img src="/foto/{story.number}.jpg" alt="{attribute(story.headline)}" class="img_default" /><div id="caption_news">{pen.text(image.caption or "")} ({image.credit})</div></div><div class="cl"></div></div>
{quote}
<div id="content_news" itemprop="articleBody">
	{body}{again}{editor}<p class="date">COPYRIGHT &copy; <span itemprop="copyrightHolder">ANTARA</span> <span itemprop="copyrightYear">{year}</span></p><div style="width:336px;margin: 10px auto;" class="ads"><ins class="adsbygoogle"></ins></div>
<div class="cl"></div></div>
<div class="tag_news">Tag: {tags}</div>
<div class="terkait_bottom mt10"><div class="box_header">Berita Lainnya</div><div class="brtall">{more}</div></div>
<div id="boxKomentar" class="mt10"><div class="box_header">Komentar Pembaca</div><form id="post_comment" method="post"><textarea name="comment" placeholder="Komentar Anda"></textarea></form><div id="comments"></div></div>
</div></div><div class="right sidebar"><div class="box_header">Terpopuler</div>{"".join(f'<a class="box_link" href="{entry.path}">{attribute(entry.headline)}</a>' for entry in related[6:])}</div></div>
{_FOOT}</body></html>"""


#: Layout → what writes its page.
PAGES: dict[str, _Page] = {"2023": _page_2023, "2019": _page_2019, "2015": _page_2015}
