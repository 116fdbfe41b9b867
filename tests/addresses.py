"""Every address of the application, enumerated from the application itself and filled with what is in the database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, url_for
from sqlalchemy import select
from werkzeug.routing import Rule

#: As many rows of a table as are tried in one place of an address.
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Address:
    """One address that can be opened."""

    endpoint: str
    path: str
    methods: frozenset[str]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.path}"


def rules_of(app: Flask) -> list[Rule]:
    """All rules of the application, in the order of their endpoints."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def methods_of(rule: Rule) -> frozenset[str]:
    """What a rule takes, without what Flask adds by itself."""
    return frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}


def places_of(rule: Rule) -> list[str]:
    """The names of what an address leaves open, in their order."""
    return sorted(rule.arguments - set(rule.defaults or {}))


def made_up(app: Flask) -> Iterator[Address]:
    """Every rule once, with ids that nobody has. Call it within the application's context."""
    with app.test_request_context():
        for rule in rules_of(app):
            values = {name: _nobodys(rule, name) for name in places_of(rule)} | dict(rule.defaults or {})
            yield Address(rule.endpoint, url_for(rule.endpoint, **values), methods_of(rule))


def real(app: Flask, **also: list[str]) -> Iterator[Address]:
    """Every rule with every id that the database knows; `also` are values for further places by their names.

    Call it within the application's context. Raises LookupError for a place in an address that nobody can fill.
    """
    with app.test_request_context():
        for rule in rules_of(app):
            names = places_of(rule)
            for values in itertools.product(*(_values(app, rule, name, also) for name in names)):
                path = url_for(rule.endpoint, **dict(zip(names, values, strict=True)), **(rule.defaults or {}))
                for query in ("", *(f"?{query}" for query in _asked(app, rule))):
                    yield Address(rule.endpoint, path + query, methods_of(rule))


def _asked(app: Flask, rule: Rule) -> list[str]:
    """What a page without a place in its address is asked for behind the "?"."""
    name, values = _QUERIES.get(rule.endpoint, ("", None))
    return [f"{name}={value}" for value in values(app)] if values is not None else []


def _nobodys(rule: Rule, name: str) -> str | int:
    if rule.endpoint == "static":
        return "css/tanggap.css"
    return 987_654_321 if "int:" + name in rule.rule else "ZZZZ-ZZZZ"


def _values(app: Flask, rule: Rule, name: str, also: dict[str, list[str]]) -> list[str]:
    if name in also:
        return also[name]
    if name == "code" and rule.rule.startswith(_OF_TICKETS):
        return _ticket_codes(app)
    if name in _KNOWN:
        return _KNOWN[name](app)
    ids = _ids_of_table(name)
    if ids is None:
        raise LookupError(
            f"an address has a place <{name}>: say in tests/addresses.py (_KNOWN) which values it can have, so that "
            "the tests that open every page open these as well"
        )
    return ids


def _ids_of_table(name: str) -> list[str] | None:
    """ "officer_id" -> ids of the table officer; "calendar_id" -> those of working_calendar."""
    from webapp.database import db

    stem = name.removesuffix("_id")
    tables = [t for t in db.metadata.tables.values() if t.name == stem or t.name.endswith(f"_{stem}")]
    if stem == name or not tables:
        return None
    ids: list[str] = []
    for table in tables:
        [column, *_more] = table.primary_key.columns
        ids += [str(id_) for id_ in db.session.scalars(select(column).order_by(column.desc()).limit(MOST_ROWS))]
    return sorted(set(ids), key=int)


def _codes(_app: Flask) -> list[str]:
    from webapp.database import db
    from webapp.feedback.models import Complaint

    return list(db.session.scalars(select(Complaint.code).order_by(Complaint.feedback_id).limit(MOST_ROWS)))


def _ticket_codes(_app: Flask) -> list[str]:
    from webapp.counter.queue.models import QueueTicket
    from webapp.database import db

    return list(db.session.scalars(select(QueueTicket.code).order_by(QueueTicket.id).limit(MOST_ROWS)))


