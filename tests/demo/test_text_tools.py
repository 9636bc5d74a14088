"""What tools leave of a page: the habits by which their dumps are known."""

from __future__ import annotations

from xinhua_id.demo import text_tools

PAGE = """<html><head><title>Panen raya - Kabar Muara</title></head><body><nav><a href="/">Beranda</a></nav>
<h1>Panen raya</h1><p style="display:none">rahasia</p>
<p>Petani di <a href="/tag/muara">Muara Lestari</a> memanen padi <b>lebih awal</b> pada musim ini, kata dinas
pertanian setempat.</p><ul><li>padi</li><li>jagung</li></ul><script>var a = 1;</script></body></html>"""


def test_lynx_marks_links_wraps_and_lists_references() -> None:
    lines = text_tools.lynx(PAGE).split("\n")
    assert "   [1]Beranda" in lines
    assert "Panen raya" in lines
    assert "     * padi" in lines
    assert lines[-5:-1] == ["References", "", "   1. /", "   2. /tag/muara"]
    assert all(len(line) <= 79 for line in lines)


def test_w3m_has_bullets_and_no_links() -> None:
    found = text_tools.w3m(PAGE)
    assert "  • padi" in found
    assert "[" not in found


def test_html2text_writes_markdown() -> None:
    found = text_tools.html2text(PAGE)
    assert "# Panen raya" in found
    assert "[Muara Lestari](/tag/muara)" in found.replace("\n", " ")
    assert "**lebih awal**" in found.replace("\n", " ")


def test_a_parser_glues_or_breaks() -> None:
    assert "Panen rayarahasia" in text_tools.get_text(PAGE)
    assert "\nMuara Lestari\nmemanen padi\nlebih awal\n" in text_tools.get_text_lines(PAGE)


def test_a_browser_leaves_out_what_it_does_not_show() -> None:
    assert "rahasia" not in text_tools.browser(PAGE)
    assert "\n\npadi\njagung" in text_tools.browser(PAGE)


def test_wet_begins_with_the_title_and_has_a_line_a_block() -> None:
    lines = text_tools.wet(PAGE).split("\n")
    assert lines[:3] == ["Panen raya - Kabar Muara", "Beranda", "Panen raya"]
    assert "var a" not in text_tools.wet(PAGE)
