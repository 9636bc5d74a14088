"""Reading what is whole, and saying where it tears."""

from __future__ import annotations

import functools
import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warc.exchanges import SAID, exchange
from xinhua_id.errors import BadRecord
from xinhua_id.warc.reader import Record, record_at, records
from xinhua_id.warc.writer import WarcWriter


@functools.cache
def warc() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = WarcWriter(Path(folder), source="contoh", info={})
        for number in range(6):
            out.write(exchange(SAID + b"kata " * number * 2000))
        out.close()
        return out.path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contoh.warc.gz"


def read(path: Path) -> tuple[list[Record], BadRecord | None]:
    found: list[Record] = []
    try:
        found.extend(records(path))
    except BadRecord as error:
        return found, error
    return found, None


def test_offsets_and_lengths_join_without_a_gap(path: Path) -> None:
    path.write_bytes(warc())
    found = list(records(path))
    ends = [record.offset + record.length for record in found]
    assert [record.offset for record in found] == [0, *ends[:-1]]
    assert ends[-1] == len(warc())
    assert [record_at(path, record.offset, record.length) for record in found] == found


@given(
    cut=st.integers(0, 20_000),
    compressed=st.booleans(),
    junk=st.sampled_from([b"", b"\0" * 40, b"\x1f\x8b\x08", b"WARC/1.1"]),
)
def test_whatever_tears_off_the_whole_records_before_it_are_read(cut: int, compressed: bool, junk: bytes) -> None:
    raw = warc() if compressed else gzip.decompress(warc())
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "utuh.warc"
        whole.write_bytes(raw)
        every = list(records(whole))
        torn = Path(folder) / "sobek.warc.open"
        left = raw[: min(cut, len(raw))] + junk
        torn.write_bytes(left)
        found, error = read(torn)
    # Junk may be the very bytes that were torn off: a gzip member often ends in zeros.
    ends = {id(record): record.offset + record.length for record in every}
    expected = [record for record in every if left.startswith(raw[: ends[id(record)]])]
    assert found == expected
    end = ends[id(expected[-1])] if expected else 0
    assert (error is not None) == (end < len(left))
    if error is not None:
        assert error.where == f"{torn}, offset {end}"


def test_an_empty_file_has_no_records(path: Path) -> None:
    path.write_bytes(b"")
    assert list(records(path)) == []


def test_a_record_that_is_not_where_it_is_said_to_be(path: Path) -> None:
    path.write_bytes(warc())
    first = next(records(path))
    for offset, length in ((1, first.length), (0, first.length - 1), (0, first.length + 1), (len(warc()), 10)):
        with pytest.raises(BadRecord, match=f"offset {offset}"):
            record_at(path, offset, length)


def test_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(BadRecord, match="No such file"):
        list(records(path))
    with pytest.raises(BadRecord, match="No such file"):
        record_at(path, 0, 1)


def test_many_records_in_one_member_are_read_and_none_of_them_has_a_place(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.decompress(warc())))
    one = list(records(path))
    path.write_bytes(gzip.decompress(warc()))
    plain = list(records(path))
    assert [record.content for record in one] == [record.content for record in plain]
    assert [(record.offset, record.length) for record in one] == [(record.offset, record.length) for record in plain]
    assert not any(record.addressable for record in one)
    assert all(record.addressable for record in plain)
