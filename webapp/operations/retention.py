"""Commands: see what is kept how long, and erase at once what the scheduler would."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from webapp.database import transaction

retention = AppGroup("retention", help="How long personal data is kept.")


@retention.command("show")
def show() -> None:
    """Each kind with its term, how many wait for the sweep, and how many were erased so far."""
    from webapp.retention.erasing import count_ended
    from webapp.retention.queries import list_kept

    now = datetime.now(UTC)
    with transaction():
        for kept in list_kept():
            term = kept.term
            waiting = count_ended(term, now)
            last = f", last on {kept.last}" if kept.last else ""
            click.echo(
                f"{term.kind}: {term.days} days from {term.begins}; {waiting} to be erased, {kept.erased} erased{last}"
            )


@retention.command("sweep")
def sweep() -> None:
    """Erase now whatever has reached the end of its term."""
    from webapp.retention.erasing import erase_ended

    erased = 0
    while True:
        with transaction():
            some = erase_ended(datetime.now(UTC))
        if not some:
            break
        erased += some
    click.echo(f"{erased} erased")
