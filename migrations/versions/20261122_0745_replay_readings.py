"""what triage made of cases that the replay would have sent elsewhere"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_replay_readings"
down_revision = "0014_attribution"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replay_reading",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("noted_by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reading IN ('product_wrong', 'city_wrong', 'both_possible')", name=op.f("ck_replay_reading_reading")
        ),
        sa.ForeignKeyConstraint(
            ["feedback_id"],
            ["withheld_decision.feedback_id"],
            name=op.f("fk_replay_reading_feedback_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["noted_by_id"], ["account.id"], name=op.f("fk_replay_reading_noted_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_replay_reading_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_reading")),
    )
    op.create_index(
        "ix_replay_reading_current",
        "replay_reading",
        ["feedback_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index("ix_replay_reading_feedback_id", "replay_reading", ["feedback_id"], unique=False)


def downgrade() -> None:
    op.drop_table("replay_reading")
