"""Which column of an agency's export is what: small TOML files. docs/importing.md explains them by an example."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Values
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from webapp.importing.errors import ImportFailed

SHIPPED = Path(__file__).parent / "mappings"

#: What a row of each kind can tell, and without which of it no row can be taken.
FIELDS = {
    "units": ("id", "name", "code", "kind", "parent", "timezone"),
    "topics": ("id", "name", "unit"),
    "complaints": (
        "id",
        "text",
        "kind",
        "unit",
        "topic",
        "place",
        "filed_at",
        "occurred_at",
        "reporter",
        "contact_name",
        "contact_phone",
        "contact_email",
    ),
    "ratings": ("id", "value", "rater", "officer", "unit", "service", "comment", "filed_at", "occurred_at"),
    "visits": ("id", "unit", "service", "counter", "officer", "drawn_at", "called_at", "finished_at"),
    "stages": (
        "file",
        "unit",
        "service",
        "stage",
        "registered_at",
        "complete_at",
        "started_at",
        "finished_at",
        "officer",
        "taken_at",
        "given_at",
        "pause_cause",
        "pause_starts_at",
        "pause_ends_at",
        "file_finished_at",
    ),
}
NEEDED = {
    "units": ("id", "name"),
    "topics": ("id", "name"),
    "complaints": ("id", "text"),
    "ratings": ("id", "value"),
    "visits": ("id", "service", "officer", "drawn_at", "called_at", "finished_at"),
    "stages": ("file", "service", "stage", "registered_at", "started_at"),
}
#: Beside its columns, what a mapping of each kind may say.
_OPTIONS: dict[str, dict[str, type]] = {
    "units": {"kinds": dict},
    "topics": {"unit_by": str},
    "complaints": {"unit_by": str, "kinds": dict},
    "ratings": {"unit_by": str, "scale": int, "names": dict, "title": str, "posted_since": date},
    "visits": {},
    "stages": {},
}
_GENERAL: dict[str, type] = {
    "source": str,
    "timezone": str,
    "time_format": str,
    "delimiter": str,
    "root": dict,
    **dict.fromkeys(FIELDS, dict),
}
_ROOT: dict[str, type] = {"code": str, "name": str, "kind": str, "timezone": str}
_NAMED = ("officer", "unit", "service")

_HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value comes from: a column, or a text with columns in braces ("{village}, {district}")."""

    template: str
    columns: tuple[str, ...]

    @classmethod
    def parse(cls, written: str) -> Field:
        """Read what a mapping says; without braces it is the name of one column."""
        columns = tuple(_HOLE.findall(written))
        return cls(written, columns) if columns else cls("{" + written + "}", (written,))

    def of(self, row: Values[str, str]) -> str:
        """The value in `row`; "" where none of its columns says anything, or one of several."""
        if len(self.columns) == 1 and len(self.template) == len(self.columns[0]) + 2:
            return row[self.columns[0]].strip()
        parts = {column: row[column].strip() for column in self.columns}
        return _HOLE.sub(lambda hole: parts[hole[1]], self.template) if all(parts.values()) else ""


@dataclass(frozen=True, slots=True)
class Root:
    """The unit below which everything of a source hangs; made where there is none with its code."""

    code: str
    name: str
    kind: str = "agency"
    timezone: str = "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """How to read the exports of one source, for one kind of them."""

    kind: str
    source: str
    fields: dict[str, Field]
    root: Root | None = None
    #: Of times that name no zone.
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    #: As for strptime; ISO 8601 if empty.
    time_format: str = ""
    delimiter: str = ","
    #: Whether topics, complaints and ratings name their unit by "name" or by "id".
    unit_by: str = "name"
    #: units: kind by the first words of the name; complaints: kind by what the column says.
    kinds: Values[str, str] | None = None
    #: Names for officers, units and services that ratings bring along: a text with columns, or one for each value.
    names: Values[str, Field | Values[str, str]] | None = None
    scale: int = 4
    #: Of postings that ratings bring along: the title, and the first day (that of the import if None).
    title: str = ""
    posted_since: date | None = None

    def check_columns(self, columns: list[str]) -> None:
        """Raise ImportFailed that names every column of the mapping which `columns` lacks."""
        named = [*self.fields.values(), *(name for name in (self.names or {}).values() if isinstance(name, Field))]
        wanted = {column: None for one in named for column in one.columns}
        missing = [column for column in wanted if column not in columns]
        if missing:
            raise ImportFailed(
                f"The file lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
                f"It has: {', '.join(columns)}. Correct the mapping, or choose another with --mapping."
            )

    def value(self, name: str, row: Values[str, str]) -> str:
        """What `row` says of a field; "" where it says nothing or the mapping doesn't know the field."""
        found = self.fields.get(name)
        return "" if found is None else found.of(row)

    def external_id(self, number: str) -> str:
        """The id of something of this source, as units, services and officers keep it."""
        return f"{self.source}:{number}"


