"""The command line: one module a noun, each thin over the part of the package it speaks for."""

from __future__ import annotations

from xinhua_id.cli.app import main

__all__ = ["main"]
