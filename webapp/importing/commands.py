"""`flask --app wsgi import KIND FILE`: take an agency's exports in, see docs/importing.md."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from flask.cli import AppGroup

if TYPE_CHECKING:
    from webapp.importing.feedback import FeedbackImport
    from webapp.importing.mapping import ImportMapping
    from webapp.importing.outcome import Outcome
    from webapp.importing.reading import Table

# What follows is imported inside the commands: every process of the product registers them, few ever run one.

import_commands = AppGroup("import", help="Bring an agency's exports in from CSV files.")

#: Rows in one transaction.
BATCH = 500
DEFAULT_MAPPING = "plain"

Command = TypeVar("Command", bound=Callable[..., Any])


def _arguments(command: Command) -> Command:
    """What all commands take."""
    for decorate in (
        click.option("--dry-run", is_flag=True, help="List the bad rows and count the others; write nothing."),
        click.option("--root", metavar="CODE", help="The unit below which it hangs, instead of the mapping's."),
        click.option(
            "--mapping",
            metavar="NAME_OR_PATH",
            default=DEFAULT_MAPPING,
            show_default=True,
            help="Which column is what: a TOML file, or the name of one that comes along.",
        ),
        click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False)),
    ):
        command = decorate(command)
    return command


@import_commands.command("units")
@_arguments
def units(file: Path, mapping: str, root: str | None, dry_run: bool) -> None:
    """Take in the units in FILE (.csv or .csv.gz); the last line of stdout is a JSON summary."""
    _run("units", file, mapping, root, dry_run)


@import_commands.command("topics")
@_arguments
def topics(file: Path, mapping: str, root: str | None, dry_run: bool) -> None:
    """Take in the topics in FILE (.csv or .csv.gz); the last line of stdout is a JSON summary."""
    _run("topics", file, mapping, root, dry_run)


@import_commands.command("complaints")
@_arguments
@click.option(
    "--without-decisions",
    is_flag=True,
    help="Put the agency's own choice of unit and topic aside: the rules judge without it, `attribution replay` "
    "compares.",
)
def complaints(file: Path, mapping: str, root: str | None, dry_run: bool, without_decisions: bool) -> None:
    """Take in the complaints in FILE (.csv or .csv.gz) with the units that the agency sent them to.

    The workers then attribute them. The last line of stdout is a JSON summary.
    """
    _run("complaints", file, mapping, root, dry_run, withholding=without_decisions)


@import_commands.command("ratings")
@_arguments
def ratings(file: Path, mapping: str, root: str | None, dry_run: bool) -> None:
    """Take in the ratings in FILE (.csv or .csv.gz) with the officers they are about.

    The workers then attribute and score them. The last line of stdout is a JSON summary.
    """
    _run("ratings", file, mapping, root, dry_run)


@import_commands.command("visits")
@_arguments
def visits(file: Path, mapping: str, root: str | None, dry_run: bool) -> None:
    """Take in the visits in FILE (.csv or .csv.gz) of a queue machine.

    Those that name something unknown are held for an administrator. The last line of stdout is a JSON summary.
    """
    _run("visits", file, mapping, root, dry_run)


@import_commands.command("stages")
@_arguments
def stages(file: Path, mapping: str, root: str | None, dry_run: bool) -> None:
    """Take in the stages of files in FILE (.csv or .csv.gz) of a registry system.

    Those that name something unknown are held for an administrator. The last line of stdout is a JSON summary.
    """
    _run("stages", file, mapping, root, dry_run)


def _run(
    kind: str, file: Path, mapping_name: str, root: str | None, dry_run: bool, *, withholding: bool = False
) -> None:
    from sqlalchemy.exc import IntegrityError

    from webapp.importing.errors import ImportFailed
    from webapp.importing.mapping import load_mapping
    from webapp.importing.reading import open_table

    begun = time.perf_counter()
    try:
        mapping = load_mapping(mapping_name, kind)
        with open_table(file, mapping.delimiter) as table:
            mapping.check_columns(table.columns)
            with _nothing_kept() if dry_run else nullcontext():
                summary = _take_all(file, table, mapping, root, dry_run, withholding)
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    except IntegrityError:
        raise click.ClickException(
            "Somebody else wrote the same things at this moment. Run it again: nothing is taken twice."
        ) from None
    summary["seconds"] = round(time.perf_counter() - begun, 2)
    click.echo(json.dumps(summary, ensure_ascii=False))


def _take_all(
    file: Path, table: Table, mapping: ImportMapping, root: str | None, dry_run: bool, withholding: bool
) -> dict[str, Any]:
    """Take the rows in, each batch in a transaction of its own (in a dry run: all in the caller's); the summary."""
    from webapp.database import transaction
    from webapp.importing.bad_rows import BadRows
    from webapp.importing.feedback import FeedbackImport
    from webapp.importing.reporting import ReportImport
    from webapp.importing.topics import TopicImport
    from webapp.importing.units import UnitImport

    edge = nullcontext if dry_run else transaction
    counted = Counter[str]()
    now = datetime.now(UTC)
    with BadRows(file, table, mapping.delimiter, only_listed=dry_run) as bad, _bar(mapping.kind, table) as show:

        def note(outcome: Outcome) -> None:
            for row, reason in outcome.bad:
                bad.add(row, reason)
            counted.update(created=outcome.created, changed=outcome.changed)
            counted.update(unchanged=outcome.unchanged, held=outcome.held)

        with edge():
            importing: UnitImport | TopicImport | FeedbackImport | ReportImport
            if mapping.kind == "units":
                importing = UnitImport(mapping, root, now)
            elif mapping.kind == "topics":
                importing = TopicImport(mapping, root, now)
            elif mapping.kind in ("visits", "stages"):
                importing = ReportImport(mapping, root, now)
            else:
                importing = FeedbackImport(mapping, root, now, withholding=withholding)
        for batch in table.batches(BATCH):
            with edge():
                outcome = importing.take(batch)
            note(outcome)
            counted["rows"] += len(batch)
            show()
        with edge():
            outcome = importing.finish()
        note(outcome)
    summary = {
        "kind": mapping.kind,
        "source": mapping.source,
        "rows": counted["rows"],
        "created": counted["created"],
        "changed": counted["changed"],
        "unchanged": counted["unchanged"],
        "bad": bad.count,
        "bad_file": str(bad.path) if bad.path is not None else None,
        "dry_run": dry_run,
        "made": importing.made,
    }
    if isinstance(importing, ReportImport):
        summary |= {"held": counted["held"], "held_because": dict(importing.held_because)}
    if isinstance(importing, FeedbackImport) and mapping.kind == "complaints":
        summary |= _withheld(importing, mapping.source, withholding)
    return summary


def _withheld(importing: FeedbackImport, source: str, withholding: bool) -> dict[str, Any]:
    """What the summary says of decisions that were put aside; what is not as one would expect is told on stderr."""
    told = importing.withheld
    if told.decided:
        click.echo(
            f"{told.decided} complaints had been imported with the agency's decision before: the rules know it, and it "
            "cannot be withheld any more. Import them into an empty database, or under another source.",
            err=True,
        )
    if importing.still_withheld:
        click.echo(
            f"{importing.still_withheld} complaints had been imported without the agency's decision before: it stays "
            f"withheld, and the rules still don't know it. `flask --app wsgi attribution replay --source {source}` "
            "compares.",
            err=True,
        )
    if withholding:
        return {"withheld": told.new, "withheld_before": told.before, "decided_before": told.decided}
    return {"still_withheld": importing.still_withheld}


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """Whatever is written is rolled back in the end: a dry run counts exactly what a real one would do."""
    from webapp.database import db

    try:
        yield
    finally:
        db.session.rollback()


@contextmanager
def _bar(kind: str, table: Table) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr over the bytes of the file; what it yields shows how far the reading is."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task(kind.capitalize(), total=table.size)
        yield lambda: progress.update(task, completed=table.position())
        progress.update(task, completed=table.size)
