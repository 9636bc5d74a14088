"""Short forms of what `make torture` runs: a crawl that is killed, and workers that share sites while one is killed."""

from __future__ import annotations

from pathlib import Path

from tests.crawl.torture import torture
from tests.crawl.workers import share
from tests.postgres_server import PostgresServer


def test_a_crawl_that_is_killed_three_times_ends_with_every_page_captured_once_and_the_items_of_a_calm_one(
    tmp_path: Path,
) -> None:
    report = torture(tmp_path, kills=3, pages=40, seed=2)
    assert report.faults == []
    assert report.deaths >= 2
    assert report.captured >= report.pages


def test_workers_that_share_sites_finish_them_all_though_one_is_killed_again_and_again(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    report = share(tmp_path, postgres.database(), workers=3, stories=20, every=2.0)
    assert report.faults == []
    assert report.kills >= 1
