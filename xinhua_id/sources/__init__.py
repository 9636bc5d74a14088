"""The sources: one TOML a site, found by name or by the host of a URL.

Knows nothing of how a source is used.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from xinhua_id.errors import SourceError, UnknownSource
from xinhua_id.sources.model import Discovery, Drop, Layout, RightsOf, Source

__all__ = ["Discovery", "Drop", "Layout", "RightsOf", "Source", "get", "load", "match", "names", "shipped"]

_HERE = Path(__file__).parent
#: What pydantic says in Python's words, in those of TOML.
_WORDS = {
    "tuple_type": 'must be a list: ["…", "…"]',
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "string_type": "must be a string, in quotes",
    "too_short": "must not be empty",
}


@functools.cache
def shipped() -> tuple[Source, ...]:
    """Return the sources that come with the project, by name."""
    return tuple(load(path) for path in sorted(_HERE.glob("*.toml")))


def names() -> list[str]:
    """Return the names of the shipped sources."""
    return [source.name for source in shipped()]


def get(name: str) -> Source:
    """Return a source by name, or by the path of its TOML; raise `SourceError` with the names there are."""
    for source in shipped():
        if source.name == name:
            return source
    if name.endswith(".toml"):
        return load(Path(name))
    raise UnknownSource(
        f"there is no source {name!r}",
        now=f"Known: {', '.join(names())}. A TOML of your own is named by its path.",
    )


def match(url: str, among: Iterable[Source] | None = None) -> Source | None:
    """Return the source whose hosts include the URL's, or None: a site nobody described."""
    return next((source for source in (shipped() if among is None else among) if source.owns(url)), None)


def load(path: Path) -> Source:
    """Read and check one TOML; raise `SourceError` naming line, key and what is allowed."""
    try:
        raw = path.read_bytes()
        table = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise UnknownSource(
            f"cannot read the source: {error.strerror}", where=str(path), now="Check the path."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(
            f"the source is not TOML: {error}", where=str(path), now="Mend that line; strings need quotes."
        ) from error
    try:
        return Source.model_validate({**table, "digest": hashlib.sha256(raw).hexdigest()[:12]})
    except ValidationError as error:
        raise _explained(error, raw.decode("utf-8"), path) from error


def _explained(error: ValidationError, text: str, path: Path) -> SourceError:
    """Turn pydantic's words into line, key and what is allowed; one fault is enough to go on.

    An unknown key goes first: a typo makes the right one missing too.
    """
    faults = error.errors()
    fault = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
    where = [str(step) for step in fault["loc"]]
    line = _line_of(text, fault["loc"])
    key = ".".join(where)
    if fault["type"] == "extra_forbidden":
        what = f"unknown key {key!r}"
        now = f"Allowed here: {', '.join(_allowed(fault['loc'][:-1]))}."
    elif fault["type"] == "missing":
        what, now = f"key {key!r} is missing", "Add it; `docs/sources.md` says what it holds."
    else:
        said = _WORDS.get(fault["type"], fault["msg"].removeprefix("Value error, "))
        what, now = f"key {key!r}: {said}" if where else said, "Mend the value."
    return SourceError(what, where=f"{path.name}, line {line}" if line else path.name, now=now)


def _allowed(loc: tuple[int | str, ...]) -> list[str]:
    model: type[Source | Layout | Discovery | RightsOf | Drop] = Source
    steps: dict[str, type[Layout | Discovery | RightsOf | Drop]] = {
        "layout": Layout, "discovery": Discovery, "rights": RightsOf, "drop": Drop,
    }  # fmt: skip
    for step in loc:
        model = steps.get(str(step), model)
    return sorted(name for name in model.model_fields if name != "digest")


def _line_of(text: str, loc: tuple[int | str, ...]) -> int | None:
    """Return the line (from 1) where the key stands: the table's header is found first, then the key below it.

    tomllib keeps no positions; a source is written by hand, one key a line, so reading the lines is enough.
    """
    names_of = [str(step) for step in loc if isinstance(step, str)]
    if not names_of:
        return None
    numbers = [step for step in loc if isinstance(step, int)]
    table, seen, header_line = "", -1, None
    best = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?", line):
            same = header[1] == table
            table = header[1]
            seen = seen + 1 if same else 0
            if table == names_of[0] and (not numbers or seen == numbers[0]):
                header_line = number
        inside = table == names_of[0] and (not numbers or seen == numbers[0]) if len(names_of) > 1 else table == ""
        for key in reversed(names_of):
            if inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
                return number
            if inside and len(names_of) > 2 and re.search(rf"[{{,]\s*{re.escape(key)}\s*=", line):
                best = best or number
    return (
        best
        or header_line
        or next(
            (n for n, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*\[*{re.escape(names_of[0])}\b", line)),
            None,
        )
    )
