"""Files whose writer died: what is readable stays, what is torn lies beside them, and nothing is ever lost."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.archive.salvage import salvage_lines, salvage_warc
from xinhua_id.errors import InUse
from xinhua_id.warc.reader import records
from xinhua_id.warc.writer import WarcWriter


def killed(folder: Path, number: int = 4) -> Path:
    """Return a WARC whose writer went away without closing it."""
    out = WarcWriter(folder, source="contoh", info={}, clock=lambda: WHEN)
    for at in range(number):
        out.write(exchange(SAID + bytes([65 + at]) * 50))
    return out.path


def ids(path: Path) -> list[str | None]:
    return [found.header("WARC-Record-ID") for found in records(path)]


def test_a_whole_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = killed(tmp_path)
    before = path.read_bytes()
    found = salvage_warc(path)
    assert (found.whole, found.moved, found.torn) == (9, 0, None)
    assert path.read_bytes() == before


def test_a_file_that_is_still_written_is_refused_and_loses_no_byte(tmp_path: Path) -> None:
    out = WarcWriter(tmp_path, source="contoh", info={}, clock=lambda: WHEN)
    with out.path.open("ab") as half:
        half.write(b"\x1f\x8b\x08 half a member")
    before = out.path.read_bytes()
    with pytest.raises(InUse, match="another process writes this WARC"):
        salvage_warc(out.path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]
    out.close()


def test_a_long_hole_is_looked_through_in_flat_memory(tmp_path: Path) -> None:
    path = killed(tmp_path)
    last = list(records(path))[-1]
    member = path.read_bytes()[last.offset :]
    with path.open("r+b") as file:
        file.truncate(last.offset)
        file.seek(last.offset + 64 * 2**20)
        file.write(member)
    tracemalloc.start()
    try:
        found = salvage_warc(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.whole, found.moved) == (9, 1)
    assert peak < 16 * 2**20


def test_cut_at_every_byte_of_the_last_two_records_every_whole_record_stays(tmp_path: Path) -> None:
    path = killed(tmp_path / "whole")
    data, places = path.read_bytes(), list(records(path))
    begin = places[-2].offset
    for cut in range(begin, len(data)):
        torn = tmp_path / f"{cut}" / path.name
        torn.parent.mkdir()
        torn.write_bytes(data[:cut])
        found = salvage_warc(torn)
        whole = [one for one in places if one.offset + one.length <= cut]
        assert list(records(torn)) == whole
        rest = data[whole[-1].offset + whole[-1].length : cut]
        assert found.torn_bytes == len(rest)
        assert (found.torn.read_bytes() if found.torn else b"") == rest
        assert salvage_warc(torn).torn is None


@pytest.mark.parametrize("hole", [b"\0", b"\xff"])
def test_members_behind_a_hole_are_moved_up_and_the_tail_is_kept_whole(tmp_path: Path, hole: bytes) -> None:
    path = killed(tmp_path, 6)
    data, places = path.read_bytes(), list(records(path))
    lost = places[5]
    path.write_bytes(data[: lost.offset + 10] + hole * (lost.length - 10) + data[lost.offset + lost.length :])
    tail = path.read_bytes()[lost.offset :]
    found = salvage_warc(path)
    assert found.moved == len(places) - 6
    assert ids(path) == [one.header("WARC-Record-ID") for one in places if one is not lost]
    assert found.torn is not None
    assert found.torn.read_bytes() == tail


def test_a_second_tear_never_overwrites_what_the_first_left(tmp_path: Path) -> None:
    path = killed(tmp_path)
    for number in range(3):
        with path.open("ab") as file:
            file.write(b"sobek %d" % number)
        found = salvage_warc(path)
        assert found.torn is not None
        assert found.torn.read_bytes() == b"sobek %d" % number
    assert sorted(one.suffix for one in tmp_path.glob("*.torn*")) == [".torn", ".torn-2", ".torn-3"]


def test_a_move_that_was_interrupted_doubles_no_record(tmp_path: Path) -> None:
    path = killed(tmp_path, 6)
    data, places = path.read_bytes(), list(records(path))
    lost, after = places[5], places[6]
    # Died after the first member was moved up, before the file was cut.
    moved = data[after.offset : after.offset + after.length]
    hole = b"\0" * max(0, after.offset - lost.offset - len(moved))
    path.write_bytes(data[: lost.offset] + moved + hole + data[lost.offset + len(moved) + len(hole) :])
    salvage_warc(path)
    assert len(ids(path)) == len(set(ids(path)))


def test_a_file_of_nothing_but_rubbish_ends_empty_and_all_of_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz.open"
    path.write_bytes(b"bukan WARC")
    found = salvage_warc(path)
    assert (path.read_bytes(), found.whole) == (b"", 0)
    assert found.torn is not None
    assert found.torn.read_bytes() == b"bukan WARC"


def test_lines_are_kept_whole_and_the_others_lie_beside(tmp_path: Path) -> None:
    path = tmp_path / "lari.jsonl.open"
    lines = [json.dumps({"id": str(number)}).encode() + b"\n" for number in range(4)]
    path.write_bytes(lines[0] + b"\0\0\0\n" + lines[1] + lines[2] + lines[3][:-4])
    found = salvage_lines(path, lambda item: item["id"] != "2")
    assert path.read_bytes() == lines[0] + lines[1]
    assert found.torn is not None
    assert found.torn.read_bytes() == b"\0\0\0\n" + lines[2] + lines[3][:-4]
    again = salvage_lines(path, lambda item: True)
    assert (again.whole, again.torn) == (2, None)


def test_what_cannot_be_set_aside_is_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = killed(tmp_path)
    with path.open("ab") as file:
        file.write(b"sobek")
    before = path.read_bytes()

    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(Exception, match="No space left"):
        salvage_warc(path)
    assert path.read_bytes() == before
