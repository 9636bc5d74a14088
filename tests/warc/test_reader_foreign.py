"""Files of other people's tools, whole and broken: what is whole is read, what is not is said once."""

from __future__ import annotations

import gzip
import tempfile
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warc.foreign import PAGE, by_warcio, foreign, members
from xinhua_id.errors import BadRecord
from xinhua_id.warc import framing, reader
from xinhua_id.warc.reader import Record, record_at, records


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "asing.warc.gz"


def read(path: Path) -> tuple[list[Record], BadRecord | None]:
    found: list[Record] = []
    try:
        found.extend(records(path))
    except BadRecord as error:
        return found, error
    return found, None


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("compressed", [True, False])
def test_what_warcio_writes_is_read_and_found_again_by_its_place(path: Path, version: str, compressed: bool) -> None:
    path.write_bytes(by_warcio(version, compressed=compressed))
    found = list(records(path))
    assert [record.type for record in found] == ["warcinfo", "response", "response", "response"]
    assert all(record_at(path, record.offset, record.length) == record for record in found)
    assert found[2].content.endswith(b"<p>panen 1</p>" * 50)


ODD = {
    "lines that end in LF alone": foreign(line="\n", end=b"\n\n"),
    "names in lower case": foreign().replace(b"WARC-Type", b"warc-type").replace(b"Content-Length", b"content-length"),
    "a header over two lines": foreign(more=("X-Catatan: panjang", " dan berlanjut")),
    "a version before 1.0": foreign(version="0.18"),
    "a space before the value": foreign().replace(b"Content-Length: ", b"Content-Length:   "),
    "an address in brackets": foreign(uri="<https://contoh.example/a>"),
    "a head longer than what is read at once": foreign(more=(f"X-Panjang: {'a' * 300_000}",)),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("compressed", [True, False])
def test_heads_that_tools_really_write_are_read(path: Path, odd: bytes, compressed: bool) -> None:
    path.write_bytes(members(odd, foreign()) if compressed else odd + foreign())
    found = list(records(path))
    assert [record.content for record in found] == [PAGE, PAGE]
    assert found[0].target_uri == "https://contoh.example/a"
    assert record_at(path, found[0].offset, found[0].length) == found[0]


def test_a_folded_header_is_one_value(path: Path) -> None:
    path.write_bytes(foreign(more=("X-Catatan: panjang", "\tdan berlanjut")))
    assert next(records(path)).header("x-catatan") == "panjang dan berlanjut"


def test_a_record_without_id_address_or_date_is_a_record(path: Path) -> None:
    path.write_bytes(members(foreign(ident=None), foreign(uri=None), foreign(date=None)))
    assert len(list(records(path))) == 3


def test_a_member_that_ends_without_empty_lines_is_whole(path: Path) -> None:
    path.write_bytes(members(foreign(end=b""), foreign()))
    assert len(list(records(path))) == 2


def test_blank_lines_between_records_and_empty_members_are_passed(path: Path) -> None:
    path.write_bytes(foreign() + b"\r\n\r\n\n" + foreign())
    assert len(list(records(path))) == 2
    path.write_bytes(members(foreign(), b"", foreign()))
    found = list(records(path))
    assert [record_at(path, record.offset, record.length) for record in found] == found


LYING = {
    "too short": str(len(PAGE) - 3),
    "too long": str(len(PAGE) + 3),
    "longer than the file": "999999",
    "huge": "9" * 18,
    "beyond any number": "9" * 400,
    "negative": "-1",
    "no number": "banyak",
    "with an underscore": "1_0",
    "empty": "",
}


@pytest.mark.parametrize("length", LYING.values(), ids=LYING)
@pytest.mark.parametrize("compressed", [True, False])
def test_a_length_that_lies_costs_its_record_and_none_before_it(path: Path, length: str, compressed: bool) -> None:
    wrong = foreign(length=length)
    path.write_bytes(members(foreign(), wrong, foreign()) if compressed else foreign() + wrong + foreign())
    found, error = read(path)
    assert [record.content for record in found] == [PAGE]
    assert error is not None
    assert error.where == f"{path}, offset {found[0].length}"


@pytest.mark.parametrize("length", LYING.values(), ids=LYING)
def test_behind_a_lie_the_next_member_is_read_when_faults_are_to_be_passed(path: Path, length: str) -> None:
    path.write_bytes(members(foreign(), foreign(length=length), foreign(kind="resource")))
    skipped: list[BadRecord] = []
    found = list(records(path, skipped=skipped))
    assert [record.type for record in found] == ["response", "resource"]
    assert len(skipped) == 1
    assert record_at(path, found[1].offset, found[1].length) == found[1]


@pytest.mark.parametrize("compressed", [True, False])
def test_garbage_between_records_is_passed_over_and_told(path: Path, compressed: bool) -> None:
    one, two = (members(foreign()), members(foreign(kind="resource"))) if compressed else (
        foreign(), foreign(kind="resource"),
    )  # fmt: skip
    path.write_bytes(one + b"\x1f\x8b sampah\nlagi\n" + two)
    found, error = read(path)
    assert len(found) == 1
    assert error is not None
    skipped: list[BadRecord] = []
    assert [record.type for record in records(path, skipped=skipped)] == ["response", "resource"]
    assert skipped


def test_garbage_inside_a_member_of_many_records(path: Path) -> None:
    path.write_bytes(gzip.compress(foreign() + foreign() + b"sampah\n" + foreign(kind="resource") + foreign()))
    skipped: list[BadRecord] = []
    found = list(records(path, skipped=skipped))
    assert [record.type for record in found] == ["response", "response", "resource", "response"]
    assert len(skipped) == 1


def test_a_torn_block_is_never_searched_for_records(path: Path) -> None:
    inner = b"HTTP/1.1 200 OK\r\n\r\n\r\n" + foreign(kind="resource") + b"akhir"
    path.write_bytes(foreign() + foreign(inner)[:-6])
    skipped: list[BadRecord] = []
    assert [record.type for record in records(path, skipped=skipped)] == ["response"]
    assert len(skipped) == 1


NO_WARC = {
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(40), "fastwarc recompress"),
    "zstd with a dictionary": (b"\x5d\x2a\x4d\x18" + bytes(40), "fastwarc recompress"),
    "a zip": (b"PK\x03\x04" + bytes(40), "archive import"),
    "bzip2": (b"BZh91AY", "Unpack"),
    "an ARC": (b"filedesc://x.arc 0.0.0.0 20230101000000 text/plain 5\n", "archive import"),
    "an ARC in gzip": (gzip.compress(b"filedesc://x.arc 0.0.0.0 20230101000000 text/plain 5\n"), "archive import"),
    "a page": (b"<html><p>panen</p></html>", "the file is no WARC"),
    "gzip of something else": (gzip.compress(b"panen" * 99), "the file is no WARC"),
    "half a magic": (b"\x1f", "the file is no WARC"),
    "nothing but zeros": (bytes(1000), "the file is no WARC"),
}


