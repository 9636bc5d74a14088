"""What the head of a page claims, broken, partial or untrue; and dates in every place a page has for them."""

from __future__ import annotations

import json
import time

import pytest

from tests.extraction.other_stories import NEXT, NEXT_HEADLINE, RAIL, RAIL_HEADLINE, paragraphs, rail, read
from tests.extraction.stories import page
from xinhua_id.extraction import extract


def ld(document: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(document, ensure_ascii=False)}</script>'


STORY = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": RAIL_HEADLINE,
    "datePublished": "2023-03-15T09:30:00+07:00",
    "dateModified": "2023-03-15T11:00:00+07:00",
    "author": {"@type": "Person", "name": "Ratna Wening"},
    "articleSection": "Wisata",
    "keywords": "kereta, lembah",
}


def written(moment: object) -> str | None:
    return moment.isoformat() if hasattr(moment, "isoformat") else None


@pytest.mark.parametrize(
    "document",
    [
        STORY,
        [STORY],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "Kabar Contoh"}, STORY]},
        {"@type": "WebPage", "mainEntity": STORY},
        STORY | {"@type": ["Article", "NewsArticle"]},
        STORY | {"author": [{"name": "Ratna Wening"}], "keywords": ["kereta", "lembah"]},
    ],
    ids=["alone", "list", "graph", "main entity", "two types", "lists inside"],
)
def test_json_ld_is_read_in_every_shape(document: object) -> None:
    found = read(rail(paragraphs(), head=ld(document)))
    assert found.paragraphs == RAIL
    assert written(found.date_published) == "2023-03-15T09:30:00+07:00"
    assert written(found.date_modified) == "2023-03-15T11:00:00+07:00"
    assert (found.authors, found.section, found.tags) == (["Ratna Wening"], "Wisata", ["kereta", "lembah"])


@pytest.mark.parametrize(
    "broken",
    [
        json.dumps(STORY).replace("}", ",}"),
        json.dumps(STORY)[:-40],
        "<![CDATA[" + json.dumps(STORY) + "]]>",
        "<!-- " + json.dumps(STORY) + " -->",
        json.dumps(STORY | {"description": "satu\ndua"}).replace("\\n", "\n"),
        json.dumps(STORY).replace("Ratna", 'R "atna"'),
    ],
    ids=["comma too many", "cut off", "cdata", "comment", "raw line break", "bare quotation mark"],
)
def test_broken_json_ld_still_gives_its_date_and_harms_nothing(broken: str) -> None:
    found = read(rail(paragraphs(), head=f'<script type="application/ld+json">{broken}</script>'))
    assert found.paragraphs == RAIL
    assert written(found.date_published) == "2023-03-15T09:30:00+07:00"


@pytest.mark.parametrize(
    "document",
    [
        "[" * 100_000,
        '{"@graph":' * 50_000,
        "null",
        "[[[]]]",
        '{"@type": {"a": 1}, "headline": 7, "datePublished": ["x"], "author": [[["y"]]], "keywords": {"a": "b"}}',
        json.dumps({"@type": "NewsArticle", "headline": None, "datePublished": "0000-00-00", "author": {"name": {}}}),
        json.dumps({"@type": "NewsArticle", "headline": "\ud800"}),
        "x" * 100_000,
    ],
    ids=["brackets", "graphs", "null", "lists", "wrong types", "nothings", "half a character", "no json"],
)
def test_hostile_json_ld_says_nothing(document: str) -> None:
    found = read(rail(paragraphs(), head=f'<script type="application/ld+json">{document}</script>'))
    assert found.paragraphs == RAIL
    assert found.headline == RAIL_HEADLINE
    assert found.date_published is None
    found.model_dump_json()


@pytest.mark.parametrize("body", [" ".join(RAIL)[:180] + "…", " ".join(NEXT), "", "<p>" + RAIL[0] + "</p>"])
def test_an_article_body_in_json_ld_is_no_body(body: str) -> None:
    found = read(rail(paragraphs(), head=ld(STORY | {"articleBody": body})))
    assert found.paragraphs == RAIL


