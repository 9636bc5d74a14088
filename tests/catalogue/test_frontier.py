"""No question that a run asks of a large frontier looks at all of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import event

from xinhua_id.catalogue import frontier
from xinhua_id.catalogue.rows import RoundRow
from xinhua_id.catalogue.store import Catalogue

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def test_what_waits_of_other_scopes_is_found_by_the_indexes(file_catalogue: Catalogue) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with file_catalogue.begin() as connection:
        for number, scope in enumerate(("", "benih-1", "benih-2", "at-replika")):
            frontier.put_round(connection, RoundRow("contoh", scope, number, "", NOON, NOON, None, 0.0, None))
        event.listen(file_catalogue.engine, "before_cursor_execute", note)
        frontier.gather(connection, "contoh", "")
        event.remove(file_catalogue.engine, "before_cursor_execute", note)
        changes = [one for one in asked if one[0].startswith("UPDATE")]
        plans = [
            " ".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given))
            for text, given in changes
        ]
    assert len(plans) == 4  # of both seeds' crawls, what waits and what is to be asked for again
    assert all("(site=? AND scope=?" in plan for plan in plans)
