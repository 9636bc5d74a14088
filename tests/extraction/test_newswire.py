"""Datelines, captions and credits, line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.extraction import newswire
from xinhua_id.extraction.credit_lines import Credits


@pytest.mark.parametrize(
    ("line", "place", "country", "agencies", "date"),
    [
        ("Beijing, China (Xinhua) – Pameran teh", "Beijing", "China", ["Xinhua"], None),
        ("Beijing, Chuna (Xinhua) – Pameran teh", "Beijing", "Chuna", ["Xinhua"], None),
        (
            "Beijing, China (Xinhua/Indonesia Window) – Pameran",
            "Beijing",
            "China",
            ["Xinhua", "Indonesia Window"],
            None,
        ),
        ("BEIJING, 29 September (Xinhua) -- Pameran teh", "BEIJING", None, ["Xinhua"], "29 September"),
        ("(230509) -- GAZA CITY, 9 Mei, 2023 (Xinhua) -- Warga", "GAZA CITY", None, ["Xinhua"], "9 Mei, 2023"),
        (
            "ISTANBUL, 23 Februari 2016 (Antara/PRNewswire) --",
            "ISTANBUL",
            None,
            ["Antara", "PRNewswire"],
            "23 Februari 2016",
        ),
        ("Jakarta (ANTARA) - Pelabuhan baru", "Jakarta", None, ["ANTARA"], None),
        ("CHONGQING – Sebuah taman kota dibuka", "CHONGQING", None, [], None),
        ("LOS ANGELES, KOMPAS.com - Perahu kayu berlayar lagi", "LOS ANGELES", None, ["KOMPAS.com"], None),
        ("REPUBLIKA.CO.ID, JAKARTA -- Perahu kayu dan layarnya", "JAKARTA", None, ["REPUBLIKA.CO.ID"], None),
    ],
)
def test_a_dateline_is_parted(
    line: str, place: str, country: str | None, agencies: list[str], date: str | None
) -> None:
    found = newswire.dateline(line)
    assert found is not None
    assert (found.place, found.country, found.agencies, found.date_raw) == (place, country, agencies, date)
    assert line.startswith(found.raw)


@pytest.mark.parametrize(
    "line",
    [
        "Pasar terapung itu dibuka pada Senin (9/1) oleh wali kota.",
        "Presiden - yang juga ketua panitia - membuka acara itu.",
        "Gubernur (42) - tokoh muda - hadir di sana.",
        "Hubungan dagang kedua pelabuhan membaik – kata pengamat.",
        "",
    ],
)
def test_a_sentence_is_no_dateline(line: str) -> None:
    assert newswire.dateline(line) is None


@pytest.mark.parametrize(
    ("line", "credit", "person"),
    [
        ("Perahu pedagang. (Xinhua/Sari Lin)", "Xinhua/Sari Lin", "Sari Lin"),
        ("Perahu pedagang. (ANTARA FOTO/Raka Wira/abc)", "ANTARA FOTO/Raka Wira/abc", "Raka Wira"),
        ("Perahu pedagang. (ANTARA/HO-Humas Kota)", "ANTARA/HO-Humas Kota", None),
        ("Perahu pedagang. (Foto: Dok. Pribadi)", "Foto: Dok. Pribadi", None),
    ],
)
def test_a_credit_ends_a_caption(line: str, credit: str, person: str | None) -> None:
    assert newswire.is_caption(line)
    found = newswire.credited(line)
    assert (found.caption, found.credit) == ("Perahu pedagang.", credit)
    assert found.photographer == person


def test_a_citation_in_brackets_makes_no_caption() -> None:
    assert not newswire.is_caption("Harga turun tajam, kata asosiasi itu (Xinhua).")
    assert not newswire.is_caption("Ia lahir di kota itu (1970).")


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Laporan: Redaksi", "byline", "Redaksi"),
        ("Pewarta: Xinhua", "byline", "Xinhua"),
        ("Oleh Raka Wira", "byline", "Raka Wira"),
        ("Editor: Dian Puspa", "editor", "Dian Puspa"),
        ("Penerjemah: Sari Lin, Raka Wira", "translator", "Sari Lin, Raka Wira"),
        ("Sumber: Dinas Perdagangan", "source", "Dinas Perdagangan"),
        ("Copyright © ANTARA 2023", "notice", "Copyright © ANTARA 2023"),
        ("[Xinhua]", "source", "Xinhua"),
    ],
)
def test_a_credit_line_is_data(line: str, field: str, value: str) -> None:
    found = Credits()
    assert found.read(line)
    assert getattr(found, field) == value


def test_several_credits_on_one_line_are_parted() -> None:
    found = Credits()
    assert found.read("Pewarta: Raka Wira dan Sari Lin Editor: Dian Puspa Copyright © ANTARA 2023")
    assert (found.authors, found.editor, found.notice) == (
        ["Raka Wira", "Sari Lin"],
        "Dian Puspa",
        "Copyright © ANTARA 2023",
    )


def test_an_empty_credit_is_remembered_as_unsaid() -> None:
    found = Credits()
    assert found.read("Pewarta:")
    assert found.byline is None
    assert found.empty_author


@pytest.mark.parametrize(
    "line",
    [
        "Editor: dia berkata bahwa semua naskah harus dibaca dua kali. Lalu ia pergi ke pelabuhan dan menunggu kapal.",
        "Oleh karena itu, pasar ditutup.",
        "Sumber air di desa itu mengering.",
    ],
)
def test_a_sentence_is_no_credit(line: str) -> None:
    assert not Credits().read(line)


@given(st.text(max_size=300))
def test_any_line_is_read_without_breaking(line: str) -> None:
    newswire.dateline(line)
    newswire.credited(line, is_caption=True)
    Credits().read(line)
