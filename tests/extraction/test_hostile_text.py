"""Text that Indonesian news pages set inside the story, and text written in ways that hide its words."""

from __future__ import annotations

import pytest

from tests.extraction.other_stories import NEXT_HEADLINE, RAIL, RAIL_HEADLINE, paragraphs, rail, read

# Indonesian


@pytest.mark.parametrize("gap", ["<br><br>", "<br/> <br/>", "<br>\n<br>\n", "<br>&nbsp;<br>", "<br><br><br>"])
@pytest.mark.parametrize("holder", ["{}", "<p>{}</p>", "<span>{}</span>", "<font>{}</font>"])
def test_a_body_parted_by_line_breaks_has_its_paragraphs(gap: str, holder: str) -> None:
    assert read(rail(holder.format(gap.join(RAIL)))).paragraphs == RAIL


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_body_with_hardly_a_p_is_read_whole(count: int) -> None:
    body = "".join(f"<p>{text}</p>" for text in RAIL[:count]) + "".join(f"{text}<br><br>" for text in RAIL[count:])
    assert read(rail(body)).paragraphs == RAIL


LINK = f'<a href="/perpustakaan">{NEXT_HEADLINE}</a>'


@pytest.mark.parametrize(
    "line",
    [
        f"<p>Baca juga: {LINK}</p>",
        f"<p><strong>Baca juga:</strong> {LINK}</p>",
        f"<p><strong>Baca Juga : {LINK}</strong></p>",
        f"<p>BACA JUGA</p><p>{LINK}</p>",
        f'<div class="baca-juga"><span>Baca juga</span><ul><li>{LINK}</li></ul></div>',
        f'<table class="linksisip"><tr><td>Baca Juga</td></tr><tr><td>{LINK}</td></tr></table>',
        f"<blockquote><p>Baca juga: {LINK}</p></blockquote>",
        f"<ul><li>Baca juga: {LINK}</li></ul>",
        f"<p><em>Simak juga: {LINK}</em></p>",
        f"<p>Lihat juga: {LINK}</p>",
        f"<p>[Baca juga: {LINK}]</p>",
        f"<p>(Baca: {LINK})</p>",
        f"<p><b>Baca: {LINK}</b></p>",
        f"<p>Pilihan Editor: {LINK}</p>",
        f"<h3>Baca juga: {LINK}</h3>",
    ],
)
def test_the_headline_a_reader_is_sent_to_stays_out(line: str) -> None:
    found = read(rail(paragraphs(RAIL[:2]) + line + paragraphs(RAIL[2:])))
    assert found.paragraphs == RAIL
    rules = {removed.rule for removed in found.removed if NEXT_HEADLINE in (removed.text or "")}
    assert rules
    assert rules <= {"read-also", "related", "linked-headline"}


def test_the_headline_a_reader_is_sent_to_stays_out_of_a_body_of_line_breaks() -> None:
    body = "<br><br>".join([*RAIL[:2], f"Baca juga: {LINK}", *RAIL[2:]])
    assert read(rail(body)).paragraphs == RAIL


@pytest.mark.parametrize(
    "label",
    [
        "<p>Iklan</p>",
        "<p>IKLAN</p>",
        "<p>ADVERTISEMENT</p>",
        "<div>Advertisement</div>",
        "<p><small>- Advertisement -</small></p>",
        "<p>SCROLL TO CONTINUE WITH CONTENT</p>",
        "<center>Iklan</center>",
        "<span>Iklan</span><br>",
        "<p>Lanjutkan membaca setelah iklan</p>",
        '<div class="ads"><p>Sewa perahu murah setiap akhir pekan di dermaga kami.</p></div>',
        '<ins class="adsbygoogle">Pesan sekarang juga.</ins>',
    ],
)
def test_the_label_of_an_advertisement_stays_out(label: str) -> None:
    found = read(rail(paragraphs(RAIL[:2]) + label + paragraphs(RAIL[2:])))
    assert found.paragraphs == RAIL
    assert any(removed.rule in ("ad-label", "ad") for removed in found.removed)


@pytest.mark.parametrize("banner", ["<p>Banner</p>", "<p>&nbsp;Banner </p>", '<p><img alt="Banner" src="/b.gif"></p>'])
def test_a_banner_inside_the_body_stays_out(banner: str) -> None:
    found = read(rail(paragraphs(RAIL[:2]) + banner + paragraphs(RAIL[2:])))
    assert found.paragraphs == RAIL
    assert ("banner", "Banner", 2) in [(removed.rule, removed.text, removed.position) for removed in found.removed]
    assert found.images == []


# Text


def test_entities_escaped_twice_are_read_as_what_was_meant() -> None:
    written = [
        text.replace("“", "&amp;ldquo;").replace("”", "&amp;#8221;").replace("–", "&amp;ndash;") for text in RAIL
    ]
    assert read(rail(paragraphs(written))).paragraphs == RAIL


def test_a_story_about_markup_keeps_its_brackets() -> None:
    text = (
        "Guru itu menjelaskan bahwa tanda &lt;br&gt; dan &amp;amp; dipakai untuk menulis halaman sekolah di kelasnya."
    )
    found = read(rail(paragraphs([*RAIL[:2], text])))
    assert found.paragraphs[2].startswith("Guru itu menjelaskan bahwa tanda <br> dan &")


@pytest.mark.parametrize("hidden", ["\u200b", "\u200c", "\u200d", "\ufeff", "\u2060", "\u00ad", "&shy;", "&#8203;"])
def test_characters_that_show_nothing_part_no_word(hidden: str) -> None:
    written = [text.replace("kereta", f"ke{hidden}reta") for text in RAIL]
    assert read(rail(paragraphs(written))).paragraphs == RAIL


@pytest.mark.parametrize("space", ["&nbsp;", "\u00a0", "\u2009", "\u3000", "&ensp;", "\t", "\r\n", "  "])
def test_every_kind_of_white_space_is_one_space(space: str) -> None:
    written = [text.replace(" ", space) for text in RAIL]
    assert read(rail(paragraphs(written))).paragraphs == RAIL


def test_an_empty_paragraph_of_white_space_is_none() -> None:
    body = "<p>&nbsp;</p>".join(f"<p>{text}</p><p></p><p>\u200b</p>" for text in RAIL)
    assert read(rail(body)).paragraphs == RAIL


def test_the_paragraphs_of_a_short_story_are_not_doubled() -> None:
    short = RAIL[:2]
    assert read(rail(paragraphs(short))).paragraphs == short
    assert read(rail(f"{short[0]}<br><br>{short[1]}")).paragraphs == short


def test_a_brief_of_one_sentence_is_an_article() -> None:
    found = read(rail(f"<p>{RAIL[0]}</p>", head='<meta property="og:type" content="article">'))
    assert found.paragraphs == RAIL[:1]
    assert found.headline == RAIL_HEADLINE


@pytest.mark.parametrize(
    "pages",
    [
        '<div class="pagination">Halaman <b>1</b> <a href="?page=2">2</a> <a href="?page=3">3</a></div>',
        '<p>Halaman: <a href="?page=1">1</a> <a href="?page=2">2</a> <a href="?page=2">Selanjutnya</a></p>',
        "<p>Halaman 1 2 3</p>",
        "<p>1 2 3 Lihat Semua</p>",
        '<p><a rel="next" href="?page=2">Selanjutnya</a></p>',
    ],
)
def test_the_numbers_of_further_pages_are_not_the_story(pages: str) -> None:
    assert read(rail(paragraphs() + pages)).paragraphs == RAIL
