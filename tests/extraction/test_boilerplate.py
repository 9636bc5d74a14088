"""The named rules: each removes its line, none removes a sentence."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("rule", boilerplate.RULES, ids=lambda rule: f"{rule.name}-{rule.line[:20]}")
@given(st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
def test_a_rule_is_tried_on_every_line_it_matches(rule: boilerplate.Rule, data: st.DataObject) -> None:
    line = data.draw(st.from_regex(re.compile(rf"\A(?:{rule.pattern.pattern})", re.IGNORECASE)))
    assume(rule.pattern.match(line))
    assert rule in boilerplate.tried_on(line)


_OPENINGS = sorted({opening for rule in boilerplate.RULES for opening in rule.openings})


@given(st.lists(st.sampled_from([*_OPENINGS, "1", "2", "•", "|", ":", "(", "]", "*", " ", "Ads", "ſhare", "É"])))
def test_what_is_not_tried_would_not_match(pieces: list[str]) -> None:
    line = "".join(pieces)
    assert boilerplate.rule_for(line) == next((rule for rule in boilerplate.RULES if rule.pattern.match(line)), None)


@pytest.mark.parametrize(
    "line", ["XFacebookWhatsApp", "\u212aomentar", "1 2 3 Selanjutnya", "★ Banner ★", "12 Komentar"]
)
def test_a_line_that_opens_unusually_is_removed_all_the_same(line: str) -> None:
    assert boilerplate.rule_for(line) is not None


def test_few_rules_are_tried_on_the_line_of_a_story() -> None:
    assert boilerplate.tried_on("Kereta itu berhenti di stasiun kecil.") == ()
    assert len(boilerplate.tried_on("Berita itu sampai di desa.")) < 5
