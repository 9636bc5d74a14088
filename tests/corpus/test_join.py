"""A story in several pages is one article again, whatever its pages repeat; what is missing is named."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xinhua_id
from tests.items import article
from xinhua_id import urls
from xinhua_id.corpus.join import REPEATED, join, story_of
from xinhua_id.errors import UsageError
from xinhua_id.items import Article, Dateline, Image, Origin, Removed, StoryPart
from xinhua_id.text import content_digest

STORY = "https://kabar.example.id/laporan-panjang"
HEADLINE = "Sepekan bersama nelayan Teluk Amparan"
LEAD = "Ombak, solar, dan harga ikan menentukan hidup di kampung pesisir itu."
TEXT = [
    "Amparan (Kabar Nusa) – Perahu pertama merapat ketika langit masih gelap.",
    "Para pembeli menunggu di dermaga dengan keranjang rotan.",
    "Harga tongkol pagi itu turun seperlima.",
    "Pemerintah desa menjanjikan gudang pendingin.",
    "Nelayan menimbang hasil tangkapan tanpa banyak bicara.",
    "Kapal patroli kembali menjelang siang.",
]
LINE = Dateline(
    raw="Amparan (Kabar Nusa) –", place="Amparan", country=None, agencies=["Kabar Nusa"], date_raw=None
)  # fmt: skip


def part(number: int, paragraphs: Sequence[str], total: int | None = 3, **changes: Any) -> Article:
    address = STORY if number == 1 else f"{STORY}?page={number}"
    text = "\n\n".join(paragraphs)
    values: dict[str, Any] = {
        "url": address, "canonical_url": address, "headline": HEADLINE, "paragraphs": list(paragraphs), "text": text,
        "content_digest": content_digest(text), "dateline": LINE if number == 1 else None, "lead": LEAD,
        "part": StoryPart(story_id=urls.url_id(STORY), number=number, total=total),
    }  # fmt: skip
    return article(urls.url_id(address), **{**values, **changes})


def whole(paragraphs: Sequence[str] = TEXT) -> Article:
    address = f"{STORY}?page=all"
    one = part(1, paragraphs, url=address, canonical_url=address, part=None)
    return one.model_copy(update={"id": urls.url_id(address)})


def test_the_parts_stand_in_their_order_however_they_came() -> None:
    one = join([part(3, TEXT[4:]), part(1, TEXT[:2]), part(2, TEXT[2:4])])
    assert one.paragraphs == TEXT
    assert (one.id, one.canonical_url, one.headline, one.lead) == (urls.url_id(STORY), STORY, HEADLINE, LEAD)
    assert one.content_digest == content_digest(one.text) == content_digest("\n\n".join(TEXT))


def test_the_joined_story_names_what_it_was_joined_from() -> None:
    parts = [part(number, TEXT[number : number + 1]) for number in (1, 2, 3)]
    account = join(parts).part
    assert account is not None
    assert [(one.number, one.id, one.url, one.capture) for one in account.joined] == [
        (number, item.id, item.url, item.capture) for number, item in enumerate(parts, 1)
    ]
    assert (account.total, account.missing) == (3, [])


@pytest.mark.parametrize(
    ("numbers", "total", "missing"),
    [((1, 3), 3, [2]), ((2, 3), 3, [1]), ((1, 2), 3, [3]), ((1, 2), None, [3]), ((1, 4), None, [2, 3, 5])],
)
def test_a_part_that_is_not_there_is_named(numbers: tuple[int, ...], total: int | None, missing: list[int]) -> None:
    account = join([part(number, [TEXT[number]], total) for number in numbers]).part
    assert account is not None
    assert (account.missing, account.number) == (missing, numbers[0])


def test_a_story_without_its_first_part_stands_under_its_own_address_all_the_same() -> None:
    one = join([part(2, TEXT[2:4])])
    assert (one.id, one.canonical_url) == (urls.url_id(STORY), STORY)


def test_what_a_later_page_says_again_is_said_once_and_accounted_for() -> None:
    again = [HEADLINE, LEAD, TEXT[1], f"{LINE.raw} {TEXT[2]}"]
    one = join([part(1, TEXT[:2], 2), part(2, again, 2)])
    assert one.paragraphs == TEXT[:3]
    assert [(gone.rule, gone.text, gone.position) for gone in one.removed] == [
        (REPEATED, text, 2) for text in (HEADLINE, LEAD, TEXT[1], LINE.raw)
    ]


def test_a_lead_that_is_a_paragraph_said_twice_stays_where_it_opens_a_page() -> None:
    first = part(1, TEXT[:2], lead=TEXT[2])
    assert join([first, part(2, TEXT[2:], lead=None)]).paragraphs == TEXT
    everywhere = [part(number, [TEXT[2], TEXT[number]], lead=None) for number in (3, 4)]
    assert join([first, *everywhere]).paragraphs == [*TEXT[:2], TEXT[3], TEXT[4]]


def test_an_opening_paragraph_that_was_set_like_a_lead_is_not_lost() -> None:
    assert join([part(1, TEXT[:2]), part(2, TEXT[3:4], lead=TEXT[2])]).paragraphs == TEXT[:4]


def test_a_paragraph_that_comes_again_far_from_the_seam_is_the_storys_own() -> None:
    assert join([part(1, TEXT[:3]), part(2, [TEXT[3], TEXT[0]])]).paragraphs == [*TEXT[:4], TEXT[0]]


def test_what_only_the_last_page_says_holds_for_the_story() -> None:
    signed = part(3, TEXT[4:], editor="Wayan Sukerti", origin=Origin.WIRE, provider="Xinhua", tags=["laut"])
    first = part(1, TEXT[:4], origin=Origin.UNKNOWN, tags=["nelayan", "laut"])
    one = join([first, signed])
    assert (one.editor, one.origin, one.provider, one.tags) == (
        "Wayan Sukerti", Origin.WIRE, "Xinhua", ["nelayan", "laut"],
    )  # fmt: skip


def test_a_picture_that_every_page_shows_is_there_once() -> None:
    def picture(name: str) -> Image:
        return Image(url=f"https://kabar.example.id/{name}.jpg", caption=None, credit=None, photographer=None)

    one = join([part(1, TEXT[:2], images=[picture("a")]), part(2, TEXT[2:], images=[picture("a"), picture("b")])])
    assert [image.url for image in one.images] == [picture("a").url, picture("b").url]


def test_what_was_removed_keeps_its_place_in_the_whole_story() -> None:
    gone = Removed(rule="read-also", text="Baca juga: Lain", position=1, characters=15, digest=None)
    outside = Removed(rule="footer", text=None, position=None, characters=99, digest=None)
    one = join([part(1, TEXT[:2]), part(2, TEXT[2:], removed=[gone, outside])])
    assert [(line.rule, line.position) for line in one.removed] == [("read-also", 3), ("footer", None)]


def test_the_page_that_holds_all_is_the_story_beside_its_parts() -> None:
    one = join([part(1, TEXT[:2]), part(2, TEXT[2:]), whole()])
    assert (one.paragraphs, one.part, one.id, one.canonical_url) == (TEXT, None, urls.url_id(STORY), STORY)


def test_a_page_that_promises_all_and_shows_one_part_is_not_believed() -> None:
    assert join([part(1, TEXT[:2], 2), part(2, TEXT[2:], 2), whole(TEXT[:2])]).paragraphs == TEXT


def test_items_of_two_stories_are_not_joined() -> None:
    with pytest.raises(ValueError, match="not of one story"):
        join([article("a"), article("b")])


@given(data=st.data(), sentences=st.lists(st.text("abcdefgh ", min_size=5).map(str.strip), min_size=1, unique=True))
def test_a_story_split_into_parts_and_joined_is_the_story(data: st.DataObject, sentences: list[str]) -> None:
    story = [f"{at}. {sentence}" for at, sentence in enumerate(sentences)]  # no paragraph says what another says
    cuts = data.draw(st.lists(st.integers(1, len(story)), unique=True).map(sorted))
    bounds = [0, *(cut for cut in cuts if cut < len(story)), len(story)]
    pieces = [story[begin:end] for begin, end in itertools.pairwise(bounds)]
    parts = []
    for number, piece in enumerate(pieces, 1):
        repeated = data.draw(st.integers(0, 2)) if number > 1 else 0
        seam = pieces[number - 2][-repeated:] if repeated else []
        heads = data.draw(st.sampled_from([[], [HEADLINE], [HEADLINE, LEAD]])) if number > 1 else []
        parts.append(part(number, [*heads, *seam, *piece], len(pieces)))
    one = join(data.draw(st.permutations(parts)))
    assert one.paragraphs == story
    assert one.part is not None
    assert one.part.missing == []


class TestReading:
    @pytest.fixture
    def archive(self, tmp_path: Path) -> Path:
        folder = tmp_path / "kabar" / "items"
        folder.mkdir(parents=True)
        first = [part(1, TEXT[:2]), article("b" * 32), part(3, TEXT[4:])]
        (folder / "1.jsonl").write_text("".join(one.to_json() + "\n" for one in first), "utf-8")
        (folder / "2.jsonl").write_text(part(2, TEXT[2:4]).to_json() + "\n", "utf-8")
        return tmp_path

    def test_a_story_in_several_pages_is_one_article(self, archive: Path) -> None:
        assert [one.paragraphs for one in xinhua_id.read(archive)][1] == TEXT
        assert len(xinhua_id.read(archive).to_pandas()) == 2

    def test_its_parts_are_there_for_whoever_wants_them(self, archive: Path) -> None:
        numbers = [one.part.number if one.part else None for one in xinhua_id.read(archive, joined=False)]
        assert numbers == [1, None, 3, 2]
        assert len(list(xinhua_id.read(archive, versions=True))) == 4

    def test_versions_cannot_be_joined(self, archive: Path) -> None:
        with pytest.raises(UsageError, match="versions are of pages"):
            xinhua_id.read(archive, versions=True, joined=True)

    def test_a_page_that_holds_all_is_the_same_story_without_its_parts(self, tmp_path: Path) -> None:
        folder = tmp_path / "items"
        folder.mkdir()
        (folder / "1.jsonl").write_text(whole().to_json() + "\n", "utf-8")
        (one,) = xinhua_id.read(tmp_path)
        assert one.id == urls.url_id(STORY) == story_of(whole())

    def test_an_item_from_before_there_were_parts_is_still_read(self, tmp_path: Path) -> None:
        old = json.loads(part(1, TEXT, 1).to_json())
        del old["part"]["joined"], old["part"]["missing"]
        file = tmp_path / "lama.jsonl"
        file.write_text(json.dumps(old) + "\n", "utf-8")
        (one,) = xinhua_id.read(file, joined=False)
        assert one.part == part(1, TEXT, 1).part
