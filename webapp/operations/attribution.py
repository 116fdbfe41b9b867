"""`flask --app wsgi attribution`: what would have been done with past complaints, see docs/attribution.md."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from flask.cli import AppGroup

from webapp.database import transaction

if TYPE_CHECKING:
    from webapp.attribution.replay.actions import ReplayCase, ReplayMonth
    from webapp.attribution.replay.judging import Ground

# What follows is imported inside the command: every process of the product registers it, few ever run it.

attribution = AppGroup("attribution", help="Whom complaints concern.")

#: Cases that are judged and written down in one transaction.
BATCH = 500

Show = Callable[[str, int], None]


@attribution.command("replay")
@click.option("--source", metavar="NAME", required=True, help="The source of the import, as its mapping calls it.")
@click.option(
    "--again", is_flag=True, help="Judge anew what was judged already, as after a release that judges better."
)
def replay(source: str, again: bool) -> None:
    """Judge the complaints of an import --without-decisions month by month, each by what was decided before it.

    A month that was judged by the same decisions is left as it is. The last line of stdout is a JSON summary.
    """
    from webapp.attribution.replay.actions import list_months
    from webapp.attribution.replay.figures import summary_of
    from webapp.attribution.replay.queries import compare_all

    begun = time.perf_counter()
    with transaction():
        months = list_months(source)
    if not months:
        raise click.ClickException(
            f"Nothing is withheld under the source {source}. Import complaints with --without-decisions first."
        )
    with _bar(sum(month.cases for month in months)) as show:
        judged = replay_months(source, months, datetime.now(UTC), again=again, show=show)
    with transaction():
        figures = summary_of(compare_all(source))
    summary: dict[str, Any] = {
        "source": source,
        "months": len(months),
        "first_month": f"{months[0].month:%Y-%m}",
        "last_month": f"{months[-1].month:%Y-%m}",
        "judged": judged,
        **figures,
        "seconds": round(time.perf_counter() - begun, 2),
    }
    click.echo(json.dumps(summary, ensure_ascii=False))


def replay_months(
    source: str,
    months: list[ReplayMonth],
    at: datetime,
    *,
    again: bool = False,
    show: Show = lambda words, cases: None,
) -> int:
    """Judge `months` (all of the source, the earliest first); how many cases have a new or another opinion now.

    Every BATCH cases are one transaction, so breaking off loses no more than that, and learning holds none open.
    """
    from webapp.attribution.replay.actions import read_month, replay_ground, stands

    stale = [number for number, month in enumerate(months) if again or not stands(months, number)]
    last = stale[-1] if stale else -1
    earlier: list[ReplayCase] = []
    written = 0
    with transaction():
        ground = replay_ground(source)
    for number, month in enumerate(months):
        name = f"{month.month:%Y-%m}"
        if number > last:
            show(name, month.cases)
            continue
        with transaction():
            cases = read_month(source, month.month)
        if number in stale:
            show(name, 0)
            written += _judge(month, cases, earlier, ground, at, lambda done, name=name: show(name, done))  # type: ignore[misc]
        else:
            show(name, month.cases)
        earlier += cases
    return written


def _judge(
    month: ReplayMonth,
    cases: list[ReplayCase],
    earlier: list[ReplayCase],
    ground: Ground,
    at: datetime,
    show: Callable[[int], None],
) -> int:
    from webapp.attribution.replay.actions import judge_cases, teaching
    from webapp.attribution.routing import Router

    decisions = teaching(earlier)
    router = Router.learn(decisions, ground.units)
    written = 0
    for start in range(0, len(cases), BATCH):
        batch = cases[start : start + BATCH]
        with transaction():
            written += judge_cases(month.month, len(decisions), batch, router, ground, at)
        show(len(batch))
    return written


@contextmanager
def _bar(cases: int) -> Iterator[Show]:
    """A progress bar on stderr over the cases; what it yields names the month and counts cases."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task("Replay", total=cases)
        yield lambda words, done: progress.update(task, description=f"Replay {words}", advance=done)
