"""presets, objections, work plans; facts that sum up cases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_indicator"
down_revision = "0017_signal_steps"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator_preset",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("based_on", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_indicator_preset_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_preset")),
        sa.UniqueConstraint("version", name=op.f("uq_indicator_preset_version")),
    )
    op.create_index("ix_indicator_preset_name", "indicator_preset", ["name", "id"], unique=False)
    op.create_table(
        "line_seen",
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("line_key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_line_seen_officer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("officer_id", "period", "line_key", name=op.f("pk_line_seen")),
    )
    op.create_table(
        "preset_in_force",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("preset_id", sa.BigInteger(), nullable=False),
        sa.Column("from_period", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_preset_in_force_decided_by_id")),
        sa.ForeignKeyConstraint(["preset_id"], ["indicator_preset.id"], name=op.f("fk_preset_in_force_preset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preset_in_force")),
    )
    op.create_index("ix_preset_in_force_from_period", "preset_in_force", ["from_period", "id"], unique=False)
    op.create_table(
        "work_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'proposed', 'returned', 'agreed', 'superseded')", name=op.f("ck_work_plan_state")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_work_plan_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_plan")),
        sa.UniqueConstraint("officer_id", "year", "version", name=op.f("uq_work_plan_officer_id_year_version")),
    )
    op.create_index(
        "ix_work_plan_agreed",
        "work_plan",
        ["officer_id", "year"],
        unique=True,
        postgresql_where=sa.text("state = 'agreed'"),
    )
    op.create_table(
        "indicator_objection",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("write_key", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("line_key", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("fact_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_indicator_objection_account_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_indicator_objection_officer_id")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["indicator_snapshot.id"], name=op.f("fk_indicator_objection_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_objection")),
        sa.UniqueConstraint("write_key", name=op.f("uq_indicator_objection_write_key")),
    )
    op.create_index("ix_indicator_objection_due_at", "indicator_objection", ["due_at"], unique=False)
    op.create_index(
        "ix_indicator_objection_line", "indicator_objection", ["officer_id", "period", "line_key"], unique=False
    )
    op.create_index(
        "ix_indicator_objection_officer_id", "indicator_objection", ["officer_id", "filed_at"], unique=False
    )
    op.create_table(
        "work_plan_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('drafted', 'proposed', 'returned', 'agreed', 'superseded')", name=op.f("ck_work_plan_step_step")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_work_plan_step_account_id")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["work_plan.id"], name=op.f("fk_work_plan_step_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_plan_step")),
    )
    op.create_index("ix_work_plan_step_plan_id", "work_plan_step", ["plan_id"], unique=False)
    op.create_table(
        "work_target",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("superior_result", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("aspect", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("unit_of_measure", sa.Text(), nullable=False),
        sa.Column("quarter_1", sa.Double(), nullable=False),
        sa.Column("quarter_2", sa.Double(), nullable=False),
        sa.Column("quarter_3", sa.Double(), nullable=False),
        sa.Column("quarter_4", sa.Double(), nullable=False),
        sa.CheckConstraint("aspect IN ('quantity', 'quality', 'time', 'cost')", name=op.f("ck_work_target_aspect")),
        sa.CheckConstraint(
            "measure IN ('visits_served', 'stages_finished', 'answers_given', 'own_count')",
            name=op.f("ck_work_target_measure"),
        ),
        sa.CheckConstraint(
            "quarter_1 >= 0 AND quarter_2 >= 0 AND quarter_3 >= 0 AND quarter_4 >= 0",
            name=op.f("ck_work_target_quarters"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["work_plan.id"], name=op.f("fk_work_target_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_target")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_work_target_plan_id_position")),
    )
    op.create_table(
        "objection_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("objection_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('upheld', 'partly', 'refused')", name=op.f("ck_objection_decision_outcome")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_objection_decision_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["objection_id"],
            ["indicator_objection.id"],
            name=op.f("fk_objection_decision_objection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection_decision")),
        sa.UniqueConstraint("objection_id", name=op.f("uq_objection_decision_objection_id")),
    )
    op.create_table(
        "objection_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("objection_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("upload_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("filename", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_objection_file_account_id")),
        sa.ForeignKeyConstraint(
            ["objection_id"],
            ["indicator_objection.id"],
            name=op.f("fk_objection_file_objection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection_file")),
        sa.UniqueConstraint("upload_key", "digest", name=op.f("uq_objection_file_upload_key_digest")),
    )
    op.create_index("ix_objection_file_objection_id", "objection_file", ["objection_id"], unique=False)
    op.create_table(
        "work_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("write_key", sa.Text(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("done", sa.Double(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('confirmed', 'returned')", name=op.f("ck_work_report_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_work_report_decided")),
        sa.CheckConstraint("done >= 0", name=op.f("ck_work_report_done")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_work_report_account_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_work_report_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["target_id"], ["work_target.id"], name=op.f("fk_work_report_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_report")),
        sa.UniqueConstraint("write_key", name=op.f("uq_work_report_write_key")),
    )
    op.create_index("ix_work_report_target_id", "work_report", ["target_id", "month"], unique=False)
    op.create_table(
        "fact_exclusion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["objection_decision.id"], name=op.f("fk_fact_exclusion_decision_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_fact_exclusion_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_exclusion")),
        sa.UniqueConstraint("officer_id", "component", "key", name=op.f("uq_fact_exclusion_officer_id_component_key")),
    )
    op.create_index(op.f("ix_fact_exclusion_decision_id"), "fact_exclusion", ["decision_id"], unique=False)
    op.add_column("indicator_fact", sa.Column("unit_id", sa.BigInteger(), nullable=True))
    op.add_column("indicator_fact", sa.Column("events", sa.Double(), server_default="1", nullable=False))
    op.create_check_constraint(op.f("ck_indicator_fact_events"), "indicator_fact", "events > 0")
    op.add_column("indicator_fact", sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("indicator_fact", sa.Column("withdrawn_why", sa.Text(), nullable=True))
    op.alter_column("indicator_fact", "feedback_id", existing_type=sa.BIGINT(), nullable=True)
    op.create_foreign_key(op.f("fk_indicator_fact_unit_id"), "indicator_fact", "unit", ["unit_id"], ["id"])
    op.add_column("indicator_reference", sa.Column("doubt", sa.LargeBinary(), nullable=True))
    op.add_column("indicator_snapshot", sa.Column("calendar_version", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("indicator_snapshot", "calendar_version")
    op.drop_column("indicator_reference", "doubt")
    op.drop_constraint(op.f("fk_indicator_fact_unit_id"), "indicator_fact", type_="foreignkey")
    op.execute("DELETE FROM indicator_fact WHERE feedback_id IS NULL")
    op.alter_column("indicator_fact", "feedback_id", existing_type=sa.BIGINT(), nullable=False)
    op.drop_column("indicator_fact", "withdrawn_why")
    op.drop_column("indicator_fact", "details")
    op.drop_constraint(op.f("ck_indicator_fact_events"), "indicator_fact", type_="check")
    op.drop_column("indicator_fact", "events")
    op.drop_column("indicator_fact", "unit_id")
    op.drop_index(op.f("ix_fact_exclusion_decision_id"), table_name="fact_exclusion")
    op.drop_table("fact_exclusion")
    op.drop_index("ix_work_report_target_id", table_name="work_report")
    op.drop_table("work_report")
    op.drop_index("ix_objection_file_objection_id", table_name="objection_file")
    op.drop_table("objection_file")
    op.drop_table("objection_decision")
    op.drop_table("work_target")
    op.drop_index("ix_work_plan_step_plan_id", table_name="work_plan_step")
    op.drop_table("work_plan_step")
    op.drop_index("ix_indicator_objection_officer_id", table_name="indicator_objection")
    op.drop_index("ix_indicator_objection_line", table_name="indicator_objection")
    op.drop_index("ix_indicator_objection_due_at", table_name="indicator_objection")
    op.drop_table("indicator_objection")
    op.drop_index("ix_work_plan_agreed", table_name="work_plan", postgresql_where=sa.text("state = 'agreed'"))
    op.drop_table("work_plan")
    op.drop_index("ix_preset_in_force_from_period", table_name="preset_in_force")
    op.drop_table("preset_in_force")
    op.drop_table("line_seen")
    op.drop_index("ix_indicator_preset_name", table_name="indicator_preset")
    op.drop_table("indicator_preset")
