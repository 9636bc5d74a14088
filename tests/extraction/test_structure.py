"""What structure and the trees make of a page that nobody described: blocks in doubt, what interrupts, what follows."""

from __future__ import annotations

import pytest

from tests.extraction.stories import BODY, FIRST, FOURTH, HEADLINE, SECOND, THIRD, article, page, wrapped
from xinhua_id.extraction import blocks, extract, metadata, structure, traits, tree
from xinhua_id.extraction.story_trees import odds_of
from xinhua_id.items import Article

COMMENT = (
    "Saya tinggal di dekat dermaga dan setiap hari melihat perahu itu lewat. Semoga lapak baru tidak cepat rusak "
    "seperti yang lama, karena banyak keluarga menggantungkan hidup di sana."
)


def rules(found: Article) -> dict[str, str]:
    """Text to rule, of what was removed."""
    return {removed.text: removed.rule for removed in found.removed if removed.text}


def test_the_traits_keep_their_range_however_long_a_block_is() -> None:
    html = wrapped(f"<div>{'kata ' * 200_000}</div>" + article())
    root = tree.parse(html.encode())
    assert root is not None
    flat = blocks.walk(root)
    ground = structure.survey(flat, metadata.read(root, None).titles)
    assert ground is not None
    rows = dict(traits.read(flat, ground))
    first = next(at for at, block in enumerate(flat.blocks) if block.text == FIRST)
    assert rows[first][traits.NAMES.index("parent_prose")] > 0.05
    assert odds_of(rows[first]) > -2


@pytest.mark.parametrize("dash", ["-", "–", "--"])
def test_a_dateline_parted_from_its_paragraph_is_joined_to_it(dash: str) -> None:
    story = "".join(f"<p>{text}</p>" for text in [SECOND, THIRD, FOURTH])
    found = extract(page(wrapped(f"<h1>{HEADLINE}</h1><div><strong>Muara Lestari</strong> {dash} {story}</div>")))
    assert found.paragraphs[0] == f"Muara Lestari {dash} {SECOND}"


def test_a_line_with_a_dash_at_its_end_that_is_no_dateline_is_removed_by_name() -> None:
    story = "".join(f"<p>{text}</p>" for text in BODY)
    found = extract(page(wrapped(f"<h1>{HEADLINE}</h1><div><b>oleh tim liputan kami -</b>{story}</div>")))
    assert found.paragraphs == BODY
    assert rules(found)["oleh tim liputan kami -"] == "above-the-story"


def test_a_quoted_cry_at_the_end_is_the_story_s() -> None:
    story = "".join(f"<div>{text}</div>" for text in BODY)
    cry = '<blockquote><p>"Ini baru permulaan."</p></blockquote>'
    found = extract(page(wrapped(f"<main><h1>{HEADLINE}</h1><div>{story}{cry}<p>[Xinhua]</p></div></main>")))
    assert found.paragraphs == [*BODY, '"Ini baru permulaan."']


@pytest.mark.parametrize("heading", ["Tanggapan warga (3)", "Komentar (12)", "Komentar"])
def test_prose_behind_a_heading_over_comments_never_becomes_the_story(heading: str) -> None:
    story = "".join(f"<p>{text}</p>" for text in BODY)
    comments = f"<p>{COMMENT}</p>" * 3
    found = extract(page(wrapped(f"<div><h1>{HEADLINE}</h1>{story}<h3>{heading}</h3>{comments}</div>")))
    assert found.paragraphs == BODY


def test_a_second_article_below_is_another_story() -> None:
    story = "".join(f"<p>{text}</p>" for text in BODY)
    other = "".join(f"<p>Kalimat {n} dari cerita lain tentang jembatan yang diresmikan kemarin.</p>" for n in range(6))
    found = extract(
        page(wrapped(f"<article><h1>{HEADLINE}</h1>{story}</article><article><h1>Lain</h1>{other}</article>"))
    )
    assert found.paragraphs == BODY


def test_a_box_that_names_itself_for_scripts_alone_is_seen() -> None:
    story = [f'<div data-component="text-block"><p>{text}</p></div>' for text in BODY]
    box = (
        '<div data-component="newsletter-block"><h3>Surat pagi</h3><p>Tiga hal sebelum berangkat. '
        "Tanpa biaya apa pun.</p></div>"
    )
    found = extract(
        page(wrapped(f"<article><h1>{HEADLINE}</h1>{''.join(story[:2])}{box}{''.join(story[2:])}</article>"))
    )
    assert found.paragraphs == BODY


