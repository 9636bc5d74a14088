"""The index is sorted, complete and up to date, whatever was added, taken away or interrupted."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.archive.commit import Committer
from xinhua_id.archive.index import key_of, lines_of, site, sort, update
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import CannotWrite
from xinhua_id.warc.reader import record_at, records

ROOT = Path(__file__).parents[2]
TOOLS = Path(os.environ.get("XINHUA_ID_REPLAY_BIN", ROOT / ".venv-replay/bin"))


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    found = Catalogue.open(tmp_path)
    yield found
    found.close()


def crawled(archive: Path, catalogue: Catalogue, run: str, *urls: str, said: bytes = SAID) -> Path:
    """Write a run that captured some URLs, each with a payload of its own; return its WARC."""
    out = Committer(archive / "contoh", run, catalogue, source="contoh", info={}, clock=lambda: WHEN)
    out.begin({})
    for url in urls:
        body = said.replace(b"Content-Length: 5\r\n", b"") + f"{run} {url}".encode()
        out.exchange(exchange(body, url=url))
    out.resource("stats", "application/json", b"{}")
    out.close("finished")
    return out.writer.path


def read(home: Path) -> list[tuple[str, str, dict[str, str]]]:
    lines = (home / "index.cdxj").read_text().splitlines()
    return [(key, when, json.loads(rest)) for key, when, rest in (line.split(" ", 2) for line in lines)]


def test_every_capture_has_its_line_and_every_line_leads_to_its_record(tmp_path: Path, catalogue: Catalogue) -> None:
    urls = ("http://contoh.id/z", "http://www.contoh.id/A?b=2&a=1", "http://contoh.id/x y", "https://[::1]:8080/")
    path = crawled(tmp_path, catalogue, "lari", *urls)
    found = update(tmp_path / "contoh")
    assert (found.lines, found.added, found.torn) == (5, [path.name], {})
    raw = found.path.read_bytes().splitlines()
    assert raw == sorted(raw)
    for key, when, said in read(tmp_path / "contoh"):
        record = record_at(path, int(said["offset"]), int(said["length"]))
        assert record.header("WARC-Target-URI") == said["url"]
        assert record.header("WARC-Payload-Digest") == said["digest"]
        assert key == key_of(said["url"])
        assert len(when) == 14
    indexed = {record.type for record in records(path)} - {"warcinfo", "request", "metadata"}
    assert indexed == {"response", "resource"}


def test_only_new_files_are_read_and_the_result_is_that_of_a_new_index(tmp_path: Path, catalogue: Catalogue) -> None:
    home = tmp_path / "contoh"
    first = crawled(tmp_path, catalogue, "satu", "http://contoh.id/b", "http://contoh.id/d")
    update(home)
    second = crawled(tmp_path, catalogue, "dua", "http://contoh.id/a", "http://contoh.id/c", "http://contoh.id/b")
    assert update(home).added == [second.name]
    merged = (home / "index.cdxj").read_bytes()
    assert update(home).added == []
    assert sorted(update(home, rebuild=True).added) == sorted([first.name, second.name])
    assert (home / "index.cdxj").read_bytes() == merged


def test_a_file_that_went_away_takes_its_lines_along(tmp_path: Path, catalogue: Catalogue) -> None:
    home = tmp_path / "contoh"
    gone = crawled(tmp_path, catalogue, "satu", "http://contoh.id/b")
    crawled(tmp_path, catalogue, "dua", "http://contoh.id/a")
    update(home)
    gone.unlink()
    found = update(home)
    assert (found.dropped, found.lines) == ([gone.name], 2)
    assert {said["filename"] for _, _, said in read(home)} == {path.name for path in (home / "warc").iterdir()}


def test_a_revisit_has_a_line_and_a_304_has_none(tmp_path: Path, catalogue: Catalogue) -> None:
    tagged = SAID.replace(b"Content-Length", b'ETag: "v1"\r\nContent-Length')
    for run, said in (("satu", tagged), ("dua", tagged), ("tiga", b"HTTP/1.1 304 Not Modified\r\n\r\n")):
        out = Committer(tmp_path / "contoh", run, catalogue, source="contoh", info={}, clock=lambda: WHEN)
        out.begin({})
        out.validators_of("http://contoh.id/panen")
        out.exchange(exchange(said))
        out.close("finished")
    update(tmp_path / "contoh")
    assert sorted(said["mime"] for _, _, said in read(tmp_path / "contoh")) == ["text/html", "warc/revisit"]


def test_an_update_that_dies_leaves_the_old_index_and_the_next_one_is_right(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "contoh"
    crawled(tmp_path, catalogue, "satu", "http://contoh.id/b")
    update(home)
    before = (home / "index.cdxj").read_bytes()
    crawled(tmp_path, catalogue, "dua", "http://contoh.id/a")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CannotWrite, match="No space left"):
            update(home)
    assert (home / "index.cdxj").read_bytes() == before
    with monkeypatch.context() as patch:  # it died after the index was replaced, before its files were noted
        patch.setattr(site, "_note", lambda *_: full(0))
        with pytest.raises(CannotWrite):
            update(home)
    assert len(update(home, rebuild=False).path.read_bytes().splitlines()) == 4
    assert not list(home.glob("*.new"))


def test_a_torn_file_is_named_and_its_whole_records_are_indexed(tmp_path: Path, catalogue: Catalogue) -> None:
    path = crawled(tmp_path, catalogue, "satu", "http://contoh.id/a", "http://contoh.id/b")
    path.write_bytes(path.read_bytes()[:-10])
    found = update(tmp_path / "contoh")
    assert (list(found.torn), found.lines) == ([path.name], 2)


def test_more_lines_than_memory_is_given_are_sorted_all_the_same(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sort, "_RUN", 3)
    crawled(tmp_path, catalogue, "satu", *(f"http://contoh.id/{number * 7 % 20}" for number in range(20)))
    found = update(tmp_path / "contoh")
    raw = found.path.read_bytes().splitlines()
    assert (len(raw), raw) == (21, sorted(raw))


@given(st.text(max_size=60))
def test_no_url_breaks_the_key(url: str) -> None:
    key = key_of(url)
    assert key
    assert key.split() == [key]


@pytest.mark.skipif(not (TOOLS / "cdxj-indexer").exists(), reason="cdxj-indexer is not here: `make replay-ready`")
def test_the_lines_are_those_of_cdxj_indexer(tmp_path: Path, catalogue: Catalogue) -> None:
    urls = (
        "http://contoh.id/panen?b=2&a=1",
        "http://www.Contoh.id:80/A/B.html",
        "http://café.id/ü?q=é",
        "http://1.2.3.4/",
    )
    path = crawled(tmp_path, catalogue, "lari", *urls, said=SAID.replace(b"text/html", b"Text/HTML; charset=utf-8"))
    theirs = subprocess.run([TOOLS / "cdxj-indexer", path], capture_output=True, text=True, check=True).stdout
    assert "".join(lines_of(path)) == theirs
