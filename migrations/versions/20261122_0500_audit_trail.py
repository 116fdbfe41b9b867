"""the trail of who saw and did what, written by triggers, sealed in a chain"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_audit_trail"
down_revision = "0009_search"
branch_labels = None
depends_on = None

#: What is added to: table and event, and the query that makes entries of the rows (`fresh`, and `earlier` of an update).
#: One statement makes one call, however many rows it wrote.
_ADDED = {
    ("state_change", "INSERT"): (
        "SELECT at, account_id, complaint_id, 'state', state, NULL, id FROM fresh"
    ),
    ("disposition", "INSERT"): (
        "SELECT at, decided_by_id, complaint_id, 'move', kind, "
        "jsonb_strip_nulls(jsonb_build_object('unit', unit_id, 'handler', handler_id, 'other', other_id)), id FROM fresh"
    ),
    ("complaint_message", "INSERT"): (
        "SELECT at, account_id, complaint_id, 'said', kind, jsonb_build_object('by', author), id FROM fresh"
    ),
    ("exclusion", "INSERT"): (
        "SELECT at, NULL::bigint, complaint_id, 'kept_away', 'officer', jsonb_build_object('officer', officer_id), "
        "NULL::bigint FROM fresh"
    ),
    ("recusal", "INSERT"): (
        "SELECT at, account_id, complaint_id, 'kept_away', 'recusal', NULL::jsonb, NULL::bigint FROM fresh"
    ),
    ("case_note", "INSERT"): (
        "SELECT at, account_id, complaint_id, 'noted', 'note', NULL::jsonb, id FROM fresh"
    ),
    ("publication", "INSERT"): (
        "SELECT published_at, published_by_id, complaint_id, 'published', 'shown', NULL::jsonb, id FROM fresh"
    ),
    ("publication", "UPDATE"): (
        "SELECT coalesce(fresh.withdrawn_at, clock_timestamp()), fresh.withdrawn_by_id, fresh.complaint_id, 'published', "
        "CASE WHEN earlier.withdrawn_at IS NULL AND fresh.withdrawn_at IS NOT NULL THEN 'withdrawn' ELSE 'altered' END, "
        "NULL::jsonb, id FROM fresh JOIN earlier USING (id) "
        "WHERE (fresh.withdrawn_at, fresh.text, fresh.answer) IS DISTINCT FROM (earlier.withdrawn_at, earlier.text, earlier.answer)"
    ),
    ("photo_flag", "UPDATE"): (
        "SELECT fresh.decided_at, fresh.decided_by_id, photo.complaint_id, 'judged_photo', fresh.verdict, "
        "jsonb_build_object('photo', fresh.photo_id, 'flag', fresh.kind), fresh.id "
        "FROM fresh JOIN earlier USING (id) JOIN photo ON photo.id = fresh.photo_id "
        "WHERE fresh.verdict IS NOT NULL AND fresh.verdict IS DISTINCT FROM earlier.verdict"
    ),
    ("attribution", "INSERT"): (
        "SELECT at, decided_by_id, feedback_id, 'attributed', made_by, NULL::jsonb, id FROM fresh "
        "WHERE decided_by_id IS NOT NULL"
    ),
    ("role_assignment", "INSERT"): (
        "SELECT clock_timestamp(), NULL::bigint, NULL::bigint, 'role', 'given', "
        "jsonb_build_object('account', account_id, 'role', role, 'unit', unit_id), id FROM fresh"
    ),
}  # fmt: skip
#: What must not vanish or change without a trace, whoever does it: condition, deed and what was touched.
_TOUCHED = (
    ("complaint", "DELETE", None, "deleted", "complaint", "feedback_id"),
    ("complaint", "UPDATE", "OLD.erased_at IS DISTINCT FROM NEW.erased_at", "erased", "complaint", "feedback_id"),
    ("complaint", "UPDATE", "OLD.text IS DISTINCT FROM NEW.text", "altered", "complaint", "feedback_id"),
    ("complaint", "UPDATE", "OLD.secret AND NOT NEW.secret", "altered", "secrecy", "feedback_id"),
    ("complaint_message", "DELETE", None, "deleted", "complaint_message", "complaint_id"),
    (
        "complaint_message",
        "UPDATE",
        "OLD.text IS DISTINCT FROM NEW.text",
        "altered",
        "complaint_message",
        "complaint_id",
    ),
    ("disposition", "DELETE OR UPDATE", None, "altered", "disposition", "complaint_id"),
    ("state_change", "DELETE OR UPDATE", None, "altered", "state_change", "complaint_id"),
    ("exclusion", "DELETE OR UPDATE", None, "altered", "exclusion", "complaint_id"),
    ("recusal", "DELETE OR UPDATE", None, "altered", "recusal", "complaint_id"),
    ("role_assignment", "DELETE", None, "role", "taken", None),
)
_COLUMNS = "(at, account_id, complaint_id, deed, what, particulars, source_id)"
#: The functions work with the owner's rights, so that the product's role needs none of its own to write.
_AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp"


def _name(table: str, event: str, suffix: str = "") -> str:
    return f"trail_{table}_{event.lower().replace(' ', '_')}{suffix}"


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "written_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("complaint_id", sa.BigInteger(), nullable=True),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("particulars", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_complaint_id", "audit_entry", ["complaint_id", "id"])
    op.create_index("ix_audit_entry_account_id", "audit_entry", ["account_id", "id"])
    op.create_index("ix_audit_entry_at", "audit_entry", ["at", "id"])
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("settled_id", sa.BigInteger(), nullable=False),
        sa.Column("covered_id", sa.BigInteger(), nullable=False),
        sa.Column("highest_id", sa.BigInteger(), nullable=False),
        sa.Column("horizon", sa.Numeric(20, 0), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
    )
    # Nobody changes the trail by accident, the owner neither; the product's role has not even the right to try.
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    for table in ("audit_entry", "audit_seal"):
        op.execute(
            f"CREATE TRIGGER {table}_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE FUNCTION record_look(account bigint, complaint bigint, what text, particulars jsonb, at timestamptz) "  # noqa: S608
        f"RETURNS void LANGUAGE plpgsql {_AS_OWNER} AS $$ BEGIN "
        "PERFORM pg_current_xact_id(); "  # before the entry draws its id: sealing goes by both
        f"INSERT INTO audit_entry {_COLUMNS} VALUES (at, account, complaint, 'looked', what, particulars, NULL); END $$"
    )
    for (table, event), rows in _ADDED.items():
        name = _name(table, event)
        tables = "NEW TABLE AS fresh" + (" OLD TABLE AS earlier" if event == "UPDATE" else "")
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {_AS_OWNER} AS $$ BEGIN "
            f"INSERT INTO audit_entry {_COLUMNS} {rows}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    # Deed, what, and the column that holds the complaint's id ('' where there is none) come as arguments.
    op.execute(
        f"CREATE FUNCTION trail_touched() RETURNS trigger LANGUAGE plpgsql {_AS_OWNER} AS $$ BEGIN "  # noqa: S608
        f"INSERT INTO audit_entry {_COLUMNS} VALUES (clock_timestamp(), NULL, "
        "(to_jsonb(OLD) ->> TG_ARGV[2])::bigint, TG_ARGV[0], TG_ARGV[1], "
        "CASE WHEN TG_TABLE_NAME = 'role_assignment' THEN jsonb_build_object('account', to_jsonb(OLD) -> 'account_id', "
        "'role', to_jsonb(OLD) -> 'role', 'unit', to_jsonb(OLD) -> 'unit_id') "
        "ELSE jsonb_build_object('by', lower(TG_OP)) END, "
        "(to_jsonb(OLD) ->> 'id')::bigint); RETURN NULL; END $$"
    )
    for number, (table, event, condition, deed, what, column) in enumerate(_TOUCHED):
        op.execute(
            f"CREATE TRIGGER {_name(table, event, f'_{number}')} AFTER {event} ON {table} FOR EACH ROW "
            + (f"WHEN ({condition}) " if condition else "")
            + f"EXECUTE FUNCTION trail_touched('{deed}', '{what}', '{column or ''}')"
        )


def downgrade() -> None:
    for number, (table, event, *_rest) in enumerate(_TOUCHED):
        op.execute(f"DROP TRIGGER {_name(table, event, f'_{number}')} ON {table}")
    op.execute("DROP FUNCTION trail_touched()")
    for table, event in _ADDED:
        op.execute(f"DROP TRIGGER {_name(table, event)} ON {table}")
        op.execute(f"DROP FUNCTION {_name(table, event)}()")
    op.execute("DROP FUNCTION record_look(bigint, bigint, text, jsonb, timestamptz)")
    op.drop_table("audit_seal")
    op.drop_table("audit_entry")
    op.execute("DROP FUNCTION refuse_change()")
