"""The spider as Scrapy users start it: `scrapy crawl news`, with the same files as the project's own command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import Settings

from tests.conftest import Answer, environment
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.discovery import Kind
from xinhua_id.crawl.frontier.lease import Lease
from xinhua_id.errors import ContactNeeded, PermissionNeeded, UsageError
from xinhua_id.items import Outcome, Page
from xinhua_id.spiders.news import NewsSpider
from xinhua_id.spiders.process import settings_of

Serve = Callable[[Mapping[str, Answer]], str]
Story = Callable[[int], Answer]
ROOT = Path(__file__).parents[2]


def scrapy(*arguments: str, archive: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env=environment(XINHUA_ID_ARCHIVE=str(archive)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def spider(settings: Settings | None = None, **arguments: str) -> NewsSpider:
    crawler = Crawler(NewsSpider, settings or settings_of({"XINHUA_ID_CONTACT": "", "XINHUA_ID_PERMISSIONS": []}))
    return NewsSpider.from_crawler(crawler, **arguments)


def test_scrapy_crawl_lands_the_same_files(serve: Serve, story: Story, tmp_path: Path) -> None:
    seed = serve({"/berita/1": story(1)}) + "/berita/1"
    done = scrapy("crawl", "news", "-a", f"seed={seed}", "-a", "_job=pekerjaan-7", archive=tmp_path)
    assert done.returncode == 0, done.stderr
    (home,) = (path for path in tmp_path.iterdir() if path.is_dir())
    files = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and path.suffix != ".gz"}
    assert files == {"items/pekerjaan-7.jsonl", "runs/pekerjaan-7.json", "lock"}
    assert len(list(home.glob("warc/*.warc.gz"))) == 1
    assert json.loads((home / "runs/pekerjaan-7.json").read_text())["stats"]["outcome/story"] == 1


def test_a_source_is_crawled_where_it_is_served(serve: Serve, story: Story, tmp_path: Path) -> None:
    listing = '<h2><a href="/warga-kampung-rawat-mata-air/">Warga Kampung</a></h2>'
    base = serve({"/": (200, {}, listing), "/warga-kampung-rawat-mata-air/": story(1)})
    done = scrapy("crawl", "news", "-a", "source=indonesiawindow", "-a", f"at={base}", archive=tmp_path)
    assert done.returncode == 0, done.stderr
    (manifest,) = tmp_path.glob("indonesiawindow/runs/*.json")
    account = json.loads(manifest.read_text())
    assert account["source"].startswith("indonesiawindow@")
    assert account["base"] == base


def test_an_error_before_the_crawl_is_an_exit_code_a_scheduler_sees(tmp_path: Path) -> None:
    done = scrapy("crawl", "news", "-a", "source=kabarnusa", archive=tmp_path)
    assert done.returncode == 1
    assert "there is no source 'kabarnusa'" in done.stderr


def test_the_arguments_come_as_strings() -> None:
    made = spider(seed="http://127.0.0.1:1/a http://127.0.0.1:1/b", since="2026-11-01", limit="3", until="", source="")
    assert made.target.seeds == ("http://127.0.0.1:1/a", "http://127.0.0.1:1/b")
    assert (made.limit, made.range.until) == (3, None)
    assert made.about()["since"] == "2026-11-01T00:00:00+07:00"


def test_a_misspelt_argument_is_no_crawl_without_it() -> None:
    with pytest.raises(UsageError, match="takes no argument 'limt'"):
        spider(seed="http://127.0.0.1:1/", limt="3")


def test_one_crawl_visits_one_site() -> None:
    with pytest.raises(UsageError, match="one crawl visits one site"):
        spider(seed="http://127.0.0.1:1/ http://127.0.0.1:2/")


def test_manners_are_checked_before_anything_is_fetched() -> None:
    with pytest.raises(ContactNeeded):
        spider(source="indonesiawindow")
    with pytest.raises(PermissionNeeded):
        spider(source="antaranews")
    spider(settings_of({"XINHUA_ID_CONTACT": "redaksi@contoh.example"}), source="indonesiawindow")
    spider(source="antaranews", at="http://127.0.0.1:8000")


def test_the_contact_stands_in_the_user_agent() -> None:
    settings = settings_of({"XINHUA_ID_CONTACT": "redaksi@contoh.example"})
    made = spider(settings, source="indonesiawindow")
    assert made.settings["USER_AGENT"].endswith(" (+redaksi@contoh.example)")


def test_a_lease_becomes_one_request_that_carries_it() -> None:
    lease = Lease("http://127.0.0.1:1/a", Kind.STORY)
    request = spider(seed="http://127.0.0.1:1/").request(lease)
    assert (request.url, request.meta["lease"], request.dont_filter) == (lease.url, lease, True)


def test_a_fault_in_reading_ends_its_visit_counted_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("rusak")

    monkeypatch.setattr("xinhua_id.spiders.news.discover", broken)
    one = spider(seed="http://127.0.0.1:9/")
    crawler = one.crawler
    crawler.spider = one
    request = one.request(Lease("http://127.0.0.1:9/", Kind.PAGE))
    page = Page("http://127.0.0.1:9/", body=b"<p>halo")
    Captures.of(crawler)._pages[request] = page
    (visit,) = one.answered(Response(request.url, request=request))
    assert (visit.outcome, visit.reason) == (Outcome.FAILED, "reading-broke")
    assert visit.lease.url == request.url
