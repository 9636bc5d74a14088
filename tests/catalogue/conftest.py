from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xinhua_id.catalogue.store import Catalogue


@pytest.fixture
def catalogue(tmp_path: Path, database: str | None) -> Iterator[Catalogue]:
    opened = Catalogue.open(tmp_path / "arsip", database)
    yield opened
    opened.close()


@pytest.fixture
def file_catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """One in a SQLite file, for what concerns files alone."""
    opened = Catalogue.open(tmp_path / "arsip")
    yield opened
    opened.close()
