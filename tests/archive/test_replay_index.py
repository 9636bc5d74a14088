"""The index that replay reads: which records it names, and when a site's own is taken."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.archive.replay_records import HOST, Shelf, every_kind, needs_pywb
from xinhua_id.archive import replay, replay_index
from xinhua_id.errors import BadRecord


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return every_kind(tmp_path_factory.mktemp("arsip"))


def test_its_lines_are_those_of_cdxj_indexer_but_for_the_304(shelf: Shelf) -> None:
    needs_pywb()
    theirs = subprocess.run(
        [replay.replay_python().with_name("cdxj-indexer"), "-s", shelf.writer.path],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    theirs = [line for line in theirs if '"status": "304"' not in line]
    ours = sorted(replay_index.lines(shelf.writer.path))
    moved = f"{HOST}/lama"  # a redirect without a type: cdxj-indexer gives none, we say that it is unknown
    assert [line for line in ours if moved not in line] == [line for line in theirs if moved not in line]
    assert len(ours) == len(theirs)


def test_a_304_and_bytes_that_are_no_http_are_left_out(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    was = shelf.response("plain", "/a", "Panen")
    shelf.revisit("bare", "/a", "Panen", was, profile="server-not-modified", head=b"")
    shelf._wrote("ssh", "/b", "", b"SSH-2.0-OpenSSH\r\n")
    shelf.close()
    assert len(list(replay_index.lines(shelf.writer.path))) == 1


def test_a_torn_file_gives_its_whole_records(shelf: Shelf, tmp_path: Path) -> None:
    whole = list(replay_index.lines(shelf.writer.path))
    torn = tmp_path / shelf.writer.name
    torn.write_bytes(shelf.writer.path.read_bytes()[:-9])
    assert list(replay_index.lines(torn)) == whole[:-1]
    torn.write_bytes(b"bukan WARC")
    with pytest.raises(BadRecord):
        list(replay_index.lines(torn))


def test_a_sites_own_index_is_taken_until_something_is_written(shelf: Shelf, tmp_path: Path) -> None:
    kept = replay_index.write(shelf.home / "index.cdxj", replay_index.lines(shelf.writer.path))
    assert replay_index.of_home(shelf.home, tmp_path) == kept
    later = kept.stat().st_mtime_ns + 1_000_000
    os.utime(shelf.writer.path, ns=(later, later))
    made = replay_index.of_home(shelf.home, tmp_path)
    assert made.parent == tmp_path
    assert made.read_bytes() == kept.read_bytes()
