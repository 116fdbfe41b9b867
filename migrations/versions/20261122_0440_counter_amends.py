"""amends at the counter: reports that somebody discarded, counters that somebody else closed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_counter_amends"
down_revision = "0005_complaint_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build up."""
    op.create_table(
        "discarded_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by_id IS NULL)", name=op.f("ck_discarded_report_taken_back")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_discarded_report_account_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["incoming_record.id"], name=op.f("fk_discarded_report_record_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], ["account.id"], name=op.f("fk_discarded_report_taken_back_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discarded_report")),
    )
    op.create_index("ix_discarded_report_record_id", "discarded_report", ["record_id"], unique=False)
    op.drop_constraint(op.f("ck_incoming_record_state"), "incoming_record", type_="check")
    op.create_check_constraint(
        op.f("ck_incoming_record_state"), "incoming_record", "state IN ('accepted', 'held', 'discarded')"
    )
    op.add_column("counter_session", sa.Column("closed_by_id", sa.BigInteger(), nullable=True))
    op.add_column("counter_session", sa.Column("close_reason", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_counter_session_closed_by_id"), "counter_session", "account", ["closed_by_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_counter_session_closed_by"),
        "counter_session",
        "(closed_by_id IS NULL) = (close_reason IS NULL) AND (closed_by_id IS NULL OR closed_at IS NOT NULL)",
    )


def downgrade() -> None:
    """Take down."""
    op.drop_constraint(op.f("ck_counter_session_closed_by"), "counter_session", type_="check")
    op.drop_constraint(op.f("fk_counter_session_closed_by_id"), "counter_session", type_="foreignkey")
    op.drop_column("counter_session", "close_reason")
    op.drop_column("counter_session", "closed_by_id")
    op.drop_constraint(op.f("ck_incoming_record_state"), "incoming_record", type_="check")
    # What was discarded waits again: nothing that arrived is dropped.
    op.execute("UPDATE incoming_record SET state = 'held' WHERE state = 'discarded'")
    op.create_check_constraint(op.f("ck_incoming_record_state"), "incoming_record", "state IN ('accepted', 'held')")
    op.drop_index("ix_discarded_report_record_id", table_name="discarded_report")
    op.drop_table("discarded_report")
