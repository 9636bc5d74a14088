from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xinhua_id.catalogue.store import Catalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue.open(tmp_path / "arsip")
    yield opened
    opened.close()
