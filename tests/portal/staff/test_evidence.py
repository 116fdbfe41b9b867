"""Every rule of evidence can be shown to staff: a case that came by one of them would open nowhere else."""

from __future__ import annotations

import pytest
from flask import Flask

from webapp.attribution.queries import Reason
from webapp.attribution.rules import RULES, nothing_known
from webapp.portal.staff.words import evidence_lines


@pytest.mark.parametrize("rule", [*(rule.__name__ for rule in RULES), nothing_known.__name__, "triage_decision"])
def test_every_rule_has_a_line(app: Flask, rule: str) -> None:
    with app.test_request_context():
        [line] = evidence_lines([Reason(rule, {"unit": "Seksi Akta"}, None)])
    assert line.text.endswith(".")
