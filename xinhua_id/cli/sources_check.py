"""`xinhua-id sources check`: whether a source's TOML is right, and whether its layouts fit a page.

Thin: it loads, has the page explained, and prints. A live page is fetched by `live`.
"""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xinhua_id import sources
from xinhua_id.cli import consoles, files, saved
from xinhua_id.errors import UsageError
from xinhua_id.extraction.explain import Explanation, explain
from xinhua_id.items import Article, Page
from xinhua_id.sources import Source

_EPILOG = """
Examples:

`xinhua-id sources check my-site.toml` (is the TOML right?)

`xinhua-id sources check indonesiawindow page.html` (do its layouts fit this page, and if not, why?)

`xinhua-id sources check indonesiawindow page.html --as html -o view.html` (the same to look at, block by block)

`xinhua-id sources check indonesiawindow https://indonesiawindow.com/?p=36012` (needs XINHUA_ID_CONTACT)
"""


class Form(StrEnum):
    """How a check is shown."""

    TEXT = "text"
    HTML = "html"


def register(commands: typer.Typer) -> None:
    """Add the command to the group."""
    commands.command("check", epilog=_EPILOG)(check)


def check(
    name: Annotated[str, typer.Argument(help="Name of a source, or the path of its TOML.")],
    page: Annotated[str | None, typer.Argument(metavar="[URL|FILE]", help="A page of the site to try it on.")] = None,
    form: Annotated[
        Form, typer.Option("--as", help="text: in words; html: one file that shows what became of every block.")
    ] = Form.TEXT,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the view to this file, not to stdout.")] = None,
) -> None:
    """Check a source: its TOML, and with a page, whether its layouts fit, why not, and what they give.

    Ends with 1 where the page gives no article, or none by a layout of the source.
    """
    if (page is None or form is Form.TEXT) and (out is not None or form is Form.HTML):
        raise UsageError("a view needs a page and --as html", now="Write: sources check NAME PAGE --as html -o FILE.")
    source = sources.get(name)
    if page is None:
        consoles.uncut().print(
            f"[green]{escape(source.label)}[/] is right: {_count(len(source.layout), 'layout')}, {_ways(source)}."
        )
        return
    explanation = explain(_page(source, page), source)
    if form is Form.HTML:
        from xinhua_id.view.page import Shown, render

        with ExitStack() as stack:
            file = stack.enter_context(files.opened(out)) if out else sys.stdout.buffer
            file.write(render([Shown(page, explanation)]).encode("utf-8", "replace"))
        _print(consoles.uncut(stderr=True), explanation)
    else:
        _print(consoles.uncut(), explanation)
    article = explanation.article
    if article is None or article.extraction.method != "layout":
        raise typer.Exit(1)


def _page(source: Source, name: str) -> Page:
    if "://" in name:
        from xinhua_id.cli import live

        return live.fetch(source, [name])[0]
    body = saved.read(name)
    if body.startswith(b"WARC/"):
        raise UsageError("a WARC is no page", where=name, now="`xinhua-id extract` reads it, with --source and --url.")
    return Page(url=None, body=body)


def _print(out: Console, explanation: Explanation) -> None:
    """Print why each layout fits or not, then what the source gives."""
    for trial in explanation.layouts:
        fits = "[green]fits[/]" if trial.fits else f"does not fit: {escape(trial.why)}"
        out.print(f"layout {escape(trial.name)}: {fits}")
    if explanation.article is not None:
        out.print(_table(explanation.article))
    elif explanation.refusal is not None:
        out.print(f"[red]no article[/] ({escape(explanation.refusal.reason)}): {escape(explanation.refusal.what)}")


def _table(article: Article) -> Table:
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
    return table


def _ways(source: Source) -> str:
    found = source.discovery
    return _count(len((*found.listings, *found.sitemaps, *found.feeds, *found.rest)), "place") + " to begin at"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
