"""The order of the tests: what takes long begins first, so that no process of a run ends alone with it.

And the order in which their files are read: on a fresh clone pytest rewrites each of them, which takes as long as
reading all of them again; the processes of a run begin at different places and find the others' work done.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TypeVar

import pytest

Found = TypeVar("Found")

#: Files whose tests take seconds each, the longest first; a test whose name is told goes before the rest of its file.
LONG = (
    "tests/faults/test_killed.py",
    "tests/bot/test_runtime.py::test_killed_in_the_middle",
    "tests/embedded/test_supervisor.py",
    "tests/faults/test_morning.py",
    "tests/journeys/test_case_canary.py",
    "tests/journeys/test_accused_journey.py",
    "tests/journeys/test_canary.py",
    "tests/architecture/test_endpoints.py",
    "tests/journeys/test_deadline_journey.py",
    "tests/journeys/test_citizen_journey.py",
    "tests/portal/admin/test_pages_in_browser.py",
    "tests/architecture/test_forgery.py",
    "tests/portal/test_components_in_browser.py",
    "tests/bot/test_runtime.py",
    "tests/journeys/test_counter_canary.py",
    "tests/portal/citizen/test_pages_in_browser.py",
    "tests/journeys/test_application_journey.py",
    "tests/demo/",
    "tests/portal/staff/test_pages_in_browser.py",
    "tests/journeys/test_counter_journey.py",
    "tests/journeys/test_officer_journey.py",
    "tests/journeys/test_queue_journey.py",
    "tests/portal/citizen/test_coming_back_in_browser.py",
    "tests/journeys/",
    "tests/bot/simulator/test_page.py",
    "tests/embedded/test_postgres.py",
    "tests/indicators/test_formula_laws.py",
    "tests/portal/officer/test_case_in_browser.py",
    "tests/architecture/test_headers.py",
    "tests/architecture/test_catalogue.py",
    "tests/portal/api/test_description.py",
)


def turned(found: Sequence[Found], process: int, processes: int) -> list[Found]:
    """What was found, in the same round, begun where the share of this process begins."""
    begin = len(found) * process // processes
    return [*found[begin:], *found[:begin]]


def in_order(items: Sequence[pytest.Item], processes: int) -> list[pytest.Item]:
    """All tests, the long ones at the front of the share of each process, in whatever order their files were read.

    pytest-xdist gives each process one run of neighbours, and later takes from the back of whoever has most left.
    """
    long: dict[str, list[pytest.Item]] = {begin: [] for begin in LONG}
    short: list[pytest.Item] = []
    for item in sorted(
        items, key=lambda item: item.nodeid.partition("::")[0]
    ):  # those of a file stay as they stand in it
        begin = next((begin for begin in LONG if item.nodeid.startswith(begin)), None)
        (short if begin is None else long[begin]).append(item)
    shares: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for number, group in enumerate(group for group in long.values() if group):
        turn, place = divmod(number, processes)
        # There and back, so that nobody has the longer of each pair.
        shares[place if turn % 2 == 0 else processes - 1 - place] += group
    rest = iter(short)
    for number, share in enumerate(shares):
        size = (len(items) + number) // processes
        share += itertools.islice(rest, max(size - len(share), 0))
    return [item for share in shares for item in share] + list(rest)
