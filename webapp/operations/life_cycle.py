"""`flask --app wsgi life-cycle`: the life of a complaint, drawn."""

from __future__ import annotations

import click

from webapp.feedback.life_cycle_drawing import draw_life_cycle


@click.command("life-cycle")
def life_cycle() -> None:
    """Print docs/life-cycle.md as the tables of the life cycle and its clocks have it."""
    click.echo(draw_life_cycle(), nl=False)
