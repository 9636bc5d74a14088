"""The indexes that replay reads: the site's own, and one of this run's for what is not in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archive.replay_records import Shelf, every_kind, got, needs_pywb
from xinhua_id.archive.index import update
from xinhua_id.archive.replay import index as replay_index
from xinhua_id.archive.replay import process as replay
from xinhua_id.archive.replay.target import find
from xinhua_id.errors import BadRecord, CannotWrite


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return every_kind(tmp_path / "arsip")


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to write an index, as a read-only file system does (which holds nobody back who is root)."""

    def refuse(_home: Path) -> None:
        raise CannotWrite("the index cannot be written: read-only file system")

    monkeypatch.setattr(replay_index, "update", refuse)


def test_a_sites_own_index_is_brought_up_to_date(shelf: Shelf, tmp_path: Path) -> None:
    notes: list[str] = []
    assert replay_index.of_home(shelf.home, tmp_path, notes) == {"contoh": shelf.home / "index.cdxj"}
    assert notes == []


@pytest.mark.usefixtures("read_only")
def test_what_cannot_be_indexed_in_its_place_is_indexed_for_this_run(shelf: Shelf, tmp_path: Path) -> None:
    notes: list[str] = []
    ((name, path),) = replay_index.of_home(shelf.home, tmp_path, notes).items()
    assert (name, path.parent) == ("contoh.run", tmp_path)
    assert notes == [
        "contoh: the index cannot be written: read-only file system; 1 files are indexed for this run only."
    ]
    made = path.read_bytes()
    update(shelf.home)
    assert replay_index.of_home(shelf.home, tmp_path, notes) == {"contoh": shelf.home / "index.cdxj"}
    assert made == (shelf.home / "index.cdxj").read_bytes()
    assert len(notes) == 1


@pytest.mark.usefixtures("read_only")
def test_an_index_whose_files_changed_is_not_trusted(shelf: Shelf, tmp_path: Path) -> None:
    update(shelf.home)
    with shelf.writer.path.open("ab") as file:
        file.write(shelf.writer.path.read_bytes()[:200])
    assert list(replay_index.of_home(shelf.home, tmp_path, [])) == ["contoh.run"]


def test_a_crawl_under_way_is_replayed_as_far_as_it_came(shelf: Shelf) -> None:
    needs_pywb()
    path = shelf.writer.path
    path.rename(path.with_name(path.name + ".open"))
    with replay.begin(find(shelf.root, None)) as running:
        site = running.address.rstrip("/")
        for kind in ("plain response", "revisit of another URL"):
            assert shelf.kept[kind].headline in got(site + shelf.kept[kind].path)[1]
        path.with_name(path.name + ".open").rename(path)
        assert shelf.kept["gzip"].headline in got(site + shelf.kept["gzip"].path)[1]


def test_a_site_without_records_has_an_index_without_lines(tmp_path: Path) -> None:
    (tmp_path / "kosong" / "warc").mkdir(parents=True)
    (path,) = replay_index.of_home(tmp_path / "kosong", tmp_path, []).values()
    assert path.read_bytes() == b""


def test_a_torn_file_gives_its_whole_records(shelf: Shelf, tmp_path: Path) -> None:
    whole = list(replay_index.lines(shelf.writer.path))
    torn = shelf.writer.path
    torn.write_bytes(torn.read_bytes()[:-9])
    assert list(replay_index.lines(torn)) == whole[:-1]
    notes: list[str] = []
    replay_index.of_home(shelf.home, tmp_path, notes)
    assert notes[0].startswith(f"{torn.name} is read up to a tear")
    torn.write_bytes(b"bukan WARC")
    with pytest.raises(BadRecord):
        list(replay_index.lines(torn))