@pytest.mark.parametrize(("content", "says"), NO_WARC.values(), ids=NO_WARC)
def test_what_is_no_warc_is_refused_with_what_to_do(path: Path, content: bytes, says: str) -> None:
    path.write_bytes(content)
    found, error = read(path)
    assert not found
    assert says in str(error)
    assert list(records(path, skipped=[])) == []


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="directory"):
        list(records(tmp_path))


def small() -> bytes:
    return members(foreign(kind="warcinfo"), foreign(), foreign(kind="metadata", block=b"a: b\r\n"))


CUT = {
    "a member a record": small(),
    "not compressed": gzip.decompress(small()),
    "lines that end in LF": foreign(line="\n", end=b"\n\n") * 2,
}


@pytest.mark.parametrize("whole", CUT.values(), ids=CUT)
def test_cut_at_any_byte_every_whole_record_is_read_and_the_tear_is_said_once(path: Path, whole: bytes) -> None:
    path.write_bytes(whole)
    every = list(records(path))
    for cut in range(1, len(whole)):
        path.write_bytes(whole[:cut])
        found, error = read(path)
        expected = [record for record in every if record.offset + record.length <= cut]
        assert found == expected, cut
        end = expected[-1].offset + expected[-1].length if expected else 0
        assert (error is None) == (end == cut), cut
        skipped: list[BadRecord] = []
        assert list(records(path, skipped=skipped)) == expected
        assert len(skipped) == (end != cut)


