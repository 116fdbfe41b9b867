"""what is usual of a service; facts by day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020_facts_of_days"
down_revision = "0019_objections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "usual_serving_time",
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_usual_serving_time_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "period", name=op.f("pk_usual_serving_time")),
    )
    op.create_index(
        "ix_indicator_fact_day",
        "indicator_fact",
        ["day", "officer_id"],
        unique=False,
        postgresql_where=sa.text("feedback_id IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index("ix_visit_finished_at", "visit", ["finished_at"], unique=False, postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("ix_visit_finished_at", table_name="visit", postgresql_using="brin")
    op.drop_index(
        "ix_indicator_fact_day",
        table_name="indicator_fact",
        postgresql_where=sa.text("feedback_id IS NULL AND withdrawn_at IS NULL"),
    )
    op.drop_table("usual_serving_time")
