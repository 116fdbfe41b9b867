"""work plans in the trail"""

from __future__ import annotations

from alembic import op

revision = "0024_plans_in_trail"
down_revision = "0023_packed_fact_ids"
branch_labels = None
depends_on = None

#: What becomes entries of the trail: table and event, and the query that makes them of the rows. A draft is its officer's
#: alone and tells nothing. Numbers, evidence and notes stay where they are: an entry names the plan, the target's
#: number and the month.
_ENTRIES = {
    ("work_plan_step", "insert"): (
        "SELECT at, account_id, NULL::bigint, 'work_plan', step, jsonb_build_object('plan', plan_id), id "
        "FROM fresh WHERE step <> 'drafted'"
    ),
    ("work_report", "insert"): (
        "SELECT fresh.at, fresh.account_id, NULL::bigint, 'work_report', 'told', "
        "jsonb_build_object('plan', work_target.plan_id, 'month', fresh.month, 'target', work_target.position), fresh.id "
        "FROM fresh JOIN work_target ON work_target.id = fresh.target_id"
    ),
    ("work_report", "update"): (
        "SELECT fresh.decided_at, fresh.decided_by_id, NULL::bigint, 'work_report', fresh.outcome, "
        "jsonb_build_object('plan', work_target.plan_id, 'month', fresh.month, 'target', work_target.position), fresh.id "
        "FROM fresh JOIN earlier USING (id) JOIN work_target ON work_target.id = fresh.target_id "
        "WHERE earlier.outcome IS NULL AND fresh.outcome IS NOT NULL"
    ),
}
#: What neither vanishes nor becomes something else without a trace: table, event and condition. Targets are only written
#: and, with a draft, written anew; a report that waits goes along with its target to the plan's next version.
_TOUCHED = (
    ("work_plan", "delete", ""),
    ("work_plan_step", "delete", ""),
    ("work_plan_step", "update", ""),
    ("work_target", "update", ""),
    ("work_report", "delete", ""),
    (
        "work_report",
        "update",
        "WHEN ((OLD.month, OLD.done, OLD.evidence) IS DISTINCT FROM (NEW.month, NEW.done, NEW.evidence) "
        "OR OLD.outcome IS NOT NULL AND OLD.outcome IS DISTINCT FROM NEW.outcome) ",
    ),
)
_COLUMNS = "(at, account_id, complaint_id, deed, what, particulars, source_id)"


def upgrade() -> None:
    for (table, event), rows in _ENTRIES.items():
        tables = "NEW TABLE AS fresh" + (" OLD TABLE AS earlier" if event == "update" else "")
        op.execute(
            f"CREATE FUNCTION trail_{table}_{event}() RETURNS trigger LANGUAGE plpgsql "
            "SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN "
            f"INSERT INTO audit_entry {_COLUMNS} {rows}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER trail_{table}_{event} AFTER {event.upper()} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION trail_{table}_{event}()"
        )
    for table, event, condition in _TOUCHED:
        op.execute(
            f"CREATE TRIGGER trail_{table}_{event}_touched AFTER {event.upper()} ON {table} FOR EACH ROW {condition}"
            f"EXECUTE FUNCTION trail_touched('altered', '{table}', '')"
        )


def downgrade() -> None:
    for table, event, _condition in _TOUCHED:
        op.execute(f"DROP TRIGGER trail_{table}_{event}_touched ON {table}")
    for table, event in _ENTRIES:
        op.execute(f"DROP TRIGGER trail_{table}_{event} ON {table}")
        op.execute(f"DROP FUNCTION trail_{table}_{event}()")
