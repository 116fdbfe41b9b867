"""The project's own files, as the guards read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What runs in a city. Tests and migrations are guarded by fewer rules.
PRODUCT = ("webapp", "bot", "worker", "config.py", "wsgi.py")
#: The capabilities: everything of webapp that is neither a face nor the frame around them.
CAPABILITIES = (
    "outbox",
    "audit",
    "messaging",
    "accounts",
    "organisation",
    "counter",
    "feedback",
    "attribution",
    "indicators",
    "retention",
)


def files(*places: str, suffix: str = ".py") -> list[Path]:
    """All files with this suffix at and below `places`, which are relative to the project."""
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += [path] if path.suffix == suffix and path.is_file() else sorted(path.rglob(f"*{suffix}"))
    return [path for path in found if "__pycache__" not in path.parts]


def named(path: Path) -> str:
    """A file as a message names it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def calls_in(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call in it."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.AST) -> str:
    """ "datetime.now" of a chain of names; "" for anything else, its last name alone where the rest is no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    return ""


def imported_by(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that is imported absolutely."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module
