"""`xinhua-id sources new`: the draft of a source from a page or two of its site.

Thin: pages are read or fetched, `xinhua_id.drafting` drafts, and what to do next is said.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from xinhua_id import sources, urls
from xinhua_id.cli import consoles, files, saved
from xinhua_id.errors import NotAnArticle, UsageError, XinhuaIdError
from xinhua_id.items import Page
from xinhua_id.sources import Source

_EPILOG = """
Examples:

`xinhua-id sources new page.html another.html --url https://warta.example/berita/1/pagi`

`xinhua-id sources new https://warta.example/berita/1/pagi --name warta` (needs XINHUA_ID_CONTACT)
"""


def register(commands: typer.Typer) -> None:
    """Add the command to the group."""
    commands.command("new", epilog=_EPILOG)(new)


def new(
    pages: Annotated[
        list[str], typer.Argument(metavar="URL|FILE…", help="Stories of one site: saved pages, or addresses.")
    ],
    url: Annotated[
        str | None, typer.Option(help="Where the first saved page came from, if it does not say so.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the source; without it, the site's.")] = None,
    into: Annotated[Path, typer.Option(help="Folder to write into.")] = Path(),
) -> None:
    """Draft a source from stories of its site: its TOML, and a test that fails until a person has checked it.

    Two pages are better than one: what is the same on both belongs to the layout. No file is overwritten.
    """
    from xinhua_id.drafting.draft import draft
    from xinhua_id.drafting.files import files as files_of

    given = _given(pages, url)
    try:
        made = draft(given, name)
    except NotAnArticle as error:
        raise NotAnArticle(
            error.reason, error.what, where=error.where,
            now="`xinhua-id extract PAGE --as html` shows how it is read; give a story's page.",
        ) from error  # fmt: skip
    if not made.source.layout:
        raise XinhuaIdError(
            "no selectors name the story's elements", where=", ".join(made.undescribed),
            now="Structure reads the pages all the same. Give other pages, or write the TOML by hand: docs/sources.md.",
        )  # fmt: skip
    written = files.write_new(into, files_of(made))
    for left in made.undescribed:
        consoles.uncut(stderr=True).print(
            f"[yellow]no layout reads {escape(left)}[/] as structure does; its gold is what structure gives."
        )
    _say(made.source, written)


def _given(names: list[str], url: str | None) -> list[Page]:
    live = [name for name in names if "://" in name]
    if live and (url is not None or len(live) < len(names)):
        raise UsageError("addresses and files together", now="Give addresses alone, or files with --url.")
    if live:
        return _fetched(live)
    if url is not None and urls.absolute(url, url) is None:
        raise UsageError(f"--url: not an address: {url!r}", now="Write it whole: https://example.id/berita/1.")
    return [Page(url=url if at == 0 else None, body=_saved(name)) for at, name in enumerate(names)]


def _saved(name: str) -> bytes:
    body = saved.read(name)
    if body.startswith(b"WARC/"):
        raise UsageError("a WARC is no page", where=name, now="Save a page or two of the site from the browser.")
    return body


def _fetched(addresses: list[str]) -> list[Page]:
    """Fetch live pages; a source that owns the host already says whether it may be crawled."""
    from xinhua_id.cli.live import fetch
    from xinhua_id.drafting.draft import name_of

    host = urls.host(addresses[0])
    source = sources.match(addresses[0])
    if source is None and host:
        base = addresses[0][: addresses[0].index("://") + 3] + host
        source = Source(name=name_of(base), title=host, base=base, hosts=(host,), permission="open", verified=False)
    if source is None:
        raise UsageError(f"not an address: {addresses[0]!r}", now="Write it whole: https://example.id/berita/1.")
    return fetch(source, addresses)


def _say(source: Source, written: list[Path]) -> None:
    """Print what was written, what it says, and what is to be done with it."""
    out = consoles.uncut()
    toml, test, *others = written
    for layout in source.layout:
        out.print(f"layout [bold]{layout.name}[/]: headline {escape(layout.headline)}, body {escape(layout.body)}")
    out.print("Written: " + ", ".join(escape(str(path)) for path in written))
    pages = " and ".join(escape(path.name) for path in others if path.suffix == ".html")
    for step in (
        f"Open {pages} in a browser, check the gold beside it, and set `checked` and `checked_by` there.",
        f"Run the test: pytest {escape(str(test))}",
        f"Read the site's terms, and set `permission` and `verified` in {escape(toml.name)}.",
        f"Try it on other pages: xinhua-id sources check {escape(str(toml))} PAGE",
        f"Crawl a little: xinhua-id crawl {escape(str(toml))} --limit 5",
    ):
        out.print(f"→ {step}")
