"""Complaints and ratings of an agency's export."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from webapp.attribution.replay.withholding import AgencyChoice, Withheld, count_withheld, withhold_decisions
from webapp.attribution.signals.events import SignalsDue
from webapp.encryption import keyring
from webapp.feedback.bulk import ImportedFeedback, take_in_feedback
from webapp.feedback.contacts import InvalidEmail, InvalidPhone, clean_email, clean_phone
from webapp.feedback.drafts import LONGEST_COMMENT, LONGEST_TEXT, ComplaintDraft, RatingDraft
from webapp.feedback.vocabulary import ComplaintKind
from webapp.importing.agency import Agency
from webapp.importing.errors import Unusable
from webapp.importing.mapping import ImportMapping
from webapp.importing.outcome import Outcome
from webapp.importing.reading import Row
from webapp.importing.times import read_time
from webapp.outbox import publish

#: Before it there were no such systems: a time before is a mistake.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class FeedbackImport:
    """Takes complaints or ratings in, with what the agency had decided about whom they concern.

    With `withholding`, what the agency had decided about complaints is put aside: the rules judge without it, and the
    replay holds it against them.
    """

    def __init__(
        self, mapping: ImportMapping, root_code: str | None, now: datetime, *, withholding: bool = False
    ) -> None:
        self._mapping = mapping
        self._now = now
        self._withholding = withholding
        #: Of how many complaints the agency's choice is put aside, or was known to the rules before.
        self.withheld = Withheld()
        #: How many came with a decision that an earlier import had put aside; it stays so.
        self.still_withheld = 0
        self._agency = Agency(mapping, root_code, now.astimezone(mapping.timezone).date())
        #: How many units, services and officers were made that ratings brought along.
        self.made = self._agency.created
        self._read = self._complaint if mapping.kind == "complaints" else self._rating

    def take(self, rows: Sequence[Row]) -> Outcome:
        """Write what is new of `rows` and have it attributed."""
        outcome = Outcome()
        batch: list[ImportedFeedback] = []
        origin: dict[int, Row] = {}
        choices: dict[int, AgencyChoice] = {}
        for row in rows:
            try:
                row.check()
                one = self._read(row.values)
            except Unusable as error:
                outcome.bad.append((row, str(error)))
            else:
                if self._withholding and one.decided_unit_id is not None:
                    choice = AgencyChoice(one.decided_unit_id, self._mapping.value("topic", row.values) or None)
                    one = replace(one, decided_unit_id=None)
                    choices[id(one)] = choice
                batch.append(one)
                origin[id(one)] = row
        taken = take_in_feedback(batch)
        differing = {id(one) for one in taken.differing}
        self._withhold([one for one in batch if id(one) not in differing], choices)
        outcome.created = len(taken.created)
        outcome.unchanged = taken.unchanged
        outcome.bad += [
            (origin[id(one)], "the same id is known already with other words or another value")
            for one in taken.differing
        ]
        outcome.bad.sort(key=lambda bad: bad[0].line)
        return outcome

    def _withhold(self, taken: Sequence[ImportedFeedback], choices: dict[int, AgencyChoice]) -> None:
        """Put the agency's choices aside, or note whose were put aside before."""
        if self._withholding:
            by_key: dict[str, AgencyChoice] = {}
            for one in taken:
                if id(one) in choices:
                    by_key.setdefault(one.write_key, choices[id(one)])
            self.withheld += withhold_decisions(self._mapping.source, by_key)
        elif self._mapping.kind == "complaints":
            self.still_withheld += count_withheld([one.write_key for one in taken if one.decided_unit_id is not None])

    def finish(self) -> Outcome:
        """Nothing waits. Of complaints somebody looks whether there are more than usual, once they are attributed."""
        if self._mapping.kind == "complaints":
            publish(SignalsDue())
        return Outcome()

    def _complaint(self, row: dict[str, str]) -> ImportedFeedback:
        text = self._mapping.value("text", row)
        if not text:
            raise Unusable("it has no text")
        if len(text) > LONGEST_TEXT:
            raise Unusable(f"its text is longer than {LONGEST_TEXT} characters")
        draft = ComplaintDraft(
            text=text,
            kind=self._complaint_kind(row),
            place=self._mapping.value("place", row) or None,
            occurred_at=self._time("occurred_at", row),
            contact_name=self._mapping.value("contact_name", row) or None,
            contact_phone=self._phone(row),
            contact_email=self._email(row),
        )
        return ImportedFeedback(
            draft,
            write_key=self._write_key(row),
            filed_at=self._time("filed_at", row) or self._now,
            decided_unit_id=self._agency.unit(row),
            rater_key=self._person("reporter", row),
        )

    def _rating(self, row: dict[str, str]) -> ImportedFeedback:
        told = self._mapping.value("value", row)
        scale = self._mapping.scale
        if not re.fullmatch(r"[0-9]{1,2}", told) or not 1 <= int(told) <= scale:
            raise Unusable(f'its value is "{told}", and must be a whole number from 1 to {scale}')
        comment = self._mapping.value("comment", row)
        if len(comment) > LONGEST_COMMENT:
            raise Unusable(f"its comment is longer than {LONGEST_COMMENT} characters")
        write_key = self._write_key(row)
        occurred_at = self._time("occurred_at", row)
        filed_at = self._time("filed_at", row) or occurred_at or self._now
        rater_key = self._person("rater", row)
        unit_id = self._agency.unit(row)
        service_id = self._agency.service(row)
        officer_id = self._agency.officer(row, unit_id)
        draft = RatingDraft(
            value=int(told),
            scale=scale,
            service_id=service_id,
            occurred_at=occurred_at,
            comment=comment or None,
        )
        return ImportedFeedback(draft, write_key, filed_at, unit_id, officer_id, rater_key)

    def _write_key(self, row: dict[str, str]) -> str:
        number = self._mapping.value("id", row)
        if not number:
            raise Unusable("it has no id")
        kind = "" if self._mapping.kind == "complaints" else "rating:"
        return f"import:{self._mapping.source}:{kind}{number}"

    def _complaint_kind(self, row: dict[str, str]) -> ComplaintKind:
        told = self._mapping.value("kind", row)
        if not told:
            return ComplaintKind.COMPLAINT
        try:
            return ComplaintKind((self._mapping.kinds or {}).get(told, told))
        except ValueError:
            raise Unusable(
                f'its kind is "{told}": have the mapping say under complaints.kinds which of '
                f"{', '.join(ComplaintKind)} that is"
            ) from None

    def _time(self, field: str, row: dict[str, str]) -> datetime | None:
        at = read_time(self._mapping, field, row)
        if at is None:
            return None
        if not _EARLIEST <= at <= self._now:
            told = self._mapping.value(field, row)
            raise Unusable(f'{field} is "{told}", which is {"in the future" if at > self._now else "too long ago"}')
        return at

    def _person(self, field: str, row: dict[str, str]) -> bytes | None:
        """A keyed hash by which the same person is known again within the source, and never found out."""
        told = self._mapping.value(field, row)
        return keyring().lookup_key(f"rater:{self._mapping.source}", told) if told else None

    def _phone(self, row: dict[str, str]) -> str | None:
        told = self._mapping.value("contact_phone", row)
        try:
            return clean_phone(told) if told else None
        except InvalidPhone:
            raise Unusable("its contact_phone is no phone number") from None

    def _email(self, row: dict[str, str]) -> str | None:
        told = self._mapping.value("contact_email", row)
        try:
            return clean_email(told) if told else None
        except InvalidEmail:
            raise Unusable("its contact_email is no e-mail address") from None
