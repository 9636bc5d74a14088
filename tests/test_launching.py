"""What the tests launch is a process like any other."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import launching
from tests.conftest import environment

ROOT = Path(__file__).parent.parent


def test_it_has_folder_environment_arguments_output_and_code_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "apa.py").write_text(
        "import atexit, os, sys\n"
        "atexit.register(print, 'tamat')\n"
        "print(os.getcwd(), os.environ['KATA'], sys.argv[1:], 'PATH' in os.environ, __name__)\n"
        "print('é', file=sys.stderr)\n"
        "sys.exit(7)\n"
    )
    done = launching.run("apa", "satu", "dua", environment={"KATA": "ya"}, cwd=tmp_path)
    assert done.stdout == f"{tmp_path} ya ['satu', 'dua'] False __main__\ntamat\n"
    assert (done.returncode, done.stderr) == (7, "é\n")


def test_what_it_says_at_its_exit_is_printed(tmp_path: Path) -> None:
    (tmp_path / "usai.py").write_text("import sys; sys.exit('tidak bisa')")
    done = launching.run("usai", environment={}, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "tidak bisa\n")


def test_a_fault_is_traced_and_a_process_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    (tmp_path / "salah.py").write_text("raise ValueError('salah')")
    done = launching.run("salah", environment={}, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith("ValueError: salah\n")
    (tmp_path / "lama.py").write_text("import signal; signal.pause()")
    with pytest.raises(subprocess.TimeoutExpired):
        launching.run("lama", environment={}, cwd=tmp_path, timeout=1)
    child = launching.Launched("lama", environment={}, cwd=tmp_path)
    child.send_signal(signal.SIGKILL)
    assert child.wait(30) == -signal.SIGKILL


def test_what_all_children_have_imported_has_read_no_environment_and_chosen_no_reactor() -> None:
    asked = f"import sys\nfor name in {launching.IMPORTED}: __import__(name)\n"
    asked += "print([name for name in ('xinhua_id.settings', 'twisted.internet.reactor') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
