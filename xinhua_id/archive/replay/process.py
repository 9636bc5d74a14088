"""Replay as a process: what was asked for is indexed and listed, then pywb runs, in an environment of its own.

    with replay.begin(find(archive, run), port=8090) as running:
        print(running.address)
        running.wait()

Whatever ends this process ends that one too, and the temporary folder with it. Knows nothing of pywb itself
(`app` does, and is only ever run) or of how progress is shown.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from xinhua_id.archive.replay import index as replay_index
from xinhua_id.archive.replay import stories as replay_stories
from xinhua_id.archive.replay import wacz as replay_wacz
from xinhua_id.archive.replay.stories import Listed, Story
from xinhua_id.archive.replay.target import Target
from xinhua_id.errors import ArchiveError, CannotWrite, UsageError

_APP = Path(__file__).with_name("app.py")
_LONGEST_END = 5

#: Told what is being done, and how many of it are done.
Told = Callable[[str, int], None]


@dataclass(slots=True)
class Running:
    """Replay under way at ``address``; ``notes`` say what is not as it should be."""

    address: str
    listed: Listed
    notes: list[str]
    _child: subprocess.Popen[bytes] = field(repr=False)
    _talk: Path = field(repr=False)

    def wait(self) -> None:
        """Wait until replay ends, which it does when this process is interrupted; raise `ArchiveError` if by itself."""
        code = self._child.wait()
        raise ArchiveError(
            f"replay ended by itself with code {code}",
            where=_last_line(self._talk),
            now="Start it again; if it ends again, `make replay-ready` in the project's folder renews pywb.",
        )


@contextmanager
def begin(target: Target, port: int = 0, told: Told = lambda _what, _done: None) -> Iterator[Running]:
    """Replay ``target`` on 127.0.0.1 until the context ends; port 0 takes a free one.

    Raises `ArchiveError` where pywb is not installed or a file cannot be read, `UsageError` where the port is taken.
    """
    python = replay_python()
    folder = Path(tempfile.mkdtemp(prefix="xinhua-id-replay-"))
    child: subprocess.Popen[bytes] | None = None
    try:
        with _making(folder):
            config, listed, notes = _prepared(target, folder, told)
            (folder / "config.json").write_text(json.dumps({**config, "port": port}), encoding="utf-8")
            talk = folder / "stderr"
            child = _started(python, folder / "config.json", talk)
        yield Running(_address(child, port, talk), listed, notes, child, talk)
    finally:
        if child is not None:
            _end(child)
        shutil.rmtree(folder, ignore_errors=True)


def replay_python() -> Path:
    """Return the Python that has pywb; raise `ArchiveError` where there is none."""
    project = Path(__file__).parent.parent.parent
    named = os.environ.get("XINHUA_ID_REPLAY_BIN")
    folders = [Path(named)] if named else [Path(f"{sys.prefix}-replay") / "bin", project / ".venv-replay" / "bin"]
    for folder in folders:
        for name in ("python", "python3"):
            if os.access(folder / name, os.X_OK):
                return folder / name
    raise _not_installed(str(folders[0]))


def _not_installed(where: str | None) -> ArchiveError:
    return ArchiveError(
        "pywb, which replays the archive, is not installed",
        where=where,
        now="`make replay-ready` in the project folder installs it beside the rest; or set XINHUA_ID_REPLAY_BIN to the "
        "folder of a Python that has pywb (`wayback` lies in it too).",
    )


def _prepared(target: Target, folder: Path, told: Told) -> tuple[dict[str, object], Listed, list[str]]:
    """Index and list what is asked for; return what `app` must know, and what to say of it."""
    listed, notes = Listed(), list[str]()
    files: dict[str, str] = {}
    indexes: dict[str, Path]
    stories: Iterable[Story]
    if target.alone is None:
        indexes = {}
        for home in target.homes:
            told(f"indexing {home.name}", 0)
            indexes |= replay_index.of_home(home, folder, notes)
        stories = replay_stories.of_items(target.items, target.warc, listed)
    elif target.alone.suffix == ".wacz":
        lines, files, stories = replay_wacz.read(target.alone, folder)
        indexes = {"file": replay_index.write(folder / "index.cdxj", lines)}
    else:
        told("indexing", 0)
        indexes = {"file": replay_index.write(folder / "index.cdxj", replay_index.lines(target.alone))}
        files = {target.alone.name.removesuffix(".open"): str(target.alone.absolute())}
        stories = replay_stories.of_warc(target.alone)
    listed.stories = replay_stories.write(
        folder / "stories.sqlite", stories, lambda done: told("listing stories", done)
    )
    if listed.unreadable:
        notes.append(
            f"{listed.unreadable} lines of the items are no items and not listed: `archive verify` names them."
        )
    return {
        "title": target.title,
        "folder": str(folder),
        "stories": str(folder / "stories.sqlite"),
        "indexes": {name: str(path) for name, path in indexes.items()},
        "folders": [str(home.absolute() / "warc") for home in target.homes],
        "files": files,
    }, listed, notes  # fmt: skip


def _started(python: Path, config: Path, talk: Path) -> subprocess.Popen[bytes]:
    """Start pywb: it inherits no proxy, no Python setting and no Ctrl-C, and ends when its stdin does."""
    kept = {
        name: value for name, value in os.environ.items()
        if not name.upper().startswith(("PYWB", "PYTHON", "XINHUA_ID")) and not name.upper().endswith("_PROXY")
    }  # fmt: skip
    with talk.open("wb") as errors:
        return subprocess.Popen(
            [python, "-I", _APP, config],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            env={**kept, "NO_PROXY": "*"}, cwd=config.parent, start_new_session=True,
        )  # fmt: skip


def _address(child: subprocess.Popen[bytes], port: int, talk: Path) -> str:
    """Return where it answers, once it says so."""
    assert child.stdout is not None
    try:
        said = json.loads(child.stdout.readline() or b"{}")
    except ValueError:
        said = {}
    if "port" in said:
        return f"http://127.0.0.1:{said['port']}/"
    if said.get("errno") in {errno.EADDRINUSE, errno.EACCES}:
        why = "is in use" if said["errno"] == errno.EADDRINUSE else "may not be used"
        raise UsageError(
            f"port {port} {why}", where="127.0.0.1", now="Give another with --port, or --port 0 for a free one."
        )
    if said.get("missing"):
        raise _not_installed(said["error"])
    raise ArchiveError(
        f"replay did not start: {said.get('error') or 'it ended at once'}",
        where=_last_line(talk),
        now="`make replay-ready` in the project's folder renews pywb.",
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if child.stdin:
            child.stdin.close()
    try:
        child.wait(_LONGEST_END)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout:
        child.stdout.close()


def _last_line(path: Path) -> str | None:
    with suppress(OSError):
        lines = [line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1].strip()[:300] if lines else None
    return None


@contextmanager
def _making(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(
            f"what replay needs cannot be written: {error.strerror or error}",
            where=str(error.filename or folder),
            now="Make room there, or name another folder for temporary files with TMPDIR.",
        ) from error
