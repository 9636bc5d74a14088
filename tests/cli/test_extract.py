"""`xinhua-id extract` on files: pages, dumps, and what is neither."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extraction.stories import BODY, CAPTION, FIRST, FOURTH, HEADLINE, LEAD, SECOND, THIRD, article
from xinhua_id.cli import inputs, main
from xinhua_id.errors import NotAnArticle

DUMP = "\n\n".join(
    [
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
        "Alamat email Anda tidak akan dipublikasikan.",
        "Banner",
        "Iklan",
    ]
)


def test_a_saved_page_gives_one_line(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "page.html"
    path.write_text(article())
    assert main(["extract", str(path), "--url", "https://kabar.example.id/a"]) == 0
    [line] = capfdbinary.readouterr().out.splitlines()
    item = json.loads(line)
    assert item["paragraphs"] == BODY
    assert item["url"] == "https://kabar.example.id/a"
    assert item["capture"] is None


def test_a_packed_page_and_one_from_standard_input_give_the_same_body(tmp_path: Path) -> None:
    path = tmp_path / "page.html.gz"
    path.write_bytes(gzip.compress(article().encode()))
    from_file = subprocess.run(
        [sys.executable, "-m", "xinhua_id", "extract", str(path)], capture_output=True, check=True
    )
    from_pipe = subprocess.run(
        [sys.executable, "-m", "xinhua_id", "extract", "-"], input=article().encode(), capture_output=True, check=True
    )
    assert json.loads(from_file.stdout)["paragraphs"] == json.loads(from_pipe.stdout)["paragraphs"] == BODY


def test_a_dump_gives_every_part(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "dump.txt"
    path.write_text(DUMP)
    assert main(["extract", str(path)]) == 0
    item = json.loads(capfdbinary.readouterr().out)
    assert item["headline"] == HEADLINE
    assert item["lead"] == LEAD
    assert item["paragraphs"] == BODY
    assert item["byline"] == "Redaksi"
    assert item["origin"] == "wire"
    assert item["date_published"] is None
    assert item["images"][0]["credit"] == "Xinhua/Sari Lin"
    assert [removed["rule"] for removed in item["removed"]].count("banner") == 3


def test_text_form_prints_headline_and_body(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "dump.txt"
    path.write_text(DUMP)
    assert main(["extract", str(path), "--as", "text"]) == 0
    assert capfdbinary.readouterr().out.decode() == "\n\n".join([HEADLINE, *BODY]) + "\n\n"


def test_what_is_no_article_is_named_and_the_rest_still_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good, empty, pdf = tmp_path / "a.html", tmp_path / "kosong.html", tmp_path / "b.pdf"
    good.write_text(article())
    empty.write_bytes(b"")
    pdf.write_bytes(b"%PDF-1.7 ...")
    assert main(["extract", str(empty), str(pdf), str(good)]) == 1
    said = capfd.readouterr()
    assert len(said.out.splitlines()) == 1
    assert "kosong.html" in said.err
    assert "the text is empty" in said.err
    assert "pdf" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tidak-ada.html"], "cannot read"),
        (["a.html", "b.html", "--url", "https://x.id/"], "--url belongs to one input"),
        (["a.html", "--url", "bukan alamat"], "not an address"),
        (["a.html", "-o", "a.html"], "--out is one of the inputs"),
        (["a.html", "--source", "kabarnusa"], "there is no source"),
    ],
)
def test_wrong_usage_says_so(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["extract", *arguments]) == 2
    assert words in capfd.readouterr().err


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("separuh.html.gz", gzip.compress(article().encode(), mtime=0)[:-20], "cannot be unpacked"),
        ("acak.html", bytes(range(256)) * 99, "acak.html: "),
        ("kosong.warc.gz", b"", "the file is empty"),
        ("bukan.warc.gz", gzip.compress(b"<p>panen</p>", mtime=0), "is no WARC"),
        ("robek.warc.gz", gzip.compress(b"WARC/1.1\r\n" * 99, mtime=0)[:20], "is torn"),
    ],
)
def test_a_broken_input_is_named_once_and_the_next_one_is_read(
    name: str,
    body: bytes,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(body)
    Path("baik.html").write_text(article())
    assert main(["extract", name, "baik.html"]) == 1
    said = capfd.readouterr()
    assert words in said.err
    assert sum(words in line for line in said.err.splitlines()) == 1
    assert len(said.out.splitlines()) == 1


def test_a_warc_on_standard_input_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "xinhua_id", "extract", "-"],
        input=gzip.compress(b"WARC/1.1\r\n\r\n"), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"Give the WARC as a file" in done.stderr


def test_a_reader_that_goes_away_gets_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(article())
    with subprocess.Popen(
        [sys.executable, "-m", "xinhua_id", "extract", *[str(path)] * 200],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline().startswith(b"{")
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 1


@pytest.mark.parametrize("tag", ["h1", "form", "table", "center", "title"])
def test_a_file_that_opens_with_any_tag_of_a_page_is_read_as_a_page(tag: str, tmp_path: Path) -> None:
    path = tmp_path / "berkas"
    path.write_text(f"<{tag}>Kereta wisata</{tag}>")
    assert inputs.read(str(path)).listed() is None
    with pytest.raises(NotAnArticle) as refused:
        inputs.read(str(path)).article()
    assert refused.value.reason == "no-body"
