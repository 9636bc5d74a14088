"""No pattern of the extraction backtracks without bound: each is tried on what it half matches."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import xinhua_id.extraction
from xinhua_id.text import clean

#: What a search may take, processor seconds. On the longest text a pattern linear in it takes a hundredth of this, one
#: that looks at every pair of places takes several times as much.
_LONGEST_WAIT = 0.025
_LENGTHS = (16, 22, 28, 60, 400, 8_000)
#: What looks at no longer text than this, by module or name: the callers cut it.
_SHORT = {
    "boilerplate": 400, "credit_lines": 400, "newswire": 400, "parts": 400, "separate._END_MARK": 60,
    "separate._END_AGENCY": 60, "surroundings._LABEL": 400, "metadata._STORY_TYPES": 80,
    "verdict._FEED": 1_000,
}  # fmt: skip
#: What looks at text as the page has it; all else looks at one line in which white space is one space.
_RAW = {"blocks", "decode", "metadata", "tree", "verdict"}
_REPEATED = [
    *"a A 1 . , - – / : | ( [ { < > = & ; # @ \" ' “ ” ’ • _ * \\ é \u2028 \u2029 \u00a0 \t \n".split(" "),
    *(
        " ",
        "Aa ",
        "a b ",
        "A. ",
        "Aa, ",
        "1 2 ",
        "1/",
        "1.",
        "A/",
        "(A",
        "[A",
        "a=",
        '="',
        "A B (",
        "<!--",
        "<?",
        "<a ",
    ),
]
_TAILS = ("", "!", "\n")


def held(value: Any) -> Iterator[re.Pattern[Any]]:
    """The patterns in a module's value, however they are kept."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from held(list(value.values()))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from held(item)
    elif isinstance(pattern := getattr(value, "pattern", None), re.Pattern):
        yield pattern


def patterns() -> dict[str, tuple[re.Pattern[Any], int, bool]]:
    """Every pattern of the extraction by its place, the length to try it on, and whether it sees lines alone."""
    found = {}
    for module in pkgutil.iter_modules(xinhua_id.extraction.__path__):
        loaded = importlib.import_module(f"xinhua_id.extraction.{module.name}")
        for name, value in vars(loaded).items():
            for number, pattern in enumerate(held(value)):
                longest = _SHORT.get(f"{module.name}.{name}", _SHORT.get(module.name, _LENGTHS[-1]))
                found[f"{module.name}.{name}[{number}]"] = pattern, longest, module.name not in _RAW
    return found


def slowest(pattern: re.Pattern[Any], longest: int, line: bool) -> tuple[float, str]:
    """The longest search, seconds, and what it looked at; stops at the first that takes too long."""
    written = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = list(dict.fromkeys(re.findall(r"[A-Za-z]{2,}", written)))[:6]
    worst = (0.0, "")
    for unit in [*_REPEATED, *own, *(word + " " for word in own)]:
        for length in _LENGTHS:
            if length > longest:
                break
            for tail in _TAILS if length < _LENGTHS[-1] else ("!",):
                text = (unit * (length // len(unit) + 1))[:length] + tail
                text = clean(text) if line else text
                looked: Any = text if isinstance(pattern.pattern, str) else text.encode()
                start = time.process_time()
                pattern.search(looked)
                worst = max(worst, (time.process_time() - start, f"{unit!r} for {length}, then {tail!r}"))
            if worst[0] > _LONGEST_WAIT:
                return worst
    return worst


def test_every_pattern_gives_up_in_time() -> None:
    tried = patterns()
    assert len(tried) > 80
    waits = {name: slowest(*pattern) for name, pattern in tried.items()}
    assert {name: wait for name, wait in waits.items() if wait[0] > _LONGEST_WAIT} == {}


def test_a_pattern_that_backtracks_is_noticed() -> None:
    for pattern in (r"(?:a+)+$", r"\s*#+\s*$", r"A.*B.*C", r"(?:a|A)*[^!]*a!"):
        assert slowest(re.compile(pattern), _LENGTHS[-1], False)[0] > _LONGEST_WAIT
