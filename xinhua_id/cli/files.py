"""Files that a command writes where the user says: opened with a message of ours where the system refuses.

Knows nothing of what is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from xinhua_id.errors import CannotWrite, UsageError


def opened(path: Path) -> BinaryIO:
    """Return a file to write, emptied if it was there; raise `UsageError` where it cannot be opened."""
    try:
        return path.open("wb")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot write the file: {why}", where=str(path), now="Give --out another path.") from error


def write_new(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files that are not there yet, all or none of them, and return their paths.

    Raises `UsageError` where one is there already, `CannotWrite` where the system refuses; nothing of ours stays then.
    """
    paths = [folder / name for name in contents]
    there = [path.name for path in paths if path.exists()]
    if there:
        raise UsageError(
            f"already there: {', '.join(there)}", where=str(folder),
            now="Nothing was written. Move them away, or choose another --name or --into.",
        )  # fmt: skip
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in zip(paths, contents.values(), strict=True):
            with path.open("xb") as file:  # not `wb`: another process may have written it meanwhile
                written.append(path)
                file.write(content)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise CannotWrite(
            f"cannot write the draft: {error.strerror}", where=str(error.filename or folder),
            now="Make room, or choose another folder: --into.",
        ) from error  # fmt: skip
    return paths
