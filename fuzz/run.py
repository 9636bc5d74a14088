"""The fuzzer: atheris changes pages at random and keeps what reaches new branches of the extraction.

`make fuzz` starts it. ``python -m fuzz.run fuzz/found/FILE`` reads a file again that it found.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["xinhua_id.extraction", "xinhua_id.text"]):
    from fuzz import one_page


def main() -> None:
    """Run with libFuzzer's arguments; an input that breaks ends the run, and its bytes are kept."""
    atheris.Setup([*sys.argv, f"-max_len={one_page.LARGEST}"], one_page.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