@pytest.mark.parametrize("box", ["<section>{}</section>", '<div class="entri"><time>07.00 WIB</time>{}</div>'])
def test_a_short_story_of_which_each_paragraph_stands_in_a_box_is_found(box: str) -> None:
    boxes = "".join(box.format(f"<p>{text}</p>") for text in BODY)
    html = f"<html><head><title>{HEADLINE}</title></head><body><h1>{HEADLINE}</h1>{boxes}<p>Hak cipta</p></body></html>"
    assert extract(page(html)).paragraphs == BODY


def test_prose_above_the_headline_is_no_part_of_the_story() -> None:
    notice = "Situs ini memakai kuki untuk meningkatkan pengalaman membaca. Dengan melanjutkan, Anda setuju."
    story = "".join(f"<p>{text}</p>" for text in BODY)
    html = f"<body><div class='cc'><p>{notice}</p></div><h1>{HEADLINE}</h1>{story}</body>"
    assert extract(page(html)).paragraphs == BODY


def test_prose_behind_a_bold_line_over_comments_never_becomes_the_story() -> None:
    story = "".join(f"<p>{text}</p>" for text in BODY)
    comments = f"<b>Komentar</b><div>Budi: {COMMENT}</div><div>Sari: {COMMENT}</div>"
    assert extract(page(wrapped(f"<div><h1>{HEADLINE}</h1>{story}{comments}</div>"))).paragraphs == BODY


def test_the_lines_of_preformatted_text_are_paragraphs() -> None:
    story = "\n\n".join(BODY)
    assert extract(page(wrapped(f"<h1>{HEADLINE}</h1><pre>{story}</pre>"))).paragraphs == BODY


def test_a_sub_heading_of_the_story_that_names_reactions_does_not_end_it() -> None:
    after = [f"Warga nomor {n} di tepi sungai itu menyambut baik pembukaan kembali pasar terapung." for n in range(4)]
    parts = [*BODY, *after]
    story = "".join(f"<p>{text}</p>" for text in BODY) + "<h2>Tanggapan warga</h2>"
    found = extract(page(wrapped(f"<div><h1>{HEADLINE}</h1>{story}{''.join(f'<p>{t}</p>' for t in after)}</div>")))
    assert [text for text in found.paragraphs if text != "Tanggapan warga"] == parts


@pytest.mark.parametrize("names", ["d-none d-md-block", "hidden md:block", "d-none d-lg-flex"])
def test_what_some_screens_alone_hide_is_read(names: str) -> None:
    inside = f"<p>{BODY[0]}</p><div class='{names}'><p>{BODY[1]}</p></div><p>{BODY[2]}</p><p>{BODY[3]}</p>"
    assert extract(page(wrapped(f"<article><h1>{HEADLINE}</h1>{inside}</article>"))).paragraphs == BODY


@pytest.mark.parametrize("line", ["Reporter: Mengapa pasar itu ditutup begitu lama?", "Penulis: Apa harapan Anda?"])
def test_a_question_in_an_interview_is_no_credit(line: str) -> None:
    found = extract(page(article([FIRST, SECOND, line, FOURTH])))
    assert found.paragraphs == [FIRST, SECOND, line, FOURTH]
    assert found.byline is None


def test_a_day_and_what_happened_on_it_is_no_date_line() -> None:
    days = ["9 Januari 2023: Pasar ditutup", "12 Mei 2023: Dermaga mulai diperbaiki"]
    assert extract(page(article([FIRST, SECOND, *days, FOURTH]))).paragraphs == [FIRST, SECOND, *days, FOURTH]


def test_the_date_below_the_headline_goes_before_the_day_above_it() -> None:
    story = "".join(f"<p>{text}</p>" for text in BODY)
    above, below = "<div>Senin, 24 November 2025</div>", "<div>Kamis, 5 November 2015 14:56 WIB</div>"
    found = extract(page(f"<body>{above}<h1>{HEADLINE}</h1>{below}<div>{story}</div></body>"))
    assert found.date_published_raw == "Kamis, 5 November 2015 14:56 WIB"


@pytest.mark.parametrize("title", ["Akses Ditolak Warga", "Berita Tidak Ditemukan Korban"])
def test_a_story_that_says_it_is_one_is_no_notice_whatever_its_headline(title: str) -> None:
    head = '<meta property="og:type" content="article">'
    assert extract(page(article(headline=title, head=head))).paragraphs == BODY
