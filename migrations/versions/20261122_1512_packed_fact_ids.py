"""the ids of a figure's facts in few bytes, and how many they are"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023_packed_fact_ids"
down_revision = "0022_limits_and_withdrawals"
branch_labels = None
depends_on = None

#: Snapshots that are rewritten at a time.
_TOGETHER = 1000


def upgrade() -> None:
    op.add_column("indicator_snapshot", sa.Column("facts", sa.Integer(), nullable=True))
    op.add_column("indicator_snapshot", sa.Column("packed", sa.LargeBinary(), nullable=True))
    link = op.get_bind()
    for rows in _batches(link, "fact_ids"):
        link.execute(
            sa.text("UPDATE indicator_snapshot SET packed = :packed, facts = :facts WHERE id = :id"),
            [{"id": id_, "packed": _packed(ids), "facts": len(ids)} for id_, ids in rows],
        )
    op.drop_column("indicator_snapshot", "fact_ids")
    op.alter_column("indicator_snapshot", "packed", new_column_name="fact_ids", nullable=False)
    op.alter_column("indicator_snapshot", "facts", nullable=False)
    # They hardly get any smaller, and trying takes time.
    op.execute("ALTER TABLE indicator_snapshot ALTER COLUMN fact_ids SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.add_column("indicator_snapshot", sa.Column("listed", postgresql.ARRAY(sa.BigInteger()), nullable=True))
    link = op.get_bind()
    for rows in _batches(link, "fact_ids"):
        link.execute(
            sa.text("UPDATE indicator_snapshot SET listed = CAST(:ids AS bigint[]) WHERE id = :id"),
            [{"id": id_, "ids": _unpacked(bytes(data))} for id_, data in rows],
        )
    op.drop_column("indicator_snapshot", "fact_ids")
    op.alter_column("indicator_snapshot", "listed", new_column_name="fact_ids", nullable=False)
    op.drop_column("indicator_snapshot", "facts")


def _batches(link: sa.Connection, column: str) -> Iterator[list[sa.Row[tuple[int, list[int] | bytes]]]]:
    last = 0
    query = sa.text(
        f"SELECT id, {column} FROM indicator_snapshot WHERE id > :last ORDER BY id LIMIT {_TOGETHER}"  # noqa: S608
    )
    while rows := list(link.execute(query, {"last": last})):
        yield rows
        last = rows[-1].id


def _packed(ids: list[int]) -> bytes:
    """As `webapp.indicators.packed_ids` did on the day of this migration."""
    data, before = bytearray(), 0
    for id_ in ids:
        gap, before = id_ - before, id_
        while gap >= 128:
            data.append(gap % 128 + 128)
            gap //= 128
        data.append(gap)
    return bytes(data)


def _unpacked(data: bytes) -> list[int]:
    ids, before, digits = [], 0, 0
    place = 0
    for byte in data:
        digits += byte % 128 << 7 * place
        place += 1
        if byte < 128:
            before += digits
            ids.append(before)
            digits = place = 0
    return ids
