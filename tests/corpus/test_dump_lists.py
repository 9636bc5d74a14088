"""Lists of dumps, read."""

from __future__ import annotations

import json

from tests.extraction.stories import BODY, HEADLINE, article
from xinhua_id.corpus.dump_lists import ReadDump, is_json_lines, read_dumps, read_json_lines
from xinhua_id.extraction.dump_list import Dump

STORY = "\n".join([HEADLINE, *BODY])


def outcome(dump: ReadDump) -> tuple[int, str | None]:
    return dump.number, dump.reason


def test_each_dump_is_an_article_or_a_reason() -> None:
    found = list(read_dumps([Dump(STORY, "https://indonesiawindow.com/a/"), Dump("rusak"), Dump(STORY)]))
    assert list(map(outcome, found)) == [(1, None), (2, "no-body"), (3, None)]
    assert found[0].article is not None
    assert found[0].article.site == "indonesiawindow"
    assert found[2].article is not None
    assert found[2].article.url is None


def test_the_fields_of_known_collections_are_read() -> None:
    records = [
        {"text": STORY, "url": "https://kabar.example.id/1"},
        {"raw_content": STORY, "meta": {"url": "https://kabar.example.id/2"}},
        {"content": STORY, "warc_headers": {"warc-target-uri": "https://kabar.example.id/3"}},
        {"title": HEADLINE, "maintext": "\n".join(BODY), "url": "bukan alamat"},
        {"raw_content": article(), "url": "https://kabar.example.id/5"},
    ]
    found = [dump.article for dump in read_json_lines(json.dumps(record) for record in records)]
    assert [item and item.headline for item in found] == [HEADLINE] * 5
    assert [item and item.paragraphs for item in found] == [BODY] * 5
    assert [item and item.url for item in found] == [
        *(f"https://kabar.example.id/{number}" for number in (1, 2, 3)), None, "https://kabar.example.id/5",
    ]  # fmt: skip


def test_broken_lines_are_counted_and_the_others_read() -> None:
    lines = ["{rusak", "[1]", "", '{"url": "https://kabar.example.id/"}', json.dumps({"text": STORY})]
    assert list(map(outcome, read_json_lines(lines))) == [(1, "not-json"), (2, "not-json"), (3, "no-text"), (4, None)]


def test_json_lines_are_known_by_their_first_line() -> None:
    assert is_json_lines('\n{"id": 1, "text": "…"}\n')
    assert not is_json_lines('{"id": 1}\n')
    assert not is_json_lines(STORY)
