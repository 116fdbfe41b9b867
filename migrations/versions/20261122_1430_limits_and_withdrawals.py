"""targets of which less is better; presets withdrawn before they hold, and both decisions in the trail"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022_limits_and_withdrawals"
down_revision = "0021_objections_erased"
branch_labels = None
depends_on = None

#: Whose rows become entries of the trail: table, and the query that makes an entry of what was added. What was put in
#: force by no account came with the product: nobody did it.
_ENTRIES = {
    "preset_in_force": (
        "SELECT decided_at, decided_by_id, NULL::bigint, 'preset', 'put_in_force', "
        "jsonb_build_object('preset', preset_id, 'from', from_period), id FROM fresh WHERE decided_by_id IS NOT NULL"
    ),
    "preset_withdrawal": (
        "SELECT at, account_id, NULL::bigint, 'preset', 'withdrawn', "
        "jsonb_build_object('in_force', in_force_id), id FROM fresh"
    ),
}
#: What neither vanishes nor becomes something else without a trace.
_TOUCHED = (
    ("preset_in_force", "delete"),
    ("preset_in_force", "update"),
    ("preset_withdrawal", "delete"),
    ("preset_withdrawal", "update"),
)
_COLUMNS = "(at, account_id, complaint_id, deed, what, particulars, source_id)"


def upgrade() -> None:
    op.add_column("work_target", sa.Column("less_is_better", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("work_target", "less_is_better", server_default=None)
    op.create_check_constraint(
        op.f("ck_work_target_limit"), "work_target", "NOT less_is_better OR measure = 'own_count'"
    )
    op.create_table(
        "preset_withdrawal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("in_force_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_preset_withdrawal_account_id")),
        sa.ForeignKeyConstraint(["in_force_id"], ["preset_in_force.id"], name=op.f("fk_preset_withdrawal_in_force_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preset_withdrawal")),
        sa.UniqueConstraint("in_force_id", name=op.f("uq_preset_withdrawal_in_force_id")),
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
    for table, event in _TOUCHED:
        op.execute(
            f"CREATE TRIGGER trail_{table}_{event}_touched AFTER {event.upper()} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION trail_touched('altered', '{table}', '')"
        )


def downgrade() -> None:
    for table, event in _TOUCHED:
        op.execute(f"DROP TRIGGER trail_{table}_{event}_touched ON {table}")
    for table in _ENTRIES:
        op.execute(f"DROP TRIGGER trail_{table}_insert ON {table}")
        op.execute(f"DROP FUNCTION trail_{table}_insert()")
    op.drop_table("preset_withdrawal")
    op.drop_constraint(op.f("ck_work_target_limit"), "work_target", type_="check")
    op.drop_column("work_target", "less_is_better")
