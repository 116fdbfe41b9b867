"""Laws of architecture.md that can be read from the source: one commit, time as an argument, names, length."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.source_tree import CAPABILITIES, PRODUCT, ROOT, calls_in, dotted, files, named, tree_of

#: Calls that ask what time it is, in Python and in SQL.
ASKS_THE_TIME = re.compile(
    r"(^|\.)(datetime|date)\.(now|utcnow|today)$|^time\.(time|time_ns|localtime|gmtime)$"
    r"|(^|\.)func\.(now|current_timestamp|clock_timestamp|localtimestamp|statement_timestamp|current_date)$"
)
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "services", "misc"}
#: Here a service is what a citizen comes for, and this module keeps the list of them.
ABOUT_SERVICES = {"webapp/portal/admin/services.py"}
MOST_LINES = 400


def commits_in(tree: ast.AST) -> list[int]:
    """Lines on which something is committed."""
    return [
        call.lineno for call in calls_in(tree) if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]


def times_asked_in(tree: ast.AST) -> list[int]:
    """Lines on which somebody asks what time it is."""
    return sorted(call.lineno for call in calls_in(tree) if ASKS_THE_TIME.search(dotted(call.func)))


def test_only_transaction_commits() -> None:
    found = [
        f"{named(path)}:{line}"
        for path in files(*PRODUCT)
        if named(path) != "webapp/database.py"
        for line in commits_in(tree_of(path))
    ]
    assert not found, (
        "Only webapp.database.transaction() commits. An action flushes; the face that took the request opens "
        f"`with transaction():` around it. Committed in {found}"
    )
    assert commits_in(tree_of(ROOT / "webapp/database.py")), "the rule must see the one commit that there is"


def test_capabilities_are_told_the_time() -> None:
    found = [
        f"{named(path)}:{line}"
        for path in files(*(f"webapp/{room}" for room in CAPABILITIES))
        for line in times_asked_in(tree_of(path))
    ]
    assert not found, (
        "Time comes in as an argument (`at` or `now`, a UTC datetime with zone): the face asks datetime.now(UTC) and "
        f"hands it on, so that a test and a second computation can say another time. Asked in {found}"
    )


def test_asking_the_time_is_recognised() -> None:
    asked = "datetime.now(UTC)\ndt.datetime.utcnow()\ndate.today()\ntime.time()\nselect(func.now())\nsa.func.now()"
    assert times_asked_in(ast.parse(asked)) == [1, 2, 3, 4, 5, 6]
    assert times_asked_in(ast.parse("datetime(2026, 1, 1)\ndate(2026, 1, 1)\nat.date()\nnow()\nclock.now")) == []


def test_rooms_are_named_after_what_is_in_them() -> None:
    found = [
        named(path)
        for path in files(*PRODUCT, "tests", "migrations")
        if named(path) not in ABOUT_SERVICES
        and FORBIDDEN_NAMES.intersection(part for piece in path.relative_to(ROOT).parts for part in _words(piece))
    ]
    found += [
        f"{named(path)}:{node.lineno} class {node.name}"
        for path in files(*PRODUCT)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Utils?)$", node.name)
    ]
    assert not found, (
        "Name a module or class after what it holds or computes, not utils, helpers, common, manager or services: "
        f"{found}"
    )


def _words(piece: str) -> list[str]:
    return piece.removesuffix(".py").split("_")


def test_files_are_short() -> None:
    long = {
        named(path): lines
        for suffix in (".py", ".html", ".js", ".css")
        for path in files(*PRODUCT, "tests", suffix=suffix)
        if not path.name.endswith(".min.js") and (lines := _lines(path)) >= MOST_LINES
    }
    assert not long, f"Split these by audience or by noun, before they have {MOST_LINES} lines: {long}"


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
