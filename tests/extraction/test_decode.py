"""Which charset the bytes are really in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.extraction.decode import decode, utf8

TEXT = "Kafé “Senja” di Jalan Élok menjual kopi seharga €2 – laris."


def test_utf8_is_read_as_utf8_whatever_is_declared() -> None:
    assert decode(TEXT.encode(), "text/html; charset=iso-8859-1") == TEXT
    assert decode(b'<meta charset="windows-1252">' + TEXT.encode()).endswith(TEXT)


def test_windows_1252_declared_as_latin_1_or_utf8_or_not_at_all_is_read() -> None:
    for content_type in ("text/html; charset=iso-8859-1", "text/html; charset=utf-8", None):
        assert decode(TEXT.encode("cp1252"), content_type) == TEXT


def test_a_declaration_far_into_the_head_is_found() -> None:
    head = (
        b"<html><head>"
        b"<!-- " + b"x" * 5000 + b" -->" + b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    )
    assert decode(head + "新华社".encode("gb18030") * 20).endswith("新华社")


def test_one_bad_byte_does_not_flip_the_page() -> None:
    body = ("Pasar terapung “Muara” " * 200).encode() + b"caf\xe9" + ("dibuka – lagi " * 200).encode()
    text = decode(body)
    assert "Muara”" in text
    assert "café" in text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_bom_decides(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "text/html; charset=ascii") == TEXT


def test_nul_bytes_and_unknown_charsets_do_not_matter() -> None:
    assert decode(b"Pa\0sar", "text/html; charset=hex") == "Pasar"
    assert decode(b"Pasar", "text/html; charset=tidak-ada") == "Pasar"


@given(st.binary(max_size=500), st.none() | st.text(max_size=40))
def test_any_bytes_decode(body: bytes, content_type: str | None) -> None:
    assert "\0" not in decode(body, content_type)


@pytest.mark.parametrize("codec", ["unicode_escape", "utf-7", "punycode", "idna", "raw_unicode_escape", "rot13", "hex"])
def test_a_page_cannot_ask_for_a_codec_that_is_no_charset_of_the_web(codec: str) -> None:
    body = "Kafé \\u0041 +AEE-".encode("cp1252")
    assert decode(body, f"text/html; charset={codec}") == "Kafé \\u0041 +AEE-"


@pytest.mark.parametrize(
    ("declared", "encoding"), [("windows-1251", "cp1251"), ("Shift_JIS", "cp932"), ("big5", "big5")]
)
def test_a_charset_that_fits_the_bytes_is_believed(declared: str, encoding: str) -> None:
    text = {"cp1251": "Новости о железной дороге", "cp932": "鉄道のニュース", "big5": "鐵路新聞"}[encoding]
    assert decode(text.encode(encoding), f"text/html; charset={declared}") == text
    assert decode(f'<meta charset="{declared}">{text}'.encode(encoding)).endswith(text)


def test_a_chinese_page_that_declares_nothing_is_read() -> None:
    text = "山谷里的旅游列车本周开始在网上售票，每天往返四次。" * 3
    assert decode(text.encode("gb2312")) == text
    assert decode(text.encode("gb2312"), "text/html; charset=utf-8") == text


def test_the_first_bytes_of_a_character_at_the_end_are_dropped() -> None:
    assert decode("Kafé".encode()[:-1]) == "Kaf"


def test_clean_utf8_is_handed_on_as_it_is() -> None:
    body = TEXT.encode()
    assert utf8(body, "text/html; charset=iso-8859-1") is body
    assert utf8(TEXT.encode("cp1252")) == body
    assert utf8(b"\xef\xbb\xbf" + body) == body
    assert utf8(TEXT.encode("utf-16")) == body


@given(st.binary(max_size=500), st.none() | st.text(max_size=40))
def test_any_bytes_become_utf8(body: bytes, content_type: str | None) -> None:
    assert utf8(body, content_type).decode("utf-8") == decode(body, content_type).encode("utf-8", "replace").decode()
