"""What a system reports, and what it is answered: the shapes of the interface. The OpenAPI document is made of them.

No shape has a place for the citizen, and none takes a field that it does not know.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from webapp.counter.incoming.resident_numbers import names_a_resident

#: Reports in one batch.
MOST_REPORTS = 500
#: Hands and pauses in one stage.
MOST_PARTS = 50
#: Context of a report that is read from our own records again, where it was checked when it came.
STORED = {"stored": True}

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_LARGEST_REVISION = 2**31 - 1


def read_moment(written: object) -> datetime:
    """A time with its zone as RFC 3339 writes it, in UTC; raises ValueError."""
    if isinstance(written, datetime) and written.tzinfo is not None:
        return written.astimezone(UTC)
    if not isinstance(written, str) or not _MOMENT.fullmatch(written):
        raise ValueError("write a time with its zone, such as 2026-11-24T09:14:00+07:00")
    # A leap second is the second before it.
    text = re.sub(r":60(?=[.Zz+-])", ":59", written.upper())
    # Python keeps six decimals.
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("this day or time does not exist") from None


def _write_moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _refuse_residents(text: str, info: ValidationInfo) -> str:
    if info.context != STORED and names_a_resident(text):
        raise ValueError(
            "this can be the number of a resident (NIK) or of a family card: send a number of your own instead"
        )
    return text


def _whole(number: object) -> object:
    """JSON knows no whole numbers: 2.0 is one too."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Moment = Annotated[
    datetime,
    PlainValidator(read_moment),
    PlainSerializer(_write_moment, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "With zone, by the clock of the system that reports.",
            "examples": ["2026-11-24T09:14:00+07:00"],
        }
    ),
]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:/@#+()'&-]*$"),
    AfterValidator(_refuse_residents),
]
Revision = Annotated[
    int,
    Field(
        ge=1,
        le=_LARGEST_REVISION,
        description="Your own count of corrections. Where told, a report with a lower one than before is set aside.",
    ),
    BeforeValidator(_whole),
]


class Shape(BaseModel):
    """What all shapes have in common: values of the right kind, and no field that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class VisitReport(Shape):
    """A citizen was served once at a counter. Who the citizen was is not told, here or anywhere."""

    id: Name = Field(description="Your number of the visit. Sent again, it is the same visit.", examples=["A-1042"])
    unit: Name | None = Field(default=None, description="Code of the unit; your own if left out.")
    service: Name = Field(description="Code of the service.", examples=["kk"])
    counter: Name | None = Field(default=None, description="Code of the counter within the unit.", examples=["3"])
    officer: Name = Field(description="Who served: number, NIP, or what your system calls the officer.")
    drawn_at: Moment = Field(description="When the number was drawn.")
    called_at: Moment = Field(description="When it was called and serving began.")
    finished_at: Moment = Field(description="When serving ended.")
    revision: Revision | None = None


class SentVisit(VisitReport):
    """One visit, and when it was sent."""

    sent_at: Moment | None = Field(default=None, description="What your clock shows while you send.")


class VisitBatch(Shape):
    """Visits, and when they were sent."""

    sent_at: Moment | None = Field(default=None, description="What your clock shows while you send.")
    visits: tuple[VisitReport, ...] = Field(min_length=1, max_length=MOST_REPORTS)


class HandsReport(Shape):
    """In whose hands a stage was. What lies between is the unit's tray."""

    officer: Name = Field(description="Number, NIP, or what your system calls the officer.")
    taken_at: Moment
    given_at: Moment | None = Field(default=None, description="Null: until the next one, or the end of the stage.")


class PauseReport(Shape):
    """Why a stage stood still, and for how long."""

    cause: Name = Field(description="Code of a cause.", examples=["central_server"])
    starts_at: Moment
    ends_at: Moment | None = Field(default=None, description="Null while it goes on.")


class StageReport(Shape):
    """A file was, or is, in one of its stages. Sent again for the same file and stage, it replaces what was told."""

    file: Name = Field(description="Your number of the file.", examples=["2026-0042"])
    unit: Name | None = Field(default=None, description="Code of the unit that registered it; your own if left out.")
    service: Name = Field(description="Code of the service.", examples=["akta-kelahiran"])
    stage: Name = Field(description="Code of the stage.", examples=["verified"])
    registered_at: Moment = Field(description="When the file was registered.")
    complete_at: Moment | None = Field(
        default=None, description="When the last missing paper came: turnaround counts from then."
    )
    started_at: Moment = Field(description="When this stage began.")
    finished_at: Moment | None = Field(default=None, description="When this stage ended; null while it goes on.")
    hands: tuple[HandsReport, ...] = Field(default=(), max_length=MOST_PARTS)
    pauses: tuple[PauseReport, ...] = Field(default=(), max_length=MOST_PARTS)
    file_finished_at: Moment | None = Field(
        default=None, description="When the whole file was finished, if that is not the end of the last stage."
    )
    withdrawn: bool = Field(default=False, description="The applicant took the file back.")
    revision: Revision | None = None

    @property
    def id(self) -> str:
        """What the report is known by: the file and the stage."""
        return f"{self.file}\n{self.stage}"


class SentStage(StageReport):
    """One stage, and when it was sent."""

    sent_at: Moment | None = Field(default=None, description="What your clock shows while you send.")


class StageBatch(Shape):
    """Stages, and when they were sent."""

    sent_at: Moment | None = Field(default=None, description="What your clock shows while you send.")
    stages: tuple[StageReport, ...] = Field(min_length=1, max_length=MOST_REPORTS)


Outcome = Literal["created", "corrected", "unchanged", "outdated", "held"]


class Noticed(Shape):
    """What was noticed of a report."""

    code: str = Field(description="Stays the same in all versions.")
    field: str | None = None
    value: str | None = None
    message: str


class _Answer(Shape):
    outcome: Outcome = Field(
        description="held: kept, and waiting for the agency's administrator; outdated: a newer one is known."
    )
    revision: int = Field(description="How often its content was told, corrections included.")
    problems: tuple[Noticed, ...] = ()


class VisitAnswer(_Answer):
    """What became of a visit. With the receipt the citizen rates it; print the code or the address on the slip."""

    id: str
    receipt: str | None = Field(default=None, description="Null while the visit is held.")
    rating_url: str | None = None
    rate_until: Moment | None = None


class StageAnswer(_Answer):
    """What became of a stage. With the code the citizen follows the file."""

    file: str
    stage: str
    tracking_code: str | None = Field(default=None, description="Null until a stage of the file was taken.")
    tracking_url: str | None = None


class VisitBatchAnswer(Shape):
    """What became of each visit, in the order sent."""

    counts: dict[str, int] = Field(description="How many came to which outcome.")
    results: tuple[VisitAnswer, ...]


class StageBatchAnswer(Shape):
    """What became of each stage, in the order sent."""

    counts: dict[str, int] = Field(description="How many came to which outcome.")
    results: tuple[StageAnswer, ...]


def content_of(report: VisitReport | StageReport) -> dict[str, Any]:
    """A report as it is kept, without when it was sent: equal for equal content."""
    return report.model_dump(mode="json", exclude_defaults=True, exclude={"sent_at"})
