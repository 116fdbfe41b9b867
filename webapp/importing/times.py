"""Times in an export."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from webapp.importing.errors import Unusable
from webapp.importing.mapping import ImportMapping


def read_time(mapping: ImportMapping, field: str, row: Mapping[str, str]) -> datetime | None:
    """What `row` says of `field` as a time in UTC, None where it says nothing; raises Unusable."""
    told = mapping.value(field, row)
    if not told:
        return None
    try:
        form = mapping.time_format
        # Without a zone it is completed below by that of the mapping.
        at = datetime.strptime(told, form) if form else datetime.fromisoformat(told)  # noqa: DTZ007
        return (at if at.tzinfo is not None else at.replace(tzinfo=mapping.timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unusable(f'{field} is "{told}": such times cannot be read, see time_format in the mapping') from None
