"""Sources: the shipped ones, finding one for a URL, and what is said of a TOML with a fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xinhua_id import sources
from xinhua_id.crawl.discovery import Kind, Rules
from xinhua_id.errors import SourceError
from xinhua_id.sources import Source

RIGHT = """\
name = "contoh"
title = "Contoh"
base = "https://contoh.id"
hosts = ["contoh.id"]
permission = "open"
verified = true

[discovery]
listings = ["/"]
story = ['^/berita/']

[[layout]]
name = "lama"
headline = "h1"
body = "div.isi"

[[layout]]
name = "baru"
headline = "h1.judul"
body = "article"
drop = [{ rule = "read-also", css = "p.baca" }]
"""


def load(tmp_path: Path, text: str) -> Source:
    path = tmp_path / "contoh.toml"
    path.write_text(text, encoding="utf-8")
    return sources.load(path)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_right_toml_becomes_a_source_that_names_its_digest(tmp_path: Path) -> None:
    source = load(tmp_path, RIGHT)
    assert [layout.name for layout in source.layout] == ["lama", "baru"]
    assert re.fullmatch(r"contoh@[0-9a-f]{12}", source.label)
    assert load(tmp_path, RIGHT + "# berubah\n").label != source.label


@pytest.mark.parametrize(
    ("right", "wrong", "key", "allowed"),
    [
        ('title = "Contoh"', 'title = "Contoh"\ntittle = "x"', "tittle", "title"),
        ('listings = ["/"]', 'listings = ["/"]\nlisting_pages = 3', "discovery.listing_pages", "listings"),
        ('body = "article"', 'body = "article"\nbodi = "x"', "layout.1.bodi", "headline"),
        ('css = "p.baca"', 'css = "p.baca", selector = "x"', "layout.1.drop.0.selector", "rule"),
    ],
    ids=["at the top", "in a table", "in the second layout", "in a drop"],
)
def test_a_typo_is_answered_with_line_key_and_what_is_allowed(
    tmp_path: Path, right: str, wrong: str, key: str, allowed: str
) -> None:
    text = RIGHT.replace(right, wrong)
    with pytest.raises(SourceError) as caught:
        load(tmp_path, text)
    assert caught.value.what == f"unknown key '{key}'"
    assert caught.value.where == f"contoh.toml, line {line_of(text, key.rpartition('.')[2] + ' =')}"
    assert allowed in (caught.value.now or "")


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ('permission = "open"', 'permission = "maybe"', "'open' or 'ask'"),
        ("verified = true", 'verified = "perhaps"', "boolean"),
        ("['^/berita/']", "['^/berita/(']", "not a regular expression"),
        ('"div.isi"', '"div..isi"', "not a CSS selector"),
        ('hosts = ["contoh.id"]', 'hosts = ["lain.id"]', "is not on one of hosts"),
        ('headline = "h1"\n', "", "'layout.0.headline' is missing"),
        ('name = "contoh"', 'name = "Contoh Baru"', "pattern"),
        ('hosts = ["contoh.id"]', 'hosts = "contoh.id"', "key 'hosts': must be a list"),
        ('hosts = ["contoh.id"]', "hosts = []", "key 'hosts': must not be empty"),
        ("verified = true", 'verified = true\ntimezone = "Asia/Nusantara"', "not an IANA time zone"),
        ('title = "Contoh"', 'titel = "Contoh"', "unknown key 'titel'"),
    ],
)
def test_a_wrong_value_is_answered_with_what_is_wrong(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    with pytest.raises(SourceError, match=re.escape(words)) as caught:
        load(tmp_path, RIGHT.replace(right, wrong))
    assert caught.value.now


def test_what_is_no_toml_is_answered_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 2"):
        load(tmp_path, RIGHT.replace('"Contoh"', "Contoh"))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        sources.get(str(tmp_path / "lain.toml"))


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(SourceError, match="antaranews, indonesiawindow, xinhua"):
        sources.get("antara")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://indonesiawindow.com/?p=1", "indonesiawindow"),
        ("http://WWW.indonesiawindow.com/panen-kol", "indonesiawindow"),
        ("https://jatim.antaranews.com/berita/1/x", "antaranews"),
        ("https://en.antaranews.com/news/1/x", None),
        ("https://indonesiawindow.com:8443/", None),
        ("https://indonesiawindow.com.contoh.id/", None),
    ],
)
def test_a_url_finds_its_source_by_its_host(url: str, name: str | None) -> None:
    found = sources.match(url)
    assert (found.name if found else None) == name


def test_a_source_served_elsewhere_stays_there() -> None:
    moved = sources.get("antaranews").at("http://127.0.0.1:8000/")
    assert moved.hosts == ("127.0.0.1:8000",)
    assert not Rules.of(moved).allows("https://www.antaranews.com/berita/1/x")
    assert Rules.of(moved).allows("http://127.0.0.1:8000/berita/1/x")


@pytest.mark.parametrize("source", sources.shipped(), ids=sources.names())
def test_every_shipped_source_has_layouts_in_order_and_a_place_to_begin(source: Source) -> None:
    assert source.notes
    assert len({layout.name for layout in source.layout}) == len(source.layout) >= 2
    assert Rules.of(source).start()


@pytest.mark.parametrize(
    ("name", "path", "kind"),
    [
        ("indonesiawindow", "/?p=36012", Kind.STORY),
        ("indonesiawindow", "/panen-kol-di-lereng-bukit", Kind.STORY),
        ("indonesiawindow", "/panen-kol-di-lereng-bukit/2/", Kind.STORY),
        ("indonesiawindow", "/internasional/", Kind.LISTING),
        ("indonesiawindow", "/tag/xinhua/page/3/", Kind.LISTING),
        ("indonesiawindow", "/pedoman-media-siber/", None),
        ("indonesiawindow", "/panen-kol-di-lereng-bukit/?share=facebook", None),
        ("indonesiawindow", "/wp-content/uploads/peta-desa.jpg", None),
        ("antaranews", "/berita/3342972/warga-desa-panen-kol?utm_source=antaranews", Kind.STORY),
        ("antaranews", "/berita/3342972", Kind.STORY),
        ("antaranews", "/terkini?page=4", Kind.LISTING),
        ("antaranews", "/tag/xinhua/12", Kind.LISTING),
        ("antaranews", "/indeks/09-01-2023/2", Kind.LISTING),
        ("antaranews", "/foto/77/panen", None),
        ("antaranews", "/amp/berita/1/x", None),
        ("antaranews", "/search?q=xinhua&page=2", None),
        ("xinhua", "/20240509/3dd6e33cc6d749fbaae01fea337ff400/c.html", Kind.STORY),
        ("xinhua", "/ekonomi/20240509/3dd6e33cc6d749fbaae01fea337ff400/c.html", Kind.STORY),
        ("xinhua", "/2020-02/19/c_138799999.htm", Kind.STORY),
        ("xinhua", "/ekonomi/index.html", Kind.LISTING),
        ("xinhua", "/tentang", None),
    ],
)
def test_the_addresses_of_each_site_are_told_apart(name: str, path: str, kind: Kind | None) -> None:
    source = sources.get(name)
    rules = Rules.of(source)
    url = source.base + path
    assert (rules.kind(url) if rules.allows(url) else None) is kind