def _kiosk_keys(_app: Flask) -> list[str]:
    from webapp.counter.queue.models import QueueHall
    from webapp.database import db

    return list(db.session.scalars(select(QueueHall.kiosk_key).order_by(QueueHall.unit_id).limit(MOST_ROWS)))


def _application_codes(_app: Flask) -> list[str]:
    from webapp.counter.applications.models import Application
    from webapp.database import db

    return list(db.session.scalars(select(Application.code).order_by(Application.id).limit(MOST_ROWS)))


def _receipts(_app: Flask) -> list[str]:
    from webapp.counter.models import Visit
    from webapp.counter.queries import receipt_of
    from webapp.database import db

    return [receipt_of(id_) for id_ in db.session.scalars(select(Visit.id).order_by(Visit.id).limit(MOST_ROWS))]


def _services_with_files(_app: Flask) -> list[str]:
    from webapp.counter.applications.models import ServiceStage
    from webapp.database import db

    return [str(id_) for id_ in db.session.scalars(select(ServiceStage.service_id).distinct().limit(MOST_ROWS))]


def _visits(_app: Flask) -> list[str]:
    return _ids_of_table("visit_id") or []


def _static_files(app: Flask) -> list[str]:
    folder = Path(app.static_folder or "")
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]


def _import_kinds(_app: Flask) -> list[str]:
    from webapp.organisation.csv_planning import Kind

    return [kind.value for kind in Kind]


#: Where a <code> is a queue ticket's, not a complaint's.
_OF_TICKETS = ("/antrean/tiket/", "/kiosk/")


#: Name of a place in an address -> what can stand there.
def _line_keys(_app: Flask) -> list[str]:
    from webapp.attribution.contests.own_lines import key_of
    from webapp.attribution.models import Attribution, AttributionShare
    from webapp.database import db
    from webapp.feedback.models import Complaint

    rows = db.session.execute(
        select(AttributionShare.officer_id, Attribution.feedback_id)
        .join(Attribution, Attribution.id == AttributionShare.attribution_id)
        .join(Complaint, Complaint.feedback_id == Attribution.feedback_id)
        .where(AttributionShare.officer_id.is_not(None))
        .order_by(AttributionShare.id)
        .limit(MOST_ROWS)
    )
    return [key_of(officer_id, feedback_id) for officer_id, feedback_id in rows]


def _own_lines(_app: Flask) -> list[str]:
    from webapp.database import db
    from webapp.indicators.objections.models import IndicatorObjection, LineSeen

    seen = select(LineSeen.line_key).union(select(IndicatorObjection.line_key)).order_by("line_key").limit(MOST_ROWS)
    return list(db.session.scalars(seen))


def _periods_of_presets(_app: Flask) -> list[str]:
    from webapp.database import db
    from webapp.indicators.models import PresetInForce

    return sorted(set(db.session.scalars(select(PresetInForce.from_period).limit(MOST_ROWS))))


def _preset_versions(_app: Flask) -> list[str]:
    from webapp.database import db
    from webapp.indicators.models import IndicatorPreset

    return list(db.session.scalars(select(IndicatorPreset.version).order_by(IndicatorPreset.id).limit(MOST_ROWS)))


_KNOWN: dict[str, Callable[[Flask], list[str]]] = {
    "application_code": _application_codes,
    "code": _codes,
    "kiosk_key": _kiosk_keys,
    "line_key": _line_keys,
    "own_line": _own_lines,
    "period": _periods_of_presets,
    "version": _preset_versions,
    "part": lambda _app: ["satisfaction", "complaint-handling"],
    "receipt": _receipts,
    "filename": _static_files,
    "kind": _import_kinds,
    "unit_plot": lambda _app: ["layanan"],
    "plot": lambda _app: ["angka"],
    "main": _codes,  # of the case that another one is joined to
}
#: Endpoint -> what its address can ask for, without which the page shows only half of what it can.
_QUERIES: dict[str, tuple[str, Callable[[Flask], list[str]]]] = {
    "citizen.register_application": ("layanan", _services_with_files),
    "citizen.submit_complaint": ("berkas", _application_codes),
    "citizen.track_application": ("kode", _application_codes),
    "officer.register_file": ("kunjungan", _visits),
}
