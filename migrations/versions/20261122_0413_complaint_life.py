"""the life of a complaint: states, moves, clocks, notes, publication, facts of handling, notifications"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_complaint_life"
down_revision = "0004_counter"
branch_labels = None
depends_on = None

#: Every (from, to) of a complaint's state that webapp/feedback/life_cycle.py allows at this revision.
_MOVES = (
    "answered>accepted",
    "answered>closed",
    "answered>disputed",
    "archived>in_triage",
    "assigned>in_triage",
    "assigned>in_work",
    "assigned>merged",
    "assigned>sent",
    "closed>disputed",
    "deferred>archived",
    "deferred>in_triage",
    "disputed>assigned",
    "disputed>in_triage",
    "disputed>in_work",
    "disputed>sent",
    "disputed>unsolved",
    "filed>archived",
    "filed>deferred",
    "filed>in_triage",
    "filed>merged",
    "filed>passed_on",
    "filed>sent",
    "filed>verified",
    "in_triage>archived",
    "in_triage>deferred",
    "in_triage>merged",
    "in_triage>passed_on",
    "in_triage>sent",
    "in_triage>verified",
    "in_work>answered",
    "in_work>assigned",
    "in_work>in_triage",
    "in_work>merged",
    "in_work>sent",
    "in_work>unsolved",
    "merged>answered",
    "merged>in_triage",
    "passed_on>in_triage",
    "sent>assigned",
    "sent>in_triage",
    "sent>in_work",
    "sent>merged",
    "unsolved>disputed",
    "verified>archived",
    "verified>in_triage",
    "verified>merged",
    "verified>passed_on",
    "verified>sent",
)
_STATES = (
    "filed",
    "in_triage",
    "deferred",
    "verified",
    "sent",
    "assigned",
    "in_work",
    "answered",
    "disputed",
    "merged",
    "accepted",
    "closed",
    "unsolved",
    "passed_on",
    "archived",
)
_OLD_STATES = ("filed", "in_triage", "sent", "in_work", "answered", "disputed", "accepted", "closed")
_MOVE_KINDS = (
    "sent",
    "held",
    "verified",
    "deferred",
    "completed",
    "passed_on",
    "archived",
    "restored",
    "forwarded",
    "sent_back",
    "assigned",
    "taken",
    "split",
    "merged",
    "separated",
    "recused",
    "escalated",
    "unsolved",
    "reopened",
    "marked_personal",
    "marked_impersonal",
    "term_changed",
)
_KINDS = ("answer", "question", "reply", "dispute", "acceptance", "deferral", "farewell")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


def _let_states_move(moves: tuple[str, ...]) -> None:
    """What the table of states does not know is impossible here as well."""
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_unknown_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{}]) THEN "
        "RAISE EXCEPTION 'a complaint that is % can not become %', OLD.state, NEW.state USING ERRCODE = 'check_violation'; "
        "END IF; RETURN NEW; END $$".format(", ".join(f"'{move}'" for move in moves))
    )
    op.execute(
        "CREATE TRIGGER complaint_steps BEFORE UPDATE OF state ON complaint FOR EACH ROW "
        "WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION refuse_unknown_step()"
    )


def upgrade() -> None:
    op.create_table(
        "account_chat",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_chat_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_chat")),
        sa.UniqueConstraint("address_key", name=op.f("uq_account_chat_address_key")),
    )
    op.create_table(
        "chat_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_chat_link_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_chat_link_token_hash")),
    )
    op.create_index(op.f("ix_chat_link_account_id"), "chat_link", ["account_id"], unique=False)
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("particulars", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest_due", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("digested_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notification_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("key", name=op.f("uq_notification_key")),
    )
    op.create_index("ix_notification_account_id", "notification", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_notification_digest",
        "notification",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("digest_due AND digested_at IS NULL"),
    )
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "notification_choice",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("by_telegram", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("by_email", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "muted", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("digest_at", sa.Time(), nullable=True),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notification_choice_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notification_choice")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_filter_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_filter_account_id_name")),
    )
    op.create_table(
        "reply_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["account.id"], name=op.f("fk_reply_template_changed_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reply_template_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_reply_template_unit_id_name")),
    )
    op.create_table(
        "case_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("write_key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_case_note_account_id")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.feedback_id"], name=op.f("fk_case_note_complaint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
        sa.UniqueConstraint("write_key", name=op.f("uq_case_note_write_key")),
    )
    op.create_index("ix_case_note_complaint_id", "case_note", ["complaint_id"], unique=False)
    op.create_table(
        "case_presence",
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("writing", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_case_presence_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.feedback_id"], name=op.f("fk_case_presence_complaint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("complaint_id", "account_id", name=op.f("pk_case_presence")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "complaint_clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_calendar", sa.Text(), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds_left", sa.Integer(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("level", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "clock IN ('verify', 'begin', 'settle', 'complete', 'verdict')", name=op.f("ck_complaint_clock_clock")
        ),
        sa.CheckConstraint("outcome IN ('met', 'missed', 'cancelled')", name=op.f("ck_complaint_clock_outcome")),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaint.feedback_id"],
            name=op.f("fk_complaint_clock_complaint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_clock")),
        sa.UniqueConstraint("complaint_id", "clock", "round", name=op.f("uq_complaint_clock_complaint_id_clock_round")),
    )
    op.create_index(
        "ix_complaint_clock_next_look_at",
        "complaint_clock",
        ["next_look_at"],
        unique=False,
        postgresql_where=sa.text("stopped_at IS NULL AND next_look_at IS NOT NULL"),
    )
    op.create_table(
        "handling_fact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("working_seconds", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "deed IN ('first_answer', 'answer', 'accepted', 'disputed', 'silent', 'unsolved')",
            name=op.f("ck_handling_fact_deed"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_handling_fact_account_id")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.feedback_id"], name=op.f("fk_handling_fact_complaint_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_handling_fact_officer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_handling_fact_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handling_fact")),
        sa.UniqueConstraint("key", name=op.f("uq_handling_fact_key")),
    )
    op.create_index("ix_handling_fact_complaint_id", "handling_fact", ["complaint_id"], unique=False)
    op.create_index("ix_handling_fact_month", "handling_fact", ["month", "officer_id"], unique=False)
    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.feedback_id"], name=op.f("fk_publication_complaint_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["published_by_id"], ["account.id"], name=op.f("fk_publication_published_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["account.id"], name=op.f("fk_publication_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_index(
        "ix_publication_published_at",
        "publication",
        ["published_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(
        "uq_publication_standing",
        "publication",
        ["complaint_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "recusal",
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recusal_account_id")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.feedback_id"], name=op.f("fk_recusal_complaint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("complaint_id", "account_id", name=op.f("pk_recusal")),
    )
    op.create_index(op.f("ix_recusal_account_id"), "recusal", ["account_id"], unique=False)
    op.create_table(
        "case_mention",
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_case_mention_account_id")),
        sa.ForeignKeyConstraint(
            ["note_id"], ["case_note.id"], name=op.f("fk_case_mention_note_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("note_id", "account_id", name=op.f("pk_case_mention")),
    )
    op.create_index(op.f("ix_case_mention_account_id"), "case_mention", ["account_id"], unique=False)
    op.create_table(
        "photo_flag",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("particulars", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('same_as_report', 'seen_before', 'older_than_complaint', 'elsewhere', 'edited', 'no_date')",
            name=op.f("ck_photo_flag_kind"),
        ),
        sa.CheckConstraint("verdict IN ('fine', 'not_fine')", name=op.f("ck_photo_flag_verdict")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_photo_flag_decided_by_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_flag_photo_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_flag")),
        sa.UniqueConstraint("photo_id", "kind", name=op.f("uq_photo_flag_photo_id_kind")),
    )
    op.create_index(
        "ix_photo_flag_open", "photo_flag", ["photo_id"], unique=False, postgresql_where=sa.text("verdict IS NULL")
    )
    op.add_column("complaint", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("complaint", sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("complaint", sa.Column("forwards", sa.Integer(), server_default="0", nullable=False))
    op.add_column("complaint", sa.Column("awaiting_reporter_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("complaint", sa.Column("needs_inspection", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("complaint", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.add_column("complaint", sa.Column("split_from_id", sa.BigInteger(), nullable=True))
    op.add_column("complaint", sa.Column("passed_on_to", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_complaint_merged_into_id",
        "complaint",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_complaint_split_from_id",
        "complaint",
        ["split_from_id"],
        unique=False,
        postgresql_where=sa.text("split_from_id IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_complaint_split_from_id"), "complaint", "complaint", ["split_from_id"], ["feedback_id"]
    )
    op.create_foreign_key(
        op.f("fk_complaint_merged_into_id"), "complaint", "complaint", ["merged_into_id"], ["feedback_id"]
    )
    op.add_column("disposition", sa.Column("kind", sa.Text(), server_default="sent", nullable=False))
    op.add_column("disposition", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("disposition", sa.Column("other_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_disposition_other_id"), "disposition", "complaint", ["other_id"], ["feedback_id"])
    op.add_column("photo", sa.Column("kind", sa.Text(), server_default="report", nullable=False))
    op.add_column("photo", sa.Column("message_id", sa.BigInteger(), nullable=True))
    op.add_column("photo", sa.Column("account_id", sa.BigInteger(), nullable=True))
    op.add_column("photo", sa.Column("look", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_photo_message_id", "photo", ["message_id"], unique=False, postgresql_where=sa.text("message_id IS NOT NULL")
    )
    op.create_foreign_key(op.f("fk_photo_account_id"), "photo", "account", ["account_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_photo_message_id"), "photo", "complaint_message", ["message_id"], ["id"], ondelete="CASCADE"
    )
    op.add_column("unit", sa.Column("clock_preset", sa.Text(), nullable=True))

    op.create_check_constraint("kind", "disposition", _one_of("kind", _MOVE_KINDS))
    op.create_check_constraint("kind", "photo", _one_of("kind", ("report", "remedy")))
    for table in ("complaint", "state_change"):
        op.drop_constraint("state", table, type_="check")
        op.create_check_constraint("state", table, _one_of("state", _STATES))
    op.drop_constraint("kind", "complaint_message", type_="check")
    op.create_check_constraint("kind", "complaint_message", _one_of("kind", _KINDS))
    op.drop_index("ix_complaint_open", table_name="complaint")
    op.create_index(
        "ix_complaint_open",
        "complaint",
        ["unit_id", "due_at"],
        postgresql_where=sa.text(
            "state IN ('filed', 'in_triage', 'verified', 'sent', 'assigned', 'in_work', 'disputed')"
        ),
    )
    # What was written before there were kinds.
    op.execute(
        "UPDATE disposition SET kind = CASE WHEN reason IN ('marked_personal', 'marked_impersonal') THEN reason "
        "WHEN handler_id IS NOT NULL THEN 'taken' WHEN unit_id IS NULL THEN 'held' ELSE 'sent' END"
    )
    op.execute(
        "UPDATE complaint SET verified_at = (SELECT min(at) FROM disposition "
        "WHERE complaint_id = feedback_id AND unit_id IS NOT NULL), "
        "first_answered_at = (SELECT min(at) FROM complaint_message WHERE complaint_id = feedback_id AND kind = 'answer')"
    )
    op.execute(
        "UPDATE complaint SET awaiting_reporter_since = last.at FROM (SELECT DISTINCT ON (complaint_id) complaint_id, kind, at "
        "FROM complaint_message ORDER BY complaint_id, id DESC) AS last "
        "WHERE last.complaint_id = feedback_id AND last.kind = 'question' AND state = 'in_work'"
    )
    _let_states_move(_MOVES)


def downgrade() -> None:
    op.execute("DROP TRIGGER complaint_steps ON complaint")
    op.execute("DROP FUNCTION refuse_unknown_step()")
    for state, before in (
        ("verified", "in_triage"),
        ("deferred", "in_triage"),
        ("assigned", "sent"),
        ("merged", "in_triage"),
    ):
        op.execute(f"UPDATE complaint SET state = '{before}' WHERE state = '{state}'")  # noqa: S608
    op.execute("UPDATE complaint SET state = 'closed' WHERE state IN ('unsolved', 'passed_on', 'archived')")
    op.execute("DELETE FROM state_change WHERE NOT " + _one_of("state", _OLD_STATES))  # noqa: S608
    op.execute("DELETE FROM complaint_message WHERE kind IN ('deferral', 'farewell')")
    op.drop_index("ix_complaint_open", table_name="complaint")
    op.create_index(
        "ix_complaint_open",
        "complaint",
        ["unit_id", "due_at"],
        postgresql_where=sa.text("state IN ('filed', 'in_triage', 'sent', 'in_work', 'disputed')"),
    )
    op.drop_constraint("kind", "complaint_message", type_="check")
    op.create_check_constraint("kind", "complaint_message", _one_of("kind", _KINDS[:5]))
    for table in ("complaint", "state_change"):
        op.drop_constraint("state", table, type_="check")
        op.create_check_constraint("state", table, _one_of("state", _OLD_STATES))
    op.drop_constraint("kind", "photo", type_="check")
    op.drop_constraint("kind", "disposition", type_="check")
    op.drop_column("unit", "clock_preset")
    op.drop_constraint(op.f("fk_photo_message_id"), "photo", type_="foreignkey")
    op.drop_constraint(op.f("fk_photo_account_id"), "photo", type_="foreignkey")
    op.drop_index("ix_photo_message_id", table_name="photo", postgresql_where=sa.text("message_id IS NOT NULL"))
    op.drop_column("photo", "look")
    op.drop_column("photo", "account_id")
    op.drop_column("photo", "message_id")
    op.drop_column("photo", "kind")
    op.drop_constraint(op.f("fk_disposition_other_id"), "disposition", type_="foreignkey")
    op.drop_column("disposition", "other_id")
    op.drop_column("disposition", "note")
    op.drop_column("disposition", "kind")
    op.drop_constraint(op.f("fk_complaint_merged_into_id"), "complaint", type_="foreignkey")
    op.drop_constraint(op.f("fk_complaint_split_from_id"), "complaint", type_="foreignkey")
    op.drop_index(
        "ix_complaint_split_from_id", table_name="complaint", postgresql_where=sa.text("split_from_id IS NOT NULL")
    )
    op.drop_index(
        "ix_complaint_merged_into_id", table_name="complaint", postgresql_where=sa.text("merged_into_id IS NOT NULL")
    )
    op.drop_column("complaint", "erased_at")
    op.drop_column("complaint", "passed_on_to")
    op.drop_column("complaint", "split_from_id")
    op.drop_column("complaint", "merged_into_id")
    op.drop_column("complaint", "needs_inspection")
    op.drop_column("complaint", "awaiting_reporter_since")
    op.drop_column("complaint", "forwards")
    op.drop_column("complaint", "first_answered_at")
    op.drop_column("complaint", "verified_at")
    op.drop_index("ix_photo_flag_open", table_name="photo_flag", postgresql_where=sa.text("verdict IS NULL"))
    op.drop_table("photo_flag")
    op.drop_index(op.f("ix_case_mention_account_id"), table_name="case_mention")
    op.drop_table("case_mention")
    op.drop_index(op.f("ix_recusal_account_id"), table_name="recusal")
    op.drop_table("recusal")
    op.drop_index("uq_publication_standing", table_name="publication", postgresql_where=sa.text("withdrawn_at IS NULL"))
    op.drop_index(
        "ix_publication_published_at", table_name="publication", postgresql_where=sa.text("withdrawn_at IS NULL")
    )
    op.drop_table("publication")
    op.drop_index("ix_handling_fact_month", table_name="handling_fact")
    op.drop_index("ix_handling_fact_complaint_id", table_name="handling_fact")
    op.drop_table("handling_fact")
    op.drop_index(
        "ix_complaint_clock_next_look_at",
        table_name="complaint_clock",
        postgresql_where=sa.text("stopped_at IS NULL AND next_look_at IS NOT NULL"),
    )
    op.drop_table("complaint_clock")
    op.drop_table("case_presence")
    op.drop_index("ix_case_note_complaint_id", table_name="case_note")
    op.drop_table("case_note")
    op.drop_table("reply_template")
    op.drop_table("saved_filter")
    op.drop_table("notification_choice")
    op.drop_index("ix_notification_unread", table_name="notification", postgresql_where=sa.text("read_at IS NULL"))
    op.drop_index(
        "ix_notification_digest",
        table_name="notification",
        postgresql_where=sa.text("digest_due AND digested_at IS NULL"),
    )
    op.drop_index("ix_notification_account_id", table_name="notification")
    op.drop_table("notification")
    op.drop_index(op.f("ix_chat_link_account_id"), table_name="chat_link")
    op.drop_table("chat_link")
    op.drop_table("account_chat")
