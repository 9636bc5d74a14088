"""`xinhua-id archive index`: the CDXJ index of each site, by which replay finds a capture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id.archive.index import update
from xinhua_id.archive.sites import sites_of
from xinhua_id.cli.options import ArchiveFolder

_HELP = """Bring the index of each site up to date: `archives/<site>/index.cdxj`, sorted, a line for each capture.

Only files that are not in it yet are read. 304 answers have no line, so that the page they stand for is replayed.

**Examples**

    xinhua-id archive index

    xinhua-id archive index indonesiawindow --rebuild
"""


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("index", help=_HELP)(index)


def index(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to index; all without one.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read every file again.")] = False,
    archive: ArchiveFolder = Path("archives"),
) -> None:
    """Index each site; exit with 1 where a file could not be read to its end."""
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    torn = False
    for home in sites_of(archive, sites):
        found = update(home, rebuild=rebuild)
        said = [f"{found.lines} lines", f"{len(found.added)} files read"]
        said += [f"{len(found.dropped)} files gone"] if found.dropped else []
        talk.print(f"{escape(home.name)}: {', '.join(said)}  [dim]{escape(str(found.path))}[/]")
        for name, why in found.torn.items():
            torn = True
            talk.print(f"  [red]{escape(name)}[/]: {escape(why)}")
    raise typer.Exit(1 if torn else 0)