def test_a_related_story_in_json_ld_does_not_give_its_headline() -> None:
    related = {"@type": "NewsArticle", "headline": NEXT_HEADLINE, "datePublished": "2019-01-01T00:00:00+07:00"}
    found = read(rail(paragraphs(), head=ld(STORY), after=ld(related)))
    assert found.headline == RAIL_HEADLINE
    assert written(found.date_published) == "2023-03-15T09:30:00+07:00"


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("Kamis, 5 November 2015 14:56 WIB", "2015-11-05T14:56:00+07:00"),
        ("Minggu, 1 Nop 2020 | 07.05 WITA", "2020-11-01T07:05:00+08:00"),
        ("Jumat, 7 Agu 2020, pukul 23:59 WIT", "2020-08-07T23:59:00+09:00"),
        ("Kabar Contoh - Rabu, 15/03/2023 09:30 WIB", "2023-03-15T09:30:00+07:00"),
        ("2019-09-28WIB19:17:34+07:00", "2019-09-28T19:17:34+07:00"),
        ("Terbit Jum'at, 17 Februari 2017, 13:16 WIB", "2017-02-17T13:16:00+07:00"),
    ],
)
@pytest.mark.parametrize("holder", ["<p>{}</p>", '<div class="tanggal">{}</div>', '<span class="date">{}</span>'])
def test_a_date_the_page_shows_keeps_time_zone_and_how_it_was_written(line: str, moment: str, holder: str) -> None:
    found = read(rail(paragraphs(), before=holder.format(line)))
    assert found.paragraphs == RAIL
    assert written(found.date_published) == moment
    assert found.date_published_raw is not None
    assert found.date_published_raw in line


@pytest.mark.parametrize(
    "markup",
    [
        '<meta property="article:published_time" content="{}">',
        '<meta name="publishdate" content="{}">',
        '<meta itemprop="datePublished" content="{}">',
        '<time itemprop="datePublished" datetime="{}">kemarin</time>',
    ],
)
def test_a_date_in_meta_or_time_is_believed_before_the_one_shown(markup: str) -> None:
    said = markup.format("2023-03-15T02:30:00Z")
    found = read(rail(paragraphs(), head=said, before="<p>Kamis, 16 Maret 2023</p>"))
    assert written(found.date_published) == "2023-03-15T02:30:00+00:00"


def test_the_day_the_story_speaks_of_has_its_year_from_a_date_that_agrees() -> None:
    found = read(rail(paragraphs(), head=ld(STORY)))
    assert found.event_date is not None
    assert (found.event_date.raw, str(found.event_date.date)) == ("Rabu (15/3)", "2023-03-15")
    unsaid = read(rail(paragraphs()))
    assert unsaid.event_date is not None
    assert (unsaid.event_date.raw, unsaid.event_date.date) == ("Rabu (15/3)", None)


@pytest.mark.parametrize("shown", ["", "<p>3 jam yang lalu</p>", "<p>Kemarin, 14:30 WIB</p>", "<p>Rabu (15/3)</p>"])
def test_a_date_is_never_guessed(shown: str) -> None:
    found = read(rail(paragraphs(), before=shown))
    assert found.date_published is None
    assert found.paragraphs == RAIL


def test_a_relative_date_stays_as_it_was_written() -> None:
    assert read(rail(paragraphs(), before="<p>3 jam yang lalu</p>")).date_published_raw == "3 jam yang lalu"


def test_the_label_tells_the_change_from_the_publication() -> None:
    shown = "<p>Terbit: 15 Mar 2023 09:30 WIB</p><p>Diperbarui: 15 Mar 2023 11:00 WIB</p>"
    found = read(rail(paragraphs(), before=shown))
    assert written(found.date_published) == "2023-03-15T09:30:00+07:00"
    assert written(found.date_modified) == "2023-03-15T11:00:00+07:00"


UTC = '<meta property="article:published_time" content="2023-03-15T09:30:20Z">'