def shipped_mappings() -> list[str]:
    """Names of the mappings that come with the product."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_mapping(name_or_path: str, kind: str) -> ImportMapping:
    """The mapping of this name or in this file, for one of the kinds in FIELDS; raises ImportFailed."""
    shipped = SHIPPED / f"{name_or_path}.toml"
    path = shipped if name_or_path in shipped_mappings() else Path(name_or_path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ImportFailed(
            f"There is no mapping {name_or_path}. Name a TOML file, or one that comes along: "
            f"{', '.join(shipped_mappings())}."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportFailed(f"The mapping {name_or_path} cannot be read: {error}") from None
    problems: list[str] = []
    mapping = _read(content, kind, problems)
    if mapping is None or problems:
        raise ImportFailed(f"The mapping {name_or_path} is wrong:\n" + "\n".join(f"  - {line}" for line in problems))
    return mapping


def _read(content: dict[str, Any], kind: str, problems: list[str]) -> ImportMapping | None:
    told = content.get(kind)
    if not isinstance(told, dict):
        problems.append(f"it says nothing about {kind}: a table [{kind}] is needed")
        return None
    _check(content, _GENERAL, "", problems)
    _check(told, {"columns": dict, **_OPTIONS[kind]}, f"{kind}.", problems)
    root = content.get("root")
    if isinstance(root, dict):
        _check(root, _ROOT, "root.", problems)
    if problems:
        return None
    if root is not None:
        problems += [f"root.{key} is missing" for key in ("code", "name") if not root.get(key)]
    source = content.get("source", "")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,39}", source):
        problems.append('source must be a short name of small letters, digits and dashes, such as "simrs-kota"')
    columns = told.get("columns", {})
    problems += [f"{kind}.columns.{key} is unknown" for key in columns if key not in FIELDS[kind]]
    problems += [f"{kind}.columns.{key} is missing" for key in NEEDED[kind] if key not in columns]
    problems += [f"{kind}.columns.{key} must name a column" for key, to in columns.items() if not _is_text(to)]
    if told.get("unit_by", "name") not in ("name", "id"):
        problems.append(f'{kind}.unit_by must be "name" or "id"')
    if not 2 <= told.get("scale", 4) <= 10:
        problems.append(f"{kind}.scale must be from 2 to 10")
    if len(content.get("delimiter", ",")) != 1:
        problems.append("delimiter must be one character")
    zone = _zone(content.get("timezone", "UTC"), "timezone", problems)
    if root is not None:
        _zone(root.get("timezone", "UTC"), "root.timezone", problems)
    names = _names(told.get("names", {}), problems)
    if problems:
        return None
    return ImportMapping(
        kind=kind,
        source=source,
        fields={key: Field.parse(written) for key, written in columns.items()},
        root=Root(**root) if root else None,
        timezone=zone,
        names=names,
        **{key: content[key] for key in ("time_format", "delimiter") if key in content},
        **{key: told[key] for key in ("unit_by", "kinds", "scale", "title", "posted_since") if key in told},
    )


def _check(table: dict[str, Any], known: Values[str, type], where: str, problems: list[str]) -> None:
    for key, value in table.items():
        if key not in known:
            problems.append(f"{where}{key} is unknown")
        elif not isinstance(value, known[key]) or isinstance(value, bool):
            problems.append(f"{where}{key} must be a {known[key].__name__}")


def _names(told: dict[str, Any], problems: list[str]) -> dict[str, Field | Values[str, str]]:
    names: dict[str, Field | Values[str, str]] = {}
    for key, name in told.items():
        if key not in _NAMED:
            problems.append(f"names.{key} is unknown: {', '.join(_NAMED)} can be named")
        elif _is_text(name):
            names[key] = Field(name, tuple(_HOLE.findall(name)))
        elif isinstance(name, dict) and all(map(_is_text, name.values())):
            names[key] = name
        else:
            problems.append(f"names.{key} must be a text, or a table with a text for each value")
    return names


def _zone(name: Any, where: str, problems: list[str]) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        problems.append(f"{where} must be a time zone such as Asia/Jakarta")
        return ZoneInfo("UTC")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
