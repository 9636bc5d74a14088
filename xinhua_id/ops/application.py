"""The server as scrapyd builds it, after a look at what would make it unsafe.

However it is started (`xinhua-id serve`, or scrapyd's own command in the project's folder), it listens on loopback
only and behind a password. Knows nothing of jobs.
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any

from scrapy.utils.conf import closest_scrapy_cfg
from scrapyd import app

from xinhua_id.errors import UsageError

_FOLDERS = ("dbs_dir", "logs_dir", "eggs_dir")


def application(config: Any) -> Any:
    """Return the Twisted application. Raises `UsageError` without a password, or off loopback.

    From the environment: ``XINHUA_ID_PASSWORD``, taken out of it so that no crawl inherits it; ``XINHUA_ID_STATE``, the
    folder of queue, logs and ledger, else ``.scrapyd`` beside scrapy.cfg.
    """
    options = config.cp[config.SECTION]
    config.cp.remove_option("settings", "default")  # Scrapy's name for the project that scrapyd knows as xinhua_id
    _check_address(os.environ.get("SCRAPYD_BIND_ADDRESS") or options.get("bind_address", ""))
    if options.get("unix_socket_path") or os.environ.get("SCRAPYD_UNIX_SOCKET_PATH"):
        raise UsageError("a unix socket takes the place of the port", where="unix_socket_path", now="Leave it empty.")
    if not options.get("username"):
        raise UsageError("the server has no user", where="scrapy.cfg, [scrapyd]", now="Give it a `username`.")
    given = os.environ.pop("XINHUA_ID_PASSWORD", "") or os.environ.pop("SCRAPYD_PASSWORD", "")
    options["password"] = (given or options.get("password", "")).replace("%", "%%")
    if not options["password"]:
        raise UsageError(
            "the server has no password",
            now="Set XINHUA_ID_PASSWORD, or start it with `xinhua-id serve`, which makes one.",
        )
    _place(options, os.environ.get("XINHUA_ID_STATE"))
    return app.application(config)


def _check_address(address: str) -> None:
    try:
        loopback = address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise UsageError(
            f"the server would listen on {address or 'every address'}",
            where="bind_address",
            now="Keep 127.0.0.1; from elsewhere, come through an SSH tunnel or a reverse proxy with TLS.",
        )


def _place(options: Any, state: str | None) -> None:
    """Make the folders absolute: below ``state``, else as scrapy.cfg says, seen from its own place."""
    home = Path(closest_scrapy_cfg() or "scrapy.cfg").absolute().parent
    for name in _FOLDERS:
        folder = Path(state).absolute() / Path(options[name]).name if state else home / options[name]
        folder.mkdir(parents=True, exist_ok=True)
        options[name] = str(folder).replace("%", "%%")
