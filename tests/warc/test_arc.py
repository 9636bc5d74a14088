"""ARC files: every whole record, and one message behind it."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinhua_id.errors import BadRecord
from xinhua_id.warc.arc import ArcFrames, ArcHead, is_arc

ABOUT = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"


def one(url: str, block: bytes, *, length: int | None = None, more: str = "", date: str = "20090110053015") -> bytes:
    return (
        f"{url} 192.0.2.7 {date} text/html{more} {len(block) if length is None else length}\n".encode() + block + b"\n"
    )


WHOLE = [
    one("filedesc://a.arc", ABOUT),
    one("http://contoh.example/a", b"HTTP/1.0 200 OK\r\n\r\na"),
    one("http://contoh.example/b", b"\n\n"),
]


def read(data: bytes) -> tuple[list[tuple[ArcHead, bytes]], BadRecord | None]:
    found: list[tuple[ArcHead, bytes]] = []
    frames = ArcFrames(io.BytesIO(data), "lama.arc")
    try:
        while head := frames.begin():
            block = b"".join(frames.pieces())
            frames.end()
            found.append((head, block))
    except BadRecord as error:
        return found, error
    return found, None


@pytest.mark.parametrize("compressed", [True, False])
def test_cut_at_any_byte_every_whole_record_is_read(compressed: bool) -> None:
    parts = [gzip.compress(part, mtime=0) for part in WHOLE] if compressed else WHOLE
    data = b"".join(parts)
    assert is_arc(data)
    ends = [sum(map(len, parts[: number + 1])) for number in range(len(parts))]
    for cut in range(1, len(data) + 1):
        found, error = read(data[:cut])
        # The line end behind a block that is there in full is not missed.
        whole = sum(end - (0 if compressed else 1) <= cut for end in ends)
        assert len(found) == whole, cut
        assert (error is None) == (cut in ends or (not compressed and cut + 1 in ends)), cut


ODD = {
    "an address with spaces": (one("http://contoh.example/a b c", b"x"), "http://contoh.example/a b c"),
    "version 2": (one("http://contoh.example/", b"x", more=" 200 ABC - 123 a.arc"), "http://contoh.example/"),
    "a date without seconds": (one("http://contoh.example/", b"x", date="200901100530"), "http://contoh.example/"),
    "an address of 8 KB": (one("http://contoh.example/" + "a" * 8192, b"x"), "http://contoh.example/" + "a" * 8192),
    "an empty block": (one("http://contoh.example/", b""), "http://contoh.example/"),
}


@pytest.mark.parametrize(("data", "url"), ODD.values(), ids=ODD)
def test_lines_that_tools_really_write(data: bytes, url: str) -> None:
    ((head, _),), error = read(data)
    assert error is None
    assert (head.url, head.mime, head.ip) == (url, "text/html", "192.0.2.7")


WRONG = {
    "too short": one("http://contoh.example/", b"panen", length=2),
    "too long": one("http://contoh.example/", b"panen", length=99),
    "huge": one("http://contoh.example/", b"panen", length=10**17),
    "negative": one("http://contoh.example/", b"panen", length=-1),
    "no date": one("http://contoh.example/", b"panen", date="20091399053015"),
    "no ARC": b"<html>",
    "a line without end": b"a" * 200_000,
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_place(data: bytes) -> None:
    found, error = read(WHOLE[1] + data)
    assert len(found) <= 2
    assert error is not None
    assert error.where is not None
    assert error.where.startswith("lama.arc, offset ")


@settings(max_examples=150)
@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from([*WHOLE, *WRONG.values(), b"\n", gzip.compress(WHOLE[1]), b"\x1f\x8b"])).map(b"".join)
)  # fmt: skip
def test_whatever_the_bytes_are_there_are_records_or_one_message(data: bytes) -> None:
    is_arc(data)
    read(data)
