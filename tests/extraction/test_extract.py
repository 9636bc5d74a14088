"""One captured page to one article, end to end."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.extraction.stories import BODY, CAPTION, FIRST, FOURTH, HEADLINE, LEAD, SECOND, THIRD, article, page, wrapped
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract
from xinhua_id.items import Article, Origin, Page


def rules(found: Article) -> list[str]:
    """The rules that removed something inside the story's region."""
    return [removed.rule for removed in found.removed if removed.position is not None]


def test_a_plain_story_is_read_paragraph_by_paragraph() -> None:
    found = extract(page(article()))
    assert found.headline == HEADLINE
    assert found.paragraphs == BODY
    assert found.text == "\n\n".join(BODY)
    assert found.extraction.method == "structure"
    assert found.extraction.layout is None


def test_the_dateline_stays_in_the_first_paragraph_and_makes_the_story_the_wires() -> None:
    found = extract(page(article()))
    assert found.dateline is not None
    assert (found.dateline.place, found.dateline.country, found.dateline.agencies) == (
        "Muara Lestari",
        "Kalinara",
        ["Xinhua"],
    )
    assert found.origin is Origin.WIRE
    assert found.provider == "Xinhua"
    assert found.paragraphs[0] == FIRST


def test_what_stands_between_paragraphs_and_is_not_the_story_is_removed_under_its_rule() -> None:
    inside = f"""<article><h1>{HEADLINE}</h1><div class="entry-content"><p>{FIRST}</p><p>Banner</p><p>{SECOND}</p>
    <p>ADVERTISEMENT</p><p>Baca juga: <a href="/x">Dermaga lama dibongkar</a></p>
    <p>{THIRD}</p>
    <div class="iklan">Sewa di sini</div><p><strong>BACA JUGA</strong></p>
    <p><a href="/y">Harga ikan stabil jelang libur</a></p>
    <p>{FOURTH}</p></div></article>"""
    found = extract(page(wrapped(inside)))
    assert found.paragraphs == BODY
    assert rules(found) == ["banner", "ad-label", "read-also", "ad", "read-also", "read-also"]
    assert [r.position for r in found.removed if r.rule == "banner"] == [1]


def test_words_of_boilerplate_inside_a_sentence_are_the_story() -> None:
    body = [
        FIRST,
        "Iklan layanan masyarakat itu ditayangkan di seluruh terminal kota sejak pekan lalu.",
        "Banner raksasa sepanjang sepuluh meter dipasang panitia di gerbang pasar.",
        "Komentar warga beragam, mulai dari pujian hingga kritik atas harga sewa lapak.",
        "Baca juga menjadi kegiatan yang digemari anak-anak di perahu pustaka itu.",
    ]
    assert extract(page(article(body))).paragraphs == body


def test_caption_lead_and_credit_lines_are_fields_and_not_body() -> None:
    inside = f"""<article><h1>{HEADLINE}</h1><div class="entry-content"><img src="/f.jpg">
    <p>{CAPTION} (Xinhua/Sari Lin)</p><p>{LEAD}</p><p>&nbsp;</p>
    <p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><p>{FOURTH}</p>
    <p>Laporan: Redaksi</p>
    <p>Editor: Dian Puspa</p></div></article>"""
    found = extract(page(wrapped(inside)))
    assert found.paragraphs == BODY
    assert found.lead == LEAD
    assert (found.byline, found.authors, found.editor) == ("Redaksi", [], "Dian Puspa")
    assert [(i.url, i.caption, i.credit, i.photographer) for i in found.images] == [
        ("https://kabar.example.id/f.jpg", CAPTION, "Xinhua/Sari Lin", "Sari Lin")
    ]


@pytest.mark.parametrize("gap", ["<br><br>", "<br/>\n<br />", "<br>&nbsp;<br>", "<br>"])
def test_paragraphs_parted_by_line_breaks_are_parted(gap: str) -> None:
    inside = f'<h1>{HEADLINE}</h1><div id="isi">{gap.join(BODY)}</div>'
    assert extract(page(wrapped(inside))).paragraphs == BODY


def test_paragraphs_glued_by_inline_elements_are_parted() -> None:
    inside = f"<h1>{HEADLINE}</h1><div>{''.join(f'<span>{text}</span>' for text in BODY)}</div>"
    assert extract(page(wrapped(inside))).paragraphs == BODY


