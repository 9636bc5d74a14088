"""The `xinhua-id` command: its parts put together, its errors printed, its exit codes.

    0 done · 1 the work failed · 2 wrong usage · 130 interrupted, files closed

Data goes to stdout, talk to stderr.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id import __version__
from xinhua_id.cli.lazily import group_of
from xinhua_id.errors import UsageError, XinhuaIdError

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

#: In the order of `--help`.
_COMMANDS = {name: f"xinhua_id.cli.{name}" for name in ("demo", "crawl", "extract", "sources", "archive", "serve")}

app = typer.Typer(
    name="xinhua-id",
    cls=group_of(_COMMANDS),
    help="Crawls the sites that carry Xinhua's Indonesian-language stories: every exchange into WARC, "
    "every story an item.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"xinhua-id {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Nothing of its own: every command is a module."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error of ours is one message on stderr."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    logging.raiseExceptions = False  # else a log on a full disk prints a traceback a line
    logging.getLogger("bs4").setLevel(logging.ERROR)  # it warns of bad bytes without saying whose; they stay visible
    try:
        app(args=None if arguments is None else list(arguments), prog_name="xinhua-id")
    except SystemExit as end:  # Typer's way out: 0, what the command raised as `typer.Exit`, 2 for wrong usage
        return end.code if isinstance(end.code, int) else DONE
    except UsageError as error:
        tell(errors, error)
        return WRONG_USAGE
    except XinhuaIdError as error:
        tell(errors, error)
        return FAILED
    except OSError as error:  # what no part expected: output to a full disk, a folder that went away
        tell(errors, _refused(error))
        return FAILED
    except KeyboardInterrupt:
        errors.print("Interrupted.", style="yellow")
        return INTERRUPTED
    return DONE


def _refused(error: OSError) -> XinhuaIdError:
    return XinhuaIdError(
        f"the system refused: {error.strerror or error}",
        where=None if error.filename is None else str(error.filename),
        now="Make room or mend the permissions where the output goes, then run it again.",
    )


def tell(console: Console, error: XinhuaIdError) -> None:
    """Print an error: what happened, where, and what to do now."""
    console.print(f"[bold red]{escape(error.what)}[/]" + (f"  [dim]{escape(error.where)}[/]" if error.where else ""))
    if error.now:
        console.print(f"→ {escape(error.now)}")
