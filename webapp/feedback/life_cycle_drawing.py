"""docs/life-cycle.md, drawn from the tables of the life cycle and of the clocks: `flask --app wsgi life-cycle`."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.feedback.clocks.presets import Preset, list_presets
from webapp.feedback.clocks.running import DECIDED_AT_ONCE, GOES_ON, RESTING, STARTS, WAITS_FOR
from webapp.feedback.clocks.vocabulary import Clock
from webapp.feedback.life_cycle import END_STATES, OPEN_STATES, STEPS, WAITING_STATES, State, Step

_HEAD = """# The life of a complaint

Drawn from the tables in `webapp/feedback/life_cycle.py` and `webapp/feedback/clocks/` by
`flask --app wsgi life-cycle > docs/life-cycle.md`. Change the tables, not this page; a test says when it is stale.

PostgreSQL refuses every step that is not here (a trigger on `complaint.state`).
"""
_CLOCKS = """## Clocks

A state starts the clocks of its row, unless they run already; those that go on there run on if they run. All others
stop: kept or missed where the clock waited for that state, cancelled else. The agency's clocks ({resting})
rest while the reporter owes something; a question starts `complete`, so that none rests for ever. A comment starts
nothing anew. `verify` and `settle` count from the filing, `settle` of what was incomplete from its completion, and a
dispute starts a new round. What is {at_once} straight from filing has its `verify` written down, too.
"""
_PRESETS = """## Presets

`webapp/feedback/clocks/presets/*.toml`: wd working days, d plain days, h hours, wh working hours. A unit has the one
that it has chosen, or that of the unit above it.
"""


def draw_life_cycle() -> str:
    """The page as Markdown, with the states and steps as a Mermaid diagram."""
    parts = [
        _HEAD,
        "```mermaid\n" + "\n".join(_diagram()) + "\n```\n",
        "## Steps\n",
        _table(("step", "from", "to"), _steps()),
        _CLOCKS.format(resting=_names(sorted(RESTING)), at_once=_names(DECIDED_AT_ONCE, " or ")),
        _table(("state", "starts", "goes on"), _running()),
        _table(("clock", "waits for"), ((f"`{clock}`", _names(WAITS_FOR[clock])) for clock in Clock)),
        _PRESETS,
        _table(("", *(preset.title for preset in list_presets())), _terms(list_presets())),
    ]
    return "\n".join(parts)


def _diagram() -> list[str]:
    """Steps that lead from one state to the same other one share an arrow."""
    arrows: dict[tuple[State, State], list[Step]] = {}
    for (origin, step), target in STEPS.items():
        arrows.setdefault((origin, target), []).append(step)
    lines = ["stateDiagram-v2", "    [*] --> filed"]
    lines += [
        f"    {origin} --> {target}: {', '.join(step.replace('_', ' ') for step in steps)}"
        for (origin, target), steps in sorted(arrows.items(), key=_place)
    ]
    lines += [f"    {state} --> [*]" for state in State if state in END_STATES]
    lines += [
        "    classDef waiting fill:#fdf3d7,stroke:#8a6100,color:#3d2b00",
        "    classDef ended fill:#e6e9ee,color:#222",
    ]
    lines += [f"    class {','.join(state for state in State if state in WAITING_STATES)} waiting"]
    lines += [f"    class {','.join(state for state in State if state in END_STATES)} ended"]
    return lines


def _place(arrow: tuple[tuple[State, State], list[Step]]) -> tuple[int, int]:
    states = list(State)
    return states.index(arrow[0][0]), states.index(arrow[0][1])


def _steps() -> Iterable[tuple[str, ...]]:
    for step in Step:
        origins = [origin for (origin, known) in STEPS if known == step]
        yield f"`{step}`", _names(origins), f"`{STEPS[origins[0], step]}`"


def _running() -> Iterable[tuple[str, ...]]:
    for state in State:
        if state in OPEN_STATES | WAITING_STATES | set(GOES_ON):
            yield f"`{state}`", _names(STARTS.get(state, ())) or "–", _names(GOES_ON.get(state, ())) or "–"


def _terms(presets: list[Preset]) -> Iterable[tuple[str, ...]]:
    for clock in Clock:
        yield f"`{clock}`", *(str(preset.standards[clock].term) for preset in presets)
        for kind in sorted({kind for preset in presets for kind in preset.standards[clock].kinds}):
            terms = (preset.standards[clock].kinds.get(kind, "–") for preset in presets)
            yield f"`{clock}`, {kind.replace('_', ' ')}", *(str(term) for term in terms)
        if any(preset.standards[clock].inspection for preset in presets):
            yield f"`{clock}`, inspection", *(str(preset.standards[clock].inspection or "–") for preset in presets)
    yield "can be reopened for", *(str(preset.reopening) for preset in presets)
    yield "handed on before the administrator decides", *(str(preset.forwards) for preset in presets)


def _names(names: Iterable[str], between: str = ", ") -> str:
    return between.join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
