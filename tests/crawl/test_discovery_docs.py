"""What the docs say of traps is what the code counts."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_trap_is_documented_and_no_other() -> None:
    docs = (ROOT / "docs" / "crawl-discovery.md").read_text(encoding="utf-8")
    table = docs.partition("<!-- traps: begin -->")[2].partition("<!-- traps: end -->")[0]
    closed = (ROOT / "xinhua_id" / "crawl" / "discovery" / "closed.py").read_text(encoding="utf-8")
    traps = (ROOT / "xinhua_id" / "crawl" / "traps.py").read_text(encoding="utf-8")
    refusal = traps.partition("def refusal(")[2].partition("    def ")[0]
    counted = set(re.findall(r'return "(trap-\w+)"|"(trap-\w+)" if', closed))
    learnt = {f"trap-{name}" for name in re.findall(r'return "(\w+)"', refusal)}
    assert set(re.findall(r"(?m)^\| `(trap-\w+)` \|", table)) == {one or other for one, other in counted} | learnt
