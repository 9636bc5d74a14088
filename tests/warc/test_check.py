"""A WARC is checked record by record: what is sound passes, and each way of being wrong is named with its record."""

from __future__ import annotations

import functools
import gzip
import hashlib
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.warc.exchanges import SAID, exchange
from tests.warc.made import CHUNKED, Made, checked, crawl, faults, inflated, kinds, resource, revisit, written
from xinhua_id.warc import record
from xinhua_id.warc.check.digests import framing, labelled
from xinhua_id.warc.check.file import check_file
from xinhua_id.warc.check.findings import Seen
from xinhua_id.warc.check.part import Asked
from xinhua_id.warc.payload import read_head
from xinhua_id.warc.writer import WarcWriter

Break = Callable[[list[Made]], None]

INFO, RESPONSE, REQUEST, SECOND, ITS_REQUEST = range(5)


def archive() -> list[Made]:
    """Return a file of every kind of record that we write."""
    made = crawl(SAID, CHUNKED, SAID)
    made[5] = revisit(made[RESPONSE], made[6])
    return [*made, resource()]


@pytest.mark.parametrize("name", [None, "a.warc"])
def test_every_kind_of_record_that_we_write_is_sound(tmp_path: Path, name: str | None) -> None:
    made = archive()
    if name:
        made[INFO].put("WARC-Filename", name)
    seen, found = checked(written(tmp_path, made, name))
    assert found == []
    assert [one.type for one in seen] == "warcinfo response request response request revisit request resource".split()
    assert [one.status for one in seen] == [None, 200, None, 200, None, 200, None, None]
    ends = [one.offset + one.length for one in seen]
    assert [one.offset for one in seen] == [0, *ends[:-1]]


