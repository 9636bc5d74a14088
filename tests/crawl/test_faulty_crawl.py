"""A crawl of a site that fails: what can be had is had, and what cannot is told."""

from __future__ import annotations

from pathlib import Path

from tests.crawl.failures import crawl_failing
from tests.crawl.faulty_site import Fault


def test_of_a_faulty_site_every_page_that_can_be_had_is_captured_and_every_failure_recorded(tmp_path: Path) -> None:
    report = crawl_failing(tmp_path, 150, stall=0.2, retry_after=0)
    assert report.faults == []
    assert report.failing > 20
    assert set(report.failures) == set(Fault)
