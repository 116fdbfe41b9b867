"""`flask --app wsgi demo ...`: load the demo city, and tell the truth about it."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from config import Settings
from webapp.database import db

if TYPE_CHECKING:
    from webapp.demo.load import Progress

# What follows is imported inside the commands: every process of the product registers them, few ever run one.


@click.group(cls=AppGroup, invoke_without_command=True)
@click.option(
    "--complaints", type=click.IntRange(1, 10_000_000), help="Load the demo city and fill it up to so many complaints."
)
@click.pass_context
def demo(context: click.Context, complaints: int | None) -> None:
    """The demo city: an invented agency with known truth; with --complaints, an archive of any size besides."""
    if complaints is None:
        if context.invoked_subcommand is None:
            click.echo(context.get_help())
    elif context.invoked_subcommand is not None:
        raise click.UsageError("--complaints stands alone: it loads the demo city by itself.")
    else:
        context.invoke(load, if_empty=True, seed=None, until=None)
        _fill(complaints)


@demo.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing where the database has units already.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=None, help="Which city; the same seed is the same city.")
@click.option(
    "--until",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    default=None,
    help="The first day that has not been lived yet; today if left out.",
)
def load(if_empty: bool, seed: int | None, until: datetime | None) -> None:
    """Generate the demo city and load it, attributed and scored; the last line of stdout is a JSON summary."""
    from webapp.database import transaction
    from webapp.demo.agency import TIMEZONE
    from webapp.demo.city import DEFAULT_SEED, build_city
    from webapp.demo.load import is_empty, load_city

    if any(isinstance(s, Settings) and s.environment == "production" for s in current_app.extensions.values()):
        raise click.ClickException(
            "TANGGAP_ENVIRONMENT is production: the demo city would bring sign-ins that everybody knows."
        )
    now = datetime.now(UTC)
    if not is_empty():
        if not if_empty:
            raise click.ClickException(
                "The database has units already, and the demo city is never mixed into another. Take an empty database."
            )
        click.echo(json.dumps({"loaded": False}))
        return
    last_day = until.date() if until else now.astimezone(ZoneInfo(TIMEZONE)).date()
    with _Bar() as progress, _without_collecting():
        progress("city", 0.0)
        city = build_city(DEFAULT_SEED if seed is None else seed, last_day)
        with transaction():
            loaded = load_city(city, now=now, progress=lambda step, share: progress(step, 0.15 + 0.85 * share))
    click.echo(json.dumps({"loaded": True, **loaded.as_json()}, ensure_ascii=False))


@with_appcontext
def _fill(complaints: int) -> None:
    """Add invented complaints until there are `complaints`; the last line of stdout is a JSON summary."""
    from webapp.demo.city import DEFAULT_SEED
    from webapp.demo.multitude.load import NoCity, count_complaints, plan_multitude, write_multitude

    settings = next(one for one in current_app.extensions.values() if isinstance(one, Settings))
    began, there = time.monotonic(), count_complaints()
    missing = complaints - there
    if missing > 0:
        try:
            plan = plan_multitude(missing, seed=DEFAULT_SEED, now=datetime.now(UTC), settings=settings)
        except NoCity:
            raise click.ClickException(
                "The database has an agency without triage or officers: nobody to complain to."
            ) from None
        db.session.rollback()  # what was read holds no lock while the tables are written
        with _Bar() as progress:
            write_multitude(plan, settings.database_owner_url or settings.database_url, progress)
    click.echo(
        json.dumps(
            {
                "complaints": max(there, complaints),
                "added": max(0, missing),
                "seconds": round(time.monotonic() - began, 1),
            }
        )
    )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """No search for circular garbage while a hundred thousand objects are made that live to the end: a fifth faster."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


@demo.command("truth")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to write; stdout if left out.")
def truth(form: str, output: Path | None) -> None:
    """Tell what is true about the loaded demo city: each officer's quality, each feedback's officer, cause and story.

    JSON has officers, services and feedback; CSV has one line for each feedback.
    """
    from webapp.demo.truth import NoDemoCity, as_csv, tell_truth

    try:
        told = tell_truth()
    except NoDemoCity as error:
        raise click.ClickException(str(error)) from None
    text = as_csv(told) if form == "csv" else json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


class _Bar:
    """A progress bar on stderr; plain silence where stderr is no terminal and nobody watches."""

    _WORDS = {  # noqa: RUF012  read only
        "city": "Inventing the demo city",
        "agency": "Units, officers, roster",
        "visits": "Visits",
        "ratings": "Ratings",
        "complaints": "Complaints and their lives",
        "files": "Citizens' files",
        "attribution": "Whom they concern",
        "indicators": "Officers' figures",
        "multitude": "Very many complaints",
        "indexes": "Indexes and keys",
        "tidy": "Statistics",
        "ready": "Demo city",
    }

    def __enter__(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description:<28}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(file=sys.stderr))
        self._task = self._progress.add_task("", total=1.0)
        self._progress.start()
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _tell(self, step: str, share: float) -> None:
        self._progress.update(self._task, description=self._WORDS[step], completed=share)
