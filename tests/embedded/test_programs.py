"""Programs, users and folders that root has to choose with care."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from webapp.embedded.errors import EmbeddedError
from webapp.embedded.unprivileged import can_run, engine_user, reachable_programs

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the engines as somebody else")


@pytest.fixture
def hidden_program(tmp_path: Path) -> Path:
    """A program in a folder that only its owner may enter."""
    folder = tmp_path / "package"
    folder.mkdir()
    shutil.copy("/bin/true", folder / "engine")
    return folder


@only_root
def test_programs_out_of_reach_are_copied(hidden_program: Path, var: Path) -> None:
    user = engine_user()
    probe = Path("package/engine")
    assert not can_run([hidden_program.parent / probe], user)
    base = reachable_programs((hidden_program,), probe, "engine-1", user, var / "home")
    assert base == var / "home" / "programs" / "engine-1"
    assert can_run([base / probe], user)
    assert hidden_program.parent.stat().st_mode & 0o077 == 0  # other people's folders stay as they were
    written = (base / probe).stat().st_mtime_ns, (base / probe).stat().st_ino
    assert reachable_programs((hidden_program,), probe, "engine-1", user, var / "home") == base
    assert ((base / probe).stat().st_mtime_ns, (base / probe).stat().st_ino) == written


@only_root
def test_root_runs_no_program_that_somebody_else_could_have_put_there(hidden_program: Path, var: Path) -> None:
    home = var / "home"
    home.mkdir()
    home.chmod(0o777)
    with pytest.raises(EmbeddedError, match="not a folder that belongs to this user alone"):
        reachable_programs((hidden_program,), Path("package/engine"), "engine-1", engine_user(), home)


@only_root
@pytest.mark.parametrize(("name", "sentence"), [("nobody-at-all", "has no user"), ("root", "names root")])
def test_a_wrong_user_is_a_sentence(name: str, sentence: str) -> None:
    with pytest.raises(EmbeddedError, match=sentence):
        engine_user(name)
