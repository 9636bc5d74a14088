"""What once broke the extraction, as the fuzzer kept it in ``fuzz/found``, breaks it no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz import one_page
from xinhua_id.errors import NotAnArticle

FOUND = sorted(path for path in (Path(__file__).parents[2] / "fuzz" / "found").iterdir() if path.suffix != ".md")


def test_there_is_something_to_read_again() -> None:
    assert FOUND


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_an_input_that_broke_the_extraction_is_read(path: Path) -> None:
    one_page.check(path.read_bytes())


def test_a_fault_of_ours_is_told_from_a_page_that_is_no_article(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(body: bytes) -> None:
        raise NotAnArticle("", "no name")

    one_page.check(b"")
    monkeypatch.setattr(one_page, "_read", refuse)
    with pytest.raises(one_page.Broken, match="no name"):
        one_page.check(b"<p>")
