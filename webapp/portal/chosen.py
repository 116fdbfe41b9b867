"""Choices by id: what no id can be is refused, and is never taken for the choice of nothing."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SelectMultipleField

_FROM_LIST = _l("Pilih dari daftar.")


def chosen_id(value: object) -> int | None:
    """The id that was chosen, None for no choice; raises ValueError for anything else."""
    if value in (None, ""):
        return None
    written = str(value)
    number = int(written) if written.isascii() and written.isdecimal() and len(written) < 20 else 0
    if not 0 < number < 2**63:
        raise ValueError("no id")
    return number


def _said(message: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    both = {"invalid_choice_message": message, "invalid_value_message": message}
    return {"coerce": chosen_id, "choices": [], **both, **kwargs}


class OneId(SelectField):
    """One row of a list; `message` is what to say to an id that is not in it."""

    invalid_choice_message: Any

    def __init__(self, label: Any, message: Any = _FROM_LIST, **kwargs: Any) -> None:
        super().__init__(label, **_said(message, kwargs))


class OneIdShown(RadioField):
    """One of a few rows, all of them shown."""

    def __init__(self, label: Any, message: Any = _FROM_LIST, **kwargs: Any) -> None:
        super().__init__(label, **_said(message, kwargs))


class ManyIds(SelectMultipleField):
    """Any number of rows."""

    def __init__(self, label: Any, message: Any = _FROM_LIST, **kwargs: Any) -> None:
        super().__init__(label, **_said(message, kwargs))
