"""What photos look like, to find them again; what was settled to the reporters' content, to learn from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_photo_looks"
down_revision = "0006_counter_amends"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photo", sa.Column("look_pieces", sa.ARRAY(sa.Integer()), nullable=True))
    op.create_index("ix_photo_look_pieces", "photo", ["look_pieces"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_complaint_accepted",
        "complaint",
        ["unit_id", "settled_at"],
        unique=False,
        postgresql_where=sa.text("state = 'accepted'"),
    )


def downgrade() -> None:
    op.drop_index("ix_complaint_accepted", table_name="complaint", postgresql_where=sa.text("state = 'accepted'"))
    op.drop_index("ix_photo_look_pieces", table_name="photo", postgresql_using="gin")
    op.drop_column("photo", "look_pieces")
