"""`xinhua-id archive import`: other people's WARC, ARC and WACZ files into the archive, indexed and read beside ours.

Thin: it has each file imported, and says what came of it.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id import sources
from xinhua_id.archive.imports.incoming import AlreadyThere, Taken, manifest_of
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.cli.options import ArchiveFolder, CatalogueUrl
from xinhua_id.corpus.importing import Imported, import_file
from xinhua_id.errors import CannotWrite, UsageError, XinhuaIdError

_HELP = """Take WARC, ARC and WACZ files of other tools into the archive.

Each is copied byte for byte into `imports-NAME` and never altered; one that cannot be indexed as it is (many records in
one gzip member, an ARC, a torn file) is kept under `originals/`, and a copy is derived from it. A file that is in the
archive already is skipped. FILE is a path or a URL: `s3://bucket/x.warc.gz` needs the extra `s3`.

**Examples**

    xinhua-id archive import ~/wget/*.warc.gz --as wget

    xinhua-id archive import crawl.wacz s3://bucket/CC-MAIN-….warc.gz --source indonesiawindow
"""


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("import", help=_HELP)(run)


def run(
    names: Annotated[list[str], typer.Argument(metavar="FILE…", help="WARC, ARC or WACZ files, by path or URL.")],
    name: Annotated[
        str | None, typer.Option("--as", help="Name of the folder, after `imports-`; today's date without it.")
    ] = None,
    archive: ArchiveFolder = Path("archives"),
    catalogue_url: CatalogueUrl = None,
    extracted: Annotated[
        bool, typer.Option("--extract/--no-extract", help="Read the stories out of the pages into items.")
    ] = True,
    source: Annotated[
        str | None, typer.Option(help="The source whose layouts are tried; without it, the one of each URL's host.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest of each import, a line each.")] = False,
) -> None:
    """Import every file; exit with 1 where one could not be, with 2 where one is not there."""
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    chosen = sources.get(source) if source else None
    now = dt.datetime.now(dt.UTC)
    catalogue = Catalogue.open(archive, catalogue_url)
    code = 0
    try:
        for where in names:
            try:
                with talk.status(f"{escape(where)} …"):
                    found = import_file(
                        archive, where, catalogue, name=name or f"{now:%Y%m%d}", now=dt.datetime.now(dt.UTC),
                        source=chosen, extracted=extracted,
                    )  # fmt: skip
            except AlreadyThere as known:
                talk.print(f"{escape(where)}: {escape(known.what)}. {escape(known.now or '')} It is skipped.")
            except CannotWrite:
                raise  # neither will the next
            except XinhuaIdError as error:
                code = max(code, 2 if isinstance(error, UsageError) else 1)
                talk.print(f"[red]{escape(where)}[/]: not imported: {escape(error.what)}")
                if error.now:
                    talk.print(f"→ {escape(error.now)}")
            else:
                _tell(talk, where, found, extracted=extracted)
                if as_json:
                    print(json.dumps(manifest_of(found.manifest), ensure_ascii=False))
    finally:
        catalogue.close()
    if code:
        raise typer.Exit(code)


def _tell(talk: Console, where: str, found: Imported, *, extracted: bool) -> None:
    for one in found.taken:
        talk.print(f"{escape(where if len(found.taken) == 1 else one.name)}: {escape(_words(one))}")
        for fault in one.scan.faults[:3]:
            talk.print(f"  [yellow]{escape(fault)}[/]")
        if (more := one.scan.fault_count - 3) > 0:
            talk.print(f"  [yellow]and {more} more; the manifest names them[/]")
    for name, there in found.skipped.items():
        talk.print(f"{escape(name)}: in the archive already ({escape(there)}), skipped")
    if extracted:
        others = ", ".join(
            f"{number} {key.partition('/')[2]}"
            for key, number in found.stats.most_common()
            if key.startswith("outcome/") and key != "outcome/story"
        )
        known = f"; {found.stats['records/known']} records are in other files" if found.stats["records/known"] else ""
        talk.print(f"  {found.stories} stories" + (f", {others}" if others else "") + known)
    talk.print(f"  account: {escape(str(found.manifest))}")


def _words(one: Taken) -> str:
    counts = ", ".join(f"{number} {kind}" for kind, number in one.scan.counts.most_common())
    tool = f", written by {one.scan.tool}" if one.scan.tool else ""
    kept = f"kept as {one.kept}"
    if one.derived:
        kept += f"; {one.warc.name} is derived from it, since {'; '.join(one.scan.why)}"
    return f"{one.scan.counts.total()} records ({counts}){tool}; {kept}"
