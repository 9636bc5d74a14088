"""`xinhua-id extract`: articles out of saved pages, text dumps and WARC files.

Thin: it tells what an input is, has it read, and prints. Items go to stdout, talk to stderr.
"""

from __future__ import annotations

import codecs
import sys
import zlib
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id import sources, urls
from xinhua_id.cli import saved
from xinhua_id.corpus.reextract import reread
from xinhua_id.errors import BadRecord, UsageError, XinhuaIdError
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
#: How much of a file says what it is, bytes.
_START = 262_144
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b"))


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

    An input that gives no article says why, and the others are read. From a WARC, every
    record that is no item is counted by its outcome.
    """
    if url is not None and len(inputs) > 1:
        raise UsageError("--url belongs to one input", now="Extract the pages one by one, or from their WARC.")
    chosen, address = sources.get(source) if source else None, _address(url)
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    code = 0
    for name in inputs:
        try:
            if _is_warc(name):
                if url is not None:
                    raise UsageError("--url belongs to a page", now="Leave it out: the records of a WARC name theirs.")
                _from_warc(Path(name), chosen, form, talk)
            else:
                _print(_from_file(name, address, chosen), form)
        except XinhuaIdError as error:
            code = max(code, 2 if isinstance(error, UsageError) else 1)
            _say(talk, name, error)
    if code:
        raise typer.Exit(code)


def _is_warc(name: str) -> bool:
    """Whether an input is a WARC, by its name or its first bytes."""
    if name == "-":
        return False
    if name.removesuffix(".open").endswith((".warc", ".warc.gz")):
        return True
    head = saved.head(name, 4096)
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, 16)
        except zlib.error:
            return False
    return head.startswith(b"WARC/")


def _from_warc(path: Path, source: Source | None, form: Form, talk: Console) -> None:
    counts: Counter[str] = Counter()
    if not saved.head(str(path), 1):
        raise BadRecord("the file is empty", where=str(path), now="A crawl that was killed at once leaves such a file.")
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
    body = saved.read(name)
    if body.startswith(b"WARC/"):
        raise UsageError("a WARC cannot be read from here", where=name, now="Give the WARC as a file, by its path.")
    chosen = source or (sources.match(url) if url else None)
    if _is_markup(body) or _is_binary(body):  # of binary data the page's reader says what it is
        return extract(Page(url=url, body=body), chosen)
    return extract_text(decode(body), url=url, source=chosen)


def _is_markup(body: bytes) -> bool:
    start = body[:_START].replace(b"\0", b"").lower()  # without them UTF-16 shows its markup
    return any(mark in start for mark in _MARKUP)


def _is_binary(body: bytes) -> bool:
    start = body[:_START]
    if start.startswith(_BOMS):
        return False
    return start.startswith(b"%PDF-") or len(start) - len(start.translate(None, _CONTROLS)) > len(start) // 100


def _address(url: str | None) -> str | None:
    """Return ``--url`` as it was written; raise `UsageError` where it is none."""
    if url is not None and urls.absolute(url, url) is None:
        raise UsageError(f"--url: not an address: {url!r}", now="Write it whole: https://example.id/berita/1.")
    return url


def _say(talk: Console, name: str, error: XinhuaIdError) -> None:
    """Print what is wrong with one input; the others are read all the same."""
    where = error.where or ""
    talk.print(f"[red]{escape(where if where.startswith(name) else name)}[/]: {escape(error.what)}")
    if error.now:
        talk.print(f"→ {escape(error.now)}")


def _print(article: Article, form: Form) -> None:
    text = "\n\n".join([article.headline, *article.paragraphs]) + "\n"
    line = article.to_json() if form is Form.JSONL else text
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