@pytest.mark.parametrize("tag", ["div", "center", "blockquote", "section", "td"])
def test_paragraphs_need_no_p(tag: str) -> None:
    body = "".join(f"<{tag}>{text}</{tag}>" for text in BODY)
    body = f"<table><tr>{body}</tr></table>" if tag == "td" else body
    assert extract(page(wrapped(f"<h1>{HEADLINE}</h1><div>{body}</div>"))).paragraphs == BODY


def test_unclosed_paragraphs_and_double_escaped_entities_are_read() -> None:
    text = "Harga cabai &amp;amp; bawang turun di pasar\u00adpasar tradisional&nbsp;kota itu sepanjang\u200b pekan ini."
    inside = f"<h1>{HEADLINE}</h1><div><p>{FIRST}<p>{text}<p>{FOURTH}</div>"
    found = extract(page(wrapped(inside)))
    assert found.paragraphs[1] == "Harga cabai & bawang turun di pasarpasar tradisional kota itu sepanjang pekan ini."


def test_reader_comments_that_read_like_articles_leave_only_count_and_digest() -> None:
    long = "Saya tinggal di dekat pasar itu sejak kecil dan menurut saya pembukaan kembali ini sangat baik. " * 12
    body = "".join(f"<p>{text}</p>" for text in BODY)
    inside = f"""<article><h1>{HEADLINE}</h1><div class="entry-content">{body}</div></article>
    <div id="comments" class="comments-area"><ol class="commentlist"><li><p>{long}</p></li><li><p>{long}</p></li></ol>
    <div id="respond" class="comment-respond"><h3>Tinggalkan Balasan</h3></div></div>"""
    found = extract(page(wrapped(inside)))
    assert found.paragraphs == BODY
    [comments] = [r for r in found.removed if r.rule == "reader-comments"]
    assert comments.text is None
    assert comments.characters > 2000
    assert comments.digest is not None


def test_a_rule_that_would_remove_most_of_the_story_is_not_believed() -> None:
    body = "".join(f"<p>{text}</p>" for text in BODY)
    inside = f'<h1>{HEADLINE}</h1><div class="sidebar widget">{body}</div>'
    assert extract(page(wrapped(inside))).paragraphs == BODY


