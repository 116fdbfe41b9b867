"""Commands: prove the trail, and join what is new to the chain."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from webapp.database import transaction

if TYPE_CHECKING:
    from webapp.audit.verifying import Verdict

# What else is needed is imported inside: every process of the product registers the commands, few ever run one.

audit = AppGroup("audit", help="The trail of who saw and did what on which case.")


@audit.command("verify")
@click.option("--noted", metavar="SEAL:HEAD", help="A seal's number and head as an earlier run printed them.")
def verify(noted: str | None) -> None:
    """Prove that the trail is unbroken, or name its first broken link (exit code 1)."""
    from rich.console import Console

    from webapp.audit.verifying import verify_trail

    expected = None
    if noted is not None:
        number, colon, head = noted.partition(":")
        if not (colon and number.isdecimal() and int(number) < 2**63 and head):
            raise click.BadParameter("give it as an earlier run printed it, such as 12:9f86d0...", param_hint="--noted")
        expected = (int(number), head.strip().lower())
    with Console(stderr=True).status("checking ...") as status, transaction():
        verdict = verify_trail(expected, lambda entries: status.update(f"{entries} entries hold ..."))
    for line in told(verdict):
        click.echo(line)
    if verdict.broken is not None:
        sys.exit(1)


@audit.command("seal")
def seal() -> None:
    """Join everything that is not sealed yet to the chain, as the scheduler does some at a time."""
    from webapp.audit.sealing import seal_entries

    sealed = 0
    while True:
        with transaction():
            some = seal_entries(datetime.now(UTC))
        if not some:
            break
        sealed += some
    click.echo(f"{sealed} entries sealed")


def told(verdict: Verdict) -> list[str]:
    """The verdict in sentences."""
    lines = []
    if (broken := verdict.broken) is not None:
        what = f"entry {broken.entry} of seal {broken.seal}" if broken.entry is not None else f"seal {broken.seal}"
        lines.append(f"BROKEN: {what} {broken.how}; {verdict.entries} entries before it hold")
    else:
        lines.append(f"unbroken: {verdict.entries} entries in {verdict.seals} seals, {verdict.unsealed} not sealed yet")
        if verdict.seals:
            lines.append(f"head {verdict.seals}:{verdict.head} (note it elsewhere, and give it to --noted later)")
    if verdict.could_change:
        lines.append(
            "warning: this role may change the trail; let the product work under a role of its own (DATABASE_OWNER_URL)"
        )
    return lines
