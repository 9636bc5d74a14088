"""Large sets and maps of fingerprints in little memory: a few dozen bytes an entry, where a dict takes 170.

A fingerprint is a signed number of 64 bits, such as the first digits of a digest or a `hash`. Holds them in SQLite's
memory, whose pages are as compact as arrays and need no growing all at once. Knows nothing of what they stand for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable


class Fingerprints:
    """A map from fingerprints to numbers of 64 bits, or a set of them where nobody gives the numbers."""

    def __init__(self, keys: Iterable[int] = ()) -> None:
        self._rows = sqlite3.connect(":memory:", isolation_level=None)
        # No statement is ever undone, and nothing outlives the process.
        self._rows.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE numbers (key INTEGER PRIMARY KEY, value INTEGER NOT NULL);"
        )
        self._rows.executemany("INSERT OR IGNORE INTO numbers VALUES (?, 0)", ((key,) for key in keys))

    def get(self, key: int) -> int | None:
        """Return the number of a fingerprint, None where it is unknown."""
        row: tuple[int] | None = self._rows.execute("SELECT value FROM numbers WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def put(self, key: int, value: int = 0) -> None:
        """Give a fingerprint a number, in the place of any that it had."""
        self._rows.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?)", (key, value))

    def __contains__(self, key: int) -> bool:
        return self.get(key) is not None

    def __len__(self) -> int:
        return int(self._rows.execute("SELECT count(*) FROM numbers").fetchone()[0])
