"""What came of a crawl, said so that a person enjoys reading it.

Counts, outcomes, what was removed by which rule, what went wrong, where the files lie, and what to do next. Knows
nothing of how a crawl runs: it reads the run's stats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xinhua_id.cli.consoles import size
from xinhua_id.errors import XinhuaIdError
from xinhua_id.items import Outcome
from xinhua_id.spiders.process import Crawled

#: What a reason means and what to do, for those a reader meets when nothing came of a crawl.
WORDS: Mapping[str, str] = {
    "dns": "the host name is unknown: check its spelling, or the network's name server",
    "tls": "no secure connection: the certificate is not valid for this host, or the server speaks no TLS (then write http://)",
    "connection-refused": "nothing listens there: check host and port",
    "unreachable": "the host cannot be reached: check the network",
    "timeout": "no answer in time: the host is down or overloaded; try later",
    "connection-lost": "the connection broke off before an answer came",
    "cut-off": "the answer broke off half way",
    "too-large": "the answer is larger than DOWNLOAD_MAXSIZE allows",
    "broken-payload": "its compression or chunking is broken; the record keeps the bytes as they came",
    "stale-connection": "the server had closed a connection that was kept open; the page was asked for again",
    "not-http": "what answers there does not speak HTTP",
    "robots": "robots.txt forbids it",
    "robots-unreachable": "robots.txt could not be asked for, and without it nothing may be fetched",
    "rests-too-long": "the site asks for a longer rest than this run waits; try later",
    "redirect-loop": "the redirects lead in a circle",
    "redirect-to-nowhere": "the redirect names no place to go",
    "http-500": "the server failed on it",
    "http-502": "the server behind the site failed",
    "http-503": "the site is overloaded or under repair; try later",
    "http-401": "the site asks for a login",
    "http-403": "the site refuses us",
    "http-429": "the site asks us to slow down; try later",
    "http-451": "withheld for legal reasons",
}
#: Ends that a crawl was told to come to, whatever it fetched until then; what is left stays on the frontier.
ENOUGH = frozenset({"budget", "outside-hours", "rests-too-long"})
#: The site was left because it is unwell or refuses us.
RESTS = "site-rests"
_MANY = 6
#: How the reasons begin by which a requisite was missed.
_OF_A_REQUISITE = "requisite-"
#: Width of the column of names.
_NAMES = 24


def show(console: Console, crawled: Crawled) -> None:
    """Print the summary of one site's crawl."""
    stats = crawled.stats
    console.print()
    console.print(f"[bold]{escape(crawled.run.name)}[/]  {_ending(crawled)}", soft_wrap=True)
    if stats:
        console.print(_counts(stats))
        console.print(_outcomes(stats))
        if _group(stats, "removed/"):
            console.print(_removed(stats))
    _trouble(console, crawled)
    _files(console, crawled)


def show_together(console: Console, done: Sequence[Crawled]) -> None:
    """Print one summary of several sites' crawls: a line a site, then what came of all of them."""
    console.print()
    for crawled in done:
        stats = crawled.stats
        said = f"{stats.get('outcome/story', 0)} stories, {stats.get('warc/records', 0)} records"
        console.print(f"[bold]{escape(crawled.target.name):<{_NAMES}}[/]{said}, {_ending(crawled)}", soft_wrap=True)
        if _failed(crawled):
            _trouble(console, crawled)
    stats = _summed([crawled.stats for crawled in done])
    console.print()
    console.print(_counts(stats))
    console.print(_outcomes(stats))
    if _group(stats, "removed/"):
        console.print(_removed(stats))


def exit_code(done: Sequence[Crawled]) -> int:
    """Return 0, 1 where a crawl failed, fetched nothing or gave up on its site, 130 where it was interrupted."""
    if any(crawled.interrupted for crawled in done):
        return 130
    return 1 if any(_failed(crawled) for crawled in done) else 0


def _failed(crawled: Crawled) -> bool:
    if crawled.error or crawled.reason == RESTS:
        return True
    return crawled.reason not in ENOUGH and not crawled.fetched


def pages(stats: Mapping[str, Any], outcome: Outcome) -> int:
    """Return how many pages ended so; a picture, a style or a font is none, whatever became of it."""
    if outcome is Outcome.REQUISITE:
        return 0
    beside = _group(stats, f"outcome/{outcome.value}/{_OF_A_REQUISITE}")
    return int(stats.get(f"outcome/{outcome.value}", 0)) - sum(beside.values())