def test_the_head_is_believed_for_dates_and_an_unsaid_date_stays_null() -> None:
    head = '<meta property="article:published_time" content="2023-01-09T19:05:00+07:00">'
    found = extract(page(article(head=head)))
    assert found.date_published is not None
    assert found.date_published.isoformat() == "2023-01-09T19:05:00+07:00"
    assert found.event_date is not None
    assert found.event_date.date == dt.date(2023, 1, 9)
    bare = extract(page(article(), captured=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    assert bare.date_published is None
    assert bare.event_date is not None
    assert bare.event_date.date is None


def test_a_visible_date_serves_where_the_head_has_none() -> None:
    inside = f"""<article><h1>{HEADLINE}</h1><div class="meta">Senin, 9 Januari 2023 19:05 WITA | 1.229 Views</div>
    <div class="entry-content">{"".join(f"<p>{t}</p>" for t in BODY)}</div></article>"""
    found = extract(page(wrapped(inside)))
    assert found.date_published is not None
    assert found.date_published.isoformat() == "2023-01-09T19:05:00+08:00"
    assert found.paragraphs == BODY


def test_a_canonical_url_of_another_site_or_of_the_front_page_is_not_believed() -> None:
    def canonical(href: str) -> str | None:
        return extract(page(article(head=f'<link rel="canonical" href="{href}">'))).canonical_url

    assert canonical("https://www.kabar.example.id/asli/?utm_source=x") == "https://kabar.example.id/asli"
    assert canonical("https://lain.example.com/asli") == "https://kabar.example.id/pasar-terapung"
    assert canonical("https://kabar.example.id/") == "https://kabar.example.id/pasar-terapung"


@pytest.mark.parametrize(
    ("reason", "answer"),
    [
        ("empty", Page(url="https://x.id/a", body=b"")),
        ("empty", Page(url="https://x.id/a", body=b"\0\0  \n")),
        ("http-503", Page(url="https://x.id/a", status=503, body=article().encode())),
        ("not-html-pdf", Page(url="https://x.id/a", body=b"%PDF-1.7 ....")),
        ("not-html-json", Page(url="https://x.id/a", body=b'{"judul": "Pasar"}')),
        ("feed-or-sitemap", Page(url="https://x.id/a", body=b'<?xml version="1.0"?><rss><channel/></rss>')),
        ("not-html-text", Page(url="https://x.id/a", body=b"hanya teks")),
        (
            "soft-404",
            page(
                wrapped(
                    "<h1>Halaman tidak ditemukan</h1>"
                    "<p>Maaf, halaman yang Anda cari tidak tersedia di situs kami lagi.</p>",
                    title="404",
                )
            ),
        ),
        ("login", page(wrapped('<h1>Masuk</h1><form><input name="u"><input type="password"></form>', title="Masuk"))),
        ("video-only", page(wrapped(f'<h1>{HEADLINE}</h1><iframe src="https://video.example/1"></iframe>'))),
        ("no-body", page("<html><body><h1>Judul saja tanpa isi</h1></body></html>")),
    ],
)
def test_a_page_that_is_no_article_says_what_it_is(reason: str, answer: Page) -> None:
    with pytest.raises(NotAnArticle) as caught:
        extract(answer)
    assert caught.value.reason == reason


def test_a_list_of_teasers_is_a_listing() -> None:
    cards = "".join(
        f'<article><h2><a href="/b{n}">Kabar nomor {n} dari pelabuhan lama</a></h2><p>Ringkasan kabar {n} tentang '
        f"pelabuhan lama yang kini ramai dikunjungi wisatawan dari berbagai daerah.</p></article>"
        for n in range(12)
    )
    with pytest.raises(NotAnArticle) as caught:
        extract(
            page(
                wrapped(f"<main><h1>Berita Terkini</h1>{cards}</main>", title="Berita Terkini"),
                url="https://x.id/terkini",
            )
        )
    assert caught.value.reason == "listing"


def test_tdm_reservation_is_taken_from_header_or_meta() -> None:
    found = extract(page(article(head='<meta name="tdm-reservation" content="1">')))
    assert found.rights.tdm_reservation == 1
    headers = (("Content-Type", "text/html"), ("TDM-Reservation", "0"))
    assert extract(Page(url="https://x.id/a", headers=headers, body=article().encode())).rights.tdm_reservation == 0


PIECES = [
    *"<div> </div> <p> </p> <br> </a> <ul><li> <h1> </h1> <b> </b> <span> </span> <td>".split(),
    *("<a href=x>", "<img src=a alt=b>", FIRST, SECOND, "Banner", "Berita Terkait"),
]


def article_or_reason(answer: Page) -> Article | str:
    """What extraction says of a page."""
    try:
        return extract(answer)
    except NotAnArticle as refusal:
        return refusal.reason


@given(st.binary(max_size=4000))
def test_any_bytes_give_an_article_or_a_named_reason(body: bytes) -> None:
    whole = article().encode()
    for content in (body, b"<html><body><p>" + body, whole[:900] + body + whole[900:]):
        said = article_or_reason(Page(url="https://x.id/a", body=content))
        assert said if isinstance(said, str) else said.paragraphs


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_tangle_of_markup_is_read_without_breaking(pieces: list[str]) -> None:
    said = article_or_reason(page("<html><body>" + "".join(pieces)))
    assert said if isinstance(said, str) else "Banner" not in said.paragraphs


def test_deep_nesting_and_a_great_script_lose_no_text() -> None:
    deep = "<div>" * 3000 + "".join(f"<p>{text}</p>" for text in BODY) + "</div>" * 3000
    assert extract(page(wrapped(f"<h1>{HEADLINE}</h1>{deep}"))).paragraphs == BODY
    script = "<script>var x='" + "a" * 12_000_000 + "'</script>"
    assert (
        extract(
            page(wrapped(script + f"<h1>{HEADLINE}</h1><div>{''.join(f'<p>{t}</p>' for t in BODY)}</div>"))
        ).paragraphs
        == BODY
    )


def test_the_same_bytes_give_the_same_line_in_every_process() -> None:
    code = (
        "from tests.extraction.stories import article, page\n"
        "from xinhua_id.extraction import extract\n"
        "print(extract(page(article())).to_json())"
    )
    lines = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "7", "4711")
    }
    assert len(lines) == 1


