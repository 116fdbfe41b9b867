"""A search finds what its viewer may see, by words, place, code, unit, officer, state and time, also misspelt."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_placed
from webapp.feedback.handling import answer_complaint, exclude_officers, mark_personal, take_complaint
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Feedback, Recusal
from webapp.feedback.search import queries
from webapp.feedback.search.lexicon import learn_words
from webapp.feedback.search.models import ComplaintWords, LexiconWord
from webapp.feedback.search.queries import Found, Search, find_complaints
from webapp.feedback.search.wording import as_tsquery, code_beginning, code_in, words_of
from webapp.feedback.vocabulary import Finding

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 10)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def codes(found: Found) -> list[str]:
    return [item.code for item in found.items]


def test_words_are_found_in_whatever_form_the_last_filed_first(session: Session, agency: Agency) -> None:
    first = make_placed(session, NOW, agency.unit, text="Pelayanan di loket lambat sekali pagi ini.")
    second = make_placed(session, NOW + timedelta(hours=1), agency.unit, text="Saya tidak dilayani petugas loket.")
    make_placed(session, NOW, agency.unit, text="Kursi ruang tunggu kurang banyak.")
    assert codes(find_complaints(agency.sari, Search(words="layanan"))) == [second.code, first.code]
    assert codes(find_complaints(agency.sari, Search(words="LOKET lambat"))) == [first.code]
    assert codes(find_complaints(agency.sari, Search(words="loket kursi"))) == []
    assert codes(find_complaints(agency.sari, Search(words="lam"))) == [first.code]  # still being typed


def test_everybody_finds_only_what_he_may_see(session: Session, agency: Agency) -> None:
    secret = make_placed(session, NOW, agency.unit, text="Petugas membuang blangko ibu saya.")
    mark_personal(secret, True, agency.rina, NOW)
    exclude_officers(secret.feedback_id, [agency.budi_officer.id], NOW)
    foreign = make_placed(session, NOW, agency.elsewhere, text="Blangko habis lagi di seksi pindah.")
    refused = make_placed(session, NOW, agency.unit, text="Blangko akta habis, disuruh pulang.")
    session.add(Recusal(complaint_id=refused.feedback_id, account_id=agency.sari.id, at=NOW))
    session.flush()
    for search in (Search(words="blangko"), Search(states=(State.SENT,)), Search(filed_from=NOW)):
        assert codes(find_complaints(agency.sari, search)) == []
        assert codes(find_complaints(agency.budi, search)) == [refused.code]
        assert codes(find_complaints(agency.tono, search)) == [foreign.code]
        assert codes(find_complaints(agency.rina, search)) == [refused.code, secret.code]
    for viewer in (agency.sari, agency.budi, agency.tono):
        assert codes(find_complaints(viewer, Search(words=secret.code))) == []
        assert codes(find_complaints(viewer, Search(words="membuang"))) == []
        assert codes(find_complaints(viewer, Search(unit_id=agency.unit.id, words="membuang"))) == []


def test_a_code_is_found_whole_and_from_its_beginning(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    for typed in (complaint.code, complaint.code.lower(), complaint.code.replace("-", ""), complaint.code[:7]):
        assert codes(find_complaints(agency.sari, Search(words=typed))) == [complaint.code], typed


def test_it_narrows_by_place_unit_officer_state_kind_and_time(session: Session, agency: Agency) -> None:
    here = make_placed(session, NOW, agency.unit, text="Lampu padam di depan kantor.", place="Jalan Kenanga")
    late = make_placed(session, NOW + timedelta(days=2), agency.unit, text="Jalan Kenanga rusak di depan kantor.")
    answer_complaint(late, agency.budi, "Sudah diperbaiki.", Finding.FOUNDED, write_key="form:a", at=NOW)
    take_complaint(here, agency.sari, NOW)
    session.flush()
    assert codes(find_complaints(agency.rina, Search(place="kenanga"))) == [here.code]
    assert codes(find_complaints(agency.rina, Search(words="kenanga"))) == [late.code, here.code]
    assert codes(find_complaints(agency.rina, Search(officer_id=agency.budi.id))) == [late.code]
    assert codes(find_complaints(agency.rina, Search(officer_id=agency.sari.id))) == [here.code]
    assert codes(find_complaints(agency.rina, Search(states=(State.ANSWERED,)))) == [late.code]
    assert codes(find_complaints(agency.rina, Search(filed_until=NOW + timedelta(days=1)))) == [here.code]
    assert codes(find_complaints(agency.rina, Search(filed_from=NOW + timedelta(days=1)))) == [late.code]
    assert codes(find_complaints(agency.rina, Search(kind="suggestion"))) == []
    assert codes(find_complaints(agency.rina, Search(words="kantor", unit_id=agency.elsewhere.id))) == []


def test_a_misspelt_word_finds_what_was_meant_and_names_no_word_that_nobody_may_see(
    session: Session, agency: Agency
) -> None:
    found = [make_placed(session, NOW, agency.unit, text=f"Blangko habis lagi, kata loket {n}.") for n in range(3)]
    for n in range(3):
        make_placed(session, NOW, agency.elsewhere, text=f"Puskesmas tutup pukul {n}.")
    make_placed(session, NOW, agency.unit, text="Nyonya Rumiyati menunggu lama.")
    assert not learn_words(TODAY)  # the first time it only looks how far it will learn
    assert not learn_words(TODAY)
    words = {row.word: row.complaints for row in session.execute(select(LexiconWord.word, LexiconWord.complaints))}
    assert (words["blangko"], words["rumiyati"]) == (3, 1)
    hit = find_complaints(agency.sari, Search(words="blanko"))
    assert sorted(codes(hit)) == sorted(one.code for one in found)
    assert hit.read_as == {"blanko": ("blangko",)}
    assert find_complaints(agency.sari, Search(words="puskemas")) == Found((), None, {})
    assert find_complaints(agency.sari, Search(words="rumiyat1")) == Found((), None, {})
    learn_words(TODAY)
    assert session.get_one(LexiconWord, "blangko", populate_existing=True).complaints == 3  # nothing is learned twice
    learn_words(TODAY + timedelta(days=120))
    assert session.get(LexiconWord, "rumiyati", populate_existing=True) is None
    assert session.get(LexiconWord, "blangko", populate_existing=True) is not None


def test_what_is_looked_for_follows_the_complaint(session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit, text="Ruang tunggu bocor.", place="Gedung Melati")
    session.execute(update(Complaint).values(unit_id=agency.elsewhere.id))
    assert codes(find_complaints(agency.sari, Search(words="bocor"))) == []
    assert codes(find_complaints(agency.tono, Search(words="bocor"))) == [complaint.code]
    session.execute(update(Complaint).values(text="dihapus"))
    session.execute(update(Feedback).values(place=None))
    assert codes(find_complaints(agency.tono, Search(words="bocor"))) == []
    assert codes(find_complaints(agency.tono, Search(words="melati"))) == []
    assert codes(find_complaints(agency.tono, Search(words="dihapus"))) == [complaint.code]
    session.execute(delete(Feedback).where(Feedback.id == complaint.feedback_id))
    assert session.scalars(select(ComplaintWords)).all() == []


@pytest.mark.parametrize(("walk", "newest"), [(3000, 400), (1, 400), (1, 1)])
def test_every_way_to_what_is_found_gives_the_same_pages(
    session: Session, agency: Agency, monkeypatch: pytest.MonkeyPatch, walk: int, newest: int
) -> None:
    monkeypatch.setattr(queries, "WALK", walk)
    monkeypatch.setattr(queries, "NEWEST", newest)
    expected = []
    for n in range(7):
        at = NOW + timedelta(minutes=n // 2)  # some at the same moment
        expected.append(make_placed(session, at, agency.unit, text=f"Antrean panjang sekali nomor {n}.").code)
        make_placed(session, at, agency.elsewhere, text="Antrean panjang sekali di sebelah.")
        make_placed(session, at, agency.unit, text="Kursi kurang.")
    pages, after = [], None
    while True:
        found = find_complaints(agency.sari, Search(words="antrean panjang"), after=after, limit=3)
        pages.append(codes(found))
        if found.after is None:
            break
        after = found.after
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [code for page in pages for code in page] == expected[::-1]


@pytest.mark.parametrize("typed", ["'", "a & b | c", "!!", "(:*", "\\", "akta:*A", "<->", "🙏", "x" * 5000, "%_"])
def test_nothing_that_is_typed_is_an_operator(session: Session, agency: Agency, typed: str) -> None:
    make_placed(session, NOW, agency.unit)
    find_complaints(agency.sari, Search(words=typed, place=typed))


def test_words_and_codes_are_told_apart() -> None:
    assert words_of("Akta-kelahiran, AKTA!") == ("akta", "kelahiran")
    assert as_tsquery(("akta", "baru"), {"akta": ("akte",)}) == "('akta' | 'akte') & 'baru':*"
    assert as_tsquery(("baru",), weight="B") == "'baru':*B"
    assert code_in("tg-2345-6789") == code_in("23456789") == "TG-2345-6789"
    assert code_in("kesehatan") == code_in("dengan23 satu") == code_in("BERKASNY") == ""
    assert code_beginning("tg-7k2m") == "TG-7K2M-"
    assert code_beginning("TG-7") == "TG-7"
    assert code_beginning("tangga") == ""
