"""A short torture: five crawls are killed at random, no committed record is lost. `make torture` does 200."""

from __future__ import annotations

from pathlib import Path

from tests.archive.torture import torture


def test_five_kills_cost_no_committed_record_and_leave_no_bad_file(tmp_path: Path) -> None:
    report = torture(tmp_path / "arsip", kills=5, seed=4)
    assert report.faults == []
    assert report.deaths >= 3
    assert report.stories >= 40
    assert report.committed > 0
