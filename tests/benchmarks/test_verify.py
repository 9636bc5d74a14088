"""The benchmark of verifying runs, and its file is sound."""

from __future__ import annotations

from pathlib import Path

from benchmarks.verify import measure, write
from xinhua_id.archive.verify import Scope, Verification


def test_its_file_is_sound_and_every_second_page_is_chunked(tmp_path: Path) -> None:
    path = write(tmp_path, 6)
    going = Verification(Scope(warcs=[path]), workers=1)
    assert list(going.faults()) == []
    assert going.types == {"request": 6, "response": 6, "warcinfo": 1}


def test_it_measures_every_way(tmp_path: Path) -> None:
    found = measure(3, runs=1)
    assert {"ours, all cores", "ours, one process", "inflate and SHA-1 twice, nothing else"} <= found.keys()
    assert all(wall > 0 for wall, _ in found.values())
