"""`xinhua-id archive stats`: how much there is, by site and in all. Thin: the catalogue counts."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xinhua_id.cli.options import ArchiveFolder, CatalogueUrl

if TYPE_CHECKING:
    from rich.table import Table

    from xinhua_id.catalogue.figures import Figures

_HELP = """Count captures, revisits, stories, runs and files, by site and in all.

`--json` gives every figure: `{"sites": […], "all": {…}}`.

**Examples**

    xinhua-id archive stats

    xinhua-id archive stats indonesiawindow --json
"""


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("stats", help=_HELP)(stats)


def stats(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to count; all without one.")] = None,
    archive: ArchiveFolder = Path("archives"),
    catalogue_url: CatalogueUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every figure, as JSON on stdout.")] = False,
) -> None:
    """Print the figures."""
    from xinhua_id.catalogue import figures
    from xinhua_id.catalogue.store import Catalogue
    from xinhua_id.cli import consoles
    from xinhua_id.errors import UsageError

    catalogue = Catalogue.open_to_read(archive, catalogue_url)
    try:
        with catalogue.reading() as connection:
            known = figures.sites(connection)
            for site in sites or ():
                if site not in known:
                    raise UsageError(
                        f"the catalogue knows no site {site!r}", where=str(archive),
                        now=f"It knows {', '.join(known) or 'none'}.",
                    )  # fmt: skip
            found = [figures.of(connection, site) for site in sites or known]
            everything = figures.of(connection)
    finally:
        catalogue.close()
    if as_json:
        said = {"sites": [_plain(one) for one in found], **({} if sites else {"all": _plain(everything)})}
        print(json.dumps(said, indent=2, ensure_ascii=False))
    else:
        consoles.uncut().print(_table(found if sites or len(found) == 1 else [*found, everything]))


def _table(found: list[Figures]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    from xinhua_id.cli.consoles import size

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Site")
    for name in ("Captures", "Revisits", "Saved", "Stories", "Versions", "Sources", "Runs", "Files", "Bytes"):
        table.add_column(name, justify="right")
    table.add_column("From")
    table.add_column("To")
    for one in found:
        counted = (one.captures, one.revisits, size(one.saved), one.stories, one.versions, len(one.sources), one.runs)
        days = [moment.date().isoformat() if moment else "" for moment in (one.first, one.last)]
        name = escape(one.site) if one.site else "[bold]all[/]"
        table.add_row(name, *map(str, counted), str(one.files), size(one.bytes), *days)
    return table


def _plain(one: Figures) -> dict[str, Any]:
    moments = {"first": one.first, "last": one.last}
    return {**dataclasses.asdict(one), **{name: when and when.isoformat() for name, when in moments.items()}}
