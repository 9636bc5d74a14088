"""Markup that pages really have: unclosed, nested, in the wrong element, hidden, or another story's."""

from __future__ import annotations

import pytest

from tests.extraction.other_stories import COMMENTS, NEXT, NEXT_HEADLINE, RAIL, RAIL_HEADLINE, paragraphs, rail, read
from tests.extraction.stories import wrapped


def test_unclosed_paragraphs_end_where_the_next_begins() -> None:
    assert read(rail("".join(f"<p>{text}" for text in RAIL))).paragraphs == RAIL


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"<p><p>{text}</p></p>" for text in RAIL),
        "<p>" + "".join(f"<p>{text}</p>" for text in RAIL) + "</p>",
        "".join(f"<p><div><p>{text}</div></p>" for text in RAIL),
        "".join(f"<div><p>{text}</div>" for text in RAIL),
        "".join(f"</p>{text}<p>" for text in RAIL),
        "".join(f"<p><b>{text}</p></b>" for text in RAIL),
    ],
    ids=["p in p", "all in one p", "div in p", "p closed by div", "only end tags", "crossed"],
)
def test_nested_and_crossed_paragraphs_are_read_once_each(body: str) -> None:
    assert read(rail(body)).paragraphs == RAIL


@pytest.mark.parametrize(
    ("before", "between", "after"),
    [
        ("<div><div>", "</div><div>", "</div></div>"),
        ("<span>", "</span><br><br><span>", "</span>"),
        ('<span style="display:block">', '</span><span style="display:block">', "</span>"),
        ("<font size=2>", "</font><br><br><font size=2>", "</font>"),
        ("<font face=arial><p>", "<p>", "</font>"),
        ("<center>", "</center><center>", "</center>"),
        ("<center><p>", "</p><p>", "</p></center>"),
        ("<table><tr><td><p>", "</p><p>", "</p></td></tr></table>"),
        ("<table><tr><td>", "</td></tr><tr><td>", "</td></tr></table>"),
        ("<form method=post><p>", "</p><p>", "</p><input type=hidden name=t></form>"),
        ("<form><div>", "</div><div>", "</div></form>"),
    ],
)
def test_a_body_in_any_element_is_read(before: str, between: str, after: str) -> None:
    assert read(rail(before + between.join(RAIL) + after)).paragraphs == RAIL


@pytest.mark.parametrize(
    "names",
    [
        "comment-status-open",
        "has-sidebar",
        "no-comments related-posts-on",
        "page-template-sidebar",
        "single post share-on",
    ],
)
def test_a_class_of_the_page_that_only_contains_a_rules_word_removes_nothing(names: str) -> None:
    html = rail(paragraphs()).replace('class="single comment-status-open has-sidebar"', f'class="{names}"')
    assert f'<body class="{names}">' in html
    assert read(html).paragraphs == RAIL


@pytest.mark.parametrize("names", ["sidebar", "related", "share", "newsletter", "ad", "widget"])
def test_a_rules_class_on_the_body_itself_cannot_remove_the_story(names: str) -> None:
    html = rail(paragraphs()).replace('class="single comment-status-open has-sidebar"', f'class="{names}"')
    assert read(html).paragraphs == RAIL
    assert read(rail(f'<div class="{names}">{paragraphs()}</div>')).paragraphs == RAIL


def teaser(number: int) -> str:
    return (
        f'<article><h2><a href="/lain-{number}">Sanggar tari nomor {number} membuka kelas sore</a></h2>'
        f"<p>Kelas dibuka untuk anak-anak berumur tujuh tahun ke atas.</p></article>"
    )


def test_of_several_articles_the_one_with_the_story_is_read() -> None:
    story = f"<article><h1>{RAIL_HEADLINE}</h1>{paragraphs()}</article>"
    for around in (
        story + "".join(map(teaser, range(6))),
        "".join(map(teaser, range(6))) + story,
        f"<article>{story}</article>" + teaser(1),
    ):
        found = read(wrapped(around, title=RAIL_HEADLINE))
        assert found.paragraphs == RAIL
        assert found.headline == RAIL_HEADLINE


