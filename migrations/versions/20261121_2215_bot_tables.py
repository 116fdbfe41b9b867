"""bot tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_bot"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telegram_update",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat_key", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name=op.f("ck_telegram_update_state")),
        sa.PrimaryKeyConstraint("bot_id", "update_id", name=op.f("pk_telegram_update")),
    )
    op.create_index(
        "ix_telegram_update_waiting",
        "telegram_update",
        ["chat_key", "bot_id", "update_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_telegram_update_received_at", "telegram_update", ["received_at"], unique=False)
    op.create_table(
        "telegram_conversation",
        sa.Column("chat_key", sa.LargeBinary(), nullable=False),
        sa.Column("chat_id", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), server_default="id", nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat_key", name=op.f("pk_telegram_conversation")),
    )


def downgrade() -> None:
    op.drop_table("telegram_conversation")
    op.drop_index("ix_telegram_update_received_at", table_name="telegram_update")
    op.drop_index(
        "ix_telegram_update_waiting", table_name="telegram_update", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_table("telegram_update")
