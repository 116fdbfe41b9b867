"""Ctrl-C at a real terminal, below make."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.embedded.conftest import PATIENCE
from webapp.embedded.processes import free_port
from webapp.embedded.terminal import LogWatch, ready_block

ROOT = Path(__file__).resolve().parents[2]
#: Makes standard input the terminal of its session, as a shell would have it, and becomes the program named.
_WITH_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_ctrl_c_below_make_ends_without_an_error(var: Path, tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@exec {sys.executable} -m tests.embedded.tiny_city {var}\n")
    ours, theirs = pty.openpty()
    make = subprocess.Popen(
        [sys.executable, "-c", _WITH_TERMINAL, "make", "--no-print-directory", "-f", str(makefile), "run"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PORT": str(free_port())},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said = ""
    asked_to_stop = False
    until = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < until:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    part = os.read(ours, 4096)
                except OSError:  # the last one on the other side has gone
                    break
                said += part.decode(errors="replace")
            if "stop with Ctrl-C" in said and not asked_to_stop:
                os.write(ours, b"\x1a")  # Ctrl-Z first: it does nothing
                time.sleep(0.3)
                os.write(ours, b"\x03")
                asked_to_stop = True
        assert make.wait(PATIENCE) == 0, said
    finally:
        if make.poll() is None:
            make.terminate()
            make.wait(PATIENCE)
        os.close(ours)
    assert "stopped in" in said
    assert "***" not in said
    assert "Traceback" not in said
    assert "Ctrl-Z does nothing here" in said


def test_the_block_lines_up() -> None:
    sign_ins = [
        {"role": "administrator", "email": "a@kota.test", "password": "p"},
        {"role": "officer", "email": "petugas@kota.test", "password": "q"},
    ]
    receipts = [{"receipt": "0000-A0QP-31HH-E771", "service": "Akta kelahiran", "officer": "Siti"}]
    demo = {
        "sign_ins": sign_ins,
        "receipts": receipts,
        "halls": [{"unit": "Seksi Akta", "display": "/antrean/7/layar", "kiosk": "/kiosk/rahasia"}],
        "files": [{"code": "BK-7K2M9-4QXTV", "state": "finished", "cause": "central_server"}],
    }
    block = ready_block("http://127.0.0.1:8000", 4.26, demo, "http://127.0.0.1:8081", ["bot"], "http://127.0.0.1:8025")
    assert block.splitlines()[0] == "ready http://127.0.0.1:8000 in 4.3 s"
    assert "    administrator  a@kota.test        p" in block
    assert "    officer        petugas@kota.test  q" in block
    assert "    0000-A0QP-31HH-E771  Akta kelahiran, served by Siti" in block
    assert "    display of the hall http://127.0.0.1:8000/antrean/7/layar" in block
    assert "at the door http://127.0.0.1:8000/kiosk/rahasia" in block
    assert "    BK-7K2M9-4QXTV  finished, delayed by: central_server" in block
    assert "chat simulator  http://127.0.0.1:8081/" in block
    assert "letters that the city writes  http://127.0.0.1:8025/" in block
    assert "not running yet: bot" in block


def test_serious_lines_of_logs_are_named_once(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("ERROR old\n")
    watch = LogWatch({"web": log})
    assert watch.look() == []
    with log.open("a") as out:
        out.write('{"level": "info", "event": "ERROR in a word"}\n{"event": "boom", "level": "error"}\nERROR two\n')
    (told,) = watch.look()
    assert told.startswith('web: {"event": "boom", "level": "error"} (and 1 more), see ')
    assert watch.look() == []
