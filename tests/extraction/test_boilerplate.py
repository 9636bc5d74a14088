"""The named rules: each removes its line, none removes a sentence."""

from __future__ import annotations

import pytest

from xinhua_id.extraction import boilerplate


@pytest.mark.parametrize("rule", boilerplate.RULES, ids=lambda rule: f"{rule.name}-{rule.line[:20]}")
def test_every_rule_removes_the_line_it_shows(rule: boilerplate.Rule) -> None:
    found = boilerplate.rule_for(rule.line)
    assert found is not None
    assert found.name == rule.name


@pytest.mark.parametrize(
    "line",
    [
        "Iklan",
        "IKLAN",
        "- Iklan -",
        "ADVERTISEMENT",
        "SCROLL TO CONTINUE WITH CONTENT",
        "Baca juga:",
        "Baca Juga : Dermaga baru dibuka",
        "BACA JUGA:",
        "Simak Video",
        "Gambas:Video",
        "Lihat Foto",
        "Bagikan",
        "Komentar",
        "Berita Terkait",
        "Berita Lainnya",
        "Berita Terbaru",
        "Berita Terpopuler",
        "Artikel Terkait",
        "Tag :",
        "Tags:",
        "Topik Artikel :",
        "Halaman:",
        "Lihat Semua",
        "Selanjutnya",
        "Tinggalkan Balasan",
        "Tinggalkan sebuah Komentar",
        "Tinggalkan Komentar",
        "Batalkan balasan",
        "AdBlock Terdeteksi!",
        "Alamat surel Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *",
        "Dapatkan informasi terbaru di ponsel Anda",
        "Download aplikasi kami",
        "Selesai",
        "■",
    ],
)
def test_the_labels_seen_on_indonesian_pages_are_removed(line: str) -> None:
    assert boilerplate.rule_for(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "Iklan layanan masyarakat itu tayang sejak pekan lalu.",
        "Selanjutnya, panitia membuka pendaftaran.",
        "Selesai sudah penantian warga.",
        "Topik itu dibahas dalam rapat.",
        "Komentar warga beragam.",
        "Halaman rumahnya penuh bunga.",
        "Banner dipasang di gerbang.",
        "Baca juga buku itu, katanya.",
        "Bagikan makanan kepada tetangga, pesannya.",
        "Normalnya kapal berangkat pagi.",
        "Video itu ditonton sejuta kali.",
        "Print adalah kata serapan.",
    ],
)
def test_a_sentence_that_begins_like_a_label_is_kept(line: str) -> None:
    assert boilerplate.rule_for(line) is None
