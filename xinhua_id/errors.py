"""The one exception tree: every error says what happened, where, and what the reader can do now.

Knows nothing of the parts that raise.

    XinhuaIdError
    ├── NotAnArticle          the page carries no story; ``reason`` names why
    ├── SourceError           a source is unknown, or its TOML is wrong
    │   ├── UnknownSource     no source of that name, or no such file; wrong usage too
    │   └── PermissionNeeded  the site's terms ask for permission before a crawl
    ├── ContactNeeded         a live host would be crawled without saying who we are
    ├── UsageError            the call itself is wrong (a bad date, no such file)
    ├── ArchiveError          the archive cannot be written or read
    │   ├── CannotWrite       disk full, no permission, not a directory
    │   ├── CatalogueError    the catalogue is not there, broken, or of a newer program
    │   ├── RunExists         a second run of the same name
    │   ├── InUse             another process writes there: two crawls of one source, say
    │   └── BadRecord         a WARC record that cannot be read
    ├── BadPayload            chunking or a content coding that does not decode
    └── WireError             the byte-exact capture does not fit the installed Scrapy
"""

from __future__ import annotations


class XinhuaIdError(Exception):
    """Root of the tree. ``what`` happened, ``where``, and what to do ``now``."""

    def __init__(self, what: str, *, where: str | None = None, now: str | None = None) -> None:
        self.what = what
        self.where = where
        self.now = now
        super().__init__(what, where, now)

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        now = f" {self.now}" if self.now else ""
        stop = "" if self.what.endswith((".", "!", "?")) and not where else "."
        return f"{self.what}{where}{stop}{now}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.__dict__)


class NotAnArticle(XinhuaIdError):
    """The page carries no story. ``reason`` is a short, countable name such as ``listing`` or ``soft-404``."""

    def __init__(self, reason: str, what: str, *, where: str | None = None, now: str | None = None) -> None:
        super().__init__(what, where=where, now=now)
        self.reason = reason


class SourceError(XinhuaIdError):
    """A source is unknown, or its TOML is wrong."""


class PermissionNeeded(SourceError):
    """The site's terms forbid automated collection until its publisher permits it."""


class ContactNeeded(XinhuaIdError):
    """A live host would be crawled with a User-Agent that names no contact."""


class UsageError(XinhuaIdError):
    """The call itself is wrong."""


class UnknownSource(SourceError, UsageError):
    """No source has that name, or its TOML is not there."""


class ArchiveError(XinhuaIdError):
    """The archive cannot be written or read."""


class CannotWrite(ArchiveError):
    """Disk full, no permission, or not a directory."""


class CatalogueError(ArchiveError):
    """The catalogue is not there, is broken, or was written by a newer program; the files are the truth."""


class RunExists(ArchiveError):
    """A run of that name was started before; runs are created exclusively."""


class InUse(ArchiveError):
    """Another process writes there; the message says which, where it is known."""


class BadRecord(ArchiveError):
    """A WARC record that cannot be read."""


class BadPayload(XinhuaIdError):
    """A chunking or content coding that does not decode. ``partial`` holds what decoded before the break."""

    partial: bytes = b""


class WireError(XinhuaIdError):
    """The byte-exact capture does not fit the installed Scrapy."""


def _rebuild(kind: type[XinhuaIdError], state: dict[str, object]) -> XinhuaIdError:
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (state["what"], state["where"], state["now"])
    return error
