"""Outcomes, counted in a crawl's stats. Apart from visits, so that whoever only counts loads nothing of pages."""

from __future__ import annotations

from typing import Protocol

from xinhua_id.items import Outcome


class Counter(Protocol):
    """The part of a Scrapy stats collector that counting needs."""

    def inc_value(self, key: str, count: int = 1, start: int = 0) -> None:
        """Add to a counter."""


def count(stats: Counter, outcome: Outcome, reason: str | None = None) -> None:
    """Count one outcome: ``outcome/<outcome>`` and, where there is a reason, ``outcome/<outcome>/<reason>``."""
    stats.inc_value(f"outcome/{outcome.value}")
    if reason:
        stats.inc_value(f"outcome/{outcome.value}/{reason}")
