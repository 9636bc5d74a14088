"""What each table is asked."""

from __future__ import annotations

import random
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from tests.catalogue import rows
from tests.catalogue.rows import URL, WHEN, later
from xinhua_id.catalogue import articles, captures, files, runs, tombstones, validators, visits
from xinhua_id.catalogue.rows import CaptureRow, ValidatorRow
from xinhua_id.catalogue.store import Catalogue

DIGEST = "sha1:PANEN"


def original(catalogue: Catalogue, *known: CaptureRow, url: str = URL, digest: str = DIGEST) -> CaptureRow | None:
    with catalogue.begin() as connection:
        captures.add(connection, known)
        return captures.original(connection, "contoh", digest, url)


def test_the_original_is_the_earliest_of_its_url(catalogue: Catalogue) -> None:
    elsewhere = rows.capture(0, url="http://contoh.id/lain")
    first, second = rows.capture(1), rows.capture(2)
    assert original(catalogue, second, first, elsewhere) == first


def test_the_original_of_a_new_url_is_the_earliest_of_any(catalogue: Catalogue) -> None:
    first, second = rows.capture(1), rows.capture(2)
    assert original(catalogue, second, first, url="http://contoh.id/baru") == first


@pytest.mark.parametrize(
    "row",
    [
        rows.revisit(1),
        rows.capture(1, truncated="length"),
        rows.capture(1, status=404),
        rows.capture(1, status=None),
        rows.capture(1, site="lain"),
        rows.capture(1, type="resource"),
        rows.capture(1, payload_digest=None),
    ],
)
def test_what_holds_no_whole_page_of_the_site_is_no_original(catalogue: Catalogue, row: CaptureRow) -> None:
    assert original(catalogue, row) is None


def test_what_was_taken_down_is_no_original(catalogue: Catalogue) -> None:
    gone, kept = rows.capture(0), rows.capture(1, url="http://contoh.id/salinan")
    with catalogue.begin() as connection:
        tombstones.put(connection, [rows.tombstone(0)])
    assert original(catalogue, gone) is None
    assert original(catalogue, kept) == kept


def test_an_empty_payload_has_no_original(catalogue: Catalogue) -> None:
    empty = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
    assert original(catalogue, rows.capture(0, payload_digest=empty), digest=empty) is None


