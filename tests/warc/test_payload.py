"""Heads and bodies as servers really send them."""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import os
import zlib

import brotli
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xinhua_id.errors import BadPayload
from xinhua_id.warc.payload import Head, dechunked, decode_body, interim_length, read_head, read_head_of

OK = b"HTTP/1.1 200 OK\r\n"


def head_with(*lines: bytes) -> Head:
    return read_head(OK + b"".join(line + b"\r\n" for line in lines) + b"\r\n")


TEXT = ("Sungai yang dahulu keruh kini menjadi tempat anak-anak belajar berenang. " * 50).encode()

names = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ-", min_size=1, max_size=12)
values = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f\x85\xa0"), max_size=20)
fields = st.lists(st.tuples(names, values), max_size=6)


@given(
    fields=fields, status=st.integers(200, 599), newline=st.sampled_from(["\r\n", "\n"]), body=st.binary(max_size=40)
)
def test_a_head_comes_back_as_it_was_written(
    fields: list[tuple[str, str]], status: int, newline: str, body: bytes
) -> None:
    lines = [f"HTTP/1.1 {status} Apa Saja", *(f"{name}:  {value} " for name, value in fields), "", ""]
    raw = newline.join(lines).encode("latin-1") + body
    head = read_head(raw)
    assert (head.status, head.reason, head.headers) == (status, "Apa Saja", tuple(fields))
    assert raw[head.body_start :] == body
    assert head.whole
    assert read_head_of(io.BytesIO(raw), len(raw)) == head


@given(st.binary(max_size=200))
@example(b"HTTP/1.1 200")
@example(b"HTTP/1.1 200 OK\r\n\r")
@example(b"HTTP/1.1 100 \r\n\r\nHTTP/1.1 2")
def test_any_bytes_are_a_head_or_are_said_not_to_be(raw: bytes) -> None:
    for prefix in (b"", OK):
        try:
            head = read_head(prefix + raw)
        except BadPayload:
            continue
        assert 0 < head.body_start <= len(prefix + raw)


def test_folded_latin_1_and_colonless_lines_are_read_as_browsers_do() -> None:
    head = head_with(b"X-Lipat: satu", b"  dua", b"\ttiga", b"tanpa titik dua", b"X-Nama: caf\xe9", b"X-Kosong:")
    assert head.headers == (("X-Lipat", "satu dua tiga"), ("X-Nama", "café"), ("X-Kosong", ""))


def test_heads_with_a_1xx_status_are_passed_over() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\n\n"
    head = read_head(early + OK + b"\r\nisi")
    assert (head.status, head.start) == (200, len(early))
    assert interim_length(early + OK + b"\r\nisi") == len(early)
    assert interim_length(early) == len(early)
    with pytest.raises(BadPayload, match="interim 100"):
        read_head(early)


def test_a_head_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    head = read_head(OK + b"A: b\r\nContent-Ty")
    assert (head.status, head.headers, head.whole) == (200, (("A", "b"),), False)


def test_a_head_longer_than_one_read_is_still_found() -> None:
    raw = OK + b"X: y\r\n" * 40_000 + b"\r\nisi"
    assert len(read_head_of(io.BytesIO(raw), len(raw)).headers) == 40_000


def chunks(parts: list[bytes], extension: bytes, trailer: bytes, newline: bytes) -> bytes:
    framed = [b"%x%s%s%s%s" % (len(part), extension, newline, part, newline) for part in parts if part]
    return b"".join(framed) + b"0" + newline + trailer + newline


@given(
    parts=st.lists(st.binary(max_size=60), max_size=6),
    extension=st.sampled_from([b"", b";a=b", b' ; kata="satu dua"']),
    trailer=st.sampled_from([b"", b"X-Sesudah: ya\r\n"]),
    newline=st.sampled_from([b"\r\n", b"\n"]),
    after=st.binary(max_size=10),
    cuts=st.lists(st.integers(0, 600), max_size=5),
)
def test_chunking_comes_off_wherever_the_network_cut_it(
    parts: list[bytes], extension: bytes, trailer: bytes, newline: bytes, after: bytes, cuts: list[int]
) -> None:
    raw = chunks(parts, extension, trailer, newline) + after
    edges = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    pieces = [raw[a:b] for a, b in itertools.pairwise(edges)]
    assert b"".join(dechunked(pieces)) == b"".join(parts)


