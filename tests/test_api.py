from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

import xinhua_id
from xinhua_id.errors import NotAnArticle, SourceError, UsageError

WHEN = dt.datetime(2023, 1, 9, 12, 0, tzinfo=dt.UTC)
LINES = [
    "Kunming, China (Xinhua) – Para petani di lereng Gunung Ailao memanen teh pertama tahun ini lebih awal dua pekan, "
    "kata koperasi setempat pada Senin (9/1).",
    "Hujan yang turun merata sejak November membuat pucuk tumbuh serempak – jarang terjadi di ketinggian itu.",
    "Koperasi memperkirakan hasil musim ini naik sepersepuluh dan sebagian besar sudah dipesan pedagang dari kota.",
]
PAGE = (
    "<html><head><title>Panen teh dimulai lebih awal</title></head><body><article><h1>Panen teh dimulai lebih awal</h1>"
    + "".join(f"<p>{line}</p>" for line in LINES)
    + "</article></body></html>"
)
URL = "https://kabar.example/panen-teh"


def test_a_page_gives_its_article() -> None:
    article = xinhua_id.extract(PAGE.encode(), url=URL, captured=WHEN)

    assert article.headline == "Panen teh dimulai lebih awal"
    assert article.paragraphs == LINES
    assert article.url == URL
    assert article.extraction.method == "structure"


def test_html_as_text_reads_like_its_bytes_whatever_charset_it_declares() -> None:
    declaring = PAGE.replace("<head>", '<head><meta charset="iso-8859-1">')

    as_text = xinhua_id.extract(declaring, url=URL, headers=[("content-type", "text/html; charset=iso-8859-1")])

    assert as_text == xinhua_id.extract(PAGE.encode(), url=URL)


def test_the_source_is_found_by_the_url_or_named() -> None:
    by_url = xinhua_id.extract(PAGE, url="https://www.antaranews.com/berita/1/panen-teh")
    by_name = xinhua_id.extract(PAGE, url="http://127.0.0.1:8000/berita/1/panen-teh", source="antaranews")

    assert by_url.site == by_name.site == "antaranews"


def test_an_unknown_source_is_an_error_that_names_the_known() -> None:
    with pytest.raises(SourceError, match="antaranews"):
        xinhua_id.extract(PAGE, source="antara")


@pytest.mark.parametrize(
    "body", [b"", "", b"\x89PNG\r\n\x1a\n", "<html><body><p>Halaman tidak ditemukan</p></body></html>"]
)
def test_a_page_without_a_story_says_why(body: bytes | str) -> None:
    with pytest.raises(NotAnArticle) as caught:
        xinhua_id.extract(body, url=URL)

    assert caught.value.reason


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="time zone"):
        xinhua_id.extract(PAGE, url=URL, captured=dt.datetime(2023, 1, 9))  # noqa: DTZ001


def test_importing_the_package_brings_none_of_its_dependencies() -> None:
    loaded = "import sys, xinhua_id; print({'scrapy', 'lxml', 'pydantic', 'pandas', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "set()"
