"""`xinhua-id sources`: which sites are described, and what is known of one; `sources_check` and `sources_new` do more.

Thin: it loads and prints.
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xinhua_id import sources
from xinhua_id.cli import consoles, sources_check, sources_new
from xinhua_id.sources import Layout, Source

_LIST_EPILOG = """
Example: `xinhua-id sources list`
"""
_SHOW_EPILOG = """
Example: `xinhua-id sources show antaranews`
"""
_PERMISSION = {
    "open": "open: nothing is known that forbids a polite crawl",
    "ask": "ask: the terms forbid automated collection without the publisher's permission",
}

commands = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="The described sites.")


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    sources_check.register(commands)
    sources_new.register(commands)
    app.add_typer(commands, name="sources")


@commands.command("list", epilog=_LIST_EPILOG)
def list_all() -> None:
    """List the sources that come with the project."""
    out = consoles.uncut()
    table = Table(box=None, pad_edge=False)
    for column in ("Name", "Site", "Hosts", "Permission", "Verified", "Layouts"):
        table.add_column(column, no_wrap=not out.is_terminal or column in ("Name", "Hosts", "Permission"))
    for source in sources.shipped():
        hosts = source.hosts[0] + (f" +{len(source.hosts) - 1}" if len(source.hosts) > 1 else "")
        layouts = ", ".join(layout.name for layout in source.layout)
        table.add_row(source.name, source.title, hosts, source.permission, _yes(source.verified), layouts)
    out.print(table)


@commands.command(epilog=_SHOW_EPILOG)
def show(name: Annotated[str, typer.Argument(help="Name of a source, or the path of its TOML.")]) -> None:
    """Show what a source says of its site."""
    _show(consoles.uncut(), sources.get(name))


def _show(out: Console, source: Source) -> None:
    table = Table.grid(padding=(0, 2))
    found = source.discovery
    for key, value in (
        ("Name", source.label),
        ("Site", f"{source.title}, {source.base}"),
        ("Hosts", ", ".join(source.hosts)),
        ("Permission", _PERMISSION[source.permission]),
        ("Verified", _yes(source.verified)),
        ("Language, zone", f"{source.language}, {source.timezone}"),
        ("Agency", source.agency or ""),
        ("In datelines", ", ".join(source.self_names)),
        ("Rights", ", ".join(part for part in (source.rights.holder, source.rights.terms_url) if part)),
        ("Notice", source.rights.notice or ""),
        ("Begins at", "  ".join((*found.rest, *found.sitemaps, *found.feeds, *found.listings)) or source.base),
        ("Stories", "  ".join(found.story) or "any page"),
        ("Listings", "  ".join(found.listing)),
        ("Never", "  ".join(found.deny)),
        ("Delay", f"{found.delay:g} s between requests to the live site"),
        ("Layouts", "\n".join(_layout(layout) for layout in source.layout)),
        ("Notes", source.notes.strip()),
    ):
        if value:
            table.add_row(f"[bold]{key}[/]", escape(value))
    out.print(table)


def _layout(layout: Layout) -> str:
    years = f"seen {layout.seen}" if layout.seen else "never seen"
    return f"{layout.name} ({years}{f', gone after {layout.until}' if layout.until else ''}): {layout.body}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
