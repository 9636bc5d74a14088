"""A story is written again when it changed, and not because it was met once more as a variant of its page."""

from __future__ import annotations

from tests.items import article
from xinhua_id.crawl.known import KnownStories
from xinhua_id.items import Article

STORY = "https://kabar.example.id/panen-teh"


def met(url: str = STORY, text: str = "Petani memanen teh.") -> Article:
    return article(text=text, url=url, canonical_url=STORY)


def test_the_same_text_is_unchanged_and_another_one_is_new() -> None:
    known = KnownStories()
    assert [known.repeats(met()), known.repeats(met()), known.repeats(met(text="Panen usai."))] == [
        None, "unchanged", None,
    ]  # fmt: skip


def test_a_variant_of_a_story_known_from_its_own_address_brings_nothing_new() -> None:
    known = KnownStories()
    known.repeats(met())
    assert known.repeats(met(f"{STORY}/amp", "Petani memanen teh. Lihat foto.")) == "variant"
    assert known.repeats(met(text="Panen usai.")) is None


def test_a_story_that_is_only_ever_met_at_a_second_address_is_kept_up_to_date() -> None:
    known = KnownStories()
    assert known.repeats(met("https://m.example.id/panen-teh")) is None
    assert known.repeats(met("https://m.example.id/panen-teh", "Panen usai.")) is None


def test_the_storys_own_page_stands_before_a_variant_met_earlier_or_later() -> None:
    known = KnownStories()
    assert known.repeats(met(f"{STORY}/amp", "Ringkas.")) is None
    assert known.repeats(met()) is None
    known.remember("a" * 32, "sha256:lain", f"{STORY}/amp", STORY)
    assert known.repeats(met()) == "unchanged"


def test_tracking_parameters_make_no_variant() -> None:
    known = KnownStories()
    known.repeats(met())
    assert known.repeats(met(f"{STORY}/?utm_source=x", "Panen usai.")) is None
