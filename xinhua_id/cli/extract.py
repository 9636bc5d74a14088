"""`xinhua-id extract`: articles out of saved pages, text dumps and WARC files.

Thin: it has each input read, and prints. Items and views go to stdout, talk to stderr.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id import sources, urls
from xinhua_id.cli import files, inputs, saved
from xinhua_id.cli.gallery import Gallery, wanted
from xinhua_id.corpus.dump_lists import ReadDump
from xinhua_id.corpus.reextract import reread
from xinhua_id.errors import BadRecord, UsageError, XinhuaIdError
from xinhua_id.items import Article, Outcome
from xinhua_id.sources import Source
from xinhua_id.warc.opening import Where, name_of, place

_EPILOG = """
Examples:

`xinhua-id extract page.html --url https://indonesiawindow.com/?p=36012`

`xinhua-id extract page.html --as html -o view.html` (what became of every block, for a browser)

`xinhua-id extract dump.txt --as text`

`xinhua-id extract archives/indonesiawindow/warc/*.warc.gz > items.jsonl`

`xinhua-id extract dumps.jsonl CC-MAIN-….warc.wet.gz > items.jsonl`

`xinhua-id extract s3://bucket/berita.warc.gz > items.jsonl` (needs the extra `s3`)

`curl -s https://… | xinhua-id extract - --url https://…`
"""


class Form(StrEnum):
    """How articles are printed."""

    JSONL = "jsonl"
    TEXT = "text"
    HTML = "html"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("extract", epilog=_EPILOG)(run)


def run(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT…", help="A page (.html, .html.gz), text dumps (.txt, .jsonl), a WARC or WET file, or -."
        ),
    ],
    url: Annotated[
        str | None, typer.Option(help="Where the page or dump came from; of a WARC, the page that is meant.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="The source whose layouts are tried; without it, the URL's or the WARC's.")
    ] = None,
    form: Annotated[
        Form,
        typer.Option(
            "--as",
            help="jsonl: one item a line; text: headline and body; html: one file that shows what became of every "
            "block, and by which rule.",
        ),
    ] = Form.JSONL,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file, not to stdout.")] = None,
) -> None:
    """Print the articles of saved pages, text dumps or WARC files, or show how they are read.

    An input that gives no article says why, and the others are read. From a WARC, a WET file or a list of dumps, what
    gives no item is counted by its outcome. A view shows refused pages too.
    """
    if url is not None and len(names) > 1:
        raise UsageError("--url belongs to one input", now="Extract the pages one by one, or from their WARC.")
    if out is not None and any(name != "-" and out.resolve() == Path(name).resolve() for name in names):
        raise UsageError("--out is one of the inputs", where=str(out), now="Write to another file.")
    chosen, address = sources.get(source) if source else None, _address(url)
    with ExitStack() as stack:
        sink = _Sink(form, sys.stdout.buffer if out is None else stack.enter_context(files.opened(out)))
        code = _read(names, address, chosen, sink)
        if form is Form.HTML and sink.gallery:
            sink.write(sink.gallery.html())
    if code:
        raise typer.Exit(code)


class _Sink:
    """Where articles go, in one form; a view is gathered first."""

    def __init__(self, form: Form, file: BinaryIO) -> None:
        self.form = form
        self.gallery = Gallery()
        self._file = file

    def print(self, article: Article) -> None:
        text = "\n\n".join([article.headline, *article.paragraphs]) + "\n"
        self.write(article.to_json() if self.form is Form.JSONL else text)

    def write(self, text: str) -> None:
        self._file.write(text.encode("utf-8", "replace") + b"\n")
        self._file.flush()


def _read(names: list[str], url: str | None, source: Source | None, sink: _Sink) -> int:
    """Read every input; return the exit code of the worst."""
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    code = 0
    for name in names:
        try:
            if inputs.is_warc(name):
                _from_warc(place(name), source, url, sink, talk)
            elif (listed := (found := inputs.read(name, url, source)).listed()) is not None:
                _print_list(name, listed, url, sink, talk)
            elif sink.form is Form.HTML:
                sink.gallery.add(name, found.explanation())
            else:
                sink.print(found.article())
        except XinhuaIdError as error:
            code = max(code, 2 if isinstance(error, UsageError) else 1)
            _say(talk, name, error)
    return code


def _from_warc(path: Where, source: Source | None, url: str | None, sink: _Sink, talk: Console) -> None:
    if not saved.head(str(path), 1):
        raise BadRecord("the file is empty", where=str(path), now="A crawl that was killed at once leaves such a file.")
    if sink.form is Form.HTML:
        before = len(sink.gallery)
        sink.gallery.add_warc(path, source, url)
        found = len(sink.gallery) > before
    else:
        found = _print_warc(path, source, url, sink, talk)
    if url is not None and not found:
        raise UsageError(
            "the WARC holds no record of that address", where=str(path),
            now="`xinhua-id extract` without --url prints every story with its url.",
        )  # fmt: skip


def _print_warc(path: Where, source: Source | None, url: str | None, sink: _Sink, talk: Console) -> bool:
    """Print the stories of a WARC and count its records; return whether there was one at ``url``."""
    counts: Counter[str] = Counter()
    try:
        for result in reread(path, source):
            if not wanted(result.page.url, url):
                continue
            counts[result.outcome if result.reason is None else f"{result.outcome.value} ({result.reason})"] += 1
            if result.article is not None:
                sink.print(result.article)
    finally:
        total = counts.total()
        parts = ", ".join(f"{number} {name}" for name, number in counts.most_common())
        talk.print(
            f"{escape(name_of(path))}: {total} records, {counts[Outcome.STORY]} stories"
            + (f" — {parts}" if parts else "")
        )
    return total > 0


def _print_list(name: str, listed: Iterator[ReadDump], url: str | None, sink: _Sink, talk: Console) -> None:
    """Print the stories of a list of dumps and count what gave none, by reason."""
    if url is not None:
        raise UsageError("--url belongs to one page or dump", where=name, now="Leave it out: this is a list of dumps.")
    if sink.form is Form.HTML:
        raise UsageError("a list of dumps has no view", where=name, now="Put the dump that is meant into its own file.")
    counts: Counter[str] = Counter()
    for dump in listed:
        counts[dump.reason or Outcome.STORY] += 1
        if dump.article is not None:
            sink.print(dump.article)
    parts = ", ".join(f"{number} {reason}" for reason, number in counts.most_common() if reason != Outcome.STORY)
    talk.print(
        f"{escape(name)}: {counts.total()} dumps, {counts[Outcome.STORY]} stories" + (f" — {parts}" if parts else "")
    )


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
