"""docs/life-cycle.md is what the tables say."""

from __future__ import annotations

from pathlib import Path

from webapp.feedback.life_cycle import STEPS, State, Step
from webapp.feedback.life_cycle_drawing import draw_life_cycle

_PAGE = Path(__file__).parents[2] / "docs" / "life-cycle.md"


def test_the_drawn_page_is_not_stale() -> None:
    drawn = draw_life_cycle()
    assert _PAGE.read_text(encoding="utf-8") == drawn, "draw it anew: flask --app wsgi life-cycle > docs/life-cycle.md"


def test_the_drawing_has_every_state_and_step() -> None:
    diagram = draw_life_cycle().split("```")[1]
    for (origin, step), target in STEPS.items():
        arrows = [line for line in diagram.splitlines() if line.startswith(f"    {origin} --> {target}:")]
        assert len(arrows) == 1 and step.replace("_", " ") in arrows[0].split(": ")[1].split(", ")
    assert all(state in diagram for state in State)
    assert len({step for _, step in STEPS}) == len(Step)
