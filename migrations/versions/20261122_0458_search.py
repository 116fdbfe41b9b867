"""words of complaints to search by, a lexicon against misspelling, indexes for the desks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_search"
down_revision = "0008_running_clocks"
branch_labels = None
depends_on = None

_OPEN = "state IN ('filed', 'in_triage', 'verified', 'sent', 'assigned', 'in_work', 'disputed')"

#: Weight A: what was said; B: where; "#17": in which unit it lies. No word that a person writes begins with "#".
_WORDS_OF = """
CREATE FUNCTION complaint_words_of(text text, place text, unit_id bigint) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT setweight(to_tsvector('pg_catalog.indonesian', text), 'A')
    || setweight(to_tsvector('pg_catalog.indonesian', coalesce(place, '')), 'B')
    || array_to_tsvector(ARRAY['#' || coalesce(unit_id, 0)])
$$
"""
_KEEP = """
CREATE FUNCTION keep_complaint_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO complaint_words (complaint_id, unit_id, filed_at, words)
    SELECT NEW.feedback_id, NEW.unit_id, filed_at, complaint_words_of(NEW.text, place, NEW.unit_id)
    FROM feedback WHERE id = NEW.feedback_id
    ON CONFLICT (complaint_id) DO UPDATE SET unit_id = EXCLUDED.unit_id, words = EXCLUDED.words;
    RETURN NULL;
END $$
"""
#: The place of a feedback is taken away at the end of its retention.
_KEEP_PLACE = """
CREATE FUNCTION keep_place_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE complaint_words SET words = complaint_words_of(complaint.text, NEW.place, complaint.unit_id)
    FROM complaint WHERE complaint_id = NEW.id AND complaint.feedback_id = NEW.id;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    # A trusted extension: the owner of a database may add it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "complaint_words",
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaint.feedback_id"],
            name=op.f("fk_complaint_words_complaint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complaint_words")),
    )
    op.create_table(
        "lexicon_word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("complaints", sa.Integer(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_lexicon_word")),
    )
    op.create_table(
        "lexicon_progress",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("learned_to", sa.BigInteger(), nullable=False),
        sa.Column("seen_to", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_lexicon_progress_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lexicon_progress")),
    )
    op.execute(_WORDS_OF)
    op.execute(
        "INSERT INTO complaint_words (complaint_id, unit_id, filed_at, words) "
        "SELECT c.feedback_id, c.unit_id, f.filed_at, complaint_words_of(c.text, f.place, c.unit_id) "
        "FROM complaint c JOIN feedback f ON f.id = c.feedback_id ORDER BY c.feedback_id"
    )
    op.create_index("ix_complaint_words_words", "complaint_words", ["words"], postgresql_using="gin")
    op.create_index("ix_complaint_words_filed_at", "complaint_words", ["filed_at", "complaint_id"])
    op.create_index("ix_complaint_words_unit_id", "complaint_words", ["unit_id", "filed_at", "complaint_id"])
    op.create_index(
        "ix_lexicon_word_word",
        "lexicon_word",
        ["word"],
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    op.execute(_KEEP)
    op.execute(_KEEP_PLACE)
    op.execute(
        "CREATE TRIGGER complaint_words_written AFTER INSERT ON complaint "
        "FOR EACH ROW EXECUTE FUNCTION keep_complaint_words()"
    )
    op.execute(
        "CREATE TRIGGER complaint_words_changed AFTER UPDATE OF text, unit_id ON complaint FOR EACH ROW "
        "WHEN (OLD.text IS DISTINCT FROM NEW.text OR OLD.unit_id IS DISTINCT FROM NEW.unit_id) "
        "EXECUTE FUNCTION keep_complaint_words()"
    )
    op.execute(
        "CREATE TRIGGER feedback_place_words_changed AFTER UPDATE OF place ON feedback FOR EACH ROW "
        "WHEN (OLD.place IS DISTINCT FROM NEW.place) EXECUTE FUNCTION keep_place_words()"
    )
    op.drop_index("ix_complaint_open", table_name="complaint")
    op.create_index("ix_complaint_open", "complaint", ["unit_id", "state", "due_at"], postgresql_where=sa.text(_OPEN))
    op.drop_index("ix_complaint_handler_id", table_name="complaint")
    op.create_index(
        "ix_complaint_on_desk",
        "complaint",
        ["handler_id", "due_at"],
        postgresql_where=sa.text("state IN ('assigned', 'in_work', 'answered')"),
    )
    op.create_index("ix_complaint_answered_by_id", "complaint", ["answered_by_id", "settled_at"])
    op.create_index(
        "ix_complaint_put_away",
        "complaint",
        ["state", "feedback_id"],
        postgresql_where=sa.text("state IN ('deferred', 'merged', 'unsolved', 'passed_on', 'archived')"),
    )


def downgrade() -> None:
    op.drop_index("ix_complaint_put_away", table_name="complaint")
    op.drop_index("ix_complaint_answered_by_id", table_name="complaint")
    op.drop_index("ix_complaint_on_desk", table_name="complaint")
    op.create_index("ix_complaint_handler_id", "complaint", ["handler_id"])
    op.drop_index("ix_complaint_open", table_name="complaint")
    op.create_index("ix_complaint_open", "complaint", ["unit_id", "due_at"], postgresql_where=sa.text(_OPEN))
    op.execute("DROP TRIGGER feedback_place_words_changed ON feedback")
    op.execute("DROP TRIGGER complaint_words_changed ON complaint")
    op.execute("DROP TRIGGER complaint_words_written ON complaint")
    for function in ("keep_place_words()", "keep_complaint_words()", "complaint_words_of(text, text, bigint)"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("lexicon_progress")
    op.drop_table("lexicon_word")
    op.drop_table("complaint_words")
    op.execute("DROP EXTENSION pg_trgm")
