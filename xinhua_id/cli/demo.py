"""`xinhua-id demo`: a replica site on loopback, a real crawl of it, and a judgement of what came out."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.cli import summary
from xinhua_id.cli.progress import Progress
from xinhua_id.crawl.target import Target, targets
from xinhua_id.demo.judgement import Judgement, judge
from xinhua_id.demo.site import Replica
from xinhua_id.errors import UsageError
from xinhua_id.sources import names
from xinhua_id.spiders import process

_HELP = """Serve a replica of the described sites on loopback, crawl it, and judge what came out.

The stories are invented; the replica knows what it wrote, so every body is compared with its gold.

**Examples**

    xinhua-id demo

    xinhua-id demo --stories 60 --archive try
"""
#: How many of the gold's stories must have come out, at the least.
_LEAST_SHARE = 300 / 360


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help=_HELP)(demo)


def demo(
    stories: Annotated[int, typer.Option(min=40, max=5000, help="How many stories the replica writes.")] = 360,
    seed: Annotated[int, typer.Option(help="Another seed gives other stories.")] = 2023,
    archive: Annotated[
        Path | None, typer.Option(help="Where the files go; a folder of its own under archives/demo otherwise.")
    ] = None,
) -> None:
    """Serve, crawl, judge; exit with 1 where a check does not hold."""
    talk = Console(stderr=True, highlight=False)
    root = _empty(archive) if archive else own_folder(Path("archives", "demo"))
    began = time.monotonic()
    with Replica(stories, seed=seed) as replica:
        talk.print(f"[bold]A replica of {len(replica.sites)} sites[/] is served on loopback; its stories are invented.")
        for name, base in replica.sites.items():
            talk.print(f"  {name:<22}{base}")
        settings: dict[str, Any] = {
            "XINHUA_ID_ARCHIVE": str(root),
            "XINHUA_ID_CATALOGUE": "",  # what was invented has no place in the operator's own
            "XINHUA_ID_PERMISSIONS": ["antaranews"],
        }
        with Progress(talk) as progress:
            done = process.crawl(_targets(replica.sites), settings=settings, watch=progress.watch)
        summary.show_together(talk, done)
        code = summary.exit_code(done)
        if code:
            raise typer.Exit(code)
        least = int(_LEAST_SHARE * sum(story.fault is None for story in replica.gold))
        verdict = judge(root, replica.gold, replica.in_parts, replica.sites, replica.trespasses(), least)
    _show(talk, verdict, root, time.monotonic() - began)
    raise typer.Exit(0 if verdict.holds else 1)


def _empty(folder: Path) -> Path:
    """Return the folder if it can hold a demo; raise `UsageError` where something lies in it, or it is none."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("the demo needs an empty folder", where=str(folder), now="Name another with --archive.")
    return folder


def own_folder(parent: Path) -> Path:
    """Make a folder called after the time, and nobody else's: two demos may begin within one second."""
    name = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    for attempt in itertools.count(1):
        folder = parent / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError:
            continue
        except OSError as error:
            raise cannot_write(error, folder) from error
    return folder


def _targets(sites: dict[str, str]) -> list[Target]:
    """Return what to crawl: described sites by their source, served here; the others from their front page."""
    return [
        target
        for name, base in sites.items()
        for target in (targets(name, (), base) if name in names() else targets(None, [f"{base}/"]))
    ]


def _show(talk: Console, verdict: Judgement, root: Path, seconds: float) -> None:
    talk.print()
    talk.print(f"[bold]What was checked[/]  [dim]{seconds:.0f} s in all[/]")
    for check in verdict.checks:
        mark = "[green]✓[/]" if check.holds else "[red]✗[/]"
        talk.print(f"  {mark} {check.what}  [dim]{escape(check.found)}[/]", soft_wrap=True)
    talk.print("[bold]Fields that agree with gold[/]")
    fields = ", ".join(f"{name} {good}/{every}" for name, (good, every) in verdict.score.fields.items())
    talk.print(f"  {fields}", soft_wrap=True)
    if not verdict.holds:
        talk.print(escape(verdict.score.report()))
        talk.print("[red]A check does not hold.[/] → Please report it with the lines above.")
    talk.print(f"[dim]Look around[/]\n  [bold]{escape(str(root))}[/]", soft_wrap=True)
    talk.print(
        "  python -c \"import xinhua_id; print(xinhua_id.read('" + escape(str(root)) + "').to_pandas())\"",
        soft_wrap=True,
    )
