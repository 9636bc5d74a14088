"""A crawl takes the requisites of its stories along: politely, each once, within its bounds, and apart from pages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

import xinhua_id
from tests import launching
from tests.conftest import environment
from tests.crawl.timed_site import Answer, TimedSite
from tests.extraction.stories import BODY
from xinhua_id import sources
from xinhua_id.corpus.reextract import outcome_of, reread
from xinhua_id.crawl.requisites import wanted
from xinhua_id.errors import UsageError
from xinhua_id.items import Outcome, Page
from xinhua_id.warc import reader
from xinhua_id.warc.record import fields_of

ROOT = Path(__file__).parents[2]
STORIES = 50
SVG = Answer(body='<svg xmlns="http://www.w3.org/2000/svg"/>', headers={"Content-Type": "image/svg+xml"})


def sheet(text: str) -> Answer:
    return Answer(body=text, headers={"Content-Type": "text/css"})


def story(number: int, inside: str = "", head: str = "", beside: str = "") -> Answer:
    body = "".join(f"<p>{text} Warta ke-{number}.</p>" for text in BODY)
    html = f"<html><head><title>Pasar {number} dibuka</title>{head}</head><body><article><h1>Pasar {number} dibuka</h1>"
    return Answer(body=f"{html}<div class=isi>{body}{inside}</div></article>{beside}</body></html>")


def front(*numbers: int) -> Answer:
    return Answer(body="".join(f'<h2><a href="/berita/{at}">Pasar {at}</a></h2>' for at in numbers))


def source(folder: Path, base: str, requisites: str = "all", hosts: tuple[str, ...] = ()) -> Path:
    path = folder / "warta.toml"
    path.write_text(
        f'name = "warta"\ntitle = "Warta"\nbase = "{base}"\nhosts = ["{base.removeprefix("http://")}"]\n'
        f'permission = "open"\nverified = true\nrequisites = "{requisites}"\nrequisite_hosts = {json.dumps(hosts)}\n'
        "[discovery]\nlistings = [\"/\"]\nstory = ['^/berita/\\d+$']\nlisting = ['^/$']\n"
    )
    return path


def crawl(toml: Path, archive: Path, *arguments: str) -> dict[str, Any]:
    """Crawl in a process of its own; return the manifest of the run, which is the archive's latest."""
    before = set(archive.glob("*/runs/*.json"))
    done = launching.run(
        "scrapy", "crawl", "news", "-a", f"source={toml}", *arguments,
        environment=environment(XINHUA_ID_ARCHIVE=str(archive)), cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (manifest,) = set(archive.glob("*/runs/*.json")) - before
    account: dict[str, Any] = json.loads(manifest.read_text())
    return account


@dataclass(frozen=True)
class Crawled:
    account: dict[str, Any]
    archive: Path
    asked: Counter[str]
    elsewhere: list[str]
    stranger: list[str]
    toml: Path

    @property
    def stats(self) -> dict[str, int]:
        found: dict[str, int] = self.account["stats"]
        return found


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """One crawl of a site with all that may happen: 50 stories, each with a picture of its own and the same others."""
    folder = tmp_path_factory.mktemp("requisites")
    free = Answer(headers={"Content-Type": "text/plain"})
    with TimedSite({"/robots.txt": free, "/kanal.svg": SVG}) as other, TimedSite({"/iklan.svg": SVG}) as stranger:
        head = "<link rel=stylesheet href=/aset/gaya.css><link rel=stylesheet href=/aset/besar.css>"
        head += "<link rel=icon href=/ikon.svg>"
        inside = (
            '<img src=/foto/bersama.svg><img src=/larangan/peta.svg><img src=/hilang.svg><img src=/halaman.svg>'
            f'<img src="{other.base}/kanal.svg"><img src="{stranger.base}/iklan.svg">'
            '<img src="data:image/png;base64,AAAA">'
            f'<img srcset="{",".join(f"/ukuran/{at}.svg {at + 1}w" for at in range(5000))}"><img src=/pindah.svg>'
        )  # fmt: skip
        answers: dict[str, Answer | list[Answer]] = {
            "/robots.txt": Answer(body="User-agent: *\nDisallow: /larangan/\n", headers={"Content-Type": "text/plain"}),
            "/": front(*range(STORIES)),
            "/aset/gaya.css": sheet(
                '@import "a.css";@font-face{src:url(h.woff) format("woff"),url(h.woff2) format("woff2")}'
            ),
            "/aset/a.css": sheet('@import "b.css";body{background:url(latar.svg)}'),
            "/aset/b.css": sheet('@import "a.css";@import "b.css";@import "c.css";'),
            "/aset/c.css": sheet(""),
            "/aset/besar.css": sheet("/*" + " " * 11 * 2**20 + "*/"),
            "/aset/h.woff2": Answer(body="wOF2----", headers={"Content-Type": "font/woff2"}),
            "/aset/latar.svg": SVG, "/ikon.svg": SVG, "/foto/bersama.svg": SVG, "/larangan/peta.svg": SVG,
            "/halaman.svg": Answer(body="<!doctype html><html><h1>Masuk</h1></html>"),
            "/pindah.svg": Answer(302, headers={"Location": "/foto/bersama.svg"}),
        }  # fmt: skip
        for at in range(8):
            answers[f"/ukuran/{at}.svg"] = SVG
        for at in range(STORIES):
            answers[f"/berita/{at}"] = story(at, f"{inside}<img src=/foto/{at}.svg>", head)
            answers[f"/foto/{at}.svg"] = SVG
        answers["/foto/3.svg"] = [Answer(503), SVG]
        with TimedSite(answers) as site:
            toml = source(folder, site.base, hosts=(other.base.removeprefix("http://"),))
            account = crawl(toml, folder / "archives")
            yield Crawled(account, folder / "archives", Counter(site.paths()), other.paths(), stranger.paths(), toml)


def test_every_story_has_its_pictures_styles_and_fonts_each_asked_for_once(crawled: Crawled) -> None:
    asked = crawled.asked
    assert crawled.stats["outcome/story"] == STORIES
    named = ["/foto/bersama.svg", "/ikon.svg", "/aset/gaya.css", "/aset/a.css", "/aset/latar.svg", "/aset/h.woff2"]
    assert {path: asked[path] for path in named} == dict.fromkeys(named, 1)
    assert all(asked[f"/foto/{at}.svg"] == (2 if at == 3 else 1) for at in range(STORIES))
    assert max(count for path, count in asked.items() if path != "/foto/3.svg") == 1


def test_sheets_that_import_each_other_end_and_are_not_followed_for_ever(crawled: Crawled) -> None:
    assert crawled.asked["/aset/a.css"] == crawled.asked["/aset/b.css"] == 1
    assert "/aset/c.css" not in crawled.asked


def test_of_a_fonts_formats_the_one_that_browsers_take_is_fetched(crawled: Crawled) -> None:
    assert "/aset/h.woff" not in crawled.asked


def test_five_thousand_sizes_of_one_picture_are_eight(crawled: Crawled) -> None:
    assert sum(path.startswith("/ukuran/") for path in crawled.asked) == 8


def test_what_robots_txt_forbids_is_not_asked_for_and_what_fails_is_counted_apart(crawled: Crawled) -> None:
    assert not any(path.startswith("/larangan/") for path in crawled.asked)
    assert crawled.stats["outcome/denied/requisite-robots"] == 1
    reasons = {name.rpartition("/")[2]: number for name, number in crawled.stats.items() if "failed/requisite-" in name}
    assert reasons == {
        "requisite-http-404": 1, "requisite-http-503": 1, "requisite-too-large": 1, "requisite-is-something-else": 1,
    }  # fmt: skip
    assert crawled.stats["requisites/missed"] == 4  # the 503 passed
    assert crawled.account["outcome"] == "finished"


def test_a_host_that_the_source_names_is_asked_as_politely_and_no_other(crawled: Crawled) -> None:
    assert crawled.elsewhere == ["/robots.txt", "/kanal.svg"]
    assert crawled.stranger == []
    assert crawled.stats["requisites/other-host"] == STORIES


def test_every_requisite_is_a_record_with_an_outcome_and_the_story_names_it(crawled: Crawled) -> None:
    (warc,) = crawled.archive.glob("warta/warc/*.warc.gz")
    visits = {}
    links = []
    for record in reader.records(warc):
        if record.type == "metadata" and record.content.startswith(b"outcome:"):
            said = fields_of(record.content)
            visits[(record.header("WARC-Target-URI") or "").partition("//")[2].partition("/")[2]] = said
            if said["kind"] == "story" and said["outcome"] == "story":
                links.append(record.content.count(b"outlink: "))
    assert (visits["foto/bersama.svg"]["outcome"], visits["foto/bersama.svg"]["reason"]) == ("requisite", "image")
    assert (visits["aset/a.css"]["outcome"], visits["aset/a.css"]["reason"]) == ("requisite", "style")
    assert visits["aset/h.woff2"]["reason"] == "font"
    assert visits["pindah.svg"]["outcome"] == "redirect"
    assert len(set(links)) == 1  # the fiftieth story names the shared ones as the first does
    assert len(links) == STORIES


def test_extracting_the_warc_gives_the_crawls_own_lines_and_its_outcomes(crawled: Crawled) -> None:
    (warc,) = crawled.archive.glob("warta/warc/*.warc.gz")
    (items,) = crawled.archive.glob("warta/items/*.jsonl")
    again = list(reread(warc, sources.load(crawled.toml)))
    assert [one.article.to_json() for one in again if one.article] == items.read_text().splitlines()
    counted = Counter(f"outcome/{one.outcome.value}/{one.reason}" for one in again if one.outcome is not Outcome.STORY)
    assert counted == {
        key: number
        for key, number in crawled.stats.items()
        if key.startswith("outcome/") and key.count("/") == 2 and key != "outcome/denied/requisite-robots"
    }


def test_the_manifest_says_what_was_wanted_and_what_came(crawled: Crawled) -> None:
    assert crawled.account["requisites"] == "all"
    assert crawled.stats["requisites/captured"] == crawled.stats["outcome/requisite"]
    assert crawled.stats["requisites/bytes"] > 0


@pytest.fixture
def small() -> Iterator[TimedSite]:
    """Three stories, each with two pictures of its own, one beside the story, and a style sheet."""
    answers: dict[str, Answer] = {"/": front(1, 2, 3), "/gaya.css": sheet("a{}"), "/samping.svg": SVG}
    for at in (1, 2, 3):
        pictures = f"<img src=/foto/{at}a.svg><img src=/foto/{at}b.svg>"
        answers |= {
            f"/berita/{at}": story(at, pictures, "<link rel=stylesheet href=/gaya.css>", "<img src=/samping.svg>")
        }
        answers |= {f"/foto/{at}{letter}.svg": SVG for letter in "ab"}
    with TimedSite(answers) as site:
        yield site


def beside(site: TimedSite) -> list[str]:
    return [path for path in site.paths() if path.endswith((".svg", ".css"))]


def test_images_are_the_storys_own_and_the_argument_wins(small: TimedSite, tmp_path: Path) -> None:
    account = crawl(source(tmp_path, small.base, "none"), tmp_path / "a", "-a", "requisites=images")
    assert sorted(beside(small)) == sorted(f"/foto/{at}{letter}.svg" for at in (1, 2, 3) for letter in "ab")
    assert account["requisites"] == "images"


def test_a_limit_ends_the_crawl_once_the_requisites_of_the_taken_story_are_there(
    small: TimedSite, tmp_path: Path
) -> None:
    account = crawl(source(tmp_path, small.base), tmp_path / "a", "-a", "limit=1")
    (item,) = xinhua_id.read(tmp_path / "a")
    at = (item.url or "").rpartition("/")[2]
    assert sorted(beside(small)) == [f"/foto/{at}a.svg", f"/foto/{at}b.svg", "/gaya.css", "/samping.svg"]
    assert account["outcome"] == "limit-reached"


def test_nothing_is_fetched_unasked_and_an_unchanged_story_asks_for_what_was_never_captured(
    small: TimedSite, tmp_path: Path
) -> None:
    toml = source(tmp_path, small.base)
    assert crawl(toml, tmp_path / "a", "-a", "requisites=none")["requisites"] == "none"
    assert beside(small) == []
    crawl(toml, tmp_path / "a", "-s", "XINHUA_ID_REVISIT=all")
    assert len(beside(small)) == 8
    account = crawl(toml, tmp_path / "a", "-s", "XINHUA_ID_REVISIT=all")
    assert len(beside(small)) == 8
    assert account["stats"]["outcome/duplicate/unchanged"] == 3


def test_once_the_bytes_of_a_run_are_used_up_the_stories_still_come(small: TimedSite, tmp_path: Path) -> None:
    account = crawl(
        source(tmp_path, small.base),
        tmp_path / "a",
        "-s",
        "XINHUA_ID_REQUISITES_BYTES=1",
        "-s",
        "CONCURRENT_REQUESTS=1",
    )
    assert account["stats"]["outcome/denied/requisite-over-bytes"] > 0
    assert account["stats"]["outcome/story"] == 3


def test_a_word_that_is_none_is_wrong_usage() -> None:
    assert wanted(Settings(), None) == "none"
    assert wanted(Settings({"XINHUA_ID_REQUISITES": "all"}), None, "images") == "images"
    with pytest.raises(UsageError, match="none, images, all"):
        wanted(Settings({"XINHUA_ID_REQUISITES": "gambar"}), None)


@pytest.mark.parametrize(
    ("declared", "body", "outcome", "reason"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n", Outcome.REQUISITE, "image"),
        ("image/svg+xml", b"<svg/>", Outcome.REQUISITE, "image"),
        ("text/css; charset=utf-8", b"a{}", Outcome.REQUISITE, "style"),
        ("application/font-woff2", b"wOF2", Outcome.REQUISITE, "font"),
        ("text/html", b"\x89PNG\r\n\x1a\n", Outcome.NO_ARTICLE, "not-html-image"),
        ("application/pdf", b"%PDF-1.4", Outcome.NO_ARTICLE, "not-html-pdf"),
        ("text/css", b"<!doctype html><html><p>404", Outcome.NO_ARTICLE, "no-body"),
    ],
)
def test_what_nobody_visited_is_a_requisite_where_it_says_so_and_looks_so(
    declared: str, body: bytes, outcome: Outcome, reason: str
) -> None:
    found = outcome_of(Page("http://contoh.example/x", 200, (("Content-Type", declared),), body), None)
    assert (found.outcome, found.reason) == (outcome, reason)
