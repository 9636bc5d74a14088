"""Sentences out of templates: ``{fact}``, ``{num:100:900}``, ``{dec:1:9}`` and ``[one|other]``.

A fact is fixed for a whole story, a number or a choice is drawn where it stands. Knows nothing of what it writes
about.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)(?::(\d+):(\d+))?\}")


def write(template: str, facts: Mapping[str, str], rng: random.Random) -> str:
    """Return the template filled in; choices may be nested. A fact that is not there raises KeyError."""

    def choice(found: re.Match[str]) -> str:
        options: list[str] = found[1].split("|")
        return rng.choice(options)

    def slot(found: re.Match[str]) -> str:
        name, low, high = found.groups()
        if low is None:
            return facts[name]
        if name == "dec":
            return f"{rng.randint(int(low), int(high) - 1)},{rng.randint(1, 9)}"
        return number(rng.randint(int(low), int(high)))

    while True:
        text = _CHOICE.sub(choice, template)
        if text == template:
            break
        template = text
    while "{" in template:
        template = _SLOT.sub(slot, template)
    return template[:1].upper() + template[1:]


def number(value: int) -> str:
    """Return a whole number as Indonesian newspapers print it: ``3.016``."""
    return f"{value:,}".replace(",", ".")


def draw(value: str | Sequence[str], facts: Mapping[str, str], rng: random.Random) -> str:
    """Return one fact: a choice from a list, or a template; neither is capitalised."""
    template = value if isinstance(value, str) else rng.choice(list(value))
    text = write("\x00" + template, facts, rng)
    return text[1:]


def sample(alternatives: Sequence[str], facts: Mapping[str, str], rng: random.Random) -> str:
    """Return one of the templates, filled in."""
    return write(rng.choice(list(alternatives)), facts, rng)
