"""What text dumps give, measured: no change may lose ground unseen."""

from __future__ import annotations

import pytest

from benchmarks.dumps import FROM_GOLD, FROM_PAGE, SEEDS, ShapeScore, measure

#: Shares of stories; what is lost in a shape for good stands in docs/extraction.md.
BODIES = {
    "shape a": 1.0, "shape b": 0.98, "in a page": 0.98, "numbered lines": 0.98, "bulleted lines": 0.98,
    "wrapped at 72": 0.98, "wrapped, printed pages": 0.98, "wrapped, no blank lines": 0.75, "shape b, glued": 0.94,
    "one line, glued": 0.94, "one line, blanks": 0.0, "browser": 0.95, "WET": 0.95, "lynx": 0.93, "w3m": 0.87,
    "html2text": 0.95, "get_text()": 0.93, 'get_text("\\n", strip)': 0.66,
}  # fmt: skip
F1, HEADLINES, LEADS, CAPTIONS, BYLINES = 0.975, 0.92, 0.88, 0.93, 0.83


@pytest.fixture(scope="module")
def scores() -> dict[str, ShapeScore]:
    return measure(SEEDS, 18)


@pytest.mark.parametrize("shape", [*FROM_GOLD, *FROM_PAGE])
def test_a_shape_keeps_its_floor(shape: str, scores: dict[str, ShapeScore]) -> None:
    score = scores[shape]
    assert score.total >= 3 * 18
    assert score.share_equal >= BODIES[shape]
    assert score.mean_f1 >= F1
    floors = {"headline": HEADLINES, "lead": LEADS, "dateline": 0.98, "captions": CAPTIONS, "byline": BYLINES}
    assert [name for name, floor in floors.items() if score.share(name) < floor] == []
