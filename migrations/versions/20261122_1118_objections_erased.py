"""when the words and files of an objection were erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021_objections_erased"
down_revision = "0020_facts_of_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("indicator_objection", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("indicator_objection", "erased_at")
