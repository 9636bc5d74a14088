from __future__ import annotations

from collections.abc import Iterator

import pytest

from xinhua_id import items
from xinhua_id.demo import dumps
from xinhua_id.demo.gold import GoldStory
from xinhua_id.demo.score import score
from xinhua_id.demo.site import Replica
from xinhua_id.text import content_digest


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(60) as found:
        yield found


def item(story: GoldStory, base: str, **changed: object) -> items.Article:
    """Return the item a perfect reader would make of the page."""
    line = story.dateline
    text = "\n\n".join(story.paragraphs)
    values: dict[str, object] = {
        "id": story.path, "url": base + story.path, "canonical_url": None, "site": story.site, "provider": None,
        "origin": story.origin, "origin_evidence": [], "headline": story.headline, "lead": story.lead,
        "dateline": line and items.Dateline(
            raw=line.raw, place=line.place, country=line.country, agencies=list(line.agencies), date_raw=line.date_raw
        ),
        "byline": story.byline, "authors": list(story.authors), "editor": story.editor, "translator": story.translator,
        "date_published": story.date_published, "date_published_raw": None, "date_modified": None,
        "date_modified_raw": None, "event_date": None, "language": "id", "section": story.section,
        "tags": list(story.tags), "paragraphs": list(story.paragraphs), "text": text,
        "images": [
            items.Image(url=None, caption=one.caption, credit=one.credit, photographer=one.photographer)
            for one in story.images
        ],
        "part": None, "removed": [], "content_digest": content_digest(text), "capture": None,
        "extraction": items.Extraction(version="0", source=None, layout=None, method="structure"),
        "rights": items.Rights(holder=None, notice=None, terms_url=None, tdm_reservation=None),
        **changed,
    }  # fmt: skip
    return items.Article.model_validate(values)


def test_a_perfect_reader_scores_full(replica: Replica) -> None:
    found = score([item(story, replica.sites[story.site]) for story in replica.gold], replica.gold, replica.sites)
    assert found.exact
    assert (found.missing, found.extra, found.different) == ([], [], [])
    assert set(found.fields.values()) == {(60, 60)}
    assert "60 of 60 stories equal" in found.report()


def test_a_wrong_paragraph_shows_as_a_difference(replica: Replica) -> None:
    story = next(one for one in replica.gold if one.fault is None)
    spoilt = item(story, replica.sites[story.site], paragraphs=[*story.paragraphs, "Iklan"])
    found = score([spoilt], replica.gold, replica.sites)
    assert not found.exact
    assert "+Iklan" in str(found.different[0])
    assert "+Iklan" in found.report()


def test_missing_and_extra_stories_are_named(replica: Replica) -> None:
    story = replica.gold[0]
    stranger = item(story, "http://127.0.0.1:1")
    found = score([stranger], replica.gold, replica.sites)
    assert len(found.missing) == 60
    assert found.extra == [stranger.url]


def test_the_same_story_twice_is_extra(replica: Replica) -> None:
    story = replica.gold[0]
    one = item(story, replica.sites[story.site])
    assert score([one, one], replica.gold, replica.sites).extra == [one.url]


def test_a_field_that_disagrees_is_counted_and_shown(replica: Replica) -> None:
    story = next(one for one in replica.gold if one.fault is None)
    found = score([item(story, replica.sites[story.site], headline="Lain")], replica.gold, replica.sites)
    assert found.fields["headline"] == (0, 1)
    assert "Lain" in found.disagreements["headline"][0]


def test_a_story_lost_with_its_answer_is_counted_apart(replica: Replica) -> None:
    kept = [story for story in replica.gold if story.fault is None]
    found = score([item(story, replica.sites[story.site]) for story in kept], replica.gold, replica.sites)
    assert found.exact
    assert len(found.faulty_missing) == len(replica.gold) - 60


def test_no_items_are_not_exact() -> None:
    assert not score([], [], {}).exact


def test_a_dump_has_the_parts_of_its_shape(replica: Replica) -> None:
    story = next(one for one in replica.gold if one.layout == "shape-a" and one.lead and one.fault is None)
    older = dumps.shape_a(story).split("\n\n")
    assert older[:2] == ["Banner", story.headline]
    assert older[-2:] == ["Banner", "Iklan"]
    assert [line for line in older if line in story.paragraphs] == list(story.paragraphs)
    newer = dumps.shape_b(story, replica.gold[1:3]).split("\n")
    assert newer[0] == story.headline
    assert "Berita Terkait" in newer
