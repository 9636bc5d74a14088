"""`xinhua-id sources` shows what is described, and says whether a description fits."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Answer
from xinhua_id import sources
from xinhua_id.cli.app import main

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PAGE = """<html><head><title>Panen kol naik</title></head><body>
<h1 class="judul">Panen kol di lereng bukit naik dua kali lipat</h1>
<div class="isi"><p>Kunming, China (Xinhua) – Petani di lereng bukit memanen kol dua kali lebih banyak daripada tahun
lalu setelah mata air kembali jernih, kata kepala kampung pada Senin (9/1).</p><p class="baca">Baca juga: Warga menanam
bambu</p><p>Air dialirkan lewat pipa bambu ke ladang yang dulu kering, dan sayuran dijual ke kota terdekat setiap pagi
oleh koperasi setempat.</p></div></body></html>"""

TOML = """\
name = "contoh"
title = "Contoh"
base = "{base}"
hosts = ["{host}"]
permission = "{permission}"
verified = true
[[layout]]
name = "lama"
headline = "h1.lama"
body = "div.lama"
[[layout]]
name = "baru"
headline = "h1.judul"
body = "div.isi"
drop = [{{ rule = "read-also", css = "p.baca" }}]
"""


@pytest.fixture
def described(tmp_path: Path) -> Callable[..., str]:
    def write(base: str = "https://contoh.example", permission: str = "open") -> str:
        path = tmp_path / "contoh.toml"
        path.write_text(TOML.format(base=base, host=base.partition("//")[2], permission=permission), encoding="utf-8")
        return str(path)

    return write


def test_list_names_every_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "list"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("antaranews", "indonesiawindow", "xinhua"))


def test_show_says_what_the_site_forbids(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "show", "antaranews"]) == 0
    said = capsys.readouterr().out
    assert "ask: the terms forbid automated collection" in said
    assert "/rss/terkini.xml" in said


def test_check_reads_a_toml(described: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "check", described()]) == 0
    assert "is right: 2 layouts" in capsys.readouterr().out


def test_check_says_which_layout_fits_a_saved_page(
    described: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cerita.html").write_text(PAGE, encoding="utf-8")
    assert main(["sources", "check", described(), str(tmp_path / "cerita.html")]) == 0
    said = capsys.readouterr().out
    assert "layout lama: does not fit: headline selector found nothing: h1.lama" in said
    assert "layout baru: fits" in said
    assert "Panen kol di lereng bukit naik dua kali lipat" in said
    assert "read-also 1" in said
    assert "2, " in said


@pytest.mark.parametrize(
    ("body", "words"),
    [(PAGE.replace('class="isi"', ""), "structure: no layout fits"), ("<p>Halo</p>", "no article")],
    ids=["by structure alone", "no story"],
)
def test_check_fails_where_no_layout_fits(
    body: str, words: str, described: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cerita.html").write_text(body, encoding="utf-8")
    assert main(["sources", "check", described(), str(tmp_path / "cerita.html")]) == 1
    assert words in capsys.readouterr().out


def test_check_fetches_a_live_page_with_all_manners(
    described: Callable[..., str], serve: Callable[..., str], xinhua_id: Run, tmp_path: Path
) -> None:
    robots: Answer = (200, {}, "User-agent: *\nDisallow: /tutup")
    base = serve({"/robots.txt": robots, "/cerita": (200, {}, PAGE), "/tutup": (200, {}, PAGE)})
    fits = xinhua_id("sources", "check", described(base), f"{base}/cerita")
    assert (fits.returncode, "layout baru: fits" in fits.stdout) == (0, True), fits.stderr
    denied = xinhua_id("sources", "check", described(base), f"{base}/tutup")
    assert (denied.returncode, "denied/robots" in denied.stderr) == (1, True), denied.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["contoh.toml"]


@pytest.mark.parametrize(
    ("permission", "url", "code", "words"),
    [
        ("open", "https://contoh.example/x", 1, "XINHUA_ID_CONTACT"),
        ("ask", "https://contoh.example/x", 1, "XINHUA_ID_PERMISSIONS=contoh"),
        ("open", "https://lain.example/x", 2, "does not stand on a host of contoh"),
        ("open", "tidak-ada.html", 2, "cannot read the file"),
    ],
)
def test_check_refuses_what_a_crawl_would_refuse(
    permission: str, url: str, code: int, words: str,
    described: Callable[..., str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XINHUA_ID_CONTACT", "")
    assert main(["sources", "check", described(permission=permission), url]) == code
    assert words in capsys.readouterr().err


def test_nothing_is_cut_in_a_pipe(xinhua_id: Run) -> None:
    listed = xinhua_id("sources", "list", COLUMNS="40").stdout
    assert "www.antaranews.com +5   ask         yes       2023, 2019, 2015" in listed
    shown = xinhua_id("sources", "show", "antaranews", COLUMNS="40").stdout
    assert (sources.get("antaranews").rights.notice or "?") in shown