def test_a_page_that_is_itself_a_gzip_file_is_read_and_a_broken_one_is_named() -> None:
    packed = gzip.compress(article().encode())
    assert extract(Page(url="https://x.id/a.html.gz", body=packed)).paragraphs == BODY
    with pytest.raises(NotAnArticle) as caught:
        extract(Page(url="https://x.id/a.html.gz", body=packed[:20] + b"rusak" + packed[25:]))
    assert caught.value.reason == "not-html-archive"


def test_a_page_with_more_blocks_than_any_story_has_is_named_too_large() -> None:
    with pytest.raises(NotAnArticle) as caught:
        extract(page(wrapped(f"<h1>{HEADLINE}</h1>" + "<p>a" * 200_001)))
    assert caught.value.reason == "too-large"


HOSTILE = {
    "comments before the page": "<!-- a -->" * 60 + article(),
    "a date with fifty signs": article([FIRST, "1 Januari 2020" + " |" * 50, FOURTH]),
    "a paragraph of stars": article([FIRST, "*" * 200_000 + "x", FOURTH]),
    "thousands of titles": article(head='<meta property="og:title" content="Judul lain sekali">' * 4000),
    "nested bylines": wrapped('<div class="byline">' * 1500 + "a " * 200_000 + "</div>" * 1500 + article()),
    "an offset beyond all": article(head='<meta name="date" content="Mon, 01 Jan 2024 00:00:00 +99999999999999999">'),
    "half an emoji": article(
        head='<script type="application/ld+json">{"@type":"NewsArticle","author":{"name":"Budi \\ud83d S"}}</script>'
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_read_in_a_moment_and_can_be_written(name: str) -> None:
    began = time.process_time()
    said = article_or_reason(page(HOSTILE[name]))
    assert time.process_time() - began < 5
    assert not isinstance(said, str)
    assert FIRST in said.paragraphs
    assert said.to_json().encode()


def test_a_later_paragraph_that_only_looks_like_a_dateline_moves_nothing_into_the_lead() -> None:
    body = [SECOND, FOURTH, "Selandia Baru - Menteri perdagangan negara itu menyambut baik rencana tersebut.", THIRD]
    found = extract(page(article(body)))
    assert found.paragraphs == body
    assert found.lead is None


def test_a_sentence_with_two_names_in_brackets_in_the_body_is_no_caption() -> None:
    body = [FIRST, "Kapal itu tiba di dermaga pada pagi hari. (Kementerian Laut/Basarnas)", FOURTH]
    assert extract(page(article(body))).paragraphs == body


def test_a_label_inside_the_story_does_not_swallow_what_follows() -> None:
    after = [f"Kalimat nomor {n} tentang pasar terapung itu berlanjut seperti biasa setelah label." for n in range(4)]
    found = extract(page(article([FIRST, SECOND, "Terpopuler", *after])))
    assert found.paragraphs == [FIRST, SECOND, *after]


def test_a_credit_that_no_field_tells_is_accounted_for() -> None:
    found = extract(page(article([FIRST, SECOND, "Sumber: Dinas Perdagangan Kota", "Editor: Dian Puspa"])))
    assert found.editor == "Dian Puspa"
    assert [(r.rule, r.text) for r in found.removed if r.rule == "credit-line"] == [
        ("credit-line", "Sumber: Dinas Perdagangan Kota")
    ]


def test_positions_of_what_was_removed_lie_within_the_story_and_in_page_order() -> None:
    tail = ["Berita Terkait", "Forum warga", "Peluang usaha", "Galeri foto", "Indeks berita"]
    inside = "".join(f"<p>{text}</p>" for text in [*BODY, "Banner", *tail])
    found = extract(page(wrapped(f"<h1>{HEADLINE}</h1><div>{inside}</div>")))
    positions = [r.position for r in found.removed if r.position is not None]
    assert positions == sorted(positions)
    assert max(positions) == len(found.paragraphs) == 4


@pytest.mark.parametrize(
    "url", ["http://[x/", "https://x.id/a\ud800b", "bukan alamat", "https://x.id:99999999999/a", ""]
)
def test_a_url_that_is_none_stops_nothing(url: str) -> None:
    found = extract(Page(url=url, body=article().encode()))
    assert found.paragraphs == BODY
    assert len(found.id) == 32
