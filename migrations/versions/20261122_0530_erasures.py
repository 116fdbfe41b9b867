"""what was erased at the end of its term: counts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_erasures"
down_revision = "0011_public_words"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", name=op.f("pk_erasure")),
    )


def downgrade() -> None:
    op.drop_table("erasure")
