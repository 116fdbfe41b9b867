"""What is configured for files: stages, causes, requirements, and what may not be asked for."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.factories.applications import make_registry_service
from tests.factories.organisation import make_unit
from webapp.counter.applications.catalogue import (
    StageFacts,
    cause_of,
    default_stages,
    list_stages,
    pause_causes,
    requirement_texts,
    set_cause,
    set_stages,
)
from webapp.counter.applications.errors import StagesInvalid
from webapp.counter.applications.requirements import forbidden_requirements


@pytest.mark.parametrize(
    "name",
    [
        "Surat pengantar RT/RW",
        "Surat Pengantar dari R.T. dan R.W. setempat",
        "surat keterangan kelurahan",
        "Surat keterangan domisili dari Kepala Desa",
        "Pengantar Lurah",
        "Surat pengantar",
        "Tanda tangan ketua RT",
        "Surat kematian dengan pengantar RW",
        "Persetujuan rukun tetangga",
    ],
)
def test_letters_of_the_neighbourhood_are_warned_of(name: str) -> None:
    (warning,) = forbidden_requirements(["Kartu keluarga (KK)", name])
    assert (warning.name, warning.source) == (name, "Perpres 96/2018")


@pytest.mark.parametrize(
    "name",
    [
        "Surat keterangan lahir dari dokter atau bidan, atau SPTJM F-2.03 dengan dua saksi",
        "Surat kematian dari dokter atau kepala desa/lurah",
        "Surat pengantar rumah sakit",
        "Sertifikat tanah",
        "KTP-el orang tua dan dua saksi",
        "Surat kehilangan dari kepolisian",
        "Kartu RTM",
    ],
)
def test_what_regulations_ask_for_is_not(name: str) -> None:
    assert forbidden_requirements([name]) == []


def test_the_defaults_ask_for_nothing_forbidden_and_fit_into_a_working_day() -> None:
    assert forbidden_requirements([name for names in requirement_texts().values() for name in names]) == []
    assert [stage.code for stage in default_stages()] == [
        "received",
        "verified",
        "approved",
        "produced",
        "ready",
        "handed_over",
    ]
    assert sum(stage.target_minutes for stage in default_stages()) == 8 * 60
    assert len(requirement_texts()["birth"]) == 5


def test_stages_are_kept_changed_and_put_in_order(session: Session) -> None:
    service = make_registry_service(session, make_unit(session))
    ids = {stage.code: stage.id for stage in list_stages(service.id)}
    set_stages(service, [StageFacts("produced", "Dicetak", 90), StageFacts("scanned", "Dipindai", 10)])
    stages = list_stages(service.id)
    assert [(stage.code, stage.name, stage.target_minutes) for stage in stages] == [
        ("produced", "Dicetak", 90),
        ("scanned", "Dipindai", 10),
    ]
    assert stages[0].id == ids["produced"]
    for wrong in (
        [StageFacts("a", "A", 1), StageFacts("a ", "B", 1)],
        [StageFacts("a", " ", 1)],
        [StageFacts("a", "A", 0)],
        [StageFacts("a", "A", 1, unit_id=2**40)],
        [StageFacts("a", "A", 1, officer_id=2**40)],
    ):
        with pytest.raises(StagesInvalid):
            set_stages(service, wrong)
    assert len(list_stages(service.id)) == 2


def test_causes_say_whether_somebody_could_have_prevented_it(session: Session) -> None:
    codes = {cause.code: cause.outside_control for cause in pause_causes()}
    assert codes == {
        "waiting_applicant": True,
        "central_server": True,
        "no_blanks": True,
        "other_agency": True,
        "internal_queue": False,
        "waiting_signature": False,
        "returned_for_correction": False,
    }
    set_cause("flood", "Banjir", outside_control=True)
    set_cause("no_blanks", "Blangko habis", outside_control=False, active=False)
    set_cause("waiting_applicant", "Menunggu Anda", outside_control=False, active=False)
    assert {cause.code for cause in pause_causes()} == {*codes, "flood"} - {"no_blanks"}
    assert len(pause_causes(all_of_them=True)) == 8
    waiting = cause_of("waiting_applicant")
    assert (waiting.name, waiting.outside_control, waiting.active) == ("Menunggu Anda", True, True)
    with pytest.raises(LookupError):
        cause_of("bad_mood")
