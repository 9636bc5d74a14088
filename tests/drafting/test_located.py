"""A text is found among the elements of its page, however the page spaces and cuts it."""

from __future__ import annotations

from lxml import html

from xinhua_id.drafting.located import Located, squeezed

PAGE = """<html><head><title>Panen kol naik</title></head><body>
<p class="teras">Petani memanen kol.</p>
<div class="isi"><p>Petani memanen\u00a0kol.</p><p>Air <b>jer</b>nih&shy; kembali.</p>
<script>var teks = "Harga naik.";</script><p>Harga naik.</p></div><p>Harga naik.</p></body></html>"""


def located() -> Located:
    return Located(html.document_fromstring(PAGE))


def test_white_space_inline_elements_and_invisible_characters_do_not_count() -> None:
    page = located()
    (place,) = page.places("Air jernih kembali.")
    assert page.text[place.start : place.stop] == "Airjernihkembali."
    assert page.holders(place)[0].tag == "p"


def test_scripts_and_the_head_hold_no_text() -> None:
    assert len(located().places("Harga naik.")) == 2
    assert located().places("Panen kol naik") == []


def test_the_body_is_the_shortest_stretch_that_holds_the_paragraphs_in_order() -> None:
    page = located()
    span = page.span(["Petani memanen kol.", "Air jernih kembali.", "Harga naik."])
    assert span is not None
    assert page.holders(span)[0].get("class") == "isi"
    assert page.span(["Bukan dari sini.", "Juga bukan.", "Harga naik."]) is None


def test_a_paragraph_that_was_changed_within_is_found_by_its_ends() -> None:
    long = "Pemerintah kota menargetkan kunjungan wisatawan naik seperlima pada akhir tahun, seiring dibukanya jalur "
    told = f"{long} perahu wisata [baru] dari pelabuhan lama ke kawasan pasar terapung Muara Lestari di hulu sungai."
    page = Located(html.document_fromstring(f"<div><p>{told}</p></div>"))
    (place,) = page.places(told.replace("[baru] ", ""))
    assert place == range(len(squeezed(told)))


def test_elements_that_say_a_text_come_innermost_first() -> None:
    page = Located(html.document_fromstring("<div><h1><span>Panen kol</span></h1></div><p>Panen kol naik</p>"))
    assert [element.tag for element in page.saying("Panen  kol")] == ["span", "h1", "div"]
