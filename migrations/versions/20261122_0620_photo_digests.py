"""find the very same photo again"""

from __future__ import annotations

from alembic import op

revision = "0013_photo_digests"
down_revision = "0012_erasures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_photo_digest", "photo", ["digest"])


def downgrade() -> None:
    op.drop_index("ix_photo_digest", "photo")
