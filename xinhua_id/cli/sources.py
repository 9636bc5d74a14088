"""`xinhua-id sources`: which sites are described, what is known of one, and whether its description fits a page.

Thin: it loads, extracts and prints. What a check of a live page fetches goes through a real crawl of that one page,
with all its manners, into a folder that is thrown away.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xinhua_id import sources, urls
from xinhua_id.cli import saved
from xinhua_id.errors import NotAnArticle, UsageError, XinhuaIdError
from xinhua_id.extraction import extract
from xinhua_id.items import Article, Page
from xinhua_id.sources import Discovery, Layout, Source

_LIST_EPILOG = """
Example: `xinhua-id sources list`
"""
_SHOW_EPILOG = """
Example: `xinhua-id sources show antaranews`
"""
_CHECK_EPILOG = """
Examples:

`xinhua-id sources check my-site.toml` (is the TOML right?)

`xinhua-id sources check indonesiawindow page.html` (do its layouts fit this page?)

`xinhua-id sources check indonesiawindow https://indonesiawindow.com/?p=36012` (needs XINHUA_ID_CONTACT)
"""
_PERMISSION = {
    "open": "open: nothing is known that forbids a polite crawl",
    "ask": "ask: the terms forbid automated collection without the publisher's permission",
}

commands = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="The described sites.")


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(commands, name="sources")


@commands.command("list", epilog=_LIST_EPILOG)
def list_all() -> None:
    """List the sources that come with the project."""
    table = Table(box=None, pad_edge=False)
    for column in ("Name", "Site", "Hosts", "Permission", "Verified", "Layouts"):
        table.add_column(column, no_wrap=column in ("Name", "Hosts", "Permission"))
    for source in sources.shipped():
        hosts = source.hosts[0] + (f" +{len(source.hosts) - 1}" if len(source.hosts) > 1 else "")
        layouts = ", ".join(layout.name for layout in source.layout)
        table.add_row(source.name, source.title, hosts, source.permission, _yes(source.verified), layouts)
    _out().print(table)


@commands.command(epilog=_SHOW_EPILOG)
def show(name: Annotated[str, typer.Argument(help="Name of a source, or the path of its TOML.")]) -> None:
    """Show what a source says of its site."""
    _show(_out(), sources.get(name))


@commands.command(epilog=_CHECK_EPILOG)
def check(
    name: Annotated[str, typer.Argument(help="Name of a source, or the path of its TOML.")],
    page: Annotated[str | None, typer.Argument(metavar="[URL|FILE]", help="A page of the site to try it on.")] = None,
) -> None:
    """Check a source: its TOML, and with a page, whether its layouts fit and what they give.

    Ends with 1 where the page gives no article, or none by a layout of the source.
    """
    source = sources.get(name)
    out = _out()
    if page is None:
        out.print(f"[green]{escape(source.label)}[/] is right: {len(source.layout)} layouts, {_ways(source)}.")
        return
    if not _fits(out, source, _live(source, page) if "://" in page else _saved(page)):
        raise typer.Exit(1)


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


def _fits(out: Console, source: Source, page: Page) -> bool:
    """Print what each layout gives on a page, then what the source gives; return whether a layout fits."""
    for layout in source.layout:
        article = _article(page, source.model_copy(update={"layout": (layout,)}))
        fits = isinstance(article, Article) and article.extraction.layout == layout.name
        out.print(f"layout {escape(layout.name)}: " + ("[green]fits[/]" if fits else "does not fit"))
    article = _article(page, source)
    if isinstance(article, NotAnArticle):
        out.print(f"[red]no article[/] ({escape(article.reason)}): {escape(article.what)}")
        return False
    removed = Counter(one.rule for one in article.removed)
    rules = ", ".join(f"{rule} {times}" for rule, times in removed.most_common()) or "nothing"
    by_layout = article.extraction.method == "layout"
    table = Table.grid(padding=(0, 2))
    for key, value in (
        ("Read by", f"layout {article.extraction.layout}" if by_layout else "structure: no layout fits"),
        ("Headline", article.headline),
        ("Published", article.date_published_raw or "the page does not say"),
        ("Byline", article.byline or ""),
        ("Origin", f"{article.origin.value} ({'; '.join(article.origin_evidence) or 'no evidence'})"),
        ("Paragraphs", f"{len(article.paragraphs)}, {len(article.text)} characters"),
        ("Images", str(len(article.images))),
        ("Removed", rules),
    ):
        if value:
            table.add_row(f"[bold]{key}[/]", escape(value))
    out.print(table)
    return by_layout


def _article(page: Page, source: Source) -> Article | NotAnArticle:
    try:
        return extract(page, source)
    except NotAnArticle as error:
        return error


def _saved(name: str) -> Page:
    body = saved.read(name)
    if body.startswith(b"WARC/"):
        raise UsageError("a WARC is no page", where=name, now="`xinhua-id extract` reads it, with --source.")
    return Page(url=None, body=body)


def _live(source: Source, url: str) -> Page:
    """Fetch one page as a crawl would: contact, permission, robots.txt and pauses count; nothing is followed."""
    from xinhua_id.archive.pages import pages
    from xinhua_id.crawl.target import Target
    from xinhua_id.spiders import process

    address = urls.absolute(url, url)
    if address is None or not source.owns(address):
        raise UsageError(
            f"{url} does not stand on a host of {source.name}", where=", ".join(source.hosts),
            now="Give a page of the site, or a saved file.",
        )  # fmt: skip
    alone = source.model_copy(update={"discovery": Discovery(deny=(".",), delay=source.discovery.delay)})
    with tempfile.TemporaryDirectory(prefix="xinhua-id-check-") as folder:
        target = Target(source.name, alone, (address,))
        (crawled,) = process.crawl([target], settings={"XINHUA_ID_ARCHIVE": folder})
        if crawled.error is not None:
            raise crawled.error
        for warc in sorted(Path(folder).rglob("*.warc.gz")):
            for page in pages(warc):
                if page.url == address and 200 <= page.status < 300:
                    return page
    outcomes = (key.removeprefix("outcome/") for key in crawled.stats if key.startswith("outcome/"))
    reasons = ", ".join(sorted(key for key in outcomes if "/" in key and key != "listing/robots"))
    raise XinhuaIdError(
        f"no page came back: {reasons or crawled.reason}", where=address,
        now="Open it in a browser; where it redirects, check the address it leads to.",
    )  # fmt: skip


def _layout(layout: Layout) -> str:
    years = f"seen {layout.seen}" if layout.seen else "never seen"
    return f"{layout.name} ({years}{f', gone after {layout.until}' if layout.until else ''}): {layout.body}"


def _ways(source: Source) -> str:
    found = source.discovery
    begin = len((*found.listings, *found.sitemaps, *found.feeds, *found.rest))
    return f"{begin} {'place' if begin == 1 else 'places'} to begin at"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _out() -> Console:
    return Console(highlight=False, soft_wrap=True)
