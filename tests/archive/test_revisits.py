"""From a revisit to the record that holds its payload, whatever the catalogue says of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.archive.commit import Committer
from xinhua_id.archive.revisits import OriginalRecords
from xinhua_id.catalogue.store import NAME, Catalogue
from xinhua_id.warc.reader import records


@pytest.mark.parametrize("change", ["", "file = 'asing.warc.gz'", '"offset" = 7', "record_id = '<x:y>'"])
def test_the_original_is_found_in_the_folder_where_the_catalogue_does_not_lead_to_it(
    tmp_path: Path, change: str
) -> None:
    catalogue = Catalogue.open(tmp_path)
    out = Committer(tmp_path / "contoh", "lari", catalogue, source="contoh", info={}, clock=lambda: WHEN)
    out.begin({})
    for path in ("a", "b"):
        out.exchange(exchange(SAID, url=f"http://contoh.id/{path}"))
    out.close("finished")
    catalogue.close()
    if change:
        with closing(sqlite3.connect(tmp_path / NAME)) as connection:
            connection.execute(f"UPDATE captures SET {change} WHERE type = 'response'")
            connection.commit()
    original, revisit = (one for one in records(out.writer.path) if one.type in {"response", "revisit"})
    found = OriginalRecords(tmp_path / "contoh/warc")
    assert found.of(revisit) == original
    assert found.find(revisit) == (out.writer.path, original)
