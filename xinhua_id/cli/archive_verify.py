"""`xinhua-id archive verify`: whether everything that was captured is still what it says. Thin: it asks and prints."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id.cli.consoles import size
from xinhua_id.cli.options import ArchiveFolder, CatalogueUrl

if TYPE_CHECKING:
    from xinhua_id.archive.verify import Scope, Verification
    from xinhua_id.warc.check.findings import Fault

_HELP = """Check that the archive is whole: every record, and that files, index, items and catalogue agree.

Says each fault with its file, offset and record, what was said and what is there; exits with 1 where there is one.
Reads everything, writes nothing. Name sites, WARC files, WACZ files or folders to check those alone.

**Examples**

    xinhua-id archive verify

    xinhua-id archive verify indonesiawindow --json

    xinhua-id archive verify somewhere/else.warc.gz
"""
#: Seconds between two plain lines in a log.
_PLAIN_EVERY = 10.0


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("verify", help=_HELP)(verify)


def verify(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="PATH|SITE", help="What to check; all sites without one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, faults listed.")] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes that read large WARC files; one a core without it.")
    ] = None,
    archive: ArchiveFolder = Path("archives"),
    catalogue_url: CatalogueUrl = None,
) -> None:
    """Verify, and exit with 1 where there is a fault."""
    from xinhua_id.archive.verify import Verification, scope_of

    scope = scope_of(archive, what or ())
    # The database is that of `--archive`, whatever else is checked.
    url = catalogue_url if scope.archive is not None and scope.archive.resolve() == archive.resolve() else None
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    found: list[Fault] = []
    with _progress(talk) as (begin, told):
        going = Verification(scope, workers=processes, told=told, catalogue_url=url)
        begin(going.total)
        for fault in going.faults():
            if as_json:
                found.append(fault)
            else:
                print(*_lines(fault), sep="\n", flush=True)
    if as_json:
        print(json.dumps(_account(scope, going, found), ensure_ascii=False, indent=2))
    _show(talk, going)
    raise typer.Exit(1 if going.kinds else 0)


def _lines(fault: Fault) -> Iterator[str]:
    """Yield a fault as it is printed: a line that can be searched, and what to do."""
    yield ("note: " if fault.note else "") + str(fault)
    if fault.now:
        yield f"→ {fault.now}"


def _account(scope: Scope, going: Verification, found: list[Fault]) -> dict[str, Any]:
    faults, notes = ([asdict(one) for one in found if one.note is note] for note in (False, True))
    for one in (*faults, *notes):
        del one["note"]
    return {
        "sound": not faults,
        "archive": str(scope.archive) if scope.archive else None,
        "sites": [site.name for site in scope.sites],
        "files": going.files,
        "bytes": going.bytes,
        "records": going.records,
        "records_by_type": going.types,
        "seconds": round(going.seconds, 3),
        "faults_by_kind": dict(sorted(going.kinds.items())),
        "faults": faults,
        "notes": notes,
    }


def _show(talk: Console, going: Verification) -> None:
    speed = f", {size(int(going.bytes / going.seconds))}/s" if going.seconds else ""
    files = "file" if going.files == 1 else "files"
    types = ", ".join(f"{number} {name or 'without a type'}" for name, number in going.types.items())
    talk.print(
        f"{going.files} {files}, {size(going.bytes)}, {going.records} records in {going.seconds:.1f} s{speed}"
        + (f"\n  [dim]{escape(types)}[/]" if types else "")
    )
    for label, kinds in (("note", going.notes), ("fault", going.kinds)):
        for kind, number in sorted(kinds.items()):
            style = "yellow" if label == "note" else "red"
            talk.print(f"  [{style}]{number} × {escape(kind)}[/]" + (" [dim](a note)[/]" if label == "note" else ""))
    if going.kinds:
        many = sum(going.kinds.values())
        talk.print(f"[bold red]{many} fault{'s' if many > 1 else ''}.[/] The files were not changed.")
    else:
        talk.print("[bold green]No fault.[/]")


@contextlib.contextmanager
def _progress(talk: Console) -> Iterator[tuple[Callable[[int], object], Callable[[int], None]]]:
    """Give what begins the progress, told how many bytes there are, and what moves it on."""
    if talk.is_terminal:
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = TextColumn("verifying"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
        bar = Progress(*columns, console=talk, transient=True)
        task = bar.add_task("verify", total=None)

        def begin(total: int) -> None:
            bar.update(task, total=total)

        # Begun with the first bytes, when the processes are there: a fork wants no threads.
        started = threading.Event()

        def told(number: int) -> None:
            if not started.is_set():
                started.set()
                bar.start()
            bar.update(task, advance=number)

        try:
            yield begin, told
        finally:
            bar.stop()
        return
    state = {"done": 0, "total": 0, "spoken": time.monotonic()}

    def note(number: int) -> None:
        state["done"] += number
        if time.monotonic() - state["spoken"] >= _PLAIN_EVERY:
            state["spoken"] = time.monotonic()
            talk.print(f"verifying: {size(int(state['done']))} of {size(int(state['total']))}")

    yield lambda total: state.update(total=total), note
