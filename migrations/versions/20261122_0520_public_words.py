"""what the public may search in, and indexes for the figures of the last weeks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_public_words"
down_revision = "0010_triage_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publication", sa.Column("words", postgresql.TSVECTOR(), nullable=True))
    op.execute("UPDATE publication SET words = to_tsvector('indonesian', text || ' ' || coalesce(answer, ''))")
    op.alter_column("publication", "words", nullable=False)
    op.create_index("ix_publication_words", "publication", ["words"], unique=False, postgresql_using="gin")
    for column in ("answered_at", "settled_at"):
        op.create_index(
            f"ix_complaint_{column}",
            "complaint",
            [column],
            unique=False,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )


def downgrade() -> None:
    for column in ("settled_at", "answered_at"):
        op.drop_index(f"ix_complaint_{column}", "complaint")
    op.drop_index("ix_publication_words", "publication")
    op.drop_column("publication", "words")
