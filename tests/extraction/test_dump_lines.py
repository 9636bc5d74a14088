"""The lines of a dump, as the page had them."""

from __future__ import annotations

import textwrap

import pytest

from tests.extraction.stories import FIRST, FOURTH, HEADLINE, SECOND, THIRD
from xinhua_id.extraction.dump_lines import lines_of

STORY = [HEADLINE, FIRST, SECOND, FOURTH]


def texts(dump: str) -> list[str]:
    return [line.text for line in lines_of(dump) if line.rule is None]


@pytest.mark.parametrize("width", [60, 72, 80, 100])
def test_wrapped_lines_are_joined_at_any_width(width: int) -> None:
    assert texts("\n\n".join(textwrap.fill(line, width) for line in STORY)) == STORY


def test_short_last_lines_part_paragraphs_where_no_blank_line_does() -> None:
    assert texts("\n".join(textwrap.fill(line, 72) for line in STORY)) == STORY


def test_a_mark_of_a_printed_page_parts_no_paragraph() -> None:
    lines = "\n\n".join(textwrap.fill(line, 72) for line in STORY).split("\n")
    found = lines_of("\n".join([*lines[:4], "--- halaman 2 ---", *lines[4:]]))
    assert [line.text for line in found if line.rule is None] == STORY
    assert [(line.text, line.rule) for line in found if line.rule] == [("--- halaman 2 ---", "page-mark")]


def test_link_marks_and_references_come_off() -> None:
    dump = "   [1]Beranda\n   [2]Ekonomi\n\n" + textwrap.fill(
        FIRST.replace("dermaga", "[3]dermaga"), 72, initial_indent="   ", subsequent_indent="   "
    ) + "\n\nReferences\n\n   1. https://kabar.example.id/\n   2. /ekonomi\n   3. /tag/dermaga\n"  # fmt: skip
    found = lines_of(dump)
    assert [line.text for line in found if line.rule is None] == ["Beranda", "Ekonomi", FIRST]
    assert [line.rule for line in found if line.rule] == ["references"] * 4


def test_a_footnote_mark_stays() -> None:
    assert texts(f"{HEADLINE}\n{SECOND[:-1]} menurut laporan itu[2]x.")[1].endswith("itu[2]x.")


def test_markdown_comes_off_and_a_bold_line_stands_alone() -> None:
    glued = f"{FIRST}**Pasokan dan pemulihan** {SECOND}"
    dump = f"[Beranda](/)\n\n# {HEADLINE}\n\n![Foto](/a.jpg)\n\n{glued}\n\n  * _satu_ butir"
    found = lines_of(dump)
    assert [line.text for line in found] == ["Beranda", HEADLINE, FIRST, "Pasokan dan pemulihan", SECOND, "satu butir"]
    assert [line.level for line in found] == [0, 1, 0, 0, 0, 0]
    assert found[-1].item


def test_line_numbers_come_off_and_a_headline_that_begins_with_one_keeps_it() -> None:
    lines = [HEADLINE, FIRST, SECOND, THIRD, FOURTH]
    assert texts("\n".join(f"{number:>3}: {line}" for number, line in enumerate(lines, 1))) == lines
    assert texts(f"12 pasar terapung dibuka\n{FIRST}")[0] == "12 pasar terapung dibuka"


def test_sentences_broken_by_inline_elements_are_joined() -> None:
    broken = FIRST.replace("pada Senin", "\npada\nSenin").replace("setelah", "\nsetelah")
    named = "Penghargaan itu diserahkan oleh Wali Kota\nSari Lin\ndi dermaga lama, kata panitia."
    assert texts(f"{HEADLINE}\n{broken}\n{named}") == [HEADLINE, FIRST, named.replace("\n", " ")]


def test_entities_escaped_twice_are_read_once_more() -> None:
    assert texts("&quot;Kami siap,&quot; kata panitia.") == ['"Kami siap," kata panitia.']


@pytest.mark.parametrize(
    ("glued", "parts"),
    [
        (FIRST + SECOND + FOURTH, [FIRST, SECOND, FOURTH]),
        (SECOND + THIRD + FOURTH, [SECOND, THIRD, FOURTH]),
        (f"{SECOND}Pasokan dan pemulihan{FOURTH}", [SECOND, "Pasokan dan pemulihan", FOURTH]),
        (f"{SECOND}Banner{FOURTH}", [SECOND, "Banner", FOURTH]),
        (f"{SECOND}Editor: Sari Lin", [SECOND, "Editor: Sari Lin"]),
        (f"Perahu berlabuh di dermaga. (Xinhua/Sari Lin){SECOND}",
         ["Perahu berlabuh di dermaga. (Xinhua/Sari Lin)", SECOND]),
    ],
    ids=["sentences", "a quotation", "a sub-heading", "a label", "a credit", "a caption"],
)  # fmt: skip
def test_glued_paragraphs_are_parted(glued: str, parts: list[str]) -> None:
    assert texts(glued) == parts


def test_a_slip_of_the_pen_in_a_short_paragraph_parts_nothing() -> None:
    slip = "Pasar dibuka kembali.Warga menyambutnya, kata Prof.Rangga melalui WhatsApp kemarin."
    assert texts(f"{HEADLINE}\n{slip}") == [HEADLINE, slip]
