"""One story is one story: which addresses are the same page, and which are not."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xinhua_id import urls

STORY = "https://contoh.id/berita/12/warga-desa-panen-kopi"


@pytest.mark.parametrize(
    "written",
    [
        "http://www.contoh.id:80/berita/12/warga-desa-panen-kopi/",
        "https://CONTOH.id:443//berita/12///warga-desa-panen-kopi#komentar",
        "https://contoh.id./berita/12/warga-desa-panen-kopi?",
        "https://contoh.id/berita/./12/x/../warga-desa-panen-kopi",
        "https://contoh.id/berita/12/%77arga%2Ddesa-panen-kopi?&&",
        "https://contoh.id/berita/12/warga-desa-panen-kopi?utm_source=wa&fbclid=x&gbraid=y&mtm_campaign=z",
        "https://contoh.id/berita/12/warga-desa-panen-kopi;jsessionid=8A1F?PHPSESSID=0c7",
        "https://contoh.id/(S(lit3py55t21z5v55vlm25s55))/berita/12/warga-desa-panen-kopi",
    ],
)
def test_one_story_has_one_canonical_address(written: str) -> None:
    assert urls.canonical(written) == STORY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/%e2%80%9ckopi%e2%80%9d", "/%E2%80%9Ckopi%E2%80%9D"),
        ("/kopi%20gayo", "/kopi gayo"),
        ("/index.php", "/"),
        ("/index.html?utm_source=wa", "/"),
        ("/warta?b=2&a=1", "/warta?a=1&b=2"),
    ],
)
def test_two_ways_of_writing_are_one_page(one: str, other: str) -> None:
    assert urls.canonical("https://contoh.id" + one) == urls.canonical("https://contoh.id" + other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a%2Fb", "/a/b"),
        ("/?panen-kopi", "/?panen-teh"),
        ("/Warta", "/warta"),
        ("/x?id=1", "/x?id=2"),
        ("/berita/index.html", "/berita"),
        ("/simpan/https://lain.id/a", "/simpan/https:/lain.id"),
    ],
)
def test_what_some_site_may_mean_otherwise_stays_apart(one: str, other: str) -> None:
    assert urls.canonical("https://contoh.id" + one) != urls.canonical("https://contoh.id" + other)


@pytest.mark.parametrize(
    ("url", "ident"),
    [
        ("https://www.antaranews.com/berita/3341226/bpbd-siapkan-logistik", "656955c54a3b5b02516256bc2c3444f7"),
        ("https://indonesiawindow.com/?p=41822", "08feaad220e464993461fa840ae3c7ab"),
        ("https://indonesian.news.cn/20240509/" + "a" * 32 + "/c.html", "20af0b6c402039a164a8221e0ee443db"),
        ("https://contoh.id/kopi%20gayo?b=2&a=caf%C3%A9+x", "4c9211facb16fb5d91e844c0d8bf86c3"),
    ],
)
def test_the_ids_of_ordinary_addresses_are_those_of_earlier_archives(url: str, ident: str) -> None:
    assert urls.url_id(urls.canonical(url)) == ident


PIECES = [
    "%41", "%4", "%31", "%", "%2F", "%c3%a9", "é", "/", "//", "/.", "/..", ";jsessionid=A1", "%6asessionid", "=", "&",
    "?", "a", "warta-desa", "PHPSESSID", "utm_source", ":", "(S(abcdefghijklmnop1234))", "index.html", "#", "+", " ",
    "\\", "x=1",
]  # fmt: skip
ADDRESSES = st.builds(
    lambda host, pieces: f"https://{host}/" + "".join(pieces),
    st.sampled_from(["contoh.id", "www.contoh.id", "CONTOH.id:443", "m.contoh.id.", "127.0.0.1:8000", "[::1]", "www."]),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12),
)


@settings(deadline=None, max_examples=400)
@given(ADDRESSES)
@example("https://contoh.id/%4%31")
@example("https://contoh.id/;/")
@example("https://contoh.id/a;/;/")
@example("https://contoh.id/a/..;jsessionid=1/b")
def test_the_canonical_form_of_a_canonical_form_is_itself(url: str) -> None:
    once = urls.canonical(url)
    assert urls.canonical(once) == once


@settings(deadline=None)
@given(
    ADDRESSES.filter(lambda url: not set("?#") & set(url) and url == url.strip()),
    st.sampled_from(["utm_id", "fbclid", "PHPSESSID"]),
)
def test_how_a_reader_came_changes_nothing(url: str, name: str) -> None:
    assert urls.canonical(f"{url}?{name}=abc123") == urls.canonical(url)


@settings(deadline=None)
@given(ADDRESSES)
def test_an_address_without_its_session_is_the_same_page(url: str) -> None:
    there = urls.absolute(url, url) or STORY
    assert urls.canonical(urls.without_session(there)) == urls.canonical(there)
