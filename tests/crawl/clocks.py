"""Clocks that a test turns, in seconds."""

from __future__ import annotations

import asyncio


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self, now: float = 50.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class WaitedClock(Clock):
    """Seconds that pass only while somebody waits."""

    def __init__(self) -> None:
        super().__init__(100.0)

    async def pause(self, seconds: float) -> None:
        """Let them pass."""
        self.now += seconds
        await asyncio.sleep(0)
