"""Pages too deep, too wide or too large, and bytes that are not what they claim."""

from __future__ import annotations

import time

import pytest

from tests.extraction.other_stories import RAIL, RAIL_HEADLINE, paragraphs, rail, read
from tests.extraction.stories import BODY, HEADLINE, article
from xinhua_id.extraction import extract
from xinhua_id.items import Article, Page
from xinhua_id.text import clean


def read_bytes(body: bytes, content_type: str | None = "text/html") -> Article:
    headers = (("Content-Type", content_type),) if content_type else ()
    return extract(Page("https://kabar.example.id/berita/kereta-wisata-lembah", headers=headers, body=body))


def seconds(html: str) -> float:
    """Processor time to read a page."""
    body = html.encode()
    start = time.process_time()
    read_bytes(body)
    return time.process_time() - start


# Size


@pytest.mark.parametrize("tag", ["div", "span", "font", "section"])
@pytest.mark.parametrize("depth", [300, 1500, 2500, 20_000])
def test_a_body_however_deep_is_read(tag: str, depth: int) -> None:
    deep = f"<{tag}>" * depth + paragraphs() + f"</{tag}>" * depth
    found = read(rail(deep))
    assert found.paragraphs == RAIL
    assert found.headline == RAIL_HEADLINE


@pytest.mark.parametrize("opened", ["<ul><li>", "<blockquote>", "<dl><dd>", "<table><tr><td>", "<b><p>"])
def test_lists_quotes_and_tables_within_each_other_lose_nothing(opened: str) -> None:
    assert read(rail(opened * 2500 + paragraphs())).paragraphs == RAIL


def test_what_stands_behind_elements_too_deep_is_not_lost() -> None:
    found = read(rail(paragraphs(), before="<div>" * 2500 + "</div>" * 2500))
    assert found.paragraphs == RAIL


def test_an_attribute_of_twelve_megabytes_costs_no_word() -> None:
    found = read(rail(f'<div data-state="{"x" * 12_000_000}">{paragraphs()}</div>'))
    assert found.paragraphs == RAIL


def test_a_script_of_twenty_megabytes_costs_no_word() -> None:
    found = read(rail(f"<p>{RAIL[0]}</p><script>{'var a = 1; ' * 1_900_000}</script>{paragraphs(RAIL[1:])}"))
    assert found.paragraphs == RAIL


@pytest.mark.parametrize(
    "unit",
    [
        "<p>Kereta itu berhenti sebentar di stasiun kecil sebelum menanjak ke arah bendungan.</p>",
        "<div><a href='/x'>Dermaga lama dibongkar</a></div>",
        "<br>Baris pendek.",
        "<li>satu</li>",
        "<b>dua</b> ",
    ],
    ids=["paragraphs", "links", "breaks", "items", "bold"],
)
def test_twice_as_many_siblings_take_no_more_than_about_twice_as_long(unit: str) -> None:
    few = min(seconds(rail(paragraphs() + unit * 3_000)) for _ in range(2))
    many = min(seconds(rail(paragraphs() + unit * 12_000)) for _ in range(2))
    assert many < 4 * 2.2 * few + 0.1  # 16 times, were it quadratic


def test_a_hundred_thousand_siblings_are_read_in_time() -> None:
    body = paragraphs([f"Kereta bernomor {n} berhenti di stasiun kecil itu pada pagi hari." for n in range(100_000)])
    assert seconds(rail(body)) < 12


# Bytes


@pytest.mark.parametrize("bad", ["\0", "\x01", "\x0b", "\x1f", "\x7f", "\x85", "\ufffe", "\U0001ffff"])
def test_nul_and_control_characters_neither_end_a_page_nor_stay(bad: str) -> None:
    written = [text.replace("kereta", f"ker{bad}eta") for text in RAIL]
    found = read_bytes(rail(paragraphs(written)).encode())
    assert found.paragraphs == [clean(text) for text in written]
    assert not {char for char in found.text if char < " " and char != "\n"}


@pytest.mark.parametrize("declared", ["iso-8859-1", "us-ascii", "gb2312", "utf-16", "shift_jis", "unicode_escape", "x"])
def test_a_charset_declared_wrong_is_not_believed(declared: str) -> None:
    html = rail(paragraphs(), head=f'<meta charset="{declared}">').encode()
    assert read_bytes(html).paragraphs == RAIL
    assert read_bytes(html, f"text/html; charset={declared}").paragraphs == RAIL


@pytest.mark.parametrize("encoding", ["cp1252", "cp1250", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_charset_declared_late_is_believed(encoding: str) -> None:
    late = f'<script>{"x" * 4000}</script><meta http-equiv="Content-Type" content="text/html; charset={encoding}">'
    assert read_bytes(rail(paragraphs(), head=late).encode(encoding), None).paragraphs == RAIL


def test_windows_1252_is_read_where_nothing_is_declared_or_utf8_is() -> None:
    body = rail(paragraphs()).encode("cp1252")
    assert read_bytes(body, None).paragraphs == RAIL
    assert read_bytes(body, "text/html; charset=utf-8").paragraphs == RAIL


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_byte_order_mark_or_every_other_byte_nul_says_what_it_is(encoding: str) -> None:
    assert read_bytes(article().encode(encoding), "text/html; charset=iso-8859-1").paragraphs == BODY


def test_one_bad_byte_in_utf8_damages_one_word() -> None:
    body = rail(paragraphs()).encode().replace(b"pinus", b"pin\xffus")
    assert read_bytes(body).paragraphs == [RAIL[0], RAIL[1].replace("pinus", "pinÿus"), *RAIL[2:]]


def test_quotation_marks_of_windows_1252_in_a_utf8_page_are_read() -> None:
    body = rail(paragraphs()).encode()
    body = body.replace("“".encode(), b"\x93", 1).replace("”".encode(), b"\x94", 1)
    assert read_bytes(body).paragraphs == RAIL


def test_references_to_characters_of_windows_1252_are_read_as_browsers_do() -> None:
    body = paragraphs(RAIL).replace("“", "&#147;").replace("”", "&#x94;").replace("–", "&#150;")
    assert read(rail(body)).paragraphs == RAIL


def test_a_page_cut_in_the_middle_of_a_character_keeps_all_before_it() -> None:
    whole = rail(paragraphs()).encode()
    cut = whole[: whole.index("”".encode()) + 1]
    assert read_bytes(cut).paragraphs == [*RAIL[:3], RAIL[3].partition("”")[0]]


def test_a_page_cut_inside_a_tag_is_read_to_there() -> None:
    html = article()
    assert read_bytes(html[: html.index("</div></article>") + 3].encode()).paragraphs == BODY
    assert read_bytes(html[: html.index("</div></article>") + 3].encode()).headline == HEADLINE


def test_a_tag_of_a_hundred_thousand_attributes_holds_nothing_up() -> None:
    names = " ".join(f"a{n}" for n in range(100_000))
    began = time.process_time()
    found = read(rail(f"<p {names}></p>{paragraphs()}"))
    assert time.process_time() - began < 2
    assert found.paragraphs == RAIL
