"""`flask --app wsgi indicator`: a published figure computed again, and the reference fitted now."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from webapp.database import transaction

if TYPE_CHECKING:
    from webapp.indicators.recomputing import Difference, Recomputed

# What follows is imported inside the commands: every process of the product registers them, few ever run them.

indicator = AppGroup("indicator", help="The officers' service-quality indicator.")


@indicator.command("recompute")
@click.argument("snapshot", type=int)
def recompute_snapshot(snapshot: int) -> None:
    """Compute a snapshot again from its stored facts, reference and preset, and compare it bit for bit.

    The exit code is 1 if anything differs. The last line of stdout is a JSON summary.
    """
    from webapp.indicators.errors import NoSuchSnapshot
    from webapp.indicators.recomputing import recompute

    with transaction():
        try:
            result = recompute(snapshot)
        except NoSuchSnapshot:
            raise click.ClickException(f"There is no snapshot {snapshot}.") from None
    for line in _told(result):
        click.echo(line)
    click.echo(json.dumps(asdict(result), sort_keys=True))
    if not result.same:
        raise SystemExit(1)


def _told(result: Recomputed) -> list[str]:
    made_with = ", ".join(f"{name} {version or 'unknown'}" for name, version in result.versions.items())
    lines = [
        f"Snapshot {result.snapshot_id}: officer {result.officer_id}, {result.period}, {result.facts} facts.",
        f"Computed with {made_with}.",
    ]
    if result.same:
        lines.append(f"The same to the last bit: {result.figure!r}.")
    lines += [_sentence(difference) for difference in result.differences]
    lines += [f"Changed since, without touching this figure: {note}" for note in result.notes]
    return lines


def _sentence(difference: Difference) -> str:
    published, computed = difference.published, difference.computed
    if difference.what == "formula":
        return (
            f"Not computed: it was made by {published}, and this release computes by {computed}. "
            f"A release with {published} gives it again."
        )
    if difference.what == "facts":
        return f"Not computed: it stands on {published} facts, of which {computed} are stored (the others were erased)."
    if difference.what == "preset":
        return f"Not computed: the preset {published} is not stored."
    if difference.what == "reference":
        return f"Not computed: the reference {published} can't be used: {computed}"
    return f"DIFFERS: {difference.what} was published as {published} and comes out as {computed}."


@indicator.command("fit")
@click.option("--version", help="Name of the new reference; the day if none is given.")
def fit(version: str | None) -> None:
    """Fit what is usual in the city now, rather than at the begin of the month; this quarter's figures follow.

    The last line of stdout is a JSON summary.
    """
    from webapp.indicators.periods import day_of
    from webapp.indicators.reference_keeping import current_reference, renew_reference

    now = datetime.now(UTC)
    name = version or f"{day_of(now):%Y-%m-%d}"
    with transaction():
        if not renew_reference(name, now):
            raise click.ClickException(f"There is a reference {name} already; give another --version.")
        _id, reference = current_reference(now)
        parts = {
            part.component: {"facts": part.facts, "officers": part.officers, "phi": part.phi, "tau": part.tau}
            for part in reference.components.values()
        }
    for name_of_part, part in parts.items():
        click.echo(
            f"{name_of_part}: {part['facts']} facts of {part['officers']} officers, "
            f"phi {part['phi']:.3f}, tau {part['tau']:.3f}"
        )
    click.echo(json.dumps({"version": name, "components": parts}, sort_keys=True))
