"""the counter: queue, document applications, reports from elsewhere, seasons of calendars"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_counter"
down_revision = "0003_staged_import"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pause_cause",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("outside_control", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause_cause")),
        sa.UniqueConstraint("code", name=op.f("uq_pause_cause_code")),
    )
    op.create_table(
        "calendar_season",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_calendar_season_order")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["working_calendar.id"], name=op.f("fk_calendar_season_calendar_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_season")),
        sa.UniqueConstraint("calendar_id", "first_day", name=op.f("uq_calendar_season_calendar_id_first_day")),
    )
    op.create_table(
        "calendar_version",
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["working_calendar.id"], name=op.f("fk_calendar_version_calendar_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_id", "version", name=op.f("pk_calendar_version")),
    )
    op.create_table(
        "api_client",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("token_hint", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_offset_seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_api_client_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
        sa.UniqueConstraint("name", name=op.f("uq_api_client_name")),
        sa.UniqueConstraint("source", name=op.f("uq_api_client_source")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_api_client_token_digest")),
    )
    op.create_table(
        "source_alias",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("counter_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(officer_id, service_id, counter_id, unit_id) = 1", name=op.f("ck_source_alias_target")
        ),
        sa.CheckConstraint("kind IN ('officer', 'service', 'counter', 'unit')", name=op.f("ck_source_alias_kind")),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name=op.f("fk_source_alias_counter_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_source_alias_officer_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_source_alias_service_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_source_alias_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_alias")),
        sa.UniqueConstraint("source", "kind", "alias", name=op.f("uq_source_alias_source_kind_alias")),
    )
    op.create_table(
        "queue_hall",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("always_open", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("kiosk_key", sa.Text(), nullable=False),
        sa.Column("priority_in_a_row", sa.Integer(), server_default="2", nullable=False),
        sa.Column("tell_ahead", sa.Integer(), server_default="3", nullable=False),
        sa.CheckConstraint("priority_in_a_row >= 1", name=op.f("ck_queue_hall_priority_in_a_row")),
        sa.CheckConstraint("tell_ahead >= 0", name=op.f("ck_queue_hall_tell_ahead")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_queue_hall_unit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_queue_hall")),
        sa.UniqueConstraint("kiosk_key", name=op.f("uq_queue_hall_kiosk_key")),
    )
    op.create_table(
        "counter_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("counter_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("line_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name=op.f("fk_counter_session_counter_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_counter_session_officer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_counter_session_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_session")),
    )
    op.create_index(
        "ix_counter_session_counter_id_open",
        "counter_session",
        ["counter_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_counter_session_officer_id_open",
        "counter_session",
        ["officer_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_counter_session_unit_id", "counter_session", ["unit_id", "opened_at"], unique=False)
    op.create_table(
        "queue_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("quotas", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("days_ahead", sa.Integer(), server_default="7", nullable=False),
        sa.Column("most_open", sa.Integer(), server_default="2", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("prefix ~ '^[A-Z]{1,2}$'", name=op.f("ck_queue_line_prefix")),
        sa.CheckConstraint("days_ahead BETWEEN 0 AND 60", name=op.f("ck_queue_line_days_ahead")),
        sa.CheckConstraint("most_open >= 1", name=op.f("ck_queue_line_most_open")),
        sa.CheckConstraint("slot_minutes BETWEEN 10 AND 240", name=op.f("ck_queue_line_slot_minutes")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_queue_line_service_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["queue_hall.unit_id"], name=op.f("fk_queue_line_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_line")),
        sa.UniqueConstraint("unit_id", "prefix", name=op.f("uq_queue_line_unit_id_prefix")),
        sa.UniqueConstraint("unit_id", "service_id", name=op.f("uq_queue_line_unit_id_service_id")),
    )
    op.create_table(
        "service_stage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("waits_for_applicant", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("target_minutes > 0", name=op.f("ck_service_stage_target_minutes")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_service_stage_officer_id")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_stage_service_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_service_stage_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_stage")),
        sa.UniqueConstraint("service_id", "code", name=op.f("uq_service_stage_service_id_code")),
    )
    op.create_index("ix_service_stage_service_id_position", "service_stage", ["service_id", "position"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("write_key", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="incomplete", nullable=False),
        sa.Column("applicant_name", sa.LargeBinary(), nullable=True),
        sa.Column("applicant_phone", sa.LargeBinary(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standard_minutes", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_calendar", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visit_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('portal', 'telegram', 'kiosk') OR channel = 'agency'", name=op.f("ck_application_channel")
        ),
        sa.CheckConstraint(
            "state IN ('incomplete', 'in_work', 'paused', 'finished', 'withdrawn')", name=op.f("ck_application_state")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_application_service_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_application_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_application_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("code", name=op.f("uq_application_code")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_application_source_external_id")),
        sa.UniqueConstraint("write_key", name=op.f("uq_application_write_key")),
    )
    op.create_index(
        "ix_application_finished",
        "application",
        ["unit_id", "finished_at"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )
    op.create_index(
        "ix_application_open",
        "application",
        ["unit_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('incomplete', 'in_work', 'paused')"),
    )
    op.create_table(
        "queue_day",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_turn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["queue_line.id"], name=op.f("fk_queue_day_line_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("line_id", "day", name=op.f("pk_queue_day")),
    )
    op.create_table(
        "queue_ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("write_key", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("drawn_line_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), server_default="ordinary", nullable=False),
        sa.Column("slot_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("visit_id", sa.BigInteger(), nullable=True),
        sa.Column("person_key", sa.LargeBinary(), nullable=True),
        sa.Column("chat_address", sa.LargeBinary(), nullable=True),
        sa.Column("chat_key", sa.LargeBinary(), nullable=True),
        sa.Column("chat_language", sa.Text(), server_default="id", nullable=False),
        sa.Column("nearly_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expected_spread", sa.Float(), nullable=True),
        sa.CheckConstraint("channel IN ('portal', 'telegram', 'kiosk')", name=op.f("ck_queue_ticket_channel")),
        sa.CheckConstraint(
            "priority IN ('ordinary', 'elderly', 'disabled', 'pregnant')", name=op.f("ck_queue_ticket_priority")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'called', 'held', 'finished', 'no_show', 'cancelled', 'expired')",
            name=op.f("ck_queue_ticket_state"),
        ),
        sa.ForeignKeyConstraint(["drawn_line_id"], ["queue_line.id"], name=op.f("fk_queue_ticket_drawn_line_id")),
        sa.ForeignKeyConstraint(["line_id"], ["queue_line.id"], name=op.f("fk_queue_ticket_line_id")),
        sa.ForeignKeyConstraint(["session_id"], ["counter_session.id"], name=op.f("fk_queue_ticket_session_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_queue_ticket_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_queue_ticket_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_ticket")),
        sa.UniqueConstraint("code", name=op.f("uq_queue_ticket_code")),
        sa.UniqueConstraint("drawn_line_id", "day", "number", name=op.f("uq_queue_ticket_drawn_line_id_day_number")),
        sa.UniqueConstraint("write_key", name=op.f("uq_queue_ticket_write_key")),
    )
    op.create_index(
        "ix_queue_ticket_chat_open",
        "queue_ticket",
        ["chat_key"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'called', 'held')"),
    )
    op.create_index(
        "ix_queue_ticket_person_open",
        "queue_ticket",
        ["person_key"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'called', 'held')"),
    )
    op.create_index(
        "ix_queue_ticket_session_called",
        "queue_ticket",
        ["session_id"],
        unique=True,
        postgresql_where=sa.text("state = 'called'"),
    )
    op.create_index(
        "ix_queue_ticket_line_id_day_first_called",
        "queue_ticket",
        ["line_id", "day", "first_called_at"],
        unique=False,
        postgresql_where=sa.text("first_called_at IS NOT NULL"),
    )
    op.create_index("ix_queue_ticket_unit_id_day", "queue_ticket", ["unit_id", "day"], unique=False)
    op.create_index(
        "ix_queue_ticket_waiting",
        "queue_ticket",
        ["line_id", "day", "turn_at", "number"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "application_follower",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), server_default="id", nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_follower_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_follower")),
        sa.UniqueConstraint(
            "application_id",
            "channel",
            "address_key",
            name=op.f("uq_application_follower_application_id_channel_address_key"),
        ),
    )
    op.create_table(
        "application_paper",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="missing", nullable=False),
        sa.Column("at_hand", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('missing', 'met', 'not_needed')", name=op.f("ck_application_paper_state")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_paper_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["officer.id"], name=op.f("fk_application_paper_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_paper")),
        sa.UniqueConstraint("application_id", "position", name=op.f("uq_application_paper_application_id_position")),
    )
    op.create_table(
        "application_stage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("waits_for_applicant", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("finished_at >= started_at", name=op.f("ck_application_stage_order")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_stage_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_application_stage_officer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_application_stage_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_stage")),
        sa.UniqueConstraint("application_id", "code", name=op.f("uq_application_stage_application_id_code")),
    )
    op.create_index(op.f("ix_application_stage_application_id"), "application_stage", ["application_id"], unique=False)
    op.create_table(
        "incoming_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "problems", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("visit_id", sa.BigInteger(), nullable=True),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column("clock_offset_seconds", sa.Integer(), nullable=True),
        sa.Column("standing", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("kind IN ('visit', 'stage')", name=op.f("ck_incoming_record_kind")),
        sa.CheckConstraint("state IN ('accepted', 'held')", name=op.f("ck_incoming_record_state")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_incoming_record_application_id")),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_incoming_record_client_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_incoming_record_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_incoming_record_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_record")),
        sa.UniqueConstraint("source", "kind", "external_id", name=op.f("uq_incoming_record_source_kind_external_id")),
    )
    op.create_index(
        "ix_incoming_record_application_id",
        "incoming_record",
        ["application_id"],
        unique=False,
        postgresql_where=sa.text("application_id IS NOT NULL"),
    )
    op.create_index(
        "ix_incoming_record_held",
        "incoming_record",
        ["unit_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "step IN ('drawn', 'called', 'recalled', 'held', 'transferred', 'no_show', 'finished', 'cancelled', 'expired')",
            name=op.f("ck_ticket_event_step"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["queue_line.id"], name=op.f("fk_ticket_event_line_id")),
        sa.ForeignKeyConstraint(["session_id"], ["counter_session.id"], name=op.f("fk_ticket_event_session_id")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["queue_ticket.id"], name=op.f("fk_ticket_event_ticket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ticket_event_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_event")),
    )
    op.create_index("ix_ticket_event_ticket_id", "ticket_event", ["ticket_id"], unique=False)
    op.create_index(
        "ix_ticket_event_unit_id_calls",
        "ticket_event",
        ["unit_id", "id"],
        unique=False,
        postgresql_where=sa.text("step IN ('called', 'recalled')"),
    )
    op.create_table(
        "application_pause",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("stage_id", sa.BigInteger(), nullable=True),
        sa.Column("cause_id", sa.BigInteger(), nullable=False),
        sa.Column("outside_control", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_by_id", sa.BigInteger(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_application_pause_order")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_pause_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["cause_id"], ["pause_cause.id"], name=op.f("fk_application_pause_cause_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["application_stage.id"], name=op.f("fk_application_pause_stage_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["officer.id"], name=op.f("fk_application_pause_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_pause")),
    )
    op.create_index("ix_application_pause_application_id", "application_pause", ["application_id"], unique=False)
    op.create_index(
        "ix_application_pause_open",
        "application_pause",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("ends_at IS NULL"),
    )
    op.create_table(
        "stage_holding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stage_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_stage_holding_order")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_stage_holding_officer_id")),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["application_stage.id"], name=op.f("fk_stage_holding_stage_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_stage_holding_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_holding")),
    )
    op.create_index(
        "ix_stage_holding_open",
        "stage_holding",
        ["officer_id"],
        unique=False,
        postgresql_where=sa.text("ends_at IS NULL"),
    )
    op.create_index("ix_stage_holding_stage_id", "stage_holding", ["stage_id"], unique=False)
    op.create_table(
        "turnaround_fact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("stage_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("elapsed_seconds", sa.BigInteger(), nullable=False),
        sa.Column("counted_seconds", sa.BigInteger(), nullable=False),
        sa.Column("outside_seconds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("target_seconds", sa.BigInteger(), nullable=True),
        sa.Column("delay_seconds", sa.BigInteger(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_turnaround_fact_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_turnaround_fact_officer_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["application_stage.id"], name=op.f("fk_turnaround_fact_stage_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_turnaround_fact_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turnaround_fact")),
    )
    op.create_index(
        "ix_turnaround_fact_officer_id",
        "turnaround_fact",
        ["officer_id", "ended_at"],
        unique=False,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "ix_turnaround_fact_standing",
        "turnaround_fact",
        ["application_id"],
        unique=False,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.add_column("complaint", sa.Column("due_calendar", sa.Text(), nullable=True))
    op.add_column("feedback", sa.Column("application_id", sa.BigInteger(), nullable=True))
    op.add_column("feedback", sa.Column("about_delay", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(op.f("ix_feedback_application_id"), "feedback", ["application_id"], unique=False)
    op.create_foreign_key(op.f("fk_feedback_application_id"), "feedback", "application", ["application_id"], ["id"])
    op.add_column(
        "unit",
        sa.Column(
            "season_hours",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.drop_index(op.f("ix_visit_unit_id"), table_name="visit")
    op.create_index("ix_visit_unit_id_finished_at", "visit", ["unit_id", "finished_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_visit_unit_id_finished_at", table_name="visit")
    op.create_index(op.f("ix_visit_unit_id"), "visit", ["unit_id"], unique=False)
    op.drop_column("unit", "season_hours")
    op.drop_constraint(op.f("fk_feedback_application_id"), "feedback", type_="foreignkey")
    op.drop_index(op.f("ix_feedback_application_id"), table_name="feedback")
    op.drop_column("feedback", "about_delay")
    op.drop_column("feedback", "application_id")
    op.drop_column("complaint", "due_calendar")
    op.drop_index(
        "ix_turnaround_fact_standing", table_name="turnaround_fact", postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.drop_index(
        "ix_turnaround_fact_officer_id", table_name="turnaround_fact", postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.drop_table("turnaround_fact")
    op.drop_index("ix_stage_holding_stage_id", table_name="stage_holding")
    op.drop_index("ix_stage_holding_open", table_name="stage_holding", postgresql_where=sa.text("ends_at IS NULL"))
    op.drop_table("stage_holding")
    op.drop_index(
        "ix_application_pause_open", table_name="application_pause", postgresql_where=sa.text("ends_at IS NULL")
    )
    op.drop_index("ix_application_pause_application_id", table_name="application_pause")
    op.drop_table("application_pause")
    op.drop_index(
        "ix_ticket_event_unit_id_calls",
        table_name="ticket_event",
        postgresql_where=sa.text("step IN ('called', 'recalled')"),
    )
    op.drop_index("ix_ticket_event_ticket_id", table_name="ticket_event")
    op.drop_table("ticket_event")
    op.drop_index("ix_incoming_record_held", table_name="incoming_record", postgresql_where=sa.text("state = 'held'"))
    op.drop_index(
        "ix_incoming_record_application_id",
        table_name="incoming_record",
        postgresql_where=sa.text("application_id IS NOT NULL"),
    )
    op.drop_table("incoming_record")
    op.drop_index(op.f("ix_application_stage_application_id"), table_name="application_stage")
    op.drop_table("application_stage")
    op.drop_table("application_paper")
    op.drop_table("application_follower")
    op.drop_index("ix_queue_ticket_waiting", table_name="queue_ticket", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_queue_ticket_unit_id_day", table_name="queue_ticket")
    op.drop_index(
        "ix_queue_ticket_line_id_day_first_called",
        table_name="queue_ticket",
        postgresql_where=sa.text("first_called_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_queue_ticket_session_called", table_name="queue_ticket", postgresql_where=sa.text("state = 'called'")
    )
    op.drop_index(
        "ix_queue_ticket_chat_open",
        table_name="queue_ticket",
        postgresql_where=sa.text("state IN ('waiting', 'called', 'held')"),
    )
    op.drop_index(
        "ix_queue_ticket_person_open",
        table_name="queue_ticket",
        postgresql_where=sa.text("state IN ('waiting', 'called', 'held')"),
    )
    op.drop_table("queue_ticket")
    op.drop_table("queue_day")
    op.drop_index(
        "ix_application_open",
        table_name="application",
        postgresql_where=sa.text("state IN ('incomplete', 'in_work', 'paused')"),
    )
    op.drop_index(
        "ix_application_finished", table_name="application", postgresql_where=sa.text("finished_at IS NOT NULL")
    )
    op.drop_table("application")
    op.drop_index("ix_service_stage_service_id_position", table_name="service_stage")
    op.drop_table("service_stage")
    op.drop_table("queue_line")
    op.drop_index("ix_counter_session_unit_id", table_name="counter_session")
    op.drop_index(
        "ix_counter_session_officer_id_open",
        table_name="counter_session",
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_counter_session_counter_id_open",
        table_name="counter_session",
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_table("counter_session")
    op.drop_table("queue_hall")
    op.drop_table("source_alias")
    op.drop_table("api_client")
    op.drop_table("calendar_version")
    op.drop_table("calendar_season")
    op.drop_table("pause_cause")