@pytest.mark.parametrize(
    "shown",
    [
        "<div>Rabu, 15 Maret 2023 09:30 WIB</div>",
        "<div><span>Rabu, 15 Maret 2023</span> <span>09:30 WIB</span></div>",
        "<p>Ratna Wening - 15/03/2023, 09.30</p>",
    ],
)
@pytest.mark.parametrize("below", [False, True])
def test_local_time_that_calls_itself_utc_is_found_out_by_what_readers_see(shown: str, below: bool) -> None:
    html = rail(paragraphs(), head=UTC, before="" if below else shown, after=shown if below else "")
    assert written(read(html).date_published) == "2023-03-15T09:30:20+07:00"


def test_a_moment_in_utc_that_no_reader_sees_so_stays_what_it_is() -> None:
    html = rail(paragraphs(), head=UTC, before="<div>Rabu, 15 Maret 2023 16:30 WIB</div><script>'09:30 WIB'</script>")
    assert written(read(html).date_published) == "2023-03-15T09:30:20+00:00"


@pytest.mark.parametrize(
    "line",
    [
        "<div>Juru foto: Bayu Sasongko | Rabu, 15 Maret 2023, 21:10 WIB</div>",
        "<div>Oleh Farah Nadhirah <span>Rabu, 15 Maret 2023 9:10 malam</span></div>",
        "<table><tr><td>Rabu, 15 Maret 2023 21:10</td><td>Dibaca 1.204 kali oleh pembaca kami</td></tr></table>",
    ],
)
def test_where_no_claim_says_when_the_lines_above_the_story_do(line: str) -> None:
    found = read(rail(paragraphs(), before=line))
    assert written(found.date_published) == "2023-03-15T21:10:00+07:00"
    assert found.paragraphs == RAIL


def test_of_a_page_that_names_no_zone_the_host_does() -> None:
    html = rail(paragraphs(), before="<div>Rabu, 15 Mac 2023</div><div>15 Maret 2023 4:30 petang</div>")
    found = extract(page(html, url="https://kabar.example.my/tempatan/kereta-lembah"))
    assert written(found.date_published) == "2023-03-15T16:30:00+08:00"


@pytest.mark.parametrize("title", [f"Kabar Example :: {RAIL_HEADLINE}", f"Kabar Example | {RAIL_HEADLINE}"])
def test_the_name_of_the_site_in_front_of_a_title_is_no_part_of_the_headline(title: str) -> None:
    html = f"<html><head><title>{title}</title></head><body><div>{paragraphs()}</div></body></html>"
    assert read(html).headline == RAIL_HEADLINE


def test_a_headline_that_begins_like_a_site_but_is_none_stays_whole() -> None:
    title = f"Lembah Gading: {RAIL_HEADLINE}"
    html = f"<html><head><title>{title}</title></head><body><div>{paragraphs()}</div></body></html>"
    assert read(html).headline == title


@pytest.mark.parametrize("title", ["Kabar Example", "Situs Resmi Kabupaten Tirta Gading"])
def test_where_the_title_names_the_site_the_line_above_the_story_is_the_headline(title: str) -> None:
    lines = f"<span>{RAIL_HEADLINE}</span><br><span>Rabu, 15 Maret 2023</span><br>"
    html = f"<html><head><title>{title}</title></head><body><div>{lines}</div>{paragraphs()}</body></html>"
    found = read(html)
    assert (found.headline, found.paragraphs) == (RAIL_HEADLINE, RAIL)
    assert written(found.date_published) == "2023-03-15T00:00:00+07:00"


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("<nav><a>Beranda</a>", "</nav>"),
        ('<div itemprop="editor">x', "</div>"),
        ('<div class="byline">x', "</div>"),
        ('<div class="breadcrumb">x', "</div>"),
        ("<button>", "</button>"),
        ("<noscript>x", "</noscript>"),
    ],
)
def test_what_speaks_of_the_story_may_be_nested_deep(opens: str, closes: str) -> None:
    began = time.process_time()
    found = read(rail(paragraphs(), before=opens * 1_900 + closes * 1_900))
    assert time.process_time() - began < 1.5
    assert found.headline == RAIL_HEADLINE