def test_the_original_is_found_at_once_among_many_alike(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        captures.add(connection, [rows.capture(n, status=404) for n in range(20_000)])
        captures.add(connection, [rows.capture(n, url=f"http://contoh.id/{n}") for n in range(20_000, 30_000)])
        captures.add(connection, [rows.revisit(n) for n in range(30_000, 40_000)])
    began = time.process_time()
    for number in range(200):
        with catalogue.reading() as connection:
            found = captures.original(connection, "contoh", DIGEST, f"http://contoh.id/{20_000 + number}")
        assert found is not None
        assert found.url == f"http://contoh.id/{20_000 + number}"
    assert (time.process_time() - began) / 200 < 0.001  # 80 µs here; a scan takes 20 ms


def test_a_capture_entered_twice_is_there_once_as_it_was_last(catalogue: Catalogue) -> None:
    moved = replace(rows.capture(), file="baru.warc.gz")
    with catalogue.begin() as connection:
        captures.add(connection, [rows.capture()])
        captures.add(connection, [moved, moved])
        captures.add(connection, [])
        assert list(captures.each(connection)) == [moved]
        assert captures.by_record_id(connection, moved.record_id) == moved
        assert captures.by_record_id(connection, "<urn:uuid:tiada>") is None


def test_captures_are_found_by_file_run_url_and_original(catalogue: Catalogue) -> None:
    first, second = rows.capture(1), rows.revisit(2, refers_to="<urn:uuid:1>")
    other = rows.capture(3, file="lain.warc.gz", site="lain", run="lain", url="http://lain.id/")
    with catalogue.begin() as connection:
        captures.add(connection, [second, other, first])
        assert list(captures.in_file(connection, "contoh.warc.gz")) == [first, second]
        assert captures.of_run(connection, "contoh", "lari") == [first, second]
        assert list(captures.at(connection, URL)) == [first, second]
        assert list(captures.at(connection, URL, since=later(2))) == [second]
        assert list(captures.at(connection, URL, until=later(2))) == [first]
        assert list(captures.revisits_of(connection, "<urn:uuid:1>")) == [second]
        assert list(captures.each(connection, "lain")) == [other]
        captures.drop(connection, first.record_id)
        captures.drop_file(connection, "lain.warc.gz")
        assert list(captures.each(connection)) == [second]


def test_a_long_list_of_captures_keeps_memory_flat(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        captures.add(connection, [rows.capture(number) for number in range(20_000)])
    with catalogue.reading() as connection:
        next(captures.each(connection))
    tracemalloc.start()
    with catalogue.reading() as connection:
        assert sum(1 for _ in captures.each(connection)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000  # all of them are 20 MB


@pytest.mark.parametrize("seed", range(4))
def test_validators_are_those_of_the_latest_capture_in_whatever_order_they_come(
    catalogue: Catalogue, seed: int
) -> None:
    said: list[ValidatorRow] = [
        rows.validator(etag=f'"{n}"', record_id=f"<urn:uuid:{n}>", captured_at=later(n // 2)) for n in range(8)
    ]
    latest = said[-1]
    random.Random(seed).shuffle(said)
    with catalogue.begin() as connection:
        for row in said:
            validators.put(connection, [row])
        validators.put(connection, [rows.validator(site="lain")])
        assert validators.of(connection, "contoh", URL) == latest
        assert validators.of(connection, "contoh", "http://contoh.id/lain") is None
        assert list(validators.each(connection, "contoh")) == [latest]
        validators.drop_record(connection, latest.record_id)
        assert validators.of(connection, "contoh", URL) is None


def test_visits_are_kept_as_they_ended(catalogue: Catalogue) -> None:
    failed = rows.visit(1, outcome="failed", reason="http-500", detail="500 dari situs", capture_id=None, item_id=None)
    with catalogue.begin() as connection:
        visits.add(connection, [failed, rows.visit(0)])
        assert visits.of_run(connection, "contoh", "lari") == [rows.visit(0), failed]
        assert visits.at(connection, URL) == [rows.visit(0), failed]
        assert list(visits.each(connection, "lain")) == []
        visits.drop_run(connection, "contoh", "lari")
        assert list(visits.each(connection)) == []


def test_stories_are_listed_by_their_latest_version_newest_first(catalogue: Catalogue) -> None:
    old = rows.article("a1", 1)
    changed = rows.article("a1", 5, headline="Warga rawat mata air lagi")
    dated = rows.article("b2", 2, date_published=later(100))
    lost = rows.article("c3", 3, site="lain", captured_at=None, record_id="")
    with catalogue.begin() as connection:
        articles.add(connection, [old, changed, dated, lost])
        assert list(articles.latest(connection)) == [dated, changed, lost]
        assert list(articles.latest(connection, "contoh")) == [dated, changed]
        assert list(articles.latest(connection, since=later(50))) == [dated]
        assert list(articles.latest(connection, since=WHEN, until=later(50))) == [changed]
        assert articles.versions(connection, "contoh", "a1") == [old, changed]
        assert articles.of_record(connection, "<urn:uuid:5>") == [changed]
        assert articles.of_run(connection, "contoh", "lari") == [old, dated, changed]
        articles.drop(connection, "a1", "<urn:uuid:5>")
        assert [row.headline for row in articles.latest(connection, "contoh")] == [dated.headline, old.headline]
        articles.drop_run(connection, "contoh", "lari")
        assert list(articles.each(connection)) == [lost]


def test_a_file_grows_and_is_closed(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        files.put(connection, [rows.file(), rows.file("lain.warc.gz", run="lain")])
        files.committed(connection, "contoh.warc.gz", 5 * 2**40)
        assert files.by_name(connection, "contoh.warc.gz") == rows.file(committed=5 * 2**40)
        files.close(connection, "contoh.warc.gz", 700, "00ff")
        closed = rows.file(committed=700, closed=True, sha256="00ff")
        assert files.of_run(connection, "contoh", "lari") == [closed]
        assert files.of_site(connection, "contoh") == [closed, rows.file("lain.warc.gz", run="lain")]
        files.drop(connection, "lain.warc.gz")
        assert files.of_site(connection, "contoh") == [closed]


def test_the_ledger_says_how_runs_ended(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        runs.put(connection, [rows.run("dua", begun_at=later(9)), rows.run("satu"), rows.run("satu", site="lain")])
        runs.end(connection, "contoh", "satu", later(5), "finished")
        ended = rows.run("satu", ended_at=later(5), outcome="finished")
        assert runs.by_name(connection, "contoh", "satu") == ended
        assert runs.by_name(connection, "contoh", "tiga") is None
        assert runs.of_site(connection, "contoh") == [ended, rows.run("dua", begun_at=later(9))]
        assert [(run.site, run.name) for run in runs.every(connection)] == [
            ("contoh", "satu"), ("lain", "satu"), ("contoh", "dua"),
        ]  # fmt: skip


def test_a_tombstone_says_why(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        tombstones.put(connection, [rows.tombstone()])
        assert tombstones.of_record(connection, "<urn:uuid:0>") == rows.tombstone()
        assert tombstones.of_site(connection, "contoh") == tombstones.every(connection) == [rows.tombstone()]
        assert tombstones.of_site(connection, "lain") == []


def test_a_catalogue_is_one_file_when_it_is_closed(file_catalogue: Catalogue, tmp_path: Path) -> None:
    with file_catalogue.begin() as connection:
        files.put(connection, [rows.file()])
    with file_catalogue.reading() as connection:
        files.of_site(connection, "contoh")
    file_catalogue.close()
    file_catalogue.close()
    assert [path.name for path in (tmp_path / "arsip").iterdir()] == ["catalogue.sqlite"]
