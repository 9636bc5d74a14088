"""Starting the server: what scrapyd must find in its folder and its environment.

Knows nothing of terminals; `cli.serve` talks.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import xinhua_id
from xinhua_id.errors import CannotWrite, UsageError

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Server:
    """A server about to start. ``password_made`` says that nobody knows the password yet."""

    home: Path
    port: int
    user: str
    password: str
    password_made: bool
    archive: Path
    state: Path

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://{HOST}:{self.port}"

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """Return the environment for scrapyd and, but for the password, for its crawls."""
        own = {
            "SCRAPYD_BIND_ADDRESS": HOST,
            "SCRAPYD_HTTP_PORT": str(self.port),
            "SCRAPYD_USERNAME": self.user,
            "SCRAPY_SETTINGS_MODULE": "xinhua_id.settings",
            "XINHUA_ID_ARCHIVE": str(self.archive),
            "XINHUA_ID_PASSWORD": self.password,
            "XINHUA_ID_STATE": str(self.state),
        }
        others = {name: value for name, value in inherited.items() if name not in ("SCRAPYD_PASSWORD", "XINHUA_ID_RUN")}
        return {**others, **own}

    def start(self) -> None:
        """Become scrapyd: this process is replaced, so signals and exit code are the server's own."""
        os.chdir(self.home)
        os.execve(sys.executable, [sys.executable, "-m", "scrapyd", "--pidfile="], self.environment(os.environ))


def prepare(port: int | None, archive: Path, state: Path | None, password: str | None) -> Server:
    """Return the server to start.

    Raises `UsageError` without scrapyd or scrapy.cfg, where the port is taken or a setting is wrong, `CannotWrite`
    where archive or state can be no folder.
    """
    if importlib.util.find_spec("scrapyd") is None:
        raise UsageError("serve needs scrapyd", now="Install it: pip install 'xinhua-id[serve]'.")
    cfg = configuration(Path.cwd())
    options = ConfigParser(interpolation=None)
    options.read(cfg, encoding="utf-8")
    chosen = port if port is not None else options.getint("scrapyd", "http_port", fallback=6800)
    _check_port(chosen)
    _check_settings()
    home = (state or cfg.parent / ".scrapyd").absolute()
    for folder, option in ((archive.absolute(), "--archive"), (home, "--state")):
        _check_folder(folder, option)
    return Server(
        home=cfg.parent,
        port=chosen,
        user=options.get("scrapyd", "username", fallback="xinhua-id"),
        password=password or secrets.token_urlsafe(18),
        password_made=not password,
        archive=archive.absolute(),
        state=home,
    )


def configuration(start: Path) -> Path:
    """Return the project's scrapy.cfg: the nearest at or above ``start`` that names it, else the one it came with."""
    beside = Path(xinhua_id.__file__).parent.parent
    for folder in (start, *start.parents, beside):
        options = ConfigParser(interpolation=None)
        options.read(folder / "scrapy.cfg", encoding="utf-8")
        if options.has_option("settings", "xinhua_id"):
            return folder / "scrapy.cfg"
    raise UsageError(
        "there is no scrapy.cfg of this project", where=str(start), now="Start it in the project's folder."
    )


def _check_settings() -> None:
    """Let a wrong setting be said here, by its name, and not in the log of every crawl."""
    importlib.import_module("xinhua_id.settings")


def _check_folder(folder: Path, option: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(
            f"{option} is no folder that can be written: {error.strerror}", where=str(folder), now="Name another."
        ) from error


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be had: {error.strerror}", where=HOST, now="Choose another: --port 6801."
            ) from error
