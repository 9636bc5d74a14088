"""A crawl as a process of its own, and its death: what the tortures of archives and of crawls do alike."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import environment
from tests.launching import Launched


def begun(seed: str, archive: Path, **variables: str) -> Launched:
    """Start `xinhua-id crawl` of a seed into an archive."""
    variables["XINHUA_ID_ARCHIVE"] = str(archive)
    return Launched("xinhua_id", "crawl", "--seed", seed, environment=environment(**variables), cwd=archive.parent)


def killed(
    start: Callable[[], Launched],
    answered: Callable[[], int],
    chance: random.Random,
    *,
    most: int,
    latest: float,
    longest: float,
) -> bool:
    """Start a crawl and kill it at a random moment; return whether it was still alive.

    After one to ``most`` answers of its site (``answered`` counts them), or, one time in four, after 0.2 to ``latest``
    seconds. No crawl takes ``longest`` seconds: one that does hangs, and is killed then.
    """
    before, wanted = answered(), chance.randrange(1, most + 1)
    by_time = chance.random() < 0.25
    child = start()
    end = time.monotonic() + (chance.uniform(0.2, latest) if by_time else longest)
    while child.poll() is None and time.monotonic() < end and (by_time or answered() - before < wanted):
        time.sleep(0.0005)  # a look-up, no wait for something to happen by itself
    time.sleep(chance.uniform(0, 0.02))
    alive = child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    return alive
