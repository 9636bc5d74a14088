"""The framing of a chunked body and its payload make the body again, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.errors import BadPayload
from xinhua_id.warc.chunks import framed, framing_of
from xinhua_id.warc.payload import dechunked

ENDS = st.sampled_from([b"\r\n", b"\n"])
CHUNK = st.tuples(st.binary(min_size=1, max_size=40), st.sampled_from([b"", b";a=1", b'; lagu="x"', b" "]), ENDS, ENDS)
TRAILERS = st.sampled_from([b"\r\n", b"X-Sesudah: ya\r\n\r\n", b"\n", b""])


def body_of(chunks: list[tuple[bytes, bytes, bytes, bytes]], trailer: bytes) -> bytes:
    parts = [b"%x%b%b%b%b" % (len(data), extension, end, data, after) for data, extension, end, after in chunks]
    return b"".join(parts) + b"0\r\n" + trailer


@given(chunks=st.lists(CHUNK, max_size=8), trailer=TRAILERS, cut=st.integers(1, 60))
def test_framing_and_payload_make_the_body_again(
    chunks: list[tuple[bytes, bytes, bytes, bytes]], trailer: bytes, cut: int
) -> None:
    body = body_of(chunks, trailer)
    pieces = [body[at : at + cut] for at in range(0, len(body), cut)]
    framing = framing_of(pieces)
    assert framing is not None
    payload = b"".join(dechunked(pieces))
    assert payload == b"".join(chunk[0] for chunk in chunks)
    assert b"".join(framed(framing, payload)) == body


@pytest.mark.parametrize("body", [b"zz\r\nisi\r\n0\r\n\r\n", b"5\r\nisi", b"", b"3\r\nisi\r\n", b"3\r\nisi\r\n0"])
def test_a_framing_that_breaks_or_does_not_end_is_none(body: bytes) -> None:
    assert framing_of([body]) is None


def test_a_framing_longer_than_its_limit_is_none() -> None:
    body = b"1\r\na\r\n" * 1000 + b"0\r\n\r\n"
    assert framing_of([body], limit=4999) is None
    assert framing_of([body], limit=5005) is not None
    assert framing_of([b"0\r\n", b"X: " + b"x" * 6000, b"\r\n\r\n"], limit=5005) is None
    assert framing_of([b"0" * 6000], limit=5005) is None


@pytest.mark.parametrize("payload", [b"is", b"isi i"])
def test_a_payload_that_is_not_the_one_is_said(payload: bytes) -> None:
    with pytest.raises(BadPayload, match="not of this payload"):
        list(framed(b"3\r\n\r\n0\r\n\r\n", payload))