@pytest.mark.parametrize("truncated", [None, "time"])
@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\npanen\r\n0\r\n\r\n", id="capital"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npan", id="cut-in-a-chunk"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\npan", id="broken-chunking"),
        pytest.param(b"HTTP/1.1 200 OK\n\npanen\r\n\r\nraya", id="lf-head"),
        pytest.param(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", id="no-body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Cut", id="cut-in-the-head"),
        pytest.param(b"ICY 200 OK\r\n\r\npanen", id="no-http"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\npanen", id="interim"),
        pytest.param(b"", id="no-answer"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: %s\r\n" % (b"y" * 9000) + b"\r\npanen", id="long-head"),
    ],
)
def test_whatever_a_server_says_is_sound_once_written(tmp_path: Path, said: bytes, truncated: str | None) -> None:
    out = WarcWriter(tmp_path, source="contoh", info={})
    made = exchange(said)
    if truncated or not said:
        made.cut("time")
    out.write(made)
    out.close()
    assert kinds(out.path) == []


@pytest.mark.parametrize("name", [None, "a.warc"])
@pytest.mark.parametrize(
    ("number", "field", "value", "expected"),
    [
        (RESPONSE, "WARC-Block-Digest", "sha1:" + "A" * 32, ["block-digest"]),
        (RESPONSE, "WARC-Block-Digest", "sha1:nonsense", ["block-digest"]),
        (RESPONSE, "WARC-Payload-Digest", "sha1:" + "A" * 32, ["payload-digest", "revisit-target"]),
        (SECOND, "WARC-Payload-Digest", record.digest([CHUNKED.partition(b"\r\n\r\n")[2]]), ["payload-digest"]),
        (7, "WARC-Payload-Digest", "sha1:" + "A" * 32, ["payload-digest"]),
        (RESPONSE, "WARC-Block-Digest", None, ["missing-digest"]),
        (RESPONSE, "WARC-Block-Digest", "crc32:abcd", ["unknown-digest"]),
        (REQUEST, "WARC-Date", None, ["missing-header", "concurrent-differs", "concurrent-differs"]),
        (7, "WARC-Date", None, ["missing-header"]),
        (7, "WARC-Date", "9 Januari 2026", ["date-form"]),
        (7, "WARC-Date", "2026-02-30T00:00:00Z", ["date-form"]),
        (7, "WARC-Date", "2026-01-09T05:30:15+07:00", ["date-form"]),
        (7, "WARC-Type", None, ["missing-header"]),
        (7, "WARC-Record-ID", None, ["missing-header"]),
        (7, "WARC-Record-ID", "tanpa kurung", ["header-form"]),
        (7, "WARC-Target-URI", None, ["missing-header"]),
        (7, "WARC-Target-URI", "http://contoh.id/a b", ["header-form"]),
        (7, "WARC-Filename", "a.warc.gz", ["header-form"]),
        (5, "WARC-Profile", None, ["missing-header"]),
        (5, "WARC-Refers-To", "<urn:uuid:00000000-0000-0000-0000-000000000000>", ["refers-to-missing"]),
        (5, "WARC-Refers-To", None, ["revisit-target"]),
        (5, "WARC-Refers-To-Date", "2026-01-09T05:30:15Z", ["revisit-target"]),
        (5, "WARC-Refers-To-Target-URI", "http://contoh.id/lain", ["revisit-target"]),
        (5, "WARC-Payload-Digest", "sha1:" + "A" * 32, ["revisit-target"]),
        (INFO, "WARC-Filename", "lain.warc.gz", ["filename"]),
        (REQUEST, "WARC-Concurrent-To", None, ["no-request", "no-response"]),
        (RESPONSE, "WARC-Concurrent-To", "<urn:x:y>", ["concurrent-missing", "no-request"]),
        (REQUEST, "WARC-Target-URI", "http://contoh.id/lain", ["concurrent-differs"] * 2),
        (RESPONSE, "WARC-Warcinfo-ID", "<urn:x:y>", ["warcinfo-id"]),
    ],
)
def test_a_header_that_is_wrong_is_named(
    tmp_path: Path, number: int, field: str, value: str | None, expected: list[str], name: str | None
) -> None:
    made = archive()
    if name:
        made[INFO].put("WARC-Filename", name)
    made[number].put(field, value)
    path = written(tmp_path, made, name or made[INFO].of("WARC-Filename"))
    if field == "WARC-Filename" and number == INFO:
        path = path.rename(path.with_name("namanya" + ".".join(["", *path.name.split(".")[1:]])))
    found = faults(path)
    assert [one.kind for one in found] == expected
    assert not any(one.note for one in found)
    if field not in {"WARC-Record-ID", "WARC-Payload-Digest", "WARC-Concurrent-To"}:
        assert made[number].of("WARC-Record-ID") in {one.record_id for one in found}
    seen = checked(path)[0]
    assert {one.offset for one in found} <= {one.offset for one in seen}


def test_a_digest_fault_says_what_was_said_and_what_is_there(tmp_path: Path) -> None:
    made = crawl()
    path = written(tmp_path, made)
    right = made[SECOND].of("WARC-Payload-Digest")
    made[SECOND].put("WARC-Payload-Digest", "sha1:" + "A" * 32)
    (fault,) = faults(written(tmp_path, made))
    offset = checked(path)[0][SECOND].offset
    assert (fault.said, fault.found) == ("sha1:" + "A" * 32, right)
    assert (fault.file, fault.offset, fault.record_id) == (path.name, offset, made[SECOND].of("WARC-Record-ID"))
    assert str(fault).startswith(f"{path.name}, offset {offset}, record {fault.record_id}: payload-digest: ")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5", "sha512"])
@pytest.mark.parametrize("form", ["hex", "HEX", "base32", "BASE32"])
def test_digests_of_other_tools_are_read_in_their_forms(tmp_path: Path, algorithm: str, form: str) -> None:
    one = resource()
    import base64

    value = hashlib.new(algorithm, one.block).digest()
    text = value.hex() if form.lower() == "hex" else base64.b32encode(value).decode().rstrip("=")
    text = text.upper() if form.isupper() else text.lower()
    one.put("WARC-Block-Digest", f"{algorithm}:{text}")
    one.put("WARC-Payload-Digest", f"{algorithm}:{text}")
    path = written(tmp_path, [one])
    assert kinds(path, own=False) == []
    one.put("WARC-Payload-Digest", f"{algorithm}:{text[:-2]}{'aa' if text[-2:].lower() != 'aa' else 'bb'}")
    assert kinds(written(tmp_path, [one]), own=False) == ["payload-digest"]


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
@pytest.mark.parametrize("by", [-3, -1, 1, 3, 100])
def test_a_length_that_lies_is_said_with_the_true_one(tmp_path: Path, by: int, name: str) -> None:
    made = [resource(), resource(b"kedua"), resource(b"ketiga")]
    length = len(made[1].block)
    if name.endswith(".gz"):
        raw = made[1].plain().replace(b"Content-Length: %d" % length, b"Content-Length: %d" % (length + by))
        (tmp_path / name).write_bytes(made[0].member() + gzip.compress(raw, mtime=0) + made[2].member())
    else:
        made[1].put("Content-Length", str(length + by))
        written(tmp_path, made, name)
    found = [one for one in faults(tmp_path / name, own=False) if one.kind == "length"]
    assert [(one.said, one.found, one.record_id) for one in found] == [
        (f"{length + by} bytes", f"{length} bytes", made[1].of("WARC-Record-ID"))
    ]
    assert len(checked(tmp_path / name, own=False)[0]) == 3


def test_a_record_without_its_line_ends(tmp_path: Path) -> None:
    raw = gzip.compress(resource().plain()[:-2], mtime=0)
    (tmp_path / "a.warc.gz").write_bytes(resource().member() + raw)
    assert kinds(tmp_path / "a.warc.gz", own=False) == ["record-end"]


def test_a_field_that_stands_twice_and_a_line_that_is_none(tmp_path: Path) -> None:
    one = resource()
    one.fields.append(("WARC-Date", "2026-01-09T05:30:15Z"))
    assert kinds(written(tmp_path, [one]), own=False) == ["repeated-header"]
    raw = resource().plain().replace(b"WARC-Type", b"bukan medan\r\nWARC-Type")
    (tmp_path / "b.warc.gz").write_bytes(gzip.compress(raw))
    assert kinds(tmp_path / "b.warc.gz", own=False) == ["header-form"]


def test_an_id_that_stands_twice(tmp_path: Path) -> None:
    one, other = resource(), resource(b"lain")
    other.put("WARC-Record-ID", one.of("WARC-Record-ID"))
    (fault,) = [one for one in faults(written(tmp_path, [*crawl(), one, other])) if not one.note]
    assert (fault.kind, fault.record_id) == ("duplicate-id", one.of("WARC-Record-ID"))
    assert fault.found is not None
    assert ", offset " in fault.found


def test_a_file_without_warcinfo(tmp_path: Path) -> None:
    made = crawl()
    assert kinds(written(tmp_path, made[1:]))[0] == "no-warcinfo"


def test_of_a_foreign_file_only_what_it_says_is_checked(tmp_path: Path) -> None:
    made = crawl()[1:]
    for one in made:
        one.fields = [pair for pair in one.fields if "Digest" not in pair[0] and pair[0] != "WARC-Warcinfo-ID"]
    path = written(tmp_path, made)
    path.write_bytes(path.read_bytes().replace(b"WARC/1.1", b"WARC/1.0"))
    assert kinds(path, own=False) == []
    made[0].put("WARC-Payload-Digest", "sha1:" + "A" * 32)
    assert kinds(written(tmp_path, made), own=False) == ["payload-digest"]
    made[0].put("WARC-Payload-Digest", None)
    made[0].put("WARC-Concurrent-To", "<urn:x:elsewhere>")
    assert kinds(written(tmp_path, made), own=False) == ["(concurrent-missing)"]


def test_bytes_between_and_after_members(tmp_path: Path) -> None:
    made = crawl()
    path = written(tmp_path, made)
    (tmp_path / path.name).write_bytes(
        made[0].member() + b"sampah" + b"".join(one.member() for one in made[1:]) + b"\0"
    )
    seen, found = checked(path)
    assert [(one.kind, one.offset) for one in found] == [
        ("bytes-between", len(made[0].member())),
        ("bytes-between", path.stat().st_size - 1),
    ]
    assert len(seen) == len(made)


def test_after_a_torn_member_the_next_is_found_and_checked(tmp_path: Path) -> None:
    made = crawl(SAID, CHUNKED, SAID)
    members = [one.member() for one in made]
    members[2] = members[2][:-12]
    path = tmp_path / str(made[0].of("WARC-Filename"))
    path.write_bytes(b"".join(members))
    seen, found = checked(path)
    assert [one.kind for one in found] == ["torn"]
    assert found[0].offset == sum(map(len, members[:2]))
    assert found[0].record_id == made[2].of("WARC-Record-ID")
    assert [one.record_id for one in seen if one.length] == [
        one.of("WARC-Record-ID") for number, one in enumerate(made) if number != 2
    ]


@pytest.mark.parametrize("cut", [1, 9, 30])
def test_the_torn_end_of_a_file_is_a_fault_unless_it_is_being_written(tmp_path: Path, cut: int) -> None:
    path = written(tmp_path, crawl())
    path.write_bytes(path.read_bytes()[:-cut])
    assert "torn" in kinds(path)
    assert [kind for kind in kinds(path, growing=True) if not kind.startswith("(")] == []


def test_several_records_in_one_member_are_said_once_and_each_is_checked(tmp_path: Path) -> None:
    made = crawl()
    made[SECOND].put("WARC-Payload-Digest", "sha1:" + "A" * 32)
    path = written(tmp_path, made)
    path.write_bytes(gzip.compress(inflated(path), mtime=0))
    assert sorted(kinds(path)) == ["payload-digest", "several-records"]
    assert sorted(kinds(path, own=False)) == ["(several-records)", "payload-digest"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"<html>", "bytes-between"),
        (b"\x28\xb5\x2f\xfd0000", "zstd"),
        (gzip.compress(b"<html>", mtime=0), "no-record"),
        (gzip.compress(b"WARC/1.1\r\nno end", mtime=0), "no-record"),
        (b"\x1f\x8b\x08", "torn"),
        (b"WARC/1.1\r\n\r\n", "missing-header"),
        (b"WARC/1.1\r\nContent-Length: -5\r\n\r\n\r\n\r\n", "header-form"),
        (b"WARC/9.9\r\nContent-Length: 0\r\n\r\n\r\n\r\n", "version"),
    ],
)
def test_what_is_no_warc_is_said_to_be_none(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "a.warc.gz").write_bytes(content)
    assert expected in kinds(tmp_path / "a.warc.gz", own=False)


