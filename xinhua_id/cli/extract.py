"""`xinhua-id extract`: articles out of saved pages, text dumps and WARC files.

Thin: it tells what an input is, has it read, and prints. Items go to stdout, talk to stderr.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id import sources
from xinhua_id.corpus.reextract import reread
from xinhua_id.errors import BadRecord, NotAnArticle, UsageError
from xinhua_id.extraction import extract, extract_text
from xinhua_id.extraction.decode import decode
from xinhua_id.items import Article, Outcome, Page
from xinhua_id.sources import Source

_EPILOG = """
Examples:

`xinhua-id extract page.html --url https://indonesiawindow.com/?p=36012`

`xinhua-id extract dump.txt --as text`

`xinhua-id extract archives/indonesiawindow/warc/*.warc.gz > items.jsonl`

`curl -s https://… | xinhua-id extract - --url https://…`
"""
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<div", b"<p>", b"<p ", b"<article", b"<meta", b"<br")


class Form(StrEnum):
    """How articles are printed."""

    JSONL = "jsonl"
    TEXT = "text"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("extract", epilog=_EPILOG)(run)


def run(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT…", help="A page (.html, .html.gz), a text dump (.txt), a WARC, or -.")
    ],
    url: Annotated[str | None, typer.Option(help="Where the page came from; for one page or dump.")] = None,
    source: Annotated[
        str | None, typer.Option(help="The source whose layouts are tried; without it, the URL's or the WARC's.")
    ] = None,
    form: Annotated[Form, typer.Option("--as", help="jsonl: one item a line; text: headline and body.")] = Form.JSONL,
) -> None:
    """Print the articles of saved pages, text dumps or WARC files.

    A page that is no article says why. From a WARC, every record that is no item is counted by its outcome.
    """
    if url is not None and len(inputs) > 1:
        raise UsageError("--url belongs to one input", now="Extract the pages one by one, or from their WARC.")
    chosen = sources.get(source) if source else None
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    failures = 0
    for name in inputs:
        try:
            if _is_warc(name):
                _from_warc(Path(name), chosen, form, talk)
            else:
                _print(_from_file(name, url, chosen), form)
        except (NotAnArticle, BadRecord) as error:
            failures += 1
            talk.print(f"[red]{escape(name)}[/]: {escape(str(error))}")
    if failures:
        raise typer.Exit(1)


def _is_warc(name: str) -> bool:
    """Whether an input is a WARC, by its name or its first bytes."""
    if name == "-":
        return False
    if name.removesuffix(".open").endswith((".warc", ".warc.gz")):
        return True
    head = _bytes(name, 4096)
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, 16)
        except zlib.error:
            return False
    return head.startswith(b"WARC/")


def _from_warc(path: Path, source: Source | None, form: Form, talk: Console) -> None:
    counts: Counter[str] = Counter()
    _bytes(str(path), 1)
    try:
        for result in reread(path, source):
            counts[result.outcome if result.reason is None else f"{result.outcome.value} ({result.reason})"] += 1
            if result.article is not None:
                _print(result.article, form)
    finally:
        total = counts.total()
        parts = ", ".join(f"{number} {name}" for name, number in counts.most_common())
        talk.print(
            f"{escape(path.name)}: {total} records, {counts[Outcome.STORY]} stories" + (f" — {parts}" if parts else "")
        )


def _from_file(name: str, url: str | None, source: Source | None) -> Article:
    body = _bytes(name)
    if body.startswith(b"\x1f\x8b"):
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error) as error:
            raise UsageError(f"the gzip file is broken: {error}", where=name, now="Save it again.") from error
    chosen = source or (sources.match(url) if url else None)
    if any(mark in body[:262_144].lower() for mark in _MARKUP) or body[:5] == b"%PDF-":
        return extract(Page(url=url, body=body), chosen)
    return extract_text(decode(body), url=url, source=chosen)


def _bytes(name: str, size: int = -1) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read()
        with Path(name).open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}", now="Check the path.") from error


def _print(article: Article, form: Form) -> None:
    text = "\n\n".join([article.headline, *article.paragraphs]) + "\n"
    line = article.to_json() if form is Form.JSONL else text
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
