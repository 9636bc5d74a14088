"""Reading an archive's articles back: ``read("archives")`` and what one can do with what it returns.

Knows the archive's items (``<source>/items/*.jsonl``) and nothing of WARC files, crawling or extraction.
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from xinhua_id import urls
from xinhua_id.corpus.columns import Cell, columns
from xinhua_id.corpus.join import join, story_of
from xinhua_id.errors import UsageError
from xinhua_id.items import SCHEMA_VERSION, Article
from xinhua_id.warc.opening import Where, folder_of, found, name_of, opened, place

if TYPE_CHECKING:
    import pandas as pd

_BEFORE_ALL = dt.datetime.min.replace(tzinfo=dt.UTC)
#: What the cells of a table are in pandas; moments become UTC, since a pandas column has one zone.
_PANDAS = {
    Cell.TEXT: "string",
    Cell.INTEGER: "Int64",
    Cell.MOMENT: "datetime64[us, UTC]",
    Cell.DAY: "datetime64[s]",
    Cell.LIST: "object",
}


class UnreadableLines(UserWarning):
    """Some lines of the items are no articles; `Articles.unreadable` names each."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A whole line that is no article: where it stands (lines count from 1), and why."""

    file: Where
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.why}"


@dataclass(frozen=True, slots=True)
class _Line:
    file: Where
    number: int
    raw: bytes


class Articles:
    """The articles of an archive, read anew at each iteration, in the order of files and lines.

    ``versions=False`` gives of every article the version captured last, ``True`` every line. ``joined`` gives a story
    in several pages as one article, in the place of its last part, else every part is one. Lines that are no articles
    are left out, named in ``unreadable`` and warned of (`UnreadableLines`). The torn last line of an ``.open`` file is
    still being written, or never was finished, and counts as ``unfinished``.
    """

    def __init__(self, root: Where, *, versions: bool = False, joined: bool = True) -> None:
        self.root = root
        self.versions = versions
        self.joined = joined
        self.unreadable: list[Unreadable] = []
        self.unfinished = 0
        if not _item_files(root):
            raise UsageError(
                "no items here",
                where=str(root),
                now="Name an archive, one of its sources or a .jsonl file; or crawl first.",
            )

    def __iter__(self) -> Iterator[Article]:
        if self.versions:
            yield from (article for _, article in self._articles())
            self._warn()
            return
        newest = self._newest()
        self._warn()
        due = Counter(newest.values())
        waiting: dict[tuple[Where, str], list[Article]] = {}
        for line, article in self._articles():
            story = newest.get((line.file, line.number))
            if story is None:
                continue
            if not self.joined or (due[story] == 1 and article.part is None and story[1] == article.id):
                yield article
                continue
            waiting.setdefault(story, []).append(article)
            if len(waiting[story]) == due[story]:
                yield join(waiting.pop(story))
        for items in waiting.values():  # a line went away while it was read
            yield join(items)

    @property
    def files(self) -> list[Where]:
        """The files read, ``.open`` ones included."""
        return _item_files(self.root)

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame with a row an article, its columns and their types from the model.

        Parts are columns with a dot (``capture.offset``), lists stay Python lists, moments are UTC. Raises `UsageError`
        without pandas.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise UsageError("to_pandas() needs pandas", now="Install it: pip install 'xinhua-id[pandas]'.") from error
        rows = list(self)
        return pd.DataFrame(
            {
                column.name: pd.Series([column.value_in(row) for row in rows], dtype=_PANDAS[column.cell])
                for column in columns()
            }
        )

    def _newest(self) -> dict[tuple[Where, int], tuple[Where, str]]:
        """Return where each article's version captured last stands, and the folder and id of its story.

        One of the story's own address stands before any of another, as in the crawl: a page may have named the address
        of a story that was not met yet. Of equally late versions the last written counts.
        """
        best: dict[tuple[Where, str], tuple[tuple[bool, dt.datetime], tuple[Where, int], str]] = {}
        for line, article in self._articles():
            captured_at = article.capture.captured_at if article.capture else _BEFORE_ALL
            rank = urls.is_at_home(article.url, article.canonical_url), captured_at
            known = best.get((folder_of(line.file), article.id))
            if known is None or rank >= known[0]:
                best[folder_of(line.file), article.id] = rank, (line.file, line.number), story_of(article)
        return {place: (folder, story) for (folder, _), (_, place, story) in best.items()}

    def _articles(self) -> Iterator[tuple[_Line, Article]]:
        """Yield every line that is an article; the others are in ``unreadable`` afterwards."""
        unreadable: list[Unreadable] = []
        for line in self._lines():
            article = _article(line)
            if isinstance(article, Article):
                yield line, article
            else:
                unreadable.append(article)
        self.unreadable = unreadable

    def _warn(self) -> None:
        if self.unreadable:
            more = f", and {len(self.unreadable) - 1} more" if len(self.unreadable) > 1 else ""
            what = f"no article: {self.unreadable[0]}{more}. They are left out; see `unreadable`."
            warnings.warn(what, UnreadableLines, stacklevel=3)

    def _lines(self) -> Iterator[_Line]:
        self.unfinished = 0
        for path in _item_files(self.root):
            for number, raw in enumerate(_raw_lines(path), 1):
                if name_of(path).endswith(".open") and not raw.endswith(b"\n"):
                    self.unfinished += 1
                elif raw.strip():
                    yield _Line(path, number, raw)


def read(archive: str | Path = "archives", *, versions: bool = False, joined: bool | None = None) -> Articles:
    """Return the articles below ``archive``: an archive, one source's folder in it, or one ``.jsonl`` file.

    It is a path, or a URL such as ``s3://bucket/archives``, which needs the extra ``s3``.

    A story in several pages is one article, so that it is not counted three times and no text ends in its middle;
    ``joined=False`` gives its parts as they were captured, and so do ``versions``. Raises `UsageError` where there are
    no items, or where every version is asked for and joined: versions are of pages.
    """
    if versions and joined:
        raise UsageError(
            "versions are of pages, and a joined story has none", now="Leave out `versions=True` or `joined=True`."
        )
    return Articles(place(archive), versions=versions, joined=not versions if joined is None else joined)


def _item_files(root: Where) -> list[Where]:
    try:
        return found(root, "items/*.jsonl", "items/*.jsonl.open", "*/items/*.jsonl", "*/items/*.jsonl.open")
    except OSError as error:
        raise UsageError(f"cannot read the archive: {error.strerror}", where=str(root), now="Check it.") from error


def _raw_lines(path: Where) -> Iterator[bytes]:
    """Yield a file's lines; an ``.open`` file may have got its final name since it was listed."""
    try:
        file = opened(path)
    except FileNotFoundError:
        file = opened(place(str(path).removesuffix(".open")))
    with file:
        yield from file


def _article(line: _Line) -> Article | Unreadable:
    try:
        return Article.model_validate_json(line.raw)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(step) for step in fault["loc"])
        why = f"{where}: {fault['msg']}" if where else fault["msg"]
        version = _version_of(line.raw)
        if version not in (None, SCHEMA_VERSION):
            why += f" (it is of format {version!r}, this reads {SCHEMA_VERSION!r})"
        return Unreadable(line.file, line.number, why)


def _version_of(raw: bytes) -> object:
    try:
        item = json.loads(raw)
    except ValueError:
        return None
    return item.get("schema_version") if isinstance(item, dict) else None
