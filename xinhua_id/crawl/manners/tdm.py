"""What a site reserves for itself against text and data mining: its ``/.well-known/tdmrep.json`` (W3C TDMRep).

A file of hostile bytes in, what it says out; what is no rule is counted and left out. Nothing here decides what may be
fetched or used: reservations are recorded, and whoever uses the corpus has to heed them. What a page says of itself, in
its head or its HTTP headers, is the extraction's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from xinhua_id.crawl.counting import Counter
from xinhua_id.items import Article

#: Where the file stands below an origin (TDMRep §6.1).
PATH = "/.well-known/tdmrep.json"
#: What is read of it, in bytes and rules; a site has a handful.
LONGEST = 512 * 1024
MOST_RULES = 1000
#: A location or the address of a policy is not longer than this.
_LONGEST_TEXT = 2048


@dataclass(frozen=True, slots=True)
class Rule:
    """One object of the file: for which paths, whether the rights are reserved, and where the policy stands."""

    location: str
    reserved: bool
    policy: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it in the words of the file."""
        policy = {"tdm-policy": self.policy} if self.policy else {}
        return {"location": self.location, "tdm-reservation": int(self.reserved), **policy}


@dataclass(frozen=True, slots=True)
class Reservations:
    """What one file says. ``left_out`` counts what is no rule; ``fault`` says why the whole file could not be read."""

    rules: tuple[Rule, ...] = ()
    left_out: int = 0
    fault: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as a run's manifest has it."""
        said: dict[str, Any] = {"rules": [rule.as_json() for rule in self.rules]}
        if self.left_out:
            said["left-out"] = self.left_out
        if self.fault:
            said["fault"] = self.fault
        return said


def read(body: bytes) -> Reservations:
    """Return what a tdmrep.json says: a list of objects, or one object; any bytes can be read."""
    if len(body) > LONGEST:
        return Reservations(fault=f"longer than {LONGEST} bytes")
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Reservations(fault=f"no JSON: {type(error).__name__}")
    objects = found if isinstance(found, list) else [found]
    rules = [rule for rule in map(_rule, objects[:MOST_RULES]) if rule is not None]
    return Reservations(tuple(rules), len(objects) - len(rules))


def count_story(stats: Counter, article: Article) -> None:
    """Count a story whose own page, or its answer's header, reserves the rights or says that it does not."""
    reservation = article.rights.tdm_reservation
    if reservation is not None:
        stats.inc_value("tdm/stories-reserved" if reservation else "tdm/stories-not-reserved")


def _rule(found: object) -> Rule | None:
    if not isinstance(found, Mapping):
        return None
    location, reserved, policy = (found.get(key) for key in ("location", "tdm-reservation", "tdm-policy"))
    # A boolean is no 0 or 1 to TDMRep; to Python it is.
    if not _is_text(location) or type(reserved) is not int or reserved not in (0, 1):
        return None
    return Rule(location, reserved == 1, policy if _is_text(policy) else None)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT and value.isprintable()
