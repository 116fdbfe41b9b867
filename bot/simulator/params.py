"""Arguments of a call, whether they came as JSON, as a form, in the query, or in parts with files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot.simulator.errors import bad_request

Record = dict[str, Any]

_STRUCTURES = frozenset(
    {
        "reply_markup",
        "entities",
        "caption_entities",
        "allowed_updates",
        "commands",
        "reply_parameters",
        "scope",
        "link_preview_options",
    }
)
_NUMBERS = frozenset({"chat_id", "message_id", "offset", "limit", "timeout", "reply_to_message_id", "max_connections"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime: str
    data: bytes = field(repr=False)


class Params:
    """Named arguments, read with the types that the caller expects."""

    def __init__(self, values: Record, uploads: dict[str, Upload] | None = None) -> None:
        self._values = {key: _decoded(key, value) for key, value in values.items()}
        self._uploads = uploads or {}

    @classmethod
    async def read(cls, request: web.Request) -> Params:
        """The arguments of a request. Raises ApiError 400 for a body that is not what its content type says."""
        values: Record = dict(request.query)
        uploads: dict[str, Upload] = {}
        if request.content_type == "application/json":
            body = await request.read()
            try:
                record = json.loads(body) if body else {}
            except ValueError:
                raise bad_request("can't parse request JSON object") from None
            if not isinstance(record, dict):
                raise bad_request("request JSON must be an object")
            values.update(record)
        elif request.method == "POST":
            form = await request.post()
            for key, value in form.items():
                if isinstance(value, FileField):
                    with value.file as file:
                        uploads[key] = Upload(value.filename, value.content_type, file.read())
                else:
                    values[key] = value if isinstance(value, str) else bytes(value).decode()
        return cls(values, uploads)

    def has(self, name: str) -> bool:
        return name in self._values or name in self._uploads

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if self._values.get(name) is not None else None

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number. Raises ApiError 400 if it is missing without a default or is none."""
        value = self._values.get(name, default)
        if value is None or isinstance(value, bool) or value == "":
            raise bad_request(f"{name} is empty" if value in (None, "") else f"{name} must be a number")
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"{name} must be a number") from None

    def number(self, name: str) -> float:
        """A number, possibly with a fraction. Raises ApiError 400 if it is missing or none."""
        try:
            return float(self._values[name])
        except KeyError:
            raise bad_request(f"{name} is empty") from None
        except (TypeError, ValueError):
            raise bad_request(f"{name} must be a number") from None

    def flag(self, name: str) -> bool:
        return self._values.get(name) in (True, "true", "True", "1", 1)

    def structure(self, name: str) -> Any:
        """An object or a list; None if it was not given."""
        return self._values.get(name)

    def upload(self, name: str) -> Upload | None:
        """The file for `name`, be it a part of that name or one that `attach://` points at."""
        value = self._values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self._uploads.get(value.removeprefix("attach://"))
        return self._uploads.get(name)

    def as_record(self) -> Record:
        """All arguments for the log; of a file only its name and size."""
        files = {key: {"upload": upload.name, "size": len(upload.data)} for key, upload in self._uploads.items()}
        return {**self._values, **files}


def _decoded(name: str, value: Any) -> Any:
    """Structures and numbers come as text in a form; what is neither stays as it is."""
    if not isinstance(value, str):
        return value
    if name in _STRUCTURES:
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None
    if name in _NUMBERS and value.lstrip("-").isdecimal():
        return int(value)
    return value
