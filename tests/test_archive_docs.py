"""What the docs say of the archive is backed by tests: each that they name exists, and each feature names one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted(ROOT.glob("docs/archive*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    for file, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text(encoding="utf-8")):
        assert (ROOT / file).is_file(), file
        if name:
            assert re.search(rf"(?m)^def {name}\(", (ROOT / file).read_text(encoding="utf-8")), f"{file}::{name}"


def test_every_feature_names_the_test_that_backs_it() -> None:
    tables = [
        table
        for page in PAGES
        for table in re.findall(
            r"<!-- features: begin -->\n(.*?)<!-- features: end -->", page.read_text(encoding="utf-8"), re.DOTALL
        )
    ]
    assert tables
    for table in tables:
        head, _, *rows = table.strip().splitlines()
        for row in rows:
            assert row.count("|") == head.count("|"), row
            assert re.search(r"`tests/[\w/]+\.py::test_\w+`", row), row
