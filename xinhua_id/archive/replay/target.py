"""What `archive replay` was asked for: the whole archive, a site, a run, or one WARC or WACZ, and what lies in it.

Knows where an archive keeps things; nothing of pywb.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xinhua_id.archive.sites import sites_in
from xinhua_id.errors import UsageError
from xinhua_id.warc.file import OPEN, WARCS


@dataclass(frozen=True, slots=True)
class Target:
    """What is replayed.

    ``homes`` are the folders of sites whose records are served; ``items`` are the files whose stories are listed, of
    one WARC only where ``warc`` names it. ``alone`` is a WARC or WACZ outside every archive: its own pages are listed.
    """

    title: str
    homes: tuple[Path, ...] = ()
    items: tuple[Path, ...] = ()
    warc: str | None = None
    alone: Path | None = None


def find(archive: Path, what: str | None) -> Target:
    """Return what ``what`` names: None all sites, else a file by its path, a site, a run or a WARC of the archive.

    Raises `UsageError` where it names nothing, or runs of several sites.
    """
    if what is not None and (path := Path(what)).is_file():
        return _file(path)
    homes = tuple(sites_in(archive))
    if not homes:
        raise UsageError(
            "there is no archive here" if what is None else f"no such file, and no archive that could hold {what!r}",
            where=str(archive),
            now="Name its folder with --archive, or crawl first.",
        )
    if what is None:
        return Target("Stories in the archive", homes, tuple(_items(homes)))
    if found := [home for home in homes if home.name == what]:
        return Target(f"Stories of {what}", tuple(found), tuple(_items(found)))
    if found := [home for home in homes if _has_run(home, what)]:
        if len(found) > 1:
            raise UsageError(
                f"run {what!r} is one of {' and of '.join(home.name for home in found)}",
                where=str(archive),
                now="Give a site, or the path of one of its WARC files.",
            )
        items = tuple(path for path in _items(found) if _stem(path) == what)
        return Target(f"Stories of the run {what}", tuple(found), items)
    for home in homes:
        for name in (what, f"{what}.open"):
            if (home / "warc" / name).is_file():
                return _file(home / "warc" / name)
    raise UsageError(
        f"no file, site, run or WARC is called {what!r}",
        where=str(archive),
        now=f"Sites: {', '.join(home.name for home in homes)}. Runs are the names of the files in their folder items/.",
    )


def _file(path: Path) -> Target:
    """Return one file: of a site where it lies in one, so that revisits find their originals; else alone."""
    name = path.name.removesuffix(OPEN)
    if path.suffix == ".wacz":
        return Target(f"Pages of {name}", alone=path)
    if not name.endswith(WARCS):
        raise UsageError(
            "not a WARC or WACZ, by its name",
            where=str(path),
            now="Give a .warc, .warc.gz or .wacz; `archive import` takes an ARC.",
        )
    home = path.absolute().parent.parent
    if path.absolute().parent.name == "warc" and (home / "items").is_dir():
        return Target(f"Stories of {name}", (home,), tuple(_items([home])), warc=name)
    return Target(f"Pages of {name}", alone=path)


def _items(homes: tuple[Path, ...] | list[Path]) -> Iterator[Path]:
    for home in homes:
        yield from sorted(path for end in ("*.jsonl", "*.jsonl.open") for path in home.glob(f"items/{end}"))


def _has_run(home: Path, run: str) -> bool:
    if "/" in run or "\0" in run:
        return False
    names = (f"items/{run}.jsonl", f"items/{run}.jsonl.open", f"runs/{run}.json")
    return any((home / name).is_file() for name in names)


def _stem(path: Path) -> str:
    return path.name.removesuffix(OPEN).removesuffix(".jsonl")