def _ending(crawled: Crawled) -> str:
    seconds = crawled.stats.get("elapsed_time_seconds")
    after = f" after {seconds:.1f} s" if isinstance(seconds, float) else ""
    if crawled.error:
        return f"[red]failed{after}[/]"
    if crawled.interrupted and not crawled.stats:
        return "[yellow]broken off at once; its files are still called .open[/]"
    if crawled.interrupted:
        return f"[yellow]interrupted{after}; files closed[/]"
    if crawled.reason == "limit":
        return f"[green]done{after}: the limit is reached[/]"
    if crawled.reason == "budget":
        return f"[green]done{after}: the budget is spent; the rest stays for the next run[/]"
    if crawled.reason == "outside-hours":
        opens = escape(str(crawled.stats.get("politeness/opens-at", "its hours")))
        return f"[green]ended{after}: the site may be asked again from {opens} on; the rest stays for then[/]"
    if crawled.reason == "rests-too-long":
        return f"[green]ended{after}: the site asks for a longer rest than a run waits; the rest stays for then[/]"
    if crawled.reason == RESTS:
        refused = "politeness/blocked-by" in crawled.stats
        return f"[red]ended{after}: the site {'refuses us' if refused else 'is unwell'}; the rest stays[/]"
    if not crawled.fetched:
        return f"[red]nothing could be fetched{after}[/]"
    return f"[green]done{after}[/]"


def _table(title: str) -> Table:
    table = Table(box=None, show_header=False, title=title or None, pad_edge=False)
    table.title_justify, table.title_style = "left", "dim"
    table.add_column(width=_NAMES - 2, no_wrap=True)
    table.add_column(justify="right", min_width=6)
    table.add_column(style="dim", overflow="fold")
    return table


def _counts(stats: Mapping[str, Any]) -> Table:
    table = _table("")
    visits = sum(pages(stats, outcome) for outcome in Outcome)
    retries = stats.get("frontier/retries", 0)
    table.add_row("  pages", str(visits), f"{retries} of them asked for a second time or a third" if retries else "")
    table.add_row("  stories", str(stats.get("outcome/story", 0)), _listed(_group(stats, "origin/")))
    if parts := stats.get("parts/items", 0):
        table.add_row("  parts among them", str(parts), f"of {stats.get('parts/stories', 0)} stories in several pages")
    files = len(stats.get("warc/paths", ()))
    table.add_row("  records", str(stats.get("warc/records", 0)), f"in {files} WARC file{'s' if files != 1 else ''}")
    table.add_row("  bytes", size(stats.get("warc/bytes", 0)), "of WARC, compressed")
    if "frontier/left" in stats:
        table.add_row("  left for later", str(stats["frontier/left"]), _round(stats))
    if said := _manners(stats):
        table.add_row("  pauses", "", said)
    return table


def _round(stats: Mapping[str, Any]) -> str:
    """Say how the crawl's work was continued, and what it saw change; nothing where it is a first and plain one."""
    said = ["went on where an earlier run had stopped"] if stats.get("frontier/resumed") else []
    if read := stats.get("frontier/read-from-records"):
        said.append(f"{read} pages read from their records, not fetched again")
    if stats.get("frontier/took-over-from"):
        said.append("taken over from a worker that had died")
    said += [
        f"{number} {'story' if number == 1 else 'stories'} {change}"
        for change in ("changed", "gone", "moved")
        if (number := stats.get(f"stories/{change}"))
    ]
    return ", ".join(said)


def _manners(stats: Mapping[str, Any]) -> str:
    """Say what held the crawl back beyond its delay; nothing where that was a `Retry-After` alone, which is common."""
    opened, rests = stats.get("politeness/breaker-opened", 0), stats.get("politeness/rests", 0)
    slowest = stats.get("politeness/slowest-delay", 0)
    said = [f"{opened} because it failed again and again"] if opened else []
    said += [f"up to {slowest:g} s between requests"] if slowest else []
    said += ["waited for its hours"] if stats.get("politeness/waits-for-hours") else []
    if said and rests:
        said.append(f"{rests} that it asked for")
    return ", ".join(said)


def _outcomes(stats: Mapping[str, Any]) -> Table:
    table = _table("What became of the pages")
    for outcome in Outcome:
        number = stats.get(f"outcome/{outcome.value}", 0)
        if number:
            table.add_row(f"  {outcome.value}", str(number), _listed(_group(stats, f"outcome/{outcome.value}/")))
    return table


