"""`xinhua-id archive backup` and `restore`: the catalogue into one file and back. Thin: it asks and prints."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id.cli.options import ArchiveFolder, CatalogueUrl

_BACKUP = """Copy the catalogue into one file, while crawls go on, and check the copy.

The WARC files and the items are backed up by copying them; the run ledger stands in the catalogue alone. The file's
SHA-256 is printed as `sha256sum` prints it.

**Examples**

    xinhua-id archive backup /backup/catalogue-2026-01-09.sqlite

    xinhua-id archive backup catalogue.bak > catalogue.bak.sha256
"""
_RESTORE = """Put a backup in the catalogue's place. No crawl may be under way.

The catalogue that was there is kept as `catalogue.sqlite.before-<time>`. What was captured after the backup is entered
again by `archive recover`, or by the next crawl of each site.

**Example**

    xinhua-id archive restore /backup/catalogue-2026-01-09.sqlite && xinhua-id archive recover
"""


def register(archive: typer.Typer) -> None:
    """Add both commands."""
    archive.command("backup", help=_BACKUP)(backup)
    archive.command("restore", help=_RESTORE)(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes; a file that is there is never written over.")],
    archive: ArchiveFolder = Path("archives"),
    catalogue_url: CatalogueUrl = None,
) -> None:
    """Back the catalogue up."""
    from xinhua_id.archive import backup as backups
    from xinhua_id.cli.consoles import size

    _refuse_a_server(catalogue_url, "Copy it with `pg_dump --format=custom`, which may run while crawls go on.")
    made = backups.backup(archive, file)
    print(f"{made.sha256}  {made.path}")
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"{size(made.bytes)}, checked.")


def _refuse_a_server(url: str | None, now: str) -> None:
    """Raise `UsageError` where the catalogue is in PostgreSQL, whose own tools copy it."""
    from xinhua_id.errors import UsageError

    if url:
        raise UsageError("the catalogue is in PostgreSQL, and no file", now=now)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `archive backup` made.")],
    archive: ArchiveFolder = Path("archives"),
    catalogue_url: CatalogueUrl = None,
) -> None:
    """Restore the catalogue."""
    from xinhua_id.archive import backup as backups

    _refuse_a_server(
        catalogue_url, "Use `pg_restore --clean --if-exists` while nobody crawls, then run `xinhua-id archive recover`."
    )
    kept = backups.restore(archive, file, dt.datetime.now(dt.UTC))
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    talk.print(f"The catalogue is that of {escape(str(file))}.")
    if kept is not None:
        talk.print(f"The one that was there is kept as {escape(kept.name)}.")
    talk.print("`xinhua-id archive recover` enters what was captured since.")
