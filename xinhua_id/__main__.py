"""Where the command begins: the script ``xinhua-id``, and ``python -m xinhua_id`` where it is not on the path."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        from xinhua_id.cli import main as run  # it takes a moment, in which Ctrl-C is no fault to trace

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
