"""`extract --as html` and `sources check --as html`: one file to look at, from pages, dumps and WARC files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html

from tests.conftest import environment
from tests.extraction.stories import BODY, HEADLINE, LEAD, article
from tests.warc.exchanges import exchange
from xinhua_id.cli import main
from xinhua_id.view.page import MOST_PAGES
from xinhua_id.warc.writer import WarcWriter

SITE = "https://kabar.example"
HOSTILE = '<script>alert("jahat")</script>'


def said(rendered: str) -> str:
    """Return the text of a view, white space as single spaces."""
    return re.sub(r"\s+", " ", " ".join(map(str, html.document_fromstring(rendered).itertext())))


def view(*arguments: str, capfdbinary: pytest.CaptureFixture[bytes], code: int = 0) -> str:
    """Run a command that writes a view to stdout, and return it."""
    assert main([*arguments, "--as", "html"]) == code
    return capfdbinary.readouterr().out.decode("utf-8")


@pytest.fixture
def warc(tmp_path: Path) -> Path:
    """A WARC of more stories than one view holds, a page that is none, and a page that is not there."""
    out = WarcWriter(tmp_path, source="site-kabar.example", info={})
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    for number in range(MOST_PAGES + 2):
        body = article([f"{BODY[0]} Dermaga {number} dibangun lagi.", *BODY[1:]], headline=f"{HEADLINE} {number}")
        out.write(exchange(head + body.encode(), url=f"{SITE}/berita/{number}"))
    out.write(exchange(head + b"<h1>Masuk</h1><input type=password>", url=f"{SITE}/akun"))
    out.write(exchange(b"HTTP/1.1 404 Not Found\r\n\r\n", url=f"{SITE}/hilang"))
    out.close()
    return out.path


def test_a_page_shows_what_was_kept_and_what_was_not(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        article([BODY[0], "Baca juga: Jembatan gantung diresmikan", *BODY[1:], HOSTILE.replace("<", "&lt;")])
    )
    text = view("extract", str(path), "--url", f"{SITE}/a", capfdbinary=capfdbinary)
    assert "<script" not in text
    shown = said(text)
    for block in BODY:
        assert f"✓ body {block}" in shown
    assert "✕ removed read-also Baca juga: Jembatan gantung diresmikan" in shown
    assert f"Canonical URL {SITE}/a" in shown


def test_a_dump_and_standard_input_are_shown_too(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "dump.txt"
    path.write_text("\n\n".join(["Banner", HEADLINE, LEAD, *BODY, "Tinggalkan Komentar"]))
    shown = said(view("extract", str(path), capfdbinary=capfdbinary))
    assert "a text dump, without markup" in shown
    assert f"✓ lead {LEAD}" in shown
    assert "removed banner Banner" in shown
    piped = subprocess.run(
        [sys.executable, "-m", "xinhua_id", "extract", "-", "--as", "html"],
        input=article().encode(), capture_output=True, check=True, env=environment(),
    )  # fmt: skip
    assert f"✓ body {BODY[0]}" in said(piped.stdout.decode())


def test_several_inputs_make_one_file_and_a_refused_page_says_why(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    good, login = tmp_path / "a.html", tmp_path / "masuk.html"
    good.write_text(article())
    login.write_text("<html><h1>Masuk</h1><form><input type=password></form>")
    shown = said(view("extract", str(good), str(login), capfdbinary=capfdbinary))
    assert "2 pages" in shown
    assert f"✓ body {BODY[-1]}" in shown
    assert "No article: login" in shown


def test_a_warc_is_shown_page_by_page_and_what_is_left_out_is_said(
    warc: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = view("extract", str(warc), capfdbinary=capfdbinary)
    shown = said(text)
    assert text.count("<section") == MOST_PAGES
    assert f"3 more pages of {warc.name} are not shown" in shown
    assert "--url ADDRESS" in shown
    assert "never to be stories: http-404 1" in shown
    assert f"{SITE}/berita/0" in shown
    assert f"{warc.name}, " in shown  # where the record lies


def test_a_page_of_a_warc_is_picked_by_its_address(warc: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    shown = said(view("extract", str(warc), "--url", f"{SITE}/berita/41", capfdbinary=capfdbinary))
    assert f"{HEADLINE} 41" in shown
    assert "Dermaga 40" not in shown
    refused = said(view("extract", str(warc), "--url", f"{SITE}/hilang", capfdbinary=capfdbinary))
    assert "No article: http-404" in refused
    assert main(["extract", str(warc), "--url", f"{SITE}/berita/7"]) == 0
    assert len(capfdbinary.readouterr().out.splitlines()) == 1
    assert main(["extract", str(warc), "--url", f"{SITE}/tidak-ada", "--as", "html"]) == 2
    assert b"no record of that address" in capfdbinary.readouterr().err


def test_out_writes_a_file_and_a_broken_input_is_named_all_the_same(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    good, out = tmp_path / "a.html", tmp_path / "view.html"
    good.write_text(article())
    assert main(["extract", str(good), str(tmp_path / "tidak-ada.html"), "--as", "html", "-o", str(out)]) == 2
    printed = capfdbinary.readouterr()
    assert printed.out == b""
    assert b"cannot read the file" in printed.err
    assert BODY[0] in said(out.read_text(encoding="utf-8"))
    assert main(["extract", str(good), "-o", str(tmp_path / "tidak" / "ada.jsonl")]) == 2
    assert b"cannot write the file" in capfdbinary.readouterr().err


def test_a_check_shows_a_layout_that_stopped_matching(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    toml, page, out = tmp_path / "kabar.toml", tmp_path / "a.html", tmp_path / "view.html"
    toml.write_text(
        'name = "kabar"\ntitle = "Kabar"\nbase = "https://kabar.example"\nhosts = ["kabar.example"]\n'
        'permission = "open"\nverified = true\n[[layout]]\nname = "lama"\nheadline = "h1.judul"\nbody = "div.isi"\n',
        encoding="utf-8",
    )
    page.write_text(article())
    assert main(["sources", "check", str(toml), str(page)]) == 1
    printed = capfdbinary.readouterr().out.decode()
    why = re.search(r"layout lama: does not fit: (.+)", printed)
    assert why is not None
    assert main(["sources", "check", str(toml), str(page), "--as", "html", "-o", str(out)]) == 1
    shown = said(out.read_text(encoding="utf-8"))
    assert f"✕ lama does not fit: {why[1]}" in shown
    assert f"✓ body {BODY[0]}" in shown
    assert main(["sources", "check", str(toml), "--as", "html"]) == 2
    assert b"a view needs a page" in capfdbinary.readouterr().err