@pytest.mark.parametrize("tag", ["article", "div", "section"])
def test_the_next_story_appended_below_is_not_this_one(tag: str) -> None:
    this = f'<{tag} class="cerita"><h1>{RAIL_HEADLINE}</h1><div class="isi">{paragraphs()}</div></{tag}>'
    other = f'<{tag} class="cerita"><h1>{NEXT_HEADLINE}</h1><div class="isi">{paragraphs(NEXT)}</div></{tag}>'
    found = read(wrapped(this + other, title=RAIL_HEADLINE))
    assert found.headline == RAIL_HEADLINE
    assert found.paragraphs == RAIL


@pytest.mark.parametrize(
    "box",
    [
        '<details><summary>3 komentar</summary><div class="comment">{}</div></details>',
        '<details class="komentar"><summary>Komentar</summary>{}</details>',
        '<div id="comments" class="comments-area"><h3>3 Komentar</h3>{}</div>',
        '<section class="komentar-pembaca">{}</section>',
        '<ol class="commentlist"><li class="comment"><div class="comment-body">{}</div></li></ol>',
    ],
)
def test_readers_comments_longer_than_the_story_stay_out(box: str) -> None:
    found = read(rail(paragraphs(), after=box.format(paragraphs(COMMENTS * 4))))
    assert found.paragraphs == RAIL
    assert not any(comment in (removed.text or "") for comment in COMMENTS for removed in found.removed)


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>{}</p>",
        '<p style="display:none">{}</p>',
        '<div style="color:red; DISPLAY : none;"><p>{}</p></div>',
        '<p style="visibility:hidden">{}</p>',
        '<span class="screen-reader-text">{}</span>',
        "<template><p>{}</p></template>",
        "<noscript><p>{}</p></noscript>",
        "<!-- <p>{}</p> -->",
        "<!--[if IE]><p>{}</p><![endif]-->",
        "<svg><text>{}</text></svg>",
        '<script type="text/template"><p>{}</p></script>',
        "<style>p::after {{ content: '{}' }}</style>",
        "<object><p>{}</p></object>",
        "<textarea>{}</textarea>",
    ],
)
def test_what_the_page_does_not_show_is_not_the_story(hidden: str) -> None:
    secret = "Kalimat tersembunyi ini hanya terbaca oleh mesin dan tidak pernah tampil di layar pembaca."
    body = f"<p>{RAIL[0]}</p>{hidden.format(secret)}{paragraphs(RAIL[1:])}"
    assert read(rail(body)).paragraphs == RAIL


def test_an_amp_page_is_read_like_any_other() -> None:
    html = f"""<!doctype html><html ⚡ lang="id"><head><meta charset="utf-8"><title>{RAIL_HEADLINE}</title>
    <link rel="canonical" href="https://kabar.example.id/berita/kereta-wisata-lembah">
    <style amp-boilerplate>body{{visibility:hidden}}</style><script async src="v0.js"></script></head><body>
    <amp-sidebar id="menu"><ul><li><a href="/">Beranda</a></li><li><a href="/wisata">Wisata</a></li></ul></amp-sidebar>
    <amp-consent><div>Kami memakai kuki untuk menyusun statistik kunjungan pembaca.</div></amp-consent>
    <article><h1>{RAIL_HEADLINE}</h1><amp-img src="/kereta.jpg" width="700" height="400"></amp-img>
    <p>{RAIL[0]}</p><amp-ad type="x"><div fallback>Iklan</div></amp-ad>{paragraphs(RAIL[1:])}
    <amp-social-share type="system">Bagikan</amp-social-share></article>
    <amp-list src="/x"><template type="amp-mustache"><p>{NEXT[0]}</p></template></amp-list></body></html>"""
    found = read(html)
    assert found.paragraphs == RAIL
    assert [image.url for image in found.images] == ["https://kabar.example.id/kereta.jpg"]
