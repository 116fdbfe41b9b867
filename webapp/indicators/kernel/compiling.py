"""How the kernel's functions are compiled, and where the machine code is kept. Pure but for that cache.

Compiling takes seconds, so the result is kept on disk, under a name made of the text of every kernel module and numba's
version: numba itself looks only at the file of a function and would go on using what a changed neighbour had put
inside it. The place is `__pycache__` beside these modules, or NUMBA_CACHE_DIR where it is set; where none can be
written (a read-only install) the user's own cache folder, and failing that each process compiles for itself.

No fastmath anywhere: law 5 wants the same bits again, so no sum may be reordered and no product fused with a sum.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])

_HERE: Final = Path(__file__).parent


def _edition() -> str:
    text = hashlib.sha256(numba.__version__.encode())
    for module in sorted(_HERE.glob("*.py")):
        text.update(module.name.encode() + b"\0" + module.read_bytes())
    return text.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _cache_folder() -> Path | None:
    """Where compiled code is kept; None where nothing can be written. Never a folder that others may write to: what
    lies there is run.
    """
    wanted = os.environ.get("NUMBA_CACHE_DIR")
    homes = [Path(wanted)] if wanted else [_HERE / "__pycache__"]
    if os.environ.get("HOME"):
        homes.append(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tanggap")
    for home in homes:
        folder = home / f"compiled-{_edition()}"
        if _writable(folder):
            return folder
    return None


CACHE_FOLDER: Final = _cache_folder()
if CACHE_FOLDER is not None:
    numba.config.CACHE_DIR = str(CACHE_FOLDER)  # type: ignore[attr-defined]


_HOW: Final[dict[str, Any]] = {
    "cache": CACHE_FOLDER is not None,
    "nogil": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,  # no C code calls these functions; compiling for it takes as long as for a small function
}


def compiled(function: _Function) -> _Function:
    """The function as machine code, free of the interpreter's lock so that threads can share the work.

    Dividing by 0 gives what IEEE 754 says instead of an error, without which loops become no vector instructions.
    """
    return cast(_Function, cast(Any, numba).njit(**_HOW)(function))


def compiled_part(function: _Function) -> _Function:
    """Likewise, for what only compiled functions call: compiled sooner, and not to be called from Python."""
    return cast(_Function, cast(Any, numba).njit(no_cpython_wrapper=True, **_HOW)(function))
