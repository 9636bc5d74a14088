"""`xinhua-id archive coverage`: which days have how many stories, and what fills the gaps. The catalogue counts."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from xinhua_id.cli.coverage_periods import By
from xinhua_id.cli.options import ArchiveFolder

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xinhua_id.catalogue.coverage import Tally
    from xinhua_id.catalogue.gaps import Run
    from xinhua_id.cli.coverage_periods import Report
    from xinhua_id.crawl.target import Target

_HELP = """Show on which days how many stories were published, and which days lack them.

A day without stories is a gap (×) where the same weekdays around it usually have some, and quiet (·) where they have
none. Each gap comes with the command that fills it. Days are those of the site's zone, up to the last look at it; give
`--until` to have later ones judged. `docs/archive-coverage.md` says how days are judged and what `--json` holds.

**Examples**

    xinhua-id archive coverage

    xinhua-id archive coverage indonesiawindow --since 2026-01-01 --by week

    xinhua-id archive coverage --until 2026-11-24 --fail-on-gaps
"""


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("coverage", help=_HELP)(coverage)


def coverage(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to tell of; all without one.")] = None,
    since: Annotated[str | None, typer.Option(help="Only days from this one on (2026-11-23).")] = None,
    until: Annotated[str | None, typer.Option(help="Only days up to this one; judged up to it, but not today.")] = None,
    by: Annotated[By, typer.Option(help="What a cell or a line stands for.")] = By.DAY,
    as_json: Annotated[bool, typer.Option("--json", help="All of it, as JSON on stdout.")] = False,
    fail_on_gaps: Annotated[bool, typer.Option("--fail-on-gaps", help="Exit with 1 where there is a gap.")] = False,
    archive: ArchiveFolder = Path("archives"),
) -> None:
    """Print the coverage of each site; exit with 0 unless asked to fail on gaps."""
    from xinhua_id.cli import consoles

    told = _reports(archive, sites, since, until)
    console = consoles.uncut()
    if as_json:
        print(json.dumps({"sites": [_plain(one, by) for one in told]}, indent=2, ensure_ascii=False))
    elif console.is_terminal:
        from xinhua_id.cli import coverage_calendar

        for number, one in enumerate(told):
            if number:
                console.print()
            coverage_calendar.show(console, one, by)
    else:
        from xinhua_id.cli import coverage_calendar

        for one in told:
            for line in coverage_calendar.lines(one, by):
                print(line)
    raise typer.Exit(1 if fail_on_gaps and any(one.judged.gaps for one in told) else 0)


def _reports(archive: Path, sites: list[str] | None, since: str | None, until: str | None) -> list[Report]:
    from xinhua_id.catalogue import coverage as counted
    from xinhua_id.catalogue import figures
    from xinhua_id.catalogue.store import Catalogue
    from xinhua_id.cli.coverage_periods import report
    from xinhua_id.crawl.target import day_range
    from xinhua_id.errors import UsageError

    now, told = dt.datetime.now(dt.UTC), []
    catalogue = Catalogue.open_to_read(archive)
    try:
        with catalogue.reading() as connection:
            known = figures.sites(connection)
            for site in sites or known:
                if site not in known:
                    raise UsageError(
                        f"the catalogue knows no site {site!r}", where=str(archive),
                        now=f"It knows {', '.join(known) or 'none'}.",
                    )  # fmt: skip
                target = _target(site)
                chosen = day_range(since, until, target.zone)
                first, last = (
                    moment.astimezone(target.zone).date() if moment else None for moment in (chosen.since, chosen.until)
                )
                found = counted.of(connection, site, target.zone)
                told.append(report(found, first, last, now, _crawl(connection, target, archive)))
    finally:
        catalogue.close()
    return told


def _target(site: str) -> Target:
    from xinhua_id import sources
    from xinhua_id.crawl.target import Target
    from xinhua_id.errors import UnknownSource

    try:
        return Target(site, sources.get(site))
    except UnknownSource:
        return Target(site, None)


def _crawl(connection: Connection, target: Target, archive: Path) -> str:
    """Return the command that crawls a site, without its days."""
    from xinhua_id.catalogue import coverage as counted

    words = ["xinhua-id", "crawl"]
    if target.source is not None:
        words.append(target.name)
    elif target.name.startswith("site-") and (story := counted.address(connection, target.name)):
        parts = urlsplit(story)
        words += ["--seed", f"{parts.scheme}://{parts.netloc}/"]
    else:
        words.append(f"{target.name}.toml")  # a source of the operator's own, named by its path
    return shlex.join([*words, *(["--archive", str(archive)] if archive != Path("archives") else [])])


def _plain(told: Report, by: By) -> dict[str, Any]:
    found, judged = told.coverage, told.judged
    stories = found.stories

    def run(one: Run) -> dict[str, Any]:
        return {"since": one.since.isoformat(), "until": one.until.isoformat(), "days": one.days}

    return {
        "site": told.site,
        "zone": found.zone.key,
        "looked_at": found.looked_at and found.looked_at.isoformat(),
        "since": told.since and told.since.isoformat(),
        "until": told.until and told.until.isoformat(),
        "stories": stories.total,
        "dated": stories.published.total(),
        "ahead": told.ahead,
        "by": by.value,
        "periods": [
            {"since": one.since.isoformat(), "until": one.until.isoformat(), "stories": one.stories,
             "gap_days": one.gap_days, "sparse_days": one.sparse}
            for one in told.periods(by)
        ],
        "gaps": [
            {**run(one), "missing": round(one.missing, 1), "open": one.open, "command": told.filled_by(one)}
            for one in judged.gaps
        ],
        "quiet": [run(one) for one in judged.quiet],
        "sparse": [
            {"day": one.day.isoformat(), "stories": one.stories, "usual": one.usual} for one in judged.sparse
        ],
        "undated": {
            "total": stories.seen.total() + stories.neither, "by_capture": _by_day(stories.seen),
            "without_capture": stories.neither,
        },
        "gone": _lost(found.gone),
        "moved": _lost(found.moved),
        "failed": _lost(found.failed),
    }  # fmt: skip


def _lost(tally: Tally) -> dict[str, Any]:
    return {"total": tally.total, "by_published": _by_day(tally.published), "by_visit": _by_day(tally.seen)}


def _by_day(numbers: dict[dt.date, int]) -> dict[str, int]:
    return {day.isoformat(): number for day, number in sorted(numbers.items())}
