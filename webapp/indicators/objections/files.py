"""What an officer sends as proof: pictures made anew as photos are, PDF known by their content; encrypted at rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Final

import puremagic
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.database import db
from webapp.encryption import keyring
from webapp.feedback.errors import ImageTooLarge, NotAnImage
from webapp.feedback.photos import reencode
from webapp.indicators.objections.errors import NotAPaper, PaperTooLarge, TooManyPapers
from webapp.indicators.objections.models import ObjectionFile

MOST_FILES: Final = 5
MOST_BYTES: Final = 8 * 1024 * 1024
#: How long a file waits for its form to be sent.
FILE_WAITS: Final = timedelta(hours=24)
PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Paper:
    """A file as it is kept. `name` is safe to be shown and saved under."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as a list shows it."""

    id: int
    name: str
    media_type: str
    size: int


def read_paper(name: str, content: bytes) -> Paper:
    """What is kept of a file, by its content whatever its name says: a PDF as it is, a picture as a JPEG without
    metadata. Raises PaperTooLarge, NotAPaper, and UnreadableFormat for a picture of another kind (HEIC)."""
    if len(content) > MOST_BYTES:
        raise PaperTooLarge
    if content[:5] == b"%PDF-":
        try:
            kind = puremagic.from_string(content, mime=True)
        except (puremagic.PureError, ValueError):
            kind = ""
        if kind != PDF or b"%%EOF" not in content[-2048:]:
            raise NotAPaper
        return Paper(_named(name, "pdf"), PDF, content)
    try:
        picture = reencode(content)
    except ImageTooLarge:
        raise PaperTooLarge from None
    except NotAnImage as error:
        if type(error) is not NotAnImage:  # a picture of a kind that isn't read says which
            raise
        raise NotAPaper from None
    return Paper(_named(name, "jpg"), JPEG, picture.content)


def _named(name: str, ending: str) -> str:
    """The last part of a name, in letters that no system minds, with the ending of what it is."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    stem = re.sub(r"[^\w .()-]+", "-", stem).strip(" .-")[:_LONGEST_NAME]
    return f"{stem or 'berkas'}.{ending}"


def keep_file(viewer: Account, upload_key: str, paper: Paper, at: datetime) -> None:
    """Keep a file under the key of the form it came with. The same twice is kept once. Raises TooManyPapers."""
    digest = keyring().lookup_key("objection file", paper.content.hex())
    kept = set(db.session.scalars(select(ObjectionFile.digest).where(ObjectionFile.upload_key == upload_key)))
    if digest in kept:
        return
    if len(kept) >= MOST_FILES:
        raise TooManyPapers
    db.session.execute(
        upsert(ObjectionFile)
        .values(
            account_id=viewer.id,
            upload_key=upload_key,
            digest=digest,
            filename=paper.name,
            media_type=paper.media_type,
            size=len(paper.content),
            content=paper.content,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["upload_key", "digest"])
    )


def list_waiting_files(viewer: Account, upload_key: str) -> list[KeptFile]:
    """The viewer's files that wait for their form to be sent, in the order in which they came."""
    return _list(*_own_waiting(viewer, upload_key))


def list_files(objection_id: int) -> list[KeptFile]:
    """What was sent with an objection, for callers that have opened it as their viewer."""
    return _list(ObjectionFile.objection_id == objection_id)


def remove_waiting_file(viewer: Account, upload_key: str, file_id: int) -> None:
    """Take one's own file back before its form is sent; nothing happens if it was sent."""
    if file_id < 2**63:
        db.session.execute(delete(ObjectionFile).where(ObjectionFile.id == file_id, *_own_waiting(viewer, upload_key)))


def attach_files(viewer: Account, upload_key: str, objection_id: int) -> None:
    """Make the files that wait under a key the objection's."""
    db.session.execute(
        update(ObjectionFile)
        .where(*_own_waiting(viewer, upload_key))
        .values(objection_id=objection_id)
        .execution_options(synchronize_session=False)
    )


def read_own_file(viewer: Account, file_id: int) -> Paper | None:
    """A file that the viewer himself sent; None where there is none."""
    return _read(ObjectionFile.id == file_id, ObjectionFile.account_id == viewer.id) if file_id < 2**63 else None


def read_file(objection_id: int, file_id: int) -> Paper | None:
    """A file of an objection that the caller has opened as its viewer; None where there is none."""
    if file_id >= 2**63:
        return None
    return _read(ObjectionFile.id == file_id, ObjectionFile.objection_id == objection_id)


def forget_unsent_files(now: datetime) -> None:
    """Delete files whose form was never sent."""
    db.session.execute(
        delete(ObjectionFile).where(ObjectionFile.objection_id.is_(None), ObjectionFile.created_at < now - FILE_WAITS)
    )


def _own_waiting(viewer: Account, upload_key: str) -> Sequence[ColumnElement[bool]]:
    return (
        ObjectionFile.account_id == viewer.id,
        ObjectionFile.upload_key == upload_key,
        ObjectionFile.objection_id.is_(None),
    )


def _list(*conditions: ColumnElement[bool]) -> list[KeptFile]:
    rows = db.session.execute(
        select(ObjectionFile.id, ObjectionFile.filename, ObjectionFile.media_type, ObjectionFile.size)
        .where(*conditions)
        .order_by(ObjectionFile.id)
    )
    return [KeptFile(row.id, row.filename, row.media_type, row.size) for row in rows]


def _read(*conditions: ColumnElement[bool]) -> Paper | None:
    row = db.session.execute(
        select(ObjectionFile.filename, ObjectionFile.media_type, ObjectionFile.content).where(*conditions)
    ).one_or_none()
    return None if row is None else Paper(row.filename, row.media_type, row.content)
