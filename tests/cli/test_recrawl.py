"""A second crawl of a site that is there already: what is unchanged becomes a revisit, and everything still reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from xinhua_id.archive.trace import trace
from xinhua_id.items import Article
from xinhua_id.warc.reader import Record, records

Answer = tuple[int, Mapping[str, str], str | bytes]
Run = Callable[..., subprocess.CompletedProcess[str]]
PLAIN, TAGGED = "/berita/1", "/berita/2"


@pytest.fixture
def crawled(serve: Callable[..., str], story: Callable[[int], Answer], xinhua_id: Run, tmp_path: Path) -> Path:
    """Return the folder of a site that was crawled twice: one page has validators, which the server honours."""
    front = (
        f'<h2><a href="{PLAIN}">Warga Kampung rawat air</a></h2><h2><a href="{TAGGED}">Warga lain rawat air</a></h2>'
    )
    tag = {"ETag": '"v1"', "Last-Modified": "Fri, 09 Jan 2026 05:00:00 GMT"}
    site = {
        "/": (200, tag, f"<html><title>Berita</title><body>{front}</body></html>"),
        PLAIN: story(1),
        TAGGED: (200, tag, story(2)[2]),
    }
    address = serve(site)
    for run in ("satu", "dua"):
        done = xinhua_id("crawl", "--seed", address + "/", "--archive", "a", "--again", XINHUA_ID_RUN=run)
        assert done.returncode == 0, done.stderr
        # From now on the server knows what it said before.
        for path in ("/", TAGGED):
            site[path] = (200, {**tag, "X-Not-Modified": "1"}, site[path][2])
    (home,) = (path for path in (tmp_path / "a").iterdir() if path.is_dir())
    return home


def warcs(home: Path) -> list[list[Record]]:
    return [list(records(path)) for path in sorted((home / "warc").glob("*.warc.gz"))]


def test_what_is_unchanged_is_asked_for_with_validators_and_kept_as_a_revisit(crawled: Path) -> None:
    first, second = warcs(crawled)
    assert not [one for one in first if one.type == "revisit"]
    found = {
        (one.header("WARC-Target-URI") or "").rpartition(":")[2].lstrip("0123456789"): one.header("WARC-Profile")
        for one in second
        if one.type == "revisit"
    }
    assert {path: (profile or "").rpartition("/")[2] for path, profile in found.items()} == {
        "/": "server-not-modified",
        PLAIN: "identical-payload-digest",
        TAGGED: "server-not-modified",
    }
    stats = json.loads((crawled / "runs/dua.json").read_text())["stats"]
    assert stats["outcome/duplicate/unchanged"] == 2
    assert stats["warc/not-modified"] == 2
    assert len((crawled / "items/satu.jsonl").read_text().splitlines()) == 2
    assert (crawled / "items/dua.jsonl").read_text() == ""
    asked = [one.content for one in second if one.type == "request"]
    conditional = [one for one in asked if b'If-None-Match: "v1"\r\n' in one]
    assert len(conditional) == 2
    assert all(b"If-Modified-Since: Fri, 09 Jan 2026 05:00:00 GMT\r\n" in one for one in conditional)


def test_the_warc_explains_itself_and_extract_says_of_a_second_run_what_the_crawl_said(
    crawled: Path, xinhua_id: Run
) -> None:
    for number, run in enumerate(("satu", "dua")):
        _explains_itself(warcs(crawled)[number], run)
    first, second = (str(path) for path in sorted((crawled / "warc").glob("*.warc.gz")))
    again = xinhua_id("extract", first)
    assert again.stdout == (crawled / "items/satu.jsonl").read_text()
    done = xinhua_id("extract", second)
    assert (done.returncode, done.stdout) == (0, "")
    assert "2 duplicate (unchanged)" in done.stderr


def test_an_item_made_from_a_revisit_leads_to_the_bytes_it_was_made_from(
    serve: Callable[..., str], story: Callable[[int], Answer], xinhua_id: Run, tmp_path: Path
) -> None:
    front = '<h2><a href="/a/1">Warga Kampung rawat air</a></h2><h2><a href="/b/1">Warga Kampung rawat air</a></h2>'
    site = {"/": (200, {}, f"<html><body>{front}</body></html>"), "/a/1": story(1), "/b/1": story(1)}
    done = xinhua_id("crawl", "--seed", serve(site) + "/", "--archive", "a")
    assert done.returncode == 0, done.stderr
    (items,) = (tmp_path / "a").glob("*/items/*.jsonl")
    articles = [Article.model_validate_json(line) for line in items.read_text().splitlines()]
    assert len(articles) == 2
    found = [trace(article, tmp_path / "a") for article in articles]
    assert sorted(one.type for one in found) == ["response", "revisit"]
    (warc,) = (tmp_path / "a").glob("*/warc/*.warc.gz")
    assert xinhua_id("extract", str(warc)).stdout == items.read_text()


def _explains_itself(found: list[Record], run: str) -> None:
    resources = {one.header("WARC-Target-URI"): one for one in found if one.type == "resource"}
    assert set(resources) == {f"urn:xinhua-id:{run}:{name}" for name in ("settings", "stats", "log")}
    said = json.loads(resources[f"urn:xinhua-id:{run}:settings"].content)
    assert said["settings"]["USER_AGENT"].startswith("xinhua-id/")
    assert b"Spider opened" in resources[f"urn:xinhua-id:{run}:log"].content
    info = found[0].content.decode()
    assert f"isPartOf: {run}\r\n" in info
    assert "tls-certificates: verified\r\n" in info
