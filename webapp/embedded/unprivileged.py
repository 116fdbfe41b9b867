"""The user as whom the engines run when the supervisor is root, and folders that this user can reach.

PostgreSQL refuses to run as root, and Valkey had better not. Where the virtual environment or the project lies below a
folder that the unprivileged user may not enter (a clone under /root, say), permissions of other people's folders are
left alone: the programs are copied, and the data put, below a folder of our own that belongs to root.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.embedded.errors import EmbeddedError

#: Where root keeps what the unprivileged user must reach. Not /tmp or /var/tmp: others write there, and it is swept.
ROOTS_HOME = Path("/var/lib/tanggap")
_USER = "nobody"


@dataclass(frozen=True, slots=True)
class EngineUser:
    """An unprivileged user of this machine."""

    name: str
    uid: int
    gid: int


def engine_user(name: str | None = None) -> EngineUser | None:
    """The user to run the engines as: None (stay who we are) unless we are root.

    `name` is a user's name or number; `nobody` if None. Raises EmbeddedError if there is no such user or it is root.
    """
    if os.geteuid() != 0:
        return None
    wanted = name or _USER
    try:
        entry = pwd.getpwuid(int(wanted)) if wanted.isdecimal() else pwd.getpwnam(wanted)
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and this machine has no user {wanted!r} to run it as: "
            "name one in TANGGAP_ENGINE_USER."
        ) from None
    if entry.pw_uid == 0:
        raise EmbeddedError("TANGGAP_ENGINE_USER names root, but PostgreSQL does not run as root: name another user.")
    return EngineUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def popen_identity(user: EngineUser | None) -> dict[str, Any]:
    """Arguments of subprocess.Popen that make a program run as `user`."""
    return {} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []}


def can_run(argv: Sequence[str | Path], user: EngineUser | None) -> bool:
    """Whether `user` can run the program `argv` on this machine to a good end."""
    try:
        done = subprocess.run(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd="/",
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            timeout=30,
            check=False,
            **popen_identity(user),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def reachable_programs(
    folders: Sequence[Path], probe: Path, name: str, user: EngineUser | None, home: Path = ROOTS_HOME
) -> Path:
    """The folder that holds `folders` side by side where `user` can run the program `probe` (relative to it).

    That is the folder where they were installed, or else a copy of them in `home`/`name`; `name` carries the version.
    Raises EmbeddedError if the program does not run on this machine at all.
    """
    installed = folders[0].parent
    if can_run([installed / probe, "--version"], user):
        return installed
    if user is None:
        raise EmbeddedError(f"The program {installed / probe} does not run on this machine.")
    copy = home / "programs" / name
    if not copy.exists():
        _own_folder(home)
        _own_folder(copy.parent)
        part = copy.with_name(f"{name}.{secrets.token_hex(4)}.part")
        for folder in folders:
            if folder.exists():
                shutil.copytree(folder, part / folder.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
        for path in (part, *part.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        with contextlib.suppress(OSError):  # another start was quicker: its copy is as good
            part.rename(copy)
        shutil.rmtree(part, ignore_errors=True)
    _refuse_foreign(copy)
    if not can_run([copy / probe, "--version"], user):
        raise EmbeddedError(f"The user {user.name} can run neither {installed / probe} nor its copy in {copy}.")
    return copy


def data_folder(var: Path, name: str, user: EngineUser | None, home: Path = ROOTS_HOME) -> Path:
    """Where the engine `name` keeps its data: `var`/`name`, or the folder that the file `var`/`name`.elsewhere names.

    The latter is written when `user` cannot enter `var`. The folder itself is not made here. Raises EmbeddedError if
    the data cannot be reached.
    """
    wanted = var / name
    pointer = var / f"{name}.elsewhere"
    if pointer.exists():
        elsewhere = Path(pointer.read_text().strip())
        if not elsewhere.parent.is_dir():
            raise EmbeddedError(
                f"{pointer} says that the data is in {elsewhere}, but that folder is gone: bring it back, "
                f"or remove {var} to begin anew."
            )
        return elsewhere
    if user is None or can_run(["/bin/sh", "-c", 'cd "$1"', "sh", var], user):
        return wanted
    if wanted.exists():
        raise EmbeddedError(
            f"The user {user.name}, as whom the engine runs, cannot enter {var}, which holds its data: "
            f"let others pass through the folders above it (chmod o+x)."
        )
    _own_folder(home)
    parent = home / f"data-{secrets.token_hex(6)}"
    parent.mkdir(mode=0o711)
    parent.chmod(0o711)
    (parent / "belongs-to").write_text(f"{var}\n")
    if not can_run(["/bin/sh", "-c", 'cd "$1"', "sh", parent], user):
        raise EmbeddedError(
            f"The user {user.name} can enter neither {var} nor {home}: name another in TANGGAP_ENGINE_HOME."
        )
    pointer.write_text(f"{parent / name}\n")
    return parent / name


def give_folder(path: Path, user: EngineUser | None) -> None:
    """Make the folder `path` if it is missing, belonging to `user` and closed to everybody else."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if user is not None:
        os.chown(path, user.uid, user.gid)


def _own_folder(path: Path) -> None:
    try:
        if not path.exists():
            path.mkdir(parents=True)
            path.chmod(0o755)  # whatever the umask says: the unprivileged user shall pass
    except OSError as error:
        raise EmbeddedError(
            f"The folder {path} cannot be made ({error.strerror}): name another in TANGGAP_ENGINE_HOME."
        ) from error
    _refuse_foreign(path)


def _refuse_foreign(path: Path) -> None:
    """Root must not run programs from a folder that somebody else could have filled."""
    state = path.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o022:
        raise EmbeddedError(f"{path} is not a folder that belongs to this user alone: remove it and start again.")
