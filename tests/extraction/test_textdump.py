"""The text of a page saved without markup."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.extraction.stories import BODY, CAPTION, FIRST, FOURTH, HEADLINE, LEAD, SECOND, THIRD
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract_text
from xinhua_id.extraction.decode import decode
from xinhua_id.extraction.textdump import extract_conversion
from xinhua_id.items import Origin, Page

FORM = ["Tinggalkan Komentar", "Alamat email Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *"]
SHAPE_A = [
    "Banner",
    HEADLINE,
    f"{CAPTION} (Xinhua/Sari Lin)",
    LEAD,
    "\u00a0",
    FIRST,
    SECOND,
    "Banner",
    THIRD,
    FOURTH,
    "Laporan: Redaksi",
    *FORM,
    "Banner",
    "Iklan",
]
OTHERS = ["Jembatan gantung baru diresmikan di hulu sungai", "Harga ikan stabil jelang libur panjang akhir tahun"]


def test_the_older_shape_gives_every_part() -> None:
    found = extract_text("\n\n".join(SHAPE_A))
    assert found.headline == HEADLINE
    assert found.lead == LEAD
    assert found.paragraphs == BODY
    assert found.byline == "Redaksi"
    assert found.origin is Origin.WIRE
    assert found.date_published is None
    assert (found.images[0].caption, found.images[0].credit) == (CAPTION, "Xinhua/Sari Lin")
    assert (found.url, found.canonical_url, found.site, found.capture) == (None, None, None, None)
    assert found.extraction.method == "text-dump"
    assert [(r.rule, r.position) for r in found.removed] == [
        ("banner", 0),
        ("banner", 2),
        ("comment-form", 4),
        ("comment-form", 4),
        ("banner", 4),
        ("ad-label", 4),
    ]


def test_the_newer_shape_is_unglued_and_its_tail_removed() -> None:
    lines = [
        HEADLINE,
        f"{CAPTION} (Xinhua/Sari Lin)",
        LEAD,
        FIRST + SECOND + FOURTH,
        "Laporan: Redaksi",
        "Bagikan",
        "Komentar",
        "Berita Terkait",
        OTHERS[0],
        "Ekonomi",
        "•",
        "06 Oct 2023",
        "Berita Terbaru",
        OTHERS[1],
    ]
    found = extract_text("\n".join(lines))
    assert found.paragraphs == [FIRST, SECOND, FOURTH]
    assert found.byline == "Redaksi"
    assert found.date_published is None


def test_a_whole_page_is_menus_story_and_the_rest() -> None:
    lines = [
        *("Kabar Muara", "Beranda", "Ekonomi", *OTHERS, f"{HEADLINE} - Kabar Muara", HEADLINE),
        *("Senin, 9 Januari 2023 18:05 WIB", "Oleh Sari Lin", "Bagikan", f"{CAPTION} (Xinhua/Sari Lin)", LEAD),
        *(FIRST, SECOND, "BACA JUGA:", OTHERS[0], THIRD, FOURTH, "Editor: Bayu Rangga", "TAGS", "pasar", "wisata"),
        *("Berita Terkait", *OTHERS, "2 komentar pada tulisan ini", "Ibu Ratna berkata:", SECOND, *FORM),
    ]
    found = extract_text("\n".join(lines))
    assert (found.headline, found.lead, found.paragraphs) == (HEADLINE, LEAD, BODY)
    assert (found.byline, found.editor, found.date_published_raw) == (
        "Sari Lin", "Bayu Rangga", "Senin, 9 Januari 2023 18:05 WIB",
    )  # fmt: skip
    by_rule = {removed.rule: removed for removed in found.removed}
    assert by_rule["outside"].text is None
    assert by_rule["reader-comments"].text is None  # readers' words are counted, not kept
    assert by_rule["reader-comments"].digest is not None
    assert {"read-also", "tags", "related", "comment-form", "share"} <= set(by_rule)


def test_what_stands_below_the_closing_credits_under_no_label_has_a_rule_of_its_own() -> None:
    found = extract_text("\n".join([HEADLINE, *BODY, "Editor: Bayu Rangga", *OTHERS]))
    assert [(r.rule, r.text) for r in found.removed] == [("below-the-story", other) for other in OTHERS]


def test_a_box_of_other_stories_inside_the_story_does_not_end_it() -> None:
    found = extract_text("\n".join([HEADLINE, FIRST, "Berita Terkait", *OTHERS, SECOND, FOURTH, "Laporan: Redaksi"]))
    assert found.paragraphs == [FIRST, SECOND, FOURTH]
    assert [r.rule for r in found.removed] == ["related"] * 3


@pytest.mark.parametrize(
    "body",
    [
        "\r\n\r\n".join(SHAPE_A).encode(),
        b"\xef\xbb\xbf" + "\n\n".join(SHAPE_A).encode(),
        "\n\n".join(SHAPE_A).encode("utf-16"),
        "\n\n".join(SHAPE_A).encode("cp1252"),
        "\r".join(SHAPE_A).encode(),
    ],
    ids=["CRLF", "BOM", "UTF-16", "cp1252", "CR"],
)
def test_every_way_a_file_is_written_reads_the_same(body: bytes) -> None:
    found = extract_text(decode(body))
    assert (found.headline, found.lead, found.paragraphs, found.byline) == (HEADLINE, LEAD, BODY, "Redaksi")


def test_a_url_gives_the_id_and_a_text_without_one_its_own() -> None:
    text = "\n\n".join(SHAPE_A)
    with_url = extract_text(text, url="https://kabar.example.id/?p=1&utm_source=x")
    assert with_url.canonical_url == "https://kabar.example.id/?p=1"
    assert with_url.id != extract_text(text).id == extract_text(text).id


def test_a_conversion_keeps_its_address_and_an_image_is_refused() -> None:
    body = "\n".join([HEADLINE, *BODY]).encode()
    page = Page("https://kabar.example.id/a", headers=(("Content-Type", "text/plain"),), body=body, converted=True)
    assert extract_conversion(page).canonical_url == "https://kabar.example.id/a"
    with pytest.raises(NotAnArticle) as refusal:
        extract_conversion(Page("https://kabar.example.id/b", headers=(("Content-Type", "image/png"),), converted=True))
    assert refusal.value.reason == "not-text"


@pytest.mark.parametrize("text", ["", "\0\n \n", "Banner\nIklan", HEADLINE, "a\nb\nc"])
def test_a_text_without_a_story_says_so(text: str) -> None:
    with pytest.raises(NotAnArticle):
        extract_text(text)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([line for n in range(6) for line in (f"Kabar ke-{n} dari tepian muara", f"{SECOND[:90]} …")], "listing"),
        (["Halaman tidak ditemukan", "Maaf, halaman yang Anda cari tidak ada atau telah dipindahkan ke tempat lain."],
         "soft-404"),
        (["Masuk ke akun Kabar Muara", "Masukkan alamat email dan kata sandi Anda untuk melanjutkan membaca di sini."],
         "login"),
        (["x"] * 60_000, "too-large"),
    ],
)  # fmt: skip
def test_what_is_no_story_is_refused_by_name(lines: list[str], reason: str) -> None:
    with pytest.raises(NotAnArticle) as refusal:
        extract_text("\n".join(lines))
    assert refusal.value.reason == reason


_PIECES = st.sampled_from(
    [HEADLINE, LEAD, *BODY, *FORM, "Banner", "BACA JUGA:", "Berita Terkait", "2 komentar", "Editor: A", "[1]x", "](",
     "**", "# ", "• ", "1: ", "References", "\n", "\n\n", "\f", "\t\t\t", " ", "\u00a0", "–", '"', "(Xinhua/Sari Lin)"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=1500), st.lists(_PIECES, max_size=60).map("".join)))
def test_any_text_gives_an_article_or_a_reason(text: str) -> None:
    with contextlib.suppress(NotAnArticle):
        found = extract_text(text)
        assert found.paragraphs
        assert all(removed.position is None or removed.position <= len(found.paragraphs) for removed in found.removed)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "kabar ",
        "Kabar. ",
        "kabar.Kota ",
        "kabarKota ",
        '"',
        "(Xinhua/Sari Lin) B",
        "[1]x",
        "[a](b ",
        "**A",
        "Banner ",
    ],
)
def test_the_time_grows_with_the_length_of_a_line(unit: str) -> None:
    def seconds(size: int) -> float:
        text = f"{HEADLINE}\n{unit * (size // len(unit))}"
        begin = time.process_time()
        with contextlib.suppress(NotAnArticle):
            extract_text(text)
        return time.process_time() - begin

    small = min(seconds(60_000) for _ in range(2))
    assert seconds(480_000) < 25 * small + 0.1  # eight times the text; the square would be 64
