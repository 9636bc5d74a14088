"""`xinhua-id archive redact`: take a URL down, with all that was made from it, and say so."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xinhua_id.archive.redaction import carry_out
from xinhua_id.archive.redaction.carry_out import Done
from xinhua_id.archive.redaction.hold import held, refuse_busy
from xinhua_id.archive.redaction.ledger import NAME as LEDGER
from xinhua_id.archive.redaction.ledger import Ledger
from xinhua_id.archive.redaction.plan import Plan, homes_of, plan, refuse_leftovers
from xinhua_id.archive.redaction.wanted import Wanted
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.cli.options import ArchiveFolder, CatalogueUrl
from xinhua_id.errors import UsageError

_HELP = """Take down every capture of a URL, and say so: never silent, never by hand.

What will be removed is shown first. Each WARC concerned is written anew, every other record byte for byte; in the place
of each removed record stands one that says when and why. Items, index, catalogue and manifests follow; packages that
hold it are removed. `redactions.jsonl` of the site keeps the account.

**Examples**

    xinhua-id archive redact https://contoh.id/berita/7 --reason "court order 12/2026" --dry-run

    xinhua-id archive redact https://contoh.id/berita/7 --reason "court order 12/2026"
"""
_FEW = 40


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("redact", help=_HELP)(redact)


def redact(
    url: Annotated[str, typer.Argument(help="The URL, as it was captured.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the archive.", show_default=False)],
    variants: Annotated[bool, typer.Option("--variants", help="Also other addresses of the same page.")] = False,
    same_payload: Annotated[
        bool, typer.Option("--same-payload", help="Also captures of other URLs with the same bytes.")
    ] = False,
    forget_url: Annotated[bool, typer.Option("--forget-url", help="Do not keep the URL in the account.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    archive: ArchiveFolder = Path("archives"),
    catalogue_url: CatalogueUrl = None,
) -> None:
    """Show, ask, remove; exit with 1 where nothing is found or nothing was confirmed."""
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    if not reason.strip():
        raise UsageError("a redaction needs a reason", now="Say why with --reason; it is kept in the archive.")
    wanted = Wanted(url, variants=variants, same_payload=same_payload, forget=forget_url, gone=_gone(archive))
    if dry_run:
        if pending := carry_out.unfinished(archive):
            talk.print(
                f"[yellow]a redaction died at {', '.join(home.name for home in pending)}[/]: the next completes it"
            )
        refuse_leftovers(homes_of(archive))
        raise typer.Exit(0 if _shown(talk, _planned(talk, archive, wanted, [])) else 1)
    if not (yes or sys.stdin.isatty()):
        raise UsageError("nobody can be asked here", now="Look at it with --dry-run, then confirm with --yes.")
    now = dt.datetime.now(dt.UTC)
    with held(archive, now) as (ours, busy):
        refuse_leftovers(ours, ours)
        catalogue = Catalogue.open(archive, catalogue_url)
        try:
            completed = carry_out.complete(archive, catalogue, ours)
            if completed.replaced:
                talk.print("a redaction that had died was completed:")
                _say(talk, completed, archive)
            found = _planned(talk, archive, wanted, busy)
            if not _shown(talk, found):
                raise typer.Exit(0 if found.before or completed.replaced else 1)
            refuse_busy(found, busy)
            if not (yes or typer.confirm("Remove all this for good?", err=True)):
                talk.print("nothing was removed")
                raise typer.Exit(1)
            done = carry_out.redact(archive, found, wanted, catalogue, reason=reason, now=now)
        finally:
            catalogue.close()
    _say(talk, done, archive)


def _gone(archive: Path) -> frozenset[str]:
    return frozenset(one.record_id for home in homes_of(archive) for one in Ledger.of(home).lines)


def _planned(talk: Console, archive: Path, wanted: Wanted, busy: list[Path]) -> Plan:
    if not talk.is_terminal:
        return plan(archive, wanted, busy=busy)
    with talk.status("reading the archive") as status:
        return plan(archive, wanted, busy=busy, told=lambda path: status.update(f"reading {escape(path.name)}"))


def _shown(talk: Console, found: Plan) -> bool:
    """Show what goes and what stays; return whether anything goes."""
    for path, why in found.unread.items():
        talk.print(f"[yellow]{escape(path.name)}[/] could not be read to its end: {escape(why)}")
    for home in found.busy:
        talk.print(f"[yellow]{escape(home.name)}[/] is being crawled: what it captures meanwhile is not looked at")
    for one in found.before[:1]:
        talk.print(f"redacted already on {escape(one.redacted_at)}: {escape(one.reason)}")
    if not found.anything:
        talk.print(f"nothing {'more ' if found.before else ''}is kept of {escape(found.url)}")
        for url in found.variants or ([] if found.before else found.near):
            talk.print(f"  there is {escape(url)}{'  (--variants takes it)' if url in found.variants else ''}")
        return False
    print(_records(found))
    for item in found.items:
        print(f"item {item.id}  {item.path.relative_to(item.home.parent)}  {item.headline}")
    for copy in found.copies:
        again = f"; `{copy.again}` makes it again" if copy.again else ""
        print(f"{copy.kind} {copy.path}: removed whole{again}")
    for url in found.variants:
        talk.print(f"[yellow]stays[/]: {escape(url)}  (--variants takes it)")
    for other in found.same_payload[:_FEW]:
        talk.print(f"[yellow]stays[/]: the same bytes, captured as {escape(other.url)}  (--same-payload takes it)")
    if len(found.same_payload) > _FEW:
        talk.print(f"[yellow]stays[/]: the same bytes in {len(found.same_payload) - _FEW} records more")
    return True


def _records(found: Plan) -> str:
    """Return the table of records as text, for a terminal or a file."""
    table = Table(box=box.SIMPLE, show_edge=False)
    for name in ("file", "record", "type", "date", "URL", "why"):
        table.add_column(name, no_wrap=True)
    for one in found.hits:
        file = f"{one.home.name}/warc/{one.path.name}"
        table.add_row(*(escape(cell) for cell in (file, one.record_id, one.type, one.date, one.url, one.why)))
    text = Console(width=100_000, no_color=True)
    with text.capture() as captured:
        text.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _say(talk: Console, done: Done, archive: Path) -> None:
    talk.print(f"{done.records} records and {done.items} items removed; {len(done.replaced)} files written anew")
    for old, new in done.replaced.items():
        talk.print(f"  {escape(old)} [dim]is now[/] {escape(new)}")
    for copy in done.copies:
        again = f"; `{copy.again}` makes it again" if copy.again else ""
        talk.print(f"  {escape(str(copy.path))} removed{escape(again)}")
    for home in homes_of(archive):
        if (home / LEDGER).exists():
            talk.print(f"  [dim]the account:[/] {escape(str(home / LEDGER))}")
