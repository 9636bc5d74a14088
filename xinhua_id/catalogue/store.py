"""tmp"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert

from xinhua_id.catalogue.tables import metadata
from xinhua_id.errors import ArchiveError


class Catalogue:
    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self._c = engine.connect()

    @classmethod
    def open(cls, archive: Path) -> Catalogue:
        archive.mkdir(parents=True, exist_ok=True)
        engine = create_engine(f"sqlite:///{archive / 'catalogue.sqlite'}")

        @event.listens_for(engine, "connect")
        def pragmas(c: Any, _: Any) -> None:
            c.execute("PRAGMA journal_mode=WAL")
            c.execute("PRAGMA synchronous=FULL")

        metadata.create_all(engine)
        return cls(engine)

    @classmethod
    def open_to_read(cls, archive: Path) -> Catalogue:
        if not (archive / "catalogue.sqlite").exists():
            raise ArchiveError("none")
        return cls.open(archive)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.engine.begin() as c:
            yield c

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        yield self._c
        self._c.rollback()

    def close(self) -> None:
        self._c.close()
        self.engine.dispose()


def put(connection: Connection, table: Table, rows: Any) -> None:
    if rows:
        s = insert(table)
        keys = [c.name for c in table.primary_key]
        up = {c.name: s.excluded[c.name] for c in table.c if c.name not in keys}
        connection.execute(s.on_conflict_do_update(index_elements=keys, set_=up), [asdict(r) for r in rows])
