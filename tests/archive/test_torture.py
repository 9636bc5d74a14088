"""A short torture: five crawls are killed at random, no committed record is lost. `make torture` does 200."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.archive.torture import torture
from xinhua_id.archive.differences import differences
from xinhua_id.archive.rebuild import rebuild
from xinhua_id.catalogue.store import Catalogue


def test_five_kills_cost_no_committed_record_leave_no_bad_file_and_the_catalogue_is_what_the_files_say(
    tmp_path: Path,
) -> None:
    archive = tmp_path / "arsip"
    report = torture(archive, kills=5, seed=4)
    assert report.faults == []
    assert report.deaths >= 3
    assert report.stories >= 40
    assert report.committed > 0
    found = rebuild(archive, dt.datetime.now(dt.UTC))
    assert (found.faults, found.kept is not None) == ([], True)
    assert found.kept is not None
    ours, theirs = Catalogue.open(archive), Catalogue.open_file(found.kept)
    assert list(differences(ours, theirs)) == []
    ours.close()
    theirs.close()
