"""`xinhua-id extract` of lists of dumps and of WET files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.extraction.stories import BODY, FOURTH, HEADLINE, SECOND
from xinhua_id.cli import main

OTHER = ["Jembatan gantung baru diresmikan di hulu sungai", SECOND, FOURTH]
ONE, TWO = "\n\n".join([HEADLINE, *BODY]), "\n\n".join(OTHER)


def items(out: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_list_of_dumps_gives_one_item_each_and_counts_the_rest(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "daftar.txt"
    path.write_text(f"{ONE}\n\n=====\n\n{TWO}\n\n=====\n\nrusak")
    assert main(["extract", str(path)]) == 0
    said = capfdbinary.readouterr()
    assert [item["headline"] for item in items(said.out)] == [HEADLINE, OTHER[0]]
    assert b"3 dumps, 2 stories \xe2\x80\x94 1 no-body" in said.err


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines_are_read_with_their_addresses(
    packed: bool, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [{"url": "https://kabar.example.id/1", "raw_content": ONE}, {"text": TWO}, {"url": "https://x.id/"}]
    body = "\n".join([*map(json.dumps, lines), "{rusak"]).encode()
    path = tmp_path / "daftar.jsonl"
    path.write_bytes(gzip.compress(body) if packed else body)
    assert main(["extract", str(path)]) == 0
    said = capfdbinary.readouterr()
    assert [item["url"] for item in items(said.out)] == ["https://kabar.example.id/1", None]
    assert b"4 dumps, 2 stories" in said.err
    assert b"1 no-text" in said.err
    assert b"1 not-json" in said.err


@pytest.mark.parametrize("more", [["--url", "https://kabar.example.id/1"], ["--as", "html"]])
def test_what_a_list_cannot_have_is_refused(more: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "daftar.txt"
    path.write_text(f"{ONE}\n=====\n{TWO}")
    assert main(["extract", str(path), *more]) == 2
    assert "list of dumps" in capfd.readouterr().err


def wet(url: str, text: str) -> bytes:
    block = text.encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2023-09-21T01:02:03Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{len(text)}>\r\nContent-Type: text/plain\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def test_each_record_of_a_wet_file_is_a_dump_with_its_address(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    url = "https://indonesiawindow.com/pasar-terapung/"
    path = tmp_path / "CC-MAIN-20230921-00001.warc.wet.gz"
    whole = "\n".join([f"{HEADLINE} - Kabar Muara", "Beranda", HEADLINE, *BODY, "Berita Terkait", OTHER[0]])
    path.write_bytes(wet(url, whole) + wet("https://kabar.example.id/2", "Kabar Muara\nBeranda\n"))
    assert main(["extract", str(path)]) == 0
    said = capfdbinary.readouterr()
    (item,) = items(said.out)
    assert (item["headline"], item["paragraphs"], item["url"], item["site"]) == (HEADLINE, BODY, url, "indonesiawindow")
    capture = item["capture"]
    assert isinstance(capture, dict)
    assert (capture["file"], capture["offset"], capture["status"]) == (path.name, 0, None)
    assert capture["captured_at"] == "2023-09-21T01:02:03Z"
    assert b"2 records, 1 stories" in said.err
