"""The text of a page saved without markup."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.extraction.stories import BODY, CAPTION, FIRST, FOURTH, HEADLINE, LEAD, SECOND, THIRD
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract_text
from xinhua_id.items import Origin

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
    "Tinggalkan Komentar",
    "Alamat email Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *",
    "Banner",
    "Iklan",
]


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
        "Jembatan gantung baru diresmikan",
        "Ekonomi",
        "•",
        "06 Oct 2023",
        "Berita Terbaru",
        "Harga ikan stabil jelang libur panjang",
    ]
    found = extract_text("\n".join(lines))
    assert found.paragraphs == [FIRST, SECOND, FOURTH]
    assert found.byline == "Redaksi"
    assert found.date_published is None


def test_a_url_gives_the_id_and_a_text_without_one_its_own() -> None:
    text = "\n\n".join(SHAPE_A)
    with_url = extract_text(text, url="https://kabar.example.id/?p=1&utm_source=x")
    assert with_url.canonical_url == "https://kabar.example.id/?p=1"
    assert with_url.id != extract_text(text).id == extract_text(text).id


@pytest.mark.parametrize("text", ["", "\0\n \n", "Banner\nIklan", HEADLINE, "a\nb\nc"])
def test_a_text_without_a_story_says_so(text: str) -> None:
    with pytest.raises(NotAnArticle):
        extract_text(text)


@given(st.text(max_size=1500))
def test_any_text_gives_an_article_or_a_reason(text: str) -> None:
    with contextlib.suppress(NotAnArticle):
        assert extract_text(text).paragraphs
