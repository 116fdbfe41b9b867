"""objections in the trail; what outside of an officer's control something was put down to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_objections"
down_revision = "0018_indicator"
branch_labels = None
depends_on = None

#: Whose rows become entries of the trail: table, and the query that makes entries of what was added.
_ENTRIES = {
    "indicator_objection": "SELECT filed_at, account_id, NULL::bigint, 'objected', 'filed', NULL::jsonb, id FROM fresh",
    "objection_decision": (
        "SELECT at, decided_by_id, NULL::bigint, 'objected', outcome, "
        "jsonb_build_object('objection', objection_id), id FROM fresh"
    ),
}
#: What neither vanishes nor becomes something else without a trace: table, event and condition.
_TOUCHED = (
    ("indicator_objection", "delete", ""),
    ("objection_decision", "delete", ""),
    ("objection_decision", "update", "WHEN (OLD.outcome IS DISTINCT FROM NEW.outcome) "),
    ("fact_exclusion", "delete", ""),
    ("fact_exclusion", "update", ""),
)
_COLUMNS = "(at, account_id, complaint_id, deed, what, particulars, source_id)"


def upgrade() -> None:
    # Nothing was decided yet when this came: there is nothing to encrypt.
    op.execute("ALTER TABLE objection_decision ALTER COLUMN reasons TYPE bytea USING convert_to(reasons, 'UTF8')")
    op.add_column("objection_decision", sa.Column("cause_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_objection_decision_cause_id"), "objection_decision", "pause_cause", ["cause_id"], ["id"]
    )
    for table, rows in _ENTRIES.items():
        op.execute(
            f"CREATE FUNCTION trail_{table}_insert() RETURNS trigger LANGUAGE plpgsql "
            "SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN "
            f"INSERT INTO audit_entry {_COLUMNS} {rows}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER trail_{table}_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh "
            f"FOR EACH STATEMENT EXECUTE FUNCTION trail_{table}_insert()"
        )
    for table, event, condition in _TOUCHED:
        op.execute(
            f"CREATE TRIGGER trail_{table}_{event}_touched AFTER {event.upper()} ON {table} FOR EACH ROW {condition}"
            f"EXECUTE FUNCTION trail_touched('altered', '{table}', '')"
        )


def downgrade() -> None:
    for table, event, _condition in _TOUCHED:
        op.execute(f"DROP TRIGGER trail_{table}_{event}_touched ON {table}")
    for table in _ENTRIES:
        op.execute(f"DROP TRIGGER trail_{table}_insert ON {table}")
        op.execute(f"DROP FUNCTION trail_{table}_insert()")
    op.drop_constraint(op.f("fk_objection_decision_cause_id"), "objection_decision", type_="foreignkey")
    op.drop_column("objection_decision", "cause_id")
    op.execute("ALTER TABLE objection_decision ALTER COLUMN reasons TYPE text USING convert_from(reasons, 'UTF8')")
