"""The interface does what its own description says: requests made up from it, right ones and wrong ones."""

from __future__ import annotations

import contextvars

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.reporting import make_reporting_office
from webapp.counter.incoming.models import IncomingRecord
from webapp.portal.security import limiter


def test_every_operation_keeps_to_its_description(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Here, because it takes two seconds in every process that only collects this file.
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    all_checks = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.negative_data_rejection,
        checks.positive_data_acceptance,
        checks.response_schema_conformance,
    ]
    monkeypatch.setattr(limiter, "enabled", False)
    office = make_reporting_office(session)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == 4
    statuses = set()
    for operation in operations:
        # Making up batches takes long: of them a few that are right.
        batch = operation.path.endswith("/batch")
        for mode in (GenerationMode.POSITIVE,) if batch else GenerationMode:

            @settings(
                max_examples=2 if batch else 5,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def check(case: schemathesis.Case) -> None:
                # In a context of its own, as under a server: see the fixture `client`.
                answer = contextvars.Context().run(case.call_and_validate, checks=all_checks, headers=office.headers)
                statuses.add(answer.status_code)

            check()
    assert statuses >= {202, 422}
    assert session.scalar(select(func.count(IncomingRecord.id)))