def test_cut_at_any_byte_a_file_in_one_member_gives_what_inflates_whole(path: Path) -> None:
    plain = gzip.decompress(small())
    path.write_bytes(plain)
    ends = [record.offset + record.length for record in records(path)]
    whole = gzip.compress(plain, mtime=0)
    for cut in range(1, len(whole)):
        path.write_bytes(whole[:cut])
        found, error = read(path)
        inflates = zlib.decompressobj(31).decompress(whole[:cut])
        there = sum(end <= len(inflates) for end in ends)
        assert len(found) in ({there} if there != 1 else {0, 1}), cut
        assert error is not None


@settings(max_examples=200)
@given(
    st.binary(max_size=600) | st.lists(
        st.sampled_from([
            foreign(), foreign(length="7"), foreign(length="-1"), foreign(end=b""), members(foreign()), b"\x1f\x8b\x08",
            b"WARC/1.0\r\n", b"\r\n", b"\n", b"sampah", bytes(30), gzip.compress(foreign() * 2), b"filedesc://",
        ]), max_size=6,
    ).map(b"".join)
)  # fmt: skip
def test_whatever_the_bytes_are_there_are_records_or_one_message(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "acak.warc"
        path.write_bytes(data)
        found, error = read(path)
        skipped: list[BadRecord] = []
        more = list(records(path, skipped=skipped))
        for record in more:
            if record.addressable:
                assert record_at(path, record.offset, record.length) == record
    assert more[: len(found)] == found
    assert bool(skipped) == (error is not None)


def bomb(path: Path, size: int, said: int) -> None:
    head = foreign(b"", length=str(said), end=b"")
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(1 << 20)
    with path.open("wb") as file:
        file.write(deflate.compress(head))
        for _ in range(size >> 20):
            file.write(deflate.compress(piece))
        file.write(deflate.compress(b"\r\n\r\n") + deflate.flush())


def test_a_long_block_is_read_a_piece_at_a_time(path: Path) -> None:
    size = 200 << 20
    bomb(path, size, size)
    tracemalloc.start()
    try:
        (found,) = records(path)
        assert found.block_length == sum(map(len, found.pieces())) == size
        assert record_at(path, found.offset, found.length) == found
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_a_block_too_long_to_hold_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb(path, 3 << 20, 3 << 20)
    (found,) = records(path)
    assert len(found.content) == 3 << 20
    monkeypatch.setattr(reader, "WHOLE", 2 << 20)
    with pytest.raises(BadRecord, match="too long to hold"):
        assert found.content


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb(path, 64 << 20, 10 * 10**9)
    found, error = read(path)
    assert not found
    assert "no more than" in str(error)
    bomb(path, 64 << 20, 12)
    tracemalloc.start()
    try:
        found, error = read(path)
        assert not found
        assert "its block does not end there" in str(error)
        monkeypatch.setattr(framing, "_LONGEST_REST", 4 << 20)
        with path.open("ab") as file:
            file.write(members(foreign()))
        assert len(list(records(path, skipped=[]))) == 1
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_a_head_that_never_ends_is_refused(path: Path) -> None:
    path.write_bytes(gzip.compress(b"WARC/1.0\r\nX: " + bytes(64 << 20)))
    found, error = read(path)
    assert not found
    assert "its head is longer than" in str(error)


def test_long_blocks_in_a_shared_member_are_found_again(path: Path) -> None:
    long = b"a" * (reader.KEPT + 5)
    path.write_bytes(gzip.compress(foreign() + foreign(long) + foreign(long[:-1] + b"b")))
    _, one, two = records(path)
    assert (one.content, two.content) == (long, long[:-1] + b"b")