@given(parts=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4), cut=st.integers(0, 300))
def test_a_chunked_body_that_breaks_off_gives_what_there_is(parts: list[bytes], cut: int) -> None:
    raw = chunks(parts, b"", b"", b"\r\n")[:cut]
    assert b"".join(parts).startswith(b"".join(dechunked([raw])))


@given(st.binary(max_size=300), st.sampled_from(["", "chunked"]), st.sampled_from(["", "gzip", "deflate", "br"]))
def test_no_bytes_whatever_break_the_decoding_in_another_way(body: bytes, framing: str, coding: str) -> None:
    head = head_with(b"Transfer-Encoding: " + framing.encode(), b"Content-Encoding: " + coding.encode())
    with contextlib.suppress(BadPayload):
        decode_body(head, body)


@given(st.binary(max_size=4000))
def test_every_coding_comes_off(body: bytes) -> None:
    coded = {
        b"gzip": gzip.compress(body),
        b"x-gzip": gzip.compress(body[:10]) + gzip.compress(body[10:]),
        b"deflate": zlib.compress(body),
        b"Deflate": zlib.compress(body, wbits=-15),
        b"br": brotli.compress(body),
        b"gzip, br": brotli.compress(gzip.compress(body)),
        b"identity": body,
        b"utf-8": body,
    }
    for name, raw in coded.items():
        assert decode_body(head_with(b"Content-Encoding: " + name), raw) == body


@pytest.mark.parametrize("cut", [30, 200, -12, -4])
def test_broken_gzip_keeps_everything_before_the_break(cut: int) -> None:
    noise = os.urandom(400_000)
    raw = gzip.compress(noise)[:cut]
    with pytest.raises(BadPayload, match="gzip") as caught:
        decode_body(head_with(b"Content-Encoding: gzip"), raw)
    assert noise.startswith(caught.value.partial)
    assert len(caught.value.partial) >= len(raw) - 200


def test_gzip_with_a_wrong_byte_keeps_everything_before_it() -> None:
    raw = bytearray(gzip.compress(TEXT * 40, compresslevel=1))
    raw[len(raw) // 2 :] = b"\xff" * 300
    with pytest.raises(BadPayload) as caught:
        decode_body(head_with(b"Content-Encoding: gzip"), bytes(raw))
    assert (TEXT * 40).startswith(caught.value.partial[: len(TEXT) * 15])
    assert len(caught.value.partial) > len(TEXT) * 15


def test_what_follows_the_gzip_is_padding() -> None:
    assert decode_body(head_with(b"Content-Encoding: gzip"), gzip.compress(TEXT) + b"\0" * 20) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_decompression_bomb_stops_at_the_limit(coding: str) -> None:
    compress = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[coding]
    bomb = compress(b"\0" * 50_000_000)
    with pytest.raises(BadPayload, match="more than 1000000 bytes") as caught:
        decode_body(head_with(f"Content-Encoding: {coding}".encode()), bomb, limit=1_000_000)
    assert caught.value.partial == b"\0" * 1_000_000


def test_a_coding_that_is_not_ours_is_named() -> None:
    with pytest.raises(BadPayload, match="'zstd'"):
        decode_body(head_with(b"Content-Encoding: zstd"), b"\x28\xb5\x2f\xfd")


def test_no_body_is_no_body_whatever_the_head_says() -> None:
    assert decode_body(head_with(b"Content-Encoding: gzip", b"Transfer-Encoding: chunked"), b"") == b""


def test_thousands_of_tiny_chunks_are_read_in_no_time() -> None:
    assert (
        decode_body(head_with(b"Transfer-Encoding: chunked"), b"1\r\na\r\n" * 300_000 + b"0\r\n\r\n") == b"a" * 300_000
    )
