"""Separating the article: bytes in, article out. Knows no Scrapy, no files, no network."""

from __future__ import annotations

from xinhua_id.extraction.extract import extract

__all__ = ["extract"]
