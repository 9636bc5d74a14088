from __future__ import annotations

import datetime as dt
import random
import re
import subprocess
import sys

import pytest

from xinhua_id.demo import calendar_id, grammar
from xinhua_id.demo.newsroom import Kind, Newsroom, Story, asides
from xinhua_id.demo.topics import topics
from xinhua_id.text import clean

MOMENT = dt.datetime(2023, 1, 9, 12, 30, tzinfo=calendar_id.WIB)


def stories(count: int, seed: int = 7) -> list[Story]:
    newsroom = Newsroom(seed)
    return [newsroom.write(MOMENT + dt.timedelta(hours=9 * at), cites=at % 5 == 0) for at in range(count)]


def test_the_same_seed_writes_the_same_stories() -> None:
    assert stories(40) == stories(40)


def test_another_seed_writes_other_stories() -> None:
    assert not {one.blocks for one in stories(40)} & {one.blocks for one in stories(40, seed=8)}


def test_headlines_and_bodies_never_repeat() -> None:
    found = stories(400)
    assert len({one.headline for one in found}) == 400
    assert len({one.blocks for one in found}) == 400


def test_no_template_shows_through() -> None:
    for story in stories(400):
        written = [story.headline, story.lead or "", *(block.text for block in story.blocks)]
        written += [caption.text for caption in story.captions]
        for text in written:
            assert not re.search(r"[{}\[\]|]", text), text
            assert text == clean(text)


def test_sentences_begin_with_a_capital_and_end_with_a_stop() -> None:
    for story in stories(200):
        for block in story.blocks:
            if block.kind in (Kind.PARAGRAPH, Kind.LINK):
                assert re.match(r'["“]?[A-Z0-9]', block.text), block.text
                assert block.text.rstrip('"').endswith((".", "?", ":", "!")), block.text


def test_stories_differ_in_length_and_build() -> None:
    found = stories(300)
    assert {len(one.blocks) for one in found} >= set(range(5, 11))
    assert {block.kind for one in found for block in one.blocks} == set(Kind)
    assert {one.topic for one in found} == {topic.name for topic in topics()}


def test_every_story_that_cites_the_agency_names_it() -> None:
    newsroom = Newsroom(3)
    for _ in range(30):
        assert any("Xinhua" in block.text for block in newsroom.write(MOMENT, cites=True).blocks)
        assert not any("Xinhua" in block.text for block in newsroom.write(MOMENT).blocks)


def test_paragraphs_that_look_like_boilerplate_are_there() -> None:
    text = "\n".join(block.text for one in stories(300) for block in one.blocks)
    for word in ("Iklan ", "Banner ", "Komentar ", "aca juga", "Selanjutnya", "Halaman ", "Sumber ", "Foto-foto"):
        assert word in text


def test_a_moment_is_written_as_indonesian_pages_write_it() -> None:
    assert calendar_id.full(MOMENT) == "Senin, 9 Januari 2023 12:30 WIB"
    assert calendar_id.wire_day(MOMENT) == "Senin (9/1)"
    assert calendar_id.english_short(MOMENT) == "09 Jan 2023"
    assert calendar_id.rfc822(MOMENT) == "Mon, 09 Jan 2023 12:30:00 +0700"


def test_a_grammar_fills_facts_numbers_and_choices() -> None:
    rng = random.Random(1)
    assert grammar.write("{who} [lari|lari]", {"who": "ayam"}, rng) == "Ayam lari"
    assert grammar.write("{num:1200:1200} orang", {}, rng) == "1.200 orang"
    assert re.fullmatch(r"[3-5],[1-9] persen", grammar.write("{dec:3:6} persen", {}, rng))


def test_a_fact_nobody_gave_is_an_error() -> None:
    with pytest.raises(KeyError):
        grammar.write("{nobody}", {}, random.Random(1))


def test_every_topic_has_alternatives_to_choose_from() -> None:
    for topic in topics():
        assert len(topic.beats) >= 8
        assert all(len(beat) >= 2 for beat in topic.beats)
    assert all(len(set(templates)) == len(templates) >= 3 for templates in asides().values())


def test_the_hash_seed_of_python_changes_nothing() -> None:
    code = (
        "import hashlib; from xinhua_id.demo.site import Replica\n"
        "with Replica(60) as r:\n"
        "    print(hashlib.sha256('\\n'.join(g.to_json() for g in r.gold).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "4711")
    }
    assert len(digests) == 1
    assert len(digests.pop()) == 65
