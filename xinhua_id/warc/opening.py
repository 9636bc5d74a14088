"""A file to read, by its path or its URL: ``archives/x.warc.gz``, ``s3://bucket/x.warc.gz``, ``file://``, ``memory://``.

Whatever goes wrong, on a disk or far away, is an `OSError` whose ``strerror`` says it in words. Knows nothing of what
stands in the file.
"""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from xinhua_id.errors import UsageError

#: A path, or a URL as text; a `Path` never is a URL.
Where = Path | str

#: How much is fetched at a time from far away: a WARC is read from front to end, an item's record in one piece.
BLOCK = 4 * 2**20

_URL = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_EXTRAS = {"s3": "s3", "s3a": "s3"}
_T = TypeVar("_T")


def is_url(where: Where) -> bool:
    """Whether a file is named by a URL."""
    return isinstance(where, str) and _URL.match(where) is not None


def place(where: Where) -> Where:
    """Return a URL as it is, and everything else as a `Path`."""
    return where if is_url(where) else Path(where)


def name_of(where: Where) -> str:
    """Return the file's own name, without the folders before it."""
    return str(where).rstrip("/").rpartition("/")[2] if is_url(where) else Path(where).name


def folder_of(where: Where) -> Where:
    """Return the folder that a file lies in."""
    return str(where).rstrip("/").rpartition("/")[0] if is_url(where) else Path(where).parent


def found(folder: Where, *patterns: str) -> list[Where]:
    """Return the files below ``folder`` that fit a pattern, sorted; ``folder`` itself where it is a file.

    Raises `OSError` for what is far away and cannot be asked; a folder that is not there holds nothing.
    """
    if is_url(folder):
        url = str(folder).rstrip("/")
        return _asked(url, lambda: _found(url, patterns))
    path = Path(folder)
    return [path] if path.is_file() else sorted({one for pattern in patterns for one in path.glob(pattern)})


def opened(where: Where) -> BinaryIO:
    """Return the file, seekable; one far away is read in blocks that are kept for a while.

    Raises `OSError` where it cannot be opened, `UsageError` where what reads such URLs is not installed.
    """
    if not is_url(where):
        return Path(where).open("rb")
    url = str(where)
    return cast("BinaryIO", io.BufferedReader(_Far(url, _asked(url, lambda: _open(url)))))


def size_of(where: Where) -> int:
    """Return how many bytes a file has; raises as `opened` does."""
    with opened(where) as file:
        return file.seek(0, io.SEEK_END)


def _open(url: str) -> Any:
    import fsspec

    system, path = fsspec.url_to_fs(url)
    return system.open(path, "rb", block_size=BLOCK, cache_type="readahead")


def _found(url: str, patterns: tuple[str, ...]) -> list[Where]:
    import fsspec

    system, root = fsspec.url_to_fs(url)
    if system.isfile(root):
        return [url]
    system.ls(root.partition("/")[0])  # a bucket that is not there is no empty one
    return sorted({system.unstrip_protocol(one) for pattern in patterns for one in system.glob(f"{root}/{pattern}")})


class _Far(io.RawIOBase):
    """A file of fsspec, whose many errors become `OSError`."""

    def __init__(self, url: str, file: Any) -> None:
        self._url = url
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any, /) -> int:
        data = _asked(self._url, lambda: self._file.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _asked(url: str, ask: Callable[[], _T]) -> _T:
    """Return what was asked for; raise `OSError` in words, or `UsageError` where a package is missing."""
    scheme = url.partition("://")[0].lower()
    try:
        return ask()
    except ImportError as error:
        extra = _EXTRAS.get(scheme)
        raise UsageError(
            f"reading {scheme}:// needs a package that is not installed",
            where=url,
            now=f"Install it: pip install 'xinhua-id[{extra}]'." if extra else f"It says: {error}",
        ) from error
    except FileNotFoundError as error:
        bucket = "bucket" in str(error).lower()
        why = "there is no such bucket" if bucket else "there is no such file"
        raise FileNotFoundError(errno.ENOENT, why, url) from error
    except PermissionError as error:
        raise PermissionError(
            errno.EACCES, f"access was refused ({error.strerror or error}); check the credentials", url
        ) from error
    except OSError as error:
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), url) from error
    except ValueError as error:
        raise UsageError(f"not an address that can be read: {error}", where=url, now="Check how it begins.") from error
    except Exception as error:  # of whatever library speaks to the store: botocore's derive from nothing of ours
        if type(error).__name__ in {"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound"}:
            why = "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
            raise PermissionError(errno.EACCES, why, url) from error
        raise OSError(errno.EIO, f"{type(error).__name__}: {error}", url) from error
