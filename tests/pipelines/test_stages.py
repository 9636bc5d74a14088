"""Each stage sets the article or ends the visit; whatever breaks costs one page, under a reason that can be counted."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scrapy.crawler import Crawler

from xinhua_id.crawl.discovery import Kind
from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Outcome
from xinhua_id.pipelines.deduplicate import Deduplicate
from xinhua_id.pipelines.separate import Separate
from xinhua_id.pipelines.stage import Stage
from xinhua_id.pipelines.validate import Validate, fault_of
from xinhua_id.spiders.news import NewsSpider

Visits = Callable[..., Visit]


def separated(crawler: Crawler, visit: Visit) -> Visit:
    return Separate(crawler).process_item(visit)


def test_a_story_becomes_an_article_and_stays_open_for_the_next_stage(crawler: Crawler, visit: Visits) -> None:
    done = separated(crawler, visit())
    assert done.outcome is None
    assert done.article is not None
    assert done.article.headline == "Warga Kampung 1 rawat mata air"
    assert len(done.article.paragraphs) == 4


@pytest.mark.parametrize("body", [b"", b"\0" * 64, b"%PDF-1.7 \xff", b'{"a": 1}', b"<html>", b"\xff\xfe\x00"])
def test_a_page_that_is_no_article_says_why(crawler: Crawler, visit: Visits, body: bytes) -> None:
    done = separated(crawler, visit(body=body))
    assert (done.outcome, done.article) == (Outcome.NO_ARTICLE, None)
    assert done.reason


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=400))
def test_any_bytes_end_in_one_outcome(crawler: Crawler, visit: Visits, body: bytes) -> None:
    done = Validate(crawler).process_item(separated(crawler, visit(body=b"<html><p>" + body)))
    assert (done.outcome is None) == (done.article is not None)


def test_a_page_that_only_leads_to_others_is_a_listing_and_its_links_are_followed(
    crawler: Crawler, visit: Visits
) -> None:
    items = "".join(f'<li><a href="/berita/{n}">Warga kampung ke-{n} merawat mata air</a></li>' for n in range(30))
    done = separated(crawler, visit(body=f"<html><h1>Indeks Berita</h1><ul>{items}</ul>".encode(), kind=Kind.STORY))
    assert (done.outcome, done.reason) == (Outcome.LISTING, "listing")
    assert len(done.links) == 29  # all but the page itself


def test_a_story_outside_the_range_of_dates_is_captured_and_counted_but_no_item(
    crawler: Crawler, visit: Visits, story: Callable[[int], tuple[int, dict[str, str], str]]
) -> None:
    dated = '<meta property="article:published_time" content="2025-12-31T23:59:00+07:00"></head>'
    done = separated(crawler, visit(body=story(1)[2].replace("</head>", dated).encode()))
    assert (done.outcome, done.reason, done.article) == (Outcome.NO_ARTICLE, "out-of-range", None)


def test_a_stage_that_breaks_costs_one_page_and_not_the_crawl(crawler: Crawler, visit: Visits) -> None:
    class Breaking(Stage):
        name = "separate"

        def advance(self, visit: Visit) -> None:
            raise RecursionError("too deep")

    done = Breaking(crawler).process_item(visit())
    assert (done.outcome, done.reason) == (Outcome.FAILED, "separate-broke")
    assert done.detail == "RecursionError: too deep"


def test_what_is_decided_passes_through_untouched(crawler: Crawler, visit: Visits) -> None:
    decided = visit().end(Outcome.REDIRECT, "http-301")
    for stage in (Separate, Validate, Deduplicate):
        assert stage(crawler).process_item(decided).reason == "http-301"


def test_an_article_that_does_not_hold_names_its_fault(crawler: Crawler, visit: Visits) -> None:
    article = separated(crawler, visit()).article
    assert article is not None
    assert fault_of(article) is None
    faults: list[tuple[dict[str, object], str]] = [
        ({"headline": " "}, "headline"),
        ({"paragraphs": [" "]}, "body"),
        ({"text": "lain"}, "text"),
        ({"date_published": dt.datetime(2026, 1, 9)}, "schema"),  # noqa: DTZ001 (that it has no zone is the fault)
    ]
    for change, name in faults:
        fault = fault_of(article.model_copy(update=change))
        assert fault is not None
        assert fault[0] == name
    assert fault_of(None) == ("article", "no article came out of extraction")


def test_an_unchanged_story_is_a_duplicate_and_a_changed_one_is_new(crawler: Crawler, visit: Visits) -> None:
    stage = Deduplicate(crawler)
    first = stage.process_item(separated(crawler, visit(1)))
    again = stage.process_item(separated(crawler, visit(1)))
    assert (first.outcome, again.outcome, again.reason) == (None, Outcome.DUPLICATE, "unchanged")
    assert again.article is None
    changed = separated(crawler, visit(1, (b"<html><h1>Warga Kampung 1 rawat mata air</h1>" + _body(2))))
    assert stage.process_item(changed).outcome is None


def test_what_earlier_runs_wrote_is_known_and_a_torn_line_is_passed_over(crawler: Crawler, visit: Visits) -> None:
    assert isinstance(crawler.spider, NewsSpider)
    assert crawler.spider.run is not None
    folder = crawler.spider.run.items.parent
    article = separated(crawler, visit(1)).article
    assert article is not None
    (folder / "lebih-awal.jsonl").write_text(article.to_json() + "\n" + json.dumps([1]) + "\n")
    (folder / "terputus.jsonl.open").write_text(article.to_json()[:50])
    done = Deduplicate(crawler).process_item(separated(crawler, visit(1)))
    assert done.outcome is Outcome.DUPLICATE
    assert crawler.stats.get_value("items/unreadable") == 2


def _body(number: int) -> bytes:
    line = (
        f"Warga di lereng bukit nomor {number} menanam bambu di sepanjang sungai agar tanah tidak hanyut saat hujan. "
    )
    return b"".join(b"<p>" + (line * 2).encode() + b"</p>" for _ in range(3))