def _removed(stats: Mapping[str, Any]) -> Table:
    table = _table("What was removed from the stories, by rule")
    characters = _group(stats, "removed-characters/")
    for rule, number in sorted(_group(stats, "removed/").items(), key=lambda one: (-one[1], one[0])):
        table.add_row(f"  {escape(rule)}", str(number), f"{characters.get(rule, 0):,} characters".replace(",", " "))
    return table


def _trouble(console: Console, crawled: Crawled) -> None:
    """Say in words what went wrong: the error that ended the crawl, the first failures, why nothing was fetched."""
    error = crawled.error
    if isinstance(error, XinhuaIdError):
        _say(console, f"[bold red]{escape(error.what)}[/]  [dim]{escape(error.where or '')}[/]")
        _say(console, f"→ {escape(error.now or 'Run it again.')}")
    elif blocked := crawled.stats.get("politeness/blocked-by"):
        _say(console, f"[bold red]{escape(str(blocked))} refuses us: its last answers were all 403 or 451[/]")
        _say(console, "→ Do not try again: write to the site's operator, say who you are and ask for leave.")
    elif host := crawled.stats.get("politeness/gave-up-on"):
        _say(console, f"[bold red]{escape(str(host))} failed again and again, with longer and longer rests between[/]")
        _say(console, "→ Run the crawl again in some hours; what is left stays on the frontier.")
    elif error:
        _say(console, f"[bold red]{escape(f'{type(error).__name__}: {error}')}[/]")
        _say(console, f"→ That is a fault of the program; {escape(str(crawled.run.log))} says where.")
    for reason, visit in crawled.troubles.items():
        words = WORDS.get(visit.detail or "") or WORDS.get(reason) or visit.detail or ""
        _say(console, f"  [yellow]{escape(reason):<{_NAMES - 2}}[/]{escape(visit.lease.url)}  [dim]{escape(words)}[/]")


def _say(console: Console, line: str) -> None:
    console.print(line, soft_wrap=True)


def _files(console: Console, crawled: Crawled) -> None:
    run, stats = crawled.run, crawled.stats
    lines = [("items", run.items)] if stats.get("outcome/story") else []
    lines += [("records", path) for path in stats.get("warc/paths", ())]
    lines += [("account", run.manifest), ("log", run.log)]
    console.print("[dim]Where the files lie[/]")
    for name, path in lines:
        console.print(f"  {name:<{_NAMES - 2}}{escape(str(path))}", soft_wrap=True)
    console.print(f"[dim]Next[/]\n  {_next(crawled)}", soft_wrap=True)


def _next(crawled: Crawled) -> str:
    if crawled.interrupted:
        left = crawled.stats.get("frontier/left")
        waits = f"; {left} URLs wait" if left else ""
        return f"run the same command again: it goes on where this run stopped{waits}."
    if crawled.reason in ENOUGH:
        return "run the same command again when you like: it goes on with what is left."
    if crawled.reason == RESTS:
        return f"as said above; {escape(str(crawled.run.log))} tells more."
    if crawled.error or not crawled.fetched:
        return f"mend what is named above and run it again; {escape(str(crawled.run.log))} tells more."
    paths = crawled.stats.get("warc/paths", ())
    if crawled.stats.get("outcome/story") and paths:
        return f"[bold]xinhua-id extract {escape(str(paths[0]))} --as text[/] reads the stories again, from the WARC."
    if known := crawled.stats.get("outcome/duplicate"):
        return f"nothing new: {known} {'story is' if known == 1 else 'stories are'} here already, unchanged."
    if crawled.stats.get("frontier/round", 1) > 1:
        return "nothing new since the last crawl; --again asks for the stories that are known, too."
    return "no story was found: try a listing page or a story as --seed."


def _summed(several: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the stats of several crawls as those of one: numbers added, lists put together."""
    out: dict[str, Any] = {}
    for stats in several:
        for key, value in stats.items():
            if isinstance(value, int | list) and not isinstance(value, bool):
                out[key] = out[key] + value if key in out else value
    return out


def _group(stats: Mapping[str, Any], prefix: str) -> dict[str, int]:
    return {key[len(prefix) :]: value for key, value in stats.items() if key.startswith(prefix)}


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{escape(name)} {number}" for name, number in ordered[:_MANY]]
    return ", ".join(shown + ([f"{len(ordered) - _MANY} more"] if len(ordered) > _MANY else []))
