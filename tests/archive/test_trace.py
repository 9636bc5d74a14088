"""From an item back to its record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.warc.exchanges import SAID, exchange
from xinhua_id.archive.trace import trace
from xinhua_id.errors import BadRecord
from xinhua_id.items import Article, Capture
from xinhua_id.warc.writer import WarcWriter


@pytest.fixture
def item(tmp_path: Path) -> Article:
    out = WarcWriter(tmp_path / "contoh" / "warc", source="contoh", info={})
    out.write(exchange(SAID + b" lain"))
    capture = out.write(exchange())
    out.close()
    known: dict[str, Any] = {"id": "a", "url": "http://contoh.id/panen#atas", "capture": capture}
    return Article.model_construct(**known)


def changed(item: Article, **what: object) -> Article:
    assert item.capture is not None
    return item.model_copy(update={"capture": item.capture.model_copy(update=what)})


def test_an_item_leads_to_its_record(item: Article, tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "contoh", tmp_path / "contoh" / "warc"):
        assert trace(item, root).content == SAID


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"record_id": "<urn:uuid:lain>"}, "record id"),
        ({"payload_digest": "sha1:LAIN"}, "payload digest"),
        ({"offset": 3}, "torn"),
        ({"file": "lain.warc.gz"}, "not there"),
    ],
)
def test_a_capture_that_does_not_fit_is_refused(
    item: Article, tmp_path: Path, what: dict[str, object], message: str
) -> None:
    with pytest.raises(BadRecord, match=message):
        trace(changed(item, **what), tmp_path)


def test_another_url_is_refused(item: Article, tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="URL"):
        trace(item.model_copy(update={"url": "http://contoh.id/lain"}), tmp_path)


def test_bytes_that_changed_are_found(item: Article, tmp_path: Path) -> None:
    """Same length, same header, another body: only the digest of the bytes can tell."""
    out = WarcWriter(tmp_path / "palsu" / "warc", source="palsu", info={})
    forged = out.write(exchange(SAID.replace(b"panen", b"tanam")))
    out.close()
    assert isinstance(forged, Capture)
    assert item.capture is not None
    with pytest.raises(BadRecord, match="digest"):
        trace(
            item.model_copy(
                update={"capture": forged.model_copy(update={"payload_digest": item.capture.payload_digest})}
            ),
            tmp_path,
        )


def test_an_item_without_a_capture_says_so(item: Article, tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="no capture"):
        trace(item.model_copy(update={"capture": None}), tmp_path)