def test_an_arc_file_is_inflated_and_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "a.arc.gz"
    path.write_bytes(gzip.compress(b"filedesc://a 0.0.0.0 20260109 text/plain 0\n") + gzip.compress(b"http://x ..."))
    assert kinds(path, own=False) == []


@functools.cache
def _sound() -> tuple[bytes, str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        made = archive()
        path = written(Path(folder), made)
        return path.read_bytes(), path.name, b"".join(one.plain() for one in made)


@given(at=st.integers(0, 1 << 30), by=st.integers(1, 255))
def test_any_byte_that_changes_in_a_member_is_reported(at: int, by: int) -> None:
    whole, name, plain = _sound()
    at %= len(whole)
    changed = bytearray(whole)
    changed[at] ^= by
    # Up to seven bits behind the last of a member's deflate stream mean nothing; only the file's fixity has them.
    assume(_inflated(bytes(changed)) != plain or at in _headers(whole))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(changed)
        assert [one for one in faults(path) if not one.note]


@given(at=st.integers(0, 1 << 30), by=st.integers(1, 255))
def test_any_byte_that_changes_in_a_block_is_reported_without_gzip_too(at: int, by: int) -> None:
    made = archive()
    made[INFO].put("WARC-Filename", "a.warc")
    number = at % len(made)
    block = bytearray(made[number].block)
    block[at % len(block)] ^= by
    made[number].block = bytes(block)
    with tempfile.TemporaryDirectory() as folder:
        found = faults(written(Path(folder), made, "a.warc"))
    assert ("block-digest", made[number].of("WARC-Record-ID")) in {(one.kind, one.record_id) for one in found}


def _inflated(whole: bytes) -> bytes | None:
    try:
        return gzip.decompress(whole)
    except (OSError, EOFError, zlib.error):
        return None


def _headers(whole: bytes) -> set[int]:
    """Return where the gzip headers lie."""
    found: set[int] = set()
    at = 0
    while (at := whole.find(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", at)) >= 0:
        found.update(range(at, at + 10))
        at += 10
    return found


@pytest.mark.parametrize("part", [700, 1500, 4000])
def test_a_file_read_in_parts_is_found_to_be_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    inner = b"".join(one.member() for one in crawl())  # a download that is a WARC itself: it looks like members
    made = crawl(SAID, b"HTTP/1.1 200 OK\r\n\r\n" + inner * 9, *[SAID + b"kata %d" % n * n for n in range(40)])
    made[9].put("WARC-Payload-Digest", "sha1:" + "A" * 32)
    members = [one.member() for one in made]
    members[30] = members[30][:-20]
    path = tmp_path / str(made[0].of("WARC-Filename"))
    path.write_bytes(b"".join(members) + b"akhir")
    whole = [one for batch in check_file(path, Asked(path.name)) for one in batch]
    monkeypatch.setattr("xinhua_id.warc.check.file.PART", part)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        parted = [one for batch in check_file(path, Asked(path.name), pool=pool) for one in batch]
    assert parted == whole
    assert len([one for one in whole if isinstance(one, Seen)]) == len(made)


@pytest.mark.parametrize(
    "raw",
    [
        SAID, CHUNKED, b"HTTP/1.1 200 OK\n\nx\r\n\r\ny", b"HTTP/1.1 200 OK\r\n\nx", b"HTTP/1.0 404\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\n b\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    ],
)  # fmt: skip
def test_the_quick_look_at_a_head_sees_what_the_long_one_sees(raw: bytes) -> None:
    head = read_head(raw)
    assert framing(raw) == (head.status, head.body_start, head.chunked)


@given(
    st.lists(
        st.sampled_from([b"HTTP/1.1 200 OK", b"\r\n", b"\n", b"X: y", b" z", b"Transfer-Encoding: chunked", b"\r"])
    )
)
def test_the_quick_look_never_sees_something_else(parts: list[bytes]) -> None:
    raw = b"HTTP/1.1 200 OK\r\n" + b"".join(parts)
    found = framing(raw)
    if found is not None:
        head = read_head(raw)
        assert head.whole
        assert found == (head.status, head.body_start, head.chunked)


@given(
    st.binary(min_size=20, max_size=20), st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567018_ +-", min_size=32, max_size=32)
)
def test_a_digest_says_its_own_value_and_no_other(value: bytes, text: str) -> None:
    import base64

    said = base64.b32encode(value).decode()
    assert labelled(f"sha1:{said}").says(value)  # type: ignore[union-attr]
    assert labelled(f"sha1:{text}").says(value) == (text == said)  # type: ignore[union-attr]


def test_memory_is_flat_for_a_record_of_any_size(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "a.warc.gz"
    length = 64 << 20
    piece = bytes(1 << 20)
    digest = hashlib.sha1()
    with path.open("wb") as file:
        head = b"HTTP/1.1 200 OK\r\n\r\n"
        digest.update(head)
        for _ in range(64):
            digest.update(piece)
        import base64

        said = "sha1:" + base64.b32encode(digest.digest()).decode()
        fields = [
            ("WARC-Type", "response"), ("WARC-Record-ID", record.new_id()), ("WARC-Target-URI", "http://contoh.id/"),
            ("WARC-Date", "2026-01-09T05:30:15Z"), ("WARC-Block-Digest", said),
            ("Content-Type", "application/http; msgtype=response"),
        ]  # fmt: skip
        for part in record.member(fields, length + len(head), [head, *[piece] * 64]):
            file.write(part)
    tracemalloc.start()
    seen, found = checked(path, own=False)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == []
    assert seen[0].status == 200
    assert peak < 12 << 20
