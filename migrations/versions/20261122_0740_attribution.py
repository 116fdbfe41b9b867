"""whom a feedback concerns: opinions, models, contests, repeats, signals, withheld decisions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_attribution"
down_revision = "0013_photo_digests"
branch_labels = None
depends_on = None


def _allow(table: str, column: str, values: tuple[str, ...]) -> None:
    """Let a column hold just these values."""
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values)))


def upgrade() -> None:
    op.create_table(
        "learned_model",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("first_case_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_case_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("former_figures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('routing', 'strengths')", name=op.f("ck_learned_model_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_model")),
    )
    op.create_index(
        "ix_learned_model_used",
        "learned_model",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("adopted_at IS NOT NULL AND retired_at IS NULL"),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_topic_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("external_id", name=op.f("uq_topic_external_id")),
        sa.UniqueConstraint("name", name=op.f("uq_topic_name")),
    )
    op.create_index(op.f("ix_topic_unit_id"), "topic", ["unit_id"], unique=False)
    op.create_table(
        "signal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=True),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("surprise", sa.Double(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("(topic_id IS NULL) <> (service_id IS NULL)", name=op.f("ck_signal_subject")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_signal_days")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["account.id"], name=op.f("fk_signal_closed_by_id")),
        sa.ForeignKeyConstraint(["seen_by_id"], ["account.id"], name=op.f("fk_signal_seen_by_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_signal_service_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_signal_topic_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_signal_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint(
            "unit_id",
            "topic_id",
            "service_id",
            "first_day",
            name=op.f("uq_signal_unit_id_topic_id_service_id_first_day"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_signal_open",
        "signal",
        ["unit_id", "raised_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "text_opinion",
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unknown", sa.Double(), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=True),
        sa.Column("topic_probability", sa.Double(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("kind_probability", sa.Double(), nullable=True),
        sa.Column("outside", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("teaches", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_text_opinion_feedback_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["model_id"], ["learned_model.id"], name=op.f("fk_text_opinion_model_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_text_opinion_topic_id")),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_text_opinion")),
    )
    op.create_index(op.f("ix_text_opinion_topic_id"), "text_opinion", ["topic_id"], unique=False)
    op.create_table(
        "withheld_decision",
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_withheld_decision_feedback_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_withheld_decision_unit_id")),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_withheld_decision")),
    )
    op.create_index("ix_withheld_decision_source", "withheld_decision", ["source"], unique=False)
    op.create_table(
        "complaint_sketch",
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaint.feedback_id"],
            name=op.f("fk_complaint_sketch_complaint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complaint_sketch")),
    )
    op.create_index("ix_complaint_sketch_filed_at", "complaint_sketch", ["filed_at"], unique=False)
    op.create_index("ix_complaint_sketch_pieces", "complaint_sketch", ["pieces"], unique=False, postgresql_using="gin")
    op.create_table(
        "contest",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        sa.Column("attribution_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("resulting_attribution_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("outcome IN ('upheld', 'refused')", name=op.f("ck_contest_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_contest_decided")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contest_account_id")),
        sa.ForeignKeyConstraint(
            ["attribution_id"], ["attribution.id"], name=op.f("fk_contest_attribution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_contest_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_contest_feedback_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_contest_officer_id")),
        sa.ForeignKeyConstraint(
            ["resulting_attribution_id"], ["attribution.id"], name=op.f("fk_contest_resulting_attribution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest")),
        sa.UniqueConstraint("attribution_id", "officer_id", name=op.f("uq_contest_attribution_id_officer_id")),
    )
    op.create_index(op.f("ix_contest_feedback_id"), "contest", ["feedback_id"], unique=False)
    op.create_index("ix_contest_officer_id", "contest", ["officer_id", "at"], unique=False)
    op.create_index(
        "ix_contest_open", "contest", ["due_at"], unique=False, postgresql_where=sa.text("decided_at IS NULL")
    )
    op.create_table(
        "repeat_link",
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("likeness", sa.Double(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('same_text', 'alike', 'same_place')", name=op.f("ck_repeat_link_how")),
        sa.CheckConstraint("likeness > 0 AND likeness <= 1", name=op.f("ck_repeat_link_likeness")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.feedback_id"], name=op.f("fk_repeat_link_complaint_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["complaint.feedback_id"], name=op.f("fk_repeat_link_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("complaint_id", "other_id", name=op.f("pk_repeat_link")),
    )
    op.create_index("ix_repeat_link_other_id", "repeat_link", ["other_id"], unique=False)
    op.create_table(
        "replay_opinion",
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("learned_from", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_id"],
            ["withheld_decision.feedback_id"],
            name=op.f("fk_replay_opinion_feedback_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_replay_opinion_unit_id")),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_replay_opinion")),
    )
    op.create_index("ix_replay_opinion_month", "replay_opinion", ["month"], unique=False)
    op.create_table(
        "signal_case",
        sa.Column("signal_id", sa.BigInteger(), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.feedback_id"], name=op.f("fk_signal_case_complaint_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signal.id"], name=op.f("fk_signal_case_signal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signal_id", "complaint_id", name=op.f("pk_signal_case")),
    )
    op.create_index(op.f("ix_signal_case_complaint_id"), "signal_case", ["complaint_id"], unique=False)
    op.add_column("complaint", sa.Column("joins_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_complaint_joins_id",
        "complaint",
        ["joins_id"],
        unique=False,
        postgresql_where=sa.text("joins_id IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_complaint_joins_id"), "complaint", "complaint", ["joins_id"], ["feedback_id"])
    op.add_column("evidence", sa.Column("weight", sa.Double(), nullable=True))
    _allow("attribution", "made_by", ("rules", "triage", "import", "contest"))
    _allow("complaint", "complaint_kind", ("complaint", "suggestion", "information_request", "praise"))


def downgrade() -> None:
    op.execute("UPDATE attribution SET made_by = 'triage' WHERE made_by = 'contest'")
    op.execute("UPDATE complaint SET complaint_kind = 'suggestion' WHERE complaint_kind = 'praise'")
    _allow("attribution", "made_by", ("rules", "triage", "import"))
    _allow("complaint", "complaint_kind", ("complaint", "suggestion", "information_request"))
    op.drop_column("evidence", "weight")
    op.drop_constraint(op.f("fk_complaint_joins_id"), "complaint", type_="foreignkey")
    op.drop_index("ix_complaint_joins_id", table_name="complaint", postgresql_where=sa.text("joins_id IS NOT NULL"))
    op.drop_column("complaint", "joins_id")
    op.drop_index(op.f("ix_signal_case_complaint_id"), table_name="signal_case")
    op.drop_table("signal_case")
    op.drop_index("ix_replay_opinion_month", table_name="replay_opinion")
    op.drop_table("replay_opinion")
    op.drop_index("ix_repeat_link_other_id", table_name="repeat_link")
    op.drop_table("repeat_link")
    op.drop_index("ix_contest_open", table_name="contest", postgresql_where=sa.text("decided_at IS NULL"))
    op.drop_index("ix_contest_officer_id", table_name="contest")
    op.drop_index(op.f("ix_contest_feedback_id"), table_name="contest")
    op.drop_table("contest")
    op.drop_index("ix_complaint_sketch_pieces", table_name="complaint_sketch", postgresql_using="gin")
    op.drop_index("ix_complaint_sketch_filed_at", table_name="complaint_sketch")
    op.drop_table("complaint_sketch")
    op.drop_index("ix_withheld_decision_source", table_name="withheld_decision")
    op.drop_table("withheld_decision")
    op.drop_index(op.f("ix_text_opinion_topic_id"), table_name="text_opinion")
    op.drop_table("text_opinion")
    op.drop_index("ix_signal_open", table_name="signal", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_table("signal")
    op.drop_index(op.f("ix_topic_unit_id"), table_name="topic")
    op.drop_table("topic")
    op.drop_index(
        "ix_learned_model_used",
        table_name="learned_model",
        postgresql_where=sa.text("adopted_at IS NOT NULL AND retired_at IS NULL"),
    )
    op.drop_table("learned_model")
