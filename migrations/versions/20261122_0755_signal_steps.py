"""what was usual before a signal, and what was done about it step by step"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017_signal_steps"
down_revision = "0016_contests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "signal",
        sa.Column(
            "usual_days",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column("signal", sa.Column("spread", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.create_index(
        "ix_signal_one_open",
        "signal",
        ["unit_id", "topic_id", "service_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "signal_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("signal_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("step IN ('seen', 'closed', 'reopened')", name=op.f("ck_signal_step_step")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signal_step_account_id")),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signal.id"], name=op.f("fk_signal_step_signal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_step")),
    )
    op.create_index("ix_signal_step_signal_id", "signal_step", ["signal_id"], unique=False)


def downgrade() -> None:
    op.drop_table("signal_step")
    op.drop_index("ix_signal_one_open", table_name="signal")
    op.drop_column("signal", "spread")
    op.drop_column("signal", "usual_days")
