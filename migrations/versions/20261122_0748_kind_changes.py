"""another kind of complaint is a move; decisions are found by their day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_kind_changes"
down_revision = "0015_replay_readings"
branch_labels = None
depends_on = None

_BEFORE = (
    "sent", "held", "verified", "deferred", "completed", "passed_on", "archived", "restored", "forwarded", "sent_back",
    "assigned", "taken", "split", "merged", "separated", "recused", "escalated", "unsolved", "reopened",
    "marked_personal", "marked_impersonal", "term_changed",
)  # fmt: skip


def _allow(kinds: tuple[str, ...]) -> None:
    name = op.f("ck_disposition_kind")
    op.drop_constraint(name, "disposition", type_="check")
    op.create_check_constraint(name, "disposition", "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds)))


def upgrade() -> None:
    _allow((*_BEFORE, "kind_changed"))
    op.create_index(
        "ix_attribution_decided",
        "attribution",
        ["at"],
        postgresql_where=sa.text("made_by <> 'rules' AND superseded_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_attribution_decided", table_name="attribution")
    op.execute("UPDATE disposition SET kind = 'term_changed' WHERE kind = 'kind_changed'")
    _allow(_BEFORE)
