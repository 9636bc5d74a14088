"""A page says which part of its story it is, by its pager and its address; what others number is not the story's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from tests.extraction.stories import BODY, article, page, wrapped
from xinhua_id import paging, urls
from xinhua_id.extraction import extract, parts, variants
from xinhua_id.items import Article

STORY = "https://kabar.example.id/berita/sepekan-di-teluk"


def read(inside: str, url: str = STORY, head: str = "") -> parts.Parts | None:
    return parts.read(html.document_fromstring(f"<html><head>{head}</head><body><h1>Sepekan</h1>{inside}"), url)


def pager(*addresses: str, current: int = 1) -> str:
    links = [f'<a href="{address}">{number}</a>' for number, address in enumerate(addresses, 1)]
    links[current - 1] = f"<span>{current}</span>"
    return f'<p>{BODY[1]}</p><div class="paging">Halaman: {" ".join(links)}</div>'


FORMS = ["?page={}", "?halaman={}", "/{}", "/page/{}/", "/halaman/{}", "?id=7&p={}"]


class TestPager:
    @pytest.mark.parametrize("form", FORMS)
    def test_every_usual_way_to_number_pages_is_known(self, form: str) -> None:
        base = STORY + ("?id=7" if "id=7" in form else "")
        addresses = [base, *(STORY + form.format(number) for number in (2, 3))]
        first = read(pager(*addresses), base)
        later = read(pager(*addresses, current=2), addresses[1])
        assert first == parts.Parts(1, 3, ((2, addresses[1]), (3, addresses[2])))
        assert later == parts.Parts(2, 3, ((1, base), (3, addresses[2])))

    def test_xinhuas_own_files_are_numbered_before_their_ending(self) -> None:
        at = "https://indonesian.news.cn/20250102/0a1b2c/c{}.html".format
        assert read(pager(at(""), at("_2")), at("")) == parts.Parts(1, 2, ((2, at("_2")),))
        assert read(pager(at(""), at("_2"), current=2), at("_2")) == parts.Parts(2, 2, ((1, at("")),))

    def test_addresses_that_count_from_nought_or_in_tens_follow_the_numbers_that_readers_see(self) -> None:
        nought = [f"{STORY}?page={number}" for number in (0, 1, 2)]
        assert read(pager(STORY, *nought[1:], current=2), nought[1]) == parts.Parts(
            2, 3, ((1, STORY), (3, f"{STORY}?page=2"))
        )
        tens = [STORY, f"{STORY}/10", f"{STORY}/20"]
        assert read(pager(*tens, current=3), tens[2]) == parts.Parts(3, 3, ((1, STORY), (2, tens[1])))

    def test_a_pager_that_only_leads_on_names_no_total_until_the_last_page(self) -> None:
        on, back = f'<a href="{STORY}?page=3">Selanjutnya</a>', f'<a href="{STORY}">Sebelumnya</a>'
        assert read(back + on, f"{STORY}?page=2") == parts.Parts(2, None, ((1, STORY), (3, f"{STORY}?page=3")))
        assert read(f'<a href="{STORY}?page=2">« Sebelumnya</a>', f"{STORY}?page=3") == parts.Parts(
            3, 3, ((2, f"{STORY}?page=2"),)
        )

    def test_the_head_may_name_the_next_part(self) -> None:
        head = f'<link rel="next" href="{STORY}?page=2">'
        assert read("<p>Isi</p>", head=head) == parts.Parts(1, None, ((2, f"{STORY}?page=2"),))

    def test_the_total_may_be_said_in_words_and_dots_say_that_there_are_more(self) -> None:
        link = f'<a href="{STORY}?page=2">2</a>'
        assert read(f"<div>Halaman 1 dari 7 {link}</div>") == parts.Parts(1, 7, ((2, f"{STORY}?page=2"),))
        assert read(f"<div>1 {link} … <a href='{STORY}?page=2'>Lanjut</a></div>") == parts.Parts(
            1, None, ((2, f"{STORY}?page=2"),)
        )

    def test_a_page_beyond_the_last_that_shows_the_first_is_the_first(self) -> None:
        found = read(pager(STORY, f"{STORY}?page=2", current=1), f"{STORY}?page=9")
        assert found is not None
        assert found.number == 1


class TestWhatIsNotThePager:
    @pytest.mark.parametrize(
        "inside",
        [
            f'<div class="comments"><a href="{STORY}?page=2">2</a></div>',
            f'<div id="komentar-list"><p>Setuju.</p></div><div><a href="{STORY}?page=2">2</a></div>',
            f'<a href="{STORY}?page=2#komentar">2</a>',
            f'<a href="{STORY}/comment-page-2/">2</a>',
            f'<aside><a href="{STORY}?page=2">2</a></aside>',
            f'<div class="related-posts"><a href="{STORY}?page=2">2</a></div>',
            '<h3><a href="/b/7">Judul berita lain yang cukup panjang</a></h3><p>Ringkasan.</p>' * 4
            + f'<a href="{STORY}?page=2">2</a>',
        ],
        ids=["comments", "after comments", "comment anchor", "comment pages", "aside", "related", "a list of stories"],
    )  # fmt: skip
    def test_numbers_of_comments_and_of_other_stories_are_not_the_storys(self, inside: str) -> None:
        assert read(f"<p>{BODY[1]}</p>{inside}") is None

    @pytest.mark.parametrize("url", ["https://k.id/berita/12", "https://k.id/2023/01/09", "https://k.id/?p=30"])
    def test_a_number_that_names_the_story_is_no_page(self, url: str) -> None:
        there = url.replace("12", "13").replace("09", "10").replace("30", "31")
        assert read(f'<a rel="next" href="{there}">Selanjutnya</a><a href="{there}">2</a>', url) is None

    def test_the_next_story_is_no_next_page(self) -> None:
        assert read('<a rel="next" href="/berita/panen-raya?page=2">Selanjutnya</a>') is None

    def test_a_page_that_holds_all_is_no_part(self) -> None:
        inside = pager(STORY, f"{STORY}?page=2")
        assert read(inside, f"{STORY}?page=all") is None
        root = html.document_fromstring(f'<a href="{STORY}?page=all#isi">Lihat semua</a>')
        assert parts.whole_page(root, STORY) == f"{STORY}?page=all"


def item(url: str, inside: str = "", head: str = "") -> Article:
    return extract(page(article(head=head).replace("</article>", f"{inside}</article>"), url))


class TestItems:
    def test_a_later_part_keeps_its_own_id_where_canonical_names_page_1(self) -> None:
        head = f'<link rel="canonical" href="{STORY}">'
        addresses = [STORY, f"{STORY}?page=2"]
        first = item(STORY, pager(*addresses), head)
        later = item(f"{addresses[1]}&utm_source=x", pager(*addresses, current=2), head)
        assert (first.id, first.canonical_url) == (urls.url_id(STORY), STORY)
        assert (later.id, later.canonical_url) == (urls.url_id(addresses[1]), addresses[1])
        assert [one.part and (one.part.story_id, one.part.number, one.part.total) for one in (first, later)] == [
            (first.id, 1, 2), (first.id, 2, 2),
        ]  # fmt: skip

    def test_the_story_is_one_however_a_part_names_its_canonical_address(self) -> None:
        mobile = STORY.replace("kabar.", "m.kabar.")
        addresses = [mobile, f"{mobile}?page=2"]
        head = '<link rel="canonical" href="{}">'.format
        first = item(mobile, pager(*addresses), head(STORY))
        later = item(addresses[1], pager(*addresses, current=2), head(f"{STORY}?page=2"))
        assert first.part is not None
        assert later.part is not None
        assert first.id == first.part.story_id == later.part.story_id

    def test_the_page_of_all_pages_has_an_id_beside_that_of_page_1(self) -> None:
        head = f'<link rel="canonical" href="{STORY}">'
        one = item(f"{STORY}?page=all", head=head)
        assert (one.part, one.canonical_url) == (None, f"{STORY}?page=all")

    def test_a_story_in_one_page_has_no_part(self) -> None:
        assert item(STORY).part is None


class TestVariants:
    @pytest.mark.parametrize(
        "url",
        [f"{STORY}/amp", f"{STORY}/amp/", f"{STORY}?amp", f"{STORY}?amp=1", f"{STORY}?outputType=amp", f"{STORY}/print",
         f"{STORY}?print=1", f"{STORY}?mode=print", f"{STORY}/versi-cetak", f"{STORY}?tmpl=component&print=1"],
    )  # fmt: skip
    def test_a_variants_address_is_that_of_its_story(self, url: str) -> None:
        assert (item(url).id, item(url).canonical_url) == (urls.url_id(STORY), STORY)

    def test_an_amp_page_belongs_to_the_canonical_address_it_names(self) -> None:
        amp = STORY.replace("/berita/", "/amp/berita/")
        text = article(head=f'<link rel="canonical" href="{STORY}">').replace("<html", "<html ⚡")
        assert extract(page(text, amp)).canonical_url == STORY

    def test_a_section_called_print_is_left_alone_unless_the_page_prints_itself(self) -> None:
        url = STORY.replace("/berita/", "/cetak/berita/")
        printing = wrapped(f"<article><h1>Judul</h1>{''.join(f'<p>{text}</p>' for text in BODY)}</article>")
        assert item(url).canonical_url == url
        assert extract(page(printing.replace("<body", '<body onload="window.print()"'), url)).canonical_url == STORY

    @pytest.mark.parametrize(
        "cache",
        ["https://kabar-example-id.cdn.ampproject.org/c/s/kabar.example.id/berita/sepekan-di-teluk/amp",
         "https://www.google.com/amp/s/kabar.example.id/berita/sepekan-di-teluk"],
    )  # fmt: skip
    def test_a_copy_in_an_amp_cache_is_the_story_it_was_copied_from(self, cache: str) -> None:
        assert item(cache).id == urls.url_id(STORY)
        stranger = '<link rel="canonical" href="https://lain.example.org/x">'
        assert item(cache, head=stranger).canonical_url == STORY


ADDRESSES = st.text(st.sampled_from("abc/-_.?=&%[]:0129"), max_size=30).map("http://k.id/".__add__) | st.text(
    max_size=20
)


@given(url=ADDRESSES, href=ADDRESSES)
def test_whatever_the_addresses_are_nothing_is_raised(url: str, href: str) -> None:
    root = html.fromstring("<body><h1>x</h1></body>")
    link = html.fragment_fromstring("<a>2</a>")
    link.set("href", "".join(char for char in href if char >= " " and not "\ud800" <= char <= "\udfff"))
    root.append(link)
    parts.read(root, url)
    parts.whole_page(root, url)
    variants.original(root, url, urls.canonical(url))


@given(number=st.integers(2, paging.MOST_PAGES), form=st.sampled_from([*FORMS, "_{}.html"]))
def test_a_page_number_is_read_off_and_put_back(number: int, form: str) -> None:
    url = urls.canonical(STORY + form.format(number))
    found = paging.numbered(url)
    assert found is not None
    assert (found.number, found.on(found.base)) == (number, url)
