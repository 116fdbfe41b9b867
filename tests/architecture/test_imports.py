"""Who may import whom: the contracts of pyproject.toml, and what the linter cannot see."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source_tree import PRODUCT, ROOT, files, imported_by, named, tree_of

_LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


def lint(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _LINT, "--no-cache", *options],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_about_imports_are_kept() -> None:
    done = lint()
    assert done.returncode == 0, (
        "An import breaks a contract in pyproject.toml [tool.importlinter]. Move the code to the room that it belongs "
        "to, or publish an event and let the room above react to it; do not add an exception.\n"
        f"{done.stdout[done.stdout.find('Broken contracts') :]}\n{done.stderr}"
    )


def test_a_broken_contract_is_noticed(tmp_path: Path) -> None:
    config = tmp_path / "importlinter.ini"
    config.write_text(
        "[importlinter]\nroot_package = webapp\ninclude_external_packages = True\n"
        "[importlinter:contract:1]\nname = Pages know no web\ntype = forbidden\n"
        "source_modules =\n    webapp.portal\nforbidden_modules =\n    flask\n"
    )
    done = lint("--config", str(config))
    assert done.returncode != 0 and "Pages know no web BROKEN" in done.stdout, done.stdout + done.stderr


def test_every_room_has_its_place_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    placed = {name.strip() for layer in layers for name in layer.split("|")}
    rooms = {
        f"webapp.{path.stem}"
        for path in (ROOT / "webapp").iterdir()
        if (path / "__init__.py").exists() or (path.suffix == ".py" and path.stem != "__init__")
    } | {"bot", "worker"}
    assert rooms == placed, (
        f"Give these rooms a place in the layers of pyproject.toml: {sorted(rooms - placed)}; "
        f"take out those that are gone: {sorted(placed - rooms)}"
    )


@pytest.mark.parametrize(
    ("module", "may"),
    [("config.py", ()), ("wsgi.py", ("bot", "bot.models", "config", "webapp.app", "webapp.cli", "webapp.portal"))],
)
def test_what_stands_alone_imports_what_it_may(module: str, may: tuple[str, ...]) -> None:
    own = {"webapp", "bot", "worker", "config", "wsgi", "tests", "migrations"}
    strange = [
        f"{module}:{line} imports {name}"
        for line, name in imported_by(tree_of(ROOT / module))
        if name.split(".")[0] in own and name not in may
    ]
    assert not strange, f"{module} may import only {may or 'nothing of ours'}: {strange}"


def test_the_product_imports_no_tests() -> None:
    wrong = [
        f"{named(path)}:{line} {name}"
        for path in files(*PRODUCT)
        for line, name in imported_by(tree_of(path))
        if name.split(".")[0] == "tests"
    ]
    assert not wrong, f"The product runs without its tests: move what is needed out of tests/: {wrong}"
