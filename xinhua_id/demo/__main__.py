"""``python -m xinhua_id.demo``: serve the replica until interrupted, for a look with a browser."""

from __future__ import annotations

import argparse
import sys
import threading

from xinhua_id.demo.site import Replica
from xinhua_id.errors import UsageError


def main() -> int:
    """Serve, say where, and wait for Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m xinhua_id.demo", description=__doc__)
    parser.add_argument("--stories", type=int, default=360, metavar="N", help="how many ordinary stories (360)")
    parser.add_argument("--seed", type=int, default=2023, metavar="N", help="another seed, other stories (2023)")
    parser.add_argument("--port-base", type=int, default=0, metavar="N", help="serve at N, N+1, … (any free ports)")
    chosen = parser.parse_args()
    replica = Replica(chosen.stories, seed=chosen.seed, port_base=chosen.port_base)
    try:
        _serve(replica)
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _serve(replica: Replica) -> None:
    with replica:
        for name, base in replica.sites.items():
            sys.stdout.write(f"{name:16} {base}/\n")
        sys.stdout.write(f"{len(replica.gold)} stories; Ctrl-C ends it.\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    sys.exit(main())
