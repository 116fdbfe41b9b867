"""when somebody first saw what is attributed to him, and contests in the trail"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_contests"
down_revision = "0016_kind_changes"
branch_labels = None
depends_on = None

#: What is added to or changed: event, and the query that makes entries of the rows.
_ENTRIES = {
    "insert": ("SELECT at, account_id, feedback_id, 'contested', 'filed', NULL::jsonb, id FROM fresh"),
    "update": (
        "SELECT fresh.decided_at, fresh.decided_by_id, fresh.feedback_id, 'contested', fresh.outcome, "
        "jsonb_strip_nulls(jsonb_build_object('attribution', fresh.resulting_attribution_id)), fresh.id "
        "FROM fresh JOIN earlier USING (id) WHERE fresh.outcome IS DISTINCT FROM earlier.outcome "
        "AND fresh.outcome IS NOT NULL"
    ),
}
#: What is decided neither vanishes nor becomes something else without a trace.
_TOUCHED = {
    "delete": "",
    "update": "WHEN (OLD.outcome IS NOT NULL AND OLD.outcome IS DISTINCT FROM NEW.outcome) ",
}
_COLUMNS = "(at, account_id, complaint_id, deed, what, particulars, source_id)"


def upgrade() -> None:
    op.create_table(
        "attribution_shown",
        sa.Column("attribution_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attribution_id"],
            ["attribution.id"],
            name=op.f("fk_attribution_shown_attribution_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_attribution_shown_officer_id")),
        sa.PrimaryKeyConstraint("attribution_id", "officer_id", name=op.f("pk_attribution_shown")),
    )
    op.create_index(op.f("ix_attribution_shown_officer_id"), "attribution_shown", ["officer_id"], unique=False)
    for event, rows in _ENTRIES.items():
        tables = "NEW TABLE AS fresh" + (" OLD TABLE AS earlier" if event == "update" else "")
        op.execute(
            f"CREATE FUNCTION trail_contest_{event}() RETURNS trigger LANGUAGE plpgsql "
            "SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN "
            f"INSERT INTO audit_entry {_COLUMNS} {rows}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER trail_contest_{event} AFTER {event.upper()} ON contest REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION trail_contest_{event}()"
        )
    for event, condition in _TOUCHED.items():
        op.execute(
            f"CREATE TRIGGER trail_contest_{event}_touched AFTER {event.upper()} ON contest FOR EACH ROW {condition}"
            "EXECUTE FUNCTION trail_touched('altered', 'contest', 'feedback_id')"
        )


def downgrade() -> None:
    for event in _TOUCHED:
        op.execute(f"DROP TRIGGER trail_contest_{event}_touched ON contest")
    for event in _ENTRIES:
        op.execute(f"DROP TRIGGER trail_contest_{event} ON contest")
        op.execute(f"DROP FUNCTION trail_contest_{event}()")
    op.drop_index(op.f("ix_attribution_shown_officer_id"), table_name="attribution_shown")
    op.drop_table("attribution_shown")
