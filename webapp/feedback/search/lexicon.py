"""The words that people use, to recognise a misspelt one by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import text

from webapp.database import db
from webapp.feedback.search.wording import SHORTEST_GUESSED

#: What so few complaints hold is never proposed: it could be somebody's name.
FEWEST = 3
#: What fewer hold, and nobody wrote for so long, is forgotten.
FORGOTTEN_AFTER = timedelta(days=90)
#: Most complaints that are learned at a time, and most words that are proposed for one.
AT_ONCE, PROPOSED = 20_000, 3
#: How like a word has to be (share of common trigrams): "akte" is .43 like "akta", "antrian" .45 like "antrean".
LIKENESS = 0.4

_LEARN = text(
    """
    INSERT INTO lexicon_word (word, complaints, seen_on)
    SELECT word, count(*), :today
    FROM complaint, unnest(tsvector_to_array(to_tsvector('pg_catalog.simple', text))) AS word
    WHERE feedback_id > :after AND feedback_id <= :to AND word ~ '^[a-z]{4,24}$'
    GROUP BY word ORDER BY word
    ON CONFLICT (word) DO UPDATE
    SET complaints = lexicon_word.complaints + EXCLUDED.complaints, seen_on = EXCLUDED.seen_on
    """
)
_ALIKE = text(
    """
    SELECT typed, word FROM unnest(CAST(:words AS text[])) AS typed, LATERAL (
        SELECT word FROM lexicon_word
        WHERE word % typed AND complaints >= :fewest AND similarity(word, typed) >= :likeness
        ORDER BY similarity(word, typed) DESC, complaints DESC LIMIT :proposed
    ) AS found
    WHERE NOT EXISTS (SELECT FROM lexicon_word WHERE word = typed AND complaints >= :often)
    """
)


def learn_words(today: date) -> bool:
    """Learn what was filed since the last time, and forget what was rare and is long past; whether more is left.

    Learns up to what was there when it last looked: an id may have been drawn then by a transaction that had not ended.
    """
    db.session.execute(
        text("INSERT INTO lexicon_progress (id, learned_to, seen_to) VALUES (1, 0, 0) ON CONFLICT DO NOTHING")
    )
    progress = db.session.execute(
        text("SELECT learned_to, seen_to FROM lexicon_progress WHERE id = 1 FOR UPDATE SKIP LOCKED")
    ).one_or_none()
    if progress is None:  # another one is at it
        return False
    learned_to = min(progress.seen_to, progress.learned_to + AT_ONCE)
    if learned_to > progress.learned_to:
        db.session.execute(_LEARN, {"after": progress.learned_to, "to": learned_to, "today": today})
    db.session.execute(
        text(
            "UPDATE lexicon_progress SET learned_to = :to, "
            "seen_to = (SELECT coalesce(max(complaint_id), 0) FROM complaint_words)"
        ),
        {"to": learned_to},
    )
    db.session.execute(
        text("DELETE FROM lexicon_word WHERE complaints < :fewest AND seen_on < :until"),
        {"fewest": FEWEST, "until": today - FORGOTTEN_AFTER},
    )
    return bool(learned_to < progress.seen_to)


def words_alike(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each of `words` that hardly any complaint holds, known words that are written much alike."""
    guessed = [word for word in words if len(word) >= SHORTEST_GUESSED and word.isascii() and word.isalpha()]
    found: dict[str, tuple[str, ...]] = {}
    if not guessed:
        return found
    rows = db.session.execute(
        _ALIKE,
        {"words": guessed, "fewest": FEWEST, "often": FEWEST, "likeness": LIKENESS, "proposed": PROPOSED},
    )
    for typed, word in rows:
        found[typed] = (*found.get(typed, ()), word)
    return found
