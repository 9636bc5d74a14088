"""The benchmark's tables and its chart: for the terminal, as Markdown, and as a picture beside it.

Knows nothing of how the figures came about.
"""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from benchmarks.peers import BASELINE, OURS, Peer
from benchmarks.scoring import FolderScore


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its title; the first column is text, the others figures. ``bold`` is the row that is ours."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: str = OURS

    def show(self, console: Console) -> None:
        """Print it on a terminal."""
        table = RichTable(box=None, pad_edge=False)
        for at, name in enumerate(self.head):
            table.add_column(name, justify="right" if at else "left", no_wrap=True)
        for row in self.rows:
            table.add_row(*row, style="bold green" if row[0] == self.bold else None)
        console.print(Text(self.title, "bold"), table, "", sep="\n")  # a title of the table's own breaks at its width

    def markdown(self) -> str:
        """Return it as Markdown."""
        lines = [f"| {' | '.join(self.head)} |", f"|---|{'---:|' * (len(self.head) - 1)}"]
        lines += [
            f"| {' | '.join(f'**{cell}**' if row[0] == self.bold else cell for cell in row)} |" for row in self.rows
        ]
        return f"## {self.title}\n\n" + "\n".join(lines) + "\n"


@dataclass(slots=True)
class Report:
    """What one run found: tables, and by folder the scores that the chart draws."""

    peers: Sequence[Peer]
    command: str
    tables: list[Table] = field(default_factory=list)
    scores: dict[str, dict[str, FolderScore]] = field(default_factory=dict)

    def write(self, out: Path) -> list[Path]:
        """Write the Markdown, and the chart beside it where matplotlib is installed; return what was written."""
        out.parent.mkdir(parents=True, exist_ok=True)
        drawn = self.scores and importlib.util.find_spec("matplotlib") is not None
        picture = out.with_suffix(".png")
        if drawn:
            draw(self.scores, picture)
        versions = ", ".join(f"{peer.name} {peer.version}" for peer in self.peers)
        parts = [
            "# Article extraction, measured\n",
            f"`{self.command}`\n",
            f"Python {platform.python_version()}, {platform.machine()}. {versions}. How it is measured: "
            "docs/extraction.md.\n",
            *([f"![F1 and milliseconds a page, by extractor and folder]({picture.name})\n"] if drawn else []),
            *(table.markdown() for table in self.tables),
        ]
        out.write_text("\n".join(parts), "utf-8")
        return [out, *([picture] if drawn else [])]


def folder_table(name: str, scores: dict[str, FolderScore]) -> Table:
    """Return the table of one folder, an extractor a line."""
    head = ("extractor", "P", "R", "F1", "F1 of means", "exact", "must", "must not", "ms", "p99 ms", f"× {BASELINE}")
    baseline = scores[BASELINE].median_ms if BASELINE in scores else None
    rows = tuple(
        (
            extractor,
            *(f"{value:.4f}" for value in (one.precision, one.recall, one.f1, one.f1_of_means)),
            str(one.exact),
            _percent(one.must),
            _percent(one.must_not),
            f"{one.median_ms:.2f}",
            f"{one.p99_ms:.1f}",
            f"{one.median_ms / baseline:.2f}" if baseline else "–",
            str(one.errors),
            str(one.empty),
        )
        for extractor, one in scores.items()
    )
    pages = next(iter(scores.values())).pages
    return Table(f"{name}: {pages} page{'s' * (pages != 1)}", (*head, "errors", "empty"), rows)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


_OURS_COLOUR, _THEIRS_COLOUR = "#b3261e", "#8a9bb0"


def draw(scores: dict[str, dict[str, FolderScore]], path: Path) -> None:
    """Draw F1 and milliseconds a page as bars, a row of panels a folder."""
    from matplotlib.figure import Figure

    extractors = len(next(iter(scores.values())))
    figure = Figure(figsize=(11, len(scores) * (0.9 + 0.32 * extractors)), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.15)
    panels = figure.subplots(len(scores), 2, squeeze=False, width_ratios=(3, 2))
    for (left, right), (folder, found) in zip(panels, scores.items(), strict=True):
        names = list(found)
        colours = [_OURS_COLOUR if name == OURS else _THEIRS_COLOUR for name in names]
        f1 = [one.f1 for one in found.values()]
        _bars(left, names, f1, colours, [f"{value:.3f}" for value in f1])
        left.set_xlim(0, 1.12)
        left.set_title(f"{folder}: mean F1 of {next(iter(found.values())).pages} pages", loc="left", fontsize=10)
        took = [one.median_ms for one in found.values()]
        _bars(right, [""] * len(names), took, colours, [f"{value:.2f}" for value in took])
        right.set_xlim(0, 1.2 * max(took))
        right.set_title("median ms a page", loc="left", fontsize=10)
    figure.savefig(path, dpi=144, metadata={"Software": None})


def _bars(panel: Any, names: list[str], values: list[float], colours: list[str], labels: list[str]) -> None:
    places = range(len(values))
    bars = panel.barh(places, values, color=colours, height=0.7)
    panel.bar_label(bars, labels, padding=4, fontsize=9)
    panel.set_yticks(places, names)
    panel.invert_yaxis()
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(labelsize=9, left=False)
