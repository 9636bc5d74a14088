"""xinhua_id: Xinhua's Indonesian-language stories, captured byte for byte and read as clean articles."""

from __future__ import annotations

__version__ = "0.1.0"
