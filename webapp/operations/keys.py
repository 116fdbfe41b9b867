"""Commands: bring what is encrypted under the newest key, and see what is not."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from webapp.database import transaction

keys = AppGroup("keys", help="The keys that personal data is encrypted with.")


@keys.command("rotate")
@click.option("--check", is_flag=True, help="Only count what is not under the newest key; change nothing.")
def rotate(check: bool) -> None:
    """Encrypt with the newest key (the first of ENCRYPTION_KEYS) whatever an older one has encrypted.

    Stopped at any moment, it goes on with what is left when it is called again. The city may run meanwhile, once all
    its processes have been started with the new key.
    """
    from rich.console import Console

    from webapp.key_rotation import encrypted_tables, rotate_batch

    left = 0
    with Console(stderr=True).status("rotating ...") as status:
        for table, columns in encrypted_tables():
            values = old = unreadable = rows = 0
            after = None
            while True:
                with transaction():
                    batch = rotate_batch(table, columns, after, write=not check)
                if batch.last is None:
                    break
                after = batch.last
                values, old, unreadable = values + batch.values, old + batch.old, unreadable + batch.unreadable
                rows += batch.rows
                status.update(f"{table.name}: {rows} rows ...")
            done = f"{old} under an older key" if check else f"{old} encrypted anew"
            names = ", ".join(column.name for column in columns)
            said = f"{table.name} ({names}): {values} values, {done}"
            click.echo(said + (f", {unreadable} UNREADABLE with these keys" if unreadable else ""))
            left += unreadable + (old if check else 0)
    if left:
        click.echo(f"{left} values are not under the newest key: keep the older keys")
        sys.exit(1)
    click.echo("everything is under the newest key: the older ones may go")
