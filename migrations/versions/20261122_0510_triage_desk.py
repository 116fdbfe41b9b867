"""indexes of the triage desk: who said something before, and what nobody could place"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_triage_desk"
down_revision = "0009_audit_trail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_feedback_complaints_of",
        "feedback",
        ["rater_key"],
        unique=False,
        postgresql_where=sa.text("kind = 'complaint' AND rater_key IS NOT NULL"),
    )
    op.create_index(
        "ix_attribution_share_nobodys",
        "attribution_share",
        ["attribution_id"],
        unique=False,
        postgresql_where=sa.text("unit_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_attribution_share_nobodys", "attribution_share")
    op.drop_index("ix_feedback_complaints_of", "feedback")
