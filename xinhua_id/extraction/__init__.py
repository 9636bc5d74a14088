"""Separating the article: bytes in, article out. Knows no Scrapy, no files, no network."""

from __future__ import annotations

from xinhua_id.extraction.extract import extract
from xinhua_id.extraction.textdump import extract_text

__all__ = ["extract", "extract_text"]
