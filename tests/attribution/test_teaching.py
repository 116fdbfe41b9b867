"""What a decision teaches, what comes first on the list, and which words are marked: formulas, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.attribution.marking import Piece, mark_words
from webapp.attribution.takeover import Verdict, takes_over
from webapp.attribution.teaching import Because, because, precedence, pressure, teaches

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        # Two units about as likely teach more than one that leads.
        (({1: 0.45, 2: 0.43}, {1: 50, 2: 50}), ({1: 0.8, 2: 0.1}, {1: 50, 2: 50})),
        # The same of units that little is known of teaches more.
        (({1: 0.45, 2: 0.43}, {1: 2, 2: 0}), ({1: 0.45, 2: 0.43}, {1: 500, 2: 500})),
        # Where nothing speaks, a decision teaches most of all.
        (({}, {}), ({1: 0.45, 2: 0.43}, {1: 2})),
        # What seems to be another agency's teaches little about our units.
        (({1: 0.45, 2: 0.43}, {}, 0.0), ({1: 0.45, 2: 0.43}, {}, 0.9)),
    ],
)
def test_what_teaches_more(more: tuple[dict[int, float], ...], less: tuple[dict[int, float], ...]) -> None:
    assert 0 <= teaches(*less) < teaches(*more) <= 1  # type: ignore[arg-type]


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.integers(1, 5), st.floats(0, 0.2), max_size=5),
    st.dictionaries(st.integers(1, 5), st.integers(0, 5000), max_size=5),
    st.floats(0, 1),
)
def test_teaching_stays_between_nothing_and_all(
    probabilities: dict[int, float], known: dict[int, int], outside: float
) -> None:
    assert 0 <= teaches(probabilities, known, outside) <= 1


@pytest.mark.parametrize(
    ("left", "presses"),
    [(None, 0.0), (96 * HOUR, 0.0), (72 * HOUR, 0.0), (36 * HOUR, 0.5), (0 * HOUR, 1.0), (-1 * HOUR, 2.0)],
)
def test_a_deadline_presses_when_it_comes_near(left: timedelta | None, presses: float) -> None:
    assert pressure(None if left is None else NOW + left, NOW) == presses


def test_the_list_puts_the_overdue_first_then_what_teaches_and_is_due() -> None:
    cases = {
        "overdue, clear": (0.05, NOW - HOUR),
        "teaches much, due soon": (0.9, NOW + 12 * HOUR),
        "clear, due in an hour": (0.05, NOW + HOUR),
        "teaches much, no haste": (0.9, None),
        "clear, no haste": (0.05, None),
    }
    assert sorted(cases, key=lambda name: -precedence(*cases[name], NOW)) == list(cases)


@pytest.mark.parametrize(
    ("probabilities", "taught", "due_at", "why"),
    [
        ({1: 0.9}, 0.1, NOW - HOUR, Because.OVERDUE),
        ({1: 0.9}, 0.1, NOW + HOUR, Because.DUE_SOON),
        ({}, 1.0, None, Because.NOTHING_SPEAKS),
        ({1: 0.1, 2: 0.1}, 0.9, None, Because.NOTHING_SPEAKS),
        ({1: 0.41, 2: 0.38}, 0.5, None, Because.CLOSE_CALL),
        ({1: 0.6, 2: 0.1}, 0.49, None, Because.UNFAMILIAR),
        ({1: 0.6, 2: 0.1}, 0.26, None, Because.NEARLY_CLEAR),
    ],
)
def test_the_list_says_why(
    probabilities: dict[int, float], taught: float, due_at: datetime | None, why: Because
) -> None:
    assert because(probabilities, taught, due_at, NOW) == why


def test_words_are_marked_whole_and_with_all_their_numbers() -> None:
    pieces = mark_words("Antre KTP; antrean ktp.", {1: ["antre", "ktp"], 2: ["KTP"]})
    assert pieces == (
        Piece("Antre", (1,)),
        Piece(" "),
        Piece("KTP", (1, 2)),
        Piece("; antrean "),
        Piece("ktp", (1, 2)),
        Piece("."),
    )
    assert mark_words("", {1: ["a"]}) == () and mark_words("abc", {}) == (Piece("abc"),)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=6), max_size=4))
def test_marking_never_changes_a_text(text: str, words: list[str]) -> None:
    assert "".join(piece.text for piece in mark_words(text, {1: words, 2: words[:1]})) == text


class _Figures:
    def __init__(self, top1: float, abstained: float, top1_when_sure: float) -> None:
        self.top1, self.abstained, self.top1_when_sure = top1, abstained, top1_when_sure


@pytest.mark.parametrize(
    ("new", "verdict"),
    [
        ((0.81, 0.3, 0.95), Verdict.BETTER),
        ((0.80, 0.3, 0.95), Verdict.NO_WORSE),
        ((0.79, 0.3, 0.99), Verdict.RIGHT_LESS_OFTEN),
        ((0.85, 0.0, 0.85), Verdict.SURELY_WRONG_MORE_OFTEN),
    ],
)
def test_only_what_is_no_worse_takes_over(new: tuple[float, float, float], verdict: Verdict) -> None:
    found = takes_over(_Figures(*new), _Figures(0.80, 0.3, 0.95))
    assert (found, found.adopts) == (verdict, verdict in (Verdict.BETTER, Verdict.NO_WORSE))
