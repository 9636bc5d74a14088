"""A story is written again when it changed, and not because it was met once more as a variant of its page."""

from __future__ import annotations

from pathlib import Path

from tests.items import article
from xinhua_id import urls
from xinhua_id.crawl.known import Known, KnownStories
from xinhua_id.items import Article, StoryPart

STORY = "https://kabar.example.id/panen-teh"


def met(url: str = STORY, text: str = "Petani memanen teh.") -> Article:
    return article(urls.url_id(STORY), text=text, url=url, canonical_url=STORY)


def repeats(known: KnownStories, story: Article) -> str | None:
    return known.take(story).repeats


def test_the_same_text_is_unchanged_and_another_one_is_new() -> None:
    known = KnownStories()
    assert [repeats(known, met()), repeats(known, met()), repeats(known, met(text="Panen usai."))] == [
        None, "unchanged", None,
    ]  # fmt: skip


def test_a_variant_of_a_story_known_from_its_own_address_brings_nothing_new() -> None:
    known = KnownStories()
    repeats(known, met())
    assert repeats(known, met(f"{STORY}/amp", "Petani memanen teh. Lihat foto.")) == "variant"
    assert repeats(known, met(text="Panen usai.")) is None


def test_a_story_that_is_only_ever_met_at_a_second_address_is_kept_up_to_date() -> None:
    known = KnownStories()
    assert repeats(known, met("https://m.example.id/panen-teh")) is None
    assert repeats(known, met("https://m.example.id/panen-teh", "Panen usai.")) is None


def test_the_storys_own_page_stands_before_a_variant_met_earlier_or_later() -> None:
    known = KnownStories()
    assert repeats(known, met(f"{STORY}/amp", "Ringkas.")) is None
    assert repeats(known, met()) is None
    assert repeats(known, met(f"{STORY}/amp", "Lebih ringkas.")) == "variant"
    assert repeats(known, met()) == "unchanged"


def test_tracking_parameters_make_no_variant() -> None:
    known = KnownStories()
    repeats(known, met())
    assert repeats(known, met(f"{STORY}/?utm_source=x", "Panen usai.")) is None


def other(number: int, canonical_url: str = STORY, text: str = "") -> Article:
    """Another story, whose page calls some address its own."""
    text = text or f"Nelayan di teluk ke-{number} memperbaiki jala."
    url = f"https://kabar.example.id/nelayan-{number}"
    return article(
        urls.url_id(canonical_url), text=text, url=url, canonical_url=canonical_url, headline=f"Nelayan {number} melaut"
    )


def test_a_page_that_calls_another_storys_address_its_own_is_a_story_at_the_address_it_stands_at() -> None:
    known = KnownStories()
    known.take(met())
    found = known.take(other(1))
    assert (found.repeats, found.disowned) == (None, STORY)
    assert found.article.canonical_url == "https://kabar.example.id/nelayan-1"
    assert found.article.id == urls.url_id("https://kabar.example.id/nelayan-1")
    again = known.take(other(1))
    assert (again.repeats, again.article.id) == ("unchanged", found.article.id)
    assert repeats(known, met()) == "unchanged"


def test_pages_that_all_call_one_section_their_own_are_stories_of_their_own_from_the_second_on() -> None:
    known, section = KnownStories(), "https://kabar.example.id/ekonomi"
    found = [known.take(other(number, section)).article for number in range(5)]
    assert len({one.id for one in found}) == 5
    assert [one.canonical_url == one.url for one in found] == [False, True, True, True, True]


def test_a_second_address_of_a_story_that_shares_a_headline_or_a_paragraph_is_its_variant() -> None:
    known = KnownStories()
    known.take(met(text="Petani memanen teh."))
    amp = met(f"{STORY}/amp")
    longer = amp.model_copy(update={"content_digest": "sha256:" + "1" * 64, "headline": "Panen"})
    assert (known.take(longer).repeats, known.take(longer).disowned) == ("variant", None)
    retold = longer.model_copy(update={"paragraphs": ["Lain."], "content_digest": "sha256:" + "2" * 64})
    assert known.take(retold).disowned == STORY
    same_headline = retold.model_copy(update={"headline": "panen teh PERTAMA tahun ini"})
    assert known.take(same_headline).repeats == "variant"


def test_a_story_that_is_rewritten_at_its_second_address_is_no_other_story() -> None:
    known, page = KnownStories(), "https://m.example.id/panen-teh"
    known.take(met(page))
    rewritten = met(page, "Panen usai.").model_copy(
        update={"headline": "Panen teh usai", "paragraphs": ["Panen usai."]}
    )
    assert known.take(rewritten) == Known(rewritten)


def test_a_page_that_was_believed_is_named_once_the_story_is_met_at_the_address_itself() -> None:
    known, page = KnownStories(), "https://kabar.example.id/nelayan-1"
    assert known.take(other(1)).displaced is None
    assert known.take(met()).displaced == page
    again = known.take(other(1))
    assert (again.article.canonical_url, again.repeats) == (page, None)
    assert known.take(met(text="Panen usai.")).displaced is None


def test_the_parts_of_a_story_with_anothers_address_stay_together_and_apart_from_the_others() -> None:
    known, section = KnownStories(), "https://kabar.example.id/ekonomi"

    def part(story: int, number: int) -> Article:
        at = f"https://kabar.example.id/nelayan-{story}" + (f"?page={number}" if number > 1 else "")
        claimed = section + (f"?page={number}" if number > 1 else "")
        one = other(story, claimed, f"Nelayan {story}, bagian {number}.").model_copy(update={"url": at})
        said = StoryPart(story_id=urls.url_id(section), number=number, total=None)
        return one.model_copy(update={"part": said, "headline": f"Nelayan {story}.{number}"})

    found = [known.take(part(story, number)).article for story in (1, 2) for number in range(1, 3 + story)]
    stories = [one.part.story_id for one in found if one.part is not None]
    assert stories == [urls.url_id(section)] * 3 + [urls.url_id("https://kabar.example.id/nelayan-2")] * 4
    assert len({one.id for one in found}) == 7
    assert found[3].id == stories[3]


def test_what_earlier_runs_wrote_counts_as_what_this_one_met(tmp_path: Path) -> None:
    written = KnownStories().take(met()).article
    (tmp_path / "satu.jsonl").write_text(f"{written.to_json()}\nbukan\n{{}}\n", "utf-8")
    known = KnownStories.of(tmp_path)
    assert known.unreadable == 2
    assert known.take(other(1)).disowned == STORY
    assert known.take(met()).repeats == "unchanged"
