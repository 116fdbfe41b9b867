"""clocks for the complaints that are under way: the terms they were promised, by the national preset"""

from __future__ import annotations

from alembic import op

revision = "0008_running_clocks"
down_revision = "0007_photo_looks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was promised stays: the due date that the reporter was told. Nobody is told of what came out of an export.
    op.execute(
        """
        INSERT INTO complaint_clock
            (complaint_id, clock, preset, term, started_at, due_at, due_calendar, next_look_at)
        SELECT c.feedback_id, 'settle', 'national',
               CASE c.complaint_kind WHEN 'information_request' THEN '5wd' ELSE '14wd' END,
               f.filed_at, c.due_at, c.due_calendar, CASE f.channel WHEN 'import' THEN NULL ELSE c.due_at END
        FROM complaint c JOIN feedback f ON f.id = c.feedback_id
        WHERE c.state IN ('sent', 'in_work', 'disputed') AND c.due_at IS NOT NULL
        """
    )
    # Ten working days are fourteen days where nobody has a holiday; the reporter loses none.
    op.execute(
        """
        INSERT INTO complaint_clock (complaint_id, clock, preset, term, started_at, due_at, next_look_at)
        SELECT feedback_id, 'verdict', 'national', '10wd', answered_at,
               answered_at + interval '15 days', answered_at + interval '15 days'
        FROM complaint WHERE state = 'answered' AND answered_at IS NOT NULL
        """
    )


def downgrade() -> None:
    op.execute("DELETE FROM complaint_clock")
